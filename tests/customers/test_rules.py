"""Every rule against its equation in numpy; what must hold besides is tested in `rules`."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import special, stats

from relsim.customers import rules
from relsim.customers.rules import (
    choice,
    departure,
    experience,
    ladder,
    purchase,
    reconsider,
    relationship,
    response,
    service,
    talk,
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
    "advocate_recommendations": (0.0, 2.0),
    "appeal": LOG_ODDS,
    "base": LOG_ODDS,
    "care_effect": LOG_ODDS,
    "client_purchases": (0.0, 4.0),
    "error": MONEY,
    "fit": (-1.0, 1.0),
    "fit_term": (-0.3, 0.3),
    "gross_margin": (-50.0, 100.0),
    "growable_from": (0.0, 3.0),
    "growth_potential": (0.0, 3.0),
    "heard": (0.0, 12.0),
    "learning_months": (1.0, 60.0),
    "log_odds": LOG_ODDS,
    "mean": (0.0, 30.0),
    "misjudgement": (-3.0, 3.0),
    "most_valuable_from": (0.0, 100.0),
    "partner_recommendations": (0.0, 4.0),
    "premium_quantity": (0.0, 10.0),
    "price": MONEY,
    "price_push": LOG_ODDS,
    "price_sensitivity": (0.0, 4.0),
    "price_weight": (0.0, 4.0),
    "pull": LOG_ODDS,
    "purchases": (0.0, 24.0),
    "quantity": (0.0, 30.0),
    "rate": (0.0, 2.0),
    "recommendations": (0.0, 10.0),
    "relative_price": (0.5, 2.0),
    "rival_effect": LOG_ODDS,
    "rivals_push": LOG_ODDS,
    "talk_push": LOG_ODDS,
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

CODES = {"failed": 2, "contract_ended": 2, "through": 4}  # whole numbers from 0 to below


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


def cause_equation(u: Floats, odds: Floats, *pushes_and_rest: Any) -> Any:
    *pushes, failed, way, ended = pushes_and_rest
    price, rivals, talk = ((push > 0) & (u >= special.expit(odds - push)) for push in pushes)
    return np.select(
        [failed != 0, price, rivals, talk | (way == 1.0), ended != 0], [1, 2, 3, 4, 5], 7
    )


def hazard_equation(
    h0: Floats, h_s: Floats, s: Floats, h_t: Floats, t: Floats, pull: Floats
) -> Any:
    odds = np.exp(h0 - h_s * (s - 0.5) - h_t * t - pull)
    return odds / (1 + odds)


# The equation of every rule, written without looking at how the rule computes it.
EQUATIONS: dict[Callable[..., float], Callable[..., Any]] = {
    purchase.cross_sale_chance: lambda rate, t: rate * t,
    purchase.growth_share: lambda growth, potential, t: growth * potential * t,
    purchase.last_purchase: lambda u, kept: stats.geom.isf(u, 1 - kept),
    purchase.poisson: stats.poisson.ppf,
    purchase.price_premium: lambda premium, t: premium * t,
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
    choice.felt_price: lambda price, tolerance, more, t: (
        (price + more * price * t) * (1 - tolerance * t)
    ),
    departure.cause: cause_equation,
    reconsider.hazard: hazard_equation,
    reconsider.log_odds: lambda *numbers: special.logit(hazard_equation(*numbers)),
    reconsider.talk_push: lambda opening, heard: opening * heard,
    reconsider.price_push: lambda effect, i, felt: effect * i * felt - effect * i,
    reconsider.pull_to_stay: lambda effect, care, cost, rivals, pressure: (
        effect * care + cost - rivals * pressure
    ),
    relationship.satisfaction_after: lambda s, e, rate: (1 - rate) * s + rate * e,
    relationship.trust_after: lambda t, s, up, down: t + np.where(s > t, up, down) * (s - t),
    response.spend_response: lambda ceiling, k, x: -ceiling * np.expm1(-k * x),
    service.service_units: lambda demand, learning, tenure, tau: (
        demand * (1 + learning * np.expm1(-tenure / tau))
    ),
    talk.left_by_talk: lambda effect, share, heard: (1 - effect * share) ** np.floor(heard),
    talk.telling: telling_equation,
    value.contribution: lambda margin, q, price, premium_q, cost, units: (
        margin * q + price * premium_q - cost * units
    ),
    value.tier: tier_equation,
}


def inputs(rule: Callable[..., float]) -> Floats:
    """Return numbers for a rule: shape (parameters, DRAWS)."""
    ranges = [RANGES.get(name, SHARE) for name in inspect.signature(rule).parameters]
    low, high = np.array(ranges).T[:, :, np.newaxis]
    where = np.random.default_rng(1).random((len(ranges), DRAWS))
    # Every tenth number lies in the middle of its range, so that ties occur.
    ties = np.random.default_rng(2).random(where.shape) < 0.1
    numbers = np.asarray(low + (high - low) * np.where(ties, 0.5, where))
    for row, name in enumerate(inspect.signature(rule).parameters):
        if name in CODES:
            numbers[row] = np.floor(where[row] * CODES[name])
    return numbers


def apply(rule: Callable[..., float], columns: Floats) -> Floats:
    return np.array([rule(*row) for row in columns.T.tolist()])


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
    if rule in (choice.arrival, purchase.poisson, purchase.last_purchase):
        columns[0] = np.clip(columns[0], 1e-9, 1 - 1e-9)  # a uniform draw is neither 0 nor 1
    expected = EQUATIONS[rule](*columns)
    np.testing.assert_allclose(apply(rule, columns), expected, rtol=1e-12, atol=1e-12)
    assert np.unique(expected).size > 1  # or the comparison would show little
