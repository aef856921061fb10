"""Shares of an outcome's variance: those of factors, by Sobol's indices, and that of noise."""

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.errors import OutputError, SpecError
from relsim.lab.design.points import MATRIX, MOVED, ROW, factor_columns
from relsim.lab.statistics.resampling import (
    Array,
    again,
    complete_rows,
    in_order,
    interval,
    require_columns,
)

LEAST_ROWS = 16
"""Fewer complete rows give indices that mean nothing."""


@dataclass(frozen=True)
class Noise:
    """What the variance of a single run, at a point drawn at random, is made of.

    Attributes
    ----------
    parameters : float
        Variance between points: what the factors make.
    common_noise : float
        Variance that a replication's noise makes at all points alike; it cancels where two points
        with the same random numbers are compared.
    noise_by_parameters : float
        Variance of noise that differs from point to point.
    share : float
        Noise's part of the whole, both kinds together: the noise share.
    low, high : float
        Interval of the share; wide with few replications, as far as noise is shared.
    left_in_means : float
        Noise's share of the variance of the points' means, which is what indices are computed
        from: that of ``noise_by_parameters`` alone, as ``common_noise`` moves all means alike.
    """

    parameters: float
    common_noise: float
    noise_by_parameters: float
    share: float
    low: float
    high: float
    left_in_means: float


@dataclass(frozen=True)
class SobolIndices:
    """Sobol's indices with bootstrap intervals.

    Attributes
    ----------
    table : DataFrame
        A row a factor: ``first`` and ``total``, each with ``_low`` and ``_high``.
    sums : DataFrame
        ``order`` (first, total), ``sum``, ``low``, ``high``. First-order indices add up to 1
        without interactions; what total indices have above 1 is interactions, counted repeatedly.
    pairs : DataFrame or None
        ``factor``, ``other``, ``second``, ``second_low``, ``second_high``, if the design has BA.
    noise : Noise or None
        What noise makes, if there are replications.
    rows, dropped : int
        Rows of the design that count, and those left out for a run that failed.
    """

    table: pd.DataFrame
    sums: pd.DataFrame
    pairs: pd.DataFrame | None
    noise: Noise | None
    rows: int
    dropped: int


