"""The surface of an outcome over two factors, and where an effect on it is zero."""

import math
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize, to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from relsim.errors import OutputError
from relsim.report.lab.about import AboutStudy, Quantity, numbers, require, worded
from relsim.report.labels import value_ticks
from relsim.report.layout import EDGE, Box, Words, axes_in, frame, name_axes
from relsim.report.style import (
    BODY,
    DEFENCE,
    GRID,
    INK,
    LINE,
    MUTED,
    OFFENCE,
    SMALL,
    STEPS,
    WIDTH,
    decimals_for,
    drawing,
    fit,
    fixed,
    inches,
    level,
    plain,
    tick_labels,
    width,
    wrapped,
)

Array = npt.NDArray[np.float64]

_TALL, _MOST_TALL, _CELL = 3.4, 6.0, 0.42
_BAR, _BESIDE, _MOST_NAME = 0.16, 0.14, 1.5
_LEAST_NAME, _MOST_LINES = 0.4, 4
_TINY = 6.0  # points: the least size of the values in cells
_MANY = 400  # cells among which no line is drawn
_HATCH = "////"
_LIGHT = 0.45  # on cells darker than this, words are white
_EFFECT = LinearSegmentedColormap.from_list("effect", [OFFENCE, "#F6F6F6", DEFENCE])
_LEVEL = LinearSegmentedColormap.from_list("level", STEPS)


class _Grid(NamedTuple):
    """Values of cells by y and x, whether their intervals include zero, levels of x, names of y."""

    cells: Array
    unsure: npt.NDArray[np.bool_]
    x: list[Any]
    y: list[str]


@drawing()
def surface(
    table: pd.DataFrame,
    about: AboutStudy,
    x: Quantity,
    y: Quantity,
    value: Quantity,
    *,
    effect: bool = True,
    zero: str = "no difference",
    title: str | None = None,
    says: str = "",
    wide: float = WIDTH,
) -> Figure:
    """Draw an outcome as a heat map over two factors.

    Parameters
    ----------
    table : DataFrame
        One row for every cell, with the columns of ``x``, ``y`` and ``value``; may have the ends
        of an interval, ``low`` and ``high``: cells whose interval includes zero are hatched.
        Cells that are missing or NaN are grey.
    about : AboutStudy
        What the study was.
    x, y, value : Quantity
        The factors and the outcome. A ``money`` unit is the study's currency.
    effect : bool
        Whether the outcome is a difference: colours are then centred at zero, and a line stands
        where it is zero, between centres of cells, straight from one to the next.
    zero : str
        What that line means, for the key.
    title, says : str
        The head (the outcome's name unless given), and the sentence under it.
    wide : float
        Width of the figure, inches.

    Raises
    ------
    OutputError
        If there is no row, a column is missing, or a cell has two values.
    """
    require(table, x.column, y.column, value.column)
    scale = about.scaled(numbers(table, value.column), value.unit)
    grid = _grid(table, x, y, value, scale.factor)
    shades = _Shades.of(grid.cells, effect=effect)
    ticks = value_ticks(shades.norm.vmin or 0.0, shades.norm.vmax or 0.0)
    room = max((width(text, SMALL) for text in tick_labels(ticks)), default=0.0)
    left = EDGE + 0.42 + max(width(line, SMALL) for name in grid.y for line in name.split("\n"))
    right = EDGE + _BESIDE + _BAR + room + 0.4
    body = min(max(_TALL, len(grid.y) * _CELL), _MOST_TALL)
    written = _written(grid.cells, sign=effect)
    widest = max(width(text, 1.0) for row in written for text in row)
    across = (wide - left - right) / len(grid.x)
    grid = grid._replace(x=_names(grid.x, across - 0.1))
    deep = (max(name.count("\n") for name in grid.x)) * SMALL * LINE
    size = min(SMALL, 0.9 * across / widest, 0.9 * body / len(grid.y) / LINE)
    label = value.words(scale.unit)
    words = Words(
        worded(title, label),
        worded(says, "Every cell: one combination of the two factors."),
        y.words(about.unit(y.unit)), x.words(about.unit(x.unit)),
        _notes(grid, written=size >= _TINY),
    )  # fmt: skip
    key = _key(grid, about, zero, effect=effect)
    figure, box = frame(about, words, body + deep, left=left, right=right, key=key, wide=wide)
    name_axes(figure, box, words)
    box = box._replace(bottom=box.bottom + deep)
    axes = axes_in(figure, box)
    mesh = _draw_cells(axes, grid, shades)
    if size >= _TINY:
        _write_cells(axes, grid, shades, written, size)
    if effect:
        _draw_zero(axes, grid.cells)
    _draw_bar(axes_in(figure, _beside(box)), mesh, ticks, fit(label, BODY, body))
    return figure


def _beside(box: Box) -> Box:
    """Return where the bar of colours stands."""
    start = box.right + _BESIDE
    return box._replace(left=start, right=start + _BAR)


def _draw_bar(axes: Axes, mesh: QuadMesh, ticks: Array, label: str) -> None:
    """Draw the bar that says which colour stands for which value."""
    axes.figure.colorbar(mesh, cax=axes)
    axes.set_yticks(ticks, tick_labels(ticks))
    axes.set_ylabel(label)
    axes.grid(visible=False)


class _Shades(NamedTuple):
    """Which colour stands for which value."""

    norm: Normalize
    colours: Colormap

    @classmethod
    def of(cls, values: Array, *, effect: bool) -> "_Shades":
        """Return shades that reach as far as values do; those of effects as far on both sides."""
        known = values[np.isfinite(values)]
        if effect:
            most = float(np.abs(known).max(initial=0.0)) or 1.0
            return cls(Normalize(-most, most), _EFFECT)
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        apart = high - low or abs(low) or 1.0
        return cls(Normalize(low, low + apart), _LEVEL)

    def of_cell(self, value: float) -> tuple[str, str]:
        """Return the colours of a cell and of words on it."""
        if not np.isfinite(value):
            return GRID, INK
        red, green, blue, _ = self.colours(self.norm(value))
        light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        return to_hex((red, green, blue)), INK if light > _LIGHT else "white"


