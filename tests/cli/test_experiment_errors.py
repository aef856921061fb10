"""Whatever is wrong with an experiment is one clear line, and nothing is left half-written."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from relsim.cli import memory
from tests.cli.conftest import Invoke, error_lines
from tests.lab.conftest import TINY, write

BUDGET = {"key": "firms.0.strategy.budget_share", "name": "budget"}
OFFENSIVE = {"firms.0.strategy.kind": "offensive"}

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a path of an arm that is not there": (
        {"arms": {"a": OFFENSIVE, "b": {"firms.0.prise": 3.0}}},
        "arms.b: firms.0.prise: unknown key; did you mean 'price'?",
    ),
    "a path of a lever that is not there": (
        {"levers": [{"key": "firms.9.price", "levels": [1.0, 2.0]}]},
        "point 0: firms.9: given place '9', allowed: 0 to 3, or * for all",
    ),
    "a path of a setting that is not there": (
        {"settings": {"market.customer": 10}},
        "settings: market.customer: unknown key; did you mean 'customers'?",
    ),
    "a value that its key does not take": (
        {"levers": [{"key": "firms.0.price", "levels": [-1.0, 2.0]}]},
        "point 0: firms.0.price: given -1.0, allowed: ",
    ),
    "a parameter that the strategy has not": (
        {"levers": [{"key": "firms.0.strategy.budget_shar", "levels": [0.1, 0.2]}]},
        "firms.0.strategy.budget_shar: unknown key; did you mean 'budget_share'?",
    ),
    "an empty range": (
        {"levers": [{**BUDGET, "low": 0.2, "high": 0.2}]},
        "budget: the range is empty: given low 0.2 and high 0.2, allowed: low below high",
    ),
    "a range without an end": (
        {"levers": [{**BUDGET, "low": 0.2}]},
        "budget: high: given nothing, allowed: a finite number",
    ),
    "no values": ({"levers": [BUDGET]}, "budget: given no values, allowed: exactly one of levels"),
    "an unknown distribution": (
        {"levers": [{**BUDGET, "distribution": "bta"}]},
        "budget: name: given 'bta', allowed: a distribution of scipy.stats; did you mean 'beta'?",
    ),
    "an unknown parameter of one": (
        {"levers": [{**BUDGET, "distribution": "beta", "parameters": {"a": 1, "c": 2}}]},
        "budget: parameters.c: unknown to beta, allowed: a, b, loc, scale",
    ),
    "an arm that is the control": (
        {"arms": {"a": OFFENSIVE, "b": OFFENSIVE}},
        "arms.b: is the same market as the control 'a': there is nothing to compare",
    ),
    "a control that is no arm": (
        {"control": "ofensive"},
        "control: given 'ofensive', which is not there; did you mean 'offensive'?",
    ),
    "an arm that sets what a lever varies": (
        {"arms": {"a": OFFENSIVE, "b": {"firms.0.strategy.budget_share": 0.1}}},
        "arms.b: sets firms.0.strategy.budget_share, which levers or uncertainties vary too",
    ),
    "an arm that sets one of what an uncertainty varies everywhere": (
        {"arms": {"a": OFFENSIVE, "b": {"firms.0.acquisition.half_at": 0.1}}},
        "arms.b: sets firms.0.acquisition.half_at, which levers or uncertainties vary too (firms",
    ),
    "a setting that a lever varies": (
        {"settings": {"firms.0.strategy.budget_share": 0.1}},
        "settings: sets firms.0.strategy.budget_share, which levers or uncertainties vary too",
    ),
    "a setting of one firm where an uncertainty varies all": (
        {"settings": {"firms.0.acquisition.half_at": 0.1}},
        "settings: sets firms.0.acquisition.half_at, which levers or uncertainties vary too (firms",
    ),
    "a key that two factors vary": (
        {"levers": [{"key": "firms.1.acquisition.half_at", "levels": [0.1, 0.2]}]},
        "firms.*.acquisition.half_at: is varied by two factors, allowed: one (firms.1.acquisition",
    ),
    "months that differ between runs": (
        {"levers": [{"key": "run.months", "levels": [2, 3]}]},
        "levers or uncertainties: given run.months, allowed: keys of the market",
    ),
    "random numbers of an arm's own": (
        {"arms": {"a": OFFENSIVE, "b": {"run.seed": 3}}},
        "arms.b: given run.seed, allowed: keys of the market",
    ),
    "an unknown measure": (
        {"outcomes": {"profit": {"measure": "profits", "firm": 0}}},
        "outcomes.profit.measure: the market's table has no column 'profits'; did you mean 'profit",
    ),
    "an unknown measure to divide by": (
        {"outcomes": {"profit": {"measure": "profit", "per": "openin", "firm": 0}}},
        "outcomes.profit.per: the market's table has no column 'openin'; did you mean 'opening'?",
    ),
    "an unknown firm": (
        {"outcomes": {"profit": {"measure": "profit", "firm": "Atacker"}}},
        "outcomes.profit.firm: no firm is called 'Atacker'; did you mean 'Attacker'?",
    ),
    "a firm beyond the last": (
        {"outcomes": {"profit": {"measure": "profit", "firm": 4}}},
        "outcomes.profit.firm: given 4, allowed: 0 to 3",
    ),
    "a share of nobody": (
        {"outcomes": {"share": {"measure": "share"}}},
        "outcomes.share.measure: 'share' does not add up over firms: name one with the key firm",
    ),
    "months beyond the run": (
        {"outcomes": {"profit": {"measure": "profit", "months": [1, 4]}}},
        "outcomes.profit.months: given [1, 4], allowed: up to 3, the months that are simulated",
    ),
    "months the wrong way round": (
        {"outcomes": {"profit": {"measure": "profit", "months": [3, 1]}}},
        "outcomes.profit.months: given [3, 1], allowed: the lower one first",
    ),
    "a warm-up that leaves nothing": (
        {"warm_up": 3},
        "warm_up: given 3 months, allowed: fewer than the 3 that are simulated",
    ),
    "a warm-up below nothing": ({"warm_up": -1}, "warm_up: given -1, allowed: greater than or"),
    "a warm-up of an unknown firm": (
        {"warm_up": {"rule": "mser5", "firm": "Keper"}},
        "warm_up.firm: no firm is called 'Keper'; did you mean 'Keeper'?",
    ),
    "an unknown rule": ({"warm_up": {"rule": "mser"}}, "warm_up.rule: given 'mser', allowed: 'mse"),
    "more at least than at most": (
        {"replication": {"minimum": 5, "maximum": 4, "absolute": 1.0}},
        "replication.maximum: given 4, allowed: the minimum (5) or more",
    ),
    "a maximum without a precision": (
        {"replication": {"minimum": 5, "maximum": 9}},
        "replication.maximum: needs a precision that decides how many of them are run",
    ),
    "a precision of one replication": (
        {"replication": {"minimum": 1, "absolute": 1.0}},
        "replication.minimum: given 1, allowed: 2 or more where a precision is asked for",
    ),
    "a precision of an unknown outcome": (
        {"replication": {"minimum": 5, "absolute": 1.0, "outcome": "profits"}},
        "replication.outcome: given 'profits', which is not there; did you mean 'profit'?",
    ),
    "a precision of the control": (
        {"replication": {"minimum": 5, "absolute": 1.0, "treatment": "offensive"}},
        "replication.treatment: given 'offensive', which is not there",
    ),
    "an unknown design": (
        {"design": {"uncertainties": "latin_hypercub"}},
        "design.uncertainties: given 'latin_hypercub', allowed: ",
    ),
    "an unknown market": (
        {"base": "telecmo"},
        "telecmo: no such config; did you mean 'telecom'?",
    ),
    "a market twice": (
        {"base": ["telecom", "telecom"]},
        "base: given 'telecom' twice, allowed: each market once",
    ),
    "an experiment for a market": (
        {"base": "offence_defence"},
        "offence_defence: is one of the experiments of relsim; relsim experiment offence_defence",
    ),
    "neither one nor several": ({"base": 3}, "base: given 3, allowed: a text or a list"),
    "two columns of one name": (
        {"outcomes": {"budget": {"measure": "profit"}}},
        "the name 'budget' would head two columns of the results",
    ),
    "no outcome": ({"outcomes": {}}, "outcomes: given a mapping, allowed: "),
    "nothing measured": ({"outcomes": None}, "outcomes: this key is required and is missing"),
    "a panel of no month": (
        {"panel": {"measures": ["share"], "every": 4}},
        "tiny.yaml: panel.every: given 4, allowed: up to 3, the months that the markets are simul",
    ),
    "a panel of what is not there": (
        {"panel": {"measures": ["shares"]}},
        "panel.measures: the market's table has no column 'shares'; did you mean 'share'?",
    ),
    "a list of points that is not there": (
        {"design": {"file": "points.csv"}},
        "points.csv: the design cannot be read: No such file or directory",
    ),
    "points of nothing uncertain": (
        {"uncertainties": [], "design": {"points": 32}},
        "tiny.yaml: design.points: given 32, allowed: none, as there are no uncertainties to samp",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_one_clear_line(invoke: Invoke, here: Path, kind: str) -> None:
    changes, words = WRONG[kind]
    write(here, changes)
    lines = error_lines(invoke("experiment", "tiny.yaml", "--out", "out"))
    assert any(words in line for line in lines)
    assert len(lines) <= 2
    assert [item.name for item in here.iterdir()] == ["tiny.yaml"]


FULL = copy.deepcopy(TINY) | {
    "title": "Full",
    "control": "offensive",
    "random_numbers": "common",
    "warm_up": {"rule": "mser5", "measure": "profit"},
    "seed": 1,
}
# Keys inside these are the user's or the market's: checked as paths above.
FREE = {"settings", "arms", "outcomes"}


def _mistyped(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the places of all keys that relsim itself names."""
    if isinstance(data, list):
        return [place for k, item in enumerate(data) for place in _mistyped(item, (*path, k))]
    if not isinstance(data, dict):
        return []
    own = [] if len(path) == 1 and path[0] in FREE else [(*path, key) for key in data]
    inside = [
        place
        for key, item in data.items()
        if path[:1] not in {("settings",), ("arms",)}
        for place in _mistyped(item, (*path, key))
    ]
    return own + inside


