"""What customers are worth where they differ for good: by age and rung.

Who leaves easily leaves first. A chain that sees the rung alone takes all on it for alike, and so
takes those who stayed for less loyal than they are, and newcomers for more.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import AGE_FIELDS, AGE_MONTHS, AGES, Accounts
from relsim.customers.compiled import Whole, loop, rule
from relsim.customers.passes.age import age
from relsim.customers.terms import N_RUNGS
from relsim.economics.lifetime import perpetuity, rung_values, tenure_values
from relsim.firms.quantities import places

Array = npt.NDArray[np.float64]
_TINY = 1e-300  # a divisor where there is nothing to divide
NOBODY = 1e-9  # what is left of a customer after many years of fading
_MOVES, _EARNED = range(len(AGE_FIELDS))
_FIRST_RUNG = 1  # on which a customer is taken to begin, before anyone was seen to
_LIFETIME_VALUE, _ENTRY_VALUE, _EQUITY_PRESENT, _EQUITY_FUTURE, _CUSTOMER_EQUITY = places(
    "lifetime_value", "entry_value", "equity_present", "equity_future", "customer_equity"
)
_ACQUIRED, _RESOLD, _WINNING, _DEFENCE = places("acquired", "resold", "winning", "defence")
_rung_values = loop(rung_values)
_tenure_values = loop(tenure_values)
_perpetuity = rule(perpetuity)
_AGE_OF = np.array([age(float(t)) for t in range(AGE_MONTHS)], np.int64)


class WorthByAge:
    """Lifetime values and customer equity of all firms, from moves by age and rung.

    Parameters
    ----------
    firms : int
        How many there are.
    memory : float
        Months over which moves and contributions are remembered, with weights that fade.

    Attributes
    ----------
    moves : array of shape (firms, AGES, N_RUNGS, N_RUNGS)
        Moves that are remembered, from rung (0: newcomers) to rung (0: lost).
    earned : array of shape (firms, AGES, N_RUNGS)
        Money that they brought, less what was spent to keep them.
    by_tenure : array of shape (firms, AGE_MONTHS, N_RUNGS)
        What a customer is worth just after a month, by months of tenure and rung; money.
    """

    def __init__(self, firms: int, memory: float) -> None:
        self._memory = memory
        self.moves = np.zeros((firms, AGES, N_RUNGS, N_RUNGS))
        self.earned = np.zeros((firms, AGES, N_RUNGS))
        self._coming = np.zeros(firms)
        self._first = True
        self.by_tenure: Array = np.zeros((firms, AGE_MONTHS, N_RUNGS))

    def close(self, firms: Sequence[int]) -> None:
        """Let firms leave the market: nobody will come to them any more."""
        self._coming[list(firms)] = 0.0

    def update(
        self, accounts: Accounts, month: Array, before: Array, rate: float, stay: float
    ) -> None:
        """Take in a month, and put into its figures what customers are worth after it.

        Parameters
        ----------
        accounts, month, before
            As for :meth:`relsim.firms.worth.Worth.update`.
        rate : float
            Discount rate a month, above 0.
        stay : float
            Chance a month not to leave the market for good.
        """
        fade = 1.0 - 1.0 / self._memory
        _remember(self.moves, self.earned, accounts.ages, month, fade)
        weight = 1.0 if self._first else 1.0 / self._memory
        _appraise(
            self.moves,
            self.earned,
            self._coming,
            self.by_tenure,
            accounts.ages,
            month,
            before,
            rate,
            stay,
            weight,
        )
        self._first = False


@loop
def _remember(moves: Array, earned: Array, ages: Array, month: Array, fade: float) -> None:
    """Let what is remembered fade, and add the month's, less what was spent to keep customers."""
    for firm in range(moves.shape[0]):
        mine = ages[firm + 1]
        served = 0.0
        for old in range(AGES):
            for rung in range(N_RUNGS):
                for to in range(N_RUNGS):
                    moved = mine[old, rung, to, _MOVES]
                    served += moved if to > 0 else 0.0
                    moves[firm, old, rung, to] = fade * moves[firm, old, rung, to] + moved
        each = month[firm, _DEFENCE] / max(served, 1.0)
        for old in range(AGES):
            for to in range(N_RUNGS):
                brought = 0.0
                for rung in range(N_RUNGS):
                    moved = mine[old, rung, to]
                    brought += moved[_EARNED] - each * moved[_MOVES]
                earned[firm, old, to] = fade * earned[firm, old, to] + brought


