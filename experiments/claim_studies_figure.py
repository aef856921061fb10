"""Figures of the studies beside the claims: one each, with 95% intervals over seeds."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from scipy import stats

from relsim.report.style import BLUE, GREEN, INK, MUTED, VERMILLION

_MARKS = ("o", "s", "^", "D", "v")
_COLOURS = (BLUE, VERMILLION, GREEN, "#CC79A7", INK)

_WAYS = {"relationship": BLUE, "transaction": VERMILLION}


def _dressed(axes: Axes) -> Axes:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y", color="#dddddd", lw=0.8)
    axes.set_axisbelow(True)
    return axes


def _titled(figure: Figure, title: str, note: str) -> Figure:
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    figure.supxlabel(note, x=0.01, ha="left", fontsize=9, color=MUTED)
    return figure


def _half(values: "pd.Series[float]") -> float:
    """Return the half-width of a 95% interval of the mean (Student)."""
    n = len(values)
    return float(stats.t.ppf(0.975, n - 1) * values.std() / np.sqrt(n)) if n > 1 else 0.0


def _how_many(frame: pd.DataFrame) -> str:
    seeds, size = frame["seed"].nunique(), frame["market_size"].iloc[0]
    return f"{size:,} customers; mean of {seeds} seeds, bars: 95% intervals."


def best_split(frame: pd.DataFrame) -> Figure:
    """Draw profit by split, a line for each cost of winning."""
    figure, axes = plt.subplots(figsize=(8.0, 5.4), layout="constrained")
    _dressed(axes)
    for place, (reach, mark, colour) in enumerate(
        zip(sorted(frame["reach_for_money"].unique()), _MARKS, _COLOURS, strict=True)
    ):
        rows = frame[frame["reach_for_money"] == reach]
        even = rows.loc[rows["retention_share"] == 0.5].set_index("seed")
        paired = rows["profit"] / rows["seed"].map(even["profit"]) - 1.0
        groups = paired.groupby(rows["retention_share"])
        mean, half = 100.0 * groups.mean(), 100.0 * groups.agg(_half)
        split = 100.0 * mean.index.to_numpy(dtype=float) + 0.8 * (place - 2)
        ratio = even["ratio"].mean()
        axes.errorbar(
            split,
            mean,
            half,
            fmt=f"{mark}-",
            color=colour,
            capsize=3,
            label=f"reach for a dollar x {reach:g}: {ratio:.1f} to 1",
        )
        best = int(mean.to_numpy().argmax())
        axes.plot(split[best], mean.iloc[best], mark, ms=13, mfc="none", mec=colour)
    axes.axhline(0.0, color=MUTED, lw=1)
    axes.set_xlabel("part of the budget for keeping (%)")
    axes.set_ylabel("discounted profit of seven years,\n% more than with an even split")
    axes.legend(
        frameon=False,
        title="cost to win a customer to cost to keep one a year, at an even split",
        fontsize=9,
        title_fontsize=9,
        loc="lower right",
    )
    note = "Mobile telephony, one firm of four. Ringed: the best split. " + _how_many(frame)
    return _titled(figure, "The best split of a budget against the ratio of average costs", note)


def referred(frame: pd.DataFrame) -> Figure:
    """Draw who stayed, by what brought them."""
    configs = list(frame["config"].unique())
    figure, panels = plt.subplots(1, len(configs), figsize=(8.0, 4.2), layout="constrained")
    for axes, config in zip(panels, configs, strict=True):
        _dressed(axes)
        groups = frame[frame["config"] == config].groupby("came_by", sort=False)
        kept, half = 100.0 * groups["kept"].mean(), 100.0 * groups["kept"].agg(_half)
        axes.errorbar(range(len(kept)), kept, half, fmt="o", color=BLUE, capsize=4, ms=7)
        names = [
            f"{name}\n(n = {int(n):,})"
            for name, n in zip(kept.index, groups["n"].sum(), strict=True)
        ]
        axes.set_xticks(range(len(kept)), names, fontsize=9)
        axes.set_xlim(-0.5, len(kept) - 0.5)
        axes.set_ylim(0.0)
        axes.set_title(config, loc="left", fontsize=10)
    panels[0].set_ylabel("still customers two years later (%)")
    note = "Customers won in year 2, all firms; talk four times the usual. " + _how_many(frame)
    return _titled(figure, "Who stays, by what brought them to their supplier", note)


def size_and_rivals(frame: pd.DataFrame) -> Figure:
    """Draw the map of what defence brings over attack."""
    grid = 100.0 * frame.pivot_table(index="firms", columns="share", values="gain")
    half = 100.0 * frame.pivot_table(index="firms", columns="share", values="gain", aggfunc=_half)
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
        "Mobile telephony, seven years; fame follows size. In brackets: the 95% interval over "
        f"{frame['seed'].nunique()} seeds\nincludes nothing gained. "
        f"{frame['market_size'].iloc[0]:,} customers."
    )
    return _titled(figure, "Where defence pays more than attack", note)


def risk(frame: pd.DataFrame) -> Figure:
    """Draw every run's result by way of marketing."""
    measures = {
        "profit": "discounted profit",
        "worst_year": "worst year",
        "trough": "newcomer's least cash",
    }
    configs = list(frame["config"].unique())
    figure, panels = plt.subplots(
        len(configs), len(measures), figsize=(9.0, 6.0), layout="constrained"
    )
    for row, config in zip(panels, configs, strict=True):
        for axes, (measure, title) in zip(row, measures.items(), strict=True):
            _dressed(axes)
            for x, (way, colour) in enumerate(_WAYS.items()):
                here = (frame["config"] == config) & (frame["way"] == way)
                values = frame.loc[here, measure]
                spread = np.linspace(-0.15, 0.15, len(values))
                axes.plot(x + spread, values, "os"[x], ms=3, color=colour, alpha=0.6)
                mean, deviation = values.mean(), values.std()
                axes.annotate(
                    f"{mean:,.2f}\n± {deviation:,.2f}", (x + 0.2, mean), fontsize=8, va="center"
                )
            axes.set_xticks(range(len(_WAYS)), list(_WAYS), fontsize=9)
            axes.set_xlim(-0.4, 1.8)
            axes.set_title(f"{config}: {title}", loc="left", fontsize=9)
        row[0].set_ylabel("USD a customer of the market")
    note = (
        f"A dot a run, {frame['seed'].nunique()} seeds; mean and standard deviation beside. "
        f"{frame['market_size'].iloc[0]:,} customers, seven years, a recession in year 4."
    )
    return _titled(figure, "What luck does to marketing by deals and by relationships", note)


DRAWN: dict[str, Callable[[pd.DataFrame], Figure]] = {
    study.__name__: study for study in (best_split, referred, size_and_rivals, risk)
}
"""The figure of each study."""
