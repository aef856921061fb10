"""What all firms decide for a month, as rows of numbers; plans are made of them for who looks."""

from collections.abc import Mapping, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from relsim.customers.rules.value import TIERS
from relsim.firms.budgets import PLAN_FIELDS
from relsim.firms.plan import Plan

Array = npt.NDArray[np.float64]

_OF_TIERS = [PLAN_FIELDS.index(tier) for tier in TIERS]
_OTHERS = {name: place for place, name in enumerate(PLAN_FIELDS) if name not in TIERS}
_PRICE = _OTHERS["price"]


class Decisions(Sequence[Plan]):
    """The plans of a month, one a firm.

    Parameters
    ----------
    rows : array of shape (firms, PLAN_FIELDS)
        Named by :data:`relsim.firms.budgets.PLAN_FIELDS`; the price is that of the month.
    plans : dict
        Plans by place that strategies made themselves; the others are made of their rows when
        asked for, and keep the list price.
    """

    def __init__(self, rows: Array, plans: dict[int, Plan]) -> None:
        self.rows = rows
        self._plans = plans

    @property
    def made(self) -> Mapping[int, Plan]:
        """Plans that strategies made themselves, by the firm's place."""
        return self._plans

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Plan: ...
    @overload
    def __getitem__(self, place: slice) -> list[Plan]: ...
    def __getitem__(self, place: int | slice) -> Plan | list[Plan]:
        """Return the plan of a firm, or those of several."""
        places = range(len(self))[place]
        if isinstance(places, range):
            return [self[k] for k in places]
        if places not in self._plans:
            self._plans[places] = plan_of(self.rows[places].tolist())
        return self._plans[places]


def row_of(plan: Plan, list_price: float) -> list[float]:
    """Return a plan as a row of numbers.

    Parameters
    ----------
    plan : Plan
        What is planned.
    list_price : float
        Price where the plan keeps it.

    Returns
    -------
    list of float
        Named by :data:`relsim.firms.budgets.PLAN_FIELDS`.
    """
    row = [0.0] * len(PLAN_FIELDS)
    for name, place in _OTHERS.items():
        row[place] = getattr(plan, name)
    for place, budget in zip(_OF_TIERS, plan.retention, strict=True):
        row[place] = budget
    if plan.price is None:
        row[_PRICE] = list_price
    return row


def plan_of(row: Sequence[float]) -> Plan:
    """Return the plan that a row of numbers means, at the list price.

    Examples
    --------
    >>> plan = Plan(prospects=3.0, retention=(0.0, 4.0, 0.0, 0.0), discount=0.1)
    >>> plan_of(row_of(plan, 20.0)) == plan
    True
    """
    others: dict[str, Any] = {
        name: row[place] for name, place in _OTHERS.items() if name != "price"
    }
    return Plan(retention=tuple(row[place] for place in _OF_TIERS), **others)
