"""What every strategy is: a small class with its meaning and parameters beside its behaviour."""

import abc
import inspect
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from relsim.firms.plan import Plan, added
from relsim.firms.strategies.split import Order, for_tier, fronts, marketing_budget
from relsim.firms.view import FirmView, Look
from relsim.spec.fields import fraction, key, prices


class Strategy(BaseModel, abc.ABC):
    """A way to decide, month by month, what to do with a firm's money.

    A strategy of your own is a subclass: parameters are fields (``relsim.parameter`` declares
    one with unit and bounds), behaviour is :meth:`plan`; what it learns it may keep in private
    attributes. Its first paragraph of documentation is what ``relsim list strategies`` shows.

    Examples
    --------
    >>> class Thrifty(Strategy):
    ...     '''Spend a fixed sum on care.'''
    ...     sum: float = 100.0
    ...
    ...     def plan(self, view):
    ...         return Plan(retention=(0.0, self.sum, 0.0, 0.0))
    >>> Thrifty(sum=50.0).plan(None).defence
    50.0
    """

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    name: ClassVar[str] = ""

    @abc.abstractmethod
    def plan(self, view: FirmView) -> Plan:
        """Return the plan for the month that the view describes."""

    def standing_order(self, look: Look) -> Order | None:  # noqa: ARG002  # for those who have none
        """Return the numbers by which the month's budget is split; None where a plan says more.

        Strategies of relsim's own that have one are planned together, without a view for each.
        A strategy of a user's own is asked for its :meth:`plan` alone.
        """
        return None

    @classmethod
    def meaning(cls) -> str:
        """Return the first paragraph of the class's documentation, in one line."""
        paragraph = (inspect.getdoc(cls) or "").split("\n\n")[0]
        return " ".join(paragraph.split())


class Spending(Strategy):
    """Spend a share of last month's revenue at most, and offer new customers something."""

    budget_share: float = key(
        "Marketing budget as a share of last month's revenue.",
        unit="share of revenue",
        default=0.17,
        source="tefficient 2015: operators spend 15-20% of service revenue to win and keep",
        ge=0.0,
        le=10.0,
    )
    least_share: float = fraction(
        "Share of the market on whose revenue the firm budgets at least: with nothing to spend, "
        "an entrant would stay outside for ever.",
        default=0.02,
        unit="share of the market",
    )
    recovery_share: float = fraction("Share of defence that makes complaints good.", default=0.15)
    discount: float = fraction(
        "Introductory discount for new customers.", default=0.1, unit="share of price"
    )
    reward_in_prices: float = prices(
        "Reward for a customer acquired by recommendation.", per="new customer", default=0.0
    )
    valuable_weight: float = key(
        "Care for a growable or most valuable customer, in cares for an ordinary one.",
        unit="ratio",
        default=1.0,
        ge=0.0,
        le=1000.0,
    )

    def budget(self, view: FirmView) -> float:
        """Return the month's marketing budget: a share of revenue, within the firm's money."""
        return marketing_budget(
            self.budget_share,
            self.least_share,
            view.market.size,
            view.list_price,
            view.revenue,
            view.money,
        )

    def reward(self, view: FirmView) -> float:
        """Return the reward for a customer acquired by recommendation, in money."""
        return self.reward_in_prices * view.list_price

    def by_tier(self, view: FirmView, budget: float) -> tuple[float, ...]:
        """Spread a retention budget over the value tiers by their customers and weights."""
        weights = (1.0, 1.0, self.valuable_weight, self.valuable_weight)
        needs = [n * weight for n, weight in zip(view.tier_customers, weights, strict=True)]
        total = added(needs)
        return tuple(for_tier(budget, need, total) for need in needs)


class Budgeted(Spending):
    """Spend the budget whole, split between offence and defence."""

    conquest_share: float = fraction(
        "Share of offence that is aimed at rivals' customers, the rest at prospects.", default=0.5
    )
    brand_share: float = fraction(
        "Share of offence that is spent on the brand, taken off first; it has an effect where "
        "awareness is a stock (mechanisms.awareness).",
        default=0.0,
    )
    data_share: float = fraction("Share of the budget invested in customer data.", default=0.0)
    staff_share: float = fraction("Share of the budget invested in staff.", default=0.0)

    def split(self, view: FirmView, retention_share: float) -> Plan:
        """Return the plan that gives this share of the fighting budget to defence."""
        data, staff, offence, defence = fronts(
            self.budget(view), self.data_share, self.staff_share, retention_share
        )
        brand = offence * self.brand_share
        reaching = offence - brand
        return Plan(
            prospects=reaching * (1.0 - self.conquest_share),
            rivals=reaching * self.conquest_share,
            brand=brand,
            retention=self.by_tier(view, defence * (1.0 - self.recovery_share)),
            recovery=defence * self.recovery_share,
            discount=self.discount,
            referral_reward=self.reward(view),
            data=data,
            staff=staff,
        )
