"""Response curves: an outcome against a factor, with intervals."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relsim.report.lab.about import AboutStudy, Quantity, numbers, require, worded
from relsim.report.labels import (
    End,
    cut_axis,
    end_labels,
    leader,
    value_axis,
    value_limits,
    value_ticks,
)
from relsim.report.layout import EDGE, Words, axes_in, frame, name_axes
from relsim.report.style import (
    BODY,
    LINE,
    Pen,
    drawing,
    fit,
    level,
    number,
    pen,
    plain,
    tick_labels,
    width,
)

Array = npt.NDArray[np.float64]

_TALL, _MOST_NAME, _TICK = 3.4, 1.7, 0.62


@drawing()
def response(
    table: pd.DataFrame,
    about: AboutStudy,
    x: Quantity,
    value: Quantity,
    by: Quantity | None = None,
    *,
    title: str | None = None,
    says: str = "",
) -> Figure:
    """Draw an outcome against a factor of numbers, a curve for every level of another.

    Parameters
    ----------
    table : DataFrame
        One row for every point of a curve, with the columns of ``x``, ``value`` and ``by``; may
        have the ends of an interval, ``low`` and ``high``.
    about : AboutStudy
        What the study was.
    x, value : Quantity
        The factor and the outcome.
    by : Quantity, optional
        What the curves are levels of, in the order met.
    title, says : str
        The head (the outcome's name unless given), and the sentence before that on the bands.

    Raises
    ------
    OutputError
        If there is no row, or a column is missing.
    """
    require(table, x.column, value.column, *([by.column] if by else []))
    scale = about.scaled(numbers(table, value.column), value.unit)
    curves = _curves(table, x, value, by, scale.factor)
    label = value.words(scale.unit)
    low, high = value_limits(curves[["middle", "low", "high"]].to_numpy(dtype=np.float64))
    words = Words(
        worded(title, label),
        f"{plain(says)} {_explained(curves, about, by)}".strip(),
        label, x.words(about.unit(x.unit)), _notes(curves, low),
    )  # fmt: skip
    parts = {
        str(name): part.dropna(subset=["middle"]).sort_values("x")
        for name, part in curves.groupby("level", sort=False)
    }
    ends = [
        _end(part, name, pen(place))
        for place, (name, part) in enumerate(parts.items())
        if len(part)
    ]
    right = max((width(end.text, BODY) for end in ends), default=0.0) * 1.02
    right += leader(len(ends)) + EDGE + 0.03
    figure, box = frame(about, words, max(_TALL, len(ends) * BODY * LINE), right=right)
    name_axes(figure, box, words)
    axes = axes_in(figure, box)
    for place, part in enumerate(parts.values()):
        _draw(axes, part, pen(place))
    axes.set_ylim(low, high)
    value_axis([axes])
    _factor_axis(axes, curves["x"].to_numpy(dtype=np.float64), box.right - box.left)
    end_labels(axes, ends)
    return figure


def _curves(
    table: pd.DataFrame, x: Quantity, value: Quantity, by: Quantity | None, factor: float
) -> pd.DataFrame:
    """Return level, place, value and interval of every point, in the unit that is shown."""
    levels = table[by.column].map(level) if by else pd.Series(plain(value.label), table.index)
    columns = {"middle": value.column, "low": "low", "high": "high"}
    shown = {name: numbers(table, column) / factor for name, column in columns.items()}
    points = pd.DataFrame({"level": levels, "x": numbers(table, x.column), **shown})
    return points.dropna(subset=["x"])


def _end(part: pd.DataFrame, name: str, look: Pen) -> End:
    """Return the right end of a curve and what stands beside it."""
    last = part.iloc[-1]
    text = f"{fit(name, BODY, _MOST_NAME)}: {number(last['middle'])}"
    return End(look, last["x"], last["middle"], text)


def _factor_axis(axes: Axes, x: Array, across: float) -> None:
    """Set the axis of the factor, which ends where its values do."""
    first, last = (float(x.min()), float(x.max())) if x.size else (0.0, 1.0)
    apart = (last - first) or abs(first) or 1.0
    first = first - 0.02 * apart
    axes.set_xlim(first, last if x.size > 1 and last > first + 0.02 * apart else last + apart / 2)
    ticks = value_ticks(*axes.get_xlim(), max(int(across / _TICK), 2))
    axes.set_xticks(ticks, tick_labels(ticks))


def _explained(curves: pd.DataFrame, about: AboutStudy, by: Quantity | None) -> str:
    """Return the sentences on curves, bands and labels."""
    what = f"A curve for every level of: {by.words(about.unit(by.unit))}. " if by else ""
    banded = curves[["low", "high"]].notna().all(axis=1).any()
    bands = f"Bands: {about.level} intervals. " if banded else ""
    return f"{what}{bands}Points: design points. Labels: values at the right end."


def _notes(curves: pd.DataFrame, low: float) -> tuple[str, ...]:
    """Return what to say of the axis, of missing intervals and of levels without a value."""
    banded = curves[["low", "high"]].notna().all(axis=1).any()
    known = curves.groupby("level", sort=False)["middle"].count()
    empty = [str(name) for name in known.index[known == 0]]
    return (
        *cut_axis(low),
        *(() if banded else ("No interval: a single replication, or none was given.",)),
        *((f"No value, no curve: {', '.join(empty)}.",) if empty else ()),
    )


def _draw(axes: Axes, part: pd.DataFrame, look: Pen) -> None:
    """Draw a curve, its points and its band."""
    axes.fill_between(
        part["x"], part["low"], part["high"], color=look.colour, alpha=0.16, linewidth=0.0
    )
    axes.plot(
        part["x"], part["middle"], color=look.colour, linestyle=look.dash,
        marker=look.marker, markersize=3.5,
    )  # fmt: skip
