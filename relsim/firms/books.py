"""A month's results by firm: what the table keeps and what firms see next month."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import CELL_FIELDS, FIRM_FIELDS, YEAR_FIELDS, Accounts
from relsim.customers.rules.ladder import RUNGS
from relsim.customers.rules.value import TIERS
from relsim.customers.terms import Term
from relsim.firms.firm import Firm
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES, customer_lines
from relsim.firms.offering import Spending
from relsim.firms.plan import Plan

Array = npt.NDArray[np.float64]

_CUSTOMER_MONTHS, _LOST, _SERVICE = (
    YEAR_FIELDS.index(name) for name in ("customer_months", "lost", "service")
)
_LEFT_MARKET = FIRM_FIELDS.index("left_market")
_CUSTOMERS, _CONTRIBUTION, _SATISFACTION, _TRUST = range(len(CELL_FIELDS))


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0.0)


def movements(accounts: Accounts, opening: Array) -> dict[str, Array]:
    """Return customers by firm: opening, won, lost and closing, and through what.

    Opening is last month's closing; won and lost are counted as they move, closing by who is
    there at the end of the month: three separate counts that have to agree.
    """
    flows = accounts.flows
    left = accounts.firms[1:, _LEFT_MARKET]
    lost_to_rivals = flows[1:, 1:].sum(axis=1)
    lost_to_none = flows[1:, 0]
    acquired = flows[:, 1:].sum(axis=0)
    lost = lost_to_rivals + lost_to_none + left
    customers = accounts.cells[1:, 1:, :, _CUSTOMERS].sum(axis=(1, 2))
    sources = accounts.sources[1:]
    return {
        "opening": opening,
        "acquired": acquired,
        "lost": lost,
        "customers": customers,
        "acquired_prospects": flows[0, 1:],
        "acquired_rivals": flows[1:, 1:].sum(axis=0),
        "by_recommendation": sources[:, 1],
        "by_reach": sources[:, 2],
        "by_awareness": sources[:, 3],
        "lost_to_rivals": lost_to_rivals,
        "lost_to_none": lost_to_none,
        "left_market": left,
    }


def moods(accounts: Accounts) -> dict[str, Array]:
    """Return counts and means of what customers lived, by firm."""
    served = accounts.years[1:, :, _CUSTOMER_MONTHS].sum(axis=1)
    counts = {
        name: accounts.firms[1:, k] for k, name in enumerate(FIRM_FIELDS) if name != "left_market"
    }
    cells = accounts.cells[1:].sum(axis=(1, 2))
    return counts | {
        "satisfaction": _ratio(cells[:, _SATISFACTION], served),
        "trust": _ratio(cells[:, _TRUST], served),
        "contribution": _ratio(cells[:, _CONTRIBUTION], served),
        "service": accounts.years[1:, :, _SERVICE].sum(axis=1),
    }


def ladder(accounts: Accounts) -> dict[str, Array]:
    """Return customers by rung and by value tier, one column each."""
    rungs = accounts.cells[1:, :, :, _CUSTOMERS].sum(axis=2)
    tiers = accounts.cells[1:, 1:, :, _CUSTOMERS].sum(axis=1)
    by_rung = {f"rung_{name}": rungs[:, k] for k, name in enumerate(RUNGS) if k > 0}
    return by_rung | {f"tier_{name}": tiers[:, k] for k, name in enumerate(TIERS)}


def tier_contributions(accounts: Accounts) -> Array:
    """Return the mean contribution by firm and tier, money a month; 0 where nobody is."""
    tiers = accounts.cells[1:].sum(axis=1)
    return np.nan_to_num(_ratio(tiers[..., _CONTRIBUTION], tiers[..., _CUSTOMERS]))


def money_of_customers(accounts: Accounts, table: Array, firms: Sequence[Firm]) -> Array:
    """Return ledger lines by firm, tenure year and CUSTOMER_LINES for the month's terms."""
    price, service_cost, discount = (
        table[1:, 0, term] for term in (Term.PRICE, Term.SERVICE_COST, Term.DISCOUNT)
    )
    unit_cost = np.array([firm.spec.unit_cost for firm in firms])
    return customer_lines(accounts.years[1:], price, unit_cost, service_cost, discount)


