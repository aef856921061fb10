"""What a gain in retention is worth, under every reading of "five per cent better"."""

import numpy as np
import numpy.typing as npt

from relsim.economics.domain import bounded, within

Array = npt.NDArray[np.float64]
CREDIT_CARD = (-51.0, 30.0, 42.0, 44.0, 49.0, 55.0)
"""Profit per customer by year, year 0 first, US dollars: Reichheld & Sasser (1990), as commonly
quoted (the primary source was not seen)."""


def points(retention: float, gain: float = 0.05) -> float:
    """Return retention after a gain in points: ``r + gain``, at most 1."""
    return min(retention + gain, 1.0)


def part_of_retention(retention: float, gain: float = 0.05) -> float:
    """Return retention after a gain that is a part of itself: ``r (1 + gain)``, at most 1."""
    return min(retention * (1.0 + gain), 1.0)


def part_of_defection(retention: float, gain: float = 0.05) -> float:
    """Return retention after a part of churn is saved: ``1 - (1 - r)(1 - gain)``.

    Examples
    --------
    >>> round(part_of_defection(0.9), 4), round(points(0.9), 4), round(part_of_retention(0.9), 4)
    (0.905, 0.95, 0.945)
    """
    return 1.0 - (1.0 - retention) * (1.0 - gain)


def constant_hazard_value(
    retention: npt.ArrayLike, margin: float = 1.0, discount: float = 0.0
) -> Array:
    """Return value with the first margin at once: ``m (1 + d) / (1 + d - r)``.

    Other timings, horizons and fees: :func:`relsim.economics.customer_value.customer_value`.

    Raises
    ------
    ValueError
        If retention is not from 0 to 1, discount below 0, or the value has no bound.
    """
    bounded(retention, discount)
    r = np.asarray(retention, dtype=np.float64)
    result: Array = margin * (1.0 + discount) / (1.0 + discount - r)
    return result


def after_first_value(
    retention: npt.ArrayLike, margin: float = 1.0, discount: float = 0.0
) -> Array:
    """Return value without the first margin: ``m r / (1 + d - r)`` (Gupta & Lehmann 2003).

    Raises
    ------
    ValueError
        As :func:`constant_hazard_value`.
    """
    bounded(retention, discount)
    r = np.asarray(retention, dtype=np.float64)
    result: Array = margin * r / (1.0 + discount - r)
    return result


def elasticity(retention: npt.ArrayLike, discount: float) -> Array:
    """Return the elasticity of :func:`after_first_value` to retention: ``(1+d) / (1+d-r)``.

    Gupta, Lehmann & Stuart (2004), "Valuing customers", Journal of Marketing Research 41:1.
    It equals the duration of the customer asset (Pfeifer & Farris 2004, "The elasticity of
    customer value to retention", Journal of Interactive Marketing 18:2).

    Examples
    --------
    >>> elasticity([0.70, 0.80, 0.85, 0.90, 0.95], 0.12).round(2).tolist()
    [2.67, 3.5, 4.15, 5.09, 6.59]
    """
    bounded(retention, discount)
    r = np.asarray(retention, dtype=np.float64)
    result: Array = (1.0 + discount) / (1.0 + discount - r)
    return result


def duration(retention: float, discount: float, periods: int = 20_000) -> float:
    """Return the value-weighted mean time of a customer's margins, the first after a period."""
    t = np.arange(1, periods + 1)
    flows = (retention / (1.0 + discount)) ** t
    return float((t * flows).sum() / flows.sum())


def fixed_life_value(
    profits: npt.ArrayLike, life: float, discount: float, later: float | None = None
) -> float:
    """Return the present value of a profit curve over a life that is known: end-of-year flows.

    Reichheld & Sasser's method: the life is ``1 / defection`` years.

    Parameters
    ----------
    profits : array_like
        Year 0 (acquiring the customer, at once), then years 1, 2 ...
    life : float
        Years; a part of the last one counts in part.
    discount : float
        Rate a year.
    later : float, optional
        Profit of each year after the curve's last; that of the last unless said.

    Examples
    --------
    With 10% and with 5% churn, 5.5% and 51 after year 5; 300 and 525 are quoted.

    >>> [round(fixed_life_value(CREDIT_CARD, 1 / d, 0.055, 51.0), 1) for d in (0.10, 0.05)]
    [300.9, 526.0]
    """
    curve = np.asarray(profits, dtype=np.float64)
    years = np.arange(1, int(np.ceil(life)) + 1)
    last = curve[-1] if later is None else later
    flows = np.append(curve[1:], np.full(max(years.size - curve.size + 1, 0), last))[: years.size]
    lived = np.minimum(life - (years - 1), 1.0)
    return float(curve[0] + (flows * lived / (1.0 + discount) ** years).sum())


def constant_hazard_curve_value(
    profits: npt.ArrayLike, defection: float, discount: float, growth: float = 0.0
) -> float:
    """Return the present value of a profit curve that each year fewer customers live to see.

    ``p0 + sum over t >= 1 of p_t ((1 - defection) / (1 + discount))^(t-1)``: year 1's profit
    comes at once and in full, every later one from those who are left.

    Parameters
    ----------
    profits : array_like
        Year 0 (acquiring the customer), then years 1, 2 ...
    defection : float
        Chance to leave a year.
    discount : float
        Rate a year; above 0 where churn is 0.
    growth : float
        What is added to profit every year after the curve's last.

    Raises
    ------
    ValueError
        If churn is not from 0 to 1, discount below 0, or both are 0: the sum has no bound.

    Examples
    --------
    With 10% and with 5% churn, 7% and 3 more each year after year 5; 300 and 525 are quoted.

    >>> value = constant_hazard_curve_value
    >>> [round(value(CREDIT_CARD, d, 0.07, 3.0), 1) for d in (0.10, 0.05)]
    [297.9, 521.6]
    """
    within("defection", defection, 0.0, 1.0)
    within("discount", discount, 0.0)
    if defection == discount == 0.0:
        raise ValueError(
            "the value is not defined: with churn 0 and discount 0 its sum has no bound"
        )
    curve = np.asarray(profits, dtype=np.float64)
    step = (1.0 - defection) / (1.0 + discount)
    shown = float((curve[1:] * step ** np.arange(curve.size - 1)).sum())
    # Beyond the curve: p + k growth in the k-th further year, a geometric sum.
    further = step ** (curve.size - 1)
    later = curve[-1] / (1.0 - step) + growth / (1.0 - step) ** 2
    return float(curve[0] + shown + further * later)


def gain(before: npt.ArrayLike, after: npt.ArrayLike) -> Array:
    """Return the relative gain, ``after / before - 1``.

    Examples
    --------
    Five points from 80% to 85%, valued without discount: a third more.

    >>> value = constant_hazard_value
    >>> gain(value(0.80), value(points(0.80))).round(3).tolist()
    0.333
    """
    result: Array = np.asarray(after, dtype=np.float64) / np.asarray(before, dtype=np.float64) - 1.0
    return result