@pytest.mark.parametrize("place", _mistyped(FULL), ids=lambda p: ".".join(map(str, p)))
def test_a_typo_at_any_level(invoke: Invoke, here: Path, place: tuple[Any, ...]) -> None:
    data = copy.deepcopy(FULL)
    inside: Any = data
    for part in place[:-1]:
        inside = inside[part]
    right = place[-1]
    wrong = right + "x"
    inside[wrong] = inside.pop(right)
    (here / "typo.yaml").write_text(yaml.safe_dump(data))
    lines = error_lines(invoke("experiment", "typo.yaml", "--out", "out"))
    where = ".".join(map(str, (*place[:-1], wrong)))
    assert f"typo.yaml: {where}: unknown key; did you mean {right!r}?" in lines
    assert not (here / "out").exists()


def test_configs_of_the_other_kind(invoke: Invoke, here: Path) -> None:
    path = write(here)
    for command, name, words in (
        ("run", "offence_defence", "is one of the experiments of relsim; relsim experiment off"),
        ("experiment", "telecom", "is one of the markets of relsim; relsim run telecom takes it"),
        ("run", path, "is the config of an experiment, not of a market; relsim experiment takes"),
    ):
        (line,) = error_lines(invoke(command, name))
        assert words in line
    (here / "market.yaml").write_text("extends: telecom\n")
    (line,) = error_lines(invoke("experiment", "market.yaml"))
    assert line.startswith("market.yaml: is the config of a market, not of an experiment; relsim r")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ("--executor", "thread"),
            "--executor: unknown executor 'thread'; did you mean 'threads'?",
        ),
        (("--executor", "dask"), "--address: dask needs a scheduler"),
        (("--set", "replication.minimun=3"), "--set: replication.minimun: unknown key; did you"),
        (("--set", "replication.minimum=x"), "--set: replication.minimum: given 'x', allowed: "),
        (("--set", "seed"), "--set: given 'seed', allowed: KEY=VALUE"),
    ],
)
def test_options(invoke: Invoke, here: Path, options: tuple[str, ...], words: str) -> None:
    write(here)
    (line,) = error_lines(invoke("experiment", "tiny.yaml", "--out", "out", *options))
    assert words in line
    assert not (here / "out").exists()


