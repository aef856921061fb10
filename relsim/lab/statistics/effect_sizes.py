"""How large a difference between two paired arms is, and what the pairing was worth."""

import bisect
import math

import numpy as np
import numpy.typing as npt

from relsim.lab.statistics.intervals import CONFIDENCE, Array, Interval, mean, quantile, sample

_BEYOND_COUNTING = 1e12


def relative_effect(
    treatment: npt.ArrayLike, control: npt.ArrayLike, confidence: float = CONFIDENCE
) -> Interval:
    """Return ``mean(treatment) / mean(control) - 1`` with its interval.

    Fieller (1954), "Some problems in interval estimation", Journal of the Royal Statistical Society
    B 16:2: all ratios that a paired t test does not reject. Chosen because it says the same as the
    interval of the difference (both hold zero, or neither does), is exact for normal units however
    few, and admits it when the control's mean could be zero: the bounds are then infinite. A
    bootstrap or the delta method would give a bounded interval even there.

    Parameters
    ----------
    treatment, control : array_like of shape (n,)
        Units, paired.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Interval
        A fraction: 0.25 is a quarter more. All nan where the control's mean is not above zero, for
        a percentage of a loss has no meaning.

    Examples
    --------
    >>> estimate, low, high = relative_effect([11.0, 14.0, 12.0, 17.0], [10.0, 12.0, 11.0, 15.0])
    >>> round(estimate, 4), round(low, 4), round(high, 4)
    (0.125, 0.0617, 0.1723)
    """
    t, c = sample(treatment), sample(control)
    base = mean(c)
    if not base > 0.0:
        return Interval(math.nan, math.nan, math.nan)
    apart = t - c
    estimate = mean(apart) / base
    if t.size < 2:
        return Interval(estimate, math.nan, math.nan)
    # The ratios r for which the mean of (apart - r c) is within reach of zero solve a quadratic.
    reach = quantile(t.size, confidence) ** 2 / t.size
    variances = np.cov(apart - apart[0], c - c[0])
    a = base**2 - reach * variances[1, 1]
    b = mean(apart) * base - reach * variances[0, 1]
    d = mean(apart) ** 2 - reach * variances[0, 0]
    if a <= 0.0:
        return Interval(estimate, -math.inf, math.inf)
    root = math.sqrt(max(b * b - a * d, 0.0))
    return Interval(estimate, float((b - root) / a), float((b + root) / a))


def standardised_size(treatment: npt.ArrayLike, control: npt.ArrayLike) -> float:
    """Return the difference over the standard deviation of runs: Cohen's d of the arms.

    The deviation is the root of the arms' mean variance (d_av; Cumming 2012, "Understanding the new
    statistics"). The other candidate, d_z, divides by the deviation of the *differences*: it grows
    with how much noise the arms share, so it would measure the pairing and not the effect, and
    could not be compared with an experiment that has no pairs.

    Returns
    -------
    float
        nan where runs do not vary, or are fewer than two.

    Examples
    --------
    >>> round(standardised_size([11.0, 14.0, 12.0, 17.0], [10.0, 12.0, 11.0, 15.0]), 3)
    0.621
    """
    t, c = sample(treatment), sample(control)
    spread = math.sqrt(np.mean(_variances(t, c)[:2]))
    return mean(t - c) / spread if spread > 0.0 else math.nan


def variance_reduction(treatment: npt.ArrayLike, control: npt.ArrayLike) -> float:
    """Return ``(var(t) + var(c)) / var(t - c)``: how many unpaired runs one pair replaces.

    Returns
    -------
    float
        At least a half (arms that mirror each other); nan where nothing varies.

    Examples
    --------
    >>> round(variance_reduction([1.0, 2.0, 4.0], [1.0, 3.0, 4.0]), 2)
    14.0
    """
    of_t, of_c, of_difference = _variances(sample(treatment), sample(control))
    if of_difference == 0.0:
        return math.inf if of_t + of_c > 0.0 else math.nan
    return (of_t + of_c) / of_difference


def _variances(t: Array, c: Array) -> tuple[float, float, float]:
    if t.size < 2:
        return math.nan, math.nan, math.nan
    apart = t - c
    return (
        float(np.var(t - t[0], ddof=1)),
        float(np.var(c - c[0], ddof=1)),
        float(np.var(apart - apart[0], ddof=1)),
    )


def correlation(treatment: npt.ArrayLike, control: npt.ArrayLike) -> float:
    """Return Pearson's correlation of the arms; nan where one of them does not vary."""
    t, c = sample(treatment), sample(control)
    of_t, of_c, _ = _variances(t, c)
    if not (of_t > 0.0 and of_c > 0.0):
        return math.nan
    return float(np.clip(np.corrcoef(t - t[0], c - c[0])[0, 1], -1.0, 1.0))


def unpaired_units(
    treatment: npt.ArrayLike, control: npt.ArrayLike, confidence: float = CONFIDENCE
) -> float:
    """Return how many units *an arm* unpaired runs would need for an interval as narrow.

    Unpaired runs have Welch's interval; variances are taken as they were seen.

    Returns
    -------
    float
        A whole number of 2 or more; infinite where every unit differs by the same, nan where
        nothing varies.

    Examples
    --------
    >>> unpaired_units([11.0, 14.0, 12.0, 17.0], [10.0, 12.0, 11.0, 15.0])
    55.0
    """
    t, c = sample(treatment), sample(control)
    reduction = variance_reduction(t, c)
    if not t.size * reduction < _BEYOND_COUNTING:
        return reduction
    of_t, of_c, of_difference = _variances(t, c)
    freedom = (of_t + of_c) ** 2 / (of_t**2 + of_c**2)
    half = quantile(t.size, confidence) * math.sqrt(of_difference / t.size)

    def narrow(units: int) -> bool:
        reach = quantile(1.0 + (units - 1) * freedom, confidence)
        return reach * math.sqrt((of_t + of_c) / units) <= half * (1.0 + 1e-12)

    # As many units as pairs, times the reduction, are enough: freedom is never below a pair's.
    most = math.ceil(t.size * max(reduction, 1.0))
    return 2.0 + bisect.bisect_left(range(2, most + 1), True, key=narrow)
