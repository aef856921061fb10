"""The figure of the patterns in all industries: small against large, early against late."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#555555"
_Marks = tuple[tuple[str, str, str, str, float], ...]  # measure, words, colour, sign, height
_PANELS: tuple[tuple[str, str, float, _Marks], ...] = (
    (
        "Double jeopardy",
        "churn by choice (% a year)",
        100.0,
        (
            ("defection_small", "smallest of five firms alike", ORANGE, "s", 0.12),
            ("defection_large", "largest", BLUE, "o", -0.12),
        ),
    ),
    (
        "Retention by year of the relationship",
        "kept (% a year)",
        100.0,
        (
            ("kept_first", "first year without a contract", ORANGE, "s", 0.12),
            ("kept_late", "year 6", BLUE, "o", -0.12),
        ),
    ),
    (
        "Profit by year of the relationship",
        "profit a customer (year 1 = 1)",
        1.0,
        (
            ("growth", "year 6", BLUE, "o", 0.0),
            ("winning", "acquiring the customer", ORANGE, "s", 0.0),
        ),
    ),
    (
        "Adoption of a newcomer without rivals",
        "month in which a part of the ceiling is reached",
        1.0,
        (
            ("month_10", "10%", ORANGE, "s", 0.0),
            ("month_50", "50%", BLUE, "o", 0.0),
            ("month_90", "90%", GREY, "D", 0.0),
            ("month_50_no_talk", "50%, nobody persuaded", BLUE, "x", 0.3),
        ),
    ),
)


def in_all_industries(frame: pd.DataFrame) -> Figure:
    """Draw four patterns by industry, with 95% intervals over seeds."""
    wide = frame.pivot_table(index=["industry", "seed"], columns="measure", values="value")
    wide["growth"] = wide["profit_late"] / wide["profit_first"]
    wide["winning"] = wide["profit_winning"] / wide["profit_first"]
    industries = sorted(frame["industry"].unique())
    figure, axes = plt.subplots(2, 2, figsize=(11.0, 8.4), layout="constrained", sharey=True)
    for panel, (title, across, scale, marks) in zip(axes.flat, _PANELS, strict=True):
        for measure, words, colour, sign, lift in marks:
            groups = wide[measure].groupby("industry")
            mean, n = groups.mean().to_numpy(dtype=float), groups.size().to_numpy(dtype=float)
            half = stats.t.ppf(0.975, n - 1.0) * groups.std().to_numpy(dtype=float) / np.sqrt(n)
            places = np.arange(len(industries)) + lift
            look = {"fmt": sign, "color": colour, "capsize": 2.5, "ms": 5.5, "label": words}
            panel.errorbar(scale * mean, places, xerr=scale * half, **look)
        _dress(panel, title, across, industries)
    for place in (0.0, 1.0):
        axes[1, 0].axvline(place, color=GREY, lw=0.8)
    size, seeds = frame["market_size"].iloc[0], frame["seed"].nunique()
    figure.supxlabel(
        f"{size:,} customers; means of {seeds} seeds, bars: 95% intervals; month 240: not before.",
        size=9,
    )
    return figure


def _dress(axes: Axes, title: str, across: str, industries: list[str]) -> None:
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
    axes.set_xlabel(across)
    axes.set_yticks(range(len(industries)), industries)
    axes.set_ylim(len(industries) - 0.4, -0.6)
    axes.grid(axis="x", color="#dddddd", lw=0.8)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=4)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
