"""From the spec to the numbers that rules and draws work with."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from relsim.customers import network, traits
from relsim.customers.draws import Luck
from relsim.customers.network import Network
from relsim.customers.terms import Mechanisms
from relsim.customers.traits import TraitTables
from relsim.economics.lifetime import monthly_loss
from relsim.spec import MarketSpec, NetworkSpec, Segment


def mechanisms(spec: MarketSpec) -> Mechanisms:
    """Return the numbers of the rules that a spec describes."""
    m, start = spec.mechanisms, spec.customers.start
    base = m.reconsider.base_hazard
    return Mechanisms(
        fit_weight=m.experience.fit_weight,
        severity=m.experience.severity,
        noise=m.experience.noise,
        complaint_rate=m.experience.complaint_rate,
        learning_rate=m.experience.learning_rate,
        build_rate=m.trust.build_rate,
        break_rate=m.trust.break_rate,
        start_satisfaction=start.new_satisfaction,
        start_trust=start.new_trust,
        base=math.log(base / (1.0 - base)),
        price_effect=m.reconsider.price_effect,
        satisfaction_effect=m.reconsider.satisfaction_effect,
        trust_effect=m.reconsider.trust_effect,
        dissatisfied_below=threshold(m.reconsider.dissatisfied_below),
        price_weight=m.choice.price_weight,
        choice_fit_weight=m.choice.fit_weight,
        satisfaction_weight=m.choice.satisfaction_weight,
        trust_weight=m.choice.trust_weight,
        price_tolerance=m.choice.price_tolerance,
        outside_utility=m.choice.outside_utility,
        discount_months=float(m.buying.discount_months),
        volume_growth=m.buying.volume_growth,
        cross_sale_rate=m.buying.cross_sale_rate,
        cross_sale_size=m.buying.cross_sale_size,
        premium=m.buying.premium,
        learning=m.service.learning,
        learning_months=m.service.learning_months,
        persuasion=m.word_of_mouth.persuasion,
        warning=m.word_of_mouth.warning,
        recommend_trust=threshold(m.word_of_mouth.recommend_trust),
        warn_satisfaction=threshold(m.word_of_mouth.warn_satisfaction),
        warn_rate=m.word_of_mouth.warn_rate,
        client_purchases=float(m.ladder.client_purchases),
        supporter_trust=threshold(m.ladder.supporter_trust),
        advocate_trust=threshold(m.ladder.advocate_trust),
        advocate_recommendations=float(m.ladder.advocate_recommendations),
        partner_trust=threshold(m.ladder.partner_trust),
        partner_recommendations=float(m.ladder.partner_recommendations),
        partner_orientation=threshold(m.ladder.partner_orientation),
        growable_from=threshold(m.value_tiers.growable_from),
        turnover=monthly_loss(spec.market.annual_turnover),
        follows_relationship=m.retention.rule == "relationship",
        own_retention=m.retention.rule == "own",
        drops_out=m.retention.rule == "dropout",
        usage_factor=1.0,
        needs=0.0,
        counts_purchases=spec.market.setting == "non_contractual",
    )


def threshold(x: float) -> float:
    """Return a threshold as the columns would keep it, in single precision.

    State at a threshold is then equal to it, whichever way the number rounds.

    Examples
    --------
    >>> threshold(0.5), threshold(0.6) > 0.6
    (0.5, True)
    """
    return float(np.float32(x))


def trait_tables(spec: MarketSpec) -> TraitTables:
    """Return the quantile tables of the traits that a spec describes."""
    segments = spec.customers.segments
    shares = np.array([segment.share for segment in segments])
    retention = spec.mechanisms.retention

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


def wire(spec: NetworkSpec, size: int, luck: Luck) -> Network:
    """Return the network that a spec describes.

    Raises
    ------
    EdgeListError
        If the file of edges is broken.
    """
    if spec.kind == "small_world":
        return network.small_world(size, spec.neighbours, spec.rewiring, luck)
    if spec.kind == "scale_free":
        return network.scale_free(size, spec.neighbours, luck)
    if spec.kind == "random":
        return network.random(size, spec.neighbours, luck)
    if spec.kind == "file" and spec.file is not None:
        return network.from_edges(spec.file, size)
    return network.none()
