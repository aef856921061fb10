"""What a firm decides for a month."""

import contextlib
import dataclasses
import math
import numbers
from collections.abc import Iterable
from typing import Any

from relsim.customers.terms import N_TIERS
from relsim.errors import StrategyError
from relsim.spec.relationship import Relationship

_OFFENCE = ("prospects", "rivals", "dissatisfied", "brand")
_MONEY = (*_OFFENCE, "recovery", "referral_reward", "data", "staff")
MOST = 1e15
"""Money that no market has: more is a mistake."""

SLACK = 1e-9
"""Rounding that a sum of budgets may show, as a share of it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """Budgets in money for the month, and the offer.

    Parameters
    ----------
    prospects, rivals, dissatisfied : float
        Offence: money to reach prospects, all customers of rivals, their dissatisfied ones.
    retention : tuple of float
        Defence: money for own customers by value tier (below zero, ordinary, growable, most
        valuable). What is meant for a tier that has no customers is not spent.
    recovery : float
        Defence: money to make complaints good.
    price : float or None
        Price of a unit; None keeps the list price.
    discount : float
        Introductory discount for new customers, share of the price.
    referral_reward : float
        Money for each customer won by a recommendation.
    data, staff : float
        Investments in what the firm knows of its customers, and in the skill of its staff.
    relationship : Relationship or None
        Policies of mechanisms of relationships from this month on, as in the firm's config; None,
        and what it does not name, keeps what there is.
    brand : float
        Offence: money to be known by everybody in the market; it has an effect where awareness is a
        stock (``mechanisms.awareness``).
    """

    prospects: float = 0.0
    rivals: float = 0.0
    dissatisfied: float = 0.0
    retention: tuple[float, ...] = (0.0,) * N_TIERS
    recovery: float = 0.0
    price: float | None = None
    discount: float = 0.0
    referral_reward: float = 0.0
    data: float = 0.0
    staff: float = 0.0
    relationship: Relationship | None = None
    brand: float = 0.0

    @property
    def offence(self) -> float:
        """Money to acquire customers."""
        return self.prospects + self.rivals + self.dissatisfied + self.brand

    @property
    def defence(self) -> float:
        """Money to keep customers."""
        return added(self.retention) + self.recovery

    @property
    def budget(self) -> float:
        """All money that is planned to be spent, rewards for referrals apart."""
        return self.offence + self.defence + self.data + self.staff


def added(amounts: Iterable[float]) -> float:
    """Return the sum of amounts, added up one by one.

    Python's own sum rounds otherwise from version 3.12 on, and results are to be the same bytes.
    """
    total = 0.0
    for amount in amounts:
        total += amount
    return total


def check(plan: Any, money: float, where: str) -> Plan:
    """Return the plan if it makes sense.

    Parameters
    ----------
    plan : Plan
        What a strategy returned.
    money : float
        The most that it may spend.
    where : str
        How errors call the strategy and its month.

    Raises
    ------
    StrategyError
        If the plan is no Plan, or a number in it is not one that a firm could mean.
    """
    if not isinstance(plan, Plan):
        raise StrategyError(f"{where}: returned {plan!r}, allowed: a relsim.Plan")
    checked = _plain(plan)
    for name in _MONEY:
        _check_number(getattr(checked, name), where, name, 0.0, MOST)
    retention: Any = checked.retention  # a strategy of a user's own may return anything
    if not isinstance(retention, tuple) or len(retention) != N_TIERS:
        raise StrategyError(
            f"{where}: retention: given {plan.retention!r}, allowed: a tuple of {N_TIERS} budgets"
        )
    for tier, budget in enumerate(checked.retention):
        _check_number(budget, where, f"retention[{tier}]", 0.0, MOST)
    _check_number(checked.discount, where, "discount", 0.0, 1.0)
    if checked.price is not None:
        _check_number(checked.price, where, "price", 0.0, MOST)
    if not isinstance(checked.relationship, Relationship | None):
        raise StrategyError(
            f"{where}: relationship: planned {checked.relationship!r}, allowed: a "
            "relsim.spec.Relationship, or None"
        )
    if checked.budget > money * (1.0 + SLACK):
        raise StrategyError(
            f"{where}: plans to spend {checked.budget:,.2f}, allowed: at most its cash of "
            f"{money:,.2f}, since market.credit is off"
        )
    return checked


def _check_number(value: Any, where: str, name: str, low: float, high: float) -> None:
    if type(value) is float and low <= value <= high:
        return  # the usual case, first
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    # Compared before it is looked at as a float: a whole number may be too large for one.
    if not is_number or not low <= value <= high or not math.isfinite(value):
        huge = isinstance(value, int) and abs(value) > MOST
        shown = "a huge number" if huge else repr(value)[:80]
        raise StrategyError(f"{where}: {name}: planned {shown}, allowed: from {low:g} to {high:g}")


def _plain(plan: Plan) -> Plan:
    """Return a plan whose numbers are Python's own: strategies may compute with numpy."""
    changed: dict[str, Any] = {}
    for name in _NAMES:
        value = getattr(plan, name)
        if type(value) is float or value is None:
            continue
        plain = _all_plain(value) if name == "retention" else _number(value)
        if plain is not value:
            changed[name] = plain
    return dataclasses.replace(plan, **changed) if changed else plan


def _all_plain(values: Any) -> Any:
    """Return budgets by tier as a tuple, from a list or an array of numbers as well."""
    if type(values) is tuple and all(type(value) is float for value in values):
        return values
    if isinstance(values, tuple | list) or hasattr(values, "tolist"):
        with contextlib.suppress(TypeError):  # no sequence: told as what it is
            return tuple(_number(value) for value in values)
    return values


def _number(value: Any) -> Any:
    """Return a number of numpy's as Python's own; anything else as it is."""
    if isinstance(value, numbers.Number) and hasattr(value, "item"):
        return value.item()
    return value


_NAMES = tuple(field.name for field in dataclasses.fields(Plan))
