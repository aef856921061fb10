"""The effect of every reading with its interval, against what is claimed."""

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from relsim.report.claims.results import Results
from relsim.report.claims.rows import (
    BAND,
    BAND_EDGE,
    AboutClaim,
    Group,
    grouped,
    says_verdict,
    stacked,
)
from relsim.report.claims.words import LOOKS
from relsim.report.layout import Words
from relsim.report.style import drawing

Array = npt.NDArray[np.float64]

MARKS: dict[str, dict[str, Any]] = {
    "supported": {"marker": "o"},
    "refuted": {"marker": "X"},
    "conditional": {"marker": "o", "fillstyle": "left", "markerfacecoloralt": "white"},
    "inconclusive": {"marker": "o", "markerfacecolor": "white"},
}
"""Marks that differ without colour."""

_REACH = 1.5
"""How far beyond means and borders an interval may stretch the axis, in their range."""


@drawing()
def effects(results: Results) -> Figure | None:
    """Draw the effect of every reading against what is claimed; None if none was tested."""
    about = AboutClaim.of(results)
    groups = grouped(results, about, says_verdict)
    if not groups:
        return None
    key = [
        *(_mark(word) for word in MARKS if word in set(results.verdicts["word"])),
        Patch(facecolor=BAND, edgecolor=BAND_EDGE, label="claimed"),
    ]
    words = Words(
        "Mean effect and what is claimed",
        "Mean over the scope, with its interval. Arrows: beyond the axis.",
        "",
        "",
    )
    return stacked(groups, about, words, key, _draw, _shown)


def _mark(word: str) -> Line2D:
    look = {"color": LOOKS[word].colour, "markersize": 6.5, "linewidth": 2.2, **MARKS[word]}
    return Line2D([], [], label=word, **look)


def _shown(group: Group) -> Array:
    """Return what the axis holds: all means and borders, and intervals as far as that is fair."""
    columns = ["effect", "band_low", "band_high", "low", "high"]
    values = group.rows[columns].to_numpy(dtype=np.float64) / group.scale.factor
    core = np.append(values[:, :3], group.zeros)
    core = core[np.isfinite(core)]
    ends = values[np.isfinite(values[:, 3:]).all(axis=1), 3:]
    wide = float(np.median(np.ptp(ends, axis=1))) if ends.size else 0.0
    span = max(float(np.ptp(core)), wide)
    reach = (core.min() - _REACH * span, core.max() + _REACH * span)
    return np.append(core, np.clip(ends, *reach))


def _draw(axes: Axes, group: Group) -> None:
    left, right = axes.get_xlim()
    for (_, row), middle in zip(group.rows.iterrows(), group.middles, strict=True):
        mark, factor = _mark(str(row["word"])), group.scale.factor
        ends = np.array([row["low"], row["high"]], dtype=np.float64) / factor
        inside = np.clip(ends, left, right)
        axes.plot(inside, [middle, middle], color=mark.get_color(), linewidth=2.2)
        for end, place, arrow in zip(ends, inside, "<>", strict=True):
            axes.plot(
                place, middle, "|" if end == place else arrow,
                color=mark.get_color(), markersize=7, clip_on=False,
            )  # fmt: skip
        axes.plot(
            row["effect"] / factor, middle,
            color=mark.get_color(), markersize=6.5, zorder=3, **MARKS[str(row["word"])],
        )  # fmt: skip
