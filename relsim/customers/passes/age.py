"""The accounts by age: what customers are worth is seen in them where customers differ for good."""

from typing import Any

import numpy as np

from relsim.customers.accounts import AGE_MONTHS, AGE_YEARS
from relsim.customers.block import CONTRIBUTION, RUNG, RUNG_BEFORE, SUPPLIER, TENURE
from relsim.customers.choosers import WHO_SUPPLIER
from relsim.customers.compiled import Whole, loop, rule
from relsim.customers.passes.book import MONTHS_A_YEAR
from relsim.customers.scene import Scene


@rule
def age_year(tenure: float) -> Whole:
    """Return the year of tenure, counted from 0, all late ones together.

    Examples
    --------
    >>> [int(age_year(months)) for months in (0.0, 11.0, 12.0, 500.0)]
    [0, 0, 1, 20]
    """
    # A hair is added because 12 * (1 / 12) may fall short of 1.
    return np.int64(min(tenure * (1.0 / MONTHS_A_YEAR) + 1e-9, AGE_YEARS - 1.0))


@rule
def age_month(tenure: float) -> Whole:
    """Return the months of tenure at the end of a month that began with ``tenure``, late ones one.

    Examples
    --------
    >>> [int(age_month(months)) for months in (0.0, 11.0, 500.0)]
    [1, 12, 240]
    """
    return np.int64(min(tenure + 1.0, AGE_MONTHS - 1.0))


@loop
def book_by_age(s: Scene) -> None:
    """Add a block to the accounts of its firms by year of tenure and rung."""
    f, columns, choosers, account = s.f, s.columns, s.choosers, s.account
    ages, earned, tenures = account.ages, account.earned, account.tenures
    for k in range(np.int64(choosers.number[0])):
        c: Any = np.int64(choosers.who[k])
        before = np.int64(choosers.state[WHO_SUPPLIER + k])
        if (before > 0) & (before != np.int64(f[SUPPLIER + c])):
            i = s.lo + c  # the columns still hold the beginning of the month
            year = age_year(np.float64(columns.tenure[i]))
            ages[before, year, np.int64(columns.rung[i]), 0] += 1.0
    for c in range(s.n):
        firm, rung = np.int64(f[SUPPLIER + c]), np.int64(f[RUNG + c])
        if firm > 0:
            year = age_year(f[TENURE + c])
            ages[firm, year, np.int64(f[RUNG_BEFORE + c]), rung] += 1.0
            earned[firm, year, rung] += f[CONTRIBUTION + c]
            if rung > 0:
                tenures[firm, age_month(f[TENURE + c]), rung] += 1.0
