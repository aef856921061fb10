"""The working space of those of a block who choose, packed together."""

import itertools
from typing import NamedTuple

import numpy as np

from relsim.customers.block import ROW, Floats, Index
from relsim.customers.compiled import rule

PACK = 16  # customers that a vectorised loop takes a step
CHANCES_A_CALL = 4  # words of one call of the generator

# Rows of what the choice reads of a chooser.
_state = itertools.count(0, ROW)
WHO_SUPPLIER = next(_state)
WHO_SATISFACTION = next(_state)
WHO_TRUST = next(_state)
WHO_PRICE_SENSITIVITY = next(_state)
WHO_ORIENTATION = next(_state)
OPTIONS = next(_state)  # more than 0 if there is anything to choose
_STATE_SPACE = next(_state)

# Rows of the outcome: shortest arrival time so far, whose it is, how it was considered.
_outcome = itertools.count(0, ROW)
EARLIEST = next(_outcome)
WINNER = next(_outcome)
THROUGH = next(_outcome)
_OUTCOME_SPACE = next(_outcome)

# Rows a firm of what was heard: the chance that no recommendation moved the chooser, and what
# warnings left of the firm's standing.
_heard = itertools.count(0, ROW)
UNMOVED = next(_heard)
STANDING = next(_heard)
HEARD_A_FIRM = next(_heard)


class Choosers(NamedTuple):
    """Who chooses, and what: entry k of each row is the k-th of them.

    Attributes
    ----------
    who : array of shape (ROW,)
        Place in the block.
    state, outcome : array
        Rows as named above.
    heard : array
        HEARD_A_FIRM entries a firm.
    chances : array
        The random numbers of four firms, a row each.
    ways : array
        A row a firm: through what it is considered.
    number : array of shape (1,)
        How many choose.
    """

    who: Index
    state: Floats
    heard: Floats
    chances: Floats
    ways: Floats
    outcome: Floats
    number: Index


@rule
def choosers_space(firms: int) -> Choosers:
    """Return working space for the choosers of a block, in a market of so many firms."""
    return Choosers(
        np.empty(ROW, np.uint32),
        np.empty(_STATE_SPACE),
        np.empty(HEARD_A_FIRM * firms),
        np.empty(CHANCES_A_CALL * ROW),
        np.empty(firms * ROW),
        np.empty(_OUTCOME_SPACE),
        np.zeros(1, np.uint32),
    )


@rule
def padded(count: int) -> int:
    """Return count rounded up to a whole number of packs.

    Examples
    --------
    >>> [padded(count) for count in (0, 1, 16, 17)]
    [0, 16, 16, 32]
    """
    return (count + PACK - 1) // PACK * PACK
