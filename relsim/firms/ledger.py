"""The books' lines: every flow of money has a name, and profit is their sum."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import YEAR_FIELDS
from relsim.customers.compiled import Whole, loop

Array = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger that a mechanism adds; money a month, costs negative.

    Parameters
    ----------
    name : str
        Its column in the market's table.
    meaning : str
        What it is, in a few words.
    counts_as : {"revenue", "acquisition", "retention"}, optional
        Which sum it belongs to beside profit: revenue, or what is spent to acquire or to keep
        customers.
    """

    name: str
    meaning: str
    counts_as: Literal["revenue", "acquisition", "retention"] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Stock:
    """Something of a firm that a mechanism keeps from month to month, such as a liability.

    Parameters
    ----------
    name : str
        Its column in the market's table.
    meaning : str
        What it is, its unit included.
    """

    name: str
    meaning: str


CUSTOMER_LINES: Mapping[str, str] = {
    "revenue_base": "plain usage at the firm's price",
    "revenue_growth": "volume that trust added",
    "revenue_cross": "further lines",
    "revenue_premium": "price paid above the list",
    "cost_of_goods": "unit cost of all that was sold",
    "cost_to_serve": "service that customers asked for",
    "discounts": "introductory discounts granted",
}
"""Lines that add up over customers. Revenues are positive, costs negative, money a month."""

FIRM_LINES: Mapping[str, str] = {
    "onboarding": "setting new customers up",
    "acquisition": "spent to reach prospects and rivals' customers",
    "retention": "spent to care for own customers",
    "recovery": "spent to make complaints good",
    "rewards": "paid for customers won by recommendation",
    "capability": "invested in data and staff",
    "fixed": "fixed cost",
}
"""Lines of the firm as a whole; all costs, negative."""

SPENT_FIELDS = (
    "prospects",
    "rivals",
    "dissatisfied",
    "below_zero",
    "ordinary",
    "growable",
    "most_valuable",
    "recovery",
    "data",
    "staff",
)
"""What a firm spends on purpose: offence by target, retention by value tier, the rest."""

_CUSTOMER_LINES, _FIRM_LINES = len(CUSTOMER_LINES), len(FIRM_LINES)
_USAGE, _GROWTH, _CROSS, _PREMIUM, _DISCOUNTED, _SERVICE = (
    YEAR_FIELDS.index(name)
    for name in ("usage", "growth", "cross_sales", "premium", "discounted", "service")
)
_END_OFFENCE, _END_RETENTION, _RECOVERY = 3, 7, 7  # of SPENT_FIELDS; capability is the rest


@loop
def customer_lines(
    sales: Array, price: Array, unit_cost: Array, service_cost: Array, discount: Array
) -> Array:
    """Return the money of customers from what they bought and used.

    Parameters
    ----------
    sales : array of shape (rows, YEAR_FIELDS)
        Quantities of a month.
    price, unit_cost, service_cost, discount : array of shape (rows,)
        The terms of that month.

    Returns
    -------
    array of shape (rows, CUSTOMER_LINES)
        Money, costs negative.
    """
    lines = np.empty((sales.shape[0], _CUSTOMER_LINES))
    for row in range(sales.shape[0]):
        sold, line = sales[row], lines[row]
        usage, growth, cross = sold[_USAGE], sold[_GROWTH], sold[_CROSS]
        line[0] = price[row] * usage
        line[1] = price[row] * growth
        line[2] = price[row] * cross
        line[3] = price[row] * sold[_PREMIUM]
        line[4] = 0.0 - unit_cost[row] * (usage + growth + cross)
        line[5] = 0.0 - service_cost[row] * sold[_SERVICE]
        line[6] = 0.0 - price[row] * discount[row] * sold[_DISCOUNTED]
    return lines


@loop
def firm_lines(
    spent: Array,
    acquired: Array,
    referred: Array,
    reward: Array,
    onboarding_cost: Array,
    fixed_cost: Array,
) -> Array:
    """Return the money of firms as a whole.

    Parameters
    ----------
    spent : array of shape (firms, SPENT_FIELDS)
        Money spent on purpose.
    acquired, referred : array of shape (firms,)
        Customers won, and those of them won by recommendation.
    reward, onboarding_cost : array of shape (firms,)
        Money per referred and per new customer.
    fixed_cost : array of shape (firms,)
        Money a month.

    Returns
    -------
    array of shape (firms, FIRM_LINES)
        Money, costs negative (0 - x, so that no cost is "-0").
    """
    lines = np.empty((spent.shape[0], _FIRM_LINES))
    for firm in range(spent.shape[0]):
        out, line = spent[firm], lines[firm]
        line[0] = 0.0 - onboarding_cost[firm] * acquired[firm]
        line[1] = 0.0 - _total(out, 0, _END_OFFENCE)
        line[2] = 0.0 - _total(out, _END_OFFENCE, _END_RETENTION)
        line[3] = 0.0 - out[_RECOVERY]
        line[4] = 0.0 - reward[firm] * referred[firm]
        line[5] = 0.0 - _total(out, _RECOVERY + 1, out.size)
        line[6] = 0.0 - fixed_cost[firm]
    return lines


@loop
def _total(amounts: Array, first: Whole, end: Whole) -> float:
    total = 0.0
    for k in range(first, end):
        total += amounts[k]
    return total
