"""Plans that make no sense are refused with the place, the value and what is allowed."""

import math
from typing import Any

import pytest

from relsim.errors import StrategyError
from relsim.firms.plan import Plan, check
from relsim.firms.strategies import Strategy
from relsim.market import Market
from relsim.spec import override, starter


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(prospects=-1.0), "prospects: planned -1.0, allowed: from 0 to 1e\\+15"),
        (Plan(rivals=math.nan), "rivals: planned nan"),
        (Plan(recovery=math.inf), "recovery: planned inf"),
        (Plan(discount=1.5), "discount: planned 1.5, allowed: from 0 to 1"),
        (Plan(price=-2.0), "price: planned -2.0"),
        (Plan(retention=(0.0, 0.0)), "a tuple of 4 budgets"),
        (Plan(retention=(0.0, math.nan, 0.0, 0.0)), r"retention\[1\]: planned nan"),
        (Plan(data="much"), "data: planned 'much'"),  # type: ignore[arg-type]
        (Plan(staff=True), "staff: planned True"),
        (None, "returned None, allowed: a relsim.Plan"),
        (Plan(prospects=60.0, recovery=50.0), "plans to spend 110.00, allowed: at most its cash"),
    ],
)
def test_nonsense_is_refused(plan: Any, words: str) -> None:
    with pytest.raises(StrategyError, match=words):
        check(plan, 100.0, "firms.0.strategy (X), month 3")


def test_sense_is_accepted() -> None:
    plan = Plan(prospects=40, retention=(0.0, 60.0, 0.0, 0.0), price=9.0)
    assert check(plan, 100.0, "here") is plan


class Spendthrift(Strategy):
    """Spend a fixed sum on reach, whatever there is."""

    def plan(self, view: Any) -> Plan:
        return Plan(prospects=1e9)


def test_spending_more_than_the_cash_without_credit_stops_the_market() -> None:
    spec = override(starter(), {"market.credit": False, "firms.0.cash": 10.0})
    market = Market(spec)
    market.firms[0].strategy = Spendthrift()
    with pytest.raises(StrategyError, match=r"firms\.0\.strategy \(Attack\), month 1"):
        market.step()
