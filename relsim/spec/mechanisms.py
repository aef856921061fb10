"""The rules' numbers, one model per mechanism; the equations are in ``customers/rules``."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from relsim.mechanisms.awareness import Awareness
from relsim.mechanisms.grievance import Grievance
from relsim.mechanisms.loyalty_programme import LoyaltyProgramme
from relsim.mechanisms.needs import Needs
from relsim.spec.fields import DOTTED, SpecModel, chance, fraction, half_at, key, weight
from relsim.spec.relationship import Sparse

_OFF_ONE = 1e-9
"""How far from 1 chances that together are certain may sum."""


class Experience(SpecModel):
    """A customer's month with its supplier: quality, fit, care, congestion, failures and noise."""

    care_weight: float = key(
        "How much full care adds to an experience.", unit="experience", default=0.2, ge=0.0, le=1.0
    )
    fit_weight: float = key(
        "How much a fitting offer adds to an experience (and a contrary one takes).",
        unit="experience",
        default=0.05,
        ge=0.0,
        le=1.0,
    )
    congestion_weight: float = key(
        "What a workload of twice the staff's capacity takes from an experience.",
        unit="experience",
        default=0.3,
        ge=0.0,
        le=1.0,
    )
    severity: float = key(
        "What a failure that nobody makes good takes from an experience.",
        unit="experience",
        default=0.6,
        ge=0.0,
        le=1.0,
    )
    noise: float = key(
        "Standard deviation of noise in an experience.",
        unit="experience",
        default=0.12,
        ge=0.0,
        le=0.5,
    )
    complaint_rate: float = chance(
        "Chance that a customer who met a failure complains to the supplier.",
        default=0.5,
        unit="chance a failure",
        source="TARP as quoted from Goodman, 'Basic Facts': about half complain to the front line",
    )
    learning_rate: float = key(
        "How fast satisfaction follows experience: weight of the latest month.",
        unit="a month",
        default=0.25,
        gt=0.0,
        le=1.0,
    )


class Trust(SpecModel):
    """How trust follows satisfaction: slowly upward, quickly downward."""

    build_rate: float = key(
        "Speed at which trust rises toward satisfaction.",
        unit="a month",
        default=0.04,
        ge=0.0,
        le=1.0,
    )
    break_rate: float = key(
        "Speed at which trust falls toward satisfaction.",
        unit="a month",
        default=0.12,
        ge=0.0,
        le=1.0,
    )


class Reconsider(SpecModel):
    """Who reopens the choice: a logistic hazard, while no contract binds."""

    base_hazard: float = key(
        "Chance to reconsider at satisfaction 1/2, no trust, no care, no switching cost.",
        unit="chance a month",
        default=0.5,
        gt=0.0,
        lt=1.0,
    )
    satisfaction_effect: float = weight(
        "How much satisfaction lowers the hazard.", default=4.0, unit="log-odds", ge=0.0
    )
    trust_effect: float = weight(
        "How much trust lowers the hazard.", default=2.0, unit="log-odds", ge=0.0
    )
    care_effect: float = weight(
        "How much full care lowers the hazard at once.", default=0.5, unit="log-odds", ge=0.0
    )
    price_effect: float = weight(
        "How much a felt price of twice the reference raises the hazard.",
        default=2.0,
        unit="log-odds",
        ge=0.0,
    )
    rival_effect: float = weight(
        "How much certain contact by a rival raises the hazard.",
        default=2.0,
        unit="log-odds",
        ge=0.0,
    )
    dissatisfied_below: float = fraction(
        "Satisfaction below which rivals can single a customer out.",
        default=0.6,
        unit="0 to 1",
        single=True,
    )


class Choice(SpecModel):
    """Which considered supplier is taken: a logit over quality, price, fit and relationship."""

    quality_weight: float = weight("Weight of a firm's quality (0 to 1).", default=3.0, ge=0.0)
    price_weight: float = weight(
        "Weight of price relative to the market's reference price.", default=2.5, ge=0.0
    )
    fit_weight: float = weight("Weight of a fitting offer (-1 to 1).", default=0.3, ge=0.0)
    satisfaction_weight: float = weight(
        "Weight of satisfaction with the present supplier.", default=1.5, ge=0.0
    )
    trust_weight: float = weight("Weight of trust in the present supplier.", default=1.0, ge=0.0)
    price_tolerance: float = fraction(
        "Share of the present supplier's price that full trust makes a customer overlook.",
        default=0.1,
    )
    outside_utility: float = weight("Utility of having no supplier.", default=-1.5)


