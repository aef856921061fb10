"""What a firm is: its offer, its costs, how its spending works, and its strategy."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from relsim.spec.fields import SpecModel, chance, fraction, half_at, key, money, weight
from relsim.spec.relationship import Relationship, Sparse

_OFF_ONE = 1e-9
"""How far from 1 the shares of all contracts may sum."""

BLATTBERG = "form Blattberg & Deighton 1996; numbers assumed"


class Response(SpecModel):
    """Effect of spend per targeted person: ceiling (1 - 2^(-spend / half_at)), spend in prices.

    A price is ``market.reference_price``, so that the unit of money decides nothing.
    """

    ceiling: float = chance("Effect of spend without bound.", default=0.5, source=BLATTBERG)
    half_at: float = half_at(
        "Spend at which half of the ceiling is reached.",
        per="person and month",
        default=1.155245301,
        source=BLATTBERG,
    )


class Care(Response):
    """What customers feel of retention spend: ceiling (1 - 2^(-spend / half_at))."""

    ceiling: float = fraction(
        "Care felt from spend without bound.", default=1.0, unit="0 to 1", source=BLATTBERG
    )
    half_at: float = half_at(
        "Spend at which half of the ceiling is reached.",
        per="customer and month",
        default=0.1155245301,
        source=BLATTBERG,
    )


class Recovery(SpecModel):
    """How complaints are made good."""

    base: float = chance(
        "Chance to make a complaint good without spending for it.",
        default=0.3,
        unit="chance a complaint",
    )
    ceiling: float = chance(
        "What spending without bound adds, as a chance of its own.",
        default=0.8,
        unit="chance a complaint",
        source=BLATTBERG,
    )
    half_at: float = half_at(
        "Spend at which half of the ceiling is reached.",
        per="complaint",
        default=0.7701635340,
        source=BLATTBERG,
    )


class Capability(SpecModel):
    """A stock between 0 and 1 that investment builds and time wears."""

    start: float = fraction("Level at the start.", default=0.3, unit="0 to 1")
    half_at: float = half_at(
        "Investment that closes half of the gap to 1.",
        per="customer and month",
        default=0.4620981204,
    )
    decay: float = chance("Share of the level that is lost a month.", default=0.02)


class Staff(Capability):
    """Skill of the staff: a stock that starts at the config's plain capacity."""

    start: float = fraction("Level at the start.", default=0.0, unit="0 to 1")


class StrategySpec(BaseModel):
    """Which strategy a firm plays; the other keys are the strategy's own parameters.

    ``kind`` is the name of a built-in strategy (``relsim list strategies``) or a dotted path
    to a class, such as ``mypackage.mymodule.MyStrategy``.
    """

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    kind: str = Field(
        min_length=1,
        description="Name of a strategy, or a dotted path to one of your own.",
        json_schema_extra={"unit": "-", "source": None},
    )


class ContractLength(SpecModel):
    """One of several contract lengths of a firm."""

    months: int = key(
        "Length of a contract; 1 = may leave every month.", unit="months", ge=1, le=250
    )
    share: float = fraction("Share of the firm's customers who take it.")


class FirmSpec(Sparse):
    """One firm."""

    name: str = key("What the firm is called; different for each.", unit="-", min_length=1)
    share: float = fraction(
        "Share of the market's customers that it has at the start.", default=0.0
    )
    price: float = key(
        "List price of a unit of usage; a strategy may change it.",
        unit="money per unit",
        gt=0.0,
        le=1e12,
    )
    unit_cost: float = money("Cost of goods of a unit of usage.", per="unit")
    service_cost: float = money(
        "Cost to serve a mean new customer.", per="customer and month", default=0.0
    )
    onboarding_cost: float = money(
        "Cost to set a new customer up; sale by sale, of every sale.",
        per="new customer",
        default=0.0,
    )
    fixed_cost: float = money(
        "Fixed cost, for each customer of the whole market.",
        per="market customer and month",
        default=0.0,
    )
    cash: float = key(
        "Cash at the start, for each customer of the whole market.",
        unit="money per market customer",
        default=0.0,
        ge=-1e12,
        le=1e12,
    )
    quality: float = fraction(
        "Quality of the product, as a mean experience.", default=0.7, unit="0 to 1"
    )
    offer: float = fraction(
        "Place of the offer from bare (0) to augmented (1) on the industry bandwidth.",
        default=0.5,
        unit="0 to 1",
    )
    failure_rate: float = chance("Chance that a customer meets a failure.", default=0.03)
    awareness: float = chance(
        "Chance that someone who decides thinks of the firm unprompted.", default=0.05
    )
    switching_cost: float = weight(
        "What leaving costs a customer: effort, fees, lost benefits.", default=0.5, ge=0.0
    )
    contract_months: int = key(
        "Length of a contract; 1 = may leave every month.", unit="months", default=1, ge=1, le=250
    )
    contract_mix: tuple[ContractLength, ...] = key(
        "Several contract lengths, each with the share of customers who take it, in the place of "
        "contract_months; who renews takes the length that it had.",
        unit="-",
        default=(),
        max_length=20,
        source="by definition: one length where no mix is named; that renewals keep it is assumed",
    )
    selling: Literal["relationship", "transaction"] = key(
        "By relationship, or sale by sale ('transaction'): each purchase is then a fresh choice "
        "without any advantage of the present supplier, costs onboarding_cost, and the firm learns "
        "nothing of its buyers.",
        unit="-",
        default="relationship",
    )
    capacity: float = key(
        "Customers that the staff can serve without congestion, as a share of the market.",
        unit="mean customers per market customer",
        default=1.0,
        gt=0.0,
        le=1000.0,
    )
    acquisition: Response = key(
        "Chance to reach a person by offence.", unit="-", default=Response()
    )
    care: Care = key("Care that a customer feels from retention spend.", unit="-", default=Care())
    recovery: Recovery = key("How complaints are made good.", unit="-", default=Recovery())
    data: Capability = key(
        "What the firm knows of its customers: lowers the error of its value tiers.",
        unit="-",
        default=Capability(),
    )
    staff: Staff = key("Skill of the staff: adds to its capacity.", unit="-", default=Staff())
    relationship: Relationship = key(
        "What the firm does about relationships, by mechanism.", unit="-", default=Relationship()
    )
    strategy: StrategySpec = Field(
        description="What the firm does with its money.",
        json_schema_extra={"unit": "-", "source": None},
    )

    @model_validator(mode="after")
    def _contracts_sum_to_all(self) -> Self:
        lengths = [one.months for one in self.contract_mix]
        total = sum(one.share for one in self.contract_mix)
        if len(set(lengths)) < len(lengths):
            raise ValueError(f"contract_mix: each length once; given months {lengths}")
        if lengths and abs(total - 1.0) > _OFF_ONE:
            raise ValueError(
                f"contract_mix: the shares sum to {total:.10g}, allowed: 1, as every customer has "
                "one of these contracts (months: 1 for none)"
            )
        return self

    @property
    def contracts(self) -> tuple[tuple[int, float], ...]:
        """Contract lengths in months, each with the share of customers who take it."""
        if not self.contract_mix:
            return ((self.contract_months, 1.0),)
        return tuple((one.months, one.share) for one in self.contract_mix)

    @property
    def longest_contract(self) -> int:
        """The longest contract that the firm has, months."""
        return max(months for months, _ in self.contracts)

    @property
    def sells_anew(self) -> bool:
        """Whether the firm sells sale by sale."""
        return self.selling == "transaction"
