"""What a customer is worth: discounted contribution over a relationship."""

import math
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rate = TypeVar("Rate", float, Array)
MONTHS_A_YEAR = 12
_TINY = 1e-300  # a divisor for rows in which nothing was seen


def monthly_rate(annual: float) -> float:
    """Return the monthly rate that compounds to an annual one.

    Examples
    --------
    >>> round(monthly_rate(0.12), 6)
    0.009489
    """
    return float((1.0 + annual) ** (1.0 / MONTHS_A_YEAR) - 1.0)


def left_after_a_month(half_life: float) -> float:
    """Return the share that is left after a month of what fades with a half-life, in months.

    Examples
    --------
    >>> left_after_a_month(1.0), left_after_a_month(2.0) ** 2
    (0.5, 0.5000000000000001)
    """
    return float(0.5 ** (1.0 / half_life))


def monthly_loss(annual: float) -> float:
    """Return the chance a month that leads to a loss of this share in a year.

    Examples
    --------
    >>> round(1 - (1 - monthly_loss(0.2)) ** 12, 12)
    0.2
    """
    return float(1.0 - (1.0 - annual) ** (1.0 / MONTHS_A_YEAR))


def annual_loss(monthly: Rate) -> Rate:
    """Return the share that is lost in a year at this chance a month.

    Examples
    --------
    >>> round(annual_loss(monthly_loss(0.2)), 12)
    0.2
    """
    return 1.0 - (1.0 - monthly) ** MONTHS_A_YEAR


def ladder_values(steps: Array, contributions: Array, rate: float) -> Array:
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
    size = steps.shape[-1]
    alike = np.broadcast_to(contributions, steps.shape[:-1]).reshape(-1, size)
    chains = steps.reshape(-1, size, size)
    return rung_values(chains, alike, rate, endless(chains, rate)).reshape(steps.shape[:-1])


def rung_values(
    steps: Array, contributions: Array, rate: float, without_end: npt.NDArray[np.bool_]
) -> Array:
    """Return :func:`ladder_values` of several chains, as plain loops, which a compiler can take.

    The system of each is solved by Gauss-Jordan elimination: I minus discounted chances needs no
    exchange of rows. Written out, because a library's solver sums in an order that depends on
    the processor, and results should not.

    Parameters
    ----------
    steps : array of shape (chains, rungs + 1, rungs + 1)
        Moves.
    contributions : array of shape (chains, rungs + 1)
        Money a month.
    rate : float
        Discount rate a month.
    without_end : array of shape (chains, rungs)
        Whether customers of a rung are worth more than any number: :func:`endless`.

    Returns
    -------
    array of shape (chains, rungs + 1)
        Money.
    """
    rungs = steps.shape[1] - 1
    values = np.zeros((steps.shape[0], rungs + 1))
    system = np.empty((rungs, rungs))
    for chain in range(steps.shape[0]):
        moves, value = steps[chain, 1:], values[chain, 1:]
        for i in range(rungs):
            seen = 0.0
            for j in range(rungs + 1):
                seen += moves[i, j]
            for j in range(rungs):
                chance = moves[i, 1 + j] / max(seen, _TINY) / (1.0 + rate)
                value[i] += chance * contributions[chain, 1 + j]
                system[i, j] = (1.0 if i == j else 0.0) - chance
            if without_end[chain, i]:  # no elimination can say that
                value[i] = 0.0
                for j in range(rungs):
                    system[i, j] = 1.0 if i == j else 0.0
        for k in range(rungs):
            pivot = system[k, k]
            for j in range(k + 1, rungs):
                system[k, j] /= pivot
            value[k] /= pivot
            for i in range(rungs):
                factor = system[i, k]
                if i != k:
                    for j in range(k + 1, rungs):
                        system[i, j] -= factor * system[k, j]
                    value[i] -= factor * value[k]
        for i in range(rungs):
            if without_end[chain, i]:
                value[i] = np.inf
    return values


