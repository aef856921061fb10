"""How long customers stay when each has a chance of its own: the shifted beta-geometric."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from relsim.economics.domain import within

Array = npt.NDArray[np.float64]
_TINY = 1e-300  # a chance that cannot be told from 0 still has a logarithm
_AGES = 3  # the start and two more: as many numbers as are fitted, besides the size


def survival(periods: npt.ArrayLike, alpha: float, beta: float) -> Array:
    """Return the share of a cohort that is left after so many periods.

    Fader & Hardie (2007), "How to project customer retention", Journal of Interactive Marketing
    21:1. Each customer leaves with a chance of its own a period, drawn from Beta(alpha, beta):
    ``S(t) = B(alpha, beta + t) / B(alpha, beta)``.

    Parameters
    ----------
    periods : array_like
        Periods lived, 0 or more.
    alpha, beta : float
        Of the chance to leave; its mean is ``alpha / (alpha + beta)``.

    Examples
    --------
    The "regular" cohort of the paper: 63.1% were left after a year, 17.3% after twelve.

    >>> survival([1, 12], 0.704, 1.182).round(3).tolist()
    [0.627, 0.17]
    """
    t = np.asarray(periods, dtype=np.float64)
    logs = special.betaln(alpha, beta + t) - special.betaln(alpha, beta)
    result: Array = np.exp(logs)
    return result


def retention(period: npt.ArrayLike, alpha: float, beta: float) -> Array:
    """Return the share of those left that is kept in a period, counted from 1.

    ``r(t) = (beta + t - 1) / (alpha + beta + t - 1)``: it rises with t although nobody's own
    chance does, for those who leave easily have gone.

    Examples
    --------
    >>> retention([1, 2], 1.0, 1.0).round(3).tolist()
    [0.5, 0.667]
    """
    t = np.asarray(period, dtype=np.float64)
    result: Array = (beta + t - 1.0) / (alpha + beta + t - 1.0)
    return result


def log_likelihood(left: npt.ArrayLike, alpha: float, beta: float) -> float:
    """Return the log-likelihood of a cohort, or the sum over several.

    Parameters
    ----------
    left : array_like of shape (periods + 1,) or (cohorts, periods + 1)
        Customers, or shares, left at the end of periods 0, 1, 2 ... Cohorts, a row each, may end
        at different ages: not a number where nothing was seen. What is missing in between is
        no loss of data: who left then left between the two ages that were seen.

    Raises
    ------
    ValueError
        If a cohort grows, has a negative number, or is not seen at its start.
    """
    return sum(_cohort_log_likelihood(ages, seen, alpha, beta) for ages, seen in _cohorts(left))


def _cohort_log_likelihood(ages: Array, seen: Array, alpha: float, beta: float) -> float:
    expected = survival(ages, alpha, beta)
    died = np.log(np.maximum(expected[:-1] - expected[1:], _TINY))
    return float((seen[:-1] - seen[1:]) @ died + seen[-1] * np.log(max(expected[-1], _TINY)))


def _cohorts(left: npt.ArrayLike) -> list[tuple[Array, Array]]:
    """Return for each cohort the ages at which it was seen, and how many were left."""
    rows = _rows(left)
    found = []
    for place, row in enumerate(rows):
        ages = np.flatnonzero(~np.isnan(row)).astype(np.float64)
        seen = row[~np.isnan(row)]
        where = f"left: cohort {place}" if len(rows) > 1 else "left"
        if not seen.size or ages[0] > 0.0:
            raise ValueError(f"{where} has no number at its start, age 0")
        if not np.isfinite(seen).all() or (seen < 0.0).any():
            raise ValueError(f"{where} has numbers that are negative or infinite")
        growing = np.flatnonzero(np.diff(seen) > 0.0)
        if growing.size:
            k = int(growing[0])
            raise ValueError(
                f"{where} grows from {seen[k]:g} at age {ages[k]:g} to {seen[k + 1]:g} at age "
                f"{ages[k + 1]:g}; a cohort that nobody joins can only shrink"
            )
        found.append((ages, seen))
    return found


def _rows(left: npt.ArrayLike) -> list[Array]:
    """Return cohorts as rows; lists of different lengths are several cohorts too."""
    if isinstance(left, list | tuple) and left and all(np.ndim(row) == 1 for row in left):
        return [np.asarray(row, dtype=np.float64) for row in left]
    array = np.asarray(left, dtype=np.float64)
    if array.ndim not in (1, 2) or not array.size:
        raise ValueError(f"left is one cohort or a row for each, not an array of {array.shape}")
    return list(np.atleast_2d(array))


def fit(left: npt.ArrayLike) -> tuple[float, float]:
    """Return alpha and beta of the greatest likelihood.

    Parameters
    ----------
    left : array_like of shape (periods + 1,) or (cohorts, periods + 1)
        As for :func:`log_likelihood`; a triangle of cohorts as
        :func:`relsim.cohorts.read_cohorts` returns it. Cohorts count by their size.

    Raises
    ------
    ValueError
        As :func:`log_likelihood`, or where the cohorts cannot tell alpha from beta: nobody left,
        or no cohort was seen at two ages after its start.

    Examples
    --------
    >>> cohort = [100.0, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]
    >>> [round(x, 3) for x in fit(cohort)]
    [0.704, 1.182]

    Three cohorts, a year apart, until the same day.

    >>> nan = float("nan")
    >>> alpha, beta = fit([[100, 63, 47, 38], [200, 126, 94, nan], [150, 95, nan, nan]])
    >>> round(alpha / (alpha + beta), 2)
    0.37
    """
    cohorts = _cohorts(left)
    if all(seen.size < _AGES for _, seen in cohorts):
        raise ValueError("left: no cohort was seen at two ages or more after its start")
    if all(seen[0] == seen[-1] for _, seen in cohorts):
        raise ValueError("left: nobody left in any cohort, so that no chance to leave is seen")

    def unlikely(logs: Array) -> float:
        alpha, beta = np.exp(logs).tolist()
        return -sum(_cohort_log_likelihood(*cohort, alpha, beta) for cohort in cohorts)

    precise: dict[str, Any] = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 2000}
    found = optimize.minimize(  # type: ignore[call-overload]  # its stubs know no such options
        unlikely, np.zeros(2), method="Nelder-Mead", options=precise
    )
    alpha, beta = np.exp(found.x).tolist()
    return alpha, beta


def residual_lifetime(renewals: int, rate: float, alpha: float, beta: float) -> float:
    """Return the discounted expected residual lifetime (DERL) of a customer, in periods.

    Fader & Hardie (2010), "Customer-base valuation in a contractual setting", Marketing Science
    29:1. Just before a renewal is due, for a customer who renewed so often before:
    ``sum over t >= n of S(t) / S(n - 1) / (1 + rate)^(t - n)`` with ``n = renewals + 1``; in
    closed form ``r(n) 2F1(1, beta + n; alpha + beta + n; 1 / (1 + rate))``, r being
    :func:`retention`. Times the margin of a period it is the customer's residual value.

    Parameters
    ----------
    renewals : int
        Times that the customer renewed, 0 or more.
    rate : float
        Discount rate a period, 0 or more.
    alpha, beta : float
        Of the chance to leave, above 0.

    Raises
    ------
    ValueError
        If a value is outside its bounds, or the sum has no bound: no discount and alpha at most 1.

    Examples
    --------
    Who renewed more often is likely to stay longer.

    >>> [round(residual_lifetime(n, 0.1, 0.704, 1.182), 2) for n in (0, 1, 5)]
    [2.96, 4.1, 6.26]
    """
    within("renewals", renewals, 0.0)
    _check(rate, alpha, beta)
    n = renewals + 1.0
    kept = float(retention(n, alpha, beta))
    return kept * float(special.hyp2f1(1.0, beta + n, alpha + beta + n, 1.0 / (1.0 + rate)))


def lifetime_value(margin: float, rate: float, alpha: float, beta: float) -> float:
    """Return what a new customer is worth: ``margin sum_t S(t) / (1 + rate)^t``, t from 0.

    In closed form by Gauss's hypergeometric function (Fader & Hardie 2010, "Customer-base
    valuation in a contractual setting", Marketing Science 29:1): ``2F1(1, beta; alpha + beta;
    1 / (1 + rate))``, the first margin being paid at once. A finite horizon, other timings and a
    fee for leaving: :func:`relsim.economics.customer_value.customer_value`, given
    :func:`retention` by tenure.

    Raises
    ------
    ValueError
        If a value is outside its bounds, or the sum has no bound: no discount and alpha at most 1.

    Examples
    --------
    >>> round(lifetime_value(1.0, 0.1, 0.704, 1.182), 4)
    3.6951
    """
    _check(rate, alpha, beta)
    return margin * float(special.hyp2f1(1.0, beta, alpha + beta, 1.0 / (1.0 + rate)))


def _check(rate: float, alpha: float, beta: float) -> None:
    within("rate", rate, 0.0)
    within("alpha", alpha, _TINY)
    within("beta", beta, _TINY)
    if rate == 0.0 and alpha <= 1.0:
        raise ValueError(
            f"rate 0 with alpha {alpha:g}, at most 1: the expected lifetime has no bound"
        )
