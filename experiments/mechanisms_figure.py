"""The figure of a mechanism: its equation on the left, its effect on a market on the right."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from relsim.report.style import drawing, pen
from relsim.spec.paths import split_last

Array = npt.NDArray[np.float64]
_SIGNS = ("equation, at the default parameters", "telecom market")


def draw(
    frame: pd.DataFrame,
    title: str,
    x: Array,
    lines: Mapping[str, Array],
    axes_of: tuple[str, str],
    swept: tuple[str, str],
    customers: int,
    months: int,
) -> Figure:
    """Return the figure.

    Parameters
    ----------
    frame : DataFrame
        ``value``, ``seed``, ``measure``.
    title : str
        Name of the mechanism.
    x, lines : array, mapping of name to array
        The equation.
    axes_of : (str, str)
        What its axes mean.
    swept : (str, str)
        The key that was varied, and what was measured.
    customers, months : int
        Size of the market, and months measured.
    """
    with drawing():
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.9), layout="constrained")
        figure.suptitle(title, x=0.01, ha="left", weight="bold", size=11.5)
        for place, (name, y) in enumerate(lines.items()):
            look = pen(place)
            left.plot(x, y, color=look.colour, linestyle=look.dash, label=name)
        _name(left, _SIGNS[0], *axes_of)
        left.margins(x=0.02)
        if len(lines) > 1:
            left.legend(frameon=False, fontsize=7.5)
        _draw_effect(right, frame)
        seeds = frame["seed"].nunique()
        note = f"{customers:,} customers, {months} months, {seeds} seeds; bars: 95% intervals"
        around, last = split_last(swept[0])
        key = swept[0] if len(swept[0]) < _LONG else f"{split_last(around)[1]}.{last}"
        _name(right, f"{_SIGNS[1]}: {key}", f"{last}\n{note}", swept[1])
        return figure


_LONG = 45  # characters that a title has room for


def _name(axes: Axes, head: str, across: str, up: str) -> None:
    axes.set_title(head, loc="left", size=8.5, color="#5A5A5A")
    axes.set_xlabel(across)
    axes.set_ylabel(up)


def _draw_effect(axes: Axes, frame: pd.DataFrame) -> None:
    groups = frame.groupby("value", sort=False)["measure"]
    mean = groups.mean().to_numpy(dtype=float)
    n = groups.size().to_numpy(dtype=float)
    half = stats.t.ppf(0.975, n - 1.0) * groups.std().to_numpy(dtype=float) / np.sqrt(n)
    values, words = list(groups.groups), isinstance(frame["value"].iloc[0], str)
    places = np.arange(mean.size) if words else np.asarray(values, dtype=float)
    form = "o" if words else "o-"
    axes.errorbar(places, mean, half, fmt=form, color=pen(1).colour, capsize=3, lw=1.0)
    axes.set_xticks(places, [str(each) if words else f"{each:g}" for each in values])
    axes.margins(x=0.12, y=0.2)
    low, high = axes.get_ylim()
    if low < high / 2.0 and mean.min() >= 0.0:
        axes.set_ylim(0.0, high)
