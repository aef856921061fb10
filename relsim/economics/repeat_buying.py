"""How often customers buy: gamma-Poisson counts, and BG/NBD's buying and dropping out."""

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

Array = npt.NDArray[np.float64]
CDNOW = (0.243, 4.414, 0.793, 2.426)
"""r, alpha, a, b of the BG/NBD model for 2,357 buyers, weeks: Fader, Hardie & Lee (2005)."""


def gamma_poisson(counts: npt.ArrayLike, shape: float, mean: float) -> Array:
    """Return the chance of each count when rates are gamma-distributed over customers.

    The negative binomial of Ehrenberg (1959), "The pattern of consumer purchases", Applied
    Statistics 8:1.

    Parameters
    ----------
    counts : array_like
        Purchases in a period.
    shape : float
        Of the gamma distribution; customers are the more alike the larger.
    mean : float
        Mean purchases a period.

    Examples
    --------
    >>> gamma_poisson([0, 1], 1.0, 1.0).round(12).tolist()
    [0.5, 0.25]
    """
    result: Array = stats.nbinom.pmf(np.asarray(counts), shape, shape / (shape + mean))
    return result


def fit_gamma_poisson(counts: npt.ArrayLike) -> tuple[float, float]:
    """Return shape and mean of the greatest likelihood; the mean is that of the counts.

    Examples
    --------
    >>> shape, mean = fit_gamma_poisson([0] * 50 + [1] * 25 + [2] * 13 + [3] * 12)
    >>> round(mean, 2), 0.5 < shape < 5.0
    (0.87, True)
    """
    seen, times = np.unique(np.asarray(counts), return_counts=True)
    mean = float((seen * times).sum() / times.sum())
    found = optimize.minimize_scalar(
        lambda log: -float(times @ np.log(gamma_poisson(seen, np.exp(log), mean))),
        bounds=(-6.0, 9.0),
        method="bounded",
    )
    return float(np.exp(found.x)), mean


def bg_nbd_counts(
    counts: npt.ArrayLike, t: float, r: float, alpha: float, a: float, b: float
) -> Array:
    """Return the chance of so many repeat purchases by time t in the BG/NBD model.

    Fader, Hardie & Lee (2005), "Counting your customers the easy way", Marketing Science 24:2,
    equation 8: Poisson buying at a gamma(r, alpha) rate, and after each purchase a beta(a, b)
    chance to drop out.

    Examples
    --------
    >>> bool(abs(bg_nbd_counts(range(400), 10.0, *CDNOW).sum() - 1.0) < 1e-6)
    True
    """
    x = np.asarray(counts, dtype=np.float64)
    log_nbd = special.gammaln(r + x) - special.gammaln(r) - special.gammaln(x + 1.0)
    log_nbd += r * np.log(alpha / (alpha + t)) + x * np.log(t / (alpha + t))
    active = np.exp(special.betaln(a, b + x) - special.betaln(a, b) + log_nbd)
    # Gone after just x: at least x purchases would have been made.
    at_least = special.betainc(np.maximum(x, 1e-300), r, t / (alpha + t))
    with np.errstate(invalid="ignore"):
        gone = np.exp(special.betaln(a + 1.0, b + x - 1.0) - special.betaln(a, b)) * at_least
    result: Array = active + np.where(x > 0.0, gone, 0.0)
    return result


def bg_nbd_mean(t: npt.ArrayLike, r: float, alpha: float, a: float, b: float) -> Array:
    """Return the expected repeat purchases by time t (equation 9 of the same; a not 1).

    Examples
    --------
    >>> bg_nbd_mean([39.0], *CDNOW).round(3).tolist()
    [1.197]
    """
    time = np.asarray(t, dtype=np.float64)
    share = time / (alpha + time)
    left = (alpha / (alpha + time)) ** r * special.hyp2f1(r, b, a + b - 1.0, share)
    result: Array = (a + b - 1.0) / (a - 1.0) * (1.0 - left)
    return result


def bg_nbd_active(t: npt.ArrayLike, r: float, alpha: float, a: float, b: float) -> Array:
    """Return the share of all customers who are still active at time t.

    Purchases after which a customer drops out come at the rate ``lambda p``, so that none came
    with the chance ``exp(-lambda p t)``; over gamma rates and beta chances that is Gauss's
    ``2F1(r, a; a + b; -t / alpha)``.

    Examples
    --------
    >>> bg_nbd_active([0.0, 39.0], *CDNOW).round(3).tolist()
    [1.0, 0.794]
    """
    time = np.asarray(t, dtype=np.float64)
    return np.asarray(special.hyp2f1(r, a, a + b, -time / alpha), dtype=np.float64)


def bg_nbd_alive(
    x: float, last: float, t: float, r: float, alpha: float, a: float, b: float
) -> float:
    """Return the chance that a customer with x repeats, the last at ``last``, is active at t.

    Examples
    --------
    >>> bg_nbd_alive(0, 0.0, 39.0, *CDNOW)
    1.0
    """
    if x == 0:
        return 1.0
    odds = a / (b + x - 1.0) * ((alpha + t) / (alpha + last)) ** (r + x)
    return float(1.0 / (1.0 + odds))
