"""What is known of a firm after a month: a row of figures, each with a name and a place in it."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import FIRM_FIELDS
from relsim.customers.rules.choice import WAYS
from relsim.customers.rules.departure import CAUSES
from relsim.customers.rules.ladder import RUNGS
from relsim.customers.rules.value import TIERS
from relsim.firms.budgets import SPENT_FIELDS
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES

Array = npt.NDArray[np.float64]

MOVES = (
    "opening",
    "acquired",
    "lost",
    "churned",
    "customers",
    "acquired_prospects",
    "acquired_rivals",
    *(f"by_{way}" for way in WAYS[1:]),
    "lost_to_rivals",
    "lost_to_none",
    "left_market",
)
COUNTS = tuple(name for name in FIRM_FIELDS if name != "left_market")
MEANS = ("contribution", "satisfaction", "trust")
WORTH = ("lifetime_value", "entry_value", "equity_present", "equity_future", "customer_equity")
STATE = ("cash", "data", "staff", *WORTH)
"""What of a firm outlasts the month."""

TABLE = (
    *MOVES,
    *COUNTS,
    *MEANS,
    "service",
    *(f"lost_by_{cause}" for cause in CAUSES if cause != "left_market"),
    *(f"rung_{rung}" for rung in RUNGS[1:]),
    *(f"tier_{tier}" for tier in TIERS),
    *(f"spent_{field}" for field in SPENT_FIELDS),
    "referral_reward",
    "discount",
    "price",
    *CUSTOMER_LINES,
    *FIRM_LINES,
    "profit",
    *STATE,
)
"""Figures that tables show, in their order."""

FIGURES = (
    *TABLE,
    "lost_by_cause",  # all causes together
    "resold",  # customers who bought again from a firm that sells sale by sale
    "revenue",
    "winning",  # money spent to win customers, onboarding, rewards and discounts included
    "offence",
    "defence",
    "running_contribution",  # the last that was seen, where nobody is there now
    *(f"contribution_{tier}" for tier in TIERS),
)
"""All figures: those that tables show, and those that only firms see."""

PLACES: Mapping[str, int] = {name: place for place, name in enumerate(FIGURES)}
"""Where each figure is."""


def places(*names: str) -> list[int]:
    """Return where figures are.

    Examples
    --------
    >>> places("opening", "lost")
    [0, 2]
    """
    return [PLACES[name] for name in names]


def empty(firms: int) -> Array:
    """Return figures of a month in which nothing happened, shape (firms, FIGURES)."""
    return np.zeros((firms, len(FIGURES)))