def _grid(table: pd.DataFrame, x: Quantity, y: Quantity, value: Quantity, factor: float) -> _Grid:
    """Return the cells of a table, in the order of their factors."""
    keys = table[[y.column, x.column]]
    if keys.duplicated().any():
        twice = keys[keys.duplicated()].iloc[0].tolist()
        raise OutputError(f"two values for one cell: {y.column} {twice[0]}, {x.column} {twice[1]}")
    values = numbers(table, value.column)
    unsure = (numbers(table, "low") <= 0.0) & (numbers(table, "high") >= 0.0)
    ends = {"y": keys[y.column], "x": keys[x.column]}
    cells = pd.DataFrame(ends | {"shown": values / factor, "unsure": unsure.astype(np.float64)})
    wide = {what: cells.pivot(index="y", columns="x", values=what) for what in ("shown", "unsure")}
    return _Grid(
        wide["shown"].to_numpy(dtype=np.float64),
        wide["unsure"].to_numpy(dtype=np.float64) == 1.0,
        wide["shown"].columns.tolist(),
        _names(wide["shown"].index.tolist(), _MOST_NAME),
    )


def _names(levels: Sequence[Any], room: float) -> list[str]:
    """Return the levels of a factor as they are written: numbers in a line, texts in the room."""
    return [
        "\n".join(wrapped(level(each), SMALL, max(room, _LEAST_NAME))[:_MOST_LINES])
        if isinstance(each, str)
        else level(each)
        for each in levels
    ]


def _written(cells: Array, *, sign: bool) -> list[list[str]]:
    """Return the values of cells, with the same decimals in all."""
    digits = decimals_for(cells)
    return [
        [fixed(each, digits, sign=sign) if np.isfinite(each) else "–" for each in row]
        for row in cells.tolist()
    ]


def _notes(grid: _Grid, *, written: bool) -> tuple[str, ...]:
    """Return what to say where cells are empty or too small."""
    grey = ("Grey: no value.",) if np.isnan(grid.cells).any() else ()
    small = () if written else ("Too many cells for their values to be printed.",)
    return (*grey, *small)


def _key(grid: _Grid, about: AboutStudy, zero: str, *, effect: bool) -> list[Artist]:
    """Return the entries of the key: those of which there is something to see."""
    key: list[Artist] = []
    if effect and _crosses(grid.cells):
        key.append(Line2D([], [], color=INK, linewidth=2.0, label=f"0: {plain(zero)}"))
    if grid.unsure.any():
        label = f"{about.level} interval includes zero"
        key.append(Patch(facecolor="white", edgecolor=MUTED, hatch=_HATCH, label=label))
    return key


def _crosses(values: Array) -> bool:
    """Return whether a line of zero can be found among values."""
    known = values[np.isfinite(values)]
    return min(values.shape) > 1 and bool((known < 0.0).any() and (known > 0.0).any())


def _draw_cells(axes: Axes, grid: _Grid, shades: _Shades) -> QuadMesh:
    """Draw the cells, name their levels, and hatch those whose interval includes zero."""
    axes.grid(visible=False)
    axes.set_facecolor(GRID)
    mesh = axes.pcolormesh(
        np.ma.masked_invalid(grid.cells), cmap=shades.colours, norm=shades.norm,
        edgecolor="white", linewidth=0.6 if grid.cells.size < _MANY else 0.0,
    )  # fmt: skip
    for row, column in np.argwhere(grid.unsure):
        axes.add_patch(
            Rectangle(
                (column, row), 1.0, 1.0, fill=False, hatch=_HATCH, edgecolor=MUTED, linewidth=0.0
            )
        )
    across, up = inches(axes)
    room = max(width(line, SMALL) for name in grid.x for line in name.split("\n")) + 0.1
    for axis, names, apart in (
        (axes.xaxis, grid.x, room * len(grid.x) / across),
        (axes.yaxis, grid.y, SMALL * LINE * len(grid.y) / up),
    ):
        shown = slice(None, None, max(math.ceil(apart - 1e-9), 1))
        axis.set_ticks((np.arange(len(names)) + 0.5)[shown], names[shown])
    return mesh


def _write_cells(
    axes: Axes, grid: _Grid, shades: _Shades, written: Sequence[Sequence[str]], size: float
) -> None:
    """Write the value of each cell into it."""
    for row, column in np.ndindex(grid.cells.shape):
        cell, ink = shades.of_cell(float(grid.cells[row, column]))
        under = {"facecolor": cell, "edgecolor": "none", "pad": 1.0}
        axes.text(
            column + 0.5, row + 0.25, written[row][column],
            size=size, color=ink, ha="center", va="center",
            bbox=under if grid.unsure[row, column] else None,
        )  # fmt: skip


def _draw_zero(axes: Axes, values: Array) -> None:
    """Draw the line at which an effect is zero, straight between the centres of cells."""
    if not _crosses(values):
        return
    rows, columns = values.shape
    for colour, wide in (("white", 4.0), (INK, 2.0)):
        with warnings.catch_warnings():
            # Cells without a value may part those above zero from those below.
            warnings.filterwarnings("ignore", "No contour levels were found")
            axes.contour(
                np.arange(columns) + 0.5, np.arange(rows) + 0.5, np.ma.masked_invalid(values),
                levels=[0.0], colors=colour, linewidths=wide,
            )  # fmt: skip
