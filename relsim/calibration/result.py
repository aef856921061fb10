"""What a calibration found: plain numbers, as tables and as JSON."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import pandas as pd

from relsim.spec import MarketSpec


@dataclass(frozen=True)
class FittedNumber:
    """A free number after the fit.

    Attributes
    ----------
    path : str
        Dotted; ``paths`` are all that it is set at.
    low, high, scale
        As they were given.
    start, value : float
        Before and after the fit.
    value_from, value_to : float
        95% interval by the moments' slopes, within the bounds.
    learned : float
        Share of the variance between the bounds that the moments take away, from 0 to 1.
    identified : bool
        Whether that is enough: at most half of the standard deviation between the bounds is left.
    at_bound : bool
        Whether the number lies at one of its bounds.
    """

    path: str
    paths: tuple[str, ...]
    low: float
    high: float
    scale: str
    start: float
    value: float
    value_from: float
    value_to: float
    learned: float
    identified: bool
    at_bound: bool


@dataclass(frozen=True)
class FittedMoment:
    """A moment after the fit.

    Attributes
    ----------
    moment, firm, target, error, source
        As they were given.
    simulated, simulated_error : float
        Mean over the replications of the fit, and its standard error.
    residual : float
        What it misses the target by, in standard errors of the target.
    held_out, held_out_error : float
        The same with random numbers that the fit did not see.
    held_out_residual : float
        What that misses the target by, in standard errors of target and simulation together.
    """

    moment: str
    firm: str | None
    target: float
    error: float
    source: str
    simulated: float
    simulated_error: float
    residual: float
    held_out: float
    held_out_error: float
    held_out_residual: float


@dataclass(frozen=True)
class Calibration:
    """What a calibration found.

    Attributes
    ----------
    title : str
        The market's.
    numbers : tuple of FittedNumber
        Free numbers.
    moments : tuple of FittedMoment
        Targets, and what the market shows.
    singular_values : tuple of float
        Of the slopes (:class:`relsim.calibration.identification.Identification`).
    unknown : tuple of dict
        Combinations of numbers that the moments do not identify: weight by path.
    slopes : tuple of tuple of float
        By moment and number: change of the moment, in standard errors of the target, when the
        number goes from one bound to the other, by the slope at the fit.
    cost : float
        Sum of the squares of the residuals.
    held_out_cost : float
        The same with random numbers that the fit did not see.
    degrees : int
        Moments less the numbers that they identify: what the cost is expected to be where targets
        are right and the market is of their kind.
    seed, replications, held_out : int
        Random seed; replications of the fit; replications with other random numbers.
    runs : int
        Runs that were simulated.
    converged : bool
        Whether the search ended of itself, rather than after its last step.
    """

    title: str
    numbers: tuple[FittedNumber, ...]
    moments: tuple[FittedMoment, ...]
    singular_values: tuple[float, ...]
    unknown: tuple[dict[str, float], ...]
    slopes: tuple[tuple[float, ...], ...]
    cost: float
    held_out_cost: float
    degrees: int
    seed: int
    replications: int
    held_out: int
    runs: int
    converged: bool

    @property
    def values(self) -> dict[str, float]:
        """The fitted numbers by dotted path, as ``spec.with_`` takes them."""
        return {path: one.value for one in self.numbers for path in one.paths}

    def apply(self, spec: MarketSpec) -> MarketSpec:
        """Return a market with the fitted numbers."""
        return spec.with_(self.values)

    def plain(self) -> dict[str, Any]:
        """Return everything as dicts, lists, numbers and texts, for JSON or YAML."""
        return dataclasses.asdict(self)

    @property
    def number_table(self) -> pd.DataFrame:
        """A row a free number."""
        return pd.DataFrame([dataclasses.asdict(one) for one in self.numbers]).drop(columns="paths")

    @property
    def moment_table(self) -> pd.DataFrame:
        """A row a moment."""
        return pd.DataFrame([dataclasses.asdict(one) for one in self.moments])

    @property
    def not_identified(self) -> list[str]:
        """Paths of the numbers that the moments do not identify."""
        return [one.path for one in self.numbers if not one.identified]
