"""Which parameters of the scope decide: how much of the effect each of them explains alone.

The share is that of the variance of ranks, so that a few huge effects do not speak for all; it is
estimated from the sample at hand (Plischke, Borgonovo and Smith 2013, EJOR 226:536, give the
idea), for a number by a parabola through its ranks, which sees rising, falling and humped
effects, and for a name by the means of its levels. What two parameters do only together is not
seen here; the box of :mod:`relsim.claims.prim` can see it.

Whether a share is beyond chance is asked of samples, as points that share one say the same thing
several times. What is sampled is weighed by the means of samples, over markets and levers alike;
what every sample meets, a market or a lever, by how samples agree about the order of its levels:
by the F test on ranks within each sample (Iman and Davenport 1980, Communications in Statistics
9:571), with the degrees of freedom of Box (1954, Annals of Mathematical Statistics 25:484), since
samples may differ more about some levels than about others.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

DOUBT = 0.05
"""A parameter decides if its share would be as large by chance in fewer cases than that."""
MOST_NAMED = 3

_LEAST_FREE = 2
"""Degrees of freedom that a fit to the few ranks of samples leaves at least, or it is too easy."""
_SEVERAL = 2
"""Values that a parameter has at least, if it varies."""
_NOUGHT = 1e-300
"""What is divided by where nothing is left unexplained."""


class Share(NamedTuple):
    """How much one parameter explains.

    Attributes
    ----------
    factor : str
        Which.
    share : float
        Share of the variance of ranks over all points, corrected for what chance explains; may be
        below nought.
    p_value : float
        Of a share as large by chance.
    """

    factor: str
    share: float
    p_value: float


def shares(
    factors: pd.DataFrame,
    y: npt.ArrayLike,
    units: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
) -> list[Share]:
    """Return what each parameter explains of an effect, the most first.

    Parameters
    ----------
    factors : DataFrame
        A column a parameter: numbers, or anything else as names.
    y : array_like of shape (points,)
        The effect, or whether the hypothesis holds.
    units : array_like of shape (points,), optional
        Which sample of what is uncertain a point has; none, or one only, where points are no
        sample and each speaks for itself.
    strata : array_like of shape (points,), optional
        Which markets are sampled on their own; what they differ by is not held against the rest.

    Returns
    -------
    list of Share
        Empty where nothing varies.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> table = pd.DataFrame({"price": rng.random(40), "churn": rng.random(40)})
    >>> first, second = shares(table, 3.0 * table["price"] + 0.2 * table["churn"])
    >>> first.factor, first.share > 0.9, first.p_value < 0.001
    ('price', True, True)
    """
    ranks = stats.rankdata(np.asarray(y, dtype=np.float64))
    if not np.ptp(ranks):
        return []
    sampled = Sampled.of(factors, units, strata)
    weighed = _Weighed(factors, ranks - ranks.mean(), sampled)
    found = [
        Share(str(name), *weighed.explained(str(name)))
        for name in factors
        if factors[name].astype(str).nunique() >= _SEVERAL
    ]
    return sorted(found, key=lambda one: -one.share)


def deciding(found: list[Share]) -> list[str]:
    """Return the names of the two or three parameters that decide, the strongest first.

    Those beyond chance, with Bonferroni's correction for as many as were looked at.
    """
    beyond = [one.factor for one in found if one.p_value * len(found) < DOUBT and one.share > 0.0]
    return beyond[:MOST_NAMED]


def is_number(column: "pd.Series[float]") -> bool:
    """Return whether a parameter is a number, rather than a name or a switch."""
    kind = column.dtype
    return pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)


@dataclass(frozen=True)
class Sampled:
    """How the points of a scope come from samples.

    Attributes
    ----------
    units : array of shape (points,)
        The sample of each point, from 0.
    strata : array of shape (points,)
        The share of the scope whose samples are its own.
    crossed : tuple of str
        Parameters that every sample meets with several values: the market, levers.
    cells : array of shape (points,)
        The combination of those, from 0.
    """

    units: Places
    strata: Places
    crossed: tuple[str, ...]
    cells: Places

    @classmethod
    def of(
        cls,
        factors: pd.DataFrame,
        units: npt.ArrayLike | None = None,
        strata: npt.ArrayLike | None = None,
    ) -> Self:
        """Look how samples and parameters go together.

        Examples
        --------
        >>> table = pd.DataFrame({"base": ["bank", "shop"] * 2, "price": [0.1, 0.1, 0.7, 0.7]})
        >>> found = Sampled.of(table, [5, 5, 8, 8])
        >>> found.units.tolist(), found.crossed, found.cells.tolist()
        ([0, 0, 1, 1], ('base',), [0, 1, 0, 1])
        """
        size = len(factors)
        of_point = np.zeros(size) if units is None else np.asarray(units)
        place = _places(of_point if np.unique(of_point).size > 1 else np.arange(size))
        crossed = tuple(str(name) for name in factors if _varies(factors[name], place))
        met = factors[list(crossed)].astype(str).agg("\0".join, axis=1) if crossed else place * 0
        apart = np.zeros(size) if strata is None else np.asarray(strata)
        return cls(place, _places(apart), crossed, _places(np.asarray(met)))

    @cached_property
    def firsts(self) -> Places:
        """One point of each sample."""
        return np.unique(self.units, return_index=True)[1]


def _places(values: npt.NDArray[np.generic]) -> Places:
    """Return values as numbers from 0."""
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


def _varies(column: "pd.Series[float]", groups: Places) -> bool:
    """Return whether a parameter has several values in any of some groups of points."""
    return bool(column.astype(str).groupby(groups).nunique().max() > 1)


def _centred(values: Array, groups: Places) -> Array:
    """Return values, or rows of them, less the means of their groups."""
    count = np.bincount(groups)
    sums = np.zeros((count.size, *values.shape[1:]))
    np.add.at(sums, groups, values)
    return values - (sums.T / count).T[groups]


@dataclass(frozen=True)
class _Weighed:
    """Parameters, and the ranks about their mean that they may explain."""

    factors: pd.DataFrame
    ranks: Array
    sampled: Sampled

    def explained(self, name: str) -> tuple[float, float]:
        """Return the corrected share of the variance that a parameter explains, and its p value."""
        looked = self._within if name in self.sampled.crossed else self._between
        of_all, by_chance, p_value = looked(self.factors[name])
        return (of_all - by_chance) / float((self.ranks**2).sum()), p_value

    def _between(self, column: "pd.Series[float]") -> tuple[float, float, float]:
        """Return the squares that what is sampled explains, those by chance, and the p value.

        The F test of a regression of the samples' means, each market having one of its own where
        it has its own samples.
        """
        sampled = self.sampled
        level = _centred(self.ranks, sampled.cells)
        of_unit = np.bincount(sampled.units, level) / np.bincount(sampled.units)
        terms, strata = _terms(column.iloc[sampled.firsts]), sampled.strata[sampled.firsts]
        if not _varies(column, sampled.strata):
            strata = strata * 0
        terms, of_unit = _centred(terms, strata), _centred(of_unit, strata)
        k = terms.shape[1]
        free = of_unit.size - np.unique(strata).size - k
        if free < _LEAST_FREE:
            return float("nan"), 0.0, 1.0
        fitted = terms @ np.linalg.lstsq(terms, of_unit, rcond=None)[0]
        rest = float(((of_unit - fitted) ** 2).sum()) / free
        of_all = float((fitted**2).sum())
        p_value = float(stats.f.sf(of_all / k / max(rest, _NOUGHT), k, free))
        members = self.ranks.size / of_unit.size
        return members * of_all, members * k * rest, p_value

    def _within(self, column: "pd.Series[float]") -> tuple[float, float, float]:
        """Return the same of what every sample meets, from the samples met by all of it.

        Each sample has a score along each contrast of the parameter, which is nought on average
        where the parameter explains nothing. Ranks are few where samples are: the p value is no
        smaller than the chance that all samples single out the same level.
        """
        sampled = self.sampled
        cells, first = np.unique(sampled.cells, return_index=True)
        table = np.full((sampled.firsts.size, cells.size), np.nan)
        table[sampled.units, sampled.cells] = self.ranks
        whole = np.isfinite(table).all(axis=1)
        strata = _places(sampled.strata[sampled.firsts][whole])
        free = strata.size - np.unique(strata).size
        if free < _LEAST_FREE:
            return float("nan"), 0.0, 1.0
        terms = _terms(column.iloc[first])
        contrasts = np.linalg.qr(terms - terms.mean(axis=0))[0]
        of_all, scatter = _scored(table[whole] @ contrasts, strata)
        ordered = stats.rankdata(table[whole], axis=1)
        agreed, apart = _scored(ordered @ contrasts, strata)
        among = float(np.trace(apart))
        # Between 1, where samples differ along one contrast, and their number.
        degrees = max(among**2 / max(float((apart**2).sum()), _NOUGHT), 1.0)
        p_value = float(stats.f.sf(agreed / max(among, _NOUGHT), degrees, degrees * free))
        alike = float(column.iloc[first].nunique()) ** (1 - strata.size)
        return of_all, float(np.trace(scatter)), max(p_value, alike)


def _scored(scores: Array, strata: Places) -> tuple[float, Array]:
    """Return the squares of the mean of samples' scores, and their scatter within strata."""
    spread = _centred(scores, strata)
    scatter: Array = spread.T @ spread / (strata.size - np.unique(strata).size)
    return strata.size * float((scores.mean(axis=0) ** 2).sum()), scatter


def _terms(column: "pd.Series[float]") -> Array:
    """Return the columns of a regression on a parameter that has several values."""
    if not is_number(column):
        levels = pd.get_dummies(column.astype(str), dtype=np.float64)
        return levels.to_numpy()[:, 1:]
    ranks = stats.rankdata(column.to_numpy(dtype=np.float64))
    centred = (ranks - ranks.mean()) / np.std(ranks)
    # Two values have no curvature.
    return np.stack([centred, centred**2][: column.nunique() - 1], axis=1)
