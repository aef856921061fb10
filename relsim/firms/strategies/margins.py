"""Money divided between uses so that the last unit brings the same in each."""

import math

import numpy as np
import numpy.typing as npt

from relsim.customers.compiled import loop, rule

Array = npt.NDArray[np.float64]
Use = tuple[float, float, float]
"""People, worth of full effect on one, and rate at which money has effect."""

_DEAREST = 700.0  # logarithm of a price of money at which nothing pays
_HALVINGS = 60
_MOST_WORTH = 1e300  # of full effect on one person; without discount worth may have no bound


def best_spend(worth: float, rate: float, price: float = 1.0) -> float:
    """Return the spend x that makes ``worth (1 - exp(-rate x)) - price x`` largest.

    Examples
    --------
    >>> round(best_spend(50.0, 0.1), 4)
    16.0944
    >>> best_spend(0.5, 0.1)
    0.0
    """
    slope = worth * rate / price
    return math.log(slope) / rate if slope > 1.0 else 0.0


_best_spend = rule(best_spend)


def divide(uses: tuple[Use, ...], limit: float) -> list[float]:
    """Return what each use gets: its optimum, or equal margins within the limit.

    Parameters
    ----------
    uses : tuple of (people, worth of full effect on one, rate)
        What money can be spent on.
    limit : float
        The most that may be spent in all.

    Examples
    --------
    >>> [round(x, 3) for x in divide(((10.0, 50.0, 0.1), (10.0, 50.0, 0.1)), 100.0)]
    [50.0, 50.0]
    """
    spent: list[float] = _divided(np.array(uses, dtype=np.float64), float(limit)).tolist()
    return spent


@loop
def _divided(uses: Array, limit: float) -> Array:
    """Return :func:`divide`: the price of money is sought between 1 and what nothing is worth."""
    spent = np.empty(uses.shape[0])
    if _spend(uses, 1.0, spent) <= limit:
        return spent
    low, high = 0.0, _DEAREST  # logarithm of the price
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if _spend(uses, math.exp(middle), spent) > limit:
            low = middle
        else:
            high = middle
    _spend(uses, math.exp(high), spent)
    return spent


@loop
def _spend(uses: Array, price: float, spent: Array) -> float:
    """Put in the best spend of each use at a price of money, and return their sum."""
    total = 0.0
    for k in range(uses.shape[0]):
        people, worth, rate = uses[k]
        # Not a number (worth without bound, of no effect) stays so, and nothing is spent.
        bounded = _MOST_WORTH if worth > _MOST_WORTH else worth
        spent[k] = people * _best_spend(bounded, rate, price) if rate > 0.0 else 0.0
        total += spent[k]
    return total
