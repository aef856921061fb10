"""Many markets at once: each is what it would have been alone, whoever simulates it."""

import ast
import itertools
import os
import pickle
import re
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import relsim
from relsim import lab
from relsim.errors import RelsimError, SpecError, StrategyError
from relsim.firms.plan import Plan
from relsim.firms.strategies import Conquest
from relsim.firms.view import FirmView
from relsim.lab.runs import scheduler
from relsim.lab.runs.evaluation import Evaluation
from relsim.lab.runs.executors import Crew, standing
from relsim.lab.runs.memory import evaluated
from relsim.lab.runs.run import Assignment, Recipe
from relsim.lab.spec import OutcomeSpec
from relsim.market import Market
from relsim.spec import override, starter
from tests.lab.conftest import Shuffled

SMALL = override(starter(), {"market.customers": 80, "run.months": 5})
ASSIGNMENTS: list[dict[str, Any]] = [
    {},
    {"firms.0.price": 26.0},
    {"firms.*.strategy.kind": "balanced", "mechanisms.trust.build_rate": 0.05},
    {"run.seed": 9},
]
OUTCOMES: dict[str, Any] = {
    "profit": {"measure": "profit", "firm": "Attack", "aggregate": "present_value"},
    "lost": OutcomeSpec(measure="lost", aggregate="sum"),
}


def half(market: Market) -> tuple[int, pd.DataFrame]:
    """Simulate some months, change the price, and simulate more."""
    market.run(2)
    before = int((market.customers.columns.supplier == 1).sum())
    market.change(override(market.spec, {"firms.0.price": 20.0}))
    return before, market.run(3).table


def fails_dear(market: Market) -> int:
    if market.spec.firms[0].price > 30.0:
        raise ValueError("too dear")
    return market.run().month


def dies(market: Market) -> None:
    if market.spec.firms[0].price > 30.0:
        os._exit(1)


def same(one: Evaluation, other: Evaluation) -> bool:
    return pickle.dumps(one.table) == pickle.dumps(other.table)


def test_each_run_is_the_market_alone() -> None:
    found = lab.evaluate(SMALL, OUTCOMES, ASSIGNMENTS, replications=3)
    assert not found.failed.any()
    assert len(found.table) == len(ASSIGNMENTS) * 3
    for row, (values, stream) in zip(
        found.table.itertuples(), itertools.product(ASSIGNMENTS, range(3)), strict=True
    ):
        spec = override(SMALL, values)
        columns = Market(spec, replication=stream).run().columns
        rate = (1.0 + spec.market.annual_discount_rate) ** (1 / 12)
        worth = float((columns["profit"][:, 0] / rate ** np.arange(1, 6)).sum())
        assert row.profit == pytest.approx(worth, rel=1e-12)
        assert row.lost == columns["lost"].sum()
        assert row.replication == stream


def test_one_run_of_each_has_the_random_numbers_of_its_spec() -> None:
    spec = override(SMALL, {"run.seed": 4, "run.replication": 2})
    found = lab.evaluate(spec, OUTCOMES)
    assert found.table["lost"].tolist() == [Market(SMALL, 4, 2).run().columns["lost"].sum()]
    assert found.table["replication"].tolist() == [2]


@pytest.mark.parametrize("executor", ["serial", "threads", "processes", "shuffled", "own"])
def test_whoever_works_the_bytes_are_the_same(executor: str) -> None:
    def run(**how: Any) -> Evaluation:
        return lab.evaluate([SMALL, starter()], OUTCOMES, ASSIGNMENTS, months=3, **how)

    alone = run(replications=2)
    assert len(alone.lived) == 16
    if executor == "shuffled":
        with Shuffled(3) as own:
            assert same(run(replications=2, workers=3, executor=own), alone)
    elif executor == "own":
        with ThreadPoolExecutor(3) as pool:
            assert same(run(replications=2, workers=3, executor=pool), alone)
    else:
        assert same(run(replications=2, workers=2, executor=executor), alone)
    assert same(run(replications=2, threads=2), alone)


