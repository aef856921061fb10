"""One figure a mechanism: its equation as a curve, and what it does to a market.

``python -m experiments.mechanisms`` draws them; names of mechanisms draw only those.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import relsim
from experiments import seeds
from experiments.commanding import command
from experiments.mechanisms_figure import draw
from experiments.seeds import by_seed
from relsim.customers.rules import (
    choice,
    departure,
    experience,
    ladder,
    reconsider,
    relationship,
    response,
    service,
    talk,
    value,
)
from relsim.customers.rules.ladder import RUNGS
from relsim.economics.lifetime import annual_loss, monthly_loss
from relsim.mechanisms.base import Page
from relsim.mechanisms.registry import BUILT_IN
from relsim.spec import Mechanisms

Array = npt.NDArray[np.float64]
RESULTS = Path("results/mechanisms")
CUSTOMERS, MONTHS, WARM_UP, SEEDS = 10_000, 72, 24, (1, 2, 3)
DEFAULTS = Mechanisms()
_UNIT = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True)
class Curves:
    """An equation drawn: lines over x, and what the axes mean."""

    x: Array
    lines: Mapping[str, Array]
    across: str
    up: str


@dataclass(frozen=True)
class Effect:
    """A mechanism, its equation and its effect.

    Attributes
    ----------
    title : str
        Of its page.
    curves : callable
        Returns the equation's curves, at the default parameters.
    key, settings
        The key that is varied in the telecom market, and its values.
    measure : callable
        Table of the months after the warm-up to a number.
    measured : str
        What that number is, with its unit.
    base : mapping
        What else is changed in that market.
    paired : bool
        Whether the measure is the difference from the first setting, under the same noise.
    """

    title: str
    curves: Callable[[], Curves]
    key: str
    settings: tuple[Any, ...]
    measure: Callable[[pd.DataFrame], float]
    measured: str
    base: Mapping[str, Any] = field(default_factory=dict)
    paired: bool = False


# Measures ---------------------------------------------------------------------------------


def _defection(table: pd.DataFrame) -> float:
    """Return churn, % a year."""
    monthly = table["churned"].sum() / table["opening"].sum()
    return float(100.0 * annual_loss(monthly))


def _per_customer(column: str) -> Callable[[pd.DataFrame], float]:
    """Return money of a ledger line per customer and month."""
    return lambda table: float(abs(table[column].sum()) / table["opening"].sum())


def _part(column: str, whole: str) -> Callable[[pd.DataFrame], float]:
    """Return one sum as % of another."""
    return lambda table: float(100.0 * table[column].sum() / max(table[whole].sum(), 1.0))


def _first_firms_share(table: pd.DataFrame) -> float:
    """Return the share of the first firm in the last month, %."""
    return float(100.0 * table.loc[table["month"] == MONTHS, "share"].iloc[0])


# Curves -----------------------------------------------------------------------------------


def _each(rule: Callable[..., float], x: Array, *given: float) -> Array:
    """Return a rule's values over its first parameter."""
    return np.array([rule(float(each), *given) for each in x])


def _experience() -> Curves:
    m = DEFAULTS.experience
    lines = {
        words: np.array([experience.experience(q, 0.0, loss, m.noise, 0.5) for q in _UNIT])
        for words, loss in (("no trouble, or made good", 0.0), ("failed", m.severity))
    }
    return Curves(_UNIT, lines, "service level (0 to 1)", "experience without noise (0 to 1)")


def _trust() -> Curves:
    m, months = DEFAULTS.trust, np.arange(73.0)
    satisfaction = np.where(months < 36, 0.8, 0.2)
    trust = [0.3]
    for level in satisfaction[1:]:
        trust.append(relationship.trust_after(trust[-1], level, m.build_rate, m.break_rate))
    lines = {"satisfaction": satisfaction, "trust": np.array(trust)}
    return Curves(months, lines, "month", "level (0 to 1)")


