"""Needs that drift: the rule, and its passes of the month."""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.customers.arithmetic import clip01
from relsim.customers.block import LEAVING, SOCKETS, chance_row
from relsim.customers.columns import Column
from relsim.customers.compiled import loop, rule
from relsim.customers.scene import Scene, single
from relsim.customers.schedule import Addition
from relsim.customers.vectors import pick
from relsim.economics.lifetime import annual_loss, left_after_a_month
from relsim.mechanisms.base import Array, Mechanism, Page
from relsim.mechanisms.needs import Needs

_NEED = SOCKETS["orientation"].row
_STEP_CHANCE, _JUMP_CHANCE = chance_row("needs.step"), chance_row("needs.jump")
_WIDTH = math.sqrt(12.0)  # of a uniform number whose standard deviation is 1


# The rule ---------------------------------------------------------------------------------


@rule
def drifted(
    drift: float, kept: float, step: float, u: float, jump_rate: float, jump: float, v: float
) -> float:
    """Return how far a need is from its own level after a month: ``kept drift + e + j``.

    An autoregressive process of the first order with jumps: ``e`` is uniform with mean 0 and
    standard deviation ``step``, ``j`` is ``jump`` up or down with the chance ``jump_rate`` and else
    0; u and v are the month's random numbers. At rest the variance is ``(step^2 + jump_rate
    jump^2) / (1 - kept^2)`` and the correlation with itself k months later ``kept^k``; t months
    after the customer came the variance is ``1 - kept^(2 t)`` times that at rest.

    Examples
    --------
    >>> drifted(0.2, 0.5, 0.0, 0.9, 0.0, 0.3, 0.4)
    0.1
    >>> drifted(0.0, 0.5, 0.0, 0.9, 1.0, 0.3, 0.4), drifted(0.0, 0.5, 0.0, 0.9, 1.0, 0.3, 0.6)
    (0.3, -0.3)
    """
    up = jump if v < 0.5 * jump_rate else -jump
    jumped = up if v < jump_rate else 0.0
    return kept * drift + step * _WIDTH * (u - 0.5) + jumped


# Passes -----------------------------------------------------------------------------------


class Own(NamedTuple):
    """What the passes get."""

    need_drift: npt.NDArray[np.float32]  # one entry a customer
    kept: float  # of the drift, after a month
    step: float
    jump_rate: float
    jump: float


@loop
def drift(s: Scene, own: Own) -> None:
    """Let each customer's need drift, and be what it is this month."""
    f = s.f
    away = own.need_drift[s.lo : s.lo + s.n]
    kept, step, jump_rate, jump = own.kept, own.step, own.jump_rate, own.jump
    for c in range(s.n):
        moved = single(
            drifted(
                np.float64(away[c]),
                kept,
                step,
                f[_STEP_CHANCE + c],
                jump_rate,
                jump,
                f[_JUMP_CHANCE + c],
            )
        )
        away[c] = moved
        f[_NEED + c] = clip01(f[_NEED + c] + moved)


@loop
def begin_anew(s: Scene, own: Own) -> None:
    """Let who comes in place of those who leave the market be at its own level."""
    away = own.need_drift[s.lo : s.lo + s.n]
    for k in range(pick(s.f, LEAVING, s.address, s.n)):
        leaver: Any = np.int64(s.address[k])
        away[leaver] = 0.0


# The mechanism ----------------------------------------------------------------------------


def spread_after(months: npt.ArrayLike, m: Needs) -> Array:
    """Return the standard deviation of drift, so many months after customers came.

    Examples
    --------
    >>> m = Needs(half_life=1.0, step=0.3, jump_rate=0.0)
    >>> spread_after([0, 1, 1000], m).round(4).tolist()
    [0.0, 0.3, 0.3464]
    """
    kept = left_after_a_month(m.half_life)
    rest = (m.step**2 + m.jump_rate * m.jump**2) / (1.0 - kept**2)
    spread: Array = np.sqrt(rest * (1.0 - kept ** (2.0 * np.asarray(months, dtype=np.float64))))
    return spread


def _curves(m: Needs) -> tuple[Array, dict[str, Array]]:
    months = np.arange(121.0)
    return months, {
        "steps and jumps": spread_after(months, m),
        "steps alone": spread_after(months, m.model_copy(update={"jump_rate": 0.0})),
        "jumps alone": spread_after(months, m.model_copy(update={"step": 0.0})),
    }


def _churn(table: pd.DataFrame) -> float:
    monthly = table["churned"].sum() / table["opening"].sum()
    return float(100.0 * annual_loss(monthly))


class DriftingNeeds(Mechanism):
    """Each customer's need drifts around its own level, and now and then jumps."""

    name = "needs"
    keys = Needs
    columns = {  # noqa: RUF012  # never changed
        "need_drift": Column(
            np.float32,
            "how far the customer's need is from its own orientation, before it is held within "
            "0 and 1",
            "state",
        ),
    }
    chances = ("needs.step", "needs.jump")
    additions = (
        Addition(f"{__name__}.drift", after="feel_the_times"),
        Addition(f"{__name__}.begin_anew", before="book"),
    )
    agent = "relsim.mechanisms.needs.agent.Drifting"
    page = Page(
        title="Needs that drift",
        across="months since the customer came",
        up="standard deviation of drift (0 to 1)",
        curves=_curves,
        key="mechanisms.needs.step",
        settings=(0.0, 0.03, 0.06, 0.12),
        measure=_churn,
        measured="churn added by drift (points a year)",
        base={"mechanisms.needs": {}, "mechanisms.experience.fit_weight": 0.2},
    )
    rules = (drifted,)

    def own(self, sums: Array) -> Own:  # noqa: ARG002  # it adds up nothing
        """Return the drift and the numbers for the passes of the month."""
        m = self.numbers
        kept = left_after_a_month(m.half_life)
        return Own(self.state["need_drift"], kept, m.step, m.jump_rate, m.jump)
