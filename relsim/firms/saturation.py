"""Spending that hardly does anything more: how much of each response's ceiling a firm buys."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers.rules.value import TIERS
from relsim.firms.budgets import SPENT_FIELDS
from relsim.firms.offers import BOUGHT_FIELDS
from relsim.firms.quantities import places

Array = npt.NDArray[np.float64]

LIMIT = 0.95
"""Share of a ceiling above which what is bought counts as all."""


class Use(NamedTuple):
    """Money with one response: what it is spent on, of what it buys a share, in which columns.

    ``key`` is the ceiling's, or, of a stock (``fills``), that of the section.
    """

    name: str
    key: str
    budgets: tuple[str, ...]
    fills: bool = False

    @property
    def whole(self) -> str:
        """What it buys a share of, in words."""
        return f"what is left to gain in {self.key}" if self.fills else self.key


USES = (
    Use("reaching prospects", "acquisition.ceiling", ("prospects",)),
    Use("reaching customers of rivals", "acquisition.ceiling", ("rivals",)),
    Use("reaching dissatisfied customers of rivals", "acquisition.ceiling", ("dissatisfied",)),
    Use("brand", "mechanisms.awareness", ("brand",), fills=True),
    Use("care", "care.ceiling", TIERS),
    Use("recovery", "recovery.ceiling", ("recovery",)),
    Use("data", "data", ("data",), fills=True),
    Use("staff", "staff", ("staff",), fills=True),
    Use("rewards", "mechanisms.word_of_mouth.reward_ceiling", ("referral_reward",)),
)
_RETENTION = Use("retention", "mechanisms.retention.ceiling", TIERS)
"""What takes the place of care where a firm's retention is a response to what it spends."""

PAID = places(*(f"spent_{name}" for name in SPENT_FIELDS), "referral_reward")
"""Where in a row of figures what is paid for each of BOUGHT_FIELDS stands."""


def uses(responds: bool) -> list[Use]:
    """Return the uses of money where retention is a response to spending, or is not."""
    return [_RETENTION if responds and use.budgets == TIERS else use for use in USES]


def sentences(
    names: Sequence[str], months: Iterable[Array], *, responds: bool = False
) -> list[str]:
    """Return which spending bought more than :data:`LIMIT` of a ceiling, one sentence a use.

    Parameters
    ----------
    names : sequence of str
        The firms.
    months : iterable of arrays of shape (firms, BOUGHT_FIELDS)
        Share of the ceiling that each firm bought, by month.
    responds : bool
        Whether retention is a response to what is spent on it.

    Examples
    --------
    >>> bought = np.zeros((2, len(BOUGHT_FIELDS)))
    >>> bought[1, BOUGHT_FIELDS.index("recovery")] = 0.97
    >>> sentences(["A", "B"], [bought, bought * 0.9])
    ['recovery: B (1 of 2 months) buys more than 95% of recovery.ceiling: more spend adds little']
    """
    bought = np.array(list(months)).reshape(-1, len(names), len(BOUGHT_FIELDS))
    found = []
    for use in uses(responds):
        columns = [BOUGHT_FIELDS.index(budget) for budget in use.budgets]
        counts = (bought[:, :, columns].max(axis=2) > LIMIT).sum(axis=0)
        firms = [
            f"{name} ({n} of {len(bought)} months)" if len(bought) > 1 else name
            for name, n in zip(names, counts.tolist(), strict=True)
            if n
        ]
        if firms:
            verb = "buy" if len(firms) > 1 else "buys"
            found.append(
                f"{use.name}: {', '.join(firms)} {verb} more than {LIMIT:.0%} of {use.whole}: "
                "more spend adds little"
            )
    return found
