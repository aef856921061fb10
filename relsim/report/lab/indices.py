"""Sobol's indices: which part of an outcome's variance goes back to which factor."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from relsim.report.lab.about import AboutStudy, Quantity, numbers, require, texts, worded
from relsim.report.lab.rows import HEADS, Room, Rows, across_axis, intervals
from relsim.report.layout import Words, axes_in, frame
from relsim.report.style import BLUE, VERMILLION, drawing, number, plain

Array = npt.NDArray[np.float64]

_APART = 0.055  # of the two marks of a factor from its middle, inches
_KINDS = (
    ("first", BLUE, "o", "first order: alone"),
    ("total", VERMILLION, "D", "total: with all its interactions"),
)


class Noise(NamedTuple):
    """How much of an outcome's variance is noise.

    Attributes
    ----------
    between : float
        Of the variance between the points' means, which is what the indices divide.
    of_run : float
        Of the variance of a single run at a random point.
    shared : bool
        Whether points share their random numbers: noise that moves all of them alike then cancels
        between points, however much it moves a single run.
    """

    between: float
    of_run: float
    shared: bool


@drawing()
def indices(
    table: pd.DataFrame,
    about: AboutStudy,
    value: Quantity,
    *,
    noise: Noise | None = None,
    title: str | None = None,
    says: str = "Share of the variance between points that goes back to each factor.",
) -> Figure:
    """Draw Sobol's first-order and total indices with their intervals.

    Parameters
    ----------
    table : DataFrame
        A row for every factor, drawn in the order given: ``factor``, ``first`` and ``total``,
        parts of the variance; may have the ends of their intervals, ``first_low``,
        ``first_high``, ``total_low`` and ``total_high``.
    about : AboutStudy
        What the study was.
    value : Quantity
        The outcome (its ``column`` is not read).
    noise : Noise, optional
        How much of which variance is noise, if there are replications.
    title, says : str
        The head (the outcome's name unless given), and the sentence under it.

    Raises
    ------
    OutputError
        If there is no row, or a column is missing.

    References
    ----------
    Saltelli, A. et al. (2010). Variance based sensitivity analysis of model output. Computer
    Physics Communications 181, 259-270.
    """
    require(table, "factor", "first", "total")
    values = {
        f"{kind}{end}": numbers(table, f"{kind}{end}")
        for kind, *_ in _KINDS
        for end in ("", "_low", "_high")
    }
    columns = {
        f"{kind.capitalize()} [{about.level}]": intervals(
            values[kind], values[f"{kind}_low"], values[f"{kind}_high"], sign=False, decimals=3
        )
        for kind, *_ in _KINDS
    }
    names = texts(table, "factor")
    rows = Rows(names, [""] * len(names), columns)
    room = Room.common([rows])
    key = [
        Line2D([], [], color=colour, marker=marker, markersize=5, linewidth=1.8, label=label)
        for _, colour, marker, label in _KINDS
    ]
    words = Words(
        worded(title, f"Sensitivity: {plain(value.label)}"),
        plain(says), "", notes=_notes(noise, values),
    )  # fmt: skip
    figure, box = frame(
        about, words, float(rows.heights.sum()),
        left=room.left, right=room.right, key=key, above=HEADS,
    )  # fmt: skip
    axes = axes_in(figure, box)
    rows.write(axes, room)
    across_axis(
        axes,
        [0.0, *np.concatenate(list(values.values()))],
        "Share of the variance between points (0 to 1)",
    )
    _draw(axes, rows.middles, values)
    return figure


def _notes(noise: Noise | None, values: dict[str, Array]) -> tuple[str, ...]:
    """Return what to say of noise, of missing intervals and of indices below zero."""
    below = any(np.any(each < 0.0) for each in values.values())
    return (
        *(_of_noise(noise) if noise is not None else ()),
        *(("Estimates may fall below 0; the true indices do not.",) if below else ()),
    )


def _of_noise(noise: Noise) -> Iterator[str]:
    """Yield what noise is in the variance that is divided here, and in that of a single run."""
    between, of_run = (f"{number(100.0 * share, 2)}%" for share in (noise.between, noise.of_run))
    if not noise.shared:
        yield (
            f"Noise: {between} of the variance between points; first-order indices miss it, total "
            f"indices contain it. Of a single run's variance it is {of_run}."
        )
        return
    yield (
        f"Of the variance between points, {between} is what factors do under these random numbers "
        "alone; other replications may give other indices."
    )
    yield (
        f"Noise that all points share cancels between them and is not divided here; with it, noise "
        f"is {of_run} of the variance of a single run."
    )


def _draw(axes: Axes, middles: Array, values: dict[str, Array]) -> None:
    """Draw the indices of each factor, first order above total."""
    for (kind, colour, marker, _), side in zip(_KINDS, (-_APART, _APART), strict=True):
        low, high = values[f"{kind}_low"], values[f"{kind}_high"]
        axes.hlines(middles + side, low, high, color=colour, linewidth=1.8)
        axes.plot(values[kind], middles + side, marker, color=colour, markersize=5)
