"""Rows of a figure: a name at the left, marks on a common axis, numbers at the right.

Heights on the axes of rows are inches from their top, so that what stands in a row fits it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from relsim.report.labels import value_limits, value_ticks
from relsim.report.layout import EDGE
from relsim.report.style import (
    BODY,
    GRID,
    INK,
    LINE,
    MUTED,
    SMALL,
    decimals_for,
    fit,
    fixed,
    inches,
    tick_labels,
    width,
)
from relsim.report.style import wrapped as wrap

Array = npt.NDArray[np.float64]

HEADS = SMALL * LINE + 0.06
"""Room above the axes for the heads of the columns, inches."""

_MOST_NAME, _LEAST, _AIR, _GAP = 2.3, 0.27, 0.1, 0.16
_TICK = 0.62  # room that a tick's label takes, inches


@dataclass(frozen=True)
class Rows:
    """The words of rows.

    Attributes
    ----------
    names, notes : sequence of str
        What each row is, and a note under its name (or nothing).
    columns : mapping of str to sequence of str
        Columns of numbers at the right, by their heads.
    """

    names: Sequence[str]
    notes: Sequence[str]
    columns: Mapping[str, Sequence[str]]

    @cached_property
    def lines(self) -> list[tuple[list[str], list[str]]]:
        """Names and notes in lines that fit."""
        return [
            (wrap(name, SMALL, _MOST_NAME), wrap(note, SMALL, _MOST_NAME))
            for name, note in zip(self.names, self.notes, strict=True)
        ]

    @cached_property
    def heights(self) -> Array:
        """Height of each row, inches."""
        lines = np.array([len(name) + len(note) for name, note in self.lines])
        return np.maximum(lines * SMALL * LINE + _AIR, _LEAST)

    @property
    def edges(self) -> Array:
        """Where rows begin and end, inches from the top."""
        return np.concatenate([[0.0], np.cumsum(self.heights)])

    @property
    def middles(self) -> Array:
        """Middle of each row, inches from the top."""
        return self.edges[:-1] + self.heights / 2.0

    @property
    def left(self) -> float:
        """Room that names take, inches."""
        lines = [line for name, note in self.lines for line in (*name, *note)]
        return EDGE + max((width(line, SMALL) for line in lines), default=0.0) * 1.02 + _GAP

    @property
    def widths(self) -> list[float]:
        """Room that each column takes, inches."""
        return [
            max(width(text, SMALL) for text in (head, *cells)) * 1.02 + _GAP
            for head, cells in self.columns.items()
        ]

    def write(self, axes: Axes, room: "Room") -> None:
        """Write the words of the rows beside their axes, which have their place already."""
        across, tall = inches(axes)
        axes.set_ylim(tall, 0.0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        for edge in self.edges[1:-1]:
            axes.axhline(edge, color=GRID, linewidth=0.6)
        beside = blended_transform_factory(axes.transAxes, axes.transData)
        for middle, (name, note) in zip(self.middles, self.lines, strict=True):
            top = 0.015 + middle - (len(name) + len(note)) * SMALL * LINE / 2.0
            for lines, colour in ((name, INK), (note, MUTED)):
                axes.text(
                    (EDGE - room.left) / across, top, "\n".join(lines),
                    transform=beside, size=SMALL, color=colour, va="top",
                )  # fmt: skip
                top += len(lines) * SMALL * LINE
        place = across
        for wide, (head, cells) in zip(room.widths, self.columns.items(), strict=True):
            place += wide
            axes.text(
                place / across, -0.05, head,
                transform=beside, size=SMALL, color=MUTED, ha="right", va="bottom",
            )  # fmt: skip
            for middle, cell in zip(self.middles, cells, strict=True):
                axes.text(
                    place / across, middle, cell,
                    transform=beside, size=SMALL, ha="right", va="center",
                )  # fmt: skip


class Room(NamedTuple):
    """The room that words take to the left of axes, and each column to the right, inches."""

    left: float
    widths: list[float]

    @property
    def right(self) -> float:
        """Room that all columns take."""
        return sum(self.widths) + EDGE

    @classmethod
    def common(cls, groups: Sequence[Rows]) -> "Room":
        """Return the room for groups that stand above one another and have the same columns."""
        widths = zip(*(rows.widths for rows in groups), strict=True)
        return cls(max(rows.left for rows in groups), [max(each) for each in widths])


def intervals(
    middles: npt.ArrayLike,
    lows: npt.ArrayLike,
    highs: npt.ArrayLike,
    *,
    sign: bool = True,
    decimals: int | None = None,
) -> list[str]:
    """Return values with their intervals in words: as many decimals for all three, few or given.

    Examples
    --------
    >>> intervals([1.23456, 5.0, math.nan], [-12.0, math.nan, 0.0], [14.0, math.nan, 1.0])
    ['+1.2 [−12.0, +14.0]', '+5.00 [none]', '–']
    """
    rows = np.column_stack([middles, lows, highs]).astype(np.float64)
    return [_interval(row, decimals, sign=sign) for row in rows]


def _interval(row: Array, decimals: int | None, *, sign: bool) -> str:
    if not math.isfinite(row[0]):
        return "–"
    whole = bool(np.isfinite(row).all())
    digits = decimals_for(row) if decimals is None else decimals
    middle, *ends = (fixed(each, digits, sign=sign) for each in row.tolist())
    return f"{middle} [{', '.join(ends) if whole else 'none'}]"


def across_axis(
    axes: Axes, shown: npt.ArrayLike, name: str, *, zero: bool = True, beside: float = 0.0
) -> None:
    """Set an axis of values from left to right that holds all that is shown.

    Parameters
    ----------
    axes : Axes
        Axes of some rows.
    shown : array of floats
        All values on it; NaN are left out.
    name : str
        What they are, with their unit.
    zero : bool
        Whether it has to hold zero, with a line.
    beside : float
        Room for words beside the outermost values, inches.
    """
    values = np.ravel(np.asarray(shown, dtype=np.float64))
    low, high = value_limits(np.append(values, 0.0) if zero else values)
    across, _ = inches(axes)
    more = beside / max(across - 2.0 * beside, 0.5) * (high - low)
    low, high = low - more, high + more
    axes.set_xlim(low, high)
    ticks = value_ticks(low, high, max(int(across / _TICK), 2))
    axes.set_xticks(ticks, tick_labels(ticks))
    axes.set_xlabel(fit(name, BODY, across + 1.0))
    if zero:
        axes.axvline(0.0, color=INK, linewidth=0.9, zorder=1.5)


def heading(figure: Figure, lines: Sequence[str], up: float) -> None:
    """Write the name of a group of rows at a height above the figure's lower edge, inches."""
    across, tall = figure.get_size_inches()
    figure.text(EDGE / across, up / tall, "\n".join(lines), size=BODY, weight="bold", va="bottom")
