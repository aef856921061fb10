"""What customers are worth to their firm, from how they have moved on the ladder."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import CELL_FIELDS, Accounts
from relsim.customers.compiled import loop, rule
from relsim.customers.terms import N_RUNGS, N_TIERS
from relsim.economics.lifetime import endless, perpetuity, rung_values
from relsim.firms.quantities import places
from relsim.firms.worth_by_age import NOBODY, WorthByAge, moves_from

Array = npt.NDArray[np.float64]
MEMORY = 12.0  # months over which moves and contributions are remembered
_FADE = 1.0 - 1.0 / MEMORY
_TINY = 1e-300  # a divisor where there is nothing to divide
_FIRST_LOSS = 0.02  # chance a month to lose a customer, before any was seen lost

# What is remembered of a firm: moves from each rung, then these rows.
_PRESENT, _EARNED, _COMING, _ROWS = range(N_RUNGS, N_RUNGS + 4)
_PEOPLE, _CONTRIBUTION = (CELL_FIELDS.index(name) for name in ("customers", "contribution"))
_LIFETIME_VALUE, _ENTRY_VALUE, _EQUITY_PRESENT, _EQUITY_FUTURE, _CUSTOMER_EQUITY = places(
    "lifetime_value", "entry_value", "equity_present", "equity_future", "customer_equity"
)
_CUSTOMERS, _ACQUIRED, _RESOLD, _WINNING, _DEFENCE, _RUNNING = places(
    "customers", "acquired", "resold", "winning", "defence", "running_contribution"
)
_rung_values = loop(rung_values)
_endless = loop(endless)
_perpetuity = rule(perpetuity)

NEED_DISCOUNT = ("equity_future", "customer_equity")
"""Columns that are not defined without discount."""

NO_DISCOUNT = (
    "Customer equity is not defined at market.annual_discount_rate 0: customers to come, month "
    "after month without end, have no finite value."
)
"""Why they are not."""


class Worth:
    """Lifetime values and customer equity of all firms, updated month by month.

    The ladder is read as a Markov chain (``economics.lifetime.ladder_values``), where customers
    differ for good and money is discounted by age too (:mod:`relsim.firms.worth_by_age`).
    Moves and contributions are remembered with weights that fade over ``MEMORY`` months.

    Parameters
    ----------
    figures : array of shape (firms, FIGURES)
        At the start: customers, and what one contributes a month; worth is put in.
    rate : float
        Discount rate a month.
    turnover : float
        Chance a month to leave the market for good.
    """

    def __init__(self, figures: Array, rate: float, turnover: float) -> None:
        self.rate = rate
        self.stay = 1.0 - turnover
        self._memory = np.zeros((figures.shape[0], _ROWS, N_RUNGS))
        self.by_age: WorthByAge | None = None
        self._first = True
        value = figures[:, _RUNNING] / (rate + _FIRST_LOSS)
        figures[:, _LIFETIME_VALUE] = figures[:, _ENTRY_VALUE] = value
        figures[:, _EQUITY_PRESENT] = figures[:, _CUSTOMERS] * value
        figures[:, _CUSTOMER_EQUITY] = figures[:, _EQUITY_PRESENT] + figures[:, _EQUITY_FUTURE]

    def close(self, firms: Sequence[int]) -> None:
        """Let firms leave the market: nobody will come to them any more."""
        self._memory[list(firms), _COMING] = 0.0
        if self.by_age is not None:
            self.by_age.close(firms)

    def update(self, accounts: Accounts, month: Array, before: Array) -> None:
        """Take in a month, and put into its figures what customers are worth after it.

        Parameters
        ----------
        accounts : Accounts
            Sums over customers, chunks folded; rung 0 are those who bought and then left the
            market.
        month, before : array of shape (firms, FIGURES)
            Figures of the month and of the one before. Money spent to keep customers is shared
            by every customer present.
        """
        weight = 1.0 if self._first else 1.0 / MEMORY
        if accounts.ages.size and self.rate > 0.0:
            if self.by_age is None:
                self.by_age = WorthByAge(month.shape[0], MEMORY)
            self.by_age.update(accounts, month, before, self.rate, self.stay)
            return
        _update(
            self._memory,
            accounts.steps,
            accounts.cells,
            month,
            before,
            self.rate,
            self.stay,
            weight,
        )
        self._first = self._first and self.rate <= 0.0  # then those to come have no finite value


@loop
def _update(
    memory: Array,
    steps: Array,
    cells: Array,
    month: Array,
    before: Array,
    rate: float,
    stay: float,
    weight: float,
) -> None:
    """Let what is remembered fade, add the month's, and appraise; ``weight`` is that of news."""
    counts = _remember(memory, steps, cells, month)
    firms = memory.shape[0]
    margins, leaving = np.zeros((firms, N_RUNGS)), np.zeros((firms, N_RUNGS))
    for firm in range(firms):
        for rung in range(N_RUNGS):
            earned, present = memory[firm, _EARNED, rung], memory[firm, _PRESENT, rung]
            margins[firm, rung] = earned / max(present, _TINY)
            # Who leaves the market buys in its last month too, whatever its rung: as many again.
            leaving[firm, rung] = margins[firm, rung] / stay
    seen = _with_unseen(memory)
    values = _rung_values(seen, leaving, rate, _endless(seen, rate))
    for firm in range(firms):
        row, coming = month[firm], memory[firm, _COMING]
        row[_LIFETIME_VALUE] = before[firm, _LIFETIME_VALUE]
        row[_ENTRY_VALUE] = before[firm, _ENTRY_VALUE]
        _appraise(row, counts[firm], values[firm], margins[firm], memory[firm])
        if rate > 0.0:
            new = row[_ACQUIRED] + row[_RESOLD]
            net = new * row[_ENTRY_VALUE] - row[_WINNING]
            coming[0] += (net - coming[0]) * weight
        row[_EQUITY_FUTURE] = _perpetuity(coming[0], rate)
        row[_CUSTOMER_EQUITY] = row[_EQUITY_PRESENT] + row[_EQUITY_FUTURE]


