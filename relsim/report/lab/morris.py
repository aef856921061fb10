"""The screening of Morris: how strong a factor's effect is, and how much it varies."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from relsim.report.lab.about import AboutStudy, Quantity, numbers, require, texts, worded
from relsim.report.lab.label_places import place
from relsim.report.labels import value_ticks
from relsim.report.layout import EDGE, Words, axes_in, frame, name_axes
from relsim.report.style import (
    BLUE,
    LINE,
    MUTED,
    SMALL,
    WIDTH,
    Dash,
    drawing,
    plain,
    tick_labels,
    width,
    wrapped,
)

Array = npt.NDArray[np.float64]

_TALL, _LEFT, _RIGHT, _MOST_NAME = 3.8, 0.84, EDGE + 0.1, 1.7
_ACROSS = WIDTH - _LEFT - _RIGHT
_LINE = 0.02  # half the room that an interval takes, inches
_MARGIN = 1.1  # of the axes beyond the outermost point
_SLOPES: tuple[tuple[float, Dash, str], ...] = (
    (1.0, (0.0, (5.0, 2.0)), "sigma = mu*: above, interacting or bent"),
    (0.1, (0.0, (1.5, 1.5)), "sigma = 0.1 mu*: below, nearly linear"),
)


@drawing()
def morris(
    table: pd.DataFrame,
    about: AboutStudy,
    value: Quantity,
    *,
    title: str | None = None,
    says: str = "Right: strong factors. Up: factors whose effect varies with the others or bends.",
) -> Figure:
    """Draw the spread of each factor's elementary effects against their mean size.

    Parameters
    ----------
    table : DataFrame
        A row for every factor: ``factor``; ``mu_star``, the mean size of its elementary effects,
        and ``sigma``, their standard deviation, in the unit of the outcome. May have the ends of
        an interval of the first, ``low`` and ``high``.
    about : AboutStudy
        What the study was.
    value : Quantity
        The outcome (its ``column`` is not read).
    title, says : str
        The head (the outcome's name unless given), and the sentence under it.

    Raises
    ------
    OutputError
        If there is no row, or a column is missing.

    References
    ----------
    Campolongo, F., Cariboni, J. & Saltelli, A. (2007). An effective screening design for
    sensitivity analysis of large models. Environmental Modelling & Software 22, 1509-1518.
    """
    require(table, "factor", "mu_star", "sigma")
    columns = [numbers(table, name) for name in ("mu_star", "sigma", "low", "high")]
    scale = about.scaled(columns, value.unit)
    points = np.column_stack(columns) / scale.factor
    known = np.isfinite(points[:, 0] + points[:, 1])
    names = ["\n".join(wrapped(name, SMALL, _MOST_NAME)) for name in texts(table, "factor")]
    missing = [name for name, there in zip(names, known, strict=True) if not there]
    names = [name for name, there in zip(names, known, strict=True) if there]
    points = points[known]
    ends = _ends(points)
    labels = _labels(points, names, ends)
    crowded = [name for name, middle in zip(names, labels, strict=True) if middle is None]
    unit = f" ({scale.unit})" if scale.unit else ""
    words = Words(
        worded(title, f"Screening: {value.words(scale.unit)}"), plain(says),
        f"Spread of elementary effects, sigma{unit}", f"Mean size of elementary effects, mu*{unit}",
        (
            *((f"No value, no point: {', '.join(missing)}.",) if missing else ()),
            *((f"No room for the names of: {', '.join(crowded)}.",) if crowded else ()),
        ),
    )  # fmt: skip
    banded = bool(np.isfinite(points[:, 2] + points[:, 3]).any())
    about = about if banded else replace(about, interval="no interval")
    key = _key(about, banded=banded)
    figure, box = frame(about, words, _TALL, left=_LEFT, right=_RIGHT, key=key)
    name_axes(figure, box, words)
    axes = axes_in(figure, box)
    axes.set_xlim(0.0, ends[0])
    axes.set_ylim(0.0, ends[1])
    across, up = value_ticks(0.0, ends[0], 8), value_ticks(0.0, ends[1], 6)
    axes.set_xticks(across, tick_labels(across))
    axes.set_yticks(up, tick_labels(up))
    _draw(axes, points)
    _write(axes, points, names, labels)
    return figure


def _ends(points: Array) -> tuple[float, float]:
    """Return where the axes end, which start at zero."""
    right = points[:, [0, 3]]
    most = float(right[np.isfinite(right)].max(initial=0.0))
    return _MARGIN * most or 1.0, _MARGIN * float(points[:, 1].max(initial=0.0)) or 1.0


def _labels(
    points: Array, names: Sequence[str], ends: tuple[float, float]
) -> list[tuple[float, float] | None]:
    """Return where names stand, inches from the corner; strong factors choose first."""
    area = (_ACROSS, _TALL)
    lines = [name.split("\n") for name in names]
    wide = [max(width(line, SMALL) for line in name) + 0.04 for name in lines]
    sizes = np.column_stack([wide, [len(name) * SMALL * LINE for name in lines]])
    order = np.argsort(-points[:, 0], kind="stable").tolist()
    inch = np.array(area) / np.array(ends)
    banded = np.column_stack([points[:, [2, 1]] * inch, points[:, [3, 1]] * inch])
    taken = banded[np.isfinite(banded).all(axis=1)] + np.array([0.0, -_LINE, 0.0, _LINE])
    return place(points[:, :2] * inch, sizes, area, order, taken)


def _key(about: AboutStudy, *, banded: bool) -> list[Artist]:
    """Return the entries of the key."""
    key: list[Artist] = []
    if banded:
        label = f"{about.level} interval of mu*"
        key.append(Line2D([], [], color=BLUE, linewidth=1.2, alpha=0.6, label=label))
    for _, dash, label in _SLOPES:
        key.append(Line2D([], [], color=MUTED, linewidth=0.9, linestyle=dash, label=label))
    return key


def _draw(axes: Axes, points: Array) -> None:
    """Draw the factors, and the lines that tell kinds of effects apart."""
    for slope, dash, _ in _SLOPES:
        axes.axline((0.0, 0.0), slope=slope, color=MUTED, linewidth=0.9, linestyle=dash)
    axes.hlines(points[:, 1], points[:, 2], points[:, 3], color=BLUE, linewidth=1.2, alpha=0.6)
    axes.plot(points[:, 0], points[:, 1], "o", color=BLUE, markersize=5, clip_on=False)


def _write(
    axes: Axes,
    points: Array,
    names: Sequence[str],
    labels: Sequence[tuple[float, float] | None],
) -> None:
    """Write the names, with a line to the point where they had to step aside."""
    line = {"arrowstyle": "-", "color": MUTED, "linewidth": 0.6, "shrinkA": 0.0, "shrinkB": 2.5}
    under = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8}
    for (x, y, *_), name, middle in zip(points.tolist(), names, labels, strict=True):
        if middle is not None:
            axes.annotate(
                name, (x, y), (middle[0] / _ACROSS, middle[1] / _TALL),
                textcoords="axes fraction", size=SMALL, ha="center", va="center",
                arrowprops=line, bbox=under,
            )  # fmt: skip
