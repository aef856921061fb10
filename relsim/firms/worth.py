"""What customers are worth to their firm, from how they have moved on the ladder."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from relsim.customers.compiled import loop
from relsim.customers.terms import N_RUNGS, N_TIERS
from relsim.economics.lifetime import endless, perpetuity, rung_values

Array = npt.NDArray[np.float64]
MEMORY = 12.0  # months over which moves and contributions are remembered
_FADE = 1.0 - 1.0 / MEMORY
_TINY = 1e-300  # a divisor where there is nothing to divide
_NOBODY = 1e-9  # what is left of a customer after many years of fading
_FIRST_LOSS = 0.02  # chance a month to lose a customer, before any was seen lost
_rung_values = loop(rung_values)

NEED_DISCOUNT = ("equity_future", "customer_equity")
"""Columns that are not defined without discount."""

NO_DISCOUNT = (
    "Customer equity is not defined at market.annual_discount_rate 0: customers to come, month "
    "after month without end, have no finite value."
)
"""Why they are not."""


class Worth:
    """Lifetime values and customer equity of all firms, updated month by month.

    The ladder is read as a Markov chain (``economics.lifetime.ladder_values``). Moves and
    contributions are remembered with weights that fade over ``MEMORY`` months.

    Parameters
    ----------
    customers, contribution : array of shape (firms,)
        At the start: customers, and what one contributes a month.
    rate : float
        Discount rate a month.
    turnover : float
        Chance a month to leave the market for good.
    """

    def __init__(self, customers: Array, contribution: Array, rate: float, turnover: float) -> None:
        firms = customers.size
        self.rate = rate
        self.stay = 1.0 - turnover
        self._moves = np.zeros((firms, N_RUNGS, N_RUNGS))
        self._earned = np.zeros((firms, N_RUNGS))
        self._present = np.zeros((firms, N_RUNGS))
        self._coming = np.zeros(firms)
        self._first = True
        self.lifetime_value = contribution / (rate + _FIRST_LOSS)
        self.entry_value = self.lifetime_value.copy()
        self.equity_present = customers * self.lifetime_value
        self.equity_future = np.zeros(firms)

    @property
    def customer_equity(self) -> Array:
        """Value of present customers and of those to come, money."""
        return self.equity_present + self.equity_future

    def close(self, firms: Sequence[int]) -> None:
        """Let firms leave the market: nobody will come to them any more."""
        self._coming[list(firms)] = 0.0

    def update(
        self,
        steps: Array,
        cells: Array,
        defence: Array,
        acquired: Array,
        winning: Array,
    ) -> None:
        """Take in a month.

        Parameters
        ----------
        steps : array of shape (firms, N_RUNGS, N_RUNGS)
            Customers who moved from rung to rung, 0 = none.
        cells : array of shape (firms, N_RUNGS, N_TIERS, 2 or more)
            Customers on each rung and of each value tier at the end of the month, and their
            contribution; rung 0 are those who bought and then left the market.
        defence : array of shape (firms,)
            Money spent to keep customers; every customer present carries its share.
        acquired : array of shape (firms,)
            Customers won.
        acquiring : array of shape (firms,)
            Money spent to win customers, onboarding and discounts included.
        """
        counts = _remember(
            self._moves, self._present, self._earned, steps, cells, np.asarray(defence)
        )
        margins = self._earned / np.maximum(self._present, _TINY)
        seen = _with_unseen(self._moves)
        # Who leaves the market buys in its last month too, whatever its rung: as many again.
        values = _rung_values(seen, margins / self.stay, self.rate, endless(seen, self.rate))
        self.lifetime_value, self.entry_value = _appraise(
            counts,
            values,
            margins,
            self._moves,
            self.lifetime_value,
            self.entry_value,
            self.equity_present,
        )
        if self.rate > 0.0:  # else those to come have no finite value, and none is tracked
            net = acquired * self.entry_value - winning
            self._coming += (net - self._coming) * (1.0 if self._first else 1.0 / MEMORY)
            self._first = False
        self.equity_future = perpetuity(self._coming, self.rate)


@loop
def _remember(
    moves: Array, present: Array, earned: Array, steps: Array, cells: Array, defence: Array
) -> Array:
    """Let what is remembered fade, add the month's, and return its customers by rung."""
    firms = moves.shape[0]
    counts = np.zeros((firms, N_RUNGS))
    for firm in range(firms):
        served = 0.0
        for rung in range(N_RUNGS):
            for tier in range(N_TIERS):
                counts[firm, rung] += cells[firm, rung, tier, 0]
            served += counts[firm, rung]
        each = defence[firm] / max(served, 1.0)
        for rung in range(N_RUNGS):
            contribution = 0.0
            for tier in range(N_TIERS):
                contribution += cells[firm, rung, tier, 1]
            kept = _FADE * earned[firm, rung] + contribution
            earned[firm, rung] = kept - each * counts[firm, rung]
            present[firm, rung] = _FADE * present[firm, rung] + counts[firm, rung]
            for to in range(N_RUNGS):
                moves[firm, rung, to] = _FADE * moves[firm, rung, to] + steps[firm, rung, to]
    return counts


@loop
def _with_unseen(moves: Array) -> Array:
    """Return moves in which a rung that nobody was seen on keeps customers as all rungs do.

    Without this the first advocate of a firm would seem worth nothing.
    """
    filled = moves.copy()
    for firm in range(moves.shape[0]):
        lost = kept = 0.0
        for rung in range(1, N_RUNGS):
            lost += moves[firm, rung, 0]
        for to in range(1, N_RUNGS):
            all_to = 0.0
            for rung in range(1, N_RUNGS):
                all_to += moves[firm, rung, to]
            kept += all_to
        for rung in range(1, N_RUNGS):
            seen = 0.0
            for to in range(N_RUNGS):
                seen += moves[firm, rung, to]
            if seen <= _NOBODY:
                for to in range(N_RUNGS):
                    filled[firm, rung, to] = 0.0
                filled[firm, rung, 0] = lost
                filled[firm, rung, rung] = kept
    return filled


@loop
def _appraise(
    counts: Array,
    values: Array,
    margins: Array,
    moves: Array,
    lifetime_value: Array,
    entry_value: Array,
    equity_present: Array,
) -> tuple[Array, Array]:
    """Return what a present and a new customer are worth; equity is changed in place.

    Nobody is worth nothing, even where worth has no bound. A firm that has no customers now, or
    has won none, keeps the value that it saw last.
    """
    lifetime, entry = lifetime_value.copy(), entry_value.copy()
    for firm in range(counts.shape[0]):
        present = equity = entered = new = 0.0
        for rung in range(N_RUNGS):
            if rung > 0 and counts[firm, rung] > 0.0:
                present += counts[firm, rung]
                equity += counts[firm, rung] * values[firm, rung]
            coming = moves[firm, 0, rung]
            if coming > 0.0:
                entered += coming
                new += coming * (margins[firm, rung] + values[firm, rung])
        equity_present[firm] = equity
        if present > 0.0:
            lifetime[firm] = equity / max(present, 1.0)
        if entered > _NOBODY:
            entry[firm] = new / max(entered, _TINY)
    return lifetime, entry