@loop
def _remember(memory: Array, steps: Array, cells: Array, month: Array) -> Array:
    """Let what is remembered fade, add the month's, and return its customers by rung."""
    firms = memory.shape[0]
    counts = np.zeros((firms, N_RUNGS))
    for firm in range(firms):
        moves, earned, present = memory[firm], memory[firm, _EARNED], memory[firm, _PRESENT]
        served = 0.0
        for rung in range(N_RUNGS):
            for tier in range(N_TIERS):
                counts[firm, rung] += cells[firm + 1, rung, tier, _PEOPLE]
            served += counts[firm, rung]
        each = month[firm, _DEFENCE] / max(served, 1.0)
        for rung in range(N_RUNGS):
            contribution = 0.0
            for tier in range(N_TIERS):
                contribution += cells[firm + 1, rung, tier, _CONTRIBUTION]
            kept = _FADE * earned[rung] + contribution
            earned[rung] = kept - each * counts[firm, rung]
            present[rung] = _FADE * present[rung] + counts[firm, rung]
            for to in range(N_RUNGS):
                moves[rung, to] = _FADE * moves[rung, to] + steps[firm + 1, rung, to]
    return counts


@loop
def _with_unseen(memory: Array) -> Array:
    """Return moves in which a rung that nobody was seen on keeps customers as all rungs do.

    Without this the first advocate of a firm would seem worth nothing.
    """
    filled = np.empty((memory.shape[0], N_RUNGS, N_RUNGS))
    for firm in range(memory.shape[0]):
        moves, mine = memory[firm], filled[firm]
        for rung in range(N_RUNGS):
            for to in range(N_RUNGS):
                mine[rung, to] = moves[rung, to]
        lost = kept = 0.0
        for rung in range(1, N_RUNGS):
            lost += moves[rung, 0]
        for to in range(1, N_RUNGS):
            all_to = 0.0
            for rung in range(1, N_RUNGS):
                all_to += moves[rung, to]
            kept += all_to
        for rung in range(1, N_RUNGS):
            if moves_from(moves, rung) <= NOBODY:
                for to in range(N_RUNGS):
                    mine[rung, to] = 0.0
                mine[rung, 0] = lost
                mine[rung, rung] = kept
    return filled


@loop
def _appraise(row: Array, counts: Array, values: Array, margins: Array, memory: Array) -> None:
    """Put in what a present and a new customer of a firm are worth, and its present customers.

    Nobody is worth nothing, even where worth has no bound. A firm that has no customers now, or
    has won none, keeps the value that it saw last.
    """
    present = equity = entered = new = 0.0
    for rung in range(N_RUNGS):
        if rung > 0 and counts[rung] > 0.0:
            present += counts[rung]
            equity += counts[rung] * values[rung]
        coming = memory[0, rung]
        if coming > 0.0:
            entered += coming
            new += coming * (margins[rung] + values[rung])
    row[_EQUITY_PRESENT] = equity
    if present > 0.0:
        row[_LIFETIME_VALUE] = equity / max(present, 1.0)
    if entered > NOBODY:
        row[_ENTRY_VALUE] = new / max(entered, _TINY)
