"""Brand switching by a given matrix: the next supplier depends on the present one alone."""

import numpy as np

from relsim.customers.block import BOUND, OPEN, RECONSIDER_CHANCE, SUPPLIER, Floats
from relsim.customers.choosers import THROUGH, WINNER
from relsim.customers.compiled import Whole, loop, rule
from relsim.customers.passes.choose import gather
from relsim.customers.rules import choice
from relsim.customers.scene import FIRM, Scene
from relsim.customers.terms import Term

_ABSENT = int(Term.ABSENT)


@rule
def next_supplier(u: float, chances: Floats, there: Floats, present: Whole) -> Whole:
    """Return the next supplier, 0 for none, by the present one's row of a switching matrix.

    The row is read with the present supplier first, so that a customer stays where ``u`` is below
    the chance to stay. Firms that are not in the market are left out and the rest of the row is
    scaled to 1; where nothing is left of it a customer stays, or is without a supplier.

    Parameters
    ----------
    u : float
        A random number in (0, 1).
    chances : array of shape (firms + 1,)
        The row: the chance of each next supplier, place 0 for none.
    there : array of shape (firms + 1,)
        1 for each firm in the market, and at place 0; else 0.
    present : int
        The present supplier.

    Examples
    --------
    >>> row, all_there = np.array([0.0, 0.5, 0.3, 0.2]), np.ones(4)
    >>> [next_supplier(u, row, all_there, 2) for u in (0.2, 0.4, 0.9)]
    [2, 1, 3]
    """
    total = 0.0
    for k in range(chances.size):
        total += chances[k] * there[k]
    reached = chances[present] * there[present]
    found = present if (reached > 0.0) | ((total == 0.0) & (there[present] > 0.0)) else 0
    if u * total < reached:
        return found
    for k in range(chances.size):
        chance = 0.0 if k == present else chances[k] * there[k]
        if (chance > 0.0) & (u * total >= reached):
            found = k
        reached += chance
    return found


@rule
def _firms_there(terms: Floats) -> Floats:
    """Return 1 for each firm in the market, else 0; 1 at place 0, of having none."""
    there = np.ones(terms.size // FIRM)
    for g in range(1, there.size):
        there[g] = 0.0 if terms[g * FIRM + _ABSENT] > 0.0 else 1.0
    return there


@rule
def _next_of(s: Scene, there: Floats, c: Whole) -> Whole:
    """Return where the matrix sends the block's customer c."""
    present = np.int64(s.f[SUPPLIER + c])
    return next_supplier(s.f[RECONSIDER_CHANCE + c], s.m.switching[present], there, present)


@loop
def reconsider_by_matrix(s: Scene) -> None:
    """Mark who reconsiders: whom the switching matrix sends elsewhere, while no contract binds."""
    f, there = s.f, _firms_there(s.terms)
    for c in range(s.n):
        present = np.int64(f[SUPPLIER + c])
        free = (f[BOUND + c] <= 1.0) | (there[present] == 0.0)
        f[OPEN + c] = 1.0 if free & (_next_of(s, there, c) != present) else 0.0


@loop
def choose_by_matrix(s: Scene) -> None:
    """Let every chooser go where the switching matrix sends it."""
    r, there = s.choosers.outcome, _firms_there(s.terms)
    count = gather(s)
    for k in range(count):
        winner = _next_of(s, there, np.int64(s.choosers.who[k]))
        r[WINNER + k] = winner
        r[THROUGH + k] = choice.AWARENESS if winner > 0 else choice.NOBODY
    s.choosers.number[0] = count
