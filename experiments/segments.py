"""Relationships in four segments, long or short and high or low, and what frailty makes of them."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

import relsim
from experiments.relationships import followed, noted
from experiments.seeds import by_seed
from relsim.lab.statistics.goal_seek import solve
from relsim.spec import MarketSpec
from relsim.spec.locations import shipped

SPREAD, TOGETHER = 1.0, 0.6
"""Of frailty (log-odds), and its correlation with usage; both assumed."""

WORLDS: Mapping[str, Mapping[str, Any]] = {
    "alike": {},
    "frailty": {"customers.segments.*.frailty_spread": SPREAD},
    "heavy users stay": {
        "customers.segments.*.frailty_spread": SPREAD,
        "customers.correlations": [{"between": ["usage", "frailty"], "correlation": -TOGETHER}],
    },
    "heavy users leave": {
        "customers.segments.*.frailty_spread": SPREAD,
        "customers.correlations": [{"between": ["usage", "frailty"], "correlation": TOGETHER}],
    },
}
"""How customers differ, besides what the markets say."""

SEGMENTS = ("long_high", "short_high", "long_low", "short_low")
_BASE = "mechanisms.reconsider.base_hazard"
_SEARCHED = 2.5  # log-odds on both sides of the shipped base hazard


def unsigned() -> list[str]:
    """Return the shipped markets in which no contract binds.

    Examples
    --------
    >>> unsigned()
    ['credit-card', 'grocery', 'industrial-distribution', 'retail-bank']
    """
    markets = {name: relsim.load(name) for name in shipped()}
    return [
        name
        for name, spec in markets.items()
        if all(firm.contract_months == 1 for firm in spec.firms)
    ]


def segments(frame: pd.DataFrame) -> dict[str, float]:
    """Return mean profits and shares of the four segments, split at the medians.

    Who is as long as the median counts as long: where many are still there in the end, it is
    they. "High" is a profit above the median of all.

    Examples
    --------
    >>> frame = pd.DataFrame({"lifetime": [1.0, 2.0, 3.0, 4.0], "profit": [1.0, 9.0, 2.0, 10.0]})
    >>> found = segments(frame)
    >>> found["long_high"], found["short_high"], found["short_over_long"]
    (10.0, 9.0, 0.9)
    """
    long = frame["lifetime"] >= frame["lifetime"].median()
    high = frame["profit"] > frame["profit"].median()
    chosen = dict(
        zip(SEGMENTS, (long & high, ~long & high, long & ~high, ~long & ~high), strict=True)
    )
    means = {name: float(frame.loc[rows, "profit"].mean()) for name, rows in chosen.items()}
    shares = {f"share_{name}": float(rows.mean()) for name, rows in chosen.items()}
    total = float(frame["profit"].sum())
    return {
        "correlation": float(np.corrcoef(frame["lifetime"], frame["profit"])[0, 1]),
        "lifetime": float(frame["lifetime"].mean()),
        **means,
        **shares,
        "short_over_long": means["short_high"] / means["long_high"],
        "low_over_high": means["long_low"] / means["long_high"],
        "profit_of_short_high": float(frame.loc[chosen["short_high"], "profit"].sum()) / total,
    }


def _lifetimes(spec: MarketSpec, seeds: Sequence[int]) -> npt.NDArray[np.float64]:
    frames = (frame for _, frame in by_seed(spec, seeds, followed))
    return np.array([frame["lifetime"].mean() for frame in frames])


def worlds(name: str, customers: int, seeds: Sequence[int]) -> Iterator[tuple[str, MarketSpec]]:
    """Yield each world and a market in it, at base hazards of equal mean lifetime."""
    plain = noted(name, customers)
    goal = float(_lifetimes(plain, seeds).mean())
    start = float(special.logit(plain.mechanisms.reconsider.base_hazard))
    for world, values in WORLDS.items():
        spec = plain.with_(dict(values))
        if values:
            root = solve(
                functools.partial(_at, spec, seeds), goal, start - _SEARCHED, start + 1.0, name
            )
            spec = spec.with_({_BASE: float(special.expit(root.value))})
        yield world, spec


def _at(spec: MarketSpec, seeds: Sequence[int], log_odds: float) -> npt.NDArray[np.float64]:
    return _lifetimes(spec.with_({_BASE: float(special.expit(log_odds))}), seeds)


def four_segments(
    customers: int = 20_000, seeds: Sequence[int] = (1, 2, 3), markets: Sequence[str] = ()
) -> pd.DataFrame:
    """Return profits of the four segments of Reinartz & Kumar where no contract binds.

    Reinartz & Kumar (2000), "On the profitability of long-life customers in a noncontractual
    setting", Journal of Marketing 64:4: 289.83 dollars for long and high, 257.96 for short and
    high, 50.85 for long and low; the short and high bring 29% of all profit. In worlds where
    customers are alike but for what the markets say, where they have frailty, and where frailty
    goes with usage; each at the same mean lifetime.
    """
    rows = [
        {"config": name, "world": world, "seed": seed, **segments(frame), "n": len(frame)}
        for name in markets or unsigned()
        for world, spec in worlds(name, customers, seeds[:2])
        for seed, frame in by_seed(spec, seeds, followed)
    ]
    return pd.DataFrame(rows).assign(market_size=customers)
