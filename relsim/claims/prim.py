"""Where in its scope a reading holds: a box of parameters, found by peeling.

The patient rule induction method (Friedman and Fisher 1999, Statistics and Computing 9:123): from
the whole scope a thin slice is peeled off, the one whose loss leaves most of what holds to most
of what is left, again and again; then slices are pasted back where that costs nothing. A limit
that the box does as well without is dropped. Where two steps are as good, the parameter that comes
first in the alphabet is taken, so that the order of columns and rows decides nothing.

Some box is found in any flags. :mod:`relsim.claims.beyond` asks whether it is more than chance.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.claims.importance import is_number
from relsim.claims.wording import named, plainly

Flags = npt.NDArray[np.bool_]
Array = npt.NDArray[np.float64]

NOTHING = "no combination of conditions stands out beyond noise; see the single factors"
"""What is said of a hypothesis that holds in a part of its scope, but in no box."""

PEEL = 0.1
"""Share of the points in the box that a slice takes."""
SMALLEST = 0.1
"""Share of all points that a box keeps at least."""
DENSE = 0.95
"""Of a box that says something, as many points hold."""
WORTH = 0.02
"""By so much of density a box may be poorer without its idle limits."""


@dataclass(frozen=True)
class Limit:
    """What a box asks of one parameter: a range, or one of some names.

    Attributes
    ----------
    low, high : float
        Ends of the range, both inside; infinite where there is none.
    names : tuple of str
        The names allowed; none = it is a number.
    """

    low: float = -np.inf
    high: float = np.inf
    names: tuple[str, ...] = ()

    def allows(self, column: "pd.Series[float]") -> Flags:
        """Return which values are inside."""
        if self.names:
            return column.astype(str).isin(self.names).to_numpy(dtype=np.bool_)
        x = column.to_numpy(dtype=np.float64)
        return (x >= self.low) & (x <= self.high)


@dataclass(frozen=True)
class Box:
    """A share of the scope.

    Attributes
    ----------
    limits : mapping
        Parameter to what is asked of it; those that are not there may be anything.
    points, held : int
        Points inside, and those of them at which the hypothesis holds.
    all_held, all_points : int
        The same of the whole scope.
    """

    limits: Mapping[str, Limit] = field(default_factory=dict)
    points: int = 0
    held: int = 0
    all_held: int = 0
    all_points: int = 0

    @property
    def density(self) -> float:
        """Share of the points inside at which it holds."""
        return self.held / self.points if self.points else 0.0

    @property
    def coverage(self) -> float:
        """Share of all points at which it holds that are inside."""
        return self.held / self.all_held if self.all_held else 0.0

    @property
    def fit(self) -> float:
        """Harmonic mean of density and coverage: 1 where box and hypothesis are the same."""
        return 2.0 * self.held / (self.points + self.all_held)

    @property
    def agreement(self) -> float:
        """Correlation of being inside with holding: 0 of the whole scope, 1 where they are one."""
        out, failed = self.all_points - self.points, self.all_points - self.all_held
        scale = math.sqrt(self.points * out) * math.sqrt(self.all_held * failed)
        return (self.held * self.all_points - self.points * self.all_held) / scale if scale else 0.0

    def sentence(self) -> str:
        """Return the box in words; nothing where all points or none hold."""
        if not self.limits:
            return NOTHING if 0 < self.all_held < self.all_points else ""
        where = " and ".join(_words(name, limit) for name, limit in self.limits.items())
        return (
            f"holds where {where}: at {self.held} of the {self.points} points there; they are "
            f"{self.coverage:.0%} of all points at which it holds"
        )


def _words(factor: str, limit: Limit) -> str:
    name = named(factor)
    if limit.names:
        return f"{name} is {' or '.join(limit.names)}"
    low, high = plainly(limit.low), plainly(limit.high)
    if np.isinf(limit.low):
        return f"{name} is below {high}"
    if np.isinf(limit.high):
        return f"{name} is above {low}"
    return f"{name} is between {low} and {high}"


def best_box(factors: pd.DataFrame, holds: npt.ArrayLike) -> Box:
    """Return the box in which a hypothesis holds: of dense ones the best fit, else the densest.

    Parameters
    ----------
    factors : DataFrame
        A column a parameter: numbers, or anything else as names.
    holds : array_like of shape (points,)
        Whether the hypothesis holds at each point.

    Returns
    -------
    Box
        Without limits where it holds everywhere or nowhere, or no box does better than the whole.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> table = pd.DataFrame({"churn": rng.random(200), "price": rng.random(200)})
    >>> best_box(table, table["churn"] < 0.4).limits.keys()
    dict_keys(['churn'])
    """
    return box_of(columns_of(factors), np.asarray(holds, dtype=np.bool_))


def columns_of(factors: pd.DataFrame) -> "Columns":
    """Return parameters as a search wants them, by name."""
    return {name: _column(factors[name]) for name in sorted(map(str, factors))}


def box_of(columns: "Columns", flags: Flags) -> Box:
    """Return the best box among columns that are looked at again and again."""
    search = _Search(columns, flags)
    if not flags.any() or flags.all():
        return search.box({})
    path = list(search.peeled())
    dense = [box for box in path if box.density >= DENSE]
    found = (
        max(dense, key=lambda box: box.fit)
        if dense
        else max(path, key=lambda box: (box.density, box.points))
    )
    return search.without_idle(search.pasted(found))


class _Numbers(NamedTuple):
    """A parameter that is a number."""

    values: Array

    def at(self, inside: Flags) -> Self:
        """Return it at some of the points."""
        return self._replace(values=self.values[inside])

    def allowed(self, limit: Limit) -> Flags:
        """Return which values are inside."""
        return (self.values >= limit.low) & (self.values <= limit.high)

    def tighter(self, limit: Limit) -> Iterator[tuple[Limit, Flags]]:
        """Yield the limit with one slice less, at either end, and what that leaves."""
        ordered = np.sort(self.values)
        take = max(1, int(PEEL * ordered.size))
        low, high = ordered[take - 1], ordered[-take]
        above = int(ordered.searchsorted(low, "right"))
        if above < ordered.size:
            yield Limit(_between(low, ordered[above]), limit.high), self.values > low
        below = int(ordered.searchsorted(high))
        if below:
            yield Limit(limit.low, _between(ordered[below - 1], high)), self.values < high

    def looser(self, limit: Limit) -> Iterator[Limit]:
        """Yield the limit with one slice more, beyond either end."""
        values = np.unique(self.values)
        below, above = values[values < limit.low], values[values > limit.high]
        if below.size:
            low = _between(below[-2], below[-1]) if below.size > 1 else -np.inf
            yield Limit(low, limit.high)
        if above.size:
            high = _between(above[0], above[1]) if above.size > 1 else np.inf
            yield Limit(limit.low, high)


class _Names(NamedTuple):
    """A parameter that is a name: the places of its values among all names."""

    places: npt.NDArray[np.int64]
    names: tuple[str, ...]

    def at(self, inside: Flags) -> Self:
        """Return it at some of the points."""
        return self._replace(places=self.places[inside])

    def allowed(self, limit: Limit) -> Flags:
        """Return which values are inside."""
        if not limit.names:
            return np.ones(self.places.size, dtype=np.bool_)
        return np.array([name in limit.names for name in self.names])[self.places]

    def tighter(self, _: Limit) -> Iterator[tuple[Limit, Flags]]:
        """Yield the limit with one name less, and what that leaves."""
        there = np.flatnonzero(np.bincount(self.places)).tolist()
        if len(there) > 1:
            for gone in there:
                names = tuple(self.names[place] for place in there if place != gone)
                yield Limit(names=names), self.places != gone

    def looser(self, limit: Limit) -> Iterator[Limit]:
        """Yield the limit with one more name."""
        there = np.flatnonzero(np.bincount(self.places)).tolist()
        for more in (self.names[place] for place in there):
            if more not in limit.names:
                yield Limit(names=tuple(sorted((*limit.names, more))))


Columns = Mapping[str, _Numbers | _Names]


def _column(column: "pd.Series[float]") -> _Numbers | _Names:
    if is_number(column):
        return _Numbers(np.asarray(column, dtype=np.float64))
    names, places = np.unique(column.astype(str).to_numpy(dtype=np.str_), return_inverse=True)
    return _Names(places, tuple(names.tolist()))


@dataclass(frozen=True)
class _Search:
    """The scope that is searched, and which of its points hold."""

    columns: Columns
    holds: Flags

    @cached_property
    def all_held(self) -> int:
        """Points at which the hypothesis holds."""
        return int(np.count_nonzero(self.holds))

    def box(self, limits: Mapping[str, Limit]) -> Box:
        """Return the box of some limits, its points counted."""
        inside = self.inside(limits)
        return self._counted(limits, inside, self.holds)

    def _counted(self, limits: Mapping[str, Limit], inside: Flags, holds: Flags) -> Box:
        points, held = int(np.count_nonzero(inside)), int(np.count_nonzero(inside & holds))
        return Box(dict(limits), points, held, self.all_held, self.holds.size)

    def inside(self, limits: Mapping[str, Limit]) -> Flags:
        """Return which points are inside."""
        inside = np.ones(self.holds.size, dtype=np.bool_)
        for name, limit in limits.items():
            inside &= self.columns[name].allowed(limit)
        return inside

    def peeled(self) -> Iterator[Box]:
        """Yield the boxes on the way from the whole scope to a small one."""
        box = self.box({})
        least = max(2, int(np.ceil(SMALLEST * self.holds.size)))
        while True:
            yield box
            slimmer = [one for one in self._peels(box) if least <= one.points < box.points]
            if not slimmer or box.density == 1.0:
                return
            box = max(slimmer, key=lambda one: (_gain(box, one), one.points))

    def _peels(self, box: Box) -> Iterator[Box]:
        inside = self.inside(box.limits)
        holds = self.holds[inside]
        for name, column in self.columns.items():
            for tighter, kept in column.at(inside).tighter(box.limits.get(name, Limit())):
                yield self._counted({**box.limits, name: tighter}, kept, holds)

    def pasted(self, box: Box) -> Box:
        """Return the box grown by slices, as long as it becomes no less dense."""
        while True:
            wider = [
                one
                for one in self._pastes(box)
                if one.points > box.points and one.density >= box.density
            ]
            if not wider:
                return box
            box = max(wider, key=lambda one: (one.density, one.points))

    def _pastes(self, box: Box) -> Iterator[Box]:
        for name, limit in _by_name(box.limits):
            others = {key: one for key, one in box.limits.items() if key != name}
            around = self.columns[name].at(self.inside(others))
            for looser in around.looser(limit):
                yield self.box({**box.limits, name: looser})

    def without_idle(self, box: Box) -> Box:
        """Return the box without limits, or ends of ranges, that it does as well without."""
        least = min(box.density, DENSE) - WORTH
        while True:
            freer = [one for one in self._freed(box) if one.density >= least]
            if not freer:
                return box
            box = max(freer, key=lambda one: (one.density, one.points))

    def _freed(self, box: Box) -> Iterator[Box]:
        for name, limit in _by_name(box.limits):
            others = {key: one for key, one in box.limits.items() if key != name}
            yield self.box(others)
            if np.isfinite([limit.low, limit.high]).all():
                yield self.box({**box.limits, name: Limit(low=limit.low)})
                yield self.box({**box.limits, name: Limit(high=limit.high)})


def _by_name(limits: Mapping[str, Limit]) -> list[tuple[str, Limit]]:
    """Return limits in the order in which they are looked at."""
    return sorted(limits.items(), key=lambda one: one[0])


def _gain(before: Box, after: Box) -> float:
    """Return by how much a peel raises the density, for each point that it takes."""
    return (after.density - before.density) / (before.points - after.points)


def _between(one: float, other: float) -> float:
    """Return the middle of two neighbours, where a limit stands: it belongs to neither."""
    return float((one + other) / 2.0)
