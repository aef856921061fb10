"""What a firm spends on purpose: on whom each budget is spent, and which line books it."""

import enum
from typing import NamedTuple

from relsim.customers.rules.value import TIERS


@enum.unique
class Target(enum.IntEnum):
    """Whom a firm's money can reach: counts of people, behind these those of each value tier."""

    PROSPECTS = 0
    RIVALS = 1
    DISSATISFIED = 2
    COMPLAINTS = 3
    EVERYBODY = 4
    TIERS = 5


class Budget(NamedTuple):
    """Money that a firm spends on purpose.

    ``whom`` is a :class:`Target`, or a value tier behind ``Target.TIERS``; None where it is spent
    on the firm itself. ``line`` is that of the ledger.
    """

    name: str
    whom: int | None
    line: str


BUDGETS = (
    Budget("prospects", Target.PROSPECTS, "acquisition"),
    Budget("rivals", Target.RIVALS, "acquisition"),
    Budget("dissatisfied", Target.DISSATISFIED, "acquisition"),
    Budget("brand", Target.EVERYBODY, "acquisition"),
    *(Budget(tier, Target.TIERS + k, "retention") for k, tier in enumerate(TIERS)),
    Budget("recovery", Target.COMPLAINTS, "recovery"),
    Budget("data", None, "capability"),
    Budget("staff", None, "capability"),
)
"""All budgets: offence by target, brand, retention by value tier, the rest."""

SPENT_FIELDS = tuple(budget.name for budget in BUDGETS)
"""Their names."""

PLAN_FIELDS = (*SPENT_FIELDS, "price", "discount", "referral_reward")
"""A plan as a row of numbers: its budgets, then what it offers."""
