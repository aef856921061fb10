"""The accounts by age: what customers are worth is seen in them where customers differ for good."""

from typing import Any

import numpy as np

from relsim.customers.accounts import AGE_FIELDS, AGES, EARLY_MONTHS
from relsim.customers.block import (
    CONTRIBUTION,
    RUNG,
    RUNG_BEFORE,
    STEP_ADDRESS,
    SUPPLIER,
    TENURE,
)
from relsim.customers.choosers import WHO_SUPPLIER
from relsim.customers.compiled import loop, rule
from relsim.customers.passes.book import MONTHS_A_YEAR
from relsim.customers.scene import Scene
from relsim.customers.terms import N_RUNGS

_WIDTH = len(AGE_FIELDS)
# An unsigned place: a signed one would be tested for counting from the end.
_PLACE, _EARNED = np.uint64(STEP_ADDRESS), np.uint64(AGE_FIELDS.index("earned"))


@rule
def age(tenure: float) -> float:
    """Return the age of a relationship: months of tenure, later years of it, all late ones one.

    Examples
    --------
    >>> [int(age(months)) for months in (0.0, 35.0, 36.0, 47.0, 48.0, 239.0, 500.0)]
    [0, 35, 36, 36, 37, 52, 53]
    """
    # A hair is added because 12 * (1 / 12) may fall short of 1.
    years = np.floor((tenure - EARLY_MONTHS) * (1.0 / MONTHS_A_YEAR) + 1e-9)
    late = min(EARLY_MONTHS + years, AGES - 1.0)
    return tenure if tenure < EARLY_MONTHS else late


@loop
def book_by_age(s: Scene) -> None:
    """Add a block to the accounts of its firms by age of the relationship and rung."""
    f, columns, choosers, at, n = s.f, s.columns, s.choosers, s.address, s.n
    for k in range(np.int64(choosers.number[0])):
        c: Any = np.int64(choosers.who[k])
        before = np.int64(choosers.state[WHO_SUPPLIER + k])
        if (before > 0) & (before != np.int64(f[SUPPLIER + c])):
            i = s.lo + c  # the columns still hold the beginning of the month
            old = np.int64(age(np.float64(columns.tenure[i])))
            s.account.ages[before, old, np.int64(columns.rung[i]), 0, 0] += 1.0
    for c in range(n):
        place = f[SUPPLIER + c] * AGES + age(f[TENURE + c])
        place = (place * N_RUNGS + f[RUNG_BEFORE + c]) * N_RUNGS + f[RUNG + c]
        at[STEP_ADDRESS + c] = np.int32(place) * _WIDTH
    ages = s.account.ages.reshape(-1)
    for c in range(np.uint64(n)):
        here = np.uint64(at[_PLACE + c])
        ages[here] += 1.0
        ages[here + _EARNED] += f[np.uint64(CONTRIBUTION) + c]
