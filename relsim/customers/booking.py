"""The compiled accounting: where a customer's month is added up."""

import numpy as np

from relsim.customers.accounts import CELL_FIELDS, FIRM_FIELDS, TENURE_YEARS, YEAR_FIELDS, Accounts
from relsim.customers.block import (
    BASE_SALES,
    CONTRIBUTION,
    NOTABLE,
    ROW,
    RUNG,
    RUNG_BEFORE,
    SATISFACTION,
    SAYING,
    SUPPLIER,
    TENURE,
    TIER,
    TROUBLE,
    Floats,
    Index,
)
from relsim.customers.choosing import WARNING_OFFSET
from relsim.customers.compiled import Whole, loop, rule
from relsim.customers.rules import experience as living
from relsim.customers.rules.departure import LEFT_MARKET
from relsim.customers.terms import N_RUNGS, N_TIERS, Mechanisms

MONTHS_A_YEAR = 12

_YEAR_WIDTH = len(YEAR_FIELDS)
_CELL_WIDTH = len(CELL_FIELDS)
_LOST = YEAR_FIELDS.index("lost")
_LEFT = YEAR_FIELDS.index("left_market")
_FAILURES = FIRM_FIELDS.index("failures")
_COMPLAINTS = FIRM_FIELDS.index("complaints")
_RECOVERED = FIRM_FIELDS.index("recovered")
_RECOMMENDATIONS = FIRM_FIELDS.index("recommendations")
_WARNINGS = FIRM_FIELDS.index("warnings")
_LEFT_MARKET = FIRM_FIELDS.index("left_market")
_DISSATISFIED = FIRM_FIELDS.index("dissatisfied")
_RECONSIDERED = FIRM_FIELDS.index("reconsidered")
_SAVED = FIRM_FIELDS.index("saved")
_SALES = YEAR_FIELDS.index("lost") - 1  # rows of a block that are added to its tenure years
# Rows of addresses, kept where the choosers' places were.
_YEAR_ROW, _CELL_ROW, _STEP_ROW = np.uint64(0), np.uint64(ROW), np.uint64(2 * ROW)


@rule
def tenure_year(tenure: float) -> Whole:
    """Return the year of tenure, counted from 0, all late ones together.

    Examples
    --------
    >>> [int(tenure_year(months)) for months in (0.0, 11.0, 12.0, 500.0)]
    [0, 0, 1, 10]
    """
    # A hair is added because 12 * (1 / 12) may fall short of 1.
    return np.int32(min(tenure * (1.0 / MONTHS_A_YEAR) + 1e-9, TENURE_YEARS - 1.0))


@rule
def book_trouble(account: Accounts, firm: Whole, trouble: float) -> None:
    """Book a failure, and the complaint and recovery that followed."""
    account.firms[firm, _FAILURES] += 1.0 if trouble >= living.FAILED else 0.0
    account.firms[firm, _COMPLAINTS] += 1.0 if trouble >= living.COMPLAINED else 0.0
    account.firms[firm, _RECOVERED] += 1.0 if trouble >= living.RECOVERED else 0.0


@rule
def book_move(
    account: Accounts, f: Floats, c: Whole, before: Whole, after: Whole, through: Whole
) -> None:
    """Book the choice of the block's customer c, before anything of it is changed."""
    if before > 0:
        account.firms[before, _RECONSIDERED] += 1.0
    if before != after:
        account.flows[before, after] += 1.0
        account.sources[after, through] += 1.0
        if before > 0:
            account.years[before, tenure_year(f[TENURE + c]), _LOST] += 1.0
            account.steps[before, np.int64(f[RUNG_BEFORE + c]), 0] += 1.0
            book_trouble(account, before, f[TROUBLE + c])


@rule
def book_saved(account: Accounts, firm: Whole) -> None:
    """Book that a would-be defector stayed."""
    account.firms[firm, _SAVED] += 1.0


@rule
def book_departure(account: Accounts, f: Floats, c: Whole) -> None:
    """Book that the block's customer c leaves the market for good."""
    firm = np.int64(f[SUPPLIER + c])
    account.firms[firm, _LEFT_MARKET] += 1.0
    account.years[firm, tenure_year(f[TENURE + c]), _LEFT] += 1.0
    account.causes[firm, LEFT_MARKET] += 1.0


@rule
def book_notable(account: Accounts, m: Mechanisms, f: Floats, c: Whole) -> None:
    """Book the trouble, the talk and the dissatisfaction of the block's customer c."""
    firm = np.int64(f[SUPPLIER + c])
    book_trouble(account, firm, f[TROUBLE + c])
    if f[SAYING + c] > 0.0:
        warns = f[SAYING + c] >= WARNING_OFFSET
        account.firms[firm, _WARNINGS if warns else _RECOMMENDATIONS] += 1.0
    if (f[SATISFACTION + c] < m.dissatisfied_below) & (f[RUNG + c] > 0.0):
        account.firms[firm, _DISSATISFIED] += 1.0


@loop
def note(f: Floats, m: Mechanisms, n: int) -> None:
    """Mark those of a block about whom there is more to book than sums."""
    for c in range(n):
        dissatisfied = f[SATISFACTION + c] < m.dissatisfied_below
        notable = (f[TROUBLE + c] > 0.0) | (f[SAYING + c] > 0.0) | dissatisfied
        f[NOTABLE + c] = 1.0 if notable & (f[SUPPLIER + c] > 0.0) else 0.0


@loop
def address(f: Floats, at: Index, n: int) -> None:
    """Work out where in the flat accounts each customer of a block is booked."""
    for c in range(n):
        year = f[SUPPLIER + c] * TENURE_YEARS + tenure_year(f[TENURE + c])
        rung = f[SUPPLIER + c] * N_RUNGS + f[RUNG + c]
        rung_before = f[SUPPLIER + c] * N_RUNGS + f[RUNG_BEFORE + c]
        at[c] = np.int32(year) * _YEAR_WIDTH
        at[ROW + c] = np.int32(rung * N_TIERS + f[TIER + c]) * _CELL_WIDTH
        at[2 * ROW + c] = np.int32(rung_before * N_RUNGS + f[RUNG + c])


@loop
def book(f: Floats, m: Mechanisms, at: Index, account: Accounts, n: int) -> None:
    """Add a block to the accounts of its firms."""
    address(f, at, n)
    note(f, m, n)
    years = account.years.reshape(-1)
    cells = account.cells.reshape(-1)
    steps = account.steps.reshape(-1)
    # Unsigned places: a signed one would be tested for counting from the end.
    for c in range(np.uint64(n)):
        year = np.uint64(at[_YEAR_ROW + c])
        cell = np.uint64(at[_CELL_ROW + c])
        years[year] += 1.0
        for k in range(_SALES):
            years[year + np.uint64(k + 1)] += f[np.uint64(BASE_SALES + k * ROW) + c]
        cells[cell] += 1.0
        for k in range(_CELL_WIDTH - 1):
            cells[cell + np.uint64(k + 1)] += f[np.uint64(CONTRIBUTION + k * ROW) + c]
        steps[np.uint64(at[_STEP_ROW + c])] += 1.0
    for c in range(n):
        if f[NOTABLE + c] > 0.0:
            book_notable(account, m, f, c)
