"""The effect at every point of a reading's scope, and its mean over the scope."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.claims.region import Region
from relsim.claims.spec import EffectSpec, Measure
from relsim.claims.verdict import CONFIDENCE, LEAST, Evidence
from relsim.errors import OutputError
from relsim.lab.design.points import BASE
from relsim.lab.runs.study import Study
from relsim.lab.statistics.intervals import Interval, mean, quantile, t_interval

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """Outcomes of two arms, point by point and replication by replication.

    Attributes
    ----------
    points : array of shape (points,)
        Numbers of the design points that have at least one whole pair.
    treatment, control : array of shape (points, replications)
        nan where a side of the pair is missing or failed; the control is nought where the
        treatment stands for itself.
    lost : int
        Points of which no pair is left.
    """

    points: npt.NDArray[np.int64]
    treatment: Array
    control: Array
    lost: int


def pairs(runs: pd.DataFrame, outcome: str, treatment: str, control: str | None) -> Pairs:
    """Return the pairs of an outcome.

    Parameters
    ----------
    runs : DataFrame
        A row a run: ``point``, ``replication``, ``arm``, and the outcome.
    outcome : str
        Its column.
    treatment : str
        An arm.
    control : str, optional
        The arm it is compared with; none for the treatment's own value.

    Raises
    ------
    OutputError
        If no pair is whole.
    """
    sides = [_by_point(runs, outcome, treatment)]
    sides.append(sides[0] * 0.0 if control is None else _by_point(runs, outcome, control))
    t, c = sides[0].align(sides[1], join="outer")
    whole = np.isfinite(t.to_numpy()) & np.isfinite(c.to_numpy())
    kept = whole.any(axis=1)
    if not kept.any():
        raise OutputError(f"the outcome {outcome!r}: no pair of runs is whole: nothing to measure")
    return Pairs(
        points=t.index.to_numpy(dtype=np.int64)[kept],
        treatment=np.where(whole, t.to_numpy(), np.nan)[kept],
        control=np.where(whole, c.to_numpy(), np.nan)[kept],
        lost=int((~kept).sum()),
    )


def _by_point(runs: pd.DataFrame, outcome: str, arm: str) -> pd.DataFrame:
    of_arm = runs[runs["arm"] == arm]
    table = of_arm.pivot(index="point", columns="replication", values=outcome)
    return table.astype(np.float64)


def measured(found: Pairs, measure: Measure) -> Array:
    """Return the effect of each pair, whose mean over a point's pairs is the point's effect.

    A relative effect is that of the point's means, ``mean(t) / mean(c) - 1``, not the mean of
    ratios: a pair's own is linear about it (the delta method), so that its scatter is noise. Where
    the control is negative, as a loss may be, it is divided by its size: better stays positive.

    Returns
    -------
    ndarray of shape (points, replications)

    Examples
    --------
    >>> one = Pairs(np.array([0]), np.array([[11.0, 13.0]]), np.array([[10.0, 10.0]]), 0)
    >>> measured(one, "relative").round(3).tolist(), measured(one, "difference").tolist()
    ([[0.1, 0.3]], [[1.0, 3.0]])
    """
    t, c = found.treatment, found.control
    if measure == "value":
        return t
    if measure == "difference":
        difference: Array = t - c
        return difference
    mean_t, mean_c = (np.nanmean(side, axis=1, keepdims=True) for side in (t, c))
    # No control to speak of: the effect is not a number, and the point is left out.
    size = np.where(mean_c == 0.0, np.nan, np.abs(mean_c))
    scatter = (t - mean_t) - mean_t / np.where(mean_c == 0.0, np.nan, mean_c) * (c - mean_c)
    relative: Array = ((mean_t - mean_c) + scatter) / size
    return relative


@dataclass(frozen=True)
class Scope:
    """The effects of one reading over its scope.

    Attributes
    ----------
    table : DataFrame
        A row a point: ``base``, the factors, ``effect``, ``low``, ``high`` (for noise), ``holds``.
    factors : tuple of str
        Columns of the table that may explain the effect; ``base`` among them if there are several.
    effects : array of shape (points, replications)
        The effect of each pair.
    units : array of shape (points,)
        Which sample of what is uncertain a point has; all 0 where the points are no sample.
    common_noise : bool
        Whether points share their random numbers, replication by replication.
    strata : array of shape (points,)
        Which markets are sampled on their own; all 0 where they share their samples.
    region : Region
        Where the hypothesis says that the effect lies.
    lost : int
        Points without an effect.
    """

    table: pd.DataFrame
    factors: tuple[str, ...]
    effects: Array
    units: npt.NDArray[np.int64]
    common_noise: bool
    strata: npt.NDArray[np.int64]
    region: Region
    lost: int = 0

    @property
    def replications(self) -> int:
        """Pairs that a point has at least."""
        return int(np.isfinite(self.effects).sum(axis=1).min())

    @property
    def holds(self) -> float:
        """Share of the points at which the hypothesis holds."""
        return float(self.table["holds"].mean())

    @cached_property
    def sample_size(self) -> int:
        """Units by which the share of the scope is known: samples, or points that are none."""
        units = int(np.unique(self.units).size)
        return units if units > 1 else len(self.table)

    def interval(self, confidence: float) -> Interval:
        """Return the mean effect over the scope with its interval."""
        return crossed_interval(
            self.effects, self.units, confidence, common=self.common_noise, strata=self.strata
        )

    def evidence(self, confidence: float, precision: float = 0.0) -> Evidence:
        """Return the numbers that decide about the reading."""
        found = self.interval(confidence)
        ends = self.table[["low", "high"]].to_numpy()
        sure = [self.region.inside(low, high) for low, high in ends]
        not_so = [self.region.outside(low, high) for low, high in ends]
        return Evidence(*found, self.holds, float(np.mean(sure)), float(np.mean(not_so)), precision)

    def doubtful(self) -> list[tuple[float, float]]:
        """Return half-width and distance to the border of points that noise leaves in doubt.

        Nothing if so few are that they decide nothing.
        """
        found = [
            ((high - low) / 2.0, self.region.distance(effect))
            for effect, low, high in self.table[["effect", "low", "high"]].to_numpy()
            if not (self.region.inside(low, high) or self.region.outside(low, high))
        ]
        return found if len(found) > LEAST * len(self.table) else []


def scope_of(
    study: Study,
    runs: pd.DataFrame,
    effect: EffectSpec,
    arms: tuple[str, str | None],
    region: Region,
) -> Scope:
    """Return the effects of a reading over its scope.

    Parameters
    ----------
    study : Study
        The reading's experiment.
    runs : DataFrame
        Its table of runs.
    effect : EffectSpec
        What is measured.
    arms : tuple
        Treatment and control; the latter None for the treatment's own value.
    region : Region
        Where the hypothesis says that it lies.

    Raises
    ------
    OutputError
        If no pair of runs is whole.
    """
    found = pairs(runs, effect.outcome, *arms)
    by_pair = measured(found, effect.measure)
    known = np.isfinite(by_pair).any(axis=1)
    if not known.any():
        raise OutputError(
            f"the outcome {effect.outcome!r} of the control is 0 at every point: a relative effect "
            "has no meaning; measure: difference has"
        )
    points, by_pair = found.points[known], by_pair[known]
    table = _described(study, points)
    names = tuple(str(name) for name in table if name != BASE or BASE in study.design)
    of_point = np.nanmean(by_pair, axis=1)
    half = _noise(by_pair, table[BASE].to_numpy())
    table = table.assign(
        effect=of_point, low=of_point - half, high=of_point + half, holds=region.holds(of_point)
    )
    units = study.samples[points] if study.spec.drawn else np.zeros(points.size, dtype=np.int64)
    lost = len(study.design) - points.size
    strata = strata_of(study)[points]
    common = study.spec.common_noise
    return Scope(table, names, by_pair, units, common, strata, region, lost)


def strata_of(study: Study) -> npt.NDArray[np.int64]:
    """Return, for each point, which market is sampled on its own; 0 where none is."""
    spec = study.spec
    if not spec.drawn or spec.design.samples == "shared" or BASE not in study.design:
        return np.zeros(len(study.design), dtype=np.int64)
    return np.asarray(pd.factorize(study.design[BASE])[0], dtype=np.int64)


def _described(study: Study, points: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Return what each point is: its base and the values of its factors."""
    design = study.design.iloc[points]
    table = design[study.factors].copy()
    table.insert(0, BASE, design[BASE] if BASE in design else study.spec.bases[0])
    return table


