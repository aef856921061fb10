"""What a study was, and what its figures show: the words that all of them share."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.errors import OutputError
from relsim.report.style import Scale, money_name, plain, scale

Array = npt.NDArray[np.float64]

_ALONE = "one replication: no interval"
_FINE = 1e-4  # below that, numbers are shown in fractions of their unit


@dataclass(frozen=True)
class AboutStudy:
    """What a study was, for the words on its figures.

    Attributes
    ----------
    title, currency : str
        Names of the study and of its unit of money.
    runs, points : int
        Markets lived, and design points among which they are shared.
    replications : int
        Replications of a point; where points differ, the most that one had.
    seed : int
        The noise of the first replication.
    confidence : float
        Level of the intervals, between 0 and 1.
    interval : str
        What the foot says of intervals; their level, or that there is none, unless given.
    """

    title: str
    currency: str
    runs: int
    points: int
    replications: int
    seed: int
    confidence: float = 0.95
    interval: str = ""

    @property
    def level(self) -> str:
        """The level of the intervals in words.

        Examples
        --------
        >>> AboutStudy("A study", "EUR", 60, 2, 30, seed=1, confidence=0.95).level
        '95%'
        """
        return f"{100.0 * self.confidence:.4g}%"

    def unit(self, unit: str) -> str:
        """Return a unit as it is written, in which ``money`` is the market's.

        Examples
        --------
        >>> AboutStudy("A study", "EUR", 60, 2, 30, seed=1).unit("money a month")
        'EUR a month'
        """
        money = money_name(self.currency)
        return " ".join(money if word == "money" else plain(word) for word in unit.split())

    def scaled(self, values: npt.ArrayLike, unit: str) -> Scale:
        """Return the multiple of a unit in which some values are short numbers."""
        return scale(values, self.unit(unit), _FINE)

    def line(self) -> str:
        """Return the line at the foot of every figure.

        Examples
        --------
        >>> AboutStudy("A study", "EUR", 60, 2, 30, seed=1).line()
        'n = 60 runs · 2 points · 30 replications · seed 1 · 95% intervals'
        >>> AboutStudy("A study", "EUR", 1, 1, 1, seed=1).line()
        'n = 1 run · 1 point · 1 replication · seed 1 · one replication: no interval'
        """
        level = f"{self.level} intervals" if self.replications > 1 else _ALONE
        counts = (
            f"n = {counted(self.runs, 'run')}",
            counted(self.points, "point"),
            counted(self.replications, "replication"),
            f"seed {self.seed}",
            self.interval or level,
        )
        return " · ".join(counts)


class Quantity(NamedTuple):
    """A column of a table, and what it is.

    Attributes
    ----------
    column, label : str
        Where it stands, and what readers call it.
    unit : str
        Its unit; ``money`` stands for the currency, nothing for a bare number.
    """

    column: str
    label: str
    unit: str = ""

    def words(self, unit: str) -> str:
        """Return the label with a unit behind it that is written already.

        Examples
        --------
        >>> Quantity("share", "Share of customers").words("%")
        'Share of customers (%)'
        """
        return f"{plain(self.label)} ({unit})" if unit else plain(self.label)


def worded(given: str | None, otherwise: str) -> str:
    """Return words that the user gave, or others, which are plain already."""
    return plain(given) if given else otherwise


def counted(count: int, noun: str) -> str:
    """Return a number of things in words.

    Examples
    --------
    >>> counted(1, "run"), counted(2000, "run")
    ('1 run', '2,000 runs')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def require(table: pd.DataFrame, *columns: str) -> None:
    """Refuse a table that has no row or lacks a column.

    Raises
    ------
    OutputError
        If it does.
    """
    missing = [column for column in columns if column not in table]
    if missing:
        raise OutputError(f"the table has no column {missing[0]!r}: there is nothing to draw")
    if table.empty:
        raise OutputError("the table has no row: there is nothing to draw")


def numbers(table: pd.DataFrame, column: str) -> Array:
    """Return a column as numbers, NaN where it is missing or not finite."""
    if column not in table:
        return np.full(len(table), np.nan)
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def texts(table: pd.DataFrame, column: str) -> list[str]:
    """Return a column as plain texts, empty where it is missing."""
    if column not in table:
        return [""] * len(table)
    return ["" if pd.isna(value) else plain(str(value)) for value in table[column]]
