"""Loyalty programmes: the contract, exact balances, and the published patterns."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.agents.market import AgentMarket
from relsim.customers.arithmetic import expit
from relsim.errors import SpecError
from relsim.firms.plan import Plan
from relsim.firms.strategies import Strategy
from relsim.firms.view import FirmView
from relsim.loader import load
from relsim.market import Market
from relsim.mechanisms.loyalty_programme import LoyaltyProgramme, Programme
from relsim.mechanisms.loyalty_programme import programme as rules
from relsim.mechanisms.loyalty_programme.programme import LoyaltyProgrammes
from relsim.spec import MarketSpec, override, starter
from relsim.spec.relationship import Relationship
from relsim.testing import MechanismContract

MARKET, FIRM = "mechanisms.loyalty_programme", "firms.0.relationship.loyalty_programme"
RIVAL = "firms.1.relationship.loyalty_programme"
SHARES = st.floats(0.0, 1.0)
ON: dict[str, Any] = {
    MARKET: {"join_rate": 0.4},
    FIRM: {"reward_after": 3.0, "expiry": 0.01, "running_cost": 0.1, "earn_rate": 0.02},
}


class TestContract(MechanismContract):
    mechanism = LoyaltyProgrammes
    on = ON
    others = {  # noqa: RUF012  # never changed
        f"{MARKET}.acceleration": 0.5,
        f"{MARKET}.steepness": 1.0,
        f"{MARKET}.slump": 0.5,
        f"{MARKET}.pressure": 2.0,
        f"{MARKET}.satiation": 0.1,
        f"{MARKET}.half_life": 1.0,
        f"{MARKET}.horizon": 4.0,
        f"{MARKET}.breakage": 0.9,
        f"{MARKET}.join_rate": 0.1,
        f"{MARKET}.join_slope": 3.0,
        f"{FIRM}.earn_rate": 0.01,
        f"{FIRM}.reward_after": 5.0,
        f"{FIRM}.expiry": 0.2,
        f"{FIRM}.launch": 5,
        f"{FIRM}.running_cost": 0.2,
    }


# Rules are their equations ----------------------------------------------------------------


@given(SHARES, st.floats(0.01, 10.0))
def test_pace(progress: float, steepness: float) -> None:
    paced = rules.pace(progress, steepness)
    assert paced == pytest.approx(progress / (progress + steepness * (1.0 - progress)))
    assert 0.0 <= paced <= 1.0


@given(st.floats(-1.0, 1.0), SHARES, SHARES, SHARES)
def test_usage_factor(effect: float, paced: float, gain: float, slump: float) -> None:
    up = effect * gain * paced if effect > 0.0 else effect * slump
    assert rules.usage_factor(effect, paced, gain, slump) == pytest.approx(1.0 + up)


def test_nobody_buys_less_than_nothing_after_a_large_reward() -> None:
    effect = -rules.worth_it(1.0, 10.0)
    assert effect < -90.0
    assert rules.usage_factor(effect, 0.0, 0.25, 0.1) == 0.0


@given(SHARES, st.floats(-3.0, 3.0), st.floats(-3.0, 3.0), st.floats(0.0, 10.0))
def test_joins(u: float, base: float, slope: float, usage: float) -> None:
    chance = expit(base + slope * (usage - 2.0) * 0.5)
    if abs(u - chance) > 1e-9:
        assert rules.joins(u, base, slope, usage, 2.0, 0.5) == (u < chance)


def test_the_goal_gradient_is_the_published_one() -> None:
    m = LoyaltyProgramme()
    intervals = [
        1.0 / rules.usage_factor(1.0, rules.pace(k / 10, m.steepness), m.acceleration, m.slump)
        for k in range(10)
    ]
    assert intervals[-1] / intervals[0] == pytest.approx(0.80, abs=0.01)
    assert sum(intervals) / (10 * intervals[0]) == pytest.approx(24.6 / 29.4, abs=0.01)


# Exact cases ------------------------------------------------------------------------------


def constant(market: dict[str, Any], firm: dict[str, Any]) -> MarketSpec:
    """Return a market in which all buy one unit a month for ever, and all are members at once."""
    alike = {f"{name}_spread": 0.0 for name in ("usage", "service_demand", "growth_potential")}
    return override(
        starter(),
        {
            "market.customers": 300,
            "market.annual_turnover": 0.0,
            "run.months": 40,
            "customers.segments": [{"name": "all", "usage": 1.0, **alike}],
            "mechanisms.retention": {"rule": "fixed", "monthly": 1.0},
            "mechanisms.buying": {"volume_growth": 0.0, "cross_sale_rate": 0.0, "premium": 0.0},
            "firms.0.share": 1.0,
            "firms.1.share": 0.0,
            MARKET: {"join_rate": 1.0, "acceleration": 0.0, "slump": 0.0, **market},
            FIRM: {"earn_rate": 0.02, "reward_after": 10.0, **firm},
        },
    )


def test_the_balance_is_a_sawtooth_when_all_buy_alike() -> None:
    spec = constant({"breakage": 0.0}, {"reward_after": 8.0})
    lived = Market(spec).run()
    earned = 0.02 * spec.firms[0].price * 300
    # All join in the first month and earn from the second on; every eighth purchase pays.
    since = np.arange(40)
    np.testing.assert_allclose(lived.columns["points_held"][:, 0], earned * (since % 8), atol=1e-9)
    paid = np.where((since % 8 == 0) & (since > 0), -8.0 * earned, 0.0)
    np.testing.assert_allclose(lived.columns["points_redeemed"][:, 0], paid, atol=1e-9)
    np.testing.assert_array_equal(lived.columns["programme_members"][:, 0], 300.0)


@pytest.mark.parametrize("expiry", [0.0, 0.05, 0.3])
def test_points_that_lapse_come_to_the_geometric_sum(expiry: float) -> None:
    spec = constant({"breakage": 0.0}, {"reward_after": 1e6, "expiry": expiry})
    held = Market(spec).run().columns["points_held"][:, 0] / 300
    earned, kept = 0.02 * spec.firms[0].price, 1.0 - expiry
    expected = [earned * sum(kept**k for k in range(1, month + 1)) for month in range(40)]
    np.testing.assert_allclose(held, expected, rtol=1e-9)


def test_the_liability_is_what_is_going_to_be_claimed() -> None:
    spec = constant({"breakage": 0.4}, {"reward_after": 8.0})
    lived = Market(override(spec, {"market.customers": 20_000, "run.months": 30})).run()
    held, liability = (lived.columns[n][:, 0] for n in ("points_held", "points_liability"))
    np.testing.assert_allclose(liability, 0.6 * held, rtol=1e-12)
    earned = 0.02 * spec.firms[0].price * 8 * 20_000
    claimed = -lived.columns["points_redeemed"][[8, 16, 24], 0] / earned
    assert claimed == pytest.approx(0.6, abs=4 * np.sqrt(0.24 / 20_000))


def test_points_that_are_worth_nothing_do_nothing() -> None:
    base = {"market.customers": 2_000, "run.months": 18, MARKET: {"join_rate": 0.3}}
    plain = Market(override(starter(), base)).run()
    worthless = Market(override(starter(), base | {FIRM: {"earn_rate": 0.0}})).run()
    np.testing.assert_allclose(worthless.columns["profit"], plain.columns["profit"], rtol=1e-9)


# Conservation -----------------------------------------------------------------------------


def test_points_held_are_those_of_the_members() -> None:
    lived = Market(override(starter(), ON | {RIVAL: {}, "market.customers": 2_000})).run()
    frame = lived.customers.frame()
    for place, name in enumerate(("Attack", "Defend")):
        mine = frame["supplier"] == name
        held = lived.columns["points_held"][-1, place]
        assert frame.loc[mine, "points"].sum() == pytest.approx(held)
        members = int((frame.loc[mine, "effect"] != 0.0).sum())
        assert members == lived.columns["programme_members"][-1, place]
    assert (frame.loc[frame["effect"] == 0.0, "points"] == 0.0).all()


# Patterns ---------------------------------------------------------------------------------


def gained(**more: Any) -> float:
    """Return what a programme adds to its firm's sales, as a share of them."""
    spec = override(starter(), {"market.customers": 20_000, "run.months": 12, MARKET: {}, **more})
    sold = [
        Market(one).run().columns["revenue_base"][:, 0].sum()
        for one in (override(spec, {FIRM: {}}), spec)
    ]
    return float(sold[0] / sold[1] - 1.0)


