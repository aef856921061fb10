"""Quantiles of the distributions of traits, tabulated once per segment.

A trait is its distribution's quantile function at the customer's own uniform draw. So a newcomer
in the middle of a run costs a look-up, and a customer's random numbers do not depend on who else
there is.
"""

import functools
import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from relsim.customers.arithmetic import clip01
from relsim.customers.compiled import rule

CELLS = 4096
_REACH = 6.5  # standard deviations: further out than any random number of 32 bits

# A sweep builds thousands of markets with the same few traits, and quantiles take milliseconds.
_remember = functools.lru_cache(maxsize=256)


def _edges() -> npt.NDArray[np.float64]:
    """Return the chances at which quantiles are tabulated."""
    edges = np.linspace(0.0, 1.0, CELLS + 1)
    edges[0], edges[-1] = 0.05 / CELLS, 1.0 - 0.05 / CELLS
    return edges


def _kept(values: npt.NDArray[np.float64], mean: float) -> npt.NDArray[np.float64]:
    """Return quantiles stretched so that linear look-up keeps the mean."""
    if mean > 0.0:
        values = values * (mean / float(np.trapezoid(values, dx=1.0 / CELLS)))
    return _shared(values)


def _shared(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    values.flags.writeable = False  # it is remembered
    return values


def constant(value: float) -> npt.NDArray[np.float64]:
    """Return the table of a trait that everyone has alike."""
    return _shared(np.full(CELLS + 1, value))


@_remember
def gamma_table(mean: float, shape: float) -> npt.NDArray[np.float64]:
    """Return quantiles of a gamma distribution; an infinite shape is a constant."""
    if np.isinf(shape) or mean == 0.0:
        return constant(mean)
    return _kept(_plain_gamma(shape) * (mean / shape), mean)


def spread_gamma_table(mean: float, spread: float) -> npt.NDArray[np.float64]:
    """Return quantiles of a gamma distribution with this coefficient of variation."""
    return gamma_table(mean, spread**-2 if spread > 0.0 else math.inf)


@_remember
def _plain_gamma(shape: float) -> npt.NDArray[np.float64]:
    """Return quantiles of a gamma distribution of scale 1: slow, and the same for every mean."""
    return _shared(np.asarray(special.gammaincinv(shape, _edges()), np.float64))


@_remember
def lognormal_table(mean: float, deviation: float) -> npt.NDArray[np.float64]:
    """Return quantiles of a lognormal with this mean; ``deviation`` is that of its logarithm."""
    if deviation == 0.0 or mean == 0.0:
        return constant(mean)
    scale = mean * np.exp(-(deviation**2) / 2)
    return _kept(np.exp(deviation * normal_table()) * scale, mean)


@_remember
def beta_table(mean: float, concentration: float) -> npt.NDArray[np.float64]:
    """Return quantiles of a beta distribution with ``alpha + beta = concentration``."""
    if np.isinf(concentration) or mean in (0.0, 1.0):
        return constant(mean)
    if mean > 0.5:  # the mean is kept by stretching, which must not lead beyond 1
        return 1.0 - beta_table(1.0 - mean, concentration)[::-1]
    alpha, beta = mean * concentration, (1.0 - mean) * concentration
    return np.minimum(_kept(special.betaincinv(alpha, beta, _edges()), mean), 1.0)


@_remember
def normal_table(deviation: float = 1.0) -> npt.NDArray[np.float64]:
    """Return quantiles of a normal distribution with mean 0."""
    if deviation == 0.0:
        return constant(0.0)
    return _shared(deviation * special.ndtri(_edges()))


@rule
def quantile(table: npt.NDArray[np.float64], u: float) -> float:
    """Return a tabulated quantile by linear interpolation; u in (0, 1)."""
    place = u * CELLS
    cell = min(int(place), CELLS - 1)
    part = place - cell
    low, high = table[cell], table[cell + 1]
    return low + part * (high - low)  # type: ignore[no-any-return]  # numpy's scalar


_BELOW = special.ndtr(np.linspace(-_REACH, _REACH, CELLS + 1))


@rule
def share_below(z: float) -> float:
    """Return the share of a standard normal distribution below z, to a millionth.

    Examples
    --------
    >>> share_below(0.0), round(share_below(1.96), 3)
    (0.5, 0.975)
    """
    return quantile(_BELOW, clip01((z + _REACH) / (2.0 * _REACH)))


@rule
def normal_at(u: float) -> float:
    """Return the standard normal number below which the share u lies: undone by `share_below`.

    Examples
    --------
    >>> round(normal_at(0.975), 2), round(share_below(normal_at(0.3)), 12)
    (1.96, 0.3)
    """
    found: Any = np.searchsorted(_BELOW, u)
    cell = min(max(found - 1, 0), CELLS - 1)
    low, high = _BELOW[cell], _BELOW[cell + 1]
    place = (cell + (u - low) / (high - low)) / CELLS
    return (2.0 * place - 1.0) * _REACH  # type: ignore[no-any-return]  # numpy's scalar
