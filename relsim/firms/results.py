"""What a month's sums mean: columns by firm, for the next month's views and for the tables.

Every function takes accounts with any number of axes ahead of the firm's, so that one month
and a whole run are worked out by the same lines.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import CELL_FIELDS, FIRM_FIELDS, YEAR_FIELDS, Accounts
from relsim.customers.rules.ladder import RUNGS
from relsim.customers.rules.leaving import CAUSES
from relsim.customers.rules.value import TIERS
from relsim.customers.terms import Term
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES, SPENT_FIELDS, customer_lines, firm_lines
from relsim.spec import MarketSpec

Array = npt.NDArray[np.float64]

_CUSTOMER_MONTHS, _LOST, _LEFT, _SERVICE = (
    YEAR_FIELDS.index(name) for name in ("customer_months", "lost", "left_market", "service")
)
_LEFT_MARKET = FIRM_FIELDS.index("left_market")
_COUNTS = [(name, k) for k, name in enumerate(FIRM_FIELDS) if name != "left_market"]
_CUSTOMERS, _CONTRIBUTION, _SATISFACTION, _TRUST = range(len(CELL_FIELDS))
WORTH_COLUMNS = (
    "lifetime_value",
    "entry_value",
    "equity_present",
    "equity_future",
    "customer_equity",
)
STATE_COLUMNS = ("cash", "data", "staff", *WORTH_COLUMNS)
TENURE_FIELDS = ("customer_months", "lost", *CUSTOMER_LINES, "keeping", "winning")
"""Sums by firm and year of tenure; in year 0 ``customer_months`` counts customers won."""


class Costs(NamedTuple):
    """What a firm's costs are, by firm: money per unit, per new customer, and per month."""

    unit: Array
    onboarding: Array
    fixed: Array


class Record(NamedTuple):
    """A month as it is kept: sums over customers, costs, terms, spending, the firms' state.

    ``terms`` has shape (firms, N_TERMS), ``spent`` (firms, SPENT_FIELDS), ``reward`` (firms,),
    ``state`` (firms, STATE_COLUMNS).
    """

    accounts: Accounts
    costs: Costs
    opening: Array
    terms: Array
    spent: Array
    reward: Array
    state: Array


def costs(spec: MarketSpec, present: Sequence[bool]) -> Costs:
    """Return the firms' costs that no plan changes; who is not present has no fixed cost."""
    size = spec.market.customers
    return Costs(
        unit=np.array([firm.unit_cost for firm in spec.firms]),
        onboarding=np.array([firm.onboarding_cost for firm in spec.firms]),
        fixed=np.array([firm.fixed_cost * size for firm in spec.firms]) * np.array(present),
    )


def stack(records: Sequence[Record]) -> Record:
    """Return all months as one record, months first."""
    accounts = Accounts(*(np.stack(t) for t in zip(*(r.accounts for r in records), strict=True)))
    fixed = Costs(*(np.stack(t) for t in zip(*(r.costs for r in records), strict=True)))
    rest = (np.stack(values) for values in zip(*(r[2:] for r in records), strict=True))
    return Record(accounts, fixed, *rest)


def ratio(part: Array, whole: Array) -> Array:
    """Return part / whole, not a number where the whole is 0."""
    result: Array = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0.0)
    return result


def movements(accounts: Accounts, opening: Array) -> dict[str, Array]:
    """Return customers by firm: opening, won, lost and closing, and through what.

    Opening is last month's closing; won and lost are counted as they move, closing by who is
    there at the end of the month: three separate counts that have to agree.
    """
    flows, sources = accounts.flows, accounts.sources
    left = accounts.firms[..., 1:, _LEFT_MARKET]
    from_rivals = flows[..., 1:, 1:]
    lost_to_rivals, acquired_rivals = from_rivals.sum(axis=-1), from_rivals.sum(axis=-2)
    lost_to_none, acquired_prospects = flows[..., 1:, 0], flows[..., 0, 1:]
    return {
        "opening": opening,
        "acquired": acquired_prospects + acquired_rivals,
        "lost": lost_to_rivals + lost_to_none + left,
        "customers": accounts.cells[..., 1:, 1:, :, _CUSTOMERS].sum(axis=(-1, -2)),
        "acquired_prospects": acquired_prospects,
        "acquired_rivals": acquired_rivals,
        "by_recommendation": sources[..., 1:, 1],
        "by_reach": sources[..., 1:, 2],
        "by_awareness": sources[..., 1:, 3],
        "lost_to_rivals": lost_to_rivals,
        "lost_to_none": lost_to_none,
        "left_market": left,
    }


def moods(accounts: Accounts) -> dict[str, Array]:
    """Return counts and means of what customers lived, by firm."""
    counts = {name: accounts.firms[..., 1:, k] for name, k in _COUNTS}
    cells = accounts.cells[..., 1:, :, :, :].sum(axis=(-2, -3))
    served = cells[..., _CUSTOMERS, None]
    with np.errstate(invalid="ignore"):  # nobody there: not a number, as it should be
        means = cells / served
    return counts | {
        "contribution": means[..., _CONTRIBUTION],
        "satisfaction": means[..., _SATISFACTION],
        "trust": means[..., _TRUST],
        "service": accounts.years[..., 1:, :, _SERVICE].sum(axis=-1),
    }


