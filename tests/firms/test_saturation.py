"""Spending that buys nearly all it could is told, by firm and use."""

import math
from typing import Any

import numpy as np
import pytest

from relsim.firms.budgets import SPENT_FIELDS
from relsim.firms.offers import BOUGHT_FIELDS
from relsim.firms.plan import Plan
from relsim.firms.saturation import LIMIT, USES, sentences, uses
from relsim.firms.strategies import Strategy
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter
from relsim.spec.paths import found

SMALL = override(starter(), {"market.customers": 500, "run.months": 3})
PRICE = SMALL.market.reference_price


class Each(Strategy):
    """Spend so many prices on each of those whom money can reach, and on each reward."""

    prospects: float = 0.0
    care: float = 0.0
    staff: float = 0.0
    reward: float = 0.0

    def plan(self, view: Any) -> Plan:
        return Plan(
            prospects=self.prospects * PRICE * view.market.prospects,
            retention=tuple(self.care * PRICE * n for n in view.tier_customers),
            staff=self.staff * PRICE * view.customers,
            referral_reward=self.reward * PRICE,
        )


def told(spec: MarketSpec, **each: float) -> list[str]:
    market = Market(spec)
    market.firms[0].strategy = Each(**each)
    market.firms[1].strategy = Each()
    return market.run().saturation()


SPENT = {
    "prospects": ("reaching prospects", SMALL.firms[0].acquisition.half_at),
    "care": ("care", SMALL.firms[0].care.half_at),
    "staff": ("staff", SMALL.firms[0].staff.half_at),
    "reward": ("rewards", SMALL.mechanisms.word_of_mouth.reward_half_at),
}


@pytest.mark.parametrize("use", SPENT)
def test_it_begins_where_a_twentieth_of_the_ceiling_is_left(use: str) -> None:
    name, half_at = SPENT[use]
    border = half_at * -math.log2(1.0 - LIMIT)
    assert told(SMALL, **{use: 0.99 * border}) == []
    (sentence,) = told(SMALL, **{use: 1.01 * border})
    assert sentence.startswith(f"{name}: Attack (3 of 3 months) buys more than 95% of ")


def test_retention_that_responds_has_a_half_of_its_own() -> None:
    spec = override(SMALL, {"mechanisms.retention.rule": "response"})
    border = spec.mechanisms.retention.half_at * -math.log2(1.0 - LIMIT)
    assert told(spec, care=0.99 * border) == []
    (sentence,) = told(spec, care=1.01 * border)
    assert sentence.startswith("retention: Attack")
    assert "more than 95% of mechanisms.retention.ceiling" in sentence


def test_plans_for_the_first_month_are_told_before_it() -> None:
    spec = override(SMALL, {"firms.1.care.half_at": 1e-4})
    assert Market(SMALL).planned_saturation() == []
    (sentence,) = Market(spec).planned_saturation()
    assert sentence == "care: Defend buys more than 95% of care.ceiling: more spend adds little"


def test_every_budget_belongs_to_one_use() -> None:
    assert sorted(name for use in USES for name in use.budgets) == sorted(BOUGHT_FIELDS)
    assert set(SPENT_FIELDS) < set(BOUGHT_FIELDS)
    firm = SMALL.firms[0]
    named = [use.key for use in (*USES, *uses(responds=True))]
    assert all(any(found(SMALL if key.startswith("mechanisms") else firm, key)) for key in named)


def test_nothing_is_told_of_no_month() -> None:
    assert sentences(["A"], []) == []
    assert sentences(["A"], [np.full((1, len(BOUGHT_FIELDS)), np.nan)]) == []