def test_a_naive_comparison_is_seven_times_the_true_effect() -> None:
    spec = load("telecom", {"market.customers": 20_000, "run.months": 24, MARKET: {}})
    with_it, without = Market(override(spec, {FIRM: {}})).run(), Market(spec).run()
    each = [
        market.columns["revenue_base"][:, 0].sum() / market.columns["customers"][:, 0].sum()
        for market in (with_it, without)
    ]
    columns = with_it.columns
    members = columns["programme_members"][:, 0].sum() / columns["customers"][:, 0].sum()
    true = (each[0] / each[1] - 1.0) / members
    frame = with_it.customers.frame()
    mine = frame[frame["supplier"] == spec.firms[0].name]
    member = mine["effect"] != 0.0
    naive = mine["usage"][member].mean() / mine["usage"][~member].mean() - 1.0
    assert 5.0 < naive / true < 9.0  # Leenheer et al. 2007: seven


def test_rivals_cards_weaken_a_programme() -> None:
    assert 0.0 < gained(**{RIVAL: {}}) < gained()


def test_it_pays_or_not_by_what_the_points_cost() -> None:
    values = {"market.customers": 20_000, "run.months": 24, MARKET: {"join_rate": 0.2}}
    spec = override(starter(), values)
    plain = Market(spec).run().columns["profit"][:, 0].sum()
    gains = [
        Market(override(spec, {FIRM: {"earn_rate": rate}})).run().columns["profit"][:, 0].sum()
        - plain
        for rate in (0.002, 0.1)
    ]
    assert gains[0] > 0.0 > gains[1]


