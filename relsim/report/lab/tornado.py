"""The tornado: an outcome with one factor at a time at its low and its high end."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from relsim.report.lab.about import AboutStudy, Quantity, numbers, require, texts, worded
from relsim.report.lab.rows import HEADS, Room, Rows, across_axis
from relsim.report.layout import Words, axes_in, frame
from relsim.report.style import BLUE, INK, drawing, inches, level, number, plain, width

Array = npt.NDArray[np.float64]

_COLUMNS = ("factor", "low_value", "high_value", "at_low", "at_high", "base")
_LOW, _HIGH = "#F0B488", BLUE
_BAR, _BESIDE = 0.11, 0.05
_SIZE = 6.5


@drawing()
def tornado(
    table: pd.DataFrame,
    about: AboutStudy,
    value: Quantity,
    *,
    title: str | None = None,
    says: str = "Each factor alone at its low and its high value, all others at their base.",
) -> Figure:
    """Draw what each factor does to an outcome between its low and its high value.

    Parameters
    ----------
    table : DataFrame
        A row for every factor, drawn with the widest range first: ``factor``; ``low_value`` and
        ``high_value``, between which it moves (numbers or texts); the outcome there, ``at_low``
        and ``at_high``; and at the base, ``base``, the same for all. May have ``unit``, that of
        the factor.
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
    """
    require(table, *_COLUMNS)
    ends = np.column_stack([numbers(table, column) for column in ("at_low", "at_high", "base")])
    order = np.argsort(-np.nan_to_num(np.ptp(ends, axis=1), nan=-1.0), kind="stable")
    ordered, ends = table.iloc[order], ends[order]
    scale = about.scaled(ends, value.unit)
    ends = ends / scale.factor
    units = [about.unit(unit) for unit in texts(ordered, "unit")]
    named = zip(texts(ordered, "factor"), units, strict=True)
    names = [f"{factor} ({unit})" if unit else factor for factor, unit in named]
    ranges = np.ptp(ends, axis=1)
    rows = Rows(names, [""] * len(names), {"Range": [number(each) for each in ranges.tolist()]})
    room = Room.common([rows])
    label = value.words(scale.unit)
    notes = ("A dash: not run.",) if np.isnan(ranges).any() else ()
    about = replace(about, interval="no interval")
    figure, box = frame(
        about, Words(worded(title, label), plain(says), "", notes=notes), float(rows.heights.sum()),
        left=room.left, right=room.right, key=_key(ends[:, 2], scale.unit), above=HEADS,
    )  # fmt: skip
    axes = axes_in(figure, box)
    rows.write(axes, room)
    levels = [
        (level(low), level(high))
        for low, high in zip(ordered["low_value"], ordered["high_value"], strict=True)
    ]
    beside = max(width(each, _SIZE) for pair in levels for each in pair) + _BESIDE
    across_axis(axes, ends, label, zero=False, beside=beside)
    _draw(axes, rows.middles, ends, levels)
    return figure


def _key(base: Array, unit: str) -> list[Artist]:
    """Return the entries of the key."""
    known = base[np.isfinite(base)]
    said = f"base: {number(float(known[0]))} {unit}" if known.size else "base"
    return [
        Patch(facecolor=_LOW, edgecolor=INK, hatch="....", label="factor at its low value"),
        Patch(facecolor=_HIGH, edgecolor=INK, label="factor at its high value"),
        Line2D([], [], color=INK, linewidth=0.9, label=said),
    ]


def _draw(axes: Axes, middles: Array, ends: Array, levels: list[tuple[str, str]]) -> None:
    """Draw two bars a factor from the base, low above high, and the factor's values beside."""
    low, high = axes.get_xlim()
    per_inch = (high - low) / inches(axes)[0]
    for middle, (at_low, at_high, base), pair in zip(middles, ends.tolist(), levels, strict=True):
        looks = ((at_low, -1.0, _LOW, "...."), (at_high, 1.0, _HIGH, ""))
        for (end, side, colour, hatch), text in zip(looks, pair, strict=True):
            if not np.isfinite(end + base):
                continue
            place = middle + side * _BAR / 2.0
            axes.barh(
                place, end - base, _BAR, left=base,
                color=colour, edgecolor=INK, linewidth=0.5, hatch=hatch,
            )  # fmt: skip
            right = end > base or (end == base and side > 0.0)
            axes.text(
                end + (1.0 if right else -1.0) * _BESIDE * per_inch, place, text,
                size=_SIZE, ha="left" if right else "right", va="center_baseline",
            )  # fmt: skip
    known = ends[:, 2][np.isfinite(ends[:, 2])]
    for base in known[:1]:
        axes.axvline(base, color=INK, linewidth=0.9)