def _noise(by_pair: Array, bases: npt.NDArray[np.object_]) -> Array:
    """Return the half-width of each point's effect for noise alone; nan where nothing tells.

    A point has few replications: the variance between them is pooled over the points of a base.
    """
    count = np.isfinite(by_pair).sum(axis=1)
    apart = by_pair - np.nanmean(by_pair, axis=1, keepdims=True)
    squares = np.nansum(apart**2, axis=1)
    half = np.full(count.size, np.nan)
    for base in np.unique(bases.astype(str)):
        here = bases.astype(str) == base
        degrees = int((count[here] - 1).sum())
        if degrees:
            deviation = math.sqrt(squares[here].sum() / degrees)
            half[here] = quantile(degrees + 1, CONFIDENCE) * deviation / np.sqrt(count[here])
    return half


def crossed_interval(
    values: Array,
    units: npt.NDArray[np.int64],
    confidence: float,
    *,
    common: bool,
    strata: npt.NDArray[np.int64] | None = None,
) -> Interval:
    """Return the mean over a scope, with an interval for both things that nobody knows.

    Which points were drawn, and which random numbers they had. Where points share their random
    numbers, the noise of a replication moves all of them together and does not average out over
    points: the variance of the mean is that of two crossed random effects, ``(MSp + MSr - MSpr) /
    (P R)``, with Satterthwaite's degrees of freedom (Satterthwaite 1946, Biometrics Bulletin
    2:110), and never less than that over points alone. What strata differ by is no chance and does
    not count.

    Parameters
    ----------
    values : array of shape (points, replications)
        nan where a pair is missing.
    units : array of shape (points,)
        Points of one unit share a sample and count once.
    confidence : float
        Of the interval.
    common : bool
        Whether points share the random numbers of a replication.
    strata : array of shape (points,), optional
        Parts of the scope that are sampled each on its own; all points of a unit are in one.

    Returns
    -------
    Interval
        nan bounds if there is one unit and one replication.

    Examples
    --------
    >>> alike = np.array([[1.0, 3.0], [1.0, 3.0], [1.0, 3.0], [1.0, 3.0]])
    >>> found = crossed_interval(alike, np.arange(4), 0.95, common=True)
    >>> round(found.estimate, 2), round(found.high, 2)
    (2.0, 14.71)
    """
    _, first, place = np.unique(units, return_index=True, return_inverse=True)
    members = np.bincount(place)
    of_units = np.bincount(place, np.nanmean(values, axis=1)) / members
    whole = values[:, np.isfinite(values).all(axis=0)]
    sums = [np.bincount(place, one) for one in whole.T]
    block = np.stack(sums, axis=1) / members[:, None] if sums else np.empty((members.size, 0))
    if members.size == 1:
        found = t_interval(block[0], confidence)
        return found if block.size else Interval(float(of_units[0]), math.nan, math.nan)
    middle = mean(of_units)
    within = np.zeros(members.size, dtype=np.int64) if strata is None else strata[first]
    if not common or block.shape[1] < 2:
        block = of_units[:, None]
    half = _half_width(block, within, confidence)
    return Interval(middle, middle - half, middle + half)