def endless(steps: Array, rate: float) -> npt.NDArray[np.bool_]:
    """Return which rungs are worth more than any number: never lost, and nothing discounts.

    Such a rung has a way to a place from which nobody is ever lost; plain loops, which a compiler
    can take.

    Parameters
    ----------
    steps : array of shape (chains, rungs + 1, rungs + 1)
        Moves.
    rate : float
        Discount rate a month.

    Examples
    --------
    >>> endless(np.array([[[0.0, 0.0], [0.0, 1.0]]]), 0.0).tolist()
    [[True]]
    """
    rungs = steps.shape[1] - 1
    found = np.zeros((steps.shape[0], rungs), dtype=np.bool_)
    if rate > 0.0:
        return found
    ways = np.empty((rungs, rungs), dtype=np.bool_)
    for chain in range(steps.shape[0]):
        moves = steps[chain, 1:]
        for i in range(rungs):
            for j in range(rungs):
                ways[i, j] = i == j or moves[i, 1 + j] > 0.0
        for k in range(rungs):  # Warshall (1962), "A theorem on Boolean matrices", JACM 9:1
            for i in range(rungs):
                for j in range(rungs):
                    if ways[i, k] and ways[k, j]:
                        ways[i, j] = True
        for trap in range(rungs):
            kept = False
            for j in range(rungs + 1):
                kept = kept or moves[trap, j] > 0.0
            for j in range(rungs):
                if ways[trap, j] and moves[j, 0] > 0.0:
                    kept = False
            for i in range(rungs):
                if kept and ways[i, trap]:
                    found[chain, i] = True
    return found


def tenure_values(
    steps: Array,
    contributions: Array,
    ages: npt.NDArray[np.int64],
    last: Array,
    rate: float,
) -> Array:
    """Return values by months of tenure and rung, where chances change with the age of tenure.

    Backward from the last month, which goes on for ever: with a the age of tenure t, i the rate,
    ``V_t(j) = sum_k P_a(j, k) (m_a(k) + V_(t+1)(k)) / (1 + i)``. It is :func:`ladder_values` with
    states that see age: of customers who differ for good those who leave easily leave first, so
    that chances by age add up to the survival of the whole (:mod:`relsim.economics.survival`).
    Plain loops, which a compiler can take.

    Parameters
    ----------
    steps : array of shape (ages, rungs + 1, rungs + 1)
        Counts (or chances) of moves at each age; to place 0 goes what is lost.
    contributions : array of shape (ages, rungs + 1)
        Money a month; place 0 is not read.
    ages : array of shape (months,)
        The age of each month of tenure, from month 0 on.
    last : array of shape (rungs + 1,)
        Values in the last of these months.
    rate : float
        Discount rate a month.

    Returns
    -------
    array of shape (months, rungs + 1)
        Money; 0 at place 0 of the months before the last.

    Examples
    --------
    A year of certain stay at 10 a month, then nothing, without discount.

    >>> steps = np.array([[[0.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [1.0, 0.0]]])
    >>> ages = np.array([0] * 12 + [1])
    >>> values = tenure_values(steps, np.full((2, 2), 10.0), ages, np.zeros(2), 0.0)
    >>> values[[0, 6, 12], 1].tolist()
    [120.0, 60.0, 0.0]
    """
    months, rungs = ages.size, steps.shape[1]
    values = np.zeros((months, rungs))
    for rung in range(rungs):
        values[months - 1, rung] = last[rung]
    for back in range(1, months):
        t = months - 1 - back
        age = ages[t]
        for j in range(1, rungs):
            seen = worth = 0.0
            for k in range(rungs):
                moves = steps[age, j, k]
                seen += moves
                if k > 0:
                    worth += moves * (contributions[age, k] + values[t + 1, k])
            values[t, j] = worth / max(seen, _TINY) / (1.0 + rate)
    return values


def perpetuity(amount: float, rate: float) -> float:
    """Return the present value of an amount that comes every month from next month on.

    Not a number where the rate is 0: without discount, no finite value exists.

    Examples
    --------
    >>> perpetuity(2.0, 0.01), perpetuity(2.0, 0.0)
    (200.0, nan)
    """
    return amount / rate if rate > 0.0 else math.nan