class Retention(Sparse):
    """Whether customers stay by their relationship or by a given chance (special cases)."""

    rule: Literal["relationship", "fixed", "response", "own", "dropout", "matrix"] = key(
        "What decides on staying: the relationship, one fixed chance, the response to retention "
        "spend (Blattberg & Deighton 1996), a chance of each customer's own, such a chance "
        "after each purchase ('dropout': Fader, Hardie & Lee 2005), or a switching matrix, which "
        "decides on the next supplier too ('matrix').",
        unit="-",
        default="relationship",
    )
    monthly: float = chance(
        "Retention for 'fixed'; its mean for 'own', and, after each purchase, for 'dropout'.",
        default=0.98,
    )
    concentration: float = key(
        "How alike customers' own retention is: alpha + beta of a beta distribution.",
        unit="count",
        default=50.0,
        gt=0.0,
        le=1e6,
    )
    ceiling: float = chance("Highest retention that spend can buy, for 'response'.", default=0.99)
    half_at: float = half_at(
        "Spend at which half of that ceiling is reached.",
        per="customer and month",
        default=0.02310490602,
    )
    matrix: tuple[tuple[float, ...], ...] = key(
        "Brand switching, for 'matrix': a row for the customers of each firm in their order, with "
        "the chance to be with each firm next month; a last row and column for 'no supplier'.",
        unit="chance a month",
        default=(),
    )

    @model_validator(mode="after")
    def _is_a_chain(self) -> Self:
        for place, row in enumerate(self.matrix):
            total, low, high = sum(row), min(row, default=0.0), max(row, default=0.0)
            if len(row) != len(self.matrix):
                raise ValueError(
                    f"matrix.{place}: given {len(row)} chances, allowed: {len(self.matrix)}, one "
                    "for each row"
                )
            if low < 0.0 or high > 1.0:
                raise ValueError(
                    f"matrix.{place}: given {low if low < 0.0 else high:g}, allowed: chances from "
                    "0 to 1"
                )
            if abs(total - 1.0) > _OFF_ONE:
                raise ValueError(
                    f"matrix.{place}: the chances sum to {total:.10g}, allowed: 1, as every "
                    "customer is somewhere next month"
                )
        return self


class Buying(SpecModel):
    """What trust adds to plain usage."""

    volume_growth: float = key(
        "Growth of volume at full trust, times the customer's growth potential.",
        unit="share",
        default=0.1,
        ge=0.0,
        le=10.0,
    )
    cross_sale_rate: float = chance("Chance of a further line at full trust.", default=0.1)
    cross_sale_size: float = key(
        "Size of such a sale, in parts of plain usage.", unit="share", default=0.3, ge=0.0, le=10.0
    )
    premium: float = fraction("Price paid above the list at full trust.", default=0.02)
    discount_months: int = key(
        "Months for which an introductory discount is granted; felt in full when choosing.",
        unit="months",
        default=3,
        ge=1,
        le=60,
    )


class Service(SpecModel):
    """How the cost to serve falls as customer and firm learn."""

    learning: float = fraction(
        "Share of the cost to serve that long acquaintance saves.", default=0.15
    )
    learning_months: float = key(
        "Months after which 63% of that is saved.", unit="months", default=24.0, gt=0.0, le=1200.0
    )


class WordOfMouth(SpecModel):
    """Who talks, and what it does to a neighbour who decides."""

    recommend_trust: float = fraction(
        "Trust from which a customer recommends.", default=0.65, unit="0 to 1", single=True
    )
    recommend_rate: float = chance("How often such a customer recommends.", default=0.05)
    warn_satisfaction: float = fraction(
        "Satisfaction up to which a customer warns.", default=0.55, unit="0 to 1", single=True
    )
    warn_rate: float = chance(
        "How often such a customer warns.",
        default=0.1,
        source="assumed; twice as many are told of bad as of good: TARP as quoted from Goodman",
    )
    persuasion: float = chance(
        "Chance that one recommendation brings a firm into consideration.",
        default=0.3,
        unit="chance a recommendation",
    )
    warning: float = fraction(
        "Share of a firm's chance to be considered that one warning destroys.", default=0.3
    )
    opening: float = weight(
        "How much each recommendation of a rival that a customer heard raises the hazard to "
        "reconsider, while no contract binds.",
        default=0.0,
        unit="log-odds a recommendation",
        source="by definition: who does not reconsider hears nothing; Nitzan & Libai 2011, Journal "
        "of Marketing 75:6 find 0.59 for each neighbour who defects",
        ge=0.0,
    )
    reward_ceiling: float = chance(
        "How often a customer who trusts would recommend for a reward without bound.", default=0.1
    )
    reward_half_at: float = half_at(
        "Referral reward at which half of that ceiling is reached.",
        per="customer acquired",
        default=1.155245301,
    )


