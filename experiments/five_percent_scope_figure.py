"""What decides, by industry: a map of Sobol's indices for each outcome."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from relsim.report.style import INK, MUTED, STEPS

_COLOURS = LinearSegmentedColormap.from_list("steps", ("#FFFFFF", *STEPS))
_LIGHT_FROM = 0.55
"""The total from which text is light on its colour."""
MOST_NOISE = 0.5
"""The share of noise in the variance of the points' means beyond which indices say nothing."""


def draw_scope(table: pd.DataFrame) -> Figure:
    """Draw total and first-order indices, a panel an outcome, a row an industry.

    Parameters
    ----------
    table : DataFrame
        As :func:`experiments.five_percent_scope.indices` makes it.
    """
    outcomes = list(dict.fromkeys(table["outcome"]))
    figure, panels = plt.subplots(
        len(outcomes), 1, figsize=(8.0, 3.2 * len(outcomes)), layout="constrained", squeeze=False
    )
    for axes, outcome in zip(panels[:, 0], outcomes, strict=True):
        _map(axes, table[table["outcome"] == outcome], outcome)
    figure.suptitle(
        "What decides how much five points bring, by industry",
        x=0.01, ha="left", fontsize=12, fontweight="bold", color=INK,
    )  # fmt: skip
    points, replications = int(table["points"].iloc[0]), int(table["replications"].iloc[0])
    figure.supxlabel(
        "Per cent of the variance of the relative effect that a parameter has a part in (total),\n"
        f"and, smaller, that it makes alone. Sobol's indices from {points:,} points an industry "
        f"with {replications} replications\neach; behind an industry its mean effect. The table "
        "has 95% intervals.",
        x=0.01, ha="left", fontsize=9, color=MUTED,
    )  # fmt: skip
    return figure


def _map(axes: Axes, rows: pd.DataFrame, outcome: str) -> None:
    bases = list(dict.fromkeys(rows["base"]))
    factors = list(dict.fromkeys(rows["factor"]))
    total = rows.pivot(index="base", columns="factor", values="total").loc[bases, factors]
    alone = rows.pivot(index="base", columns="factor", values="first").loc[bases, factors]
    noisy = rows.groupby("base")["noise"].first().loc[bases].to_numpy() > MOST_NOISE
    shown = total.clip(0.0, 1.0).mask(np.repeat(noisy[:, None], len(factors), axis=1))
    axes.imshow(shown, cmap=_COLOURS, vmin=0.0, vmax=1.0, aspect="auto")
    for y in np.flatnonzero(noisy):
        axes.text(
            (len(factors) - 1) / 2.0, float(y), "more than half of this variance is noise",
            ha="center", va="center", color=MUTED, fontsize=9, style="italic",
        )  # fmt: skip
    for (y, x), value in np.ndenumerate(total.to_numpy()):
        if noisy[y]:
            continue
        colour = "white" if value > _LIGHT_FROM else INK
        axes.text(x, y - 0.08, _percent(value), ha="center", va="center", color=colour, fontsize=10)
        below = _percent(float(alone.to_numpy()[y, x]))
        axes.text(x, y + 0.28, below, ha="center", va="center", color=colour, fontsize=7)
    means = rows.groupby("base")["mean"].first()
    axes.set_yticks(range(len(bases)), [_named(base, means[base]) for base in bases], fontsize=9)
    names = [factor.replace("_", "\n") for factor in factors]
    axes.set_xticks(range(len(factors)), names, fontsize=8.5)
    axes.tick_params(length=0)
    axes.set_title(outcome, loc="left", fontsize=10, fontweight="bold", color=INK)
    for side in axes.spines.values():
        side.set_visible(False)


def _percent(share: float) -> str:
    return f"{100.0 * max(share, 0.0):.0f}"


def _named(base: str, mean: float) -> str:
    """Return an industry with its mean effect."""
    return f"{base.replace('-', ' ')}, {100.0 * mean:+.0f}%"
