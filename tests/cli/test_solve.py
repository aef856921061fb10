"""Goal-seek as a user asks for it."""

import re
from pathlib import Path

import pytest

from relsim.cli.solve_command import goal
from relsim.market import Market
from relsim.spec import override, read
from tests.cli.conftest import Invoke, error_lines

SMALL = ("--customers", "300", "--months", "12", "--workers", "1", "--replications", "3")


def test_the_value_is_where_the_outcome_reaches_its_goal(invoke: Invoke, here: Path) -> None:
    """The mean profit of three markets that are simulated here, at the value that it found."""
    result = invoke(
        "solve", "telecom", "--for", "firms.0.price", "--until", "profit@Attacker=-500",
        "--between", "20", "45", *SMALL,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    found = re.search(r"firms\.0\.price = ([\d.]+) \(95% interval", result.stdout)
    assert found
    base = override(read("telecom"), {"market.customers": 300, "run.months": 12})

    def mean(price: float) -> float:
        spec = override(base, {"firms.0.price": price})
        runs = [Market(spec, 1, k).run().columns["profit"][:, 0].mean() for k in range(3)]
        return float(sum(runs) / 3.0)

    price = float(found[1])
    before, after = mean(price - 0.1), mean(price + 0.1)
    assert min(before, after) < -500.0 < max(before, after)


def test_quiet_prints_the_value_alone(invoke: Invoke) -> None:
    result = invoke(
        "solve", "telecom", "--for", "firms.0.price", "--until",
        "profit@Attacker-profit@Keeper=-1500", "--between", "15", "45", "--quiet", *SMALL,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert 15.0 < float(result.stdout) < 45.0


def test_a_key_of_whole_numbers_is_sought_among_them(invoke: Invoke) -> None:
    result = invoke(
        "solve", "telecom", "--for", "firms.1.contract_months", "--until", "share@Keeper=0.22",
        "--between", "1", "36", "--quiet", *SMALL,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert 1 < int(result.stdout) < 36


def test_a_share_that_the_config_writes_as_one_is_no_whole_number(invoke: Invoke) -> None:
    result = invoke(
        "solve", "telecom", "--for", "firms.0.strategy.budget_share", "--until", "profit@0=0",
        "--set", "firms.0.strategy.budget_share=1", "--between", "0.05", "0.95", "--quiet", *SMALL,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert 0.05 < float(result.stdout) < 0.95


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"--until": "profit@Attacker=1e9"}, "profit@Attacker: does not cross 1e+09 between 20 an"),
        ({"--until": "profit@Atacker=1"}, "--until: outcomes.profit.firm: no firm is called 'Atac"),
        ({"--until": "proft@Attacker=1"}, "--until: outcomes.proft.measure: the market's table ha"),
        ({"--until": "profit@Attacker"}, "--until: given 'profit@Attacker', allowed: OUTCOME=VAL"),
        ({"--for": "firms.0.prise"}, "--between: firms.0.prise: unknown key; did you mean 'price'"),
        (
            {"--for": "firms.1.contract_months", "--between": "5.2 5.8"},
            "--between: given 5.2 5.8, allowed: two whole numbers, the lower one first",
        ),
        ({"--between": "40 20"}, "--between: given 40 20, allowed: the lower one first"),
        ({"--aggregate": "median"}, "--until: profit: aggregate: given 'median', allowed: "),
    ],
)
def test_what_a_user_can_mend(invoke: Invoke, changed: dict[str, str], line: str) -> None:
    given = {"--for": "firms.0.price", "--until": "profit@Attacker=1", "--between": "20 40"}
    words = [word for key, value in (given | changed).items() for word in (key, *value.split())]
    (said,) = error_lines(invoke("solve", "telecom", *words, *SMALL))
    assert said.startswith(line)


def test_a_range_is_needed_where_there_is_nothing_to_start_from(invoke: Invoke) -> None:
    words = ("--for", "firms.*.price", "--until", "profit@Attacker=1")
    (said,) = error_lines(invoke("solve", "telecom", *words, *SMALL))
    assert said.startswith("--between: firms.*.price has no value to start from")


def test_without_a_range_too_a_key_that_is_none_is_called_so(invoke: Invoke) -> None:
    words = ("--for", "firms.0.prise", "--until", "profit@Attacker=1")
    (said,) = error_lines(invoke("solve", "telecom", *words, *SMALL))
    assert said.startswith("--for: firms.0.prise: unknown key; did you mean 'price'")


def test_goals() -> None:
    assert goal("customers=5000", ["A"]).terms == (("customers", None),)
    assert goal("share@0-share@1=0.1", ["A", "B"]).terms == (("share", "0"), ("share", "1"))
    assert goal("profit@A=-3", ["A"]).value == -3.0