def test_points_build_no_trust() -> None:
    values = {"market.customers": 5_000, MARKET: {"pressure": 0.0, "join_rate": 0.3}}
    plain = Market(override(starter(), values)).run()
    mine = Market(override(starter(), values | {FIRM: {}})).run()
    stayed = mine.customers.columns.supplier == plain.customers.columns.supplier
    np.testing.assert_allclose(
        mine.customers.columns.trust[stayed].mean(),
        plain.customers.columns.trust[stayed].mean(),
        atol=1e-3,
    )


# A strategy may decide --------------------------------------------------------------------


class Late(Strategy):
    """Open a programme in month four."""

    def plan(self, view: FirmView) -> Plan:
        policy = Relationship(loyalty_programme=Programme()) if view.month == 4 else None
        return Plan(relationship=policy)


def test_a_strategy_may_open_a_programme() -> None:
    market = Market(override(starter(), {MARKET: {"join_rate": 0.5}}))
    market.firms[0].strategy = Late()
    members = market.run(6).columns["programme_members"][:, 0]
    assert members[:3].tolist() == [0.0, 0.0, 0.0]
    assert members[3] > 0.0


def test_a_policy_without_its_mechanism_is_refused() -> None:
    with pytest.raises(SpecError, match=r"firms\.0\.relationship\.loyalty_programme: mechanisms"):
        override(starter(), {FIRM: {}})


def test_a_programme_that_closes_ends_memberships() -> None:
    spec = override(starter(), ON | {"market.customers": 800})
    for kind in (Market, AgentMarket):
        market = kind(spec).run(6)
        assert market.columns["programme_members"][-1, 0] > 0.0
        closed = override(spec, {FIRM: None})
        market.change(closed)
        market.run(2)
        for name in ("programme_members", "points_held"):
            assert market.columns[name][-1, 0] == pytest.approx(0.0, abs=1e-6)
        assert (market.customers.frame()["effect"] == 0.0).all()
