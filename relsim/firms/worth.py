"""What customers are worth to their firm, from how they have moved on the ladder."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from relsim.customers.compiled import loop
from relsim.customers.terms import N_RUNGS
from relsim.economics.lifetime import eliminate, ladder_values, perpetuity

Array = npt.NDArray[np.float64]
MEMORY = 12.0  # months over which moves and contributions are remembered
_eliminate = loop(eliminate)
_FADE = 1.0 - 1.0 / MEMORY
_TINY = 1e-300  # a divisor where there is nothing to divide
_NOBODY = 1e-9  # what is left of a customer after many years of fading
_FIRST_LOSS = 0.02  # chance a month to lose a customer, before any was seen lost


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
        cells : array of shape (firms, N_RUNGS, 2)
            Customers on each rung at the end of the month, and their contribution; rung 0 are
            those who bought and then left the market.
        defence : array of shape (firms,)
            Money spent to keep customers; every customer present carries its share.
        acquired : array of shape (firms,)
            Customers won.
        winning : array of shape (firms,)
            Money spent to win customers, onboarding and discounts included.
        """
        counts, contributions = cells[..., 0], cells[..., 1]
        served = counts.sum(axis=-1)
        each = defence / np.maximum(served, 1.0)
        self._moves = _FADE * self._moves + steps
        self._present = _FADE * self._present + counts
        self._earned = _FADE * self._earned + contributions - each[:, None] * counts
        margins = self._earned / np.maximum(self._present, _TINY)
        # Who leaves the market buys in its last month too, whatever its rung: as many again.
        values = ladder_values(
            _with_unseen(self._moves), margins / self.stay, self.rate, _eliminate
        )
        staying = counts.copy()
        staying[:, 0] = 0.0
        present = staying.sum(axis=-1)
        self.equity_present = _sum_of(staying, values)
        self.lifetime_value = np.where(
            present > 0.0, self.equity_present / np.maximum(present, 1.0), self.lifetime_value
        )
        entering = self._moves[:, 0, :]
        entered = entering.sum(axis=-1)
        new = _sum_of(entering, margins + values)
        self.entry_value = np.where(
            entered > _NOBODY, new / np.maximum(entered, _TINY), self.entry_value
        )
        if self.rate > 0.0:  # else those to come have no finite value, and none is tracked
            net = acquired * self.entry_value - winning
            self._coming += (net - self._coming) * (1.0 if self._first else 1.0 / MEMORY)
            self._first = False
        self.equity_future = perpetuity(self._coming, self.rate)


def _with_unseen(moves: Array) -> Array:
    """Return moves in which a rung that nobody was seen on keeps customers as all rungs do.

    Without this the first advocate of a firm would seem worth nothing.
    """
    body = moves[:, 1:, :]
    unseen = body.sum(axis=-1) <= _NOBODY
    if not unseen.any():
        return moves
    pooled = body.sum(axis=1)
    alike = np.zeros_like(body)
    alike[:, :, 0] = pooled[:, :1]
    stay = np.arange(body.shape[1])
    alike[:, stay, stay + 1] = pooled[:, 1:].sum(axis=-1)[:, None]
    filled = moves.copy()
    filled[:, 1:, :] = np.where(unseen[..., None], alike, body)
    return filled


def _sum_of(people: Array, worth: Array) -> Array:
    """Return what so many people are worth; nobody is worth nothing even without bound."""
    total: Array = (people * np.where(people > 0.0, worth, 0.0)).sum(axis=-1)
    return total