def causes(accounts: Accounts) -> dict[str, Array]:
    """Return customers lost by cause, by firm; who left the market is counted elsewhere."""
    return {
        f"lost_by_{name}": accounts.causes[..., 1:, k]
        for k, name in enumerate(CAUSES)
        if name != "left_market"
    }


def rungs(accounts: Accounts) -> Array:
    """Return customers by firm and rung, from "customer" on."""
    counts: Array = accounts.cells[..., 1:, 1:, :, _CUSTOMERS].sum(axis=-1)
    return counts


def tiers(accounts: Accounts) -> Array:
    """Return customers by firm and value tier."""
    counts: Array = accounts.cells[..., 1:, 1:, :, _CUSTOMERS].sum(axis=-2)
    return counts


def tier_contributions(accounts: Accounts) -> Array:
    """Return the mean contribution by firm and tier, money a month; 0 where nobody is."""
    cells = accounts.cells[..., 1:, :, :, :].sum(axis=-3)
    customers, contribution = cells[..., _CUSTOMERS], cells[..., _CONTRIBUTION]
    means: Array = np.divide(
        contribution, customers, out=np.zeros(customers.shape), where=customers > 0.0
    )
    return means


def money(record: Record) -> tuple[Array, Array]:
    """Return the ledger by firm: CUSTOMER_LINES, and FIRM_LINES."""
    accounts, fixed, terms = record.accounts, record.costs, record.terms
    by_customers = customer_lines(
        accounts.years[..., 1:, :, :].sum(axis=-2),
        terms[..., Term.PRICE],
        fixed.unit,
        terms[..., Term.SERVICE_COST],
        terms[..., Term.DISCOUNT],
    )
    by_firms = firm_lines(
        record.spent,
        accounts.flows[..., 1:].sum(axis=-2),
        accounts.sources[..., 1:, 1],
        record.reward,
        fixed.onboarding,
        fixed.fixed,
    )
    return by_customers, by_firms


def profit(by_customers: Array, by_firms: Array) -> Array:
    """Return profit: the sum of all lines of the ledger."""
    total: Array = by_customers.sum(axis=-1) + by_firms.sum(axis=-1)
    return total


def columns(record: Record) -> dict[str, Array]:
    """Return all columns of the market table, each of shape (months, firms)."""
    accounts = record.accounts
    by_customers, by_firms = money(record)
    by_rung, by_tier = rungs(accounts), tiers(accounts)
    return {
        **movements(accounts, record.opening),
        **moods(accounts),
        **causes(accounts),
        **{f"rung_{name}": by_rung[..., k] for k, name in enumerate(RUNGS[1:])},
        **{f"tier_{name}": by_tier[..., k] for k, name in enumerate(TIERS)},
        **{f"spent_{name}": record.spent[..., k] for k, name in enumerate(SPENT_FIELDS)},
        "referral_reward": record.reward,
        "discount": record.terms[..., Term.DISCOUNT],
        "price": record.terms[..., Term.PRICE],
        **{name: by_customers[..., k] for k, name in enumerate(CUSTOMER_LINES)},
        **{name: by_firms[..., k] for k, name in enumerate(FIRM_LINES)},
        "profit": profit(by_customers, by_firms),
        **{name: record.state[..., k] for k, name in enumerate(STATE_COLUMNS)},
    }


def tenure_rows(record: Record) -> Array:
    """Return accounts by month, firm and year of tenure.

    What a firm spends to keep customers is shared out over the years of tenure of those who
    were with it when the month opened; what it spends to win them is year 0.

    Returns
    -------
    array of shape (months, firms, 1 + tenure years, TENURE_FIELDS)
    """
    accounts, terms = record.accounts, record.terms[..., None]
    years = accounts.years[..., 1:, :, :]
    _, by_firms = money(record)
    names = list(FIRM_LINES)
    months = years[..., _CUSTOMER_MONTHS]
    won = accounts.flows[..., 1:].sum(axis=-2)
    opening = months + years[..., _LOST]
    opening[..., 0] -= won
    total = np.broadcast_to(opening.sum(axis=-1, keepdims=True), months.shape)
    weights = np.divide(opening, total, out=np.zeros(months.shape), where=total > 0.0)
    keeping = by_firms[..., names.index("retention")] + by_firms[..., names.index("recovery")]
    rows = np.zeros((*months.shape[:-1], months.shape[-1] + 1, len(TENURE_FIELDS)))
    rows[..., 1:, 0] = months
    rows[..., 1:, 1] = years[..., _LOST] + years[..., _LEFT]
    rows[..., 1:, 2 : 2 + len(CUSTOMER_LINES)] = customer_lines(
        years,
        terms[..., Term.PRICE, :],
        record.costs.unit[..., None],
        terms[..., Term.SERVICE_COST, :],
        terms[..., Term.DISCOUNT, :],
    )
    rows[..., 1:, -2] = keeping[..., None] * weights
    rows[..., 0, 0] = won
    rows[..., 0, -1] = sum(
        by_firms[..., names.index(name)] for name in ("onboarding", "acquisition", "rewards")
    )
    return rows