def _reconsider() -> Curves:
    m = DEFAULTS.reconsider
    base = float(np.log(m.base_hazard / (1.0 - m.base_hazard)))
    lines = {
        f"trust {trust}": np.array(
            [
                reconsider.hazard(base, m.satisfaction_effect, s, m.trust_effect, trust, 0.5)
                for s in _UNIT
            ]
        )
        for trust in (0.2, 0.5, 0.8)
    }
    return Curves(_UNIT, lines, "satisfaction (0 to 1)", "chance to reconsider (a month)")


def _choice() -> Curves:
    m, price = DEFAULTS.choice, np.linspace(0.5, 1.5, 101)
    appeal = m.quality_weight * 0.7
    lines = {}
    for sensitivity in (0.5, 1.0, 2.0):
        mine, other = (
            np.array([choice.utility(appeal, m.price_weight, sensitivity, p, 0.0, 0.0) for p in at])
            for at in (price, np.ones_like(price))
        )
        lines[f"price sensitivity {sensitivity}"] = np.exp(mine) / (np.exp(mine) + np.exp(other))
    return Curves(price, lines, "price over the rival's", "chance to be taken of two alike")


def _retention() -> Curves:
    m, spend = DEFAULTS.retention, np.linspace(0.0, 0.2, 101)
    lines = _by_half_at(m.ceiling, (0.01, 0.02, 0.05), spend)
    return Curves(
        spend, lines, "retention spend (prices a customer and month)", "monthly retention"
    )


def _buying() -> Curves:
    m = DEFAULTS.buying
    lines = {
        "volume growth": m.volume_growth * _UNIT,
        "cross-sales, expected": m.cross_sale_rate * m.cross_sale_size * _UNIT,
        "price premium": m.premium * _UNIT,
    }
    return Curves(_UNIT, lines, "trust (0 to 1)", "above plain usage and list price (share)")


def _service() -> Curves:
    m, months = DEFAULTS.service, np.arange(121.0)
    lines = {
        f"learning {learning}": np.array(
            [service.service_units(1.0, learning, t, m.learning_months) for t in months]
        )
        for learning in (0.0, m.learning, 0.4)
    }
    return Curves(months, lines, "tenure (months)", "cost to serve (new customer = 1)")


def _word_of_mouth() -> Curves:
    friends = np.arange(9.0)
    lines = {
        f"persuasion {p}": np.array([1.0 - talk.left_by_talk(p, 1.0, n) for n in friends])
        for p in (0.1, DEFAULTS.word_of_mouth.persuasion, 0.6)
    }
    return Curves(friends, lines, "neighbours who recommend", "chance to be considered for it")


def _ladder() -> Curves:
    m = DEFAULTS.ladder
    lines = {
        f"{acts} recommendations": np.array(
            [
                ladder.rung(
                    12.0,
                    trust,
                    float(acts),
                    0.8,
                    float(m.client_purchases),
                    m.supporter_trust,
                    m.advocate_trust,
                    float(m.advocate_recommendations),
                    m.partner_trust,
                    float(m.partner_recommendations),
                    m.partner_orientation,
                )
                for trust in _UNIT
            ]
        )
        for acts in (3, 1, 0)
    }
    return Curves(_UNIT, lines, "trust (0 to 1)", f"rung, 1 = {RUNGS[1]} to 5 = {RUNGS[5]}")


def _value_tiers() -> Curves:
    m, worth = DEFAULTS.value_tiers, np.linspace(-1.0, 3.0, 161)
    quantiles = (np.arange(500) + 0.5) / 500
    noise = -np.log(1.0 / quantiles - 1.0) / 1.702  # logistic, close to the normal
    lines = {
        f"error {error}": np.array(
            [
                np.mean(
                    [
                        value.tier(v, error, z, m.most_valuable_from, 1.0, m.growable_from)
                        == value.MOST_VALUABLE
                        for z in noise
                    ]
                )
                for v in worth
            ]
        )
        for error in (0.0, 0.25, m.error)
    }
    return Curves(worth, lines, "true contribution over the mean", "seen as most valuable (share)")


