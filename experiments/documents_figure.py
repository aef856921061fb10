"""The picture of the README: every reading of the flagship claim against what is claimed."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from relsim.report.claims import results
from relsim.report.claims.effects import MARKS
from relsim.report.claims.rows import BAND, BAND_EDGE, AboutClaim
from relsim.report.claims.words import LOOKS
from relsim.report.layout import EDGE, Words, axes_in, frame, name_axes
from relsim.report.style import INK, SMALL, drawing, width

CLAIM = "five-percent"
TITLE = (
    "Ten years' profit: {:+.0f}% from five points more retention given free to one firm, "
    "{:+.0f}% if every firm gets them, {:+.0f}% if it pays with 5% more of its revenue"
)
_SAID = ("profit-ten-years", "everyone", "paid-for")
"""The readings whose effects the title says."""
_ROW = 0.37
_BODY = 5.2
_GAP, _RIGHT = 0.2, 0.25


@drawing()
def picture(claims: Path) -> dict[str, Figure]:
    """Return the effects of all readings of "five per cent", by the name of the file.

    Parameters
    ----------
    claims : Path
        The folder of the reference results.
    """
    found = results.read(claims / CLAIM)
    rows = found.verdicts.dropna(subset=["effect"]).reset_index(drop=True)
    about = AboutClaim.of(found)
    effects = rows.set_index("reading")["effect"]
    words = Words(
        _signed(TITLE.format(*(100.0 * effects[reading] for reading in _SAID))),
        "Each reading: mean effect over the conditions tried, with its confidence interval.",
        "",
        "Change against the same market without it, %",
    )
    marks = [_mark(word) for word in MARKS if word in set(rows["word"])]
    key = [*marks, Patch(facecolor=BAND, edgecolor=BAND_EDGE, label="claimed (paid for: any gain)")]
    left = EDGE + _GAP + max(width(str(title), SMALL) for title in rows["title"])
    wide = left + _BODY + _RIGHT
    figure, box = frame(about, words, _ROW * len(rows), left=left, right=_RIGHT, key=key, wide=wide)
    name_axes(figure, box, words)
    _draw(axes_in(figure, box), rows)
    return {CLAIM: figure}


def _signed(text: str) -> str:
    """Return a text with real minus signs before its numbers."""
    return re.sub(r"-(?=\d)", "−", text)


def _mark(word: str) -> Line2D:
    look: dict[str, Any] = {"color": LOOKS[word].colour, "markersize": 6.5, "linewidth": 2.2}
    return Line2D([], [], label=word, **look, **MARKS[word])


def _draw(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw a row for every reading: the band claimed, the interval, the mean, and its words."""
    right = 100.0 * float(np.nanmax(rows["high"])) * 1.04
    left = 100.0 * float(np.nanmin(rows["low"])) * 1.25
    axes.set(xlim=(left, right), ylim=(len(rows) - 0.5, -0.5), yticks=[])
    axes.axvline(0.0, color=INK, linewidth=1.0)
    for place, row in rows.iterrows():
        y = float(str(place))
        low, high = 100.0 * row["band_low"], min(100.0 * row["band_high"], right)
        axes.fill_betweenx([y - 0.36, y + 0.36], low, high, facecolor=BAND, edgecolor=BAND_EDGE)
        line = _mark(str(row["word"]))
        axes.plot([100.0 * row["low"], 100.0 * row["high"]], [y, y], color=line.get_color(), lw=2.2)
        axes.plot(
            100.0 * row["effect"], y, color=line.get_color(), markersize=6.5, zorder=3,
            **MARKS[str(row["word"])],
        )  # fmt: skip
        _words(axes, y, str(row["title"]), row)


def _words(axes: Axes, y: float, title: str, row: "pd.Series[Any]") -> None:
    numbers = 100.0 * row[["effect", "low", "high"]]
    shown = _signed("{:+.0f}% [{:+.0f}, {:+.0f}]".format(*numbers))
    for text, up, size, colour in (
        (title, 3.0, SMALL, INK),
        (f"{shown} · {row['word']}", -8.0, SMALL, LOOKS[str(row["word"])].colour),
    ):
        axes.annotate(
            text, (0.0, y), (-12.0, up), xycoords=("axes fraction", "data"),
            textcoords="offset points", size=size, color=colour, ha="right",
        )  # fmt: skip