@loop
def _appraise(
    moves: Array,
    earned: Array,
    coming: Array,
    values: Array,
    ages: Array,
    month: Array,
    before: Array,
    rate: float,
    stay: float,
    weight: float,
) -> None:
    """Put in what a present and a new customer of each firm are worth, and customer equity."""
    for firm in range(moves.shape[0]):
        row, mine = month[firm], moves[firm]
        row[_LIFETIME_VALUE] = before[firm, _LIFETIME_VALUE]
        row[_ENTRY_VALUE] = before[firm, _ENTRY_VALUE]
        steps = _filled(mine)
        margins = _margins(mine, earned[firm])
        leaving = margins / stay  # who leaves the market buys in its last month too
        last = steps[AGES - 1 :]
        endless = np.zeros((1, N_RUNGS - 1), np.bool_)
        at_last = _rung_values(last, leaving[AGES - 1 :], rate, endless)
        values[firm] = _tenure_values(steps, leaving, _AGE_OF, at_last[0], rate)
        after = _after(values[firm])
        present = equity = 0.0
        for old in range(AGES):
            for rung in range(1, N_RUNGS):
                people = 0.0
                for was in range(N_RUNGS):
                    people += ages[firm + 1, old, was, rung, _MOVES]
                present += people
                equity += people * after[old, rung]
        row[_EQUITY_PRESENT] = equity
        if present > 0.0:
            row[_LIFETIME_VALUE] = equity / present
        if _seen(mine) > NOBODY:
            row[_ENTRY_VALUE] = _entry_value(mine[0, 0], margins[0], values[firm, 1])
        net = (row[_ACQUIRED] + row[_RESOLD]) * row[_ENTRY_VALUE] - row[_WINNING]
        coming[firm] += (net - coming[firm]) * weight
        row[_EQUITY_FUTURE] = _perpetuity(coming[firm], rate)
        row[_CUSTOMER_EQUITY] = row[_EQUITY_PRESENT] + row[_EQUITY_FUTURE]


@loop
def _after(values: Array) -> Array:
    """Return values after a month at each age: of those of later years, the mean of the year."""
    after, months = np.zeros((AGES, N_RUNGS)), np.zeros(AGES)
    for t in range(AGE_MONTHS):
        months[_AGE_OF[t]] += 1.0
        for rung in range(N_RUNGS):
            after[_AGE_OF[t], rung] += values[min(t + 1, AGE_MONTHS - 1), rung]
    for old in range(AGES):
        for rung in range(N_RUNGS):
            after[old, rung] /= months[old]
    return after


@loop
def _entry_value(entries: Array, margins: Array, values: Array) -> float:
    """Return what a new customer is worth, its first month included.

    It is known before anyone came: who comes is then taken to begin on the first rung.
    """
    entered = new = 0.0
    for rung in range(1, N_RUNGS):
        entered += entries[rung]
        new += entries[rung] * (margins[rung] + values[rung])
    if entered > NOBODY:
        return float(new / entered)
    return float(margins[_FIRST_RUNG] + values[_FIRST_RUNG])


@loop
def _seen(moves: Array) -> float:
    """Return how many moves are remembered."""
    seen = 0.0
    for move in moves.flat:
        seen += move
    return seen


@loop
def _filled(moves: Array) -> Array:
    """Return moves in which a rung that was not seen at an age moves as at all ages.

    A rung that was never seen keeps customers as all rungs do.
    """
    every = np.zeros((N_RUNGS, N_RUNGS))
    lost = kept = 0.0
    for old in range(AGES):
        for rung in range(N_RUNGS):
            for to in range(N_RUNGS):
                every[rung, to] += moves[old, rung, to]
                if rung > 0:
                    lost += moves[old, rung, to] if to == 0 else 0.0
                    kept += moves[old, rung, to] if to > 0 else 0.0
    filled = moves.copy()
    for rung in range(1, N_RUNGS):
        if moves_from(every, rung) <= NOBODY:
            for to in range(N_RUNGS):
                every[rung, to] = 0.0
            every[rung, 0], every[rung, rung] = lost, kept
        for old in range(AGES):
            if moves_from(moves[old], rung) <= NOBODY:
                for to in range(N_RUNGS):
                    filled[old, rung, to] = every[rung, to]
    return filled


@loop
def moves_from(moves: Array, rung: Whole) -> float:
    """Return how many were seen to move from a rung."""
    seen = 0.0
    for to in range(N_RUNGS):
        seen += moves[rung, to]
    return seen


@loop
def _margins(moves: Array, earned: Array) -> Array:
    """Return money a month by age and rung; that of all ages where nobody was seen."""
    present = np.zeros((AGES, N_RUNGS))
    margins = np.zeros((AGES, N_RUNGS))
    for to in range(1, N_RUNGS):
        people = money = 0.0
        for old in range(AGES):
            for rung in range(N_RUNGS):
                present[old, to] += moves[old, rung, to]
            people += present[old, to]
            money += earned[old, to]
        for old in range(AGES):
            there = present[old, to] > NOBODY
            margins[old, to] = (
                earned[old, to] / max(present[old, to], _TINY)
                if there
                else money / max(people, _TINY)
            )
    return margins