def _spending() -> Curves:
    spend = np.linspace(0.0, 4.0, 101)
    lines = _by_half_at(0.5, (0.5, 1.0, 2.0), spend)
    return Curves(
        spend, lines, "spend (prices a person and month)", "chance to be reached (a month)"
    )


def _by_half_at(
    ceiling: float, settings: Sequence[float], spend: npt.NDArray[np.float64]
) -> dict[str, npt.NDArray[np.float64]]:
    """Return what spend in prices comes to, by the spend at which half of it is reached."""
    return {
        f"half at {half_at} prices": np.array(
            [response.spend_response(ceiling, response.rate_of(half_at), x) for x in spend]
        )
        for half_at in settings
    }


def _causes() -> Curves:
    # One customer reopens with log-odds of 0, of which price pushed 1 and rivals 1.
    noise = np.linspace(0.005, 0.495, 99)
    codes = [departure.cause(u, 0.0, 0.5, 1.0, 0.0, False, 0.0, False) for u in noise]
    counted = {
        name: np.cumsum([float(code == place) for code in codes]) / noise.size
        for place, name in enumerate(departure.CAUSES)
        if place in codes
    }
    return Curves(
        noise, counted, "noise u of the month (leaves below 1/2)", "cumulated share of causes"
    )


def _turnover() -> Curves:
    annual = np.linspace(0.0, 0.6, 61)
    lines = {"monthly": np.array([100.0 * monthly_loss(each) for each in annual])}
    return Curves(100.0 * annual, lines, "attrition (% a year)", "leave the market (% a month)")


def _network() -> Curves:
    friends = np.arange(0.0, 33.0, 2.0)
    lines = {
        f"{share:.0%} recommend": np.array(
            [1.0 - talk.left_by_talk(0.3, share, n) for n in friends]
        )
        for share in (0.01, 0.03, 0.10)
    }
    return Curves(friends, lines, "customers heard", "chance to be moved (fully mixed)")


def _of(page: Page, mechanism: str) -> Effect:
    """Return the effect that a mechanism of relationships declares."""

    def curves() -> Curves:
        numbers: Any = BUILT_IN[mechanism].keys()
        return Curves(*page.curves(numbers), page.across, page.up)

    return Effect(
        page.title, curves, page.key, page.settings, page.measure, page.measured, page.base, True
    )


