"""How a marketing budget is split, as numbers: by one firm's strategy, or for all firms at once.

Each rule is plain Python for a strategy's ``plan``, and compiled for the strategies of relsim's own
that only say what they have settled (:meth:`Strategy.standing_order`): the same bits either way.
"""

import math
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers.compiled import loop, rule
from relsim.customers.rules.value import TIERS
from relsim.customers.terms import N_TIERS
from relsim.firms.budgets import PLAN_FIELDS, SPENT_FIELDS
from relsim.firms.character import Own
from relsim.firms.plan import MOST, SLACK
from relsim.firms.quantities import places

Array = npt.NDArray[np.float64]

SETTLED = (
    "budget_share",
    "least_share",
    "data_share",
    "staff_share",
    "conquest_share",
    "brand_share",
    "recovery_share",
    "valuable_weight",
    "discount",
    "reward_in_prices",
)
"""Parameters of a :class:`relsim.firms.strategies.Budgeted` strategy that a split goes by."""


class Stance(NamedTuple):
    """What a strategy decides of a split from month to month.

    Attributes
    ----------
    retention_share : float
        Share of the fighting budget that goes to defence.
    answer : float
        Own offence per rivals' mean offence of last month, and defence with the rest; below 0,
        rivals are not answered.
    on_dissatisfied : bool
        Whether conquest is aimed at the dissatisfied alone.
    """

    retention_share: float
    answer: float = -1.0
    on_dissatisfied: bool = False


ORDER_FIELDS = (*SETTLED, *Stance._fields)
Order = tuple[float, ...]
"""Numbers by which a firm's budget is split, named by :data:`ORDER_FIELDS`."""


def reader(**instead: str) -> Callable[[Any], Order]:
    """Return what reads the settled numbers of a strategy, some of them from other parameters.

    Parameters
    ----------
    **instead
        Name of the parameter to read by the name of the number.
    """
    return attrgetter(*(instead.get(name, name) for name in SETTLED))


def marketing_budget(
    budget_share: float,
    least_share: float,
    size: float,
    list_price: float,
    revenue: float,
    money: float,
) -> float:
    """Return a month's budget: a share of revenue, or of that of a least market, within money."""
    least = least_share * size * list_price
    return min(budget_share * max(revenue, least), money)


def fronts(
    budget: float, data_share: float, staff_share: float, retention_share: float
) -> tuple[float, float, float, float]:
    """Return what of a budget goes to data, staff, offence and defence.

    Examples
    --------
    >>> fronts(100.0, 0.2, 0.0, 0.25)
    (20.0, 0.0, 60.0, 20.0)
    """
    # Together at most all of it: what data leave goes to staff.
    data = budget * data_share
    staff = min(budget * staff_share, budget - data)
    fighting = budget - data - staff
    defence = retention_share * fighting
    return data, staff, fighting - defence, defence


def for_tier(budget: float, need: float, needs: float) -> float:
    """Return a tier's budget by its part of all needs."""
    return budget * need / needs if needs > 0.0 else 0.0


def answering(answer: float, attack: float, defence: float) -> float:
    """Return the share for defence that leaves an offence in answer to rivals' mean attack."""
    return 1.0 - min(answer * attack / defence, 1.0) if defence > 0.0 else 1.0


_marketing_budget, _fronts = rule(marketing_budget), rule(fronts)
_for_tier, _answering = rule(for_tier), rule(answering)

(
    _BUDGET_SHARE,
    _LEAST_SHARE,
    _DATA_SHARE,
    _STAFF_SHARE,
    _CONQUEST_SHARE,
    _BRAND_SHARE,
    _RECOVERY_SHARE,
    _VALUABLE_WEIGHT,
    _DISCOUNT,
    _REWARD_IN_PRICES,
    _RETENTION_SHARE,
    _ANSWER,
    _ON_DISSATISFIED,
) = (ORDER_FIELDS.index(name) for name in (*SETTLED, *Stance._fields))
_TO_PROSPECTS, _TO_RIVALS, _TO_DISSATISFIED, _TO_BRAND, _TO_RECOVERY, _TO_DATA, _TO_STAFF = (
    PLAN_FIELDS.index(name)
    for name in ("prospects", "rivals", "dissatisfied", "brand", "recovery", "data", "staff")
)
_PRICE, _GIVEN_DISCOUNT, _REWARD = (
    PLAN_FIELDS.index(name) for name in ("price", "discount", "referral_reward")
)
_TO_TIERS = np.array([PLAN_FIELDS.index(tier) for tier in TIERS])
_SEEN_TIERS = np.array(places(*(f"tier_{tier}" for tier in TIERS)))
_IS_VALUABLE = np.array([tier in ("growable", "most_valuable") for tier in TIERS])
_REVENUE, _CASH, _OFFENCE = places("revenue", "cash", "offence")
_N_FIELDS, _N_BUDGETS = len(PLAN_FIELDS), len(SPENT_FIELDS)


