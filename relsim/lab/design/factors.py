"""A factor: what an experiment varies, and over which values."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from relsim.errors import SpecError
from relsim.lab.design.checks import DISTRIBUTIONS, OUTER, check_factor, quantiles

Array = npt.NDArray[np.float64]
Values = npt.NDArray[Any]

_LEAST = 2.0**-53  # where a quantile is infinite, the nearest probability that is not


@dataclass(frozen=True)
class Factor:
    """What an experiment varies: levels, a range, or a distribution; exactly one of them.

    Parameters
    ----------
    key : str
        Dotted path into a config, or any other name.
    levels : tuple or list, optional
        Values of any kind, each once; equally likely.
    low, high : float, optional
        Ends of a range, both included.
    scale : {"linear", "log"}
        Along which values of a range are equally likely.
    integer : bool
        Whether a range has whole numbers only.
    name : str, optional
        A distribution of ``scipy.stats``, such as "norm" or "poisson".
    parameters : mapping, optional
        Its parameters by scipy's names: shapes, ``loc``, ``scale``.

    Raises
    ------
    SpecError
        If it is none or more than one of the three, or one that has no values.

    Examples
    --------
    >>> Factor("firms.0.price", low=10, high=1000, scale="log").at([0.0, 0.5, 1.0]).tolist()
    [10.0, 100.0, 1000.0]
    >>> Factor("usage", name="norm", parameters={"loc": 5.0}).ends()  # doctest: +ELLIPSIS
    (3.04..., 6.95...)
    >>> Factor("kind", levels=("marginal", "fixed_split")).at([0.2, 0.7]).tolist()
    ['marginal', 'fixed_split']
    """

    key: str
    levels: Sequence[Any] | None = None
    low: float | None = None
    high: float | None = None
    scale: str = "linear"
    integer: bool = False
    name: str | None = None
    parameters: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if isinstance(self.levels, list):
            object.__setattr__(self, "levels", tuple(self.levels))
        check_factor(vars(self))

    def at(self, u: npt.ArrayLike) -> Values:
        """Return the values at probabilities: the inverse of the cumulative distribution.

        Parameters
        ----------
        u : array_like
            Probabilities from 0 to 1. Every level, and every whole number of a linear range,
            has an equal slice of them; on a log scale that of k is log(k + 1) - log(k).

        Returns
        -------
        ndarray
            Of the shape of ``u``: objects for levels, integers or floats otherwise. Where a
            distribution has no finite quantile, that of the nearest probability which has one.
        """
        p = np.asarray(u, dtype=np.float64)
        if self.levels is not None:
            count = len(self.levels)
            return objects(self.levels)[np.minimum((p * count).astype(np.int64), count - 1)]
        if self.name is not None:
            return self._quantiles(p)
        low, high = self._range
        if not self.integer:
            return self._between(p, low, high)
        whole = np.floor(self._between(p, low, high + 1.0))
        return np.clip(whole, low, high).astype(np.int64)

    def along(self, u: npt.ArrayLike) -> Values:
        """Return the values on the way from the one end to the other.

        It differs from :meth:`at` in that 0 and 1 give :meth:`ends`, and that whole numbers and
        levels are the nearest ones: for grids, where ``at`` is for samples.

        Parameters
        ----------
        u : array_like
            Parts of the way, from 0 to 1.
        """
        p = np.asarray(u, dtype=np.float64)
        if self.levels is not None:
            return objects(self.levels)[_nearest_whole(p * (len(self.levels) - 1))]
        if self.name is not None:
            return self._quantiles(OUTER + p * (1.0 - 2.0 * OUTER))
        values = self._between(p, *self._range)
        if not self.integer:
            return values
        if self.scale == "linear":
            return _nearest_whole(values)
        # Nearest by ratio: a step along the logarithm is then never rounded away.
        below = np.floor(values * (1.0 + 1e-12))
        return (below + (values**2 >= below * (below + 1.0))).astype(np.int64)

    def place(self, u: npt.ArrayLike) -> Array:
        """Return which part of the way the values of :meth:`along` have really gone.

        It is ``u``, but for levels and whole numbers, which stand on some places only.
        """
        p = np.asarray(u, dtype=np.float64)
        if self.levels is not None:
            last = max(len(self.levels) - 1, 1)
            result: Array = _nearest_whole(p * (len(self.levels) - 1)) / last
            return result
        if self.name is not None or not self.integer:
            return p
        low, high = self._range
        values = self.along(p).astype(np.float64)
        if self.scale == "log":
            low, high, values = math.log(low), math.log(high), np.log(values)
        gone: Array = (values - low) / (high - low)
        return gone

    def ends(self) -> tuple[Any, Any]:
        """Return low and high; 2.5% and 97.5% quantiles; or the first and the last level."""
        first, last = self.along([0.0, 1.0]).tolist()
        return first, last

    def centre(self) -> Any:
        """Return the middle of the range along its scale, the median, or the middle level.

        Of an even number of levels, the earlier of the two in the middle.
        """
        if self.levels is not None:
            return self.levels[(len(self.levels) - 1) // 2]
        return self.along([0.5]).tolist()[0]

    def steps(self, count: int) -> list[Any]:
        """Return all levels, or ``count`` values from end to end, each once.

        Raises
        ------
        SpecError
            If fewer than two steps are asked for.
        """
        if self.levels is not None:
            return list(self.levels)
        if count < 2:
            raise SpecError(f"{self.key}: steps: given {count!r}, allowed: 2 or more")
        return list(dict.fromkeys(self.along(np.linspace(0.0, 1.0, count)).tolist()))

    @property
    def _range(self) -> tuple[float, float]:
        if self.low is None or self.high is None:
            raise TypeError("not a range")
        return float(self.low), float(self.high)

    def _between(self, p: Array, low: float, high: float) -> Array:
        if self.scale == "log":
            values: Array = low * (high / low) ** p
        else:
            values = low + p * (high - low)
        # Rounding may miss the upper end, and ends are to be the very numbers that were given.
        return np.where(p >= 1.0, high, np.clip(values, low, high))

    def _quantiles(self, p: Array) -> Values:
        distribution = DISTRIBUTIONS[str(self.name)]
        inside = np.clip(p, _LEAST, 1.0 - _LEAST)
        found = quantiles(self.key, str(self.name), self.parameters, inside)
        whole = isinstance(distribution, stats.rv_discrete)
        return found.astype(np.int64) if whole else found


def _nearest_whole(values: Array) -> npt.NDArray[np.int64]:
    return np.floor(values + 0.5).astype(np.int64)


def objects(levels: Sequence[Any]) -> Values:
    """Return values of any kind as an array of objects, lists among them."""
    # Filled one by one, lest numpy makes an axis of levels that are lists.
    result = np.empty(len(levels), dtype=object)
    for place, level in enumerate(levels):
        result[place] = level
    return result
