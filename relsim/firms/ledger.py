"""The books' lines: every flow of money has a name, and profit is their sum."""

import dataclasses
from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import YEAR_FIELDS
from relsim.customers.compiled import loop
from relsim.firms.budgets import BUDGETS

Array = npt.NDArray[np.float64]

CountsAs = Literal["revenue", "acquisition", "retention"]
"""Sums to which a line can belong beside profit: revenue, or what is spent to acquire or to keep
customers."""


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger; money a month, costs negative.

    Parameters
    ----------
    name : str
        Its column in the market's table.
    meaning : str
        What it is, in a few words.
    counts_as : {"revenue", "acquisition", "retention"}, optional
        Which sum it belongs to beside profit.
    """

    name: str
    meaning: str
    counts_as: CountsAs | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Stock:
    """Something of a firm that a mechanism keeps from month to month, such as a liability.

    Parameters
    ----------
    name : str
        Its column in the market's table.
    meaning : str
        What it is, its unit included.
    adds_up : bool
        Whether it adds up over firms, as members do; a level does not.
    public : bool
        Whether market research tells it of rivals too.
    """

    name: str
    meaning: str
    adds_up: bool = True
    public: bool = False


class Rates(NamedTuple):
    """Money a unit of what customers buy and use, by row."""

    price: Array
    unit_cost: Array
    service_cost: Array
    discount: Array


@dataclasses.dataclass(frozen=True, slots=True)
class CustomerLine(Line):
    """A line that adds up over customers: a rate times quantities.

    Parameters
    ----------
    rate : str
        One of :class:`Rates`, money a unit.
    quantities : tuple of str
        Those of :data:`relsim.customers.accounts.YEAR_FIELDS` that it is paid for, added up.
    cost : bool
        Whether it is money that goes out.
    """

    rate: str = "price"
    quantities: tuple[str, ...] = ()
    cost: bool = False


_SALES = ("usage", "growth", "cross_sales")
_OF_CUSTOMERS = (
    CustomerLine(
        "revenue_base", "plain usage at the firm's price", "revenue", quantities=("usage",)
    ),
    CustomerLine("revenue_growth", "volume that trust added", "revenue", quantities=("growth",)),
    CustomerLine("revenue_cross", "further lines", "revenue", quantities=("cross_sales",)),
    CustomerLine(
        "revenue_premium", "price paid above the list", "revenue", quantities=("premium",)
    ),
    CustomerLine(
        "cost_of_goods",
        "unit cost of all that was sold",
        rate="unit_cost",
        quantities=_SALES,
        cost=True,
    ),
    CustomerLine(
        "cost_to_serve",
        "service that customers asked for",
        rate="service_cost",
        quantities=("service",),
        cost=True,
    ),
    CustomerLine(
        "discounts",
        "introductory discounts granted",
        "acquisition",
        rate="discount",
        quantities=("discounted",),
        cost=True,
    ),
)
_OF_FIRMS = (
    Line("onboarding", "setting new customers up", "acquisition"),
    Line("acquisition", "spent to reach prospects and rivals' customers", "acquisition"),
    Line("retention", "spent to care for own customers", "retention"),
    Line("recovery", "spent to make complaints good", "retention"),
    Line("rewards", "paid for customers won by recommendation", "acquisition"),
    Line("capability", "invested in data and staff"),
    Line("fixed", "fixed cost"),
)
LINES: Mapping[str, Line] = {line.name: line for line in (*_OF_CUSTOMERS, *_OF_FIRMS)}
"""All lines that every market has, by name."""

CUSTOMER_LINES: Mapping[str, str] = {line.name: line.meaning for line in _OF_CUSTOMERS}
"""Lines that add up over customers. Revenues are positive, costs negative, money a month."""

FIRM_LINES: Mapping[str, str] = {line.name: line.meaning for line in _OF_FIRMS}
"""Lines of the firm as a whole; all costs, negative."""

_N_CUSTOMER_LINES, _N_FIRM_LINES, _N_SPENT = len(CUSTOMER_LINES), len(FIRM_LINES), len(BUDGETS)
_IS_COST = np.array([line.cost for line in _OF_CUSTOMERS])
_RATE = np.array([Rates._fields.index(line.rate) for line in _OF_CUSTOMERS])
# The quantities of each line, those of the first line first; and where each line's begin.
_QUANTITIES = np.array([YEAR_FIELDS.index(q) for line in _OF_CUSTOMERS for q in line.quantities])
_FIRST = np.cumsum([0, *(len(line.quantities) for line in _OF_CUSTOMERS)])
_SPENT_LINE = np.array([list(FIRM_LINES).index(budget.line) for budget in BUDGETS])
_ONBOARDING, _REWARDS, _FIXED = (
    list(FIRM_LINES).index(name) for name in ("onboarding", "rewards", "fixed")
)


@loop
def customer_line(line: Array, sold: Array, rates: Array) -> None:
    """Put in the money of a firm's customers from what they bought and used.

    Parameters
    ----------
    line : array of shape (CUSTOMER_LINES,)
        To be filled: money, costs negative.
    sold : array of shape (YEAR_FIELDS,)
        Quantities of a month.
    rates : array of shape (Rates,)
        Money a unit.
    """
    for k in range(_N_CUSTOMER_LINES):
        quantity = 0.0
        for q in range(_FIRST[k], _FIRST[k + 1]):
            quantity += sold[_QUANTITIES[q]]
        money = rates[_RATE[k]] * quantity
        line[k] = 0.0 - money if _IS_COST[k] else money


@loop
def customer_lines(sales: Array, rates: Array) -> Array:
    """Return the money of customers from what they bought and used.

    Parameters
    ----------
    sales : array of shape (rows, YEAR_FIELDS)
        Quantities of a month.
    rates : array of shape (rows, Rates)
        Money a unit that month.

    Returns
    -------
    array of shape (rows, CUSTOMER_LINES)
        Money, costs negative.
    """
    lines = np.empty((sales.shape[0], _N_CUSTOMER_LINES))
    for row in range(sales.shape[0]):
        customer_line(lines[row], sales[row], rates[row])
    return lines


@loop
def firm_line(
    line: Array, spent: Array, onboarding: float, rewards: float, fixed_cost: float
) -> None:
    """Put in the money of a firm as a whole: costs, negative (0 - x, so that none is "-0").

    Parameters
    ----------
    line : array of shape (FIRM_LINES,)
        To be filled.
    spent : array of shape (SPENT_FIELDS,)
        Money spent on purpose.
    onboarding, rewards, fixed_cost : float
        Money that the month cost otherwise.
    """
    for k in range(_N_FIRM_LINES):
        line[k] = 0.0
    for budget in range(_N_SPENT):
        line[_SPENT_LINE[budget]] += spent[budget]
    line[_ONBOARDING], line[_REWARDS], line[_FIXED] = onboarding, rewards, fixed_cost
    for k in range(_N_FIRM_LINES):
        line[k] = 0.0 - line[k]