def order_rows(orders: Sequence[Order | None]) -> Array:
    """Return the orders of all firms as rows, not a number for who has none."""
    nothing = (math.nan,) * len(ORDER_FIELDS)
    return np.array([order or nothing for order in orders], dtype=np.float64)


@loop
def split_budgets(
    orders: Array, own: Array, seen: Array, size: float, credit: bool
) -> tuple[Array, bool]:
    """Return the plans of all firms that have given an order, and whether all make sense.

    Parameters
    ----------
    orders : array of shape (firms, ORDER_FIELDS)
        Not a number for firms that decide by themselves, or are not there.
    own : array of shape (firms, Own)
        What firms are.
    seen : array of shape (firms, FIGURES)
        Figures of last month.
    size : float
        Customers of the market.
    credit : bool
        Whether firms may spend more than they have.

    Returns
    -------
    rows : array of shape (firms, PLAN_FIELDS)
        Nothing spent, at the list price, for firms without an order.
    sensible : bool
        What :func:`relsim.firms.plan.check` would say.
    """
    firms = orders.shape[0]
    rows = np.zeros((firms, _N_FIELDS))
    sensible = True
    for firm in range(firms):
        order, row = orders[firm], rows[firm]
        row[_PRICE] = own[firm, Own.PRICE]
        if np.isnan(order[_BUDGET_SHARE]):
            continue
        money = np.inf if credit else max(seen[firm, _CASH], 0.0)
        budget = _marketing_budget(
            order[_BUDGET_SHARE],
            order[_LEAST_SHARE],
            size,
            own[firm, Own.PRICE],
            seen[firm, _REVENUE],
            money,
        )
        retention_share = order[_RETENTION_SHARE]
        if order[_ANSWER] >= 0.0:
            attack = 0.0
            for other in range(firms):
                attack += seen[other, _OFFENCE]
            attack = (attack - seen[firm, _OFFENCE]) / (firms - 1) if firms > 1 else 0.0
            _split(row, order, seen[firm], budget, 1.0)
            retention_share = _answering(order[_ANSWER], attack, _defence(row))
        _split(row, order, seen[firm], budget, retention_share)
        sensible &= _makes_sense(row, money)
    return rows, sensible


@loop
def _split(row: Array, order: Array, seen: Array, budget: float, retention_share: float) -> None:
    """Put a budget's parts into a plan."""
    data, staff, offence, defence = _fronts(
        budget, order[_DATA_SHARE], order[_STAFF_SHARE], retention_share
    )
    brand = offence * order[_BRAND_SHARE]
    reaching = offence - brand
    rivals = reaching * order[_CONQUEST_SHARE]
    on_dissatisfied = order[_ON_DISSATISFIED] > 0.0
    row[_TO_PROSPECTS] = reaching * (1.0 - order[_CONQUEST_SHARE])
    row[_TO_BRAND] = brand
    row[_TO_RIVALS] = 0.0 if on_dissatisfied else rivals
    row[_TO_DISSATISFIED] = rivals if on_dissatisfied else 0.0
    row[_TO_RECOVERY] = defence * order[_RECOVERY_SHARE]
    row[_TO_DATA], row[_TO_STAFF] = data, staff
    row[_GIVEN_DISCOUNT] = order[_DISCOUNT]
    row[_REWARD] = order[_REWARD_IN_PRICES] * row[_PRICE]
    caring = defence * (1.0 - order[_RECOVERY_SHARE])
    needs = 0.0
    for tier in range(N_TIERS):
        weight = order[_VALUABLE_WEIGHT] if _IS_VALUABLE[tier] else 1.0
        row[_TO_TIERS[tier]] = seen[_SEEN_TIERS[tier]] * weight
        needs += row[_TO_TIERS[tier]]
    for tier in range(N_TIERS):
        row[_TO_TIERS[tier]] = _for_tier(caring, row[_TO_TIERS[tier]], needs)


@loop
def _defence(row: Array) -> float:
    """Return what a plan spends to keep customers, added up as ``Plan.defence`` is."""
    kept = 0.0
    for tier in range(N_TIERS):
        kept += row[_TO_TIERS[tier]]
    return kept + float(row[_TO_RECOVERY])


@loop
def _makes_sense(row: Array, money: float) -> bool:
    total = 0.0
    for k in range(_N_FIELDS):
        if not 0.0 <= row[k] <= MOST:
            return False
        total += row[k] if k < _N_BUDGETS else 0.0
    return bool(row[_GIVEN_DISCOUNT] <= 1.0) and bool(total <= money * (1.0 + SLACK))