def test_fewer_replications_are_the_first_of_more() -> None:
    few = lab.evaluate(SMALL, OUTCOMES, ASSIGNMENTS, replications=2).table
    more = lab.evaluate(SMALL, OUTCOMES, ASSIGNMENTS[1:], replications=4).table
    few = few[few["assignment"] > 0].assign(assignment=lambda f: f["assignment"] - 1)
    shared = more[more["replication"] < 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(few.reset_index(drop=True), shared, check_exact=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_function_of_ones_own_simulates(workers: int) -> None:
    found = lab.evaluate(SMALL, half, [{"run.seed": 1}, {"run.seed": 2}], workers=workers).whole()
    for (before, table), seed in zip(found.left, (1, 2), strict=True):
        market = Market(SMALL, seed).run(2)
        assert before == int((market.customers.columns.supplier == 1).sum())
        market.change(override(SMALL, {"firms.0.price": 20.0}))
        pd.testing.assert_frame_equal(table, market.run(3).table, check_exact=True)


def test_a_run_that_fails_is_a_row_that_says_so() -> None:
    prices = [{"firms.0.price": price} for price in (25.0, 40.0, 28.0)]
    found = lab.evaluate(SMALL, fails_dear, prices)
    assert found.failed.tolist() == [False, True, False]
    assert found.left == [5, None, 5]
    assert found.table["error"].tolist() == ["", "ValueError: too dear", ""]
    with pytest.raises(RelsimError, match="assignment 1, replication 0: the run failed: ValueErr"):
        found.whole()
    wrong = [{}, {"firms.0.strategy": {"kind": "defensive", "no_such": 1}}]
    table = lab.evaluate(SMALL, OUTCOMES, wrong).table
    assert table[["profit", "lost"]].isna().all(axis=1).tolist() == [False, True]
    assert "no_such: unknown key" in table["error"][1]


def test_a_worker_that_dies_takes_no_other_run_with_it() -> None:
    prices = [{"firms.0.price": price} for price in (25.0, 40.0, 28.0)]
    found = lab.evaluate(SMALL, dies, prices, workers=2)
    assert found.failed.tolist() == [False, True, False]
    assert f"its worker died, {scheduler.MOST_TRIES} times" in found.table["error"][1]


def test_a_run_that_hangs_is_stopped() -> None:
    found = lab.evaluate(SMALL, lambda market: market.run(10_000_000), limit=0.2)
    assert "longer than the 0.2 s" in found.table["error"][0]


def test_another_engine_leaves_the_same() -> None:
    agents = lab.evaluate(SMALL, OUTCOMES, ASSIGNMENTS, engine=relsim.AgentMarket).table
    pd.testing.assert_frame_equal(agents, lab.evaluate(SMALL, OUTCOMES, ASSIGNMENTS).table)


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    lab.evaluate(SMALL, OUTCOMES, ASSIGNMENTS, each=lambda *one: told.append(one))
    assert sum(done for done, _ in told) == len(ASSIGNMENTS)


def test_workers_can_stay_from_one_call_to_the_next() -> None:
    with standing("threads", 2) as crew:
        first = lab.evaluate(SMALL, OUTCOMES, executor=crew)
        assert same(lab.evaluate(SMALL, OUTCOMES, executor=crew), first)


def test_no_runs_at_all() -> None:
    assert lab.evaluate(SMALL, OUTCOMES, []).table.columns.tolist() == [
        "base",
        "assignment",
        "replication",
        "profit",
        "lost",
        "error",
    ]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"outcomes": {"x": {"measure": "prfit"}}}, "no column 'prfit'; did you mean 'profit'"),
        ({"outcomes": {"x": {"measur": "profit"}}}, "outcomes.x: measur: unknown key; did you mea"),
        ({"outcomes": {}}, "outcomes: given none, allowed: outcomes by name, or a function"),
        ({"outcomes": "profit"}, "outcomes: given 'profit', allowed: outcomes by name, or a"),
        ({"replications": 0}, "replications: given 0, allowed: a whole number from 1"),
        ({"replications": 2.5}, "replications: given 2.5, allowed: a whole number from 1"),
        ({"bases": "telecom"}, "bases: given 'telecom', allowed: markets, as relsim.load makes"),
        ({"bases": [SMALL, "telecom"]}, "bases: given 'telecom', allowed: markets, as"),
        ({"assignments": {"firms.0.price": 2.0}}, "assignments: given one, allowed: a list of"),
        ({"assignments": ["x=1"]}, "assignments: number 0: given 'x=1', allowed: a mapping of"),
        ({"months": 0}, "run.months: given 0, allowed"),
        ({"workers": 0}, "workers: given 0, allowed: a whole number from 1"),
        ({"executor": "thread"}, "unknown executor 'thread'; did you mean 'threads'"),
        ({"assignments": [{}, {"run.months": 4}]}, "assignments: number 1: given run.months"),
        ({"assignments": [{"run": {"seed": 4}}]}, "assignments: number 0: given run, allowed"),
    ],
)
def test_what_cannot_be_run_is_said_before_anything_runs(how: dict[str, Any], said: str) -> None:
    asked: dict[str, Any] = {"bases": SMALL, "outcomes": OUTCOMES, **how}
    with pytest.raises(SpecError, match=said):
        lab.evaluate(**asked)


