"""Closing a month's books: from sums over customers, terms and spending to each firm's figures.

Compiled: a month has some hundred figures a firm, and with small markets and thousands of runs
they would take far longer than the customers themselves. Plain loops throughout: they compile
several times faster than sums and assignments of whole arrays.
"""

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import CELL_FIELDS, FIRM_FIELDS, YEAR_FIELDS, Accounts
from relsim.customers.compiled import Whole, loop
from relsim.customers.rules.choice import WAYS
from relsim.customers.rules.departure import CAUSES
from relsim.customers.rules.ladder import RUNGS
from relsim.customers.rules.response import spend_response
from relsim.customers.rules.value import TIERS
from relsim.customers.terms import N_RUNGS, N_TIERS, Term
from relsim.firms import quantities
from relsim.firms.budgets import PLAN_FIELDS, SPENT_FIELDS
from relsim.firms.character import Own
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES, LINES, Rates, customer_line, firm_line
from relsim.firms.quantities import COUNTS, PLACES, places

Array = npt.NDArray[np.float64]

_OPENING, _ACQUIRED, _LOST, _CUSTOMERS = places("opening", "acquired", "lost", "customers")
_FROM_PROSPECTS, _FROM_RIVALS = places("acquired_prospects", "acquired_rivals")
_TO_RIVALS, _TO_NONE, _LEFT = places("lost_to_rivals", "lost_to_none", "left_market")
_CHURNED, _RESOLD = places("churned", "resold")
_SERVED, _REWARD, _DISCOUNT, _PRICE = places("service", "referral_reward", "discount", "price")
_PROFIT, _CAUSED, _REVENUE, _WINNING = places("profit", "lost_by_cause", "revenue", "winning")
_OFFENCE, _DEFENCE, _RUNNING = places("offence", "defence", "running_contribution")
_CONTRIBUTION, _REFERRED = places("contribution", "by_recommendation")

# Where in a row of figures what stands in the accounts goes, and where it stands there.
_COUNT_PLACES = np.array(places(*COUNTS))
_COUNT_FIELDS = np.array([FIRM_FIELDS.index(name) for name in COUNTS])
_MEAN_PLACES = np.array(places(*quantities.MEANS))
_MEAN_FIELDS = np.array([CELL_FIELDS.index(name) for name in quantities.MEANS])
_WAY_PLACES = np.array([PLACES.get(f"by_{way}", -1) for way in WAYS])
_CAUSE_PLACES = np.array([PLACES.get(f"lost_by_{cause}", -1) for cause in CAUSES])
_RUNG_PLACES = np.array([PLACES.get(f"rung_{rung}", -1) for rung in RUNGS])
_TIER_PLACES = np.array(places(*(f"tier_{tier}" for tier in TIERS)))
_TIER_CONTRIBUTIONS = np.array(places(*(f"contribution_{tier}" for tier in TIERS)))
_SPENT_PLACES = np.array(places(*(f"spent_{name}" for name in SPENT_FIELDS)))
_CUSTOMER_LINES, _FIRM_LINES = (np.array(places(*names)) for names in (CUSTOMER_LINES, FIRM_LINES))
_REVENUES = np.array(places(*(line.name for line in LINES.values() if line.counts_as == "revenue")))
ACQUIRING = ("acquisition", "onboarding", "rewards", "discounts")
"""Lines that are spent to acquire customers, in the order in which they are added up."""

KEEPING = ("retention", "recovery")
"""Lines that are spent to keep customers, in the order in which they are added up."""

_WON, _KEPT = np.array(places(*ACQUIRING)), np.array(places(*KEEPING))
_ACQUISITION = PLACES["acquisition"]
_PLANNED_REWARD = PLAN_FIELDS.index("referral_reward")

_N_FIGURES, _N_YEAR_FIELDS, _N_CELL_FIELDS = len(PLACES), len(YEAR_FIELDS), len(CELL_FIELDS)
_N_CUSTOMER_LINES, _N_FIRM_LINES = len(CUSTOMER_LINES), len(FIRM_LINES)
_N_CAUSES, _N_RATES, _N_WAYS = len(CAUSES), len(Rates._fields), len(WAYS)
_RATE_PRICE, _RATE_UNIT_COST, _RATE_SERVICE_COST, _RATE_DISCOUNT = (
    Rates._fields.index(name) for name in ("price", "unit_cost", "service_cost", "discount")
)
_LEFT_FIELD, _AT_ONCE_FIELD = (FIRM_FIELDS.index(name) for name in ("left_market", "left_at_once"))
_SERVICE_FIELD = YEAR_FIELDS.index("service")
_PEOPLE, _CELL_CONTRIBUTION = (CELL_FIELDS.index(name) for name in ("customers", "contribution"))
_MONTHS = YEAR_FIELDS.index("customer_months")
_CASH, _DATA, _STAFF = places("cash", "data", "staff")
_SPENT_DATA, _SPENT_STAFF = places("spent_data", "spent_staff")

