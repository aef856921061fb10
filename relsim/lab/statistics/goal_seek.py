"""Goal-seek: the value of a key at which an outcome reaches a goal, under common random numbers."""

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize

from relsim.errors import ComparisonError
from relsim.lab.statistics.intervals import CONFIDENCE, t_interval

Array = npt.NDArray[np.float64]

STEPS = 9
"""Places at which the range is looked at first, ends included."""
FINENESS = 1e-3
"""Share of the range to which a crossing is found."""


class Seen(NamedTuple):
    """An outcome at one value: mean over replications, and its interval."""

    x: float
    mean: float
    low: float
    high: float


class Root(NamedTuple):
    """Where an outcome reaches its goal.

    Attributes
    ----------
    value : float
        There, in the mean over replications.
    low, high : float
        The values at which the goal lies within the interval of the mean: a test turned round,
        so that its confidence is that of each test. Infinite where the range ends before.
    rises : bool
        Whether the outcome rises there.
    crossings : int
        How often it crosses its goal within the range, as far as was seen; this is the first.
    seen : tuple of Seen
        All values that were looked at, rising.
    """

    value: float
    low: float
    high: float
    rises: bool
    crossings: int
    seen: tuple[Seen, ...]


def solve(
    outcome: Callable[[float], npt.ArrayLike],
    goal: float,
    low: float,
    high: float,
    name: str = "the outcome",
    confidence: float = CONFIDENCE,
    *,
    whole: bool = False,
) -> Root:
    """Return where the mean of an outcome over replications reaches a goal.

    Under common random numbers the mean over replications is one function without noise from place
    to place, so that a bracketing root finder may look for its root (Brent 1973, ch. 4).

    Parameters
    ----------
    outcome : callable
        Value of a key to an array of shape (replications,), each with the noise that it has at
        every other value.
    goal : float
        In the outcome's unit.
    low, high : float
        The range to look in.
    name : str
        How errors call the outcome.
    confidence : float
        Of the interval.
    whole : bool
        Whether only whole numbers are allowed. Found is then the first at which the goal is
        passed, and an interval reaches to the next whole number on the outside.

    Raises
    ------
    ComparisonError
        If there is no crossing within the range, or a value is missing.

    Examples
    --------
    >>> noise = np.array([-0.1, 0.0, 0.1])
    >>> root = solve(lambda x: 2.0 * x + noise, 1.0, 0.0, 2.0)
    >>> round(root.value, 3), root.rises, root.low < 0.5 < root.high
    (0.5, True, True)
    >>> solve(lambda x: 2.0 * x + noise, 7.0, 0, 10, whole=True).value
    4.0
    """
    ends = (math.ceil(low), math.floor(high)) if whole else (low, high)
    if not ends[0] < ends[1]:
        allowed = "two whole numbers, the lower one first" if whole else "the lower one first"
        raise ComparisonError(f"--between: given {low:g} {high:g}, allowed: {allowed}")
    low, high = ends
    curve = _Curve(outcome, goal, name, confidence, {}, whole)
    first_looks = np.linspace(low, high, STEPS)
    for x in np.unique(np.round(first_looks) if whole else first_looks).tolist():
        curve.at(x)
    brackets = curve.brackets("mean")
    if not brackets:
        first, last = curve.at(low), curve.at(high)
        raise ComparisonError(
            f"{name}: does not cross {goal:g} between {low:g} and {high:g}: it is {first.mean:.5g} "
            f"at the one end and {last.mean:.5g} at the other; --between names another range"
        )
    value = curve.root("mean", brackets[0], FINENESS * (high - low), 1)
    rises = curve.at(brackets[0][1]).mean > curve.at(brackets[0][0]).mean
    # The upper end of the interval reaches the goal first where the outcome rises.
    before, after = ("high", "low") if rises else ("low", "high")
    ends = (
        curve.nearest(before, value, -1, FINENESS * (high - low)),
        curve.nearest(after, value, 1, FINENESS * (high - low)),
    )
    return Root(value, *ends, rises, len(brackets), tuple(sorted(curve.seen.values())))


class _Curve(NamedTuple):
    """A function that remembers where it was looked at."""

    outcome: Callable[[float], npt.ArrayLike]
    goal: float
    name: str
    confidence: float
    seen: dict[float, Seen]
    whole: bool

    def at(self, x: float) -> Seen:
        """Return mean and interval at a value."""
        if x not in self.seen:
            values = np.asarray(self.outcome(x), dtype=np.float64)
            if not np.isfinite(values).all():
                raise ComparisonError(f"{self.name}: is not a number at {x:g}: it has no meaning")
            self.seen[x] = Seen(x, *t_interval(values, self.confidence))
        return self.seen[x]

    def brackets(self, side: str) -> list[tuple[float, float]]:
        """Return neighbours, of all that was seen, between which a side comes to its goal.

        Where it stands on the goal it has come there; from there on it is no news.
        """
        at = sorted(self.seen)
        away = [getattr(self.seen[x], side) - self.goal for x in at]
        return [
            (one, other)
            for place, (one, other) in enumerate(itertools.pairwise(at))
            if _comes(away[place], away[place + 1]) or (place == 0 and away[0] == 0.0)
        ]

    def root(self, side: str, bracket: tuple[float, float], fineness: float, way: int) -> float:
        """Return the root of a side within a bracket; of whole numbers the next on one way."""

        def away(x: float) -> float:
            return float(getattr(self.at(x), side)) - self.goal

        ends = [away(x) for x in bracket]
        if ends[0] == 0.0:
            return bracket[0]
        if not self.whole:
            return float(optimize.brentq(away, *bracket, xtol=fineness)) if ends[1] else bracket[1]
        low, high = bracket
        while high - low > 1.0:
            middle = float((low + high) // 2.0)
            low, high = (low, middle) if _comes(ends[0], away(middle)) else (middle, high)
        return high if way > 0 else low

    def nearest(self, side: str, value: float, way: int, fineness: float) -> float:
        """Return where a side crosses next to a value, on the one way or the other."""
        if math.isnan(getattr(self.at(value), side)):
            return math.nan
        self.at(value)
        # The goal is passed at a whole value, and an upper end may be there already.
        least = 0.0 if self.whole and way > 0 else math.ulp(0.0)
        found = [
            bracket for bracket in self.brackets(side) if way * (bracket[way > 0] - value) >= least
        ]
        if not found:
            return way * math.inf
        return self.root(side, found[0] if way > 0 else found[-1], fineness, way)


def _comes(before: float, after: float) -> bool:
    """Return whether what was away from its goal has come to it, or past it."""
    return before < 0.0 <= after or before > 0.0 >= after
