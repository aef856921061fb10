"""Where a hypothesis says that an effect lies."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from relsim.claims.spec import HypothesisSpec

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Region:
    """The effects of which a hypothesis is true.

    Attributes
    ----------
    low, high : float
        Borders; infinite where there is none.
    closed : bool
        Whether the borders belong to it: those of a band do, a threshold does not, so that an
        action without any effect is not one with an effect above nought.

    Examples
    --------
    >>> band = Region(0.25, 0.85, closed=True)
    >>> band.holds(np.array([0.1, 0.25, 0.5])).tolist()
    [False, True, True]
    >>> band.inside(0.3, 0.8), band.inside(0.2, 0.8), band.outside(0.9, 1.2)
    (True, False, True)
    >>> band.distance(0.3)
    0.05
    """

    low: float
    high: float
    closed: bool

    @classmethod
    def of(cls, hypothesis: HypothesisSpec) -> "Region":
        """Return the region of a hypothesis."""
        return cls(*hypothesis.bounds, closed=hypothesis.form in ("band", "within"))

    def holds(self, effects: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Return which effects lie in it."""
        x = np.asarray(effects, dtype=np.float64)
        if self.closed:
            return (x >= self.low) & (x <= self.high)
        return (x > self.low) & (x < self.high)

    def inside(self, low: float, high: float) -> bool:
        """Return whether an interval lies in it whole; one that is not known does not."""
        return bool(self.holds([low, high]).all())

    def outside(self, low: float, high: float) -> bool:
        """Return whether an interval has nothing in common with it; one not known has."""
        if self.closed:
            return high < self.low or low > self.high
        return high <= self.low or low >= self.high

    def distance(self, effect: float) -> float:
        """Return how far an effect is from the nearest border."""
        gap = min(abs(effect - self.low), abs(effect - self.high))
        # The last bits of a subtraction are no distance.
        return float(f"{gap:.12g}")


def words(hypothesis: HypothesisSpec, effect: str = "effect") -> str:
    """Return a hypothesis in words.

    Examples
    --------
    >>> words(HypothesisSpec(band=(0.25, 0.85))), words(HypothesisSpec(above=0))
    ('effect from 0.25 to 0.85', 'effect above 0')
    """
    low, high = hypothesis.bounds
    if hypothesis.form == "band":
        return f"{effect} from {low:g} to {high:g}"
    if hypothesis.form == "within":
        return f"no {effect} that matters: from {low:g} to {high:g}"
    return f"{effect} {hypothesis.form} {low if math.isfinite(low) else high:g}"
