"""What a customer is worth: discounted contribution over a relationship."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Solver = Callable[[Array, Array], Array]
MONTHS_A_YEAR = 12
_NOWHERE = np.zeros((), dtype=bool)
_TINY = 1e-300  # a divisor for rows in which nothing was seen


def monthly_rate(annual: float) -> float:
    """Return the monthly rate that compounds to an annual one.

    Examples
    --------
    >>> round(monthly_rate(0.12), 6)
    0.009489
    """
    return float((1.0 + annual) ** (1.0 / MONTHS_A_YEAR) - 1.0)


def monthly_loss(annual: float) -> float:
    """Return the chance a month that leads to a loss of this share in a year.

    Examples
    --------
    >>> round(1 - (1 - monthly_loss(0.2)) ** 12, 12)
    0.2
    """
    return float(1.0 - (1.0 - annual) ** (1.0 / MONTHS_A_YEAR))


def ladder_values(
    steps: Array, contributions: Array, rate: float, solve: Solver | None = None
) -> Array:
    """Return the value of a customer on each rung, just after a month: a Markov chain.

    Pfeifer & Carraway (2000), "Modeling customer relationships as Markov chains", Journal of
    Interactive Marketing 14:2. With P the chances to move between rungs, m the contribution of
    a month on each and i the rate, ``V = (I - P/(1+i))^-1 P m / (1+i)``.

    Parameters
    ----------
    steps : array of shape (..., rungs + 1, rungs + 1)
        Counts (or chances) of moves from rung to rung; place 0 is "no customer": what goes
        there is lost.
    contributions : array of shape (..., rungs + 1)
        Money a month on each rung; place 0 is not read.
    rate : float
        Discount rate a month.
    solve : callable, optional
        What solves the systems: :func:`eliminate`, or the same compiled.

    Returns
    -------
    array of shape (..., rungs + 1)
        Money; 0 at place 0 and for rungs from which no move was seen; infinite without discount
        where nobody was ever lost.

    Examples
    --------
    One rung, kept with 0.9 a month, 10 money a month, 1% discount: 10 x 0.9 / (1.01 - 0.9).

    >>> steps = np.array([[0.0, 0.0], [0.1, 0.9]])
    >>> ladder_values(steps, np.array([0.0, 10.0]), 0.01).round(4).tolist()
    [0.0, 81.8182]
    """
    moves = steps[..., 1:, :]
    seen = moves.sum(axis=-1, keepdims=True)
    chances = moves[..., 1:] / np.maximum(seen, _TINY) / (1.0 + rate)
    gains = (chances * contributions[..., None, 1:]).sum(axis=-1)
    system = np.eye(steps.shape[-1] - 1) - chances
    endless = _never_lost(moves) if rate <= 0.0 else _NOWHERE
    if endless.any():  # worth without bound, which no elimination can say
        system = np.where(endless[..., None], np.eye(system.shape[-1]), system)
        gains = np.where(endless, 0.0, gains)
    values = np.zeros(steps.shape[:-1])
    size = gains.shape[-1]
    solved = (solve or eliminate)(system.reshape(-1, size, size), gains.reshape(-1, size))
    values[..., 1:] = solved.reshape(gains.shape)
    if endless.any():
        values[..., 1:] = np.where(endless, np.inf, values[..., 1:])
    return values


def eliminate(system: Array, gains: Array) -> Array:
    """Solve dominated linear systems by Gauss-Jordan elimination.

    I minus discounted chances needs no exchange of rows. Written out, because a library's
    solver sums in an order that depends on the processor, and results should not; and as plain
    loops, which a compiler can take.

    Parameters
    ----------
    system : array of shape (systems, size, size)
        Coefficients; overwritten.
    gains : array of shape (systems, size)
        Right-hand sides; overwritten.

    Returns
    -------
    array of shape (systems, size)
        The solutions: ``gains``, overwritten.

    Examples
    --------
    >>> eliminate(np.array([[[2.0, 0.0], [1.0, 4.0]]]), np.array([[2.0, 9.0]])).tolist()
    [[1.0, 2.0]]
    """
    systems, size = gains.shape
    for s in range(systems):
        for k in range(size):
            pivot = system[s, k, k]
            for j in range(k + 1, size):
                system[s, k, j] /= pivot
            gains[s, k] /= pivot
            for i in range(size):
                factor = system[s, i, k]
                if i != k:
                    for j in range(k + 1, size):
                        system[s, i, j] -= factor * system[s, k, j]
                    gains[s, i] -= factor * gains[s, k]
    return gains


def _never_lost(moves: Array) -> npt.NDArray[np.bool_]:
    """Return which rungs have a way to a place from which nobody is ever lost."""
    rungs = moves.shape[-2]
    ways = (moves[..., 1:] > 0.0) | np.eye(rungs, dtype=bool)
    for _ in range(rungs):
        ways = (ways.astype(float) @ ways.astype(float)) > 0.0
    can_be_lost = (ways & (moves[..., None, :, 0] > 0.0)).any(axis=-1)
    unseen = moves.sum(axis=-1) <= 0.0
    trap = ~can_be_lost & ~unseen
    endless: npt.NDArray[np.bool_] = (ways & trap[..., None, :]).any(axis=-1)
    return endless


def perpetuity(amount: Array, rate: float) -> Array:
    """Return the present value of an amount that comes every month from next month on.

    Not a number where the rate is 0: without discount, no finite value exists.
    """
    result: Array = amount / rate if rate > 0.0 else np.full_like(amount, np.nan)
    return result
