"""Grievance: its rules, and its passes of the month."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.customers.arithmetic import exp
from relsim.customers.block import BOUND, LEAVING, PURCHASES, SOCKETS, SUPPLIER, TROUBLE
from relsim.customers.choosers import WHO_SUPPLIER
from relsim.customers.columns import Column
from relsim.customers.compiled import loop, rule
from relsim.customers.rules.experience import RECOVERED
from relsim.customers.scene import Scene
from relsim.customers.schedule import Addition
from relsim.customers.vectors import pick
from relsim.economics.lifetime import annual_loss, left_after_a_month
from relsim.mechanisms.base import Array, Mechanism, Page
from relsim.mechanisms.grievance import Grievance

_PULL = SOCKETS["pull_to_stay"].row
_LEAST_STRENGTH = 1e-30


# Rules ------------------------------------------------------------------------------------


@rule
def softened(purchases: float, softening: float, least_effect: float) -> float:
    """Return what share of a failure's effect earlier purchases leave.

    ``max(exp(-softening purchases), least_effect)``: the relationship buffers.

    Examples
    --------
    >>> softened(0.0, 0.05, 0.3), softened(1000.0, 0.05, 0.3)
    (1.0, 0.3)
    """
    return max(exp(-softening * purchases), least_effect)


@rule
def sharpened(memory: float, strength: float, double_deviation: float) -> float:
    """Return by what the memory of earlier failures multiplies a new one.

    ``1 + double_deviation min(memory / strength, 1)``: a double deviation.

    Examples
    --------
    >>> sharpened(0.0, 1.5, 1.0), sharpened(0.75, 1.5, 1.0), sharpened(9.0, 1.5, 1.0)
    (1.0, 1.5, 2.0)
    """
    return 1.0 + double_deviation * min(memory / max(strength, _LEAST_STRENGTH), 1.0)


@rule
def remembered(memory: float, failure: float, strength: float, double_deviation: float) -> float:
    """Return the memory after a failure, in log-odds: it adds to what is still there.

    ``failure`` is what the failure does by itself: ``strength softened``, and of that the share
    ``kept_after_recovery`` where it was made good. If failures come with the chance p a month, each
    of mean effect a, and the share phi is left after a month, the mean memory when a month begins
    comes to ``phi p a / (1 - phi (1 + p a double_deviation / strength))``, as long as memory stays
    below ``strength``.

    Examples
    --------
    >>> remembered(0.0, 1.5, 1.5, 1.0), remembered(0.75, 1.5, 1.5, 1.0)
    (1.5, 3.0)
    """
    return memory + failure * sharpened(memory, strength, double_deviation)


# Passes -----------------------------------------------------------------------------------


class Own(NamedTuple):
    """What the passes get."""

    grievance: npt.NDArray[np.float32]  # one entry a customer
    strength: float
    kept_after_recovery: float
    softening: float
    least_effect: float
    double_deviation: float
    free: float  # what is left of the memory after a month, without a contract that binds
    bound: float  # and under one


@loop
def resent(s: Scene, own: Own) -> None:
    """Let failures be remembered, push customers to reconsider, and fade."""
    f, n, at = s.f, s.n, s.address
    memory = own.grievance[s.lo : s.lo + n]
    strength, softening, least_effect = own.strength, own.softening, own.least_effect
    for k in range(pick(f, TROUBLE, at, n)):
        c: Any = np.int64(at[k])
        share = own.kept_after_recovery if f[TROUBLE + c] == RECOVERED else 1.0
        failure = strength * share * softened(f[PURCHASES + c], softening, least_effect)
        memory[c] = remembered(np.float64(memory[c]), failure, strength, own.double_deviation)
    free, bound = own.free, own.bound
    for c in range(n):
        moved = np.float64(memory[c])
        f[_PULL + c] -= moved
        memory[c] = moved * (bound if f[BOUND + c] > 1.0 else free)


@loop
def forget(s: Scene, own: Own) -> None:
    """Let the memory end with the relationship."""
    f, choosers, at = s.f, s.choosers, s.address
    memory = own.grievance[s.lo : s.lo + s.n]
    for k in range(np.int64(choosers.number[0])):
        mover: Any = np.int64(choosers.who[k])
        if choosers.state[WHO_SUPPLIER + k] != f[SUPPLIER + mover]:
            memory[mover] = 0.0
    for k in range(pick(f, LEAVING, at, s.n)):
        leaver: Any = np.int64(at[k])
        memory[leaver] = 0.0


# The mechanism ----------------------------------------------------------------------------


def _curves(m: Grievance) -> tuple[Array, dict[str, Array]]:
    months = np.arange(13.0)
    free, bound = (left_after_a_month(each) for each in (m.half_life, m.half_life_bound))
    second, memory = [], 0.0
    for month in range(13):
        if month < 2:
            memory = remembered(memory, m.strength, m.strength, m.double_deviation)
        second.append(memory)
        memory *= free
    return months, {
        "one failure, under contract": m.strength * bound**months,
        "one failure, free to leave": m.strength * free**months,
        "made good, free to leave": m.strength * m.kept_after_recovery * free**months,
        "two failures in a row, free to leave": np.array(second),
    }


def _churn(table: pd.DataFrame) -> float:
    monthly = table["churned"].sum() / table["opening"].sum()
    return float(100.0 * annual_loss(monthly))


class Grievances(Mechanism):
    """Failures are remembered: they push to reconsider at once, and while they last."""

    name = "grievance"
    keys = Grievance
    columns = {  # noqa: RUF012  # never changed
        "grievance": Column(
            np.float32,
            "memory of failures when the next month begins, log-odds of reconsidering",
            "state",
        ),
    }
    additions = (
        Addition(f"{__name__}.resent", after="experience"),
        Addition(f"{__name__}.forget", before="book"),
    )
    agent = "relsim.mechanisms.grievance.agent.Resentful"
    page = Page(
        title="Grievance",
        across="months since the failure",
        up="added to reconsidering (log-odds)",
        curves=_curves,
        key="mechanisms.grievance.strength",
        settings=(0.0, 1.0, 2.0, 3.0),
        measure=_churn,
        measured="churn added by memory (points a year)",
        base={"mechanisms.grievance": {}},
    )
    rules = (softened, sharpened, remembered)

    def own(self, sums: Array) -> Own:  # noqa: ARG002  # it adds up nothing
        """Return the memory and the numbers for the passes of the month."""
        m = self.numbers
        return Own(
            self.state["grievance"],
            m.strength,
            m.kept_after_recovery,
            m.softening,
            m.least_effect,
            m.double_deviation,
            left_after_a_month(m.half_life),
            left_after_a_month(m.half_life_bound),
        )
