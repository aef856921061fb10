"""Closing a month's books: from sums over customers, terms and spending to each firm's figures.

Compiled: a month has some hundred figures a firm, and with small markets and thousands of runs
they would take far longer than the customers themselves. Plain loops throughout: they compile
several times faster than sums and assignments of whole arrays.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import CELL_FIELDS, FIRM_FIELDS, YEAR_FIELDS, Accounts
from relsim.customers.compiled import loop
from relsim.customers.rules.departure import CAUSES, LEFT_MARKET
from relsim.customers.terms import N_RUNGS, N_TIERS, Term
from relsim.firms import quantities
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES, SPENT_FIELDS, customer_lines, firm_lines
from relsim.firms.quantities import COUNTS, PLACES, places
from relsim.spec import MarketSpec

Array = npt.NDArray[np.float64]

_OPENING, _ACQUIRED, _LOST, _CUSTOMERS = places("opening", "acquired", "lost", "customers")
_FROM_PROSPECTS, _FROM_RIVALS = places("acquired_prospects", "acquired_rivals")
_BY_RECOMMENDATION = PLACES["by_recommendation"]
_TO_RIVALS, _TO_NONE, _LEFT = places("lost_to_rivals", "lost_to_none", "left_market")
_COUNTS, _MEANS, _SERVED = places(COUNTS[0], quantities.MEANS[0], "service")
_CAUSES, _RUNGS, _TIERS = places("lost_by_failure", "rung_customer", "tier_below_zero")
_SPENT, _REWARD, _DISCOUNT, _PRICE = places(
    f"spent_{SPENT_FIELDS[0]}", "referral_reward", "discount", "price"
)
_CUSTOMER_LINES, _FIRM_LINES, _PROFIT = places("revenue_base", "onboarding", "profit")
_CAUSED, _REVENUE, _WINNING = places("lost_by_cause", "revenue", "winning")
_OFFENCE, _DEFENCE, _RUNNING = places("offence", "defence", "running_contribution")
_TIER_CONTRIBUTIONS = PLACES["contribution_below_zero"]

_N_FIGURES, _N_SPENT, _N_WAYS, _N_MEANS = len(PLACES), len(SPENT_FIELDS), 3, len(quantities.MEANS)
_N_YEAR_FIELDS, _N_CAUSES, _N_CELL_FIELDS = len(YEAR_FIELDS), len(CAUSES), len(CELL_FIELDS)
_N_CUSTOMER_LINES, _N_FIRM_LINES, _N_REVENUES = len(CUSTOMER_LINES), len(FIRM_LINES), 4
_COUNT_FIELDS = np.array([FIRM_FIELDS.index(name) for name in COUNTS])
_LEFT_FIELD, _SERVICE_FIELD = FIRM_FIELDS.index("left_market"), YEAR_FIELDS.index("service")
_DISCOUNTS = list(CUSTOMER_LINES).index("discounts")
_ONBOARDING, _ACQUISITION, _RETENTION, _RECOVERY, _REWARDS = (
    list(FIRM_LINES).index(name)
    for name in ("onboarding", "acquisition", "retention", "recovery", "rewards")
)
_TERM_PRICE, _TERM_SERVICE_COST, _TERM_DISCOUNT = (
    int(term) for term in (Term.PRICE, Term.SERVICE_COST, Term.DISCOUNT)
)


class Costs(NamedTuple):
    """What a firm's costs are, by firm: money per unit, per new customer, and per month."""

    unit: Array
    onboarding: Array
    fixed: Array


def costs(spec: MarketSpec, present: Sequence[bool]) -> Costs:
    """Return the firms' costs that no plan changes; who is not present has no fixed cost."""
    size = spec.market.customers
    return Costs(
        unit=np.array([firm.unit_cost for firm in spec.firms]),
        onboarding=np.array([firm.onboarding_cost for firm in spec.firms]),
        fixed=np.array([firm.fixed_cost * size for firm in spec.firms]) * np.array(present),
    )


