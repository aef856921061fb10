"""Models of which the sensitivity is known exactly, to hold an analysis against."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.lab.design.factors import Array, Factor


def ishigami_factors() -> tuple[Factor, ...]:
    """Return the three factors of :func:`ishigami`, evenly between -pi and pi."""
    return tuple(Factor(f"x{k}", low=-np.pi, high=np.pi) for k in (1, 2, 3))


def ishigami(x: npt.ArrayLike, a: float = 7.0, b: float = 0.1) -> Array:
    """Return ``sin x1 + a sin^2 x2 + b x3^4 sin x1`` of each row.

    Ishigami & Homma (1990), First International Symposium on Uncertainty Modeling and Analysis,
    IEEE. The third factor acts through the first alone.
    """
    x1, x2, x3 = np.asarray(x, dtype=np.float64).T
    result: Array = np.sin(x1) + a * np.sin(x2) ** 2 + b * x3**4 * np.sin(x1)
    return result


def ishigami_indices(a: float = 7.0, b: float = 0.1) -> pd.DataFrame:
    """Return ``first`` and ``total`` of each factor of :func:`ishigami`.

    Examples
    --------
    >>> ishigami_indices().round(3).values.tolist()
    [['x1', 0.314, 0.558], ['x2', 0.442, 0.442], ['x3', 0.0, 0.244]]
    """
    alone = np.array([0.5 * (1.0 + b * np.pi**4 / 5.0) ** 2, a**2 / 8.0, 0.0])
    first_and_third = 8.0 * b**2 * np.pi**8 / 225.0
    variance = alone.sum() + first_and_third
    total = alone + np.array([first_and_third, 0.0, first_and_third])
    return _indices(["x1", "x2", "x3"], alone / variance, total / variance)


def g_factors(a: Sequence[float]) -> tuple[Factor, ...]:
    """Return the factors of :func:`g_function`, evenly between 0 and 1."""
    return tuple(Factor(f"x{k}", low=0.0, high=1.0) for k in range(1, len(a) + 1))


def g_function(x: npt.ArrayLike, a: Sequence[float]) -> Array:
    """Return the product of ``(|4 x_k - 2| + a_k) / (1 + a_k)`` of each row.

    Sobol's g-function (Saltelli & Sobol 1995, Reliability Engineering & System Safety 50:3): the
    larger a factor's ``a``, the less it does.
    """
    weights = np.asarray(a, dtype=np.float64)
    parts = (np.abs(4.0 * np.asarray(x, dtype=np.float64) - 2.0) + weights) / (1.0 + weights)
    result: Array = parts.prod(axis=1)
    return result


def g_indices(a: Sequence[float]) -> pd.DataFrame:
    """Return ``first`` and ``total`` of each factor of :func:`g_function`."""
    alone = 1.0 / (3.0 * (1.0 + np.asarray(a, dtype=np.float64)) ** 2)
    product = np.prod(1.0 + alone)
    variance = product - 1.0
    total = alone * product / (1.0 + alone)
    return _indices([factor.key for factor in g_factors(a)], alone / variance, total / variance)


def with_interactions(x: npt.ArrayLike, slopes: npt.ArrayLike, pairs: npt.ArrayLike) -> Array:
    """Return ``sum_k slopes_k x_k + sum_{k<l} pairs_kl x_k x_l`` of each row.

    Parameters
    ----------
    x : array_like, shape (points, factors)
        From 0 to 1.
    slopes : array_like, shape (factors,)
        What each factor does alone.
    pairs : array_like, shape (factors, factors)
        What two do together, above the diagonal.
    """
    values = np.asarray(x, dtype=np.float64)
    upper = np.triu(np.asarray(pairs, dtype=np.float64), k=1)
    result: Array = values @ np.asarray(slopes) + np.einsum("pk,kl,pl->p", values, upper, values)
    return result


def effects_with_interactions(
    slopes: npt.ArrayLike, pairs: npt.ArrayLike, grid: int = 4
) -> pd.DataFrame:
    """Return Morris's ``mu`` and ``sigma`` of :func:`with_interactions` on a grid from 0 to 1.

    The effect of a factor is its slope plus its pairs' weights times the others' values, which
    are even over the grid: mean 1/2, variance ``(grid + 1) / (12 (grid - 1))``.
    """
    upper = np.triu(np.asarray(pairs, dtype=np.float64), k=1)
    both = upper + upper.T
    spread = (grid + 1.0) / (12.0 * (grid - 1.0))
    mu = np.asarray(slopes, dtype=np.float64) + both.sum(axis=1) / 2.0
    return pd.DataFrame({"mu": mu, "sigma": np.sqrt((both**2).sum(axis=1) * spread)})


def _indices(keys: list[str], first: Array, total: Array) -> pd.DataFrame:
    return pd.DataFrame({"factor": keys, "first": first, "total": total})
