"""Claim size-decides: where defence pays more than attack, by a firm's size and its rivals.

One mobile operator of 5 to 60% among two to eight firms puts eight tenths of its budget into
keeping, or two tenths; rivals share the rest and split evenly, and a firm's awareness follows its
size as in the claim. The advice is Fruchter & Zhang's (2004), Journal of Service Research 7:1; that
the density of competition decides is Voss & Voss (2008).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

import relsim
from experiments.studies.shared import (
    MONTHS,
    SEEDS,
    each,
    half_width,
    joined,
    money,
    spread,
    titled,
)
from relsim.spec import MarketSpec

SIZES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
FIRMS = (2, 3, 4, 6, 8)
SERVED = 0.95
"""Share of the market with a supplier at the start."""


def sized(share: float, count: int, strategy: Mapping[str, Any], customers: int) -> MarketSpec:
    """Return the telecom market with one firm of some size among so many, rivals alike.

    Parameters
    ----------
    share : float
        Of the market at the start.
    count : int
        Firms, this one among them.
    strategy : mapping
        What its strategy has that those of the others have not.
    customers : int
        Of the market.
    """
    spec = relsim.load("telecom", {"market.customers": customers, "run.months": MONTHS})
    firm = spec.firms[2].model_dump()
    rivals = [
        firm | {"name": f"Rival {k}", "share": (SERVED - share) / (count - 1)}
        for k in range(1, count)
    ]
    own = firm | {
        "name": "Own",
        "share": share,
        "awareness": 0.1 + 1.5 * min(share, 0.6),
        "strategy": firm["strategy"] | dict(strategy),
    }
    return MarketSpec.model_validate(spec.model_dump() | {"firms": [own, *rivals]})


def table(customers: int = 10_000, seeds: Sequence[int] = SEEDS) -> pd.DataFrame:
    """Return what defence brings over attack, by a firm's size and the number of firms."""
    rows = []
    for share, count in each(SIZES, FIRMS):
        offensive, defensive = (
            money(sized(share, count, {"kind": strategy}, customers), seeds)
            for strategy in ("offensive", "defensive")
        )
        for (seed, (_, attack)), (_, (_, defence)) in zip(offensive, defensive, strict=True):
            rows.append(
                {
                    "share": share,
                    "firms": count,
                    "seed": seed,
                    "gain": defence / attack - 1.0,
                    "market_size": customers,
                }
            )
    return pd.DataFrame(rows)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw the map of what defence brings over attack."""
    grid = 100.0 * frame.pivot_table(index="firms", columns="share", values="gain")
    half = 100.0 * frame.pivot_table(
        index="firms", columns="share", values="gain", aggfunc=half_width
    )
    figure, axes = plt.subplots(figsize=(8.0, 4.6), layout="constrained")
    values, widths = grid.to_numpy(), half.to_numpy()
    most = float(np.abs(values).max())
    shown = axes.imshow(
        grid, cmap="PuOr_r", norm=TwoSlopeNorm(0.0, -most, most), aspect="auto", origin="lower"
    )
    for y, x in np.ndindex(grid.shape):
        value, width = values[y, x], widths[y, x]
        text = f"{value:+.1f}" if abs(value) > width else f"({value:+.1f})"
        pale = abs(value) < 0.6 * most
        axes.text(x, y, text, ha="center", va="center", color="black" if pale else "white")
    axes.set_xticks(range(grid.shape[1]), [f"{100 * share:g}" for share in grid.columns])
    axes.set_yticks(range(grid.shape[0]), [str(count) for count in grid.index])
    axes.set_xlabel("share of the market at the start (%)")
    axes.set_ylabel("firms")
    figure.colorbar(shown, label="defence over attack,\n% of discounted profit", shrink=0.9)
    note = (
        "Mobile telephony, seven years; awareness follows size. In brackets: the 95% interval over "
        f"{frame['seed'].nunique()} seeds\nincludes nothing gained. "
        f"{frame['market_size'].iloc[0]:,} customers."
    )
    return titled(figure, "Where defence pays more than attack", note)


def words(frame: pd.DataFrame) -> str:
    """Return in words what defence brings the smallest and the largest, and where it changes."""
    fewest, most = frame["firms"].min(), frame["firms"].max()
    parts = []
    for count in (fewest, most):
        rows = frame[frame["firms"] == count]
        ends = [
            f"{spread(rows.loc[rows['share'] == share, 'gain'])}% at {100 * share:g}% of the market"
            for share in (rows["share"].min(), rows["share"].max())
        ]
        means = rows.groupby("share")["gain"].mean()
        pays = [f"{100 * float(str(share)):g}" for share in means[means > 0.0].index]
        parts.append(
            f"among {count} firms defence brings, over attack, {joined(ends)}, and its mean is the "
            f"higher at {joined(pays)}%"
        )
    return (
        f"Discounted profit of seven years: {'; '.join(parts)}. The number of rivals moves the "
        f"line as well as the size does. That a firm's awareness follows its size is put in."
    )
