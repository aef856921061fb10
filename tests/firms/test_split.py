"""Strategies that are planned together decide what each would have decided by its view."""

import copy
import pickle
from typing import Any

import pytest

from relsim.errors import StrategyError
from relsim.firms.plan import Plan
from relsim.firms.strategies import BUILT_IN, Balanced, build
from relsim.firms.strategies.split import SETTLED
from relsim.firms.view import FirmView
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter
from relsim.testing import situations

TOGETHER = sorted(set(BUILT_IN) - {"marginal"})
PARAMETERS: dict[str, Any] = {
    "budget_share": 0.31,
    "data_share": 0.13,
    "staff_share": 0.11,
    "valuable_weight": 1.7,
    "discount": 0.07,
    "reward_in_prices": 0.43,
}


def apart(spec: MarketSpec) -> list[tuple[Plan | None, Plan]]:
    """Return, month by month, what the first firm did and what its strategy says to its view."""
    market, found = Market(spec), []
    alone = build(spec.firms[0].strategy, "firms.0.strategy")
    for _ in range(spec.run.months):
        market.month += 1
        view = copy.deepcopy(market.views()[0])
        market.month -= 1
        expected = alone.plan(view)
        market.step()
        found.append((market.firms[0].plan, expected))
    return found


@pytest.mark.parametrize("situation", situations())
@pytest.mark.parametrize("kind", TOGETHER)
def test_planned_together_is_planned_alone(kind: str, situation: str) -> None:
    strategy = {"kind": kind, **PARAMETERS}
    for did, expected in apart(override(situations()[situation], {"firms.0.strategy": strategy})):
        assert did == expected


def test_every_number_of_a_split_is_a_parameter() -> None:
    assert set(SETTLED) <= set(Balanced.model_fields)


class Headstrong(Balanced):
    """Inherit a split, and plan otherwise."""

    def plan(self, view: FirmView) -> Plan:
        return Plan(prospects=1.0 + view.month)


def test_a_strategy_of_ones_own_is_asked_for_its_plan_whatever_it_inherits() -> None:
    market = Market(starter())
    market.firms[0].strategy = Headstrong()
    market.run(2)
    assert market.firms[0].plan == Plan(prospects=3.0)
    assert market.table["spent_prospects"].tolist()[::2] == [2.0, 3.0]


def test_a_parameter_that_is_changed_in_mid_run_is_heeded() -> None:
    market = Market(override(starter(), {"firms.0.strategy": {"kind": "balanced"}})).run(1)
    strategy = market.firms[0].strategy
    assert isinstance(strategy, Balanced)
    strategy.retention_share = 1.0
    plan = market.plan()[0]
    assert plan.offence == 0.0 < plan.defence


def test_a_plan_that_no_market_has_money_for_is_refused() -> None:
    values = {"firms.0.price": 1e12, "firms.0.strategy.budget_share": 10.0}
    with pytest.raises(StrategyError, match=r"firms\.0\.strategy \(Attack\), month 1: .*planned"):
        Market(override(starter(), values)).step()


def test_what_a_firm_remembers_is_what_its_books_say() -> None:
    market = Market(starter()).run(3)
    firm = market.firms[1]
    early = firm.past[:]
    assert [month.month for month in early] == [1, 2, 3]
    again = pickle.loads(pickle.dumps(market))
    assert market.run(2).firms[1].past[:3] == early
    mine = market.table.query("firm == 'Defend'")
    for name in ("customers", "lost", "profit", "lifetime_value"):
        assert [getattr(month, name) for month in firm.past] == mine[name].tolist(), name
    assert again.run(2).firms[1].past == firm.past


def test_cash_that_is_given_to_a_firm_is_there_and_the_books_stay() -> None:
    market = Market(starter()).run(1)
    booked = market.table["cash"].tolist()
    market.firms[0].cash = 5.0
    assert market.firms[0].cash == 5.0
    assert market.table["cash"].tolist() == booked
    market.step()
    assert market.firms[0].cash == pytest.approx(5.0 + market.table["profit"].tolist()[2])
