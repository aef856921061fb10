"""The books' lines: every flow of money has a name, and profit is their sum."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import YEAR_FIELDS

Array = npt.NDArray[np.float64]

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

_USAGE, _GROWTH, _CROSS, _PREMIUM, _DISCOUNTED, _SERVICE = (
    YEAR_FIELDS.index(name)
    for name in ("usage", "growth", "cross_sales", "premium", "discounted", "service")
)
_OFFENCE, _RETENTION, _RECOVERY, _CAPABILITY = slice(0, 3), slice(3, 7), 7, slice(8, 10)


def customer_lines(
    sales: Array, price: Array, unit_cost: Array, service_cost: Array, discount: Array
) -> Array:
    """Return the money of customers from what they bought and used.

    Parameters
    ----------
    sales : array of shape (..., YEAR_FIELDS)
        Quantities of a month.
    price, unit_cost, service_cost, discount : array of shape (...)
        The terms of that month.

    Returns
    -------
    array of shape (..., CUSTOMER_LINES)
        Money, costs negative.
    """
    usage, growth, cross = sales[..., _USAGE], sales[..., _GROWTH], sales[..., _CROSS]
    lines = np.empty((*sales.shape[:-1], len(CUSTOMER_LINES)))
    lines[..., 0] = price * usage
    lines[..., 1] = price * growth
    lines[..., 2] = price * cross
    lines[..., 3] = price * sales[..., _PREMIUM]
    lines[..., 4] = 0.0 - unit_cost * (usage + growth + cross)
    lines[..., 5] = 0.0 - service_cost * sales[..., _SERVICE]
    lines[..., 6] = 0.0 - price * discount * sales[..., _DISCOUNTED]
    return lines


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
    spent : array of shape (..., SPENT_FIELDS)
        Money spent on purpose.
    acquired, referred : array of shape (...)
        Customers won, and those of them won by recommendation.
    reward, onboarding_cost : array of shape (...)
        Money per referred and per new customer.
    fixed_cost : array of shape (...)
        Money a month.

    Returns
    -------
    array of shape (..., FIRM_LINES)
        Money, costs negative (0 - x, so that no cost is "-0").
    """
    lines = np.empty((*spent.shape[:-1], len(FIRM_LINES)))
    lines[..., 0] = 0.0 - onboarding_cost * acquired
    lines[..., 1] = 0.0 - spent[..., _OFFENCE].sum(axis=-1)
    lines[..., 2] = 0.0 - spent[..., _RETENTION].sum(axis=-1)
    lines[..., 3] = 0.0 - spent[..., _RECOVERY]
    lines[..., 4] = 0.0 - reward * referred
    lines[..., 5] = 0.0 - spent[..., _CAPABILITY].sum(axis=-1)
    lines[..., 6] = 0.0 - fixed_cost
    return lines