def _half_width(block: Array, strata: npt.NDArray[np.int64], confidence: float) -> float:
    """Return the half-width of the mean of a block of units by replications."""
    p, r = block.shape
    of_stratum = _means(block, strata)
    by_unit, by_noise = block.mean(axis=1), block.mean(axis=0)
    free = p - np.unique(strata).size
    if free < 1:
        return math.nan
    ms_unit = r * float(((by_unit - of_stratum.mean(axis=1)) ** 2).sum()) / free
    total, degrees = ms_unit, float(free)
    if r > 1:
        rest = block - of_stratum - (by_unit - of_stratum.mean(axis=1))[:, None]
        ms_rest = float((rest**2).sum()) / (free * (r - 1))
        ms_noise = p * float(((by_noise - by_noise.mean()) ** 2).sum()) / (r - 1)
        if ms_noise > ms_rest:
            total = ms_unit + ms_noise - ms_rest
            parts = (ms_unit**2 / free, ms_noise**2 / (r - 1), ms_rest**2 / (free * (r - 1)))
            degrees = total**2 / sum(parts)
    return quantile(degrees + 1.0, confidence) * math.sqrt(total / (p * r))


def _means(block: Array, strata: npt.NDArray[np.int64]) -> Array:
    """Return, for each unit, the means of its stratum by replication."""
    means = np.empty_like(block)
    for stratum in np.unique(strata):
        means[strata == stratum] = block[strata == stratum].mean(axis=0)
    return means
