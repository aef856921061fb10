"""The figure of coverage: how often 95% intervals hold the truth, by method and number of runs."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relsim.report.style import MUTED, Pen, drawing, pen

NOMINAL = 95.0
_SHORT = {"normal": "normal", "heavy tails (t3)": "t3", "skewed (lognormal)": "lognormal"}


def draw(frame: pd.DataFrame) -> Figure:
    """Return the figure.

    Parameters
    ----------
    frame : DataFrame
        What :func:`experiments.coverage.study` returns.
    """
    with drawing():
        figure, axes = plt.subplots(2, 3, figsize=(11.0, 8.0), sharey="row", layout="constrained")
        figure.suptitle(
            "Student's interval holds what it promises, stopped early or not, unless differences "
            "are skewed",
            x=0.01, ha="left", weight="bold", size=12,
        )  # fmt: skip
        _by_number(axes[0, 0], frame, "mean", "Mean difference", "pairs")
        _by_number(axes[0, 1], frame, "relative", "Relative effect of 20%", "pairs")
        _by_number(axes[0, 2], frame, "clusters", "Five runs a design point", "design points")
        stopped = frame[frame["study"] == "stopped"]
        for place, (name, rows) in enumerate(stopped.groupby("distribution", sort=False)):
            _stopped(axes[1, place], rows, f"Stopped when precise: {name}")
        for first in axes[:, 0]:
            first.set_ylabel("experiments whose 95% interval\nholds the truth (%)")
        axes[1, 0].legend(frameon=False, fontsize=7.5, loc="lower left")
        figure.supxlabel(_note(frame), size=8, color=MUTED, x=0.01, ha="left")
    return figure


def _note(frame: pd.DataFrame) -> str:
    counts = sorted(frame["experiments"].unique())
    few, many, most = (f"{count:,}" for count in counts)
    return (
        f"n = {many} experiments a point above ({few} for the bootstrap), {most} below; bars: 95% "
        "intervals (Wilson). Below, from left to right: 10, 30, 100 replications\nwould do if the "
        "variance were known. Simulated differences of mean 0 and variance 1; the lognormal ones "
        "have a skewness of 6.2."
    )


def _line(axes: Axes, rows: pd.DataFrame, drawn: Pen, label: str, across: str) -> None:
    mean = 100.0 * rows["coverage"]
    bars = [mean - 100.0 * rows["low"], 100.0 * rows["high"] - mean]
    axes.errorbar(
        rows[across], mean, bars, color=drawn.colour, linestyle=drawn.dash, marker=drawn.marker,
        ms=4.5, lw=1.3, capsize=2, label=label,
    )  # fmt: skip


def _frame(axes: Axes, title: str, across: str, ticks: Sequence[int]) -> None:
    axes.axhline(NOMINAL, color=MUTED, lw=1.0, ls="--")
    axes.set_xscale("log")
    axes.margins(x=0.06)
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel(across)
    axes.set_title(title, loc="left", size=10)


def _by_number(axes: Axes, frame: pd.DataFrame, study: str, title: str, across: str) -> None:
    """Draw a study: colours are distributions where there are some, dashes and marks methods."""
    there = frame[frame["study"] == study]
    methods = list(dict.fromkeys(there["method"]))
    several = len(set(there["distribution"])) > 1
    for (method, name), rows in there.groupby(["method", "distribution"], sort=False):
        way = methods.index(method)
        colour = pen(list(_SHORT).index(str(name)) if several else way).colour
        label = f"{method}, {_SHORT[str(name)]}" if several else str(method)
        _line(axes, rows, pen(way)._replace(colour=colour), label, "n")
    _frame(axes, title, across, sorted(there["n"].unique()))
    axes.legend(frameon=False, fontsize=7.5, loc="center right" if study == "clusters" else None)


def _stopped(axes: Axes, rows: pd.DataFrame, title: str) -> None:
    for place, (method, found) in enumerate(rows.groupby("method", sort=False)):
        _line(axes, found, pen(place), str(method), "lived")
    _frame(axes, title, "replications lived (mean)", (10, 20, 50, 100))
