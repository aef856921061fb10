"""Customer lifetime value in the variants of textbooks: one sum, and what they differ in."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from relsim.economics.domain import bounded, within

Array = npt.NDArray[np.float64]
Timing = Literal["start", "middle", "end"]
First = Literal["sure", "at risk", "none"]
_WHEN = {"start": 0.0, "middle": 0.5, "end": 1.0}
_FIRST = ("sure", "at risk", "none")


def customer_value(
    margin: npt.ArrayLike,
    retention: npt.ArrayLike,
    discount: float,
    *,
    horizon: int | None = None,
    timing: Timing = "start",
    first: First = "sure",
    leaving_fee: float = 0.0,
) -> float:
    """Return the expected present value of a customer, the cost to acquire it not counted.

    ``sum over t of m_t P_t / (1 + d)^(t + w)``, t the period from 0 on, w when in the period a
    margin comes, and P_t the chance that it comes. With S_t the product of the first t retention
    rates, P_t is S_t where the first margin is sure, S_(t+1) where it is at risk as every other.
    A customer who leaves in period t, by chance S_t - S_(t+1), pays the fee at the end of it.

    Named variants, r and m constant:

    - ``first="sure", timing="start"``: ``m (1 + d) / (1 + d - r)``. Berger & Nasr (1998),
      "Customer lifetime value: marketing models and applications", Journal of Interactive
      Marketing 12:1, case 1, with a finite horizon and without the cost of promotion; the worth
      of a customer in Blattberg & Deighton (1996), Harvard Business Review 74:4
      (:func:`relsim.economics.equity.prospect_value`), the margin net of what keeping costs; with
      retention by tenure and an infinite horizon Fader & Hardie (2010), Marketing Science 29:1.
    - ``first="none", timing="start"``: ``m r / (1 + d - r)``, the margin multiple of Gupta &
      Lehmann (2003), "Customers as assets", Journal of Interactive Marketing 17:1; the same as
      ``first="at risk", timing="end"``.
    - ``first="sure", timing="end"``: ``m / (1 + d - r)``, margins in arrears.
    - ``timing="middle"``: each margin comes in the middle of its period.

    That variants differ in just these choices, and that they have to be told, is said by Pfeifer,
    Haskins & Conroy (2005), "Customer lifetime value, customer profitability, and the treatment
    of acquisition spending", Journal of Managerial Issues 17:1.

    Parameters
    ----------
    margin : float or array_like of shape (periods,)
        Money of period 0, 1, 2 ...; the last one goes on.
    retention : float or array_like of shape (periods,)
        Chance to stay from period t to t + 1, by tenure, 0 to 1; the last one goes on.
    discount : float
        Rate a period, 0 or more.
    horizon : int, optional
        Periods that are counted, 1 or more; without one all of them.
    timing : {"start", "middle", "end"}
        When in its period a margin comes.
    first : {"sure", "at risk", "none"}
        Whether the margin of period 0 is sure, is lost with who leaves in it, or is not counted
        (paid already).
    leaving_fee : float
        Money that a customer pays who leaves; below 0 what its leaving costs.

    Raises
    ------
    ValueError
        With the argument outside its bounds; if the sum has no bound.

    Examples
    --------
    >>> round(customer_value(100.0, 0.8, 0.1), 2)
    366.67
    >>> round(customer_value(100.0, 0.8, 0.1, first="none"), 2)
    266.67
    >>> round(customer_value(100.0, [0.6, 0.7, 0.8], 0.1, horizon=3, timing="end"), 2)
    172.05
    """
    margins, rates = (np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (margin, retention))
    _check(margins, rates, discount, horizon, timing, first, leaving_fee)
    shown = max(margins.size, rates.size + 1) if horizon is None else horizon
    t = np.arange(shown)
    stays = rates[np.minimum(t, rates.size - 1)]
    alive = np.concatenate([[1.0], np.cumprod(stays)])
    paid = alive[1:] if first == "at risk" else alive[:-1]
    flows = margins[np.minimum(t, margins.size - 1)] * paid
    if first == "none":
        flows[0] = 0.0
    fees = leaving_fee * (alive[:-1] - alive[1:])
    step, when = 1.0 + discount, _WHEN[timing]
    value = float((flows * step ** -(t + when)).sum() + (fees * step ** -(t + 1.0)).sum())
    if horizon is not None:
        return value
    return value + _later(
        float(margins[-1]),
        float(rates[-1]),
        float(alive[-1]),
        discount,
        shown,
        when,
        first,
        leaving_fee,
    )


def _later(
    margin: float,
    rate: float,
    left: float,
    discount: float,
    start: int,
    when: float,
    first: First,
    fee: float,
) -> float:
    """Return the value, today, of all periods from one on, in which nothing changes any more."""
    if left == 0.0:
        return 0.0
    step = 1.0 + discount
    each = margin * (rate if first == "at risk" else 1.0) * math.pow(step, -when)
    lost = fee * (1.0 - rate) / step
    gap = step / (step - rate)
    return float(left * (each + lost) * gap * step ** -float(start))


def _check(
    margins: Array,
    rates: Array,
    discount: float,
    horizon: int | None,
    timing: str,
    first: str,
    fee: float,
) -> None:
    for name, values in (("margin", margins), ("leaving_fee", fee)):
        within(name, values, -np.inf)
    for name, array in (("margin", margins), ("retention", rates)):
        if array.ndim != 1 or not array.size:
            raise ValueError(f"{name} is a number or one for each period")
    within("retention", rates, 0.0, 1.0)
    within("discount", discount, 0.0)
    if timing not in _WHEN:
        raise ValueError(f"timing is one of {', '.join(_WHEN)}, not {timing!r}")
    if first not in _FIRST:
        raise ValueError(f"first is one of {', '.join(_FIRST)}, not {first!r}")
    if horizon is None:
        bounded(rates[-1], discount)
    elif horizon < 1:
        raise ValueError(f"horizon is 1 or more periods, or None for all, not {horizon}")
