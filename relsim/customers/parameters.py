"""From the spec to the numbers that rules and draws work with."""

import functools
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from relsim.customers import network, traits
from relsim.customers.draws import Stream
from relsim.customers.network import Network
from relsim.customers.traits import TraitTables
from relsim.spec import MarketSpec, NetworkSpec, Segment
from relsim.spec.mechanisms import Retention


def trait_tables(spec: MarketSpec) -> TraitTables:
    """Return the quantile tables of the traits that a spec describes; they are shared."""
    return _trait_tables(spec.customers.segments, spec.mechanisms.retention)


@functools.lru_cache(maxsize=16)  # runs of an experiment have few, and many runs have the same
def _trait_tables(segments: tuple[Segment, ...], retention: Retention) -> TraitTables:
    shares = np.array([segment.share for segment in segments])

    def table(
        of: Callable[[Segment], npt.NDArray[np.float64]],
    ) -> npt.NDArray[np.float64]:
        return np.stack([of(segment) for segment in segments])

    return TraitTables(
        cumulative_share=np.cumsum(shares / shares.sum()),
        usage=table(lambda s: traits.gamma_table(s.usage, _shape(s.usage_spread))),
        price_sensitivity=table(
            lambda s: traits.lognormal_table(s.price_sensitivity, s.price_sensitivity_spread)
        ),
        orientation=table(lambda s: traits.beta_table(s.orientation, s.orientation_concentration)),
        service_demand=table(
            lambda s: traits.lognormal_table(s.service_demand, s.service_demand_spread)
        ),
        growth_potential=table(
            lambda s: traits.gamma_table(s.growth_potential, _shape(s.growth_potential_spread))
        ),
        misjudgement=table(lambda _: traits.normal_table()),
        retention=table(
            lambda _: (
                traits.beta_table(retention.monthly, retention.concentration)
                if retention.rule in ("own", "dropout")
                else traits.constant(retention.monthly)
            )
        ),
    )


def _shape(spread: float) -> float:
    """Return the shape of a gamma distribution with this coefficient of variation."""
    return spread**-2 if spread > 0.0 else math.inf


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
