"""The whole config of a market, and the checks of values that have to fit together."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import model_validator

from relsim.spec import events as happenings
from relsim.spec.customers import CustomersSpec
from relsim.spec.events import Event
from relsim.spec.fields import SpecModel, key
from relsim.spec.firms import FirmSpec
from relsim.spec.mechanisms import Mechanisms
from relsim.spec.overrides import override

MOST_FIRMS = 120
MOST_REPLICATIONS = 2**32
MOST_PURCHASES = 500


class Frame(SpecModel):
    """What all firms of the market share."""

    customers: int = key(
        "Customers that exist in the market, with a supplier or without.",
        unit="customers",
        ge=1,
        le=1_000_000_000,
    )
    setting: Literal["contractual", "non_contractual"] = key(
        "Contractual: expected usage every month; non-contractual: a Poisson number of purchases.",
        unit="-",
        default="contractual",
    )
    annual_discount_rate: float = key(
        "Rate at which money of later years is discounted; at 0 customer equity is not defined, as "
        "customers to come, month after month without end, have no finite value.",
        unit="a year",
        default=0.1,
        source="Gupta, Lehmann & Stuart 2004 use 12%; 10% assumed",
        ge=0.0,
        le=10.0,
    )
    annual_turnover: float = key(
        "Share of the market's customers that leave it for good in a year, each followed by a "
        "newcomer.",
        unit="share a year",
        default=0.04,
        ge=0.0,
        lt=1.0,
    )
    reference_price: float = key(
        "Price of a unit that customers hold for normal.",
        unit="money per unit",
        gt=0.0,
        le=1e12,
    )
    credit: bool = key(
        "Whether firms may plan to spend more than their cash; other costs may always exceed it.",
        unit="yes or no",
        default=True,
    )


class Run(SpecModel):
    """How long the simulation is, and with which random numbers."""

    months: int = key("Months to simulate.", unit="months", default=120, ge=1, le=60_000)
    warm_up: int = key(
        "Months simulated before month 1 in which every firm keeps its share, so that customers, "
        "capabilities and customer equity are at rest when month 1 begins; no table has them.",
        unit="months",
        default=0,
        ge=0,
        le=1_200,
    )
    seed: int = key("Random seed.", unit="-", default=1, ge=0, lt=2**64)
    replication: int = key(
        "Which of the seed's streams of random numbers.",
        unit="-",
        default=0,
        ge=0,
        lt=MOST_REPLICATIONS,
    )
    customers_every: int = key(
        "Keep the state of all customers every so many months; 0 = at the end only.",
        unit="months",
        default=0,
        ge=0,
        le=60_000,
    )


class MarketSpec(SpecModel):
    """A market: its frame, customers, mechanisms and firms, and one run of it."""

    title: str = key("What the market is called in figures.", unit="-", default="A market")
    notes: str = key("Anything worth saying about the config.", unit="-", default="")
    currency: str = key("Name of the unit of money.", unit="-", default="money", min_length=1)
    market: Frame = key("What all firms share.", unit="-")
    customers: CustomersSpec = key("Who the customers are.", unit="-", default=CustomersSpec())
    mechanisms: Mechanisms = key("The rules' numbers.", unit="-", default=Mechanisms())
    firms: tuple[FirmSpec, ...] = key("The firms.", unit="-", min_length=1, max_length=MOST_FIRMS)
    events: tuple[Event, ...] = key("What happens in the middle of the run.", unit="-", default=())
    run: Run = key("How long and with which random numbers.", unit="-", default=Run())

    def with_(self, values: Mapping[str, Any]) -> "MarketSpec":
        """Return a market with some values changed; this one stays as it is.

        Parameters
        ----------
        values : mapping
            Dotted path to value; list places count from 0, * stands for all of them.

        Raises
        ------
        SpecError
            If a path leads nowhere or the result is not sound.

        Examples
        --------
        >>> from relsim.spec import starter
        >>> changed = starter().with_({"firms.*.price": 25.0, "run.months": 6})
        >>> [firm.price for firm in changed.firms], changed.run.months
        ([25.0, 25.0], 6)
        """
        return override(self, values, "with_")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [firm.name for firm in self.firms]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"firms: two firms are called {twice[0]!r}; give each its own name")
        segments = [segment.name for segment in self.customers.segments]
        if len(set(segments)) < len(segments):
            raise ValueError(f"customers.segments: each needs a name of its own; given {segments}")
        total = sum(firm.share for firm in self.firms)
        if total > 1.0 + 1e-9:
            raise ValueError(
                f"firms: their shares at the start sum to {total:g}; together at most 1 "
                "(what is left are prospects)"
            )
        misfits = happenings.faults(self.events, {f.name: f.share for f in self.firms})
        if misfits:
            raise ValueError("; ".join(misfits))
        rule = self.mechanisms.retention.rule
        if rule == "dropout" and (
            self.market.setting != "non_contractual"
            or any(firm.longest_contract > 1 for firm in self.firms)
        ):
            raise ValueError(
                "mechanisms.retention.rule: 'dropout' is for market.setting 'non_contractual' and "
                "firms without contract (contract_months: 1)"
            )
        if self.market.setting == "non_contractual":
            for segment in self.customers.segments:
                most = segment.usage * (1.0 + 6.0 * segment.usage_spread)
                if most > MOST_PURCHASES:
                    raise ValueError(
                        f"customers.segments: {segment.name!r} would buy up to {most:g} times a "
                        f"month; purchases are counted up to {MOST_PURCHASES}: take a larger unit"
                    )
        for place, firm in enumerate(self.firms):
            for name in set(firm.relationship.model_dump()) - {"own"}:
                if getattr(self.mechanisms, name) is None:
                    raise ValueError(
                        f"firms.{place}.relationship.{name}: mechanisms.{name} is off; it is "
                        f"switched on by mechanisms: {{{name}: {{}}}}"
                    )
        _check_selling(self.firms, rule)
        _check_matrix(self.mechanisms, self.firms, self.market.annual_turnover)
        network = self.customers.network
        if (network.kind == "file") != (network.file is not None):
            raise ValueError(
                "customers.network: kind 'file' and the key 'file' go together; "
                f"given kind={network.kind!r}, file={network.file!r}"
            )
        ladder = self.mechanisms.ladder
        if not ladder.supporter_trust <= ladder.advocate_trust <= ladder.partner_trust:
            raise ValueError(
                "mechanisms.ladder: trust has to rise with the rung; given supporter_trust="
                f"{ladder.supporter_trust:g}, advocate_trust={ladder.advocate_trust:g}, "
                f"partner_trust={ladder.partner_trust:g}"
            )
        trust = self.mechanisms.trust
        if trust.build_rate > trust.break_rate:
            raise ValueError(
                "mechanisms.trust: trust is slower to build than to lose; given build_rate="
                f"{trust.build_rate:g} above break_rate={trust.break_rate:g}"
            )
        return self


def _check_selling(firms: Sequence[FirmSpec], rule: str) -> None:
    """Check that firms that sell sale by sale have nothing that holds their buyers.

    Raises
    ------
    ValueError
        If one has.
    """
    for place, firm in enumerate(firms):
        contract = "contract_mix: up to" if firm.contract_mix else "contract_months:"
        held = {
            f"{contract} {firm.longest_contract}": firm.longest_contract > 1,
            f"mechanisms.retention.rule: {rule}": rule != "relationship",
            "a loyalty programme": firm.relationship.loyalty_programme is not None,
        }
        what = [words for words, is_there in held.items() if is_there]
        if firm.sells_anew and what:
            raise ValueError(
                f"firms.{place}.selling: given 'transaction' and {', '.join(what)}; sale by sale "
                "nothing holds a buyer: allowed are contract_months: 1, the retention rule "
                "'relationship' and no loyalty programme"
            )


def _check_matrix(mechanisms: Mechanisms, firms: Sequence[FirmSpec], turnover: float) -> None:
    """Check that a switching matrix, where one is read, has a row for everybody.

    Raises
    ------
    ValueError
        If it has not.
    """
    key, rows, count = "mechanisms.retention.matrix", len(mechanisms.retention.matrix), len(firms)
    if mechanisms.retention.rule != "matrix":
        return
    if rows not in (count, count + 1):
        raise ValueError(
            f"{key}: given {rows} rows, allowed: {count}, one for each firm, or {count + 1} with a "
            "last one for 'no supplier'"
        )
    total = sum(firm.share for firm in firms)
    if rows == count and (turnover > 0.0 or total < 1.0 - 1e-9):
        raise ValueError(
            f"{key}: given {rows} rows, one for each firm, but some customers have no supplier "
            f"(shares at the start sum to {total:g}, market.annual_turnover is {turnover:g}): "
            f"allowed: {count + 1} rows and columns, the last for 'no supplier'; or shares that "
            "sum to 1 and no turnover"
        )
