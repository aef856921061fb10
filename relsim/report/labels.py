"""Axes and the words on them: ticks, labels at line ends, marks of events; none over another."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from scipy.optimize import isotonic_regression

from relsim.report.style import (
    BODY,
    INK,
    LINE,
    MUTED,
    SMALL,
    Pen,
    inches,
    plain,
    tick_labels,
    width,
)

Array = npt.NDArray[np.float64]
Marks = Sequence[tuple[int, str]]

_MOST_TICKS = 10
_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240, 600)


def spread(wanted: Array, sizes: Array, low: float, high: float) -> Array:
    """Return the places nearest to those wanted at which things of some size do not overlap.

    Least squares under order and bounds: an isotonic regression of the places less the sizes
    before them, cut to the bounds (Barlow & Brunk 1972).

    Parameters
    ----------
    wanted, sizes : array of shape (n,)
        Wanted middles, and sizes; shrunk together where they do not fit.
    low, high : float
        Between which all have to stand.

    Examples
    --------
    >>> spread(np.array([5.0, 5.0, 0.0]), np.ones(3), 0.0, 10.0).tolist()
    [4.5, 5.5, 0.5]
    """
    if wanted.size == 0:
        return wanted
    order = np.argsort(wanted, kind="stable")
    size = sizes[order] * min(1.0, (high - low) / sizes.sum())
    middles = np.cumsum(size) - size / 2.0
    free = isotonic_regression(wanted[order] - middles).x
    placed = np.empty_like(wanted)
    placed[order] = np.clip(free, low, max(high - size.sum(), low)) + middles
    return placed


def month_axis(axes: Axes, months: Array, most: int = _MOST_TICKS) -> None:
    """Set an axis of months, with ticks at whole years where they fit."""
    first, last = float(months[0]), float(months[-1])
    span = last - first + 1.0
    coarse = 1200 * math.ceil(span / (1200 * most))
    step = next((step for step in _STEPS if span / step <= most), coarse)
    ticks = np.arange(step * math.ceil(first / step), last + 0.5, step)
    axes.set_xlim(first - 0.5, last + 0.5)
    ticks = ticks if ticks.size else months[:1]
    axes.set_xticks(ticks, tick_labels(ticks))


def value_ticks(low: float, high: float, most: int = 7) -> Array:
    """Return round ticks between two values."""
    ticks = np.asarray(MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(low, high))
    return ticks[(ticks >= low) & (ticks <= high)]


def value_axis(sharing: Sequence[Axes], most: int = 7) -> None:
    """Fix the axis of values that some axes share, with a line at zero where zero is inside."""
    axes = sharing[0]
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    ticks = value_ticks(low, high, most)
    axes.set_yticks(ticks, tick_labels(ticks))
    if low < 0.0 < high:
        for each in sharing:
            each.axhline(0.0, color=INK, linewidth=0.9, zorder=1.5)


def value_limits(values: Array, *, from_zero: bool = False) -> tuple[float, float]:
    """Return limits that hold all values; from zero, unless that would flatten the lines."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if from_zero and (low == high or low < high / 2.0):
        return 0.0, 1.06 * high or 1.0
    middle, half = (low + high) / 2.0, (high - low) / 2.0
    half = max(1.12 * half, 0.05 * abs(middle)) or 1.0
    return middle - half, middle + half


def cut_axis(low: float) -> tuple[str, ...]:
    """Return the note for the foot of a figure whose axis of values starts above zero."""
    return ("The y axis does not start at 0.",) if low > 0.0 else ()


class End(NamedTuple):
    """The end of a line, month and value, and what stands beside it."""

    pen: Pen
    month: float
    value: float
    text: str


def leader(labels: int) -> float:
    """Return the length of the lines to so many labels, inches: many fan out further."""
    return 0.24 + 0.02 * max(labels - 8, 0)


def end_labels(axes: Axes, ends: Sequence[End]) -> None:
    """Write a text beside each line's end; the axis has its limits already."""
    across, up = inches(axes)
    (low, high), last = axes.get_ylim(), axes.get_xlim()[1]
    wanted = np.array([(end.value - low) / (high - low) * up for end in ends])
    places = spread(wanted, np.full(len(ends), BODY * LINE), -0.1, up + 0.1)
    for end, place in zip(ends, places, strict=True):
        colour = end.pen.colour
        early = end.month < last - 1.0
        axes.plot(
            [end.month], [end.value], end.pen.marker, color=colour, ms=5, clip_on=False, zorder=4
        )
        line = {
            "arrowstyle": "-",
            "color": colour,
            "linewidth": 0.8,
            "linestyle": ":" if early else "-",
            "relpos": (0.0, 0.5),
            "patchA": None,
            "shrinkA": 3.0,
            "shrinkB": 0.0,
        }
        axes.annotate(
            end.text,
            (end.month, end.value),
            (1.0 + leader(len(ends)) / across, place / up),
            textcoords="axes fraction",
            va="center",
            annotation_clip=False,
            arrowprops=line,
        )


class Marked(NamedTuple):
    """Events by month, the label of each on the figure, and notes for its foot."""

    months: tuple[int, ...]
    labels: tuple[str, ...]
    notes: tuple[str, ...]


def read_marks(marks: Marks, months: Array, across: float) -> Marked:
    """Return events that fall into the months, by name, or by number where names do not fit.

    Parameters
    ----------
    marks : sequence of (month, text)
        What happened when.
    months : array of floats
        Months of the figure.
    across : float
        Inches that the months take; 0 asks for numbers.
    """
    by_month: dict[int, list[str]] = {}
    for month, text in sorted(marks, key=lambda mark: mark[0]):
        if months[0] <= month <= months[-1]:
            by_month.setdefault(month, []).append(plain(text))
    names = Marked(tuple(by_month), tuple("; ".join(texts) for texts in by_month.values()), ())
    wanted, placed, sizes = _places(names, (months[0] - 0.5, months[-1] + 0.5), across)
    if across >= sizes.sum() and bool(np.all(np.abs(wanted - placed) < sizes / 2.0)):
        return names
    numbers = tuple(str(k) for k in range(1, len(by_month) + 1))
    lines = zip(numbers, names.labels, names.months, strict=True)
    said = ", ".join(f"{number}: {name} (month {month:,})" for number, name, month in lines)
    return Marked(names.months, numbers, (f"Events: {said}.",))


def draw_marks(axes: Axes, marked: Marked) -> None:
    """Draw a line at each event's month, and its label above the axes."""
    across, up = inches(axes)
    _, placed, _ = _places(marked, axes.get_xlim(), across)
    for month, x, label in zip(marked.months, placed, marked.labels, strict=True):
        axes.axvline(month, color=MUTED, linewidth=0.8, linestyle=(0, (3, 2)), zorder=1.6)
        axes.text(
            x / across, 1.0 + 0.04 / up, label,
            transform=axes.transAxes, size=SMALL, color=MUTED, ha="center", va="bottom",
        )  # fmt: skip


def _places(
    marked: Marked, limits: tuple[float, float], across: float
) -> tuple[Array, Array, Array]:
    """Return where labels belong, where they find room, and their sizes, inches."""
    first, last = limits
    wanted = (np.array(marked.months, dtype=np.float64) - first) / (last - first) * across
    digits = all(label.isdigit() for label in marked.labels)
    sizes = np.array([width(label, SMALL) + (0.08 if digits else 0.3) for label in marked.labels])
    return wanted, spread(wanted, sizes, 0.0, across), sizes
