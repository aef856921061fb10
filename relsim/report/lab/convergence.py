"""How a mean settles as replications are added, and where it was precise enough."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from relsim.report.lab.about import AboutStudy, Quantity, counted, numbers, require, worded
from relsim.report.labels import cut_axis, value_axis, value_limits, value_ticks
from relsim.report.layout import EDGE, Words, axes_in, frame, name_axes
from relsim.report.style import (
    BLUE,
    INK,
    STEPS,
    VERMILLION,
    Dash,
    drawing,
    number,
    plain,
    tick_labels,
)

Array = npt.NDArray[np.float64]

_TALL = 3.2
_ASKED: Dash = (0.0, (5.0, 2.0))
_STOP: Dash = (0.0, (1.5, 1.5))
_SINGLE = 14.0  # points: width of an interval that stands alone
_FEW = 12  # means of so few replications are marked one by one
_SEEN = 4.0  # times the asked precision, or the last half-width, that is shown at most


class _Course(NamedTuple):
    """Numbers of replications, the mean of so many, and its interval."""

    n: Array
    mean: Array
    low: Array
    high: Array

    @property
    def half(self) -> Array:
        """Half-widths of the intervals, NaN where there is none."""
        return (self.high - self.low) / 2.0


@drawing()
def convergence(
    means: pd.DataFrame,
    about: AboutStudy,
    value: Quantity,
    *,
    precision: float | None = None,
    stopped: int | None = None,
    title: str | None = None,
    says: str = "",
) -> Figure:
    """Draw a running mean with its interval against the number of replications.

    Parameters
    ----------
    means : DataFrame
        A row for every number of replications: ``n``, ``mean``, and the ends of its interval,
        ``low`` and ``high`` (NaN where there is none, as of one replication).
    about : AboutStudy
        What the study was.
    value : Quantity
        What is averaged (its ``column`` is not read).
    precision : float, optional
        The half-width of the interval that was asked for, in the unit of the mean.
    stopped : int, optional
        The number of replications at which that was reached; None if it never was.
    title, says : str
        The head (the outcome's name unless given), and the sentence under it.

    Raises
    ------
    OutputError
        If there is no row, or a column is missing.
    """
    require(means, "n", "mean")
    ordered = means.sort_values("n", kind="stable")
    scale = about.scaled(numbers(ordered, "mean"), value.unit)
    mean, low, high = (numbers(ordered, c) / scale.factor for c in ("mean", "low", "high"))
    course = _Course(ordered["n"].to_numpy(dtype=np.float64), mean, low, high)
    asked = np.nan if precision is None else precision / scale.factor
    bottom, top, cut = _limits(course, asked)
    label = value.words(scale.unit)
    words = Words(
        worded(title, f"{label}: running mean"),
        f"{plain(says)} {_reached(course, asked, stopped, scale.unit)}".strip(),
        label, "Replications", (*cut_axis(bottom), *_notes(course, cut=cut)),
    )  # fmt: skip
    key = _key(about, course, asked, stopped)
    figure, box = frame(about, words, _TALL, right=EDGE + 0.2, key=key)
    name_axes(figure, box, words)
    axes = axes_in(figure, box)
    _draw(axes, course, asked, stopped)
    axes.set_ylim(bottom, top)
    value_axis([axes])
    first, last = course.n[0], course.n[-1]
    apart = (last - first) / (50.0 if course.n.size > _FEW else 20.0) or 0.5
    axes.set_xlim(first - apart, last + apart)
    ticks = value_ticks(first - 0.01, last + 0.01, 10)
    ticks = ticks[ticks == np.round(ticks)]
    axes.set_xticks(ticks, tick_labels(ticks))
    return figure


def _limits(course: _Course, asked: float) -> tuple[float, float, bool]:
    """Return limits that hold means and all but the widest intervals, and whether some are cut."""
    known = course.half[np.isfinite(course.half)]
    widths = [asked] if np.isfinite(asked) else []
    seen = _SEEN * max([*widths, *known[-1:].tolist()], default=0.0)
    middle = course.mean[np.isfinite(course.mean)][-1:]
    ends = np.concatenate([course.low, course.high])
    shown = ends[np.abs(ends - middle) <= seen] if middle.size else ends
    around = [each + side * seen / _SEEN for each in middle for side in (-1.0, 1.0)]
    low, high = value_limits(np.concatenate([course.mean, shown, around]))
    return low, high, bool(np.any((course.low < low) | (course.high > high)))


def _reached(course: _Course, asked: float, stopped: int | None, unit: str) -> str:
    """Return the sentence on what was asked and what was reached."""
    half = course.half[-1]
    last = f"after {counted(int(course.n[-1]), 'replication')}"
    got = f"±{number(half)} {unit} {last}" if np.isfinite(half) else f"no interval {last}"
    if not np.isfinite(asked):
        return f"Reached: {got}."
    where = "never reached" if stopped is None else f"reached at n = {stopped:,}"
    return f"Asked: ±{number(asked)} {unit}, {where}. At the end: {got}."


def _notes(course: _Course, *, cut: bool) -> tuple[str, ...]:
    """Return what to say of intervals that are cut or missing."""
    reach = ("The intervals of few replications reach further than is shown.",) if cut else ()
    none = ("No interval: a single replication, or none was given.",)
    return (*reach, *(() if np.isfinite(course.half).any() else none))


def _key(about: AboutStudy, course: _Course, asked: float, stopped: int | None) -> list[Artist]:
    """Return the entries of the key: those of which there is something to see."""
    key: list[Artist] = [Line2D([], [], color=BLUE, label="running mean")]
    if np.isfinite(course.half).any():
        key.append(Patch(facecolor=STEPS[0], label=f"{about.level} interval"))
    if np.isfinite(asked):
        label = "asked precision about the last mean"
        key.append(Line2D([], [], color=INK, linestyle=_ASKED, linewidth=1.1, label=label))
    if stopped is not None:
        label = f"stopped at n = {stopped:,}"
        key.append(Line2D([], [], color=VERMILLION, linestyle=_STOP, label=label))
    return key


def _draw(axes: Axes, course: _Course, asked: float, stopped: int | None) -> None:
    """Draw the mean, its interval, the band that was asked for and where it was reached."""
    marker = "o" if course.n.size <= _FEW else None
    axes.fill_between(course.n, course.low, course.high, color=STEPS[0], linewidth=0.0)
    if np.isfinite(course.half).sum() == 1:  # of two replications: an area of one point is none
        axes.vlines(course.n, course.low, course.high, color=STEPS[0], linewidth=_SINGLE)
    axes.plot(course.n, course.mean, color=BLUE, marker=marker)
    last = course.mean[np.isfinite(course.mean)][-1:]
    for side in (-asked, asked):
        for middle in last if np.isfinite(asked) else ():
            axes.axhline(middle + side, color=INK, linestyle=_ASKED, linewidth=1.1)
    if stopped is not None:
        axes.axvline(stopped, color=VERMILLION, linestyle=_STOP)
