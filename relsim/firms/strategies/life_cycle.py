"""The strategy that follows the market's life cycle."""

from typing import ClassVar

from relsim.firms.plan import Plan
from relsim.firms.strategies.base import Budgeted
from relsim.firms.strategies.split import Order, Stance, reader
from relsim.firms.view import FirmView, Look
from relsim.spec.fields import fraction, key, prices

_settled = reader()
_settled_growing = reader(
    valuable_weight="grow_weight",
    discount="grow_discount",
    reward_in_prices="grow_reward_in_prices",
)


class LifeCycle(Budgeted):
    """First win, then keep, then grow: attract customers while the market is young, keep them
    when it fills up, and at last care most for the valuable and let customers win customers.
    """

    name: ClassVar[str] = "life_cycle"
    win_until: float = fraction(
        "Share of the market with a supplier up to which the firm wins.", default=0.6
    )
    keep_until: float = fraction(
        "Share of the market with a supplier up to which it keeps; then it grows.", default=0.9
    )
    win_share: float = fraction("Share of the budget for defence while acquiring.", default=0.2)
    keep_share: float = fraction("Share of the budget for defence while keeping.", default=0.7)
    grow_share: float = fraction("Share of the budget for defence while growing.", default=0.8)
    grow_weight: float = key(
        "Care for a growable or most valuable customer while growing, in ordinary cares.",
        unit="ratio",
        default=3.0,
        ge=0.0,
        le=1000.0,
    )
    grow_discount: float = fraction(
        "Introductory discount for new customers while growing.",
        default=0.0,
        unit="share of price",
    )
    grow_reward_in_prices: float = prices(
        "Reward for a customer acquired by recommendation while growing.",
        per="new customer",
        default=1.0,
    )

    def plan(self, view: FirmView) -> Plan:
        """Return the plan of the market's present stage."""
        penetration = view.market.penetration
        if penetration < self.win_until:
            return self.split(view, self.win_share)
        if penetration < self.keep_until:
            return self.split(view, self.keep_share)
        instead = {
            "valuable_weight": self.grow_weight,
            "discount": self.grow_discount,
            "reward_in_prices": self.grow_reward_in_prices,
        }
        return self.model_copy(update=instead).split(view, self.grow_share)

    def standing_order(self, look: Look) -> Order:
        """Return the split of the market's present stage."""
        penetration = look.penetration
        if penetration < self.win_until:
            return (*_settled(self), *Stance(self.win_share))
        if penetration < self.keep_until:
            return (*_settled(self), *Stance(self.keep_share))
        return (*_settled_growing(self), *Stance(self.grow_share))