@loop
def close(
    accounts: Accounts, fixed: Costs, terms: Array, spent: Array, reward: Array, before: Array
) -> Array:
    """Return the figures of all firms after a month; what outlasts it (STATE) is left at 0.

    Parameters
    ----------
    accounts : Accounts
        Sums over customers, chunks folded.
    fixed : Costs
        What the firms' costs are.
    terms : array of shape (firms, N_TERMS)
        What they offered.
    spent : array of shape (firms, SPENT_FIELDS)
        What they spent.
    reward : array of shape (firms,)
        Money for each customer won by recommendation.
    before : array of shape (firms, FIGURES)
        Their figures a month ago.

    Returns
    -------
    array of shape (firms, FIGURES)
        Named by :data:`relsim.firms.quantities.FIGURES`.
    """
    firms = spent.shape[0]
    month = np.zeros((firms, _N_FIGURES))
    sales = np.zeros((firms, _N_YEAR_FIELDS))
    for firm in range(firms):
        row = month[firm]
        row[_OPENING] = before[firm, _CUSTOMERS]
        _move(row, accounts, firm + 1)
        _count(row, accounts, firm + 1)
        _feel(row, accounts.cells[firm + 1], before[firm, _RUNNING])
        for year in range(accounts.years.shape[1]):
            for k in range(_N_YEAR_FIELDS):
                sales[firm, k] += accounts.years[firm + 1, year, k]
        row[_SERVED] = sales[firm, _SERVICE_FIELD]
        for k in range(_N_SPENT):
            row[_SPENT + k] = spent[firm, k]
        row[_REWARD] = reward[firm]
        row[_DISCOUNT], row[_PRICE] = terms[firm, _TERM_DISCOUNT], terms[firm, _TERM_PRICE]
    by_customers = customer_lines(
        sales, month[:, _PRICE], fixed.unit, terms[:, _TERM_SERVICE_COST], month[:, _DISCOUNT]
    )
    by_firms = firm_lines(
        spent,
        month[:, _ACQUIRED],
        month[:, _BY_RECOMMENDATION],
        reward,
        fixed.onboarding,
        fixed.fixed,
    )
    for firm in range(firms):
        _book(month[firm], by_customers[firm], by_firms[firm])
    return month


@loop
def _move(row: Array, accounts: Accounts, firm: int) -> None:
    """Put in customers won, lost and there now, three counts that have to agree."""
    flows, cells = accounts.flows, accounts.cells
    row[_FROM_PROSPECTS], row[_TO_NONE] = flows[0, firm], flows[firm, 0]
    for other in range(1, flows.shape[0]):
        row[_FROM_RIVALS] += flows[other, firm]
        row[_TO_RIVALS] += flows[firm, other]
    row[_LEFT] = accounts.firms[firm, _LEFT_FIELD]
    row[_ACQUIRED] = row[_FROM_PROSPECTS] + row[_FROM_RIVALS]
    row[_LOST] = row[_TO_RIVALS] + row[_TO_NONE] + row[_LEFT]
    for way in range(_N_WAYS):
        row[_BY_RECOMMENDATION + way] = accounts.sources[firm, 1 + way]
    for rung in range(1, N_RUNGS):
        for tier in range(N_TIERS):
            people = cells[firm, rung, tier, 0]
            row[_CUSTOMERS] += people
            row[_RUNGS + rung - 1] += people
            row[_TIERS + tier] += people


@loop
def _count(row: Array, accounts: Accounts, firm: int) -> None:
    """Put in counts of what happened, and of why customers were lost."""
    for k in range(_COUNT_FIELDS.size):
        row[_COUNTS + k] = accounts.firms[firm, _COUNT_FIELDS[k]]
    for cause in range(_N_CAUSES):
        row[_CAUSED] += accounts.causes[firm, cause]
    after = 0
    for cause in range(_N_CAUSES):
        if cause != LEFT_MARKET:  # counted among the moves
            row[_CAUSES + after] = accounts.causes[firm, cause]
            after += 1


@loop
def _feel(row: Array, cells: Array, last_contribution: float) -> None:
    """Put in means over customers; who left in the month has lived it too."""
    sums = np.zeros(_N_CELL_FIELDS)
    for rung in range(N_RUNGS):
        for tier in range(N_TIERS):
            for k in range(_N_CELL_FIELDS):
                sums[k] += cells[rung, tier, k]
    there = sums[0] > 0.0
    for k in range(_N_MEANS):
        row[_MEANS + k] = sums[1 + k] / sums[0] if there else np.nan
    row[_RUNNING] = row[_MEANS] if there else last_contribution
    for tier in range(N_TIERS):
        people = contribution = 0.0
        for rung in range(N_RUNGS):
            people += cells[rung, tier, 0]
            contribution += cells[rung, tier, 1]
        row[_TIER_CONTRIBUTIONS + tier] = contribution / people if people > 0.0 else 0.0


@loop
def _book(row: Array, of_customers: Array, of_firm: Array) -> None:
    """Put in the lines of the ledger and what they add up to."""
    from_customers = from_firm = 0.0
    for k in range(_N_CUSTOMER_LINES):
        row[_CUSTOMER_LINES + k] = of_customers[k]
        from_customers += of_customers[k]
        if k < _N_REVENUES:
            row[_REVENUE] += of_customers[k]
    for k in range(_N_FIRM_LINES):
        row[_FIRM_LINES + k] = of_firm[k]
        from_firm += of_firm[k]
    row[_PROFIT] = from_customers + from_firm
    row[_OFFENCE] = 0.0 - of_firm[_ACQUISITION]
    row[_DEFENCE] = 0.0 - (of_firm[_RETENTION] + of_firm[_RECOVERY])
    won = of_firm[_ACQUISITION] + of_firm[_ONBOARDING] + of_firm[_REWARDS]
    row[_WINNING] = 0.0 - (won + of_customers[_DISCOUNTS])