EFFECTS: dict[str, Effect] = {
    **{name: _of(kind.page, name) for name, kind in BUILT_IN.items() if kind.page is not None},
    "experience": Effect(
        "Experience and satisfaction",
        _experience,
        "mechanisms.experience.severity",
        (0.0, 0.3, 0.6, 0.9),
        _defection,
        "churn (% a year)",
    ),
    "trust": Effect(
        "Trust",
        _trust,
        "mechanisms.trust.break_rate",
        (0.04, 0.12, 0.3, 0.6),
        _defection,
        "churn (% a year)",
    ),
    "reconsider": Effect(
        "Reconsidering",
        _reconsider,
        "mechanisms.reconsider.satisfaction_effect",
        (2.0, 3.0, 4.0, 5.0, 6.0),
        _defection,
        "churn (% a year)",
    ),
    "choice": Effect(
        "Choice",
        _choice,
        "mechanisms.choice.price_weight",
        (0.0, 1.25, 2.5, 5.0),
        _first_firms_share,
        "share of a firm 10% cheaper (%)",
        {"firms.0.price": 49.5},
    ),
    "retention": Effect(
        "Given retention",
        _retention,
        "mechanisms.retention.monthly",
        (0.96, 0.97, 0.98, 0.99),
        _defection,
        "churn (% a year)",
        {"mechanisms.retention.rule": "fixed"},
    ),
    "buying": Effect(
        "Buying",
        _buying,
        "mechanisms.buying.volume_growth",
        (0.0, 0.1, 0.2, 0.4),
        _per_customer("revenue_growth"),
        "revenue from growth (USD a customer and month)",
    ),
    "service": Effect(
        "Cost to serve",
        _service,
        "mechanisms.service.learning",
        (0.0, 0.15, 0.3, 0.45),
        _per_customer("cost_to_serve"),
        "cost to serve (USD a customer and month)",
    ),
    "word_of_mouth": Effect(
        "Word of mouth",
        _word_of_mouth,
        "mechanisms.word_of_mouth.persuasion",
        (0.0, 0.15, 0.3, 0.6),
        _part("by_recommendation", "acquired"),
        "won by recommendation (% of new customers)",
    ),
    "ladder": Effect(
        "The loyalty ladder",
        _ladder,
        "mechanisms.ladder.advocate_trust",
        (0.55, 0.65, 0.75, 0.85),
        _part("rung_advocate", "customers"),
        "advocates (% of customers)",
        {"mechanisms.ladder.partner_trust": 1.0},
    ),
    "value_tiers": Effect(
        "Value tiers",
        _value_tiers,
        "mechanisms.value_tiers.error",
        (0.0, 0.25, 0.5, 1.0),
        _part("tier_below_zero", "customers"),
        "seen as below zero (% of customers)",
    ),
    "spending": Effect(
        "What money does",
        _spending,
        "firms.0.acquisition.half_at",
        (0.3, 0.6, 1.2, 2.4),
        _first_firms_share,
        "share of the firm (%)",
    ),
    "causes": Effect(
        "Why customers leave",
        _causes,
        "firms.0.failure_rate",
        (0.0, 0.03, 0.1, 0.2),
        lambda table: _part("lost_by_failure", "lost")(table[table["firm"] == "Attacker"]),
        "lost by failure (% of the firm's losses)",
    ),
    "turnover": Effect(
        "Attrition of the market",
        _turnover,
        "market.annual_turnover",
        (0.0, 0.04, 0.1, 0.2),
        _defection,
        "churn (% a year)",
    ),
    "network": Effect(
        "Who hears whom",
        _network,
        "customers.network.kind",
        ("none", "small_world", "scale_free", "random", "mixed"),
        _part("by_recommendation", "acquired"),
        "won by recommendation (% of new customers)",
    ),
}
"""All mechanisms by name."""


def sweep(effect: Effect) -> pd.DataFrame:
    """Return the measure by value and seed; the same random numbers for every value."""
    rows = []
    for setting in effect.settings:
        changes = {"market.customers": CUSTOMERS, "run.months": MONTHS, **effect.base}
        spec = relsim.load("telecom", changes | {effect.key: setting})
        for seed, table in by_seed(spec, SEEDS, seeds.table):
            late = table[table["month"] > WARM_UP]
            rows.append({"value": setting, "seed": seed, "measure": effect.measure(late)})
    frame = pd.DataFrame(rows)
    if effect.paired:
        frame["measure"] -= frame.groupby("seed")["measure"].transform("first")
    return frame


def _look(effect: Effect) -> dict[str, Any]:
    """Return all that a mechanism's figure shows besides its table."""
    curves = effect.curves()
    return {
        "title": effect.title,
        "x": curves.x,
        "lines": curves.lines,
        "axes_of": (curves.across, curves.up),
        "swept": (effect.key, effect.measured),
        "customers": CUSTOMERS,
        "months": MONTHS - WARM_UP,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    tables = {name: partial(sweep, effect) for name, effect in EFFECTS.items()}
    figures = {name: partial(draw, **_look(effect)) for name, effect in EFFECTS.items()}
    return command(__doc__, "mechanism", tables, figures, RESULTS, arguments)


if __name__ == "__main__":
    sys.exit(main())
