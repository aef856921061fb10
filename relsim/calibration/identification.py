"""What moments say of numbers: how much each is known by, and which combinations are not."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.lab.statistics.intervals import CONFIDENCE, quantile

Array = npt.NDArray[np.float64]

PRIOR_VARIANCE = 1.0 / 12.0
"""Of a number that lies anywhere between its bounds, these being 0 and 1."""

IDENTIFIED = 0.75
"""Share of that variance that moments have to take away: half of the standard deviation."""

NAMED = 0.3
"""Weight from which on a number is named as part of a combination."""


class Identification(NamedTuple):
    """What moments say of numbers.

    Attributes
    ----------
    singular_values : array of shape (min(moments, numbers),)
        Of the slopes, the largest first: standard errors that moments move by when a combination
        of numbers goes from one end of its bounds to the other.
    unknown : list of dict
        Combinations of numbers that moments say less of than the bounds do: weight by the place
        of the number. The squares of all weights of a combination sum to 1.
    deviations : array of shape (numbers,)
        Standard deviation of each number between its bounds, given the moments.
    learned : array of shape (numbers,)
        Share of the variance between its bounds that moments take away, from 0 to 1.
    """

    singular_values: Array
    unknown: list[dict[int, float]]
    deviations: Array
    learned: Array


def identify(slopes: Array, errors: Array, replications: int) -> Identification:
    """Return what moments say of numbers.

    A number is taken to lie anywhere between its bounds; moments then add the information
    ``J'J``, ``J`` being the slopes. A slope whose confidence interval holds 0 counts as 0, so that
    noise is seldom taken for knowledge; intervals are adjusted for all slopes (Bonferroni).

    Parameters
    ----------
    slopes : array of shape (moments, numbers)
        Change of each moment, in standard errors of its target, when a number goes from one bound
        to the other.
    errors : array of shape (moments, numbers)
        Standard errors of the slopes.
    replications : int
        How many these are from.

    Examples
    --------
    >>> found = identify(np.array([[20.0, 20.0, 0.5]]), np.array([[1.0, 1.0, 1.0]]), 8)
    >>> found.learned.round(2).tolist()
    [0.49, 0.49, 0.0]
    >>> [{place: round(w, 2) for place, w in one.items()} for one in found.unknown]
    [{2: 1.0}, {0: 0.71, 1: -0.71}]
    """
    reach = quantile(replications, 1.0 - (1.0 - CONFIDENCE) / slopes.size)
    seen = np.where(np.abs(slopes) > reach * np.nan_to_num(errors), slopes, 0.0)
    information = seen.T @ seen
    values, vectors = np.linalg.eigh(information)
    covariance = np.linalg.inv(information + np.eye(len(information)) / PRIOR_VARIANCE)
    variances = np.diagonal(covariance)
    unknown = [
        _named(vector)
        for value, vector in zip(values, _separate(values, vectors).T, strict=True)
        if value < 1.0 / PRIOR_VARIANCE
    ]
    singular = np.sqrt(np.maximum(values[::-1], 0.0))[: min(slopes.shape)]
    return Identification(
        singular, unknown, np.sqrt(variances), np.clip(1.0 - variances / PRIOR_VARIANCE, 0.0, 1.0)
    )


def _separate(values: Array, vectors: Array) -> Array:
    """Return directions, those without any information turned to single numbers where they can.

    Any turn of directions that moments say nothing of is as good: the one with the simplest names
    is taken, by elimination.
    """
    nothing = values <= 1e-9 * max(float(values[-1]), 1.0)
    space = vectors[:, nothing].T.copy()
    for row in range(len(space)):
        rest = space[row:]
        at, pivot = divmod(int(np.argmax(np.abs(rest))), rest.shape[1])
        space[[row, row + at]] = space[[row + at, row]]
        space[row] /= space[row, pivot]
        for other in range(len(space)):
            if other != row:
                space[other] -= space[other, pivot] * space[row]
    found = vectors.copy()
    if len(space):
        found[:, nothing] = (space / np.linalg.norm(space, axis=1, keepdims=True)).T
    return found


def _named(vector: Array) -> dict[int, float]:
    """Return a direction's weights by place, the largest positive, small ones left out."""
    largest = int(np.argmax(np.abs(vector).round(9)))
    signed = vector * np.sign(vector[largest])
    return {place: float(w) for place, w in enumerate(signed) if abs(w) >= NAMED}
