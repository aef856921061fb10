"""The working space of a block of customers, between the columns and the rules.

A compiler can run a loop on several customers at once only if it knows that what the loop
writes is not what it reads. So a block is one flat array of doubles in which each quantity
has a row at a fixed place: ``f[TRUST + c]`` is the trust of the block's customer c. Codes
(supplier, tier, rung ...) are whole numbers kept as doubles too, so that all of a customer is
of one width. The columns keep single precision and bytes.
"""

import itertools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers.draws import CHANCES, SHARED_CALLS, WORDS_A_CALL
from relsim.customers.terms import MET_TERMS, Term
from relsim.customers.traits import TRAITS

BLOCK = 1024  # customers a block: the working space, some 400 kB, fits the second cache
# Rows lie a little more than a block apart: at a power of two they would fight for the same
# lines of the cache.
ROW = BLOCK + 8

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.uint32]

_rows = itertools.count(0, ROW)

# State and traits ...
SUPPLIER = next(_rows)
TIER = next(_rows)  # in which the supplier sees the customer this month
NEXT_TIER = next(_rows)  # and from next month on
BOUND = next(_rows)
RUNG_BEFORE = next(_rows)
SATISFACTION = next(_rows)
TRUST = next(_rows)
PURCHASES = next(_rows)
RECOMMENDATIONS = next(_rows)
TENURE = next(_rows)
TRAIT_ROWS = {name: next(_rows) for name, trait in TRAITS.items() if trait.has_row}
USAGE = TRAIT_ROWS["usage"]
ORIENTATION = TRAIT_ROWS["orientation"]
SERVICE_DEMAND = TRAIT_ROWS["service_demand"]
# ... random numbers of the month, in (0, 1) ...
TROUBLE_CHANCE = next(_rows)
RECONSIDER_CHANCE = next(_rows)
LEAVE_CHANCE = next(_rows)
MOOD_CHANCE = next(_rows)
TELL_CHANCE = next(_rows)
# ... those that mechanisms share, four a call ...
SHARED_CHANCES = next(_rows)
for _ in range(WORDS_A_CALL * SHARED_CALLS - 1):
    next(_rows)
# ... and what the month brings: codes, fits, then units of usage and of service, and money.
TROUBLE = next(_rows)
OPEN = next(_rows)  # 1 = chooses this month
SAYING = next(_rows)
RUNG = next(_rows)
LEAVING = next(_rows)  # 1 = leaves the market at the end of the month
LETS_GO = next(_rows)  # 1 = in the last month of a contract
NOTABLE = next(_rows)  # 1 = met trouble, talked or is dissatisfied
TALK_PUSH = next(_rows)  # what recommendations of rivals add to reconsidering, if they do at all
FIT = next(_rows)  # of the supplier's offer, -1 to 1
EXPECTED_SALES = next(_rows)  # quantity expected, of which what is bought may be a Poisson count
BASE_SALES = next(_rows)
GROWTH_SALES = next(_rows)
CROSS_SALES = next(_rows)
PREMIUM_SALES = next(_rows)
DISCOUNTED_SALES = next(_rows)
SERVICE_UNITS = next(_rows)
CONTRIBUTION = next(_rows)  # money
SCRATCH = tuple(next(_rows) for _ in range(4))  # for one pass of a mechanism, no longer
MET = {term: next(_rows) for term in MET_TERMS}
"""Rows of the terms that every customer meets every month."""
SPACE = next(_rows)


def chance_row(name: str) -> int:
    """Return the row of a mechanism's random number of the month (:data:`draws.CHANCES`).

    Examples
    --------
    >>> (chance_row("loyalty_programme.redeem") - chance_row("loyalty_programme.join")) // ROW
    1
    """
    chance = CHANCES[name]
    return SHARED_CHANCES + (WORDS_A_CALL * chance.call + chance.word) * ROW


# Rows of places in the flat accounts.
_addresses = itertools.count(0, ROW)
YEAR_ADDRESS = next(_addresses)
CELL_ADDRESS = next(_addresses)
STEP_ADDRESS = next(_addresses)
ADDRESS_SPACE = next(_addresses)


class Socket(NamedTuple):
    """A row to which mechanisms may add, and when.

    Attributes
    ----------
    row : int
        Where it is in the block.
    unit : str
        What is added.
    after, before : str
        Steps of the schedule between which it may be added to; "" for after: from the beginning.
    """

    row: int
    unit: str
    after: str
    before: str


SOCKETS = {
    "experience": Socket(MET[Term.SERVICE], "experience, 0 to 1", "meet_terms", "experience"),
    "fit": Socket(FIT, "-1 to 1, times fit_weight", "fit", "experience"),
    "orientation": Socket(ORIENTATION, "what is needed; held within 0 to 1", "", "fit"),
    "pull_to_stay": Socket(
        MET[Term.PULL], "log-odds to stay (less of it: hazard)", "meet_terms", "reconsider"
    ),
    "usage": Socket(USAGE, "units a month; a factor", "", "buy"),
    "service_demand": Socket(SERVICE_DEMAND, "service units; a factor", "", "pay"),
    "recommending": Socket(MET[Term.RECOMMEND_RATE], "chance a month", "meet_terms", "talk"),
    "charges": Socket(CONTRIBUTION, "money this month, booked on a line of its own", "pay", "book"),
}
"""Where mechanisms touch the month: by name, and nowhere else."""
