"""Where a month's sums over customers go: one row of tables per chunk of customers.

Each chunk adds up its own customers in their order, and the chunks are folded in theirs, so
totals are the same bits for any number of threads.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers import block
from relsim.customers.rules.choice import WAYS
from relsim.customers.rules.departure import CAUSES
from relsim.customers.terms import N_RUNGS, N_TIERS

TENURE_YEARS = 11  # ten single years, and all later ones together
EARLY_MONTHS = 36  # of tenure, each an age of its own where customers are booked by age
LATE_YEARS = 17  # and years after them, each an age; all later ones together are the last
AGES = EARLY_MONTHS + LATE_YEARS + 1
AGE_FIELDS = ("moves", "earned")  # customers, and their contribution in money
AGE_MONTHS = EARLY_MONTHS + 12 * LATE_YEARS + 1  # the months of the ages, later ones as one
_MOST_CHUNKS = 256
_LEAST_BLOCKS = 4  # a chunk

YEAR_SUMS = {
    "usage": block.BASE_SALES,
    "growth": block.GROWTH_SALES,
    "cross_sales": block.CROSS_SALES,
    "premium": block.PREMIUM_SALES,
    "discounted": block.DISCOUNTED_SALES,
    "service": block.SERVICE_UNITS,
}
"""Quantities added up by firm and year of tenure, and the rows of a block that hold them."""

YEAR_FIELDS = ("customer_months", *YEAR_SUMS, "lost", "left_market")
"""Sums by firm and year of tenure; customers ``lost`` by choice, and gone for good."""

FIRM_FIELDS = (
    "failures",
    "complaints",
    "recovered",
    "recommendations",
    "warnings",
    "left_market",
    "left_at_once",
    "reconsidered",
    "dissatisfied",
    "saved",
)
"""Counts by firm; ``left_at_once``: of those who left the market, who had come in the month."""

CELL_SUMS = {
    "contribution": block.CONTRIBUTION,
    "satisfaction": block.SATISFACTION,
    "trust": block.TRUST,
}
"""Amounts added up by firm, rung and value tier, and their rows; ``contribution`` in money."""

CELL_FIELDS = ("customers", *CELL_SUMS)
"""Sums by firm, rung and value tier. Rung 0: left the market."""

Table = npt.NDArray[np.float64]


class Accounts(NamedTuple):
    """Sums of a month; the first axis is the chunk until :func:`fold` removes it.

    ``years`` (firm, tenure year, YEAR_FIELDS); ``firms`` (firm, FIRM_FIELDS); ``flows``
    (firm before, firm after) customers who changed; ``sources`` (firm, how it came into
    consideration) new customers; ``cells`` (firm, rung, tier, CELL_FIELDS);
    ``steps`` (firm, rung before, rung after), 0 = lost; ``causes`` (firm,
    :data:`relsim.customers.rules.departure.CAUSES`) customers lost.

    Where customers differ for good, by age too, else with no entry: ``ages`` (firm, age, rung
    before, rung after, AGE_FIELDS), with moves as in ``steps``.
    """

    years: Table
    firms: Table
    flows: Table
    sources: Table
    cells: Table
    steps: Table
    causes: Table
    ages: Table


def chunk_size(customers: int) -> int:
    """Return how many customers a chunk has: a function of the market's size alone."""
    blocks = -(-customers // (block.BLOCK * _MOST_CHUNKS))
    return block.BLOCK * max(_LEAST_BLOCKS, blocks)


def chunk_count(customers: int) -> int:
    """Return how many chunks a market of this size has."""
    return -(-customers // chunk_size(customers))


def allocate(chunks: int, firms: int, sees_age: bool = False) -> Accounts:
    """Return empty accounts for this many chunks and firms, by age too or not."""
    rows = firms + 1
    ages = AGES if sees_age else 0
    return Accounts(
        years=np.zeros((chunks, rows, TENURE_YEARS, len(YEAR_FIELDS))),
        firms=np.zeros((chunks, rows, len(FIRM_FIELDS))),
        flows=np.zeros((chunks, rows, rows)),
        sources=np.zeros((chunks, rows, len(WAYS))),
        cells=np.zeros((chunks, rows, N_RUNGS, N_TIERS, len(CELL_FIELDS))),
        steps=np.zeros((chunks, rows, N_RUNGS, N_RUNGS)),
        causes=np.zeros((chunks, rows, len(CAUSES))),
        ages=np.zeros((chunks, rows, ages, N_RUNGS, N_RUNGS, len(AGE_FIELDS))),
    )


def fold(accounts: Accounts) -> Accounts:
    """Add up the chunks, in their order."""
    if accounts.years.shape[0] == 1:
        return Accounts(*(table[0] for table in accounts))
    return Accounts(*(np.add.reduce(table, axis=0) for table in accounts))


def without_age(accounts: Accounts) -> Accounts:
    """Return accounts without what is kept by age, which nobody asks for after the month."""
    return accounts._replace(ages=accounts.ages[:, :0].copy())
