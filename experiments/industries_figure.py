"""The figure of the industries: published bands, and the levels that the markets live."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, NullLocator

from relsim.report.style import BLUE, BODY, INK, MUTED, SMALL, TITLE, VERMILLION, WIDTH, drawing

_PANELS = {
    "defection": "Annual churn (% of customers)",
    "cost_to_win": "Cost to win a customer (USD, log scale)",
    "margin": "Margin (% of revenue)",
    "cost_to_serve": "Cost to serve (% of revenue)",
    "growth": "Growth: profit in year 5 over year 1 (ratio)*",
    "cost_to_keep": "Cost to keep (% of revenue)",
}
_SAYS = (
    "Bar: published band. Large dots: all firms of a market together, one for each seed. Small "
    "dots: single firms.\nEach market is set to these levels, alike for all its firms; where no "
    "bar stands, no number was found."
)
_NOTES = (
    "Margin is after goods; telecom also after service and fixed cost, business-software also "
    "after service.\n* business-software: revenue in year 2 over year 1."
)
_QUOTED = "as commonly quoted"
_PALE = "#BBBBBB"
_HEIGHT = 9.0


def draw(realised: pd.DataFrame, compared: pd.DataFrame, people: int) -> Figure:
    """Return a figure of one panel a measure, one row in it an industry.

    Parameters
    ----------
    realised : DataFrame
        Of ``industries.run``, for all industries.
    compared : DataFrame
        Of ``industries.compare``.
    people : int
        Customers in each market.
    """
    industries = list(dict.fromkeys(compared["industry"]))
    with drawing():
        figure = Figure(figsize=(WIDTH, _HEIGHT), facecolor="white")
        _words(figure, realised, people)
        cells = figure.subplots(3, 2, sharey=True).flat
        figure.subplots_adjust(0.2, 0.1, 0.98, 0.865, 0.07, 0.36)
        for axes, (what, name) in zip(cells, _PANELS.items(), strict=True):
            axes.set_title(name, size=BODY, loc="left", color=INK)
            _bands(axes, compared[compared["measure"] == what], industries)
            _dots(axes, realised[realised["measure"] == what], industries)
            _axis(axes, what)
        names = [name.replace("-", " ") for name in industries]
        axes.set_yticks(range(len(industries)), names)
        axes.set_ylim(len(industries) - 0.5, -0.5)
    return figure


def _words(figure: Figure, realised: pd.DataFrame, people: int) -> None:
    figure.suptitle(
        "Industries: published levels and those that the markets live",
        x=0.02, y=0.985, ha="left", va="top", size=TITLE, weight="bold",
    )  # fmt: skip
    figure.text(0.02, 0.957, _SAYS, va="top", color=MUTED)
    seeds = ", ".join(str(seed) for seed in sorted(realised["seed"].unique()))
    count = realised["seed"].nunique()
    runs = f"n = {count} runs a market (seeds {seeds}) of {people:,} customers, years 5 to 10."
    foot = f"{_NOTES}\n{runs}"
    figure.text(0.02, 0.012, foot, size=SMALL, color=MUTED)
    figure.legend(
        handles=[
            Patch(facecolor=BLUE, alpha=0.35, label="published: verified or computed from such"),
            Patch(facecolor=_PALE, edgecolor=INK, hatch="////", lw=0.4, label=_QUOTED),
            Line2D([], [], marker="o", ls="", ms=5, color=VERMILLION, label="market, one a seed"),
            Line2D([], [], marker=".", ls="", ms=4, color=INK, label="single firm"),
        ],
        loc="upper left", bbox_to_anchor=(0.015, 0.915), ncols=4, frameon=False,
        borderaxespad=0.0, handlelength=1.6, columnspacing=1.4,
    )  # fmt: skip


def _bands(axes: Axes, levels: pd.DataFrame, industries: list[str]) -> None:
    for _, level in levels[levels["low"].notna()].iterrows():
        low, high = float(level["low"]), float(level["high"])
        bars = axes.barh(industries.index(level["industry"]), high - low, 0.72, low, zorder=1.5)
        if level["status"] == _QUOTED:
            bars[0].set(facecolor=_PALE, edgecolor=INK, hatch="////", linewidth=0.4)
        else:
            bars[0].set(facecolor=BLUE, alpha=0.35)


def _dots(axes: Axes, rows: pd.DataFrame, industries: list[str]) -> None:
    for firm, mine in rows.groupby("firm", sort=False):
        places = mine["industry"].map(industries.index)
        if firm == "all firms":
            axes.plot(
                mine["value"], places, "o", color=VERMILLION, ms=5, mec="white", mew=0.4, zorder=3
            )
        else:
            axes.plot(mine["value"], places + 0.22, ".", color=INK, ms=2.5, zorder=2.5)


def _axis(axes: Axes, what: str) -> None:
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.06)
    if what == "cost_to_win":
        axes.set_xscale("log")
        ticks = [10, 100, 1_000, 10_000]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    else:
        axes.set_xlim(left=0.0)
