"""The books: every flow of money is a named line, and profit is their sum."""

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

LINES = (*CUSTOMER_LINES, *FIRM_LINES)

_USAGE, _GROWTH, _CROSS, _PREMIUM, _DISCOUNTED, _SERVICE = (
    YEAR_FIELDS.index(name)
    for name in ("usage", "growth", "cross_sales", "premium", "discounted", "service")
)


def customer_lines(
    sales: Array, price: Array, unit_cost: Array, service_cost: Array, discount: Array
) -> Array:
    """Return the money of customers from what they bought and used.

    Parameters
    ----------
    sales : array of shape (firms, tenure years, YEAR_FIELDS)
        Quantities of a month.
    price, unit_cost, service_cost, discount : array of shape (firms,)
        The firms' terms of that month.

    Returns
    -------
    array of shape (firms, tenure years, CUSTOMER_LINES)
        Money, costs negative.
    """
    p, c, s, d = (terms[:, None] for terms in (price, unit_cost, service_cost, discount))
    usage, growth, cross = sales[..., _USAGE], sales[..., _GROWTH], sales[..., _CROSS]
    lines = (
        p * usage,
        p * growth,
        p * cross,
        p * sales[..., _PREMIUM],
        -c * (usage + growth + cross),
        -s * sales[..., _SERVICE],
        -p * d * sales[..., _DISCOUNTED],
    )
    return np.stack(lines, axis=-1)
