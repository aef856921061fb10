"""The strategy that spends until another unit of money no longer pays."""

import math
from typing import ClassVar

from relsim.firms.plan import Plan
from relsim.firms.strategies.base import Spending
from relsim.firms.view import FirmView
from relsim.spec.fields import fraction

_FIRST_GUESS = 0.2  # customers won per person reached, before any was seen


class Marginal(Spending):
    """Spend on winning and on keeping until the next customer won, and the next customer kept,
    each cost what a customer is worth.

    After Pfeifer (2005), "The optimal ratio of acquisition and retention costs", JAMS 33:2:
    at the optimum the marginal cost to win = the marginal cost to keep = lifetime value. With
    the response ``ceiling (1 - exp(-rate x))`` and a worth W of full effect on one person, the
    best spend per person is ``x = log(W ceiling rate) / rate``.
    """

    name: ClassVar[str] = "marginal"
    budget_share: float = fraction(
        "Most that is spent, as a share of last month's revenue.",
        default=0.5,
        unit="share of revenue",
    )
    caution: float = fraction(
        "Weight of last month's evidence about how many of those reached are won.", default=0.2
    )
    _won_per_reached: float = _FIRST_GUESS

    def plan(self, view: FirmView) -> Plan:
        """Return budgets at which marginal cost equals lifetime value."""
        self._learn(view)
        acquisition, care = view.know.acquisition, view.know.care
        prospects = view.market.prospects
        rivals = view.rivals(view.market.customers)
        per_person = best_spend(
            view.entry_value * self._won_per_reached, acquisition.ceiling, acquisition.rate
        )
        per_customer = best_spend(
            view.lifetime_value * self._keeping_slope(view), care.ceiling, care.rate
        )
        wanted = (per_person * prospects, per_person * rivals, per_customer * view.customers)
        limit = self.budget(view)
        scale = min(1.0, limit / sum(wanted)) if sum(wanted) > 0.0 else 0.0
        to_prospects, to_rivals, defence = (scale * amount for amount in wanted)
        return Plan(
            prospects=to_prospects,
            rivals=to_rivals,
            retention=self.by_tier(view, defence * (1.0 - self.recovery_share)),
            recovery=defence * self.recovery_share,
            discount=self.discount,
            referral_reward=self.referral_reward,
        )

    def _learn(self, view: FirmView) -> None:
        plan = view.last_plan
        if plan is None:
            return
        prospects, rivals = view.market.prospects, view.rivals(view.market.customers)
        reached = prospects * view.reach(plan.prospects, prospects)
        reached += rivals * view.reach(plan.rivals, rivals)
        if reached >= 1.0:
            seen = min(view.acquired_by[1] / reached, 1.0)
            self._won_per_reached += self.caution * (seen - self._won_per_reached)

    def _keeping_slope(self, view: FirmView) -> float:
        """Return customers kept a month per customer and unit of care: slope of the hazard."""
        if view.reconsidered <= 0.0 or view.customers <= 0.0:
            return 0.0
        hazard = min(view.reconsidered / (view.customers + view.lost), 1.0)
        leave = min(view.lost / view.reconsidered, 1.0)
        return view.know.care_on_staying * hazard * (1.0 - hazard) * leave


def best_spend(worth: float, ceiling: float, rate: float) -> float:
    """Return the spend x that makes ``worth ceiling (1 - exp(-rate x)) - x`` largest.

    Examples
    --------
    >>> round(best_spend(100.0, 0.5, 0.1), 4)
    16.0944
    >>> best_spend(1.0, 0.5, 0.1)
    0.0
    """
    slope = worth * ceiling * rate
    return math.log(slope) / rate if slope > 1.0 and math.isfinite(slope) else 0.0
