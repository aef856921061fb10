"""A run as figures read it: arrays of months and firms, names and pens."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.report.labels import Marks
from relsim.report.layout import About
from relsim.report.style import BODY, Pen, fit, pen, plain

Array = npt.NDArray[np.float64]

MOST_FIRMS = 30
"""Figures show so many firms, the largest; more cannot be told apart."""

YEAR = 12
_CROWD = 6
_MOST_NAME = 1.7


def ratio(part: Array, whole: Array) -> Array:
    """Return part over whole, NaN where there is no whole."""
    empty: Array = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, out=empty, where=whole > 0.0)
    return empty


@dataclass(frozen=True)
class Run:
    """What the figures of a run are made of."""

    table: pd.DataFrame
    tenure: pd.DataFrame
    about: About
    marks: Marks = ()

    @cached_property
    def firms(self) -> list[str]:
        """The firms shown, in the config's order."""
        people = self.table.groupby(self.table["firm"].astype(str))["customers"].sum()
        sizes = people.reindex(list(self.about.firms)).fillna(0.0)
        largest = set(sizes.sort_values(ascending=False, kind="stable").index[:MOST_FIRMS])
        return [firm for firm in self.about.firms if firm in largest]

    @cached_property
    def names(self) -> list[str]:
        """The firms shown, as they are written."""
        return [fit(plain(firm), BODY, _MOST_NAME) for firm in self.firms]

    @cached_property
    def pens(self) -> list[Pen]:
        """The pens of the firms shown; those of a firm are the same in every figure."""
        return [pen(self.about.firms.index(firm)) for firm in self.firms]

    @cached_property
    def months(self) -> Array:
        """The months simulated."""
        return np.unique(self.table["month"].to_numpy(dtype=np.float64))

    @property
    def window(self) -> int:
        """Months in a moving average: a year, or all there are."""
        return min(YEAR, self.months.size)

    @property
    def crowded(self) -> bool:
        """Whether single months of all firms would hide their averages."""
        return len(self.firms) > _CROWD

    @property
    def averages(self) -> str:
        """Which lines are averages, of how many months."""
        if self.window == 1:
            return "A single month."
        thin = "" if self.crowded else "; thin: single months"
        return f"Thick: {self.window}-month average{thin}."

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say where not every firm is shown."""
        everyone = len(self.about.firms)
        return (f"The {MOST_FIRMS} largest of {everyone} firms.",) if everyone > MOST_FIRMS else ()

    def between(self, values: Array, write: Callable[[float], str]) -> str:
        """Return between which values the firms are, in words for a title.

        One replication has no interval, so no firm is named lowest or highest: noise may have made
        it so. What sets firms apart is shown with intervals (:mod:`relsim.report.rivals`).

        Parameters
        ----------
        values : array of shape (firms,)
            NaN where a firm has none; at least one is known.
        write : callable
            How a value is written.
        """
        low, high = write(float(np.nanmin(values))), write(float(np.nanmax(values)))
        return low if low == high else f"between {low} and {high}"

    def of(self, column: str) -> Array:
        """Return a column by month and firm shown, NaN where a firm has nothing."""
        keys = [self.table["month"], self.table["firm"].astype(str)]
        wide = self.table[column].groupby(keys).first().unstack()
        return wide.reindex(columns=self.firms).to_numpy(dtype=np.float64)

    def moving(self, values: Array) -> Array:
        """Return the mean of the last window of months, NaN before there is a whole one."""
        windows = np.lib.stride_tricks.sliding_window_view(values, self.window, axis=0)
        start = np.full((self.window - 1, values.shape[1]), np.nan)
        return np.concatenate([start, windows.mean(axis=-1)])
