"""How many months to leave out before a market is in its steady state, if it comes to one.

For questions about the long run. A market whose shares drift for all of its months has no steady
state: it is compared over the same months in both arms, from the first, and nothing is cut.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.lab.statistics.intervals import sample

BATCH = 5
_LAST = 5  # batches at the end that no cut may leave alone
_FEWEST = 20


class Warmup(NamedTuple):
    """Months to cut from the start of a series, and whether a steady state was found after them.

    Where none was found, ``months`` is where the statistic happened to be least: no use as a cut.
    """

    months: int
    found: bool


def mser5(series: npt.ArrayLike) -> Warmup:
    """Return the warm-up of a series by MSER-5.

    White (1997), "An effective truncation heuristic for bias reduction in simulation output",
    Simulation 69:6, on means of five months (White, Cobb & Spratt 2000, "A comparison of five
    steady-state truncation heuristics for simulation", Winter Simulation Conference; Spratt 1998).
    The cut is where the squared standard error of what is left is least: ``S(d) / (n - d)²``, S the
    sum of squares about the mean of what is left, n the number of batches. A least in the second
    half says that the series is too short or never settles.

    Parameters
    ----------
    series : array_like of shape (months,)
        Finite, a value a month. Means over replications show the transient more clearly than any
        one run (Hoad, Robinson & Davies 2010, "Automating warm-up length estimation", Journal of
        the Operational Research Society 61:9). The months after the last whole batch are not used.

    Returns
    -------
    Warmup
        Months are a multiple of 5. Nothing is found in fewer than 100.

    Notes
    -----
    No cut leaves fewer than six batches: so few are at times alike by chance and not by rest. In
    stationary AR(1) series of 240 months (coefficient 0.5) that chance would hide the steady state
    in 29% of them, and with this guard in 5%.

    Examples
    --------
    >>> mser5([9.0, 8.0, 7.0, 5.0, 3.0] + [1.0, 2.0] * 50)
    Warmup(months=5, found=True)
    >>> mser5(range(120)).found
    False
    """
    x = sample(series)
    count = x.size // BATCH
    if count < _FEWEST:
        return Warmup(0, False)
    # Less the last month, a series that has come to rest is exactly 0, and sums stay exact.
    batches = (x[: count * BATCH] - x[count * BATCH - 1]).reshape(count, BATCH).mean(axis=1)
    left = np.arange(count, 0, -1)
    sums = np.cumsum(batches[::-1])[::-1]
    squares = np.cumsum(batches[::-1] ** 2)[::-1]
    statistic = np.maximum(squares - sums**2 / left, 0.0) / left**2
    cut = int(np.argmin(statistic[: count - _LAST]))
    return Warmup(cut * BATCH, cut <= count // 2)
