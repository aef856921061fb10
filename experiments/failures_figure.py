"""The figure of failures: what one adds to the losses of a year, by market."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from relsim.report.style import BLUE, INK, MUTED, SMALL, TITLE, VERMILLION, WIDTH, drawing

STATED, BEHAVIOUR = (15.0, 30.0), (5.0, 15.0)
"""Points of loyalty that a problem costs as customers state it, and a third to half of that."""

_PENS = {
    ("unresolved", False): (MUTED, "o", "unresolved, forgotten"),
    ("unresolved", True): (VERMILLION, "o", "unresolved, remembered"),
    ("made_good", True): (BLUE, "s", "made good, remembered"),
}
_SAYS = (
    "Dots: points that one failure adds to the loss of twelve months, with 95% intervals (paired "
    "differences,\na customer each). Two to three times holds where no contract binds."
)


def draw(frame: pd.DataFrame) -> Figure:
    """Return the figure.

    Parameters
    ----------
    frame : DataFrame
        Of ``experiments.failures.table``.
    """
    rows = list(dict.fromkeys(zip(frame["market"], frame["contract"], strict=True)))
    with drawing():
        figure = Figure(figsize=(WIDTH, 1.9 + 0.34 * len(rows)), facecolor="white")
        axes = figure.subplots()
        figure.subplots_adjust(0.3, 0.12, 0.98, 0.72)
        _words(figure)
        axes.axvspan(*BEHAVIOUR, color=BLUE, alpha=0.12, lw=0.0)
        axes.axvspan(*STATED, color=INK, alpha=0.08, lw=0.0)
        for (arm, memory), (colour, marker, _) in _PENS.items():
            mine = frame[(frame["arm"] == arm) & (frame["memory"] == memory)]
            _dots(axes, mine, rows, colour, marker)
        axes.set_yticks(range(len(rows)), [_name(*row) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(-1.0, 31.0)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("added to the loss of twelve months (points)")
    return figure


def _name(market: str, contract: int) -> str:
    bound = f"{contract} months" if contract > 1 else "no contract"
    return f"{market.replace('-', ' ')}, {bound}"


def _dots(
    axes: Axes, mine: pd.DataFrame, rows: list[tuple[str, int]], colour: str, marker: str
) -> None:
    keys = zip(mine["market"], mine["contract"], strict=True)
    places = [rows.index(key) for key in keys]
    ends = [mine["points"] - mine["low"], mine["high"] - mine["points"]]
    axes.errorbar(
        mine["points"], places, xerr=ends, fmt=marker, color=colour, ms=5, mec="white", mew=0.4,
        elinewidth=1.2, zorder=3,
    )  # fmt: skip


def _words(figure: Figure) -> None:
    figure.suptitle(
        "Remembered, a failure costs two to three times as many customers",
        x=0.02, y=0.98, ha="left", va="top", size=TITLE, weight="bold",
    )  # fmt: skip
    figure.text(0.02, 0.93, _SAYS, va="top", color=MUTED, size=SMALL)
    dots = [
        Line2D([], [], marker=marker, ls="", ms=5, color=colour, label=label)
        for colour, marker, label in _PENS.values()
    ]
    bands = [
        Patch(facecolor=BLUE, alpha=0.12, label="a third to half of what is stated"),
        Patch(facecolor=INK, alpha=0.08, label="stated (TARP, Goodman et al. 2000)"),
    ]
    figure.legend(
        handles=[*dots, *bands], loc="upper left", bbox_to_anchor=(0.015, 0.855), ncols=3,
        frameon=False, borderaxespad=0.0, handlelength=1.6, columnspacing=1.4,
    )  # fmt: skip
