"""Elasticities of a market: futures that differ in one firm's price or spend, and nothing else.

A market is simulated up to some month. From there its months go on once as they are, and what all
firms plan is kept. Then they go on again from the same month, with the same random numbers and the
same plans of all firms but for one number of one firm, which is a tenth lower, or a tenth higher.
No firm answers, and no budget follows revenue: what sales change by is the partial effect that
elasticities are defined as.
"""

import copy
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import YEAR_FIELDS
from relsim.firms.budgets import BUDGETS, PLAN_FIELDS
from relsim.firms.decisions import Decisions
from relsim.market import Market

Array = npt.NDArray[np.float64]

STEP = 0.1
"""By which share a price or a spend is changed, up and down."""

HORIZONS = {"short": 12, "long": 60}
"""Months from the change until sales are measured."""

QUARTER = 3
"""Months, the last before a horizon ends, over which sales are measured."""


_BRAND = "brand"


def _spent_on(line: str) -> tuple[str, ...]:
    """Return the budgets that a line of the ledger books."""
    return tuple(one.name for one in BUDGETS if one.line == line)


LEVERS = {
    "advertising": _spent_on("acquisition"),
    "acquisition": tuple(name for name in _spent_on("acquisition") if name != _BRAND),
    "brand": (_BRAND,),
    "retention": _spent_on("retention"),
    "recovery": _spent_on("recovery"),
    "referral": ("referral_reward",),
    "price": ("price",),
}
"""What a firm can change, and which numbers of its plan that is.

Published elasticities of advertising are of all of it: to reach people, and on the brand.
"""

_SOLD = [YEAR_FIELDS.index(name) for name in ("usage", "growth", "cross_sales")]


class FollowingMarket(Market):
    """A market that keeps what firms plan, and that can follow plans that were kept.

    Attributes
    ----------
    kept : sequence of Decisions
        What was planned, month by month.
    script : iterator of Decisions, optional
        Plans that are followed in place of the strategies'.
    """

    kept: Sequence[Decisions] = ()
    script: Iterator[Decisions] | None = None

    def plan(self) -> Decisions:
        """Return the month's plans: the script's, or what strategies decide."""
        if self.script is not None:
            return next(self.script)
        decisions = super().plan()
        self.kept = [*self.kept, Decisions(decisions.rows.copy(), dict(decisions.made))]
        return decisions


class Change(NamedTuple):
    """What an elasticity is of: the lever that a firm changes, and when sales are measured."""

    lever: str
    horizon: str


def changed(plans: Sequence[Decisions], firm: int, lever: str, factor: float) -> list[Decisions]:
    """Return plans in which one firm's price or spend is multiplied.

    Parameters
    ----------
    plans : sequence of Decisions
        Month by month; they stay as they are.
    firm : int
        Its place.
    lever : str
        One of :data:`LEVERS`.
    factor : float
        What it is multiplied by.
    """
    places = [PLAN_FIELDS.index(name) for name in LEVERS[lever]]
    others = []
    for one in plans:
        rows = one.rows.copy()
        rows[firm, places] *= factor
        others.append(Decisions(rows, dict(one.made)))
    return others


def elasticities(
    market: FollowingMarket, wanted: Sequence[Change], firms: Sequence[int]
) -> dict[Change, Array]:
    """Return elasticities of the units that firms sell, by what they change.

    Parameters
    ----------
    market : FollowingMarket
        At the end of the month after which changes begin; it is simulated to the last horizon.
    wanted : sequence of Change
        Which elasticities.
    firms : sequence of int
        Which firms change something, one at a time.

    Returns
    -------
    dict
        By change, one for each of the firms: ``ln(sold up / sold down) / ln(1.1 / 0.9)``; not a
        number where the firm spends nothing on it, or sells nothing.
    """
    if not wanted:
        return {}
    market.kept = ()
    start = copy.deepcopy(market)
    market.run(max(HORIZONS[one.horizon] for one in wanted))
    plans = market.kept
    found = {one: np.full(len(firms), math.nan) for one in wanted}
    for lever in dict.fromkeys(one.lever for one in wanted):
        horizons = [one.horizon for one in wanted if one.lever == lever]
        for place, firm in enumerate(firms):
            for horizon, value in _elasticity(start, plans, firm, lever, horizons):
                found[Change(lever, horizon)][place] = value
    return found


def _elasticity(
    start: FollowingMarket, plans: Sequence[Decisions], firm: int, lever: str, horizons: list[str]
) -> Iterator[tuple[str, float]]:
    """Yield the elasticity of what a firm sells to one of its levers, by horizon."""
    places = [PLAN_FIELDS.index(name) for name in LEVERS[lever]]
    if not any(plan.rows[firm, places].any() for plan in plans):
        return
    months = max(HORIZONS[horizon] for horizon in horizons)
    down, up = (
        _sold(start, changed(plans[:months], firm, lever, factor), firm)
        for factor in (1.0 - STEP, 1.0 + STEP)
    )
    for horizon in horizons:
        last = slice(HORIZONS[horizon] - QUARTER, HORIZONS[horizon])
        less, more = down[last].sum(), up[last].sum()
        if less > 0.0 and more > 0.0:
            yield horizon, math.log(more / less) / math.log((1.0 + STEP) / (1.0 - STEP))


def _sold(start: FollowingMarket, plans: Sequence[Decisions], firm: int) -> Array:
    """Return the units that a firm sells, month by month, in the future that follows the plans."""
    future: Any = copy.deepcopy(start)
    future.script = iter(plans)
    return np.array([sold(future.run(1), firm) for _ in plans])


def sold(market: Market, firm: int) -> float:
    """Return the units that a firm sold last month: usage, its growth, and cross-sales."""
    return float(market.records[-1].accounts.years[firm + 1][:, _SOLD].sum())