def test_values_from_python_are_what_yaml_has() -> None:
    numbers = [{"firms.0.contract_months": np.int64(3), "firms.0.price": np.float64(26.0)}]
    plain = [{"firms.0.contract_months": 3, "firms.0.price": 26.0}]
    assert same(lab.evaluate(SMALL, OUTCOMES, numbers), lab.evaluate(SMALL, OUTCOMES, plain))
    classes = [{"firms.0.strategy": Conquest}]
    by_name = [{"firms.0.strategy.kind": "conquest"}]
    assert same(lab.evaluate(SMALL, OUTCOMES, classes), lab.evaluate(SMALL, OUTCOMES, by_name))


def test_a_strategy_that_workers_do_not_find(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(relsim.Strategy):
        """What was typed in."""

        def plan(self, view: FirmView) -> Plan:
            return Plan()

    Mine.__module__ = "typed_in"
    module = types.ModuleType("typed_in")
    vars(module)["Mine"] = Mine
    monkeypatch.setitem(sys.modules, "typed_in", module)
    mine = [{"firms.0.strategy": {"kind": "typed_in.Mine"}}]
    with pytest.raises(StrategyError, match=r"evaluate: .* 'typed_in', which has no file"):
        lab.evaluate(SMALL, OUTCOMES, mine, workers=2)


def test_runs_come_back_in_the_order_in_which_they_were_given() -> None:
    recipe = Recipe((SMALL,), ((),), (), 1, 1, simulate=fails_dear, keyed=False)
    given = [Assignment(run, 0, {}, 0) for run in (7, 3, 5)]
    assert [one.run for one in evaluated(recipe, given, Crew("threads", 2))] == [7, 3, 5]


def test_the_laboratory_costs_no_import_until_it_is_asked() -> None:
    code = "import sys, relsim.lab; print(any(m in sys.modules for m in ('mesa', 'numba')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    with pytest.raises(AttributeError, match="no attribute 'evalute'"):
        lab.__getattr__("evalute")


MAKES = re.compile(r"(.*\.)?Market|engine_of\(.*\)")


def test_many_markets_are_run_in_one_place() -> None:
    """One run, fork, story or look at first plans makes a market; many are run here only."""
    package = Path(relsim.__file__).parent
    makers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and MAKES.fullmatch(ast.unparse(node.func))
    }
    assert makers == {"fork.py", "testing.py", "cli/validate_command.py"}
