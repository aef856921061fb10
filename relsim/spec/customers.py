"""Who the customers are: segments with their traits, the network, and the start."""

from typing import Literal, Self

from pydantic import model_validator

from relsim.spec.correlations import Correlation, fault
from relsim.spec.fields import DOTTED, SpecModel, fraction, key
from relsim.spec.relationship import Sparse

GAMMA_SPREAD = "Ehrenberg 1959: purchase rates differ between buyers as a gamma distribution"


class Segment(SpecModel):
    """A kind of customer; traits are drawn once for each customer.

    Usage, price sensitivity, service demand and growth potential are spread around a mean;
    a spread of 0 makes everyone alike.
    """

    name: str = key("What the kind is called.", unit="-", default="person", min_length=1)
    share: float = key(
        "Share of the market's customers that is of this kind; shares are scaled to sum to 1.",
        unit="share",
        default=1.0,
        gt=0.0,
        le=1.0,
    )
    usage: float = key(
        "Mean quantity a month (contractual) or mean purchases a month (non-contractual).",
        unit="units a month",
        default=1.0,
        source="by definition: price is for one unit",
        gt=0.0,
        le=500.0,
    )
    usage_spread: float = key(
        "Coefficient of variation of usage between customers (gamma).",
        unit="ratio",
        default=0.5,
        source=f"assumed; form {GAMMA_SPREAD}",
        ge=0.0,
        le=10.0,
    )
    price_sensitivity: float = key(
        "Mean multiplier on the weight of price.", unit="ratio", default=1.0, ge=0.0, le=50.0
    )
    price_sensitivity_spread: float = key(
        "Standard deviation of the logarithm of price sensitivity (lognormal).",
        unit="log",
        default=0.4,
        ge=0.0,
        le=1.5,
    )
    orientation: float = fraction(
        "Mean orientation from transactional (0) to collaborative (1).", default=0.5
    )
    orientation_concentration: float = key(
        "How alike orientations are: alpha + beta of a beta distribution.",
        unit="count",
        default=4.0,
        gt=0.0,
        le=1e6,
    )
    service_demand: float = key(
        "Mean multiplier on the cost to serve.",
        unit="ratio",
        default=1.0,
        source="by definition: service cost is for a mean customer",
        gt=0.0,
        le=1000.0,
    )
    service_demand_spread: float = key(
        "Standard deviation of the logarithm of service demand (lognormal, right-skewed).",
        unit="log",
        default=0.6,
        ge=0.0,
        le=1.5,
    )
    growth_potential: float = key(
        "Mean multiplier on volume growth; also what makes a customer 'growable'.",
        unit="ratio",
        default=1.0,
        ge=0.0,
        le=100.0,
    )
    growth_potential_spread: float = key(
        "Coefficient of variation of growth potential between customers (gamma).",
        unit="ratio",
        default=0.7,
        ge=0.0,
        le=10.0,
    )
    frailty_spread: float = key(
        "Standard deviation of frailty (normal): what a customer adds for good to the log-odds of "
        "reconsidering.",
        unit="log-odds",
        default=0.0,
        source="by definition: customers differ for good only where it is asked for",
        ge=0.0,
        le=10.0,
    )


class NetworkSpec(SpecModel):
    """Who hears whom when suppliers are talked about."""

    kind: Literal["none", "small_world", "scale_free", "random", "mixed", "file"] = key(
        "Form of the network; in 'mixed' everyone hears so many others of the whole market.",
        unit="-",
        default="small_world",
    )
    neighbours: int = key(
        "Mean number of neighbours; even for small_world.",
        unit="customers",
        default=8,
        ge=2,
        le=1000,
        multiple_of=2,
    )
    rewiring: float = fraction(
        "Share of a small world's links that lead to a random customer.", default=0.1
    )
    file: str | None = key(
        "Edge list (two customer numbers a line) for kind 'file'; relative to the config.",
        unit="path",
        default=None,
    )


class Start(SpecModel):
    """What customers are like when a run or a relationship starts."""

    tenure: float = key(
        "Mean months that customers present at the start have been with their supplier.",
        unit="months",
        default=24.0,
        ge=1.0,
        le=600.0,
    )
    satisfaction: float = fraction(
        "Satisfaction of customers present at the start.", default=0.7, unit="0 to 1"
    )
    trust: float = fraction("Trust of customers present at the start.", default=0.55, unit="0 to 1")
    new_satisfaction: float = fraction(
        "Satisfaction with which a new relationship begins.", default=0.6, unit="0 to 1"
    )
    new_trust: float = fraction(
        "Trust with which a new relationship begins.", default=0.3, unit="0 to 1"
    )


class CustomersSpec(Sparse):
    """The population of the market."""

    segments: tuple[Segment, ...] = key(
        "Kinds of customers.", unit="-", default=(Segment(),), min_length=1, max_length=100
    )
    correlations: tuple[Correlation, ...] = key(
        "Traits that go together within each segment, in pairs.",
        unit="-",
        default=(),
        max_length=15,
        source="by definition: traits are independent where no pair is named",
    )
    network: NetworkSpec = key("Who talks to whom.", unit="-", default=NetworkSpec())
    start: Start = key("The start of a run and of a relationship.", unit="-", default=Start())
    # The key is called "class", which Python does not let stand here as a name.
    __annotations__["class"] = str | None
    vars()["class"] = key(
        "Dotted path to a class of customers of one's own (a relsim.CustomerAgent); they are then "
        "simulated one by one.",
        unit="-",
        default=None,
        pattern=DOTTED,
    )

    @model_validator(mode="after")
    def _can_hold_at_once(self) -> Self:
        if wrong := fault(self.correlations):
            raise ValueError(f"customers.correlations: {wrong}")
        return self

    @property
    def own_class(self) -> str | None:
        """The key ``class``."""
        path: str | None = getattr(self, "class")
        return path
