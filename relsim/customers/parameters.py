"""From the spec to the numbers that rules and draws work with."""

import functools

import numpy as np
import numpy.typing as npt

from relsim.customers import network
from relsim.customers.draws import Stream
from relsim.customers.network import Network
from relsim.customers.newcomers import TraitTables
from relsim.customers.traits import TRAITS
from relsim.spec import MarketSpec, NetworkSpec, Segment, correlations
from relsim.spec.correlations import Correlation
from relsim.spec.mechanisms import Retention


def trait_tables(spec: MarketSpec) -> TraitTables:
    """Return the quantile tables of the traits that a spec describes; they are shared."""
    customers = spec.customers
    return _trait_tables(customers.segments, spec.mechanisms.retention, customers.correlations)


@functools.lru_cache(maxsize=16)  # runs of an experiment have few, and many runs have the same
def _trait_tables(
    segments: tuple[Segment, ...], retention: Retention, pairs: tuple[Correlation, ...]
) -> TraitTables:
    shares = np.array([segment.share for segment in segments])
    tables = [[one.table(segment, retention) for segment in segments] for one in TRAITS.values()]
    return TraitTables(np.cumsum(shares / shares.sum()), np.array(tables), _mix(pairs))


def _mix(pairs: tuple[Correlation, ...]) -> npt.NDArray[np.float64]:
    """Return the lower triangle that correlates the traits; nothing without pairs."""
    if not pairs:
        return np.empty((0, 0))
    return np.asarray(np.linalg.cholesky(correlations.matrix(pairs, list(TRAITS))))


def mean_usage(spec: MarketSpec) -> float:
    """Return the mean usage of a customer of the market, units a month."""
    segments = spec.customers.segments
    total = sum(segment.share for segment in segments)
    return sum(segment.share * segment.usage for segment in segments) / total


def mean_service_demand(spec: MarketSpec) -> float:
    """Return the mean service demand of a customer of the market."""
    segments = spec.customers.segments
    total = sum(segment.share for segment in segments)
    return sum(segment.share * segment.service_demand for segment in segments) / total


def wire(spec: NetworkSpec, size: int, stream: Stream) -> Network:
    """Return the network that a spec describes.

    Raises
    ------
    EdgeListError
        If the file of edges is broken.
    """
    if spec.kind == "small_world":
        return network.small_world(size, spec.neighbours, spec.rewiring, stream)
    if spec.kind == "scale_free":
        return network.scale_free(size, spec.neighbours, stream)
    if spec.kind == "random":
        return network.random(size, spec.neighbours, stream)
    if spec.kind == "file" and spec.file is not None:
        return network.from_edges(spec.file, size)
    return network.none()
