"""Mechanisms of one's own: policies of firms, names, and the month woven for them."""

import sys
from typing import Any, NamedTuple

import numpy as np
import pytest

from relsim.agents.market import AgentMarket
from relsim.customers import schedule
from relsim.customers.block import SOCKETS, SPACE
from relsim.customers.compiled import cache_folder
from relsim.customers.weave import text, woven
from relsim.errors import SpecError, StrategyError
from relsim.loader import load
from relsim.market import Market
from relsim.mechanisms import kit, registry
from relsim.spec import MarketSpec, override, starter


class Own(NamedTuple):
    sums: Any
    visits: Any


@kit.loop
def count(s: kit.Scene, own: Own) -> None:
    """Count the months of customers with firms that keep a club."""
    f, lo, visits, sums = s.f, s.lo, own.visits, own.sums[s.chunk]
    for c in range(s.n):
        firm = np.int64(f[kit.SUPPLIER + c])
        visits[lo + c] += 1
        sums[firm, 0] += 1.0


class Club(kit.Mechanism):
    """A club whose evenings cost what its firm says."""

    name = "club"
    sums = ("guests",)
    columns = {"visits": kit.Column(np.int32, "evenings in a club", "state")}  # noqa: RUF012
    additions = (kit.Addition(f"{__name__}.count", after="book"),)
    lines = (kit.Line("evenings", "evenings of the club"),)

    def own(self, sums: Any) -> Own:
        return Own(sums, self.state["visits"])

    def close(self, accounts: Any, table: Any, stocks: Any, month: int) -> Any:
        costs = [firm.relationship.own.get("club", {}).get("cost", 0.0) for firm in self.spec.firms]
        return -np.array(costs)[:, None] * self.sum_of("guests")[:, None], stocks


def spec(**more: Any) -> MarketSpec:
    kind = f"{__name__}.Club"
    values = {"market.customers": 300, "run.months": 3, "mechanisms.own": [{"kind": kind}]}
    return override(starter(), values | more)


def test_a_firm_s_policy_is_read() -> None:
    lived = Market(spec(**{"firms.0.relationship.own": {"club": {"cost": 2.0}}})).run()
    customers, evenings = lived.columns["customers"], lived.columns["evenings"]
    np.testing.assert_array_equal(evenings[:, 1], 0.0)
    assert (evenings[:, 0] < 0.0).all()
    assert customers.shape == evenings.shape
    assert (lived.customers.frame()["visits"] == 3).all()


def test_a_policy_for_what_is_not_on_is_refused() -> None:
    wrong = spec(**{"firms.0.relationship.own": {"clubb": {"cost": 2.0}}})
    with pytest.raises(StrategyError, match=r"firms\.0\.relationship\.own\.clubb"):
        registry.build(wrong)


def test_unknown_numbers_are_refused() -> None:
    kind = f"{__name__}.Club"
    with pytest.raises(StrategyError, match=r"mechanisms\.own\.0\.size"):
        Market(override(starter(), {"mechanisms.own": [{"kind": kind, "size": 3}]}))


def test_two_of_one_name_are_refused() -> None:
    kind = {"kind": f"{__name__}.Club"}
    with pytest.raises(StrategyError, match="name of its own"):
        Market(override(starter(), {"mechanisms.own": [kind, kind]}))


def test_a_class_that_is_no_mechanism_is_refused() -> None:
    with pytest.raises(StrategyError, match="not a subclass"):
        load({"extends": "telecom", "mechanisms": {"own": [{"kind": f"{__name__}.Own"}]}})


def test_the_plain_engine_refuses_customers_of_one_s_own() -> None:
    mine = override(starter(), {"customers.class": "relsim.agents.customer.CustomerAgent"})
    with pytest.raises(SpecError, match="AgentMarket"):
        Market(mine)
    small = override(mine, {"market.customers": 50, "run.months": 2})
    plain = override(starter(), {"market.customers": 50, "run.months": 2})
    mine_table, table = AgentMarket(small).run().table, Market(plain).run().table
    np.testing.assert_allclose(mine_table["profit"], table["profit"])


# The woven month ----------------------------------------------------------------------------


def test_the_text_of_a_month_names_its_passes_in_their_order() -> None:
    setting = schedule.setting(starter())
    passes = schedule.passes(setting, [Club.additions])
    lines = [line.strip() for line in text(passes).splitlines()]
    calls = [line for line in lines if line.startswith("passes_")]
    assert len(calls) == len(passes)
    names = [call.partition("(")[0].partition(".")[2] for call in calls]
    assert names == [one.function.rpartition(".")[2] for one in passes]
    assert names.index("count") == names.index("book") + 1
    assert any("count(s, own[0])" in call for call in calls)


def test_a_month_is_woven_once() -> None:
    passes = schedule.passes(schedule.setting(starter()))
    assert woven(passes) is woven(passes)


def test_sockets_lie_between_steps_of_the_schedule() -> None:
    order = ["", *schedule.STEPS]
    for socket in SOCKETS.values():
        assert order.index(socket.after) < order.index(socket.before)
        assert 0 <= socket.row < SPACE
    assert len({socket.row for socket in SOCKETS.values()}) == len(SOCKETS)


@pytest.mark.parametrize(
    ("rule", "chosen"),
    [
        ("fixed", "by_given_chance"),
        ("own", "by_own_chance"),
        ("response", "by_given_chance"),
        ("relationship", "by_relationship"),
    ],
)
def test_a_special_case_is_a_choice_of_passes(rule: str, chosen: str) -> None:
    changed = override(starter(), {"mechanisms.retention.rule": rule})
    passes = schedule.passes(schedule.setting(changed))
    names = [one.function.rpartition(".")[2] for one in passes]
    assert [name for name in names if name.startswith("by_")] == [chosen]
    moves = "with_causes" if rule == "relationship" else "as_given"
    assert moves in names


def again(scene: kit.Scene, own: Own) -> None:
    for c in range(scene.n):
        own.sums[scene.chunk, np.int64(scene.f[kit.SUPPLIER + c]), 0] += 10.0


def test_a_pass_that_is_defined_anew_is_woven_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a cell of a notebook that is run once more."""
    policy = {"firms.0.relationship.own": {"club": {"cost": 1.0}}}
    once = Market(spec(**policy)).run(1).columns["evenings"][0, 0]
    monkeypatch.setattr(sys.modules[__name__], "count", kit.loop(again))
    assert Market(spec(**policy)).run(1).columns["evenings"][0, 0] == 10.0 * once


def test_months_with_code_of_one_s_own_are_not_kept() -> None:
    before = {path.name for path in cache_folder().iterdir()}
    Market(spec()).run(1)
    assert {path.name for path in cache_folder().iterdir()} == before