SOUND, FIRM_LOST, MARKET_LOST, NOT_LIVED, CAUSE_LOST = -1, 0, 1, 2, 3
FAULTS = (
    "opening + acquired - lost is not customers, for some firm",
    "prospects before and flows do not make prospects now",
    "not everybody lived it",
    "not every loss has one cause",
)
"""What each fault is."""


@loop
def close(
    accounts: Accounts,
    own: Array,
    table: Array,
    spent: Array,
    planned: Array,
    present: Array,
    before: Array,
    size: float,
) -> tuple[Array, int]:
    """Return the figures of all firms after a month, and whether anybody got lost.

    What customers are worth is left at 0 (:mod:`relsim.firms.worth`).

    Parameters
    ----------
    accounts : Accounts
        Sums over customers, chunks folded.
    own : array of shape (firms, Own)
        What firms are: their costs.
    table : array of shape (firms + 1, N_TIERS, N_TERMS)
        What they offered; row 0 is "no supplier".
    spent : array of shape (firms, SPENT_FIELDS)
        What they spent.
    planned : array of shape (firms, PLAN_FIELDS)
        What they planned: what they pay for each customer won by recommendation.
    present : array of shape (firms,)
        1 = in the market; who is not has no fixed cost.
    before : array of shape (firms, FIGURES)
        Their figures a month ago.
    size : float
        Customers of the market.

    Returns
    -------
    month : array of shape (firms, FIGURES)
        Named by :data:`relsim.firms.quantities.FIGURES`.
    fault : int
        Which check of conservation the month fails: a place in ``FAULTS``, or ``SOUND``.
    """
    firms = spent.shape[0]
    month = np.zeros((firms, _N_FIGURES))
    sales, rates = np.empty(_N_YEAR_FIELDS), np.empty(_N_RATES)
    of_customers, of_firm = np.empty(_N_CUSTOMER_LINES), np.empty(_N_FIRM_LINES)
    for firm in range(firms):
        row, terms = month[firm], table[firm + 1, 0]
        row[_OPENING] = before[firm, _CUSTOMERS]
        _move(row, accounts, firm + 1)
        kept = row[_OPENING] - row[_TO_RIVALS] - row[_TO_NONE]
        row[_RESOLD] = own[firm, Own.SELLS_ANEW] * kept
        _count(row, accounts, firm + 1)
        _feel(row, accounts.cells[firm + 1], before[firm, _RUNNING])
        _sell(sales, accounts.years[firm + 1])
        row[_SERVED] = sales[_SERVICE_FIELD]
        for k in range(_SPENT_PLACES.size):
            row[_SPENT_PLACES[k]] = spent[firm, k]
        row[_REWARD] = planned[firm, _PLANNED_REWARD]
        row[_DISCOUNT], row[_PRICE] = terms[Term.DISCOUNT], terms[Term.PRICE]
        rates[_RATE_PRICE], rates[_RATE_UNIT_COST] = terms[Term.PRICE], own[firm, Own.UNIT_COST]
        rates[_RATE_SERVICE_COST] = terms[Term.SERVICE_COST]
        rates[_RATE_DISCOUNT] = terms[Term.PRICE] * terms[Term.DISCOUNT]
        customer_line(of_customers, sales, rates)
        firm_line(
            of_firm,
            spent[firm],
            own[firm, Own.ONBOARDING_COST] * (row[_ACQUIRED] + row[_RESOLD]),
            row[_REWARD] * row[_REFERRED],
            own[firm, Own.FIXED_COST] * present[firm],
        )
        _book(row, of_customers, of_firm)
        _settle(row, before[firm], own[firm])
    return month, _fault(month, before, accounts.years, size)


@loop
def _move(row: Array, accounts: Accounts, firm: Whole) -> None:
    """Put in customers won, lost and there now, three counts that have to agree."""
    flows, cells = accounts.flows, accounts.cells
    row[_FROM_PROSPECTS], row[_TO_NONE] = flows[0, firm], flows[firm, 0]
    for other in range(1, flows.shape[0]):
        row[_FROM_RIVALS] += flows[other, firm]
        row[_TO_RIVALS] += flows[firm, other]
    row[_LEFT] = accounts.firms[firm, _LEFT_FIELD]
    row[_ACQUIRED] = row[_FROM_PROSPECTS] + row[_FROM_RIVALS]
    row[_LOST] = row[_TO_RIVALS] + row[_TO_NONE] + row[_LEFT]
    row[_CHURNED] = row[_LOST] - accounts.firms[firm, _AT_ONCE_FIELD]
    for way in range(_N_WAYS):
        if _WAY_PLACES[way] >= 0:  # nobody comes from the start
            row[_WAY_PLACES[way]] = accounts.sources[firm, way]
    for rung in range(1, N_RUNGS):
        for tier in range(N_TIERS):
            people = cells[firm, rung, tier, _PEOPLE]
            row[_CUSTOMERS] += people
            row[_RUNG_PLACES[rung]] += people
            row[_TIER_PLACES[tier]] += people


