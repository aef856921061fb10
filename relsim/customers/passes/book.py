"""The accounts: where a customer's month is added up."""

import numpy as np

from relsim.customers.accounts import (
    CELL_FIELDS,
    CELL_SUMS,
    FIRM_FIELDS,
    TENURE_YEARS,
    YEAR_FIELDS,
    YEAR_SUMS,
    Accounts,
)
from relsim.customers.block import (
    CELL_ADDRESS,
    NEXT_TIER,
    NOTABLE,
    RUNG,
    RUNG_BEFORE,
    SATISFACTION,
    SAYING,
    STEP_ADDRESS,
    SUPPLIER,
    TENURE,
    TROUBLE,
    YEAR_ADDRESS,
    Floats,
)
from relsim.customers.compiled import Whole, loop, rule
from relsim.customers.rules import experience
from relsim.customers.rules.departure import LEFT_MARKET
from relsim.customers.rules.talk import WARNING_OFFSET
from relsim.customers.scene import Scene
from relsim.customers.terms import N_RUNGS, N_TIERS
from relsim.customers.vectors import add_to_records, pick

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
_LEFT_AT_ONCE = FIRM_FIELDS.index("left_at_once")
_DISSATISFIED = FIRM_FIELDS.index("dissatisfied")
_RECONSIDERED = FIRM_FIELDS.index("reconsidered")
_SAVED = FIRM_FIELDS.index("saved")
_YEAR_ROWS, _CELL_ROWS = tuple(YEAR_SUMS.values()), tuple(CELL_SUMS.values())
# An unsigned place: a signed one would be tested for counting from the end.
_STEP = np.uint64(STEP_ADDRESS)


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
    account.firms[firm, _FAILURES] += 1.0 if trouble >= experience.FAILED else 0.0
    account.firms[firm, _COMPLAINTS] += 1.0 if trouble >= experience.COMPLAINED else 0.0
    account.firms[firm, _RECOVERED] += 1.0 if trouble >= experience.RECOVERED else 0.0


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
    account.firms[firm, _LEFT_AT_ONCE] += 1.0 if f[TENURE + c] == 0.0 else 0.0
    account.years[firm, tenure_year(f[TENURE + c]), _LEFT] += 1.0
    account.causes[firm, LEFT_MARKET] += 1.0


@rule
def _book_notable(s: Scene, c: Whole) -> None:
    """Book the trouble, the talk and the dissatisfaction of the block's customer c."""
    f, account = s.f, s.account
    firm = np.int64(f[SUPPLIER + c])
    book_trouble(account, firm, f[TROUBLE + c])
    if f[SAYING + c] > 0.0:
        warns = f[SAYING + c] >= WARNING_OFFSET
        account.firms[firm, _WARNINGS if warns else _RECOMMENDATIONS] += 1.0
    if (f[SATISFACTION + c] < s.m.reconsider.dissatisfied_below) & (f[RUNG + c] > 0.0):
        account.firms[firm, _DISSATISFIED] += 1.0


@loop
def _note(s: Scene) -> None:
    """Mark those of a block about whom there is more to book than sums."""
    f, dissatisfied_below = s.f, s.m.reconsider.dissatisfied_below
    for c in range(s.n):
        dissatisfied = f[SATISFACTION + c] < dissatisfied_below
        notable = (f[TROUBLE + c] > 0.0) | (f[SAYING + c] > 0.0) | dissatisfied
        f[NOTABLE + c] = 1.0 if notable & (f[SUPPLIER + c] > 0.0) else 0.0


@loop
def _address(s: Scene) -> None:
    """Work out where in the flat accounts each customer of a block is booked."""
    f, at = s.f, s.address
    for c in range(s.n):
        year = f[SUPPLIER + c] * TENURE_YEARS + tenure_year(f[TENURE + c])
        rung = f[SUPPLIER + c] * N_RUNGS + f[RUNG + c]
        rung_before = f[SUPPLIER + c] * N_RUNGS + f[RUNG_BEFORE + c]
        at[YEAR_ADDRESS + c] = np.int32(year) * _YEAR_WIDTH
        at[CELL_ADDRESS + c] = np.int32(rung * N_TIERS + f[NEXT_TIER + c]) * _CELL_WIDTH
        at[STEP_ADDRESS + c] = np.int32(rung_before * N_RUNGS + f[RUNG + c])


@loop
def book(s: Scene) -> None:
    """Add a block to the accounts of its firms."""
    _address(s)
    _note(s)
    f, at, n = s.f, s.address, s.n
    add_to_records(s.account.years.reshape(-1), at[YEAR_ADDRESS:], f, _YEAR_ROWS, n)
    add_to_records(s.account.cells.reshape(-1), at[CELL_ADDRESS:], f, _CELL_ROWS, n)
    steps = s.account.steps.reshape(-1)
    for c in range(np.uint64(n)):
        steps[np.uint64(at[_STEP + c])] += 1.0
    for k in range(pick(f, NOTABLE, at, n)):
        _book_notable(s, np.int64(at[k]))
