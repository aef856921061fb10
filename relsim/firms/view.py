"""What a firm sees before it plans: its own books, market research, its own past."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from relsim.customers.rules.response import rate_of, spend_response
from relsim.firms.plan import Plan, added
from relsim.spec.firms import Recovery, Response


class OwnMonth(NamedTuple):
    """A past month of the firm, as its own books show it. Money in money a month."""

    month: int
    customers: float
    acquired: float
    lost: float
    revenue: float
    profit: float
    offence: float
    defence: float
    lifetime_value: float


@dataclasses.dataclass(frozen=True, slots=True)
class MarketView:
    """Market figures of last month that anyone could buy; places as in the config.

    Attributes
    ----------
    size : int
        Customers of the market, with a supplier or without.
    prospects : float
        Those without.
    customers, prices, satisfaction : tuple of float
        By firm: customers, list price, mean satisfaction (0 to 1).
    offence : tuple of float
        By firm: money spent last month to win customers.
    dissatisfied : tuple of float
        By firm: customers whose satisfaction is low enough to be singled out.
    stocks : mapping of str to tuple of float
        By firm: what mechanisms keep of it that market research tells, by name: ``awareness`` where
        it is a stock.
    """

    size: int
    prospects: float
    customers: tuple[float, ...]
    prices: tuple[float, ...]
    satisfaction: tuple[float, ...]
    offence: tuple[float, ...]
    dissatisfied: tuple[float, ...]
    stocks: Mapping[str, tuple[float, ...]]

    @property
    def penetration(self) -> float:
        """Share of the market that has a supplier."""
        return 1.0 - self.prospects / self.size


@dataclasses.dataclass(frozen=True, slots=True)
class Know:
    """What a firm has learned about its own instruments.

    Attributes
    ----------
    acquisition, care : Response
        Effect of offence and of retention spend per person.
    recovery : Recovery
        Effect of recovery spend per complaint.
    price : float
        Money that a price is, where they count spend in prices.
    care_on_staying : float
        What full care, kept up for long, adds to the log-odds of staying: at once, through
        satisfaction and through trust.
    complaint_rate : float
        Chance that a customer who met a failure complains.
    """

    acquisition: Response
    care: Response
    recovery: Recovery
    price: float
    care_on_staying: float
    complaint_rate: float

    def rate(self, response: Response | Recovery) -> float:
        """Return the rate per money at which spend has an effect."""
        return rate_of(response.half_at, self.price)


class Look(Protocol):
    """What strategies that only say what they have settled may look at; a firm has it."""

    @property
    def month(self) -> int:
        """The month to plan, from 1."""

    @property
    def penetration(self) -> float:
        """Share of the market that has a supplier."""

    @property
    def past(self) -> Sequence[OwnMonth]:
        """The firm's own past, oldest first."""


class FirmView(NamedTuple):
    """What a firm sees at the start of a month; all figures are last month's.

    Attributes
    ----------
    month : int
        The month to plan, from 1.
    place : int
        The firm's place in the config, from 0.
    name : str
        The firm's name.
    list_price, unit_cost : float
        Money per unit.
    onboarding_cost : float
        Money per new customer.
    money : float
        The most that the firm may spend; infinite where credit is on.
    cash : float
        Money at hand.
    customers, acquired, lost, left_market, reconsidered : float
        Own customers now; won last month, lost (for whatever cause), of these gone from the
        market for good, and reopening the choice.
    acquired_prospects, acquired_rivals : float
        Won last month from among prospects, and from rivals.
    satisfaction, trust : float
        Means of own customers, 0 to 1.
    failures, complaints, recovered : float
        Counts of last month.
    revenue, profit : float
        Money of last month.
    contribution : float
        Mean running contribution of an own customer, money a month.
    lifetime_value, entry_value : float
        Discounted value of a present and of a new customer, money.
    acquired_by : tuple of float
        Won last month through recommendation, reach, awareness.
    tier_customers, tier_contributions : tuple of float
        By value tier: the customers that the firm takes for such, and what they contributed
        on average.
    rung_customers : tuple of float
        By rung of the loyalty ladder, from "customer" to "partner".
    data, staff : float
        Capabilities, 0 to 1.
    last_plan : Plan or None
        What the firm did last month.
    market : MarketView
        Figures of the whole market.
    know : Know
        What is known of the effect of money.
    past : sequence of OwnMonth
        The firm's own past, oldest first; the last ten years.
    stocks : mapping of str to float
        What mechanisms keep of the firm, by name.
    """

    month: int
    place: int
    name: str
    list_price: float
    unit_cost: float
    onboarding_cost: float
    money: float
    cash: float
    customers: float
    acquired: float
    lost: float
    left_market: float
    reconsidered: float
    acquired_prospects: float
    acquired_rivals: float
    satisfaction: float
    trust: float
    failures: float
    complaints: float
    recovered: float
    revenue: float
    profit: float
    contribution: float
    lifetime_value: float
    entry_value: float
    acquired_by: tuple[float, ...]
    tier_customers: tuple[float, ...]
    tier_contributions: tuple[float, ...]
    rung_customers: tuple[float, ...]
    data: float
    staff: float
    last_plan: Plan | None
    market: MarketView
    know: Know
    past: Sequence[OwnMonth]
    stocks: Mapping[str, float]

    def rivals(self, figures: Sequence[float]) -> float:
        """Return the sum over rivals of a figure of the market by firm."""
        return added(figures) - figures[self.place]

    def reach(self, spend: float, targets: float) -> float:
        """Return the chance to reach each of so many people with this money."""
        if targets <= 0.0:
            return 0.0
        response = self.know.acquisition
        return spend_response(response.ceiling, self.know.rate(response), spend / targets)
