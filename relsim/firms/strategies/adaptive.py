"""The strategy that learns its split from its own results."""

import math
from collections.abc import Sequence
from typing import ClassVar

from relsim.firms.plan import Plan, added
from relsim.firms.strategies.base import Budgeted
from relsim.firms.strategies.split import Order, Stance, reader
from relsim.firms.view import FirmView, Look, OwnMonth
from relsim.spec.fields import fraction, key

_settled = reader()


class Adaptive(Budgeted):
    """Move the split between acquiring and keeping step by step, and go on in the direction in
    which the firm's own results get better.

    A hill climb: after each period the score (mean profit a month, plus the customers gained
    at their lifetime value) is compared with the period before. When it rose, the next step in
    that direction is half as large again, up to the first one; when it fell, the direction
    turns and the step halves, down to the smallest, so that learning never ends.
    """

    name: ClassVar[str] = "adaptive"
    retention_share: float = fraction("Share of the budget for defence at the start.", default=0.5)
    step: float = key(
        "First and largest change of the split.", unit="share", default=0.1, gt=0.0, le=1.0
    )
    smallest_step: float = key(
        "Smallest change of the split.", unit="share", default=0.02, gt=0.0, le=1.0
    )
    period: int = key(
        "Months over which results are judged.", unit="months", default=6, ge=1, le=120
    )
    _share: float | None = None
    _step: float = 0.0
    _last_score: float | None = None

    def plan(self, view: FirmView) -> Plan:
        """Return the split learned so far, changed when a period ends."""
        return self.split(view, self._learned(view.month, view))

    def standing_order(self, look: Look) -> Order:
        """Return the split learned so far, changed when a period ends."""
        return (*_settled(self), *Stance(self._learned(look.month, look)))

    def _learned(self, month: int, own: Look | FirmView) -> float:
        share = self._share
        if share is None:
            share = self._share = self.retention_share
            self._step = self.step
        elif (month - 1) % self.period == 0:
            share = self._share = self._climbed(share, self._score(own.past))
        return share

    def _climbed(self, share: float, score: float) -> float:
        """Return the split that is tried next."""
        if self._last_score is not None:
            if score < self._last_score:
                self._step *= -max(0.5, self.smallest_step / abs(self._step))
            else:
                self._step *= min(1.5, self.step / abs(self._step))
        self._last_score = score
        return min(max(share + self._step, 0.0), 1.0)

    def _score(self, past: Sequence[OwnMonth]) -> float:
        months = past[-self.period :]
        gained = added(month.acquired - month.lost for month in months)
        profit = added(month.profit for month in months)
        worth = months[0].lifetime_value  # one yardstick for the whole period
        return (profit + (gained * worth if math.isfinite(worth) else 0.0)) / len(months)
