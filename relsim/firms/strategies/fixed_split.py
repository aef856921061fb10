"""Strategies that give a fixed share of the budget to defence."""

import dataclasses
from typing import ClassVar

from relsim.firms.plan import Plan
from relsim.firms.strategies.base import Budgeted
from relsim.firms.strategies.split import Order, Stance, reader
from relsim.firms.view import FirmView, Look
from relsim.spec.fields import fraction, prices

_settled = reader()


class Balanced(Budgeted):
    """Split the budget in fixed parts between keeping and acquiring customers, half and half
    unless said.
    """

    name: ClassVar[str] = "balanced"
    retention_share: float = fraction("Share of the budget that goes to defence.", default=0.5)

    def plan(self, view: FirmView) -> Plan:
        """Return the fixed split."""
        return self.split(view, self.retention_share)

    def standing_order(self, look: Look) -> Order:  # noqa: ARG002  # it is always the same
        """Return the fixed split."""
        return (*_settled(self), *Stance(self.retention_share))


class Offensive(Balanced):
    """Put most of the money into acquiring customers: reach, introductory offers, conquest."""

    name: ClassVar[str] = "offensive"
    retention_share: float = fraction("Share of the budget that goes to defence.", default=0.2)


class Defensive(Balanced):
    """Put most of the money into keeping customers: care, and making complaints good."""

    name: ClassVar[str] = "defensive"
    retention_share: float = fraction("Share of the budget that goes to defence.", default=0.8)


class ComplaintFirst(Balanced):
    """Treat every complaint as a chance: most of the defence makes failures good.

    After Fornell & Wernerfelt (1987), "Defensive marketing strategy by customer complaint
    management", JMR 24:4.
    """

    name: ClassVar[str] = "complaint_first"
    retention_share: float = fraction("Share of the budget that goes to defence.", default=0.7)
    recovery_share: float = fraction("Share of defence that makes complaints good.", default=0.7)


class ReferralFirst(Balanced):
    """Let customers win customers: reward recommendations, care for those who could give them,
    and advertise little.
    """

    name: ClassVar[str] = "referral_first"
    retention_share: float = fraction("Share of the budget that goes to defence.", default=0.75)
    reward_in_prices: float = prices(
        "Reward for a customer acquired by recommendation.", per="new customer", default=2.0
    )


class Conquest(Balanced):
    """Go for rivals' dissatisfied customers with an introductory offer."""

    name: ClassVar[str] = "conquest"
    retention_share: float = fraction("Share of the budget that goes to defence.", default=0.3)
    conquest_share: float = fraction(
        "Share of offence that is aimed at rivals' dissatisfied customers, the rest at prospects.",
        default=0.8,
    )
    discount: float = fraction(
        "Introductory discount for new customers.", default=0.2, unit="share of price"
    )

    def plan(self, view: FirmView) -> Plan:
        """Return the fixed split, its conquest aimed at the dissatisfied alone."""
        plan = self.split(view, self.retention_share)
        return dataclasses.replace(plan, rivals=0.0, dissatisfied=plan.rivals)

    def standing_order(self, look: Look) -> Order:  # noqa: ARG002  # it is always the same
        """Return the fixed split, aimed at the dissatisfied."""
        return (*_settled(self), *Stance(self.retention_share, on_dissatisfied=True))
