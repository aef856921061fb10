"""What money does to acquisition and retention: Blattberg & Deighton's customer equity test."""

import numpy as np
import numpy.typing as npt
from scipy import optimize

Array = npt.NDArray[np.float64]


def response(spend: npt.ArrayLike, ceiling: float, rate: float) -> Array:
    """Return the effect of a spend: ``ceiling (1 - exp(-rate spend))``.

    Blattberg & Deighton (1996), "Manage marketing by the customer equity test", Harvard
    Business Review 74:4.

    Examples
    --------
    >>> response([0.0, 1e9], 0.4, 0.1).tolist()
    [0.0, 0.4]
    """
    result: Array = -ceiling * np.expm1(-rate * np.asarray(spend, dtype=np.float64))
    return result


def calibrate(spend: float, effect: float, ceiling: float) -> float:
    """Return the rate at which today's spend has today's effect: the authors' two questions.

    Raises
    ------
    ValueError
        If the effect is not between 0 and the ceiling, or nothing is spent.

    Examples
    --------
    >>> round(float(response(50.0, 0.4, calibrate(50.0, 0.3, 0.4))), 12)
    0.3
    """
    if not 0.0 <= effect < ceiling or spend <= 0.0:
        raise ValueError(
            f"spend {spend:g} has the effect {effect:g} below a ceiling of {ceiling:g}: "
            "an effect lies from 0 to below its ceiling, and takes some spend"
        )
    return float(-np.log1p(-effect / ceiling) / spend)


def fit(spend: npt.ArrayLike, effect: npt.ArrayLike) -> tuple[float, float]:
    """Return ceiling and rate that fit observed effects best, by least squares.

    Examples
    --------
    >>> x = np.array([1.0, 5.0, 10.0, 30.0])
    >>> [round(v, 6) for v in fit(x, response(x, 0.6, 0.08))]
    [0.6, 0.08]
    """
    x, y = (np.asarray(values, dtype=np.float64) for values in (spend, effect))
    start = (float(y.max()) * 1.1, 1.0 / max(float(x.mean()), 1e-12))
    found, _ = optimize.curve_fit(response, x, y, p0=start, bounds=(0.0, np.inf))
    return float(found[0]), float(found[1])


def acquisition_optimum(value: float, ceiling: float, rate: float) -> float:
    """Return the spend per prospect that makes ``value a(A) - A`` largest.

    There the marginal cost to win a customer, ``1 / a'(A)``, equals its value (Pfeifer 2005,
    "The optimal ratio of acquisition and retention costs", Journal of Targeting, Measurement
    and Analysis for Marketing 13:2).

    Examples
    --------
    >>> spend = acquisition_optimum(500.0, 0.3, 0.05)
    >>> round(float(1.0 / (0.3 * 0.05 * np.exp(-0.05 * spend))), 6)
    500.0
    """
    steepest = value * ceiling * rate
    return float(np.log(steepest) / rate) if steepest > 1.0 else 0.0


def retained_value(
    spend: npt.ArrayLike, margin: float, discount: float, ceiling: float, rate: float
) -> Array:
    """Return the value of a customer on whom so much is spent a period to keep it.

    ``(m - R/r) r' / (1 - r')`` with ``r' = r / (1 + d)``: what follows the first sale, the spend
    R being paid by all who might stay (Blattberg & Deighton 1996).
    """
    spent = np.asarray(spend, dtype=np.float64)
    kept = response(spent, ceiling, rate)
    discounted = kept / (1.0 + discount)
    result: Array = (margin * kept - spent) / (1.0 + discount) / (1.0 - discounted)
    return result


def retention_optimum(margin: float, discount: float, ceiling: float, rate: float) -> float:
    """Return the spend per customer and period that makes its value largest.

    Examples
    --------
    >>> best = retention_optimum(100.0, 0.1, 0.9, 0.1)
    >>> around = retained_value([best - 0.1, best, best + 0.1], 100.0, 0.1, 0.9, 0.1)
    >>> int(around.argmax())
    1
    """
    found = optimize.minimize_scalar(
        lambda spend: -float(retained_value(spend, margin, discount, ceiling, rate)),
        bounds=(0.0, 50.0 / rate),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(found.x) if -found.fun > 0.0 else 0.0