@loop
def _count(row: Array, accounts: Accounts, firm: Whole) -> None:
    """Put in counts of what happened, and of why customers were lost."""
    for k in range(_COUNT_FIELDS.size):
        row[_COUNT_PLACES[k]] = accounts.firms[firm, _COUNT_FIELDS[k]]
    for cause in range(_N_CAUSES):
        row[_CAUSED] += accounts.causes[firm, cause]
        if _CAUSE_PLACES[cause] >= 0:  # who left the market is counted among the moves
            row[_CAUSE_PLACES[cause]] = accounts.causes[firm, cause]


@loop
def _feel(row: Array, cells: Array, last_contribution: float) -> None:
    """Put in means over customers; who left in the month has lived it too."""
    sums = np.zeros(_N_CELL_FIELDS)
    for rung in range(N_RUNGS):
        for tier in range(N_TIERS):
            for k in range(_N_CELL_FIELDS):
                sums[k] += cells[rung, tier, k]
    there = sums[_PEOPLE] > 0.0
    for k in range(_MEAN_PLACES.size):
        row[_MEAN_PLACES[k]] = sums[_MEAN_FIELDS[k]] / sums[_PEOPLE] if there else np.nan
    row[_RUNNING] = row[_CONTRIBUTION] if there else last_contribution
    for tier in range(N_TIERS):
        people = contribution = 0.0
        for rung in range(N_RUNGS):
            people += cells[rung, tier, _PEOPLE]
            contribution += cells[rung, tier, _CELL_CONTRIBUTION]
        row[_TIER_CONTRIBUTIONS[tier]] = contribution / people if people > 0.0 else 0.0


@loop
def _sell(sales: Array, years: Array) -> None:
    """Add up what customers of all years of tenure bought and used."""
    for k in range(_N_YEAR_FIELDS):
        sales[k] = 0.0
    for year in range(years.shape[0]):
        for k in range(_N_YEAR_FIELDS):
            sales[k] += years[year, k]


@loop
def _book(row: Array, of_customers: Array, of_firm: Array) -> None:
    """Put in the lines of the ledger and what they add up to."""
    from_customers = from_firm = 0.0
    for k in range(_N_CUSTOMER_LINES):
        row[_CUSTOMER_LINES[k]] = of_customers[k]
        from_customers += of_customers[k]
    for k in range(_N_FIRM_LINES):
        row[_FIRM_LINES[k]] = of_firm[k]
        from_firm += of_firm[k]
    row[_PROFIT] = from_customers + from_firm
    row[_REVENUE] = _sum(row, _REVENUES)
    row[_OFFENCE] = 0.0 - row[_ACQUISITION]
    row[_DEFENCE] = 0.0 - _sum(row, _KEPT)
    row[_WINNING] = 0.0 - _sum(row, _WON)


@loop
def _sum(row: Array, at: npt.NDArray[np.int64]) -> float:
    total = 0.0
    for place in at:
        total += row[place]
    return total


@loop
def _fault(month: Array, before: Array, years: Array, size: float) -> int:
    """Return which check of conservation a month fails: a place in ``FAULTS``, or ``SOUND``."""
    served = was = moved = lived = 0.0
    for firm in range(month.shape[0]):
        row = month[firm]
        if row[_OPENING] + row[_ACQUIRED] - row[_LOST] != row[_CUSTOMERS]:
            return FIRM_LOST
        if row[_CAUSED] != row[_LOST]:
            return CAUSE_LOST
        served += row[_CUSTOMERS]
        was += before[firm, _CUSTOMERS]
        moved += row[_TO_NONE] + row[_LEFT] - row[_FROM_PROSPECTS]
    if size - served != size - was + moved:
        return MARKET_LOST
    for firm in range(years.shape[0]):
        for year in range(years.shape[1]):
            lived += years[firm, year, _MONTHS]
    return NOT_LIVED if lived != size else SOUND


@loop
def _settle(row: Array, was: Array, mine: Array) -> None:
    """Let a firm take its profit, and build its capabilities from what it invested a customer.

    A capability after a month is ``x + (1 - x)(1 - exp(-rate investment)) - decay x``.
    """
    row[_CASH] = was[_CASH] + row[_PROFIT]
    served = max(row[_CUSTOMERS], 1.0)
    row[_DATA] = _built(
        was[_DATA], mine[Own.DATA_RATE], mine[Own.DATA_DECAY], row[_SPENT_DATA] / served
    )
    row[_STAFF] = _built(
        was[_STAFF], mine[Own.STAFF_RATE], mine[Own.STAFF_DECAY], row[_SPENT_STAFF] / served
    )


@loop
def _built(level: float, rate: float, decay: float, investment: float) -> float:
    built = spend_response(1.0 - level, rate, investment) if investment > 0.0 else 0.0
    return level + built - decay * level
