"""Brand switching as a Markov chain, and customer equity from it."""

import numpy as np
import numpy.typing as npt

from relsim.economics.domain import within

Array = npt.NDArray[np.float64]


def logit(utilities: npt.ArrayLike) -> Array:
    """Return multinomial logit choice chances over the last axis (McFadden 1974).

    Examples
    --------
    >>> logit([0.0, 0.0]).tolist()
    [0.5, 0.5]
    """
    v = np.asarray(utilities, dtype=np.float64)
    weights = np.exp(v - v.max(axis=-1, keepdims=True))
    result: Array = weights / weights.sum(axis=-1, keepdims=True)
    return result


def matrix(hazard: float, chances: npt.ArrayLike) -> Array:
    """Return the switching matrix ``(1 - h) I + h c``: who reconsiders chooses afresh.

    Parameters
    ----------
    hazard : float
        Chance to reconsider.
    chances : array_like of shape (firms,) or (firms, firms)
        Chances to choose each firm; a row each where they depend on the present one.

    Examples
    --------
    >>> matrix(0.5, [0.5, 0.5]).tolist()
    [[0.75, 0.25], [0.25, 0.75]]
    """
    c = np.asarray(chances, dtype=np.float64)
    return (1.0 - hazard) * np.eye(c.shape[-1]) + hazard * np.broadcast_to(c, (c.shape[-1],) * 2)


def shares(start: npt.ArrayLike, switching: Array, months: int) -> Array:
    """Return shares month by month, from the start on.

    Returns
    -------
    array of shape (months + 1, firms)
    """
    rows = [np.asarray(start, dtype=np.float64)]
    for _ in range(months):
        rows.append(rows[-1] @ switching)
    return np.array(rows)


def stationary(switching: Array) -> Array:
    """Return the shares that switching leaves as they are.

    Examples
    --------
    >>> stationary(np.array([[0.9, 0.1], [0.3, 0.7]])).round(6).tolist()
    [0.75, 0.25]
    """
    size = switching.shape[0]
    system = np.vstack([switching.T - np.eye(size), np.ones(size)])
    solved, *_ = np.linalg.lstsq(system, np.append(np.zeros(size), 1.0), rcond=None)
    return np.asarray(solved, dtype=np.float64)


def lifetime_values(switching: Array, margins: npt.ArrayLike, rate: float) -> Array:
    """Return what customers of each firm are worth to each firm, from the next period on.

    Rust, Lemon & Zeithaml (2004), "Return on marketing: using customer equity to focus
    marketing strategy", Journal of Marketing 68:1: customers who left may come back, so value
    is counted over the chain: ``sum_t (M / (1 + i))^t diag(m)``.

    Returns
    -------
    array of shape (firms, firms)
        Row: the present supplier; column: the firm whose margin it is.

    Raises
    ------
    ValueError
        If rate is not above 0: somebody is always somebody's customer, so the sum has no bound.

    Examples
    --------
    >>> chain = np.array([[0.9, 0.1], [0.0, 1.0]])
    >>> round(float(lifetime_values(chain, [10.0, 0.0], 0.01)[0, 0]), 4)
    81.8182
    """
    within("rate", rate, 0.0)
    if rate == 0.0:
        raise ValueError("the values are not defined: with rate 0 their sums have no bound")
    m = np.asarray(margins, dtype=np.float64)
    step = switching / (1.0 + rate)
    result: Array = np.linalg.solve(np.eye(m.size) - step, step) * m
    return result
