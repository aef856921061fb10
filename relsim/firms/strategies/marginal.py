"""The strategy that spends until another unit of money no longer pays."""

from typing import ClassVar

from relsim.firms.plan import Plan
from relsim.firms.strategies.base import Spending
from relsim.firms.strategies.margins import divide
from relsim.firms.view import FirmView
from relsim.spec.fields import fraction, key

_FIRST_GUESS = 0.2  # customers won per person reached, before any was seen
_ENOUGH = 1.0  # people reached from whom something can be learned


class Marginal(Spending):
    """Spend on acquiring and on keeping until the next customer won, and the next customer kept,
    each cost what a customer is worth.

    After Pfeifer (2005), "The optimal ratio of acquisition and retention costs", Journal of
    Targeting, Measurement and Analysis for Marketing 13:2: at the optimum the marginal cost to win
    = the marginal cost to keep = lifetime value. With the response ``ceiling (1 - exp(-rate x))``
    and a worth W of full effect on one person, the best spend per person is ``x = log(W ceiling
    rate / price) / rate``, where the price of money is 1, or more if the budget binds. A customer
    won is worth its lifetime value less what onboarding, the introductory discount and the reward
    cost. How many of those reached are won is learned, for prospects and rivals' customers apart.
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
    probe: float = key(
        "Least part of the budget that goes to reach, so that learning never ends.",
        unit="share",
        default=0.02,
        ge=0.0,
        le=1.0,
    )
    _won_prospects: float = _FIRST_GUESS
    _won_rivals: float = _FIRST_GUESS
    _last_targets: tuple[float, float] = (0.0, 0.0)

    def plan(self, view: FirmView) -> Plan:
        """Return budgets at which marginal cost equals lifetime value."""
        self._learn(view)
        prospects, rivals = view.market.prospects, view.rivals(view.market.customers)
        self._last_targets = (prospects, rivals)
        won = self._worth_of_a_win(view)
        know = view.know
        reach, care = know.acquisition, know.care
        to_reach, to_care = know.rate(reach), know.rate(care)
        uses = (
            (prospects, won * self._won_prospects * reach.ceiling, to_reach),
            (rivals, won * self._won_rivals * reach.ceiling, to_reach),
            (view.customers, view.lifetime_value * self._slope(view) * care.ceiling, to_care),
        )
        budget = self.budget(view)
        probe = self.probe * budget
        to_prospects, to_rivals, defence = divide(uses, budget - probe)
        return Plan(
            prospects=max(to_prospects, probe / 2.0),
            rivals=max(to_rivals, probe / 2.0),
            retention=self.by_tier(view, defence * (1.0 - self.recovery_share)),
            recovery=defence * self.recovery_share,
            discount=self.discount,
            referral_reward=self.reward(view),
        )

    def _learn(self, view: FirmView) -> None:
        plan, (prospects, rivals) = view.last_plan, self._last_targets
        if plan is None:
            return
        # Of those won, only the part that was reached counts: the rest came unasked.
        part = view.acquired_by[1] / view.acquired if view.acquired > 0.0 else 0.0
        self._won_prospects = self._after(
            self._won_prospects,
            view.acquired_prospects * part,
            prospects * view.reach(plan.prospects, prospects),
        )
        self._won_rivals = self._after(
            self._won_rivals, view.acquired_rivals * part, rivals * view.reach(plan.rivals, rivals)
        )

    def _after(self, believed: float, won: float, reached: float) -> float:
        """Return the belief about customers won per person reached after seeing a month."""
        if reached < _ENOUGH:
            return believed
        return believed + self.caution * (min(won / reached, 1.0) - believed)

    def _worth_of_a_win(self, view: FirmView) -> float:
        given = view.onboarding_cost + self.reward(view)
        return max(view.entry_value - given - self.discount * view.list_price, 0.0)

    def _slope(self, view: FirmView) -> float:
        """Return customers kept a month per customer and unit of care: slope of the hazard."""
        opening = view.customers + view.lost - view.acquired
        if view.reconsidered <= 0.0 or opening <= 0.0:
            return 0.0
        hazard = min(view.reconsidered / opening, 1.0)
        leave = min(max(view.lost - view.left_market, 0.0) / view.reconsidered, 1.0)
        return view.know.care_on_staying * hazard * (1.0 - hazard) * leave
