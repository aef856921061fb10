"""How long customers stay when each has a chance of its own: the shifted beta-geometric."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

Array = npt.NDArray[np.float64]


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
    """Return the log-likelihood of a cohort.

    Parameters
    ----------
    left : array_like of shape (periods + 1,)
        Customers, or shares, left at the end of periods 0, 1, 2 ...
    """
    alive = np.asarray(left, dtype=np.float64)
    expected = survival(np.arange(alive.size), alpha, beta)
    died = np.log(expected[:-1] - expected[1:])
    return float((alive[:-1] - alive[1:]) @ died + alive[-1] * np.log(expected[-1]))


def fit(left: npt.ArrayLike) -> tuple[float, float]:
    """Return alpha and beta of the greatest likelihood.

    Parameters
    ----------
    left : array_like of shape (periods + 1,)
        As for :func:`log_likelihood`.

    Examples
    --------
    >>> cohort = [100.0, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]
    >>> [round(x, 3) for x in fit(cohort)]
    [0.704, 1.182]
    """

    def unlikely(logs: Array) -> float:
        return -log_likelihood(left, *np.exp(logs).tolist())

    precise: dict[str, Any] = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 2000}
    found = optimize.minimize(  # type: ignore[call-overload]  # its stubs know no such options
        unlikely, np.zeros(2), method="Nelder-Mead", options=precise
    )
    alpha, beta = np.exp(found.x).tolist()
    return alpha, beta


def lifetime_value(margin: float, rate: float, alpha: float, beta: float) -> float:
    """Return what a new customer is worth: ``margin sum_t S(t) / (1 + rate)^t``, t from 0.

    In closed form by Gauss's hypergeometric function (Fader & Hardie 2010, "Customer-base
    valuation in a contractual setting", Marketing Science 29:1): ``2F1(1, beta; alpha + beta;
    1 / (1 + rate))``, the first margin being paid at once.

    Examples
    --------
    >>> round(lifetime_value(1.0, 0.1, 0.704, 1.182), 4)
    3.6951
    """
    return margin * float(special.hyp2f1(1.0, beta, alpha + beta, 1.0 / (1.0 + rate)))