def test_a_design_of_absurd_size(invoke: Invoke, here: Path) -> None:
    write(here, {"replication.minimum": 20_000})
    (line,) = error_lines(invoke("experiment", "tiny.yaml", "--out", "out"))
    assert "tiny.yaml: the design is large (160,000 runs, about " in line
    assert line.endswith("; --yes begins it")
    assert not (here / "out").exists()


def test_a_design_too_large_to_be_made(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "memory", lambda: float("inf"))
    levers = [
        {"key": f"firms.{k}.price", "low": 1.0, "high": 2.0, "steps": 10_000} for k in range(3)
    ]
    write(here, {"levers": levers})
    for more in ((), ("--dry-run",)):
        (line,) = error_lines(invoke("experiment", "tiny.yaml", "--out", "out", *more))
        assert "the design is large (about 8,000,000,000,000 runs); --yes begins it" in line
    assert not (here / "out").exists()


def test_more_points_or_workers_than_memory(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "memory", lambda: 1e9)
    write(here)
    order = ("experiment", "tiny.yaml", "--out", "out", "--yes")
    # 400,000 points x 6 columns x 260 bytes, and 1.6 million runs x 520 bytes.
    (line,) = error_lines(invoke(*order, "--set", "design.points=200000"))
    assert line == (
        "tiny.yaml: the design: 400,000 points and 1,600,000 runs need about 1.5 GB of memory, "
        "and there are 1.0 GB"
    )
    workers = ("--executor", "threads", "--workers", 20)
    (line,) = error_lines(invoke(*order, *workers, "--set", "settings.market.customers=1000000"))
    assert line == (
        "market.customers: 1,000,000 customers, 20 times at once, need about 1.2 GB of memory, "
        "and there are 1.0 GB"
    )
    assert [item.name for item in here.iterdir()] == ["tiny.yaml"]
