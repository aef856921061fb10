"""Samples: points spread over the factors' distributions, from a seed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import qmc

from relsim.lab.design.factors import Array, Factor
from relsim.lab.design.points import check_count, keys_of, table_of


def monte_carlo(factors: Sequence[Factor], points: int, seed: int) -> pd.DataFrame:
    """Return independent draws, each factor from a stream of its own.

    A column depends on the seed and its factor alone, not on the others or their order, and more
    points leave the first ones as they are.

    Parameters
    ----------
    factors : sequence of Factor
        What is varied.
    points : int
        How many points.
    seed : int
        From 0.

    Raises
    ------
    SpecError
        If points or seed are no such numbers; so for all samples.
    """
    _check_sample(points, seed)
    return _sampled(factors, [_stream(seed, factor).random(points) for factor in factors])


def latin_hypercube(factors: Sequence[Factor], points: int, seed: int) -> pd.DataFrame:
    """Return a Latin hypercube: each of ``points`` equal slices of a factor is met exactly once.

    McKay, Beckman & Conover (1979), Technometrics 21:2. Each factor has a stream of its own: a
    column depends on the seed, the number of points and its factor alone, not on the others or
    their order. Another number of points gives other points.

    Parameters
    ----------
    factors, points, seed
        As in :func:`monte_carlo`.
    """
    _check_sample(points, seed)
    columns = [
        qmc.LatinHypercube(1, rng=_stream(seed, factor)).random(points)[:, 0] for factor in factors
    ]
    return _sampled(factors, columns)


def halton(factors: Sequence[Factor], points: int, seed: int) -> pd.DataFrame:
    """Return a scrambled Halton sequence (Owen 2017, arXiv:1706.02808), one prime a factor.

    A factor added at the end leaves the columns of the others as they are, and more points leave
    the first ones as they are. With more than about ten factors the large primes fill the space
    slowly: take a Latin hypercube or :func:`sobol` there.

    Parameters
    ----------
    factors, points, seed
        As in :func:`monte_carlo`.
    """
    _check_sample(points, seed)
    engine = qmc.Halton(len(keys_of(factors)), rng=np.random.default_rng(seed))
    return _sampled(factors, list(engine.random(points).T))


def sobol(factors: Sequence[Factor], points: int, seed: int) -> pd.DataFrame:
    """Return the first points of a scrambled Sobol sequence.

    Any number is allowed: the points are the first of the next power of two. Only a power of two
    is balanced, that is, has as many points in each half, quarter and so on of every factor; take
    one where you can. More points leave the first ones as they are. A factor added at the end
    *does* move the columns of the others, since scipy draws the scrambling of all factors in one
    go: where that matters take :func:`halton` or :func:`latin_hypercube`.

    Parameters
    ----------
    factors, points, seed
        As in :func:`monte_carlo`.
    """
    _check_sample(points, seed)
    return _sampled(factors, list(sobol_sequence(len(keys_of(factors)), points, seed).T))


def _check_sample(points: int, seed: int) -> None:
    check_count("points", points, 1)
    check_count("seed", seed, 0)


def _stream(seed: int, factor: Factor) -> np.random.Generator:
    return np.random.default_rng([seed, *factor.key.encode()])


def sobol_sequence(dimensions: int, points: int, seed: int) -> Array:
    """Return the first points of a scrambled Sobol sequence in the unit cube, a row a point."""
    engine = qmc.Sobol(dimensions, rng=np.random.default_rng(seed))
    sequence: Array = engine.random_base2((points - 1).bit_length())[:points]
    return sequence


def _sampled(factors: Sequence[Factor], columns: Sequence[Array]) -> pd.DataFrame:
    keys = keys_of(factors)
    values = [factor.at(column) for factor, column in zip(factors, columns, strict=True)]
    return table_of(dict(zip(keys, values, strict=True)))
