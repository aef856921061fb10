"""The forest of paired effects: what every treatment made of every outcome, with intervals."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from relsim.report.lab.about import AboutStudy, numbers, require, texts
from relsim.report.lab.rows import HEADS, Room, Rows, across_axis, heading, intervals
from relsim.report.layout import EDGE, Box, Words, axes_in, frame
from relsim.report.style import (
    BLUE,
    BODY,
    INK,
    LINE,
    ORANGE,
    WIDTH,
    drawing,
    number,
    plain,
    wrapped,
)

Array = npt.NDArray[np.float64]

_COLUMNS = ("outcome", "unit", "treatment", "label", "difference", "low", "high", "n")
_VALUES = (
    "difference", "low", "high", "bootstrap_low", "bootstrap_high", "band_low", "band_high",
)  # fmt: skip
_AXIS = 0.46  # room for the axis of a group above the next
_BOLD = 1.16
_CLAIM, _CLAIM_EDGE = "#F7E2B5", ORANGE


class _Group(NamedTuple):
    """An outcome: its head, the unit in which it is shown, values by column, and rows."""

    head: list[str]
    unit: str
    shown: dict[str, Array]
    rows: Rows

    @property
    def above(self) -> float:
        """Room for its head and those of the columns, inches."""
        return len(self.head) * BODY * LINE + 0.04 + HEADS

    @property
    def tall(self) -> float:
        """Height of its rows, inches."""
        return float(self.rows.heights.sum())


@drawing()
def forest(
    effects: pd.DataFrame,
    about: AboutStudy,
    *,
    title: str = "Effects of treatments",
    says: str = "Treatment less baseline, paired: the same customers with the same random numbers.",
) -> Figure:
    """Draw paired effects with their intervals, a group of rows for every outcome.

    Parameters
    ----------
    effects : DataFrame
        A row for every treatment (or level of a lever) and outcome, drawn in the order given:
        ``outcome``; its ``unit`` (``money`` is the study's currency); ``treatment`` and ``label``
        (its level, or nothing); ``difference`` with the ends of its interval, ``low`` and
        ``high`` (NaN: none); ``n``, pairs. May have: ``relative``, ``relative_low`` and
        ``relative_high``, percent; ``bootstrap_low`` and ``bootstrap_high``, a second interval;
        ``band_low`` and ``band_high``, what is claimed, in the outcome's unit.
    about : AboutStudy
        What the study was.
    title, says : str
        The head, and the sentence under it.

    Raises
    ------
    OutputError
        If there is no row, or a column is missing.
    """
    require(effects, *_COLUMNS)
    relative = bool(np.isfinite(numbers(effects, "relative")).any())
    by_outcome = effects.groupby(["outcome", "unit"], sort=False, dropna=False)
    groups = [_group(part, about, relative=relative) for _, part in by_outcome]
    room = Room.common([group.rows for group in groups])
    body = sum(group.above + group.tall + _AXIS for group in groups) - _AXIS - groups[0].above
    bare = effects["difference"].notna() & (effects["low"].isna() | effects["high"].isna())
    notes = ("Cross: no interval, as fewer than two pairs were given.",) if bare.any() else ()
    figure, box = frame(
        about, Words(plain(title), plain(says), "", notes=notes), body,
        left=room.left, right=room.right, key=_key(effects, about), above=groups[0].above,
    )  # fmt: skip
    top = box.top + groups[0].above
    for group in groups:
        top -= group.above
        heading(figure, group.head, top + HEADS)
        axes = axes_in(figure, Box(box.left, top - group.tall, box.right, top, box.height))
        group.rows.write(axes, room)
        _draw(axes, group)
        top -= group.tall + _AXIS
    return figure


def _group(part: pd.DataFrame, about: AboutStudy, *, relative: bool) -> _Group:
    """Return an outcome's effects in a unit that keeps them short, and their words."""
    values = {column: numbers(part, column) for column in _VALUES}
    scale = about.scaled(list(values.values()), texts(part, "unit")[0])
    values = {column: value / scale.factor for column, value in values.items()}
    outcome = plain(str(part["outcome"].iloc[0]))
    head = wrapped(f"{outcome} ({scale.unit})", BODY, WIDTH - 2.0 * EDGE, _BOLD)
    names = [
        f"{treatment}: {label}" if label else treatment
        for treatment, label in zip(texts(part, "treatment"), texts(part, "label"), strict=True)
    ]
    bands = zip(values["band_low"], values["band_high"], strict=True)
    notes = [
        f"claimed: {number(low)} to {number(high)}" if np.isfinite(low + high) else ""
        for low, high in bands
    ]
    ends = (values["difference"], values["low"], values["high"])
    columns = {f"Difference [{about.level}]": intervals(*ends)}
    if relative:
        middle, low, high = (numbers(part, f"relative{end}") for end in ("", "_low", "_high"))
        columns[f"in % [{about.level}]"] = intervals(middle, low, high)
    columns["Pairs"] = [f"n = {n:,.0f}" if np.isfinite(n) else "–" for n in numbers(part, "n")]
    return _Group(head, scale.unit, values, Rows(names, notes, columns))


def _key(effects: pd.DataFrame, about: AboutStudy) -> list[Artist]:
    """Return the entries of the key: those of which there is something to see."""
    look = {"color": BLUE, "marker": "o", "markersize": 5.5, "linewidth": 2.4}
    sure = Line2D([], [], label=f"Difference, {about.level} interval", **look)  # type: ignore[arg-type]  # keywords of several types
    unsure = Line2D([], [], markerfacecolor="white", label="the same, includes zero", **look)  # type: ignore[arg-type]  # the same
    key: list[Artist] = [sure, unsure]
    if np.isfinite(numbers(effects, "bootstrap_low")).any():
        key.append(Line2D([], [], color=INK, linewidth=0.9, label="bootstrap interval"))
    if np.isfinite(numbers(effects, "band_low")).any():
        key.append(Patch(facecolor=_CLAIM, edgecolor=_CLAIM_EDGE, label="claimed"))
    return key


def _draw(axes: Axes, group: _Group) -> None:
    """Draw points, intervals and claimed bands of an outcome."""
    shown = group.shown
    across_axis(axes, list(shown.values()), f"Difference ({group.unit})")
    edges = group.rows.edges
    for row, middle in enumerate(group.rows.middles):
        at = {column: float(value[row]) for column, value in shown.items()}
        if np.isfinite(at["band_low"] + at["band_high"]):
            axes.add_patch(
                Rectangle(
                    (at["band_low"], edges[row] + 0.02),
                    at["band_high"] - at["band_low"],
                    edges[row + 1] - edges[row] - 0.04,
                    facecolor=_CLAIM,
                    edgecolor=_CLAIM_EDGE,
                    linewidth=0.6,
                    zorder=1.2,
                )
            )
        axes.plot([at["low"], at["high"]], [middle, middle], color=BLUE, linewidth=2.4)
        known = np.isfinite(at["low"] + at["high"])
        face = "white" if at["low"] <= 0.0 <= at["high"] else BLUE
        axes.plot(
            at["difference"],
            middle,
            "o" if known else "x",
            color=BLUE,
            markerfacecolor=face,
            markersize=5.5,
        )
        second, below = [at["bootstrap_low"], at["bootstrap_high"]], middle + 0.075
        axes.plot(second, [below, below], "-|", color=INK, linewidth=0.9, markersize=4)
