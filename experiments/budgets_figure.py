"""The figure of profit against budget, a panel a market."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.budgets_page import loses
from relsim.report.style import BLUE, INK, MUTED, SMALL, TITLE, VERMILLION, WIDTH, drawing

_COLUMNS = 3
_PENS = {False: (MUTED, "s", "awareness constant"), True: (VERMILLION, "o", "awareness a stock")}
_SAYS = (
    "Discounted profit of ten years of one firm, over that of spending nothing, in % of its "
    "revenue then;\nall others as the market says. Bars: 95% intervals, adjusted for all budgets "
    "and markets. Dotted: best with the stock."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Return the figure.

    Parameters
    ----------
    frame : DataFrame
        Of ``experiments.budgets.table``.
    """
    names = list(dict.fromkeys(frame["market"]))
    lines = -(-len(names) // _COLUMNS)
    with drawing():
        figure = Figure(figsize=(WIDTH, 1.4 + 1.9 * lines), facecolor="white")
        every = figure.subplots(lines, _COLUMNS, squeeze=False).ravel()
        figure.subplots_adjust(0.08, 0.08, 0.98, 0.80, wspace=0.3, hspace=0.5)
        for axes, name in zip(every, names, strict=False):
            _panel(axes, frame[frame["market"] == name], name)
        for axes in every[len(names) :]:
            axes.set_axis_off()
        every[0].set_ylabel("profit gained (% of revenue)")
        every[len(names) - 1].set_xlabel("budget (% of revenue)")
        figure.suptitle(
            _title(frame), x=0.02, y=0.98, ha="left", va="top", size=TITLE, weight="bold"
        )
        figure.text(0.02, 0.935, _SAYS, va="top", color=MUTED, size=SMALL)
        handles, labels = every[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="upper left", bbox_to_anchor=(0.015, 0.885), ncols=2,
            frameon=False, borderaxespad=0.0,
        )  # fmt: skip
    return figure


def _title(frame: pd.DataFrame) -> str:
    """Return what was found: in how many markets some budget clearly beats none."""
    beaten = len(loses(frame, stock=True))
    return (
        "Where awareness is a stock, spending nothing loses in "
        f"{beaten} of {frame['market'].nunique()} markets"
    )


def _panel(axes: Axes, frame: pd.DataFrame, name: str) -> None:
    for stock, (colour, marker, label) in _PENS.items():
        mine = frame[frame["stock"] == stock]
        ends = [mine["gain"] - mine["low"], mine["high"] - mine["gain"]]
        axes.errorbar(
            100.0 * mine["budget"], mine["gain"], yerr=ends, fmt=f"{marker}-", color=colour, ms=4,
            lw=1.2, elinewidth=1.0, label=label,
        )  # fmt: skip
    best = frame[frame["stock"]].sort_values("gain").iloc[-1]
    axes.axvline(100.0 * best["budget"], color=BLUE, lw=0.8, ls=":")
    axes.axhline(0.0, color=INK, lw=0.6)
    axes.set_xlim(-1.0, 21.0)
    axes.set_title(name.replace("-", " "), loc="left", size=SMALL)
