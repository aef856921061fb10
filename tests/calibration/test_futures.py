"""Elasticities are those of runs that differ in one number, and of nothing else."""

import copy
import math

import numpy as np
import pytest

from relsim.calibration.futures import Change, FollowingMarket, changed, elasticities, sold
from relsim.firms.budgets import PLAN_FIELDS
from relsim.spec import override, starter

SPEC = override(starter(), {"market.customers": 400, "run.months": 12})


def test_plans_that_are_not_changed_make_the_same_months() -> None:
    """Adaptive firms too: what they decided is followed, to the last bit."""
    market = FollowingMarket(override(SPEC, {"firms.1.strategy.kind": "adaptive"})).run(3)
    market.kept = ()
    future = copy.deepcopy(market)
    market.run(9)
    future.script = iter(changed(market.kept, 0, "acquisition", 1.0))
    future.run(9)
    assert future.figures.tobytes() == market.figures.tobytes()


def test_elasticity_is_that_of_two_runs_at_other_prices() -> None:
    still = {"firms.*.strategy.budget_share": 0.0}
    made = elasticities(FollowingMarket(override(SPEC, still)), [Change("price", "short")], [0])
    price = SPEC.firms[0].price
    quarters = []
    for factor in (0.9, 1.1):
        market = FollowingMarket(override(SPEC, {**still, "firms.0.price": factor * price}))
        months = [sold(market.run(1), 0) for _ in range(12)]
        quarters.append(sum(months[-3:]))
    expected = math.log(quarters[1] / quarters[0]) / math.log(1.1 / 0.9)
    assert made[Change("price", "short")] == pytest.approx([expected], rel=1e-12)
    assert expected < 0.0


def test_only_one_number_of_one_firm_is_changed() -> None:
    market = FollowingMarket(SPEC).run(2)
    before = [one.rows.copy() for one in market.kept]
    after = changed(market.kept, 1, "price", 1.1)
    for was, plan, now in zip(before, market.kept, after, strict=True):
        assert (plan.rows == was).all()
        moved = np.argwhere(now.rows != was)
        assert moved.tolist() == [[1, PLAN_FIELDS.index("price")]]


def test_what_nothing_is_spent_on_has_no_elasticity() -> None:
    made = elasticities(FollowingMarket(SPEC), [Change("referral", "short")], [0, 1])
    assert np.isnan(made[Change("referral", "short")]).all()


def test_nothing_wanted_simulates_nothing() -> None:
    market = FollowingMarket(SPEC)
    assert elasticities(market, [], [0]) == {}
    assert market.month == 0
