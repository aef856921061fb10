"""Every rule against its equation in numpy, and what must hold besides."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import special, stats

from relsim.customers import rules
from relsim.customers.draws import luck, uniform, words
from relsim.customers.rules import (
    buying,
    choice,
    experience,
    ladder,
    reconsider,
    relationship,
    response,
    service,
    telling,
    value,
)

Floats = npt.NDArray[np.float64]

DRAWS = 3000
SHARE = (0.0, 1.0)
LOG_ODDS = (-4.0, 4.0)
MONEY = (0.0, 200.0)
MONTHS = (0.0, 120.0)
# Where a rule's numbers are taken from, by the names of its parameters; else from SHARE.
RANGES: dict[str, tuple[float, float]] = {
    "advocate_recommendations": (0.0, 5.0),
    "appeal": LOG_ODDS,
    "base": LOG_ODDS,
    "care_effect": LOG_ODDS,
    "client_purchases": (0.0, 12.0),
    "error": MONEY,
    "fit": (-1.0, 1.0),
    "fit_term": (-0.3, 0.3),
    "gross_margin": (-50.0, 100.0),
    "growable_from": (0.0, 3.0),
    "growth_potential": (0.0, 3.0),
    "learning_months": (1.0, 60.0),
    "mean": (0.0, 30.0),
    "misjudgement": (-3.0, 3.0),
    "most_valuable_from": (0.0, 100.0),
    "partner_recommendations": (0.0, 10.0),
    "premium_quantity": (0.0, 10.0),
    "price": MONEY,
    "price_sensitivity": (0.0, 4.0),
    "price_weight": (0.0, 4.0),
    "pull": LOG_ODDS,
    "purchases": (0.0, 24.0),
    "quantity": (0.0, 30.0),
    "rate": (0.0, 2.0),
    "recommendations": (0.0, 10.0),
    "relative_price": (0.5, 2.0),
    "rival_effect": LOG_ODDS,
    "satisfaction_effect": (0.0, 6.0),
    "satisfaction_weight": (0.0, 6.0),
    "service": (0.0, 5.0),
    "service_cost": MONEY,
    "service_demand": (0.0, 5.0),
    "spend": MONEY,
    "switching_cost": (0.0, 3.0),
    "tenure": MONTHS,
    "trust_effect": (0.0, 6.0),
    "trust_weight": (0.0, 6.0),
    "utility": LOG_ODDS,
    "value": (-100.0, 200.0),
    "volume_growth": (0.0, 2.0),
}

share = st.floats(0.0, 1.0)
chance = st.floats(1e-9, 1.0 - 1e-9)  # a uniform draw
log_odds = st.floats(-4.0, 4.0)
money = st.floats(0.0, 1e4)


def considered_through_equation(
    u: Floats, recommended: Floats, reached: Floats, aware: Floats, standing: Floats
) -> Any:
    referral = standing * recommended
    reach = standing * (1 - (1 - recommended) * (1 - reached))
    awareness = standing * (1 - (1 - recommended) * (1 - reached) * (1 - aware))
    return np.select([u < referral, u < reach, u < awareness], [1.0, 2.0, 3.0], 0.0)


def rung_equation(
    purchases: Floats, trust: Floats, recommendations: Floats, orientation: Floats, *limits: Floats
) -> Any:
    reached = [
        purchases >= limits[0],
        trust >= limits[1],
        (trust >= limits[2]) & (recommendations >= limits[3]),
        (trust >= limits[4]) & (recommendations >= limits[5]) & (orientation >= limits[6]),
    ]
    # One rung more for each condition met, up to the first that is not.
    return 1.0 + np.cumprod(reached, axis=0).sum(axis=0)


def telling_equation(
    u: Floats, t: Floats, s: Floats, from_t: Floats, rate: Floats, to_s: Floats, warn_rate: Floats
) -> Any:
    warns = (s <= to_s) & (u < warn_rate)
    recommends = (s > to_s) & (t >= from_t) & (u < rate)
    return np.select([warns, recommends], [2.0, 1.0], 0.0)


def tier_equation(
    worth: Floats, error: Floats, z: Floats, most: Floats, growth: Floats, grows: Floats
) -> Any:
    seen = worth + error * z
    return np.select([seen < 0, seen >= most, growth >= grows], [0.0, 3.0, 2.0], 1.0)


def trouble_equation(u: Floats, fails: Floats, complains: Floats, recovers: Floats) -> Any:
    chances = np.array([fails, fails * complains, fails * complains * recovers])
    return (u < chances).sum(axis=0)


def utility_equation(appeal: Floats, b_p: Floats, i: Floats, p: Floats, *fit: Floats) -> Any:
    return appeal - b_p * i * p + fit[0] * fit[1]


def hazard_equation(
    h0: Floats, h_s: Floats, s: Floats, h_t: Floats, t: Floats, pull: Floats
) -> Any:
    odds = np.exp(h0 - h_s * (s - 0.5) - h_t * t - pull)
    return odds / (1 + odds)


# The equation of every rule, written without looking at how the rule computes it.
EQUATIONS: dict[Callable[..., float], Callable[..., Any]] = {
    buying.cross_sale_chance: lambda rate, t: rate * t,
    buying.growth_share: lambda growth, potential, t: growth * potential * t,
    buying.poisson: stats.poisson.ppf,
    buying.price_premium: lambda premium, t: premium * t,
    choice.arrival: lambda u, v: stats.expon.isf(u, scale=np.exp(-v)),
    choice.considered_through: considered_through_equation,
    choice.either: lambda a, b: a + b - a * b,
    choice.relationship_utility: lambda b_s, s, b_t, t, cost: b_s * (s - 0.5) + b_t * t + cost,
    choice.utility: utility_equation,
    experience.experience: lambda service, fit, loss, noise, u: np.clip(
        service + fit - loss + noise * stats.uniform.ppf(u, -np.sqrt(3), 2 * np.sqrt(3)), 0, 1
    ),
    experience.fit: lambda orientation, offer: 1 - 2 * np.abs(orientation - offer),
    experience.service_level: lambda quality, w, care, congestion: quality + w * care - congestion,
    experience.trouble: trouble_equation,
    ladder.rung: rung_equation,
    reconsider.hazard: hazard_equation,
    reconsider.pull_to_stay: lambda effect, care, cost, rivals, pressure: (
        effect * care + cost - rivals * pressure
    ),
    relationship.satisfaction_after: lambda s, e, rate: (1 - rate) * s + rate * e,
    relationship.trust_after: lambda t, s, up, down: t + np.where(s > t, up, down) * (s - t),
    response.spend_response: lambda ceiling, k, x: -ceiling * np.expm1(-k * x),
    service.service_units: lambda demand, learning, tenure, tau: (
        demand * (1 + learning * np.expm1(-tenure / tau))
    ),
    telling.telling: telling_equation,
    value.contribution: lambda margin, q, price, premium_q, cost, units: (
        margin * q + price * premium_q - cost * units
    ),
    value.tier: tier_equation,
}


def inputs(rule: Callable[..., float]) -> Floats:
    """Return numbers for a rule, shape (parameters, DRAWS), with the ends of their ranges."""
    ranges = [RANGES.get(name, SHARE) for name in inspect.signature(rule).parameters]
    low, high = np.array(ranges).T[:, :, np.newaxis]
    where = np.random.default_rng(1).random((len(ranges), DRAWS))
    # Every tenth number lies in the middle of its range, so that ties occur.
    ties = np.random.default_rng(2).random(where.shape) < 0.1
    return np.asarray(low + (high - low) * np.where(ties, 0.5, where))


def apply(rule: Callable[..., float], columns: Floats) -> Floats:
    return np.array([rule(*row) for row in columns.T.tolist()])


def simulated_shares(utilities: list[float], customers: int = 40_000) -> Floats:
    """Return the shares of options of these utilities when the first to arrive wins."""
    stream = luck(9)
    wins = np.zeros(len(utilities))
    for i in range(customers):
        chances = [uniform(np.uint64(word)) for word in words(stream, i, 1, 0)]
        arrivals = [choice.arrival(u, v) for u, v in zip(chances, utilities, strict=False)]
        wins[np.argmin(arrivals)] += 1
    return wins / customers


def test_every_rule_has_its_equation_here() -> None:
    files = Path(rules.__path__[0]).glob("*.py")
    written = {
        f"{file.stem}.{name}"
        for file in files
        for name in re.findall(r"^@rule\ndef (\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    assert written == {
        f"{rule.__module__.rpartition('.')[2]}.{rule.__name__}" for rule in EQUATIONS
    }


@pytest.mark.parametrize("rule", EQUATIONS, ids=lambda rule: str(rule.__name__))
def test_a_rule_is_its_equation(rule: Callable[..., float]) -> None:
    columns = inputs(rule)
    if rule in (choice.arrival, buying.poisson):
        columns[0] = np.clip(columns[0], 1e-9, 1 - 1e-9)  # a uniform draw is neither 0 nor 1
    expected = EQUATIONS[rule](*columns)
    np.testing.assert_allclose(apply(rule, columns), expected, rtol=1e-12, atol=1e-12)
    assert np.unique(expected).size > 1  # or the comparison would show little


# --- response and service -------------------------------------------------------------------


@given(share, st.floats(0.0, 10.0), money)
def test_spend_response_lies_between_nothing_and_its_ceiling(
    ceiling: float, rate: float, spend: float
) -> None:
    assert 0.0 <= response.spend_response(ceiling, rate, spend) <= ceiling


@given(st.floats(0.01, 1.0), st.floats(0.01, 1.0), st.floats(0.0, 10.0), st.floats(0.1, 5.0))
def test_spend_response_rises_ever_less(
    ceiling: float, rate: float, spend: float, step: float
) -> None:
    nothing, less, more = (
        response.spend_response(ceiling, rate, spend + k * step) for k in range(3)
    )
    assert nothing < less < more
    assert more - less < less - nothing


def test_spend_response_halves_what_is_missing_with_every_half_life() -> None:
    half_life = np.log(2.0) / 0.3
    effects = [response.spend_response(0.8, 0.3, k * half_life) for k in range(4)]
    np.testing.assert_allclose(effects, [0.0, 0.4, 0.6, 0.7], rtol=1e-13)


@given(st.floats(0.0, 20.0), share, st.floats(0.0, 600.0), st.floats(0.0, 60.0))
def test_service_falls_with_tenure_to_what_cannot_be_learned(
    demand: float, learning: float, tenure: float, later: float
) -> None:
    now = service.service_units(demand, learning, tenure, 12.0)
    then = service.service_units(demand, learning, tenure + later, 12.0)
    assert demand * (1.0 - learning) - 1e-12 <= then <= now + 1e-12
    assert now <= demand
    assert service.service_units(demand, learning, 0.0, 12.0) == demand


# --- experience -----------------------------------------------------------------------------


@given(chance, share, share, share)
def test_stages_of_trouble_are_nested_and_count_the_draw(
    u: float, failure: float, complaint: float, recovery: float
) -> None:
    stage = experience.trouble(u, failure, complaint, recovery)
    assert (stage >= experience.FAILED) == (u < failure)
    assert (stage >= experience.COMPLAINED) == (u < failure * complaint)
    assert (stage >= experience.RECOVERED) == (u < failure * complaint * recovery)


@given(chance, share, share, share, share)
def test_better_recovery_rescues_more_of_the_same_complaints(
    u: float, failure: float, complaint: float, recovery: float, better: float
) -> None:
    assume(better >= recovery)
    before = experience.trouble(u, failure, complaint, recovery)
    after = experience.trouble(u, failure, complaint, better)
    assert after == before or (before, after) == (experience.COMPLAINED, experience.RECOVERED)


def test_rates_of_trouble() -> None:
    u = (np.arange(10_000) + 0.5) / 10_000
    stages = np.array([experience.trouble(x, 0.2, 0.5, 0.4) for x in u])
    assert np.mean(stages >= experience.FAILED) == pytest.approx(0.2, abs=1e-3)
    assert np.mean(stages >= experience.COMPLAINED) == pytest.approx(0.1, abs=1e-3)
    assert np.mean(stages >= experience.RECOVERED) == pytest.approx(0.04, abs=1e-3)


@given(share, share)
def test_fit_is_full_where_offer_and_orientation_meet(orientation: float, offer: float) -> None:
    assert -1.0 <= experience.fit(orientation, offer) <= 1.0
    assert experience.fit(orientation, offer) == experience.fit(offer, orientation)
    assert experience.fit(orientation, orientation) == 1.0
    assert experience.fit(0.0, 1.0) == -1.0


def test_noise_of_experience_has_mean_zero_and_its_deviation() -> None:
    u = (np.arange(10_000) + 0.5) / 10_000
    lived = np.array([experience.experience(0.5, 0.0, 0.0, 0.1, x) for x in u])
    assert lived.mean() == pytest.approx(0.5, abs=1e-12)
    assert lived.std() == pytest.approx(0.1, rel=1e-6)


@given(st.floats(-3.0, 3.0), st.floats(-1.0, 1.0), share, st.floats(0.0, 2.0), chance)
def test_experience_is_a_share_and_rises_with_service(
    level: float, fit: float, loss: float, noise: float, u: float
) -> None:
    lived = experience.experience(level, fit, loss, noise, u)
    assert 0.0 <= lived <= experience.experience(level + 0.1, fit, loss, noise, u) <= 1.0
    assert experience.experience(level, fit, loss + 0.1, noise, u) <= lived


# --- satisfaction and trust -----------------------------------------------------------------


@given(share, share, share)
def test_satisfaction_stays_between_what_it_was_and_what_was_lived(
    before: float, lived: float, rate: float
) -> None:
    after = relationship.satisfaction_after(before, lived, rate)
    assert min(before, lived) - 1e-15 <= after <= max(before, lived) + 1e-15
    assert relationship.satisfaction_after(before, lived, 0.0) == before
    assert relationship.satisfaction_after(before, lived, 1.0) == pytest.approx(lived, abs=1e-15)


def test_satisfaction_closes_the_gap_geometrically() -> None:
    satisfaction = 0.2
    for _ in range(12):
        satisfaction = relationship.satisfaction_after(satisfaction, 0.9, 0.25)
    assert satisfaction == pytest.approx(0.9 - 0.7 * 0.75**12, rel=1e-12)


@given(share, share, share, share)
def test_trust_stays_between_what_it_was_and_satisfaction(
    trust: float, satisfaction: float, build: float, breaks: float
) -> None:
    after = relationship.trust_after(trust, satisfaction, build, breaks)
    assert min(trust, satisfaction) - 1e-15 <= after <= max(trust, satisfaction) + 1e-15


@given(st.floats(0.2, 0.8), st.floats(0.01, 0.2), st.floats(0.01, 0.4), st.floats(1.1, 2.0))
def test_trust_is_slow_to_build_and_quick_to_lose(
    trust: float, gap: float, build: float, times: float
) -> None:
    gained = relationship.trust_after(trust, trust + gap, build, build * times) - trust
    lost = trust - relationship.trust_after(trust, trust - gap, build, build * times)
    assert gained == pytest.approx(build * gap, rel=1e-9)
    assert lost == pytest.approx(times * gained, rel=1e-9)


# --- reconsidering --------------------------------------------------------------------------


@given(log_odds, st.floats(0.1, 6.0), share, st.floats(0.1, 6.0), share, log_odds)
def test_hazard_falls_with_satisfaction_trust_and_pull(
    base: float, by_satisfaction: float, s: float, by_trust: float, t: float, pull: float
) -> None:
    now = reconsider.hazard(base, by_satisfaction, s, by_trust, t, pull)
    assert 0.0 < now < 1.0
    assert reconsider.hazard(base, by_satisfaction, s + 0.1, by_trust, t, pull) < now
    assert reconsider.hazard(base, by_satisfaction, s, by_trust, t + 0.1, pull) < now
    assert reconsider.hazard(base, by_satisfaction, s, by_trust, t, pull + 0.1) < now
    assert reconsider.hazard(base + 0.1, by_satisfaction, s, by_trust, t, pull) > now


@given(log_odds, st.floats(0.0, 6.0), share, st.floats(0.0, 6.0), share, log_odds)
def test_effects_on_the_hazard_add_up_in_log_odds(
    base: float, by_satisfaction: float, s: float, by_trust: float, t: float, pull: float
) -> None:
    now = reconsider.hazard(base, by_satisfaction, s, by_trust, t, pull)
    expected = base - by_satisfaction * (s - 0.5) - by_trust * t - pull
    assert special.logit(now) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(log_odds, share, st.floats(0.0, 3.0), st.floats(0.0, 4.0), share)
def test_rivals_pull_away_what_care_and_switching_cost_hold(
    effect: float, care: float, cost: float, rivals: float, pressure: float
) -> None:
    alone = reconsider.pull_to_stay(effect, care, cost, rivals, 0.0)
    assert alone == effect * care + cost
    assert reconsider.pull_to_stay(effect, care, cost, rivals, pressure) <= alone


# --- choosing -------------------------------------------------------------------------------


@given(share, share, share)
def test_either_is_a_chance_and_no_less_than_both(a: float, b: float, c: float) -> None:
    assert max(a, b) - 1e-15 <= choice.either(a, b) <= 1.0
    assert choice.either(a, b) == pytest.approx(choice.either(b, a), abs=1e-15)
    assert choice.either(choice.either(a, b), c) == pytest.approx(
        choice.either(a, choice.either(b, c)), abs=1e-15
    )


def test_shares_of_ways_into_consideration() -> None:
    u = (np.arange(100_000) + 0.5) / 100_000
    ways = np.array([choice.considered_through(x, 0.3, 0.4, 0.5, 0.8) for x in u])
    shares = [np.mean(ways == way) for way in (choice.REFERRAL, choice.REACH, choice.AWARENESS)]
    np.testing.assert_allclose(shares, [0.8 * 0.3, 0.8 * 0.7 * 0.4, 0.8 * 0.42 * 0.5], atol=1e-4)


@given(chance, share, share, share, share, st.integers(1, 4), share)
def test_more_of_anything_never_ends_consideration(
    u: float,
    recommended: float,
    reached: float,
    aware: float,
    standing: float,
    which: int,
    more: float,
) -> None:
    before = [u, recommended, reached, aware, standing]
    after = list(before)
    after[which] = max(before[which], more)
    # Up to rounding: the bound that u is compared with may fall by a last place.
    assume(abs(u - standing * choice.either(choice.either(recommended, reached), aware)) > 1e-12)
    if choice.considered_through(*before) != choice.NOBODY:
        assert choice.considered_through(*after) != choice.NOBODY


@given(log_odds, st.floats(0.1, 4.0), st.floats(0.1, 4.0), st.floats(0.5, 2.0), share, share)
def test_utility_falls_with_price_and_rises_with_fit(
    appeal: float, weight: float, sensitivity: float, price: float, fit_weight: float, fit: float
) -> None:
    now = choice.utility(appeal, weight, sensitivity, price, fit_weight, fit)
    dearer = choice.utility(appeal, weight, sensitivity, price + 0.1, fit_weight, fit)
    assert now - dearer == pytest.approx(0.1 * weight * sensitivity, rel=1e-6)
    fitter = choice.utility(appeal, weight, sensitivity, price, fit_weight, fit + 0.1)
    assert fitter - now == pytest.approx(0.1 * fit_weight, abs=1e-9)


def test_an_indifferent_customer_without_trust_is_held_by_the_switching_cost_alone() -> None:
    assert choice.relationship_utility(2.0, 0.5, 3.0, 0.0, 0.7) == 0.7


@pytest.mark.parametrize(
    "utilities",
    [[0.0, 0.0, 0.0, 0.0], [0.0, 0.5, 1.0, -1.0], [3.0, 0.0], [-2.0, -2.5, -1.5]],
    ids=str,
)
def test_shares_of_the_first_to_arrive_are_the_multinomial_logit(utilities: list[float]) -> None:
    customers = 40_000
    expected = special.softmax(utilities)
    error = np.sqrt(expected * (1 - expected) / customers)
    np.testing.assert_array_less(
        np.abs(simulated_shares(utilities, customers) - expected), 4.0 * error
    )


@given(st.lists(st.tuples(chance, log_odds), min_size=2, max_size=6))
def test_the_first_to_arrive_has_the_largest_utility_with_gumbel_luck(
    options: list[tuple[float, float]],
) -> None:
    arrivals = [choice.arrival(u, v) for u, v in options]
    totals = [v - np.log(-np.log(u)) for u, v in options]
    assert np.argmin(arrivals) == np.argmax(totals) or np.isclose(*np.sort(totals)[-2:])


@given(chance, log_odds)
def test_arrival_is_earlier_for_the_more_useful(u: float, utility: float) -> None:
    assert 0.0 < choice.arrival(u, utility + 0.1) < choice.arrival(u, utility)


# --- buying ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0.0, 0.01, 0.5, 1.0, 3.7, 20.0, 150.0, 499.0])
def test_poisson_counts_are_those_of_scipy(mean: float) -> None:
    u = np.concatenate([(np.arange(500) + 0.5) / 500, [2.0**-33, 1 - 2.0**-33, 1e-6, 1 - 1e-6]])
    counts = [buying.poisson(x, mean) for x in u]
    np.testing.assert_array_equal(counts, stats.poisson.ppf(u, mean))


@pytest.mark.parametrize("mean", [0.3, 2.0, 12.0])
def test_poisson_counts_have_mean_and_variance_alike(mean: float) -> None:
    u = (np.arange(50_000) + 0.5) / 50_000
    counts = np.array([buying.poisson(x, mean) for x in u])
    assert counts.mean() == pytest.approx(mean, rel=1e-3)
    assert counts.var() == pytest.approx(mean, rel=2e-3)


def test_gamma_rates_make_negative_binomial_counts() -> None:
    shape, mean = 1.5, 2.0
    u = (np.arange(300) + 0.5) / 300
    rates = stats.gamma.ppf(u, shape, scale=mean / shape)
    counts = np.array([[buying.poisson(x, rate) for x in u] for rate in rates]).ravel()
    expected = stats.nbinom.pmf(np.arange(6), shape, shape / (shape + mean))
    np.testing.assert_allclose(np.bincount(counts)[:6] / counts.size, expected, atol=3e-3)


@given(chance, st.floats(0.0, 60.0), st.floats(0.0, 10.0), chance)
def test_poisson_counts_rise_with_mean_and_draw(
    u: float, mean: float, more: float, other: float
) -> None:
    assert buying.poisson(u, mean) <= buying.poisson(u, mean + more)
    assert buying.poisson(min(u, other), mean) <= buying.poisson(max(u, other), mean)


def test_poisson_means_are_cut_at_five_hundred() -> None:
    for u in (2.0**-33, 0.5, 1 - 2.0**-33):
        assert buying.poisson(u, 1e6) == buying.poisson(u, 500.0) == stats.poisson.ppf(u, 500.0)


@given(st.floats(0.0, 2.0), st.floats(0.0, 3.0), share)
def test_without_trust_nothing_grows_and_nothing_more_is_paid(
    rate: float, potential: float, trust: float
) -> None:
    assert buying.growth_share(rate, potential, 0.0) == 0.0
    assert buying.cross_sale_chance(rate, 0.0) == 0.0
    assert buying.price_premium(rate, 0.0) == 0.0
    assert 0.0 <= buying.cross_sale_chance(rate, trust) <= rate
    assert 0.0 <= buying.price_premium(rate, trust) <= rate
    assert 0.0 <= buying.growth_share(rate, potential, trust) <= rate * potential


# --- telling, climbing, value ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("trust", "satisfaction", "word", "rate"),
    [
        (0.7, 0.9, telling.RECOMMENDS, 0.2),
        (0.69, 0.9, telling.SILENT, 1.0),
        (0.69, 0.3, telling.WARNS, 0.4),
        (0.7, 0.3, telling.WARNS, 0.4),
        (0.7, 0.31, telling.RECOMMENDS, 0.2),
    ],
)
def test_who_says_what_and_how_often(
    trust: float, satisfaction: float, word: float, rate: float
) -> None:
    u = (np.arange(1000) + 0.5) / 1000
    said = np.array([telling.telling(x, trust, satisfaction, 0.7, 0.2, 0.3, 0.4) for x in u])
    assert np.mean(said == word) == pytest.approx(rate)
    assert np.mean(said == telling.SILENT) == pytest.approx(1.0 if word == 0 else 1.0 - rate)


standing = st.tuples(st.floats(0.0, 24.0), share, st.floats(0.0, 10.0), share)
limits = st.tuples(st.floats(0.0, 12.0), share, share, st.floats(0.0, 5.0), share, share, share)


@given(standing, limits, st.integers(0, 3), share)
def test_nobody_climbs_down_by_doing_more(
    at: tuple[float, ...], limits: tuple[float, ...], which: int, more: float
) -> None:
    better = list(at)
    better[which] += more
    assert 1.0 <= ladder.rung(*at, *limits) <= ladder.rung(*better, *limits) <= 5.0


@given(standing, limits, st.integers(0, 6), share)
def test_nobody_climbs_up_by_higher_limits(
    at: tuple[float, ...], limits: tuple[float, ...], which: int, more: float
) -> None:
    stricter = list(limits)
    stricter[which] += more
    assert ladder.rung(*at, *stricter) <= ladder.rung(*at, *limits)


@given(standing, limits)
def test_each_rung_asks_for_all_that_the_one_below_asks_for(
    at: tuple[float, ...], limits: tuple[float, ...]
) -> None:
    purchases, trust, recommendations, orientation = at
    rung = ladder.RUNGS[int(ladder.rung(*at, *limits))]
    above = ladder.RUNGS.index(rung)
    if above >= ladder.RUNGS.index("client"):
        assert purchases >= limits[0]
    if above >= ladder.RUNGS.index("supporter"):
        assert trust >= limits[1]
    if above >= ladder.RUNGS.index("advocate"):
        assert trust >= limits[2]
        assert recommendations >= limits[3]
    if above >= ladder.RUNGS.index("partner"):
        assert trust >= limits[4]
        assert recommendations >= limits[5]
        assert orientation >= limits[6]


def test_every_rung_is_reached_in_order() -> None:
    careers = [(1, 0.9, 9, 0.9), (6, 0.4, 9, 0.9), (6, 0.5, 0, 0.9), (6, 0.7, 1, 0.9)]
    limits = (6, 0.5, 0.6, 1, 0.8, 5, 0.6)
    names = [ladder.RUNGS[int(ladder.rung(*at, *limits))] for at in [*careers, (6, 0.8, 5, 0.6)]]
    assert names == ["customer", "client", "supporter", "advocate", "partner"]
    assert ladder.RUNGS[0] == "prospect"


@given(st.floats(-1e3, 1e3), st.floats(0.0, 100.0), st.floats(-3.0, 3.0), st.floats(0.0, 500.0))
def test_tiers_follow_the_value_that_is_seen(
    worth: float, error: float, misjudgement: float, most: float
) -> None:
    seen = worth + error * misjudgement
    names = {
        value.TIERS[int(value.tier(worth, error, misjudgement, most, growth, 1.5))]
        for growth in (1.4, 1.5)
    }
    if seen < 0.0:
        assert names == {"below_zero"}
    elif seen >= most:
        assert names == {"most_valuable"}
    else:
        assert names == {"ordinary", "growable"}


def test_contribution_of_a_worked_example() -> None:
    # 10 units at a margin of 3; 0.5 units' worth of premium at a price of 8; 2 services at 7.
    assert value.contribution(3.0, 10.0, 8.0, 0.5, 7.0, 2.0) == 30.0 + 4.0 - 14.0
