"""Fixed traits of customers, drawn once when they come to the market.

A trait is its distribution's quantile function at the customer's own uniform draw. The
function is tabulated once per segment, so a newcomer in the middle of a run costs a
look-up, and a customer's random numbers do not depend on who else there is.
"""

import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from relsim.customers import draws
from relsim.customers.columns import Columns
from relsim.customers.compiled import loop, rule
from relsim.customers.draws import Purpose, Stream, uniform

CELLS = 4096
_TRAITS = int(Purpose.TRAITS)
_MORE_TRAITS = int(Purpose.MORE_TRAITS)


class TraitTables(NamedTuple):
    """Quantiles of each trait: shape (segments, CELLS + 1); and the segments' cumulative shares."""

    cumulative_share: npt.NDArray[np.float64]
    usage: npt.NDArray[np.float64]
    price_sensitivity: npt.NDArray[np.float64]
    orientation: npt.NDArray[np.float64]
    service_demand: npt.NDArray[np.float64]
    growth_potential: npt.NDArray[np.float64]
    misjudgement: npt.NDArray[np.float64]
    retention: npt.NDArray[np.float64]


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
def normal_table() -> npt.NDArray[np.float64]:
    """Return quantiles of the standard normal distribution."""
    return _shared(special.ndtri(_edges()))


@rule
def quantile(table: npt.NDArray[np.float64], u: float) -> float:
    """Return a tabulated quantile by linear interpolation; u in (0, 1)."""
    place = u * CELLS
    cell = min(int(place), CELLS - 1)
    part = place - cell
    low, high = table[cell], table[cell + 1]
    return low + part * (high - low)  # type: ignore[no-any-return]  # numpy's scalar


@rule
def draw_traits(columns: Columns, tables: TraitTables, stream: Stream, i: int, month: int) -> None:
    """Give customer i, who comes to the market in this month, its traits."""
    w0, w1, w2, w3 = draws.words(stream, i, month, _TRAITS)
    v0, v1, v2, v3 = draws.words(stream, i, month, _MORE_TRAITS)
    share = uniform(v3)
    segment = 0
    while segment < tables.cumulative_share.size - 1 and share >= tables.cumulative_share[segment]:
        segment += 1
    columns.segment[i] = segment
    columns.born[i] = min(month, 65535)
    columns.usage[i] = quantile(tables.usage[segment], uniform(w0))
    columns.price_sensitivity[i] = quantile(tables.price_sensitivity[segment], uniform(w1))
    columns.orientation[i] = quantile(tables.orientation[segment], uniform(w2))
    columns.service_demand[i] = quantile(tables.service_demand[segment], uniform(w3))
    columns.growth_potential[i] = quantile(tables.growth_potential[segment], uniform(v0))
    columns.misjudgement[i] = quantile(tables.misjudgement[segment], uniform(v1))
    columns.retention[i] = quantile(tables.retention[segment], uniform(v2))


@loop
def draw_all_traits(columns: Columns, tables: TraitTables, stream: Stream, first: int) -> None:
    """Give every customer from ``first`` on the traits of those present from the start."""
    for i in range(first, columns.supplier.size):
        draw_traits(columns, tables, stream, i, 0)
