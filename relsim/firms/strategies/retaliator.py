"""The strategy that answers rivals' offence."""

from typing import ClassVar

from relsim.firms.plan import Plan
from relsim.firms.strategies.base import Budgeted
from relsim.firms.strategies.split import Order, Stance, answering, reader
from relsim.firms.view import FirmView, Look
from relsim.spec.fields import key

_settled = reader()


class Retaliator(Budgeted):
    """Answer attack with attack: match what the rivals spent on average last month to win
    customers, and use the rest of the budget for defence. At peace, defend.
    """

    name: ClassVar[str] = "retaliator"
    answer: float = key(
        "Own offence per rivals' mean offence of last month.",
        unit="ratio",
        default=1.0,
        ge=0.0,
        le=100.0,
    )

    def plan(self, view: FirmView) -> Plan:
        """Return an offence like the rivals' last one, and defence with the rest."""
        rivals = len(view.market.offence) - 1
        attack = view.rivals(view.market.offence) / rivals if rivals else 0.0
        calm = self.split(view, 1.0)
        return self.split(view, answering(self.answer, attack, calm.defence))

    def standing_order(self, look: Look) -> Order:  # noqa: ARG002  # it is always the same
        """Return the split that answers."""
        return (*_settled(self), *Stance(1.0, answer=self.answer))
