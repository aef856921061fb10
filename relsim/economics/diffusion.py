"""How a new product spreads: Bass, and Libai, Muller & Peres with customers who leave."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_NO_TALK = 1e-9  # imitation, in parts of the rest, below which there is none to speak of


def bass(t: npt.ArrayLike, p: float, q: float) -> Array:
    """Return the share of the potential that has adopted by time t.

    Bass (1969), "A new product growth model for consumer durables", Management Science 15:5:
    ``F(t) = (1 - exp(-(p+q) t)) / (1 + (q/p) exp(-(p+q) t))``.

    Parameters
    ----------
    t : array_like
        Time.
    p, q : float
        Innovation and imitation, per unit of time.

    Examples
    --------
    The averages of the field, .03 and .38 a year: 46% have adopted at the peak.

    >>> bass([peak_time(0.03, 0.38)], 0.03, 0.38).round(2).tolist()
    [0.46]
    """
    return with_attrition(t, p, q, 0.0)


def peak_time(p: float, q: float) -> float:
    """Return when adoptions peak: ``ln(q/p) / (p+q)``.

    Examples
    --------
    >>> round(peak_time(0.03, 0.38), 2)
    6.19
    """
    return float(np.log(q / p) / (p + q))


def saturation(p: float, q: float, d: float) -> float:
    """Return the share of the potential at which growth and attrition balance.

    The positive root of ``p (1 - n) + q (1 - d) n (1 - n) - d n = 0``.

    Examples
    --------
    >>> saturation(0.03, 0.38, 0.0), round(saturation(0.03, 0.38, 0.1), 3)
    (1.0, 0.739)
    """
    return _roots(p, q, d)[0]


def with_attrition(t: npt.ArrayLike, p: float, q: float, d: float) -> Array:
    """Return the share of the potential that are customers at time t, from none at 0.

    Libai, Muller & Peres (2009), "The diffusion of services", Journal of Marketing Research
    46:2: ``dn/dt = p (1 - n) + q (1 - d) n (1 - n) - d n``, solved in closed form (a Riccati
    equation with constant coefficients).

    Parameters
    ----------
    t : array_like
        Time.
    p, q, d : float
        Innovation, imitation and attrition, per unit of time.
    """
    time = np.asarray(t, dtype=np.float64)
    high, low = _roots(p, q, d)
    speed = q * (1.0 - d)
    if speed <= _NO_TALK * (p + d):
        result: Array = high * (1.0 - np.exp(-(p + d) * time))
        return result
    fall = np.exp(-speed * (high - low) * time)
    grown: Array = high * (1.0 - fall) / (1.0 - high / low * fall)
    return grown


def _roots(p: float, q: float, d: float) -> tuple[float, float]:
    """Return where growth stands still: within 0 to 1, and below 0."""
    speed = q * (1.0 - d)
    if speed <= _NO_TALK * (p + d):
        return p / (p + d), -np.inf
    slope = speed - p - d
    spread = float(np.sqrt(slope**2 + 4.0 * speed * p))
    # Each root in the form that subtracts no two numbers alike.
    if slope > 0.0:
        high = (slope + spread) / (2.0 * speed)
        return high, -p / speed / high
    low = (slope - spread) / (2.0 * speed)
    return -p / speed / low, low