def money_of_firms(
    firms: Sequence[Firm],
    plans: Sequence[Plan],
    spent: Sequence[Spending],
    moved: Mapping[str, Array],
    size: int,
) -> Array:
    """Return ledger lines by firm and FIRM_LINES; costs negative, money."""
    rows = []
    for firm, plan, out in zip(firms, plans, spent, strict=True):
        won = float(moved["acquired"][firm.place])
        referred = float(moved["by_recommendation"][firm.place])
        line = {
            "onboarding": firm.spec.onboarding_cost * won,
            "acquisition": out.acquisition,
            "retention": sum(out.retention),
            "recovery": out.recovery,
            "rewards": plan.referral_reward * referred,
            "capability": out.data + out.staff,
            "fixed": firm.spec.fixed_cost * size,
        }
        rows.append([-line[name] for name in FIRM_LINES])
    return np.array(rows)


def money_columns(by_customers: Array, by_firms: Array) -> dict[str, Array]:
    """Return the ledger as columns, with profit, their sum, last."""
    totals = by_customers.sum(axis=1)
    columns = {name: totals[:, k] for k, name in enumerate(CUSTOMER_LINES)}
    columns |= {name: by_firms[:, k] for k, name in enumerate(FIRM_LINES)}
    columns["profit"] = np.sum(list(columns.values()), axis=0)
    return columns


def plan_columns(plans: Sequence[Plan], spent: Sequence[Spending], table: Array) -> dict[str, Array]:
    """Return what firms spent on purpose and offered, as columns."""
    columns = {
        "spent_prospects": [out.prospects for out in spent],
        "spent_rivals": [out.rivals for out in spent],
        "spent_dissatisfied": [out.dissatisfied for out in spent],
        "referral_reward": [plan.referral_reward for plan in plans],
        "discount": [plan.discount for plan in plans],
    }
    columns |= {
        f"spent_{name}": [out.retention[tier] for out in spent] for tier, name in enumerate(TIERS)
    }
    arrays = {name: np.array(values, dtype=np.float64) for name, values in columns.items()}
    return arrays | {"price": table[1:, 0, Term.PRICE]}


def tenure_rows(accounts: Accounts, lines: Array, by_firms: Array) -> Array:
    """Return a month's accounts by firm and year of tenure.

    What a firm spends to keep customers is shared out over their years of tenure by
    customer-months, as an accountant would; what it spends to win them is year 0.

    Returns
    -------
    array of shape (firms, 1 + tenure years, TENURE_FIELDS)
    """
    names = list(FIRM_LINES)
    months = accounts.years[1:, :, _CUSTOMER_MONTHS]
    weights = np.nan_to_num(_ratio(months, np.broadcast_to(months.sum(1)[:, None], months.shape)))
    keeping = by_firms[:, names.index("retention")] + by_firms[:, names.index("recovery")]
    rows = np.zeros((lines.shape[0], lines.shape[1] + 1, len(TENURE_FIELDS)))
    rows[:, 1:, 0] = months
    rows[:, 1:, 1] = accounts.years[1:, :, _LOST]
    rows[:, 1:, 2 : 2 + len(CUSTOMER_LINES)] = lines
    rows[:, 1:, -2] = keeping[:, None] * weights
    rows[:, 0, 0] = accounts.flows[:, 1:].sum(axis=0)
    winning = ("onboarding", "acquisition", "rewards")
    rows[:, 0, -1] = sum(by_firms[:, names.index(name)] for name in winning)
    return rows


TENURE_FIELDS = ("customer_months", "lost", *CUSTOMER_LINES, "keeping", "winning")
"""Sums by firm and year of tenure; in year 0 ``customer_months`` counts customers won."""