def sobol_indices(
    design: pd.DataFrame,
    y: npt.ArrayLike,
    *,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> SobolIndices:
    """Return which share of the outcome's variance each factor makes, and which noise makes.

    First order after Saltelli et al. (2010), Computer Physics Communications 181:2; total order
    after Jansen (1999), ibid. 117:1-2; pairs after Saltelli (2002), ibid. 145:2. With replications
    the indices divide the variance of the points' means, of which l = ``noise.left_in_means`` is
    noise. Where points have random numbers of their own, no factor explains it: a first-order index
    S comes out as (1 - l) S, and a total one T as (1 - l) T + l. Where points share their random
    numbers, what moves all of them alike cancels, and l is what the factors do under these random
    numbers alone: a first-order index comes out as (1 - l) S + l R, R being the index of that part,
    which other replications replace. So a large index may stand beside much noise.

    Parameters
    ----------
    design : DataFrame
        By :func:`relsim.lab.design.designs.saltelli`.
    y : array_like
        Outcomes.
    level : float
        Of the intervals, which are the bootstrap's percentiles over rows. It takes the rows for
        independent, where a Sobol sequence does better: the intervals are on the wide side.
    resamples : int
        How often rows are drawn again.
    seed : int
        Of that drawing.

    Raises
    ------
    SpecError
        If the design is of another kind, or its rows are not whole.
    OutputError
        If fewer than 16 rows are complete, or the outcome is the same everywhere.
    """
    require_columns(design, "saltelli", (ROW, MATRIX, MOVED))
    design, values = in_order(design, y)
    keys, with_pairs, blocks = _blocks(design, values)
    complete = complete_rows(blocks, LEAST_ROWS, "rows")
    blocks = blocks[complete]
    means = blocks.mean(axis=2)
    if not np.ptp(means[:, [0, -1]]):
        raise OutputError("the outcomes: all are the same, allowed: an outcome that varies")
    found = _estimates(means, len(keys), with_pairs)
    drawn = again(
        lambda rows: _estimates(means[rows], len(keys), with_pairs), len(means), resamples, seed
    )
    of_points = blocks[:, [0, -1]].reshape(-1, blocks.shape[2])
    noisy = blocks.shape[2] > 1
    return SobolIndices(
        table=pd.DataFrame({"factor": keys}).assign(**_of_factors(keys, found, drawn, level)),
        sums=_sums(len(keys), found, drawn, level),
        pairs=_of_pairs(keys, found, drawn, level) if with_pairs else None,
        noise=noise_share(of_points, level=level, resamples=resamples, seed=seed)
        if noisy
        else None,
        rows=len(means),
        dropped=int((~complete).sum()),
    )


def noise_share(
    y: npt.ArrayLike, *, level: float = 0.95, resamples: int = 1000, seed: int = 0
) -> Noise:
    """Return which part of the variance of a single run is noise, and not parameters.

    The outcome of point p in replication r is taken as ``mean + a_p + b_r + c_pr``: parameters,
    noise that all points share, and noise that acts differently at different points, each with a
    variance; these are estimated from the mean squares of the two-way table (Searle, Casella &
    McCulloch 1992, "Variance components", ch. 4), those below 0 taken as 0, and
    ``share = (b + c) / (a + b + c)``. A one-way table would take the shared noise, which moves no
    point against another, for an error of the points' means, and find too little that parameters
    make. With noise that points do not share, b is 0 and the two agree.

    Parameters
    ----------
    y : array_like, shape (points, replications)
        Outcomes at independent points, as of a sample; replication r has the same random numbers at
        all. Points with a run that failed are left out.
    level, resamples, seed
        As in :func:`sobol_indices`. The bootstrap is over points; in each resample the mean
        square of replications is divided by a draw of chi-square over its degrees of freedom
        (Weerahandi 1993, Journal of the American Statistical Association 88:423), since a few
        replications say little about noise that all points share. This takes that noise as normal.

    Raises
    ------
    OutputError
        If there are fewer than two replications, fewer than 16 complete points, or no variance.
    """
    values = np.array(y, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] < 2:
        raise OutputError(
            f"the outcomes: given the shape {values.shape}, allowed: points x replications, of "
            "which two or more"
        )
    complete = complete_rows(values, LEAST_ROWS, "points")
    values = values[complete]
    if not np.ptp(values):
        raise OutputError("the outcomes: all are the same, allowed: an outcome that varies")
    parameters, common, apart = map(float, _components(values))
    chances = np.random.default_rng([seed, 1])
    free = values.shape[1] - 1
    drawn = again(
        lambda rows: _noise(_components(values[rows], free / chances.chisquare(free))),
        len(values),
        resamples,
        seed,
    )
    low, high = interval(drawn, level)
    of_means = parameters + apart / values.shape[1]
    return Noise(
        parameters=parameters,
        common_noise=common,
        noise_by_parameters=apart,
        share=float(_noise(np.array([parameters, common, apart]))),
        low=float(low),
        high=float(high),
        left_in_means=apart / values.shape[1] / of_means if of_means else 0.0,
    )


def _components(y: Array, stretch: float = 1.0) -> Array:
    """Return the variances of points, of replications, and of both together.

    The mean square of replications is taken ``stretch`` times.
    """
    points, replications = y.shape
    of_points, of_noise = y.mean(axis=1), y.mean(axis=0)
    rest = y - of_points[:, None] - of_noise + y.mean()
    apart = (rest**2).sum() / ((points - 1) * (replications - 1))
    parameters = of_points.var(ddof=1) - apart / replications
    common = stretch * of_noise.var(ddof=1) - apart / points
    return np.maximum([parameters, common, apart], 0.0)


def _noise(components: Array) -> Array:
    share: Array = components[1:].sum() / components.sum()
    return share


def _blocks(design: pd.DataFrame, values: Array) -> tuple[list[str], bool, Array]:
    """Return the factors, whether there is BA, and the outcomes: rows x points of a row x noise."""
    moved, matrix = design[MOVED].to_numpy(), design[MATRIX].to_numpy()
    keys = [name for name in factor_columns(design) if (moved == name).any()]
    with_pairs = bool((matrix == "BA").any())
    mixed = [("AB", key) for key in keys]
    mixed += [("BA", key) for key in keys] if with_pairs else []
    expected = [("A", ""), *mixed, ("B", "")]
    rows, rest = divmod(len(design), len(expected))
    number = design[ROW].to_numpy()
    if (
        rest
        or list(zip(matrix, moved, strict=True)) != expected * rows
        or (number != np.repeat(number[:: len(expected)], len(expected))).any()
    ):
        raise SpecError("the design: its rows are not whole, allowed: all points of a row")
    return keys, with_pairs, values.reshape(rows, len(expected), -1)


def _estimates(means: Array, factors: int, with_pairs: bool) -> Array:
    """Return first-order, total and, if asked, second-order indices, one after the other."""
    ends = means[:, [0, -1]]
    variance = ends.var()
    # Centred, since the products of the first order are the steadier the nearer they are to 0.
    a, b = (ends - ends.mean()).T
    ab = means[:, 1 : 1 + factors] - ends.mean()
    first = (b[:, None] * (ab - a[:, None])).mean(axis=0) / variance
    total = ((a[:, None] - ab) ** 2).mean(axis=0) / (2.0 * variance)
    if not with_pairs:
        return np.concatenate([first, total])
    ba = means[:, 1 + factors : 1 + 2 * factors] - ends.mean()
    i, j = np.triu_indices(factors, k=1)
    both = (ba[:, i] * ab[:, j] - (a * b)[:, None]).mean(axis=0) / variance
    return np.concatenate([first, total, both - first[i] - first[j]])


def _of_factors(keys: list[str], found: Array, drawn: Array, level: float) -> dict[str, Array]:
    low, high = interval(drawn, level)
    count = len(keys)
    columns: dict[str, Array] = {}
    for order, part in (("first", slice(count)), ("total", slice(count, 2 * count))):
        columns |= {order: found[part], f"{order}_low": low[part], f"{order}_high": high[part]}
    return columns


def _sums(factors: int, found: Array, drawn: Array, level: float) -> pd.DataFrame:
    single = slice(2 * factors)
    sums = found[single].reshape(2, factors).sum(axis=1)
    low, high = interval(drawn[:, single].reshape(-1, 2, factors).sum(axis=2), level)
    return pd.DataFrame({"order": ["first", "total"], "sum": sums, "low": low, "high": high})


def _of_pairs(keys: list[str], found: Array, drawn: Array, level: float) -> pd.DataFrame:
    low, high = interval(drawn, level)
    rest = slice(2 * len(keys), None)
    pairs = list(itertools.combinations(keys, 2))
    return pd.DataFrame(pairs, columns=["factor", "other"]).assign(
        second=found[rest], second_low=low[rest], second_high=high[rest]
    )