class Ladder(SpecModel):
    """Thresholds of the loyalty ladder."""

    client_purchases: int = key(
        "Purchases that make a customer a client.", unit="purchases", default=6, ge=1, le=10000
    )
    supporter_trust: float = fraction(
        "Trust of a supporter.", default=0.5, unit="0 to 1", single=True
    )
    advocate_trust: float = fraction(
        "Trust of an advocate.", default=0.65, unit="0 to 1", single=True
    )
    advocate_recommendations: int = key(
        "Acts of recommendation of an advocate.",
        unit="recommendations",
        default=1,
        ge=0,
        le=255,
    )
    partner_trust: float = fraction("Trust of a partner.", default=0.7, unit="0 to 1", single=True)
    partner_recommendations: int = key(
        "Acts of recommendation of a partner.", unit="recommendations", default=3, ge=0, le=255
    )
    partner_orientation: float = fraction(
        "Orientation from which a customer would co-operate as a partner.",
        default=0.6,
        unit="0 to 1",
        single=True,
    )


class ValueTiers(SpecModel):
    """How a firm sorts its customers by the value that it sees."""

    most_valuable_from: float = key(
        "Seen contribution that makes a customer most valuable, in means of its firm.",
        unit="ratio",
        default=1.5,
        gt=0.0,
        le=1000.0,
    )
    growable_from: float = key(
        "Growth potential that makes a customer growable.",
        unit="ratio",
        default=1.5,
        ge=0.0,
        le=1000.0,
        single=True,
    )
    error: float = key(
        "Error of a firm without data about a customer's contribution, in means of its firm.",
        unit="ratio",
        default=1.5,
        ge=0.0,
        le=10.0,
        source="assumed: what a firm without data sees of its customers' value correlates about "
        "0.45 with the true one in telecom, and 0.93 with 0.8 of all data",
    )


class OwnMechanism(BaseModel):
    """A mechanism of one's own; the other keys are its own numbers.

    ``kind`` is the dotted path to a class, such as ``my_module.Gifts``.
    """

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    kind: str = Field(
        pattern=DOTTED,
        description="Dotted path to the class.",
        json_schema_extra={"unit": "-", "source": None},
    )


class Mechanisms(Sparse):
    """All mechanisms of the month; those of relationships are off (null) unless they are named."""

    experience: Experience = key("The month's experience.", unit="-", default=Experience())
    trust: Trust = key("Satisfaction becomes trust.", unit="-", default=Trust())
    reconsider: Reconsider = key("Who reopens the choice.", unit="-", default=Reconsider())
    choice: Choice = key("Which supplier is taken.", unit="-", default=Choice())
    retention: Retention = key("Relationship or given chance.", unit="-", default=Retention())
    buying: Buying = key("What is bought and paid.", unit="-", default=Buying())
    service: Service = key("What serving costs.", unit="-", default=Service())
    word_of_mouth: WordOfMouth = key("Who talks.", unit="-", default=WordOfMouth())
    ladder: Ladder = key("The loyalty ladder.", unit="-", default=Ladder())
    value_tiers: ValueTiers = key("The firm's view of value.", unit="-", default=ValueTiers())
    loyalty_programme: LoyaltyProgramme | None = key(
        "Loyalty programmes: points, rewards, members.", unit="-", default=None
    )
    grievance: Grievance | None = key("Failures remembered.", unit="-", default=None)
    awareness: Awareness | None = key(
        "Awareness as a stock, built by spend and presence.", unit="-", default=None
    )
    needs: Needs | None = key(
        "Each customer's need drifts around its own level.", unit="-", default=None
    )
    own: tuple[OwnMechanism, ...] = key(
        "Mechanisms of one's own, each with its kind and its numbers.", unit="-", default=()
    )
