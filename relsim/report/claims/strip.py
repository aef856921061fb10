"""The effect at every point of the scope: above the line where it holds, below where not."""

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
    says_share,
    stacked,
)
from relsim.report.claims.words import LOOKS
from relsim.report.layout import Words
from relsim.report.style import INK, drawing

Array = npt.NDArray[np.float64]

HOLDS = {"color": LOOKS["supported"].colour, "marker": "o", "label": "holds"}
FAILS = {"color": LOOKS["refuted"].colour, "marker": "x", "label": "does not"}
"""How points of the scope are drawn."""

_TAIL = 0.02  # part of points at either end that an axis may leave out
_DEEP = 0.13  # how far points stand from the line, inches
_TURN = 0.5 * (np.sqrt(5.0) - 1.0)  # golden section: spreads points without a pattern
_SIZE = 3.2


@drawing()
def strip(results: Results) -> Figure | None:
    """Draw the effect at every point of the scope of every reading; None if none was tested."""
    about = AboutClaim.of(results)
    groups = grouped(results, about, says_share)
    if not groups:
        return None
    values = {reading: _values(results, reading) for reading in results.verdicts["reading"]}

    def shown(group: Group) -> Array:
        inside = [_inner(values[reading][0]) for reading in group.rows["reading"]]
        borders = group.rows[["band_low", "band_high"]].to_numpy(dtype=np.float64)
        return np.concatenate([*inside, borders.ravel()]) / group.scale.factor

    def draw(axes: Axes, group: Group) -> None:
        for reading, middle in zip(group.rows["reading"], group.middles, strict=True):
            effect, holds = values[reading]
            _draw_points(axes, effect / group.scale.factor, holds, float(middle))

    key = [
        Line2D([], [], linewidth=0.0, markersize=5, **HOLDS),  # type: ignore[arg-type]  # keywords of several types
        Line2D([], [], linewidth=0.0, markersize=5, **FAILS),  # type: ignore[arg-type]  # the same
        Patch(facecolor=BAND, edgecolor=BAND_EDGE, label="claimed"),
    ]
    words = Words(
        "Effect at every point of the scope",
        "Above the line where the reading holds, below where it does not. Arrows: beyond the axis.",
        "",
        "",
    )
    return stacked(groups, about, words, key, draw, shown)


def _values(results: Results, reading: str) -> tuple[Array, npt.NDArray[np.bool_]]:
    rows = results.points_of(reading)
    return rows["effect"].to_numpy(dtype=np.float64), rows["holds"].to_numpy(dtype=bool)


def _inner(values: Array) -> Array:
    """Return values without the tails that would press all others together."""
    return np.quantile(values, [_TAIL, 1.0 - _TAIL]) if values.size else values


def _draw_points(axes: Axes, effect: Array, holds: npt.NDArray[np.bool_], middle: float) -> None:
    """Draw the points of a reading; those beyond the axis as arrows at its ends."""
    left, right = axes.get_xlim()
    air = 0.01 * (right - left)
    inside = np.clip(effect, left + air, right - air)
    apart = _DEEP * (0.15 + 0.85 * ((np.arange(effect.size) * _TURN) % 1.0))
    axes.axhline(middle, color=INK, linewidth=0.5)
    for which, side, look in ((holds, -1.0, HOLDS), (~holds, 1.0, FAILS)):
        for there, marker in (
            (inside == effect, look["marker"]), (inside > effect, "<"), (inside < effect, ">"),
        ):  # fmt: skip
            rows = which & there
            axes.plot(
                inside[rows], middle + side * apart[rows], linestyle="", marker=marker,
                color=look["color"], markersize=_SIZE, markeredgewidth=0.8, zorder=3,
            )  # fmt: skip
