"""Figures of the patterns: one each, with 95% intervals over seeds."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from experiments.across_figure import in_all_industries

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#555555"


def _blank(title: str, across: str, up: str, note: str) -> tuple[Figure, Axes]:
    figure, axes = plt.subplots(figsize=(8.0, 5.0), layout="constrained")
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold")
    axes.set_xlabel(f"{across}\n\n{note}")
    axes.set_ylabel(up)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y", color="#dddddd", lw=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def _interval(values: pd.Series) -> float:
    """Return the half-width of a 95% interval of the mean (Student)."""
    n = len(values)
    return float(stats.t.ppf(0.975, n - 1) * values.std() / np.sqrt(n)) if n > 1 else 0.0


def _means(frame: pd.DataFrame, by: str, what: str) -> tuple[npt.NDArray[np.float64], ...]:
    groups = frame.groupby(by, observed=True)[what]
    return (
        np.asarray(list(groups.groups), dtype=float),
        groups.mean().to_numpy(dtype=float),
        groups.agg(_interval).to_numpy(dtype=float),
    )


def _seeds(frame: pd.DataFrame) -> str:
    return (
        f"{frame['market_size'].iloc[0]:,} customers; mean of {frame['seed'].nunique()} seeds, "
        "bars and bands: 95% intervals."
    )


def double_jeopardy(frame: pd.DataFrame) -> Figure:
    """Draw churn against share."""
    figure, axes = _blank(
        "Small firms have fewer customers, who leave more often",
        "share of customers (%)",
        "churn by choice (% a year)",
        f"Five firms alike but for awareness; years 5 to 8.\n{_seeds(frame)}",
    )
    rows = frame.groupby("firm", observed=True)
    share, defection = 100 * rows["share"].mean(), 100 * rows["defection"].mean()
    half = 100 * rows["defection"].agg(_interval)
    axes.errorbar(share, defection, half, fmt="o", color=BLUE, ms=7, capsize=3, label="market")
    line = pd.DataFrame({"x": share, "y": 100 * rows["expected"].mean()}).sort_values("x")
    axes.plot(line["x"], line["y"], "--", color=ORANGE, label="k (1 - share), proportional")
    axes.set_ylim(0.0)
    axes.legend(frameon=False)
    return figure


def adoption(frame: pd.DataFrame) -> Figure:
    """Draw customers by month."""
    figure, axes = _blank(
        "Talk makes an S; those who leave keep it below the potential",
        "month",
        "customers (% of the potential)",
        f"One firm that hardly anybody knows; customers tell.\n{_seeds(frame)}",
    )
    for (world, rows), colour, style in zip(
        frame.groupby("world", sort=False), (BLUE, ORANGE), ("-", "--"), strict=True
    ):
        month, mean, half = _means(rows, "month", "market_share")
        axes.plot(month, 100 * mean, style, color=colour, lw=2, label=str(world))
        axes.fill_between(month, 100 * (mean - half), 100 * (mean + half), color=colour, alpha=0.2)
    axes.set_ylim(0.0, 102.0)
    axes.legend(frameon=False)
    return figure


def cohort_retention(frame: pd.DataFrame) -> Figure:
    """Draw retention by age of the cohort."""
    figure, axes = _blank(
        "A cohort's retention rises although nobody's own does",
        "year of the cohort",
        "kept (% of those there when the year began)",
        f"Mean chance 97% a month in both.\n{_seeds(frame)}",
    )
    for (world, rows), colour, mark in zip(
        frame.groupby("world", sort=False), (BLUE, ORANGE), ("o-", "s--"), strict=True
    ):
        age, mean, half = _means(rows, "age", "retention")
        axes.errorbar(
            age, 100 * mean, 100 * half, fmt=mark, color=colour, capsize=3, label=str(world)
        )
    axes.legend(frameon=False)
    return figure


def tenure_profit(frame: pd.DataFrame) -> Figure:
    """Draw profit by year with the firm."""
    figure, axes = _blank(
        "Acquiring costs; every year with the firm pays, the later ones more",
        "year with the firm (0 = acquiring the customer)",
        "profit per customer (USD a year)",
        f"Mobile telephony, years 6 to 10, before fixed cost.\n{_seeds(frame)}",
    )
    year, mean, half = _means(frame, "year", "profit")
    colours = [ORANGE if value < 0 else BLUE for value in mean]
    axes.bar(year, mean, 0.7, yerr=half, color=colours, capsize=4)
    axes.axhline(0.0, color=GREY, lw=1)
    for x, value in zip(year, mean, strict=True):
        axes.annotate(
            f"{value:,.0f}",
            (x, value),
            (0, 8 if value > 0 else -8),
            textcoords="offset points",
            ha="center",
            va="bottom" if value > 0 else "top",
        )
    axes.margins(y=0.15)
    return figure


def purchase_counts(frame: pd.DataFrame) -> Figure:
    """Draw how many bought how often."""
    figure, axes = _blank(
        "Purchases of a quarter against the negative binomial",
        "purchases in three months",
        "customers (%)",
        f"Grocery, customers who stayed the quarter (n = {frame['n'].min():,} or more a seed).\n"
        f"{_seeds(frame)}",
    )
    most = int(frame.loc[frame["expected"] > 2e-4, "purchases"].max())
    shown = frame[frame["purchases"] <= most]
    count, mean, half = _means(shown, "purchases", "customers")
    axes.bar(count, 100 * mean, 0.8, yerr=100 * half, color=BLUE, alpha=0.75, label="market")
    _, fitted, _ = _means(shown, "purchases", "expected")
    axes.plot(count, 100 * fitted, "o-", color=ORANGE, ms=4, label="gamma-Poisson, fitted")
    axes.legend(frameon=False)
    return figure


def lifetime_profit(frame: pd.DataFrame) -> Figure:
    """Draw the correlations by config, with what the field has seen."""
    figure, axes = _blank(
        "How long a relationship lasts says little of what it brings in",
        "correlation over relationships won in year 1, seen to year 4",
        "",
        f"Grey: 0.20 to 0.45, four firms of Reinartz & Kumar (2002).\n"
        f"{frame['n'].min():,} to {frame['n'].max():,} relationships a market.\n{_seeds(frame)}",
    )
    configs = list(dict.fromkeys(frame["config"]))
    axes.axvspan(0.20, 0.45, color="#cccccc", lw=0)
    for what, colour, sign, lift, words in (
        ("with_profit", BLUE, "o", -0.08, "lifetime and profit"),
        ("with_rate", ORANGE, "s", 0.08, "lifetime and profit a month"),
    ):
        groups = frame.groupby("config", sort=False)[what]
        half = groups.agg(_interval).to_numpy(dtype=float)
        places = np.arange(len(configs)) + lift
        means = groups.mean().to_numpy(dtype=float)
        axes.errorbar(means, places, xerr=half, fmt=sign, color=colour, capsize=3, label=words)
    setting = frame.drop_duplicates("config").set_index("config")["setting"]
    names = {"contractual": "under contract", "non_contractual": "no contract"}
    axes.set_yticks(range(len(configs)), [f"{c}\n({names[setting[c]]})" for c in configs])
    axes.set_ylim(len(configs) - 0.5, -0.5)
    axes.set_xlim(-0.25, 1.0)
    axes.grid(visible=False, axis="y")
    axes.legend(frameon=False, loc="lower right")
    return figure


def four_segments(frame: pd.DataFrame) -> Figure:
    """Draw profit of short and high over long and high, and the correlation, by market."""
    figure, panels = plt.subplots(1, 2, figsize=(10.0, 4.8), layout="constrained", sharey=True)
    configs = list(dict.fromkeys(frame["config"]))
    shown = (
        ("short_over_long", (0.86, 0.92), "profit, short and high over long and high"),
        ("correlation", (0.20, 0.45), "correlation of lifetime and profit"),
    )
    colours = (GREY, BLUE, "#009E73", ORANGE)
    for axes, (what, published, across) in zip(panels, shown, strict=True):
        axes.axvspan(*published, color="#cccccc", lw=0)
        for lift, (world, rows) in enumerate(frame.groupby("world", sort=False)):
            groups = rows.groupby("config", sort=False)[what]
            places = np.arange(len(configs)) + 0.16 * lift - 0.24
            half = groups.agg(_interval).to_numpy(dtype=float)
            look = {"fmt": "o", "color": colours[lift], "capsize": 2, "label": str(world)}
            axes.errorbar(groups.mean().to_numpy(dtype=float), places, xerr=half, **look)
        axes.set_xlabel(across)
        axes.grid(axis="x", color="#dddddd", lw=0.8)
        axes.set_axisbelow(True)
    panels[0].set_yticks(range(len(configs)), configs)
    panels[0].set_ylim(len(configs) - 0.5, -0.5)
    panels[1].legend(frameon=False)
    figure.suptitle(
        "Frailty alone makes no short relationship profitable; heavy users who leave do, in part",
        x=0.01, ha="left", fontsize=12, fontweight="bold",
    )  # fmt: skip
    figure.supxlabel(
        f"Grey: Reinartz & Kumar (2000, 2002). Equal mean lifetime in every world. {_seeds(frame)}",
        size=9,
    )
    return figure


DRAWN: dict[str, Callable[[pd.DataFrame], Figure]] = {
    draw.__name__: draw
    for draw in (
        double_jeopardy,
        adoption,
        cohort_retention,
        tenure_profit,
        purchase_counts,
        lifetime_profit,
        four_segments,
        in_all_industries,
    )
}
"""The figure of each pattern."""
