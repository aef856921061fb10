"""Where in its scope a reading holds: a box of parameters, found by peeling.

The patient rule induction method (Friedman and Fisher 1999, Statistics and Computing 9:123): from
the whole scope a thin slice is peeled off, the one whose loss leaves most of what holds to most
of what is left, again and again; then slices are pasted back where that costs nothing. A limit
that the box does as well without is dropped.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.claims.deciding import is_number

Flags = npt.NDArray[np.bool_]

PEEL = 0.1
"""Part of the points in the box that a slice takes."""
SMALLEST = 0.1
"""Part of all points that a box keeps at least."""
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
    """A part of the scope.

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

    def sentence(self) -> str:
        """Return the box in words."""
        if not self.limits:
            return ""
        where = " and ".join(_words(name, limit) for name, limit in self.limits.items())
        return (
            f"holds where {where}: at {self.held} of {self.points} points there, which are "
            f"{self.coverage:.0%} of all at which it holds"
        )


def _words(name: str, limit: Limit) -> str:
    if limit.names:
        return f"{name} is {' or '.join(limit.names)}"
    if np.isinf(limit.low):
        return f"{name} < {limit.high:.3g}"
    if np.isinf(limit.high):
        return f"{name} > {limit.low:.3g}"
    return f"{limit.low:.3g} < {name} < {limit.high:.3g}"


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
    flags = np.asarray(holds, dtype=np.bool_)
    search = _Search(factors.reset_index(drop=True), flags)
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


@dataclass(frozen=True)
class _Search:
    """The scope that is searched, and which of its points hold."""

    factors: pd.DataFrame
    holds: Flags

    def box(self, limits: Mapping[str, Limit]) -> Box:
        """Return the box of some limits, its points counted."""
        inside = self.inside(limits)
        held = int((inside & self.holds).sum())
        return Box(dict(limits), int(inside.sum()), held, int(self.holds.sum()), self.holds.size)

    def inside(self, limits: Mapping[str, Limit]) -> Flags:
        """Return which points are inside."""
        inside = np.ones(self.holds.size, dtype=np.bool_)
        for name, limit in limits.items():
            inside &= limit.allows(self.factors[name])
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
            box = max(slimmer, key=lambda one: _gain(box, one))

    def _peels(self, box: Box) -> Iterator[Box]:
        inside = self.inside(box.limits)
        for name, column in self.factors.items():
            limit = box.limits.get(str(name), Limit())
            for tighter in _tighter(column[inside], limit):
                yield self.box({**box.limits, str(name): tighter})

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
        for name, limit in box.limits.items():
            others = {key: one for key, one in box.limits.items() if key != name}
            around = self.factors[name][self.inside(others)]
            for looser in _looser(around, limit):
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
        for name, limit in box.limits.items():
            others = {key: one for key, one in box.limits.items() if key != name}
            yield self.box(others)
            if np.isfinite([limit.low, limit.high]).all():
                yield self.box({**box.limits, name: Limit(low=limit.low)})
                yield self.box({**box.limits, name: Limit(high=limit.high)})


def _gain(before: Box, after: Box) -> float:
    """Return by how much a peel raises the density, for each point that it takes."""
    return (after.density - before.density) / (before.points - after.points)


def _tighter(inside: "pd.Series[float]", limit: Limit) -> Iterator[Limit]:
    """Yield the limit with one slice less: at either end, or without one name."""
    if not is_number(inside):
        names = sorted(set(inside.astype(str)))
        if len(names) > 1:
            yield from (Limit(names=tuple(n for n in names if n != gone)) for gone in names)
        return
    values = np.sort(inside.to_numpy(dtype=np.float64))
    take = max(1, int(PEEL * values.size))
    above = values[values > values[take - 1]]
    if above.size:
        yield Limit(_between(values[take - 1], above[0]), limit.high)
    below = values[values < values[-take]]
    if below.size:
        yield Limit(limit.low, _between(below[-1], values[-take]))


def _looser(around: "pd.Series[float]", limit: Limit) -> Iterator[Limit]:
    """Yield the limit with one slice more: beyond either end, or with one more name."""
    if limit.names:
        rest = sorted(set(around.astype(str)) - set(limit.names))
        yield from (Limit(names=tuple(sorted((*limit.names, more)))) for more in rest)
        return
    values = np.unique(around.to_numpy(dtype=np.float64))
    below, above = values[values < limit.low], values[values > limit.high]
    if below.size:
        low = _between(below[-2], below[-1]) if below.size > 1 else -np.inf
        yield Limit(low, limit.high)
    if above.size:
        high = _between(above[0], above[1]) if above.size > 1 else np.inf
        yield Limit(limit.low, high)


def _between(one: float, other: float) -> float:
    """Return the middle of two neighbours, where a limit stands: it belongs to neither."""
    return float((one + other) / 2.0)
