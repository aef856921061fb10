"""The figure of elasticities: by lever and market, beside what was published."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from relsim.report.style import BLUE, INK, MUTED, SMALL, TITLE, VERMILLION, WIDTH, drawing

BANDS = {
    ("advertising", "short"): (0.06, 0.24),
    ("advertising", "long"): (0.12, 0.48),
    ("price", "long"): (-5.24, -1.31),
}
"""Half to twice the mean of the meta-analyses; none where no mean was published."""

LEVERS = {
    "advertising": "advertising",
    "acquisition": "acquisition spend",
    "brand": "brand spend",
    "retention": "retention spend",
    "recovery": "recovery spend",
    "referral": "referral reward",
    "price": "price",
}
"""Levers in the order of the page, and what they are called there."""

_PENS = {"short": (BLUE, "o", "after a year"), "long": (VERMILLION, "s", "after five years")}
_SAYS = (
    "Change of a firm's sales (%) when it alone spends, or asks, 1% more: mean of all firms, "
    "with 95%\nintervals over replications. Bands: half to twice the mean of the meta-analyses."
)
_EVERYONE = "all firms"


def levers_of(frame: pd.DataFrame) -> list[str]:
    """Return the levers to show, in the order of the page.

    None that no firm pulls; and where no firm has a brand budget, advertising is acquisition spend.
    """
    pulled = set(frame["lever"][frame["elasticity"].notna()])
    return [
        lever
        for lever in LEVERS
        if lever in pulled and (lever != "acquisition" or "brand" in pulled)
    ]


def draw(frame: pd.DataFrame) -> Figure:
    """Return the figure.

    Parameters
    ----------
    frame : DataFrame
        Of ``experiments.elasticities.table``.
    """
    frame = frame[frame["firm"] == _EVERYONE]
    markets, levers = sorted(set(frame["market"])), levers_of(frame)
    lines = -(-len(levers) // 3)
    with drawing():
        figure = Figure(figsize=(WIDTH, 1.2 + 2.3 * lines), facecolor="white")
        grid = figure.subplots(lines, 3, sharey=True, squeeze=False).ravel()
        figure.subplots_adjust(0.19, 0.05, 0.98, 0.8, hspace=0.35, wspace=0.16)
        _words(figure)
        for axes, lever in zip(grid, levers, strict=False):
            _panel(axes, frame[frame["lever"] == lever], lever, markets)
        for axes in grid[len(levers) :]:
            axes.set_visible(False)
    return figure


def _panel(axes: Axes, mine: pd.DataFrame, lever: str, markets: list[str]) -> None:
    axes.axvline(0.0, color=INK, lw=0.6)
    for shift, (horizon, (colour, marker, _)) in zip((-0.14, 0.14), _PENS.items(), strict=True):
        if (lever, horizon) in BANDS:
            axes.axvspan(*BANDS[lever, horizon], color=colour, alpha=0.12, lw=0.0)
        dots = mine[mine["horizon"] == horizon]
        places = [markets.index(market) + shift for market in dots["market"]]
        ends = [dots["elasticity"] - dots["low"], dots["high"] - dots["elasticity"]]
        axes.errorbar(
            dots["elasticity"], places, xerr=ends, fmt=marker, color=colour, ms=4, mec="white",
            mew=0.4, elinewidth=1.0, zorder=3,
        )  # fmt: skip
    axes.set_title(LEVERS[lever], loc="left")
    axes.set_yticks(range(len(markets)), [market.replace("-", " ") for market in markets])
    axes.set_ylim(len(markets) - 0.5, -0.5)
    axes.locator_params(axis="x", nbins=5)
    axes.grid(visible=False, axis="y")


def _words(figure: Figure) -> None:
    figure.suptitle(
        "Sales answer to price as published, and to spending far less",
        x=0.02, y=0.98, ha="left", va="top", size=TITLE, weight="bold",
    )  # fmt: skip
    figure.text(0.02, 0.94, _SAYS, va="top", color=MUTED, size=SMALL)
    dots = [
        Line2D([], [], marker=marker, ls="", ms=5, color=colour, label=label)
        for colour, marker, label in _PENS.values()
    ]
    bands = [
        Patch(facecolor=colour, alpha=0.12, label=f"published, {label}")
        for colour, _, label in _PENS.values()
    ]
    figure.legend(
        handles=[*dots, *bands], loc="upper left", bbox_to_anchor=(0.015, 0.885), ncols=4,
        frameon=False, borderaxespad=0.0, handlelength=1.6, columnspacing=1.4,
    )  # fmt: skip
