"""Which parameters of the scope decide: how much of the effect each of them explains alone.

The share is that of the variance of ranks, so that a few huge effects do not speak for all; it is
estimated from the sample at hand (Plischke, Borgonovo and Smith 2013, EJOR 226:536, give the
idea), for a number by a parabola through its ranks, which sees rising, falling and humped
effects, and for a name by the means of its levels. What two parameters do only together is not
seen here; the box of :mod:`relsim.claims.prim` can see it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Array = npt.NDArray[np.float64]

DOUBT = 0.05
"""A parameter decides if its share would be as large by chance in fewer cases than that."""
MOST_NAMED = 3


class Share(NamedTuple):
    """How much one parameter explains.

    Attributes
    ----------
    factor : str
        Which.
    share : float
        Part of the variance of ranks, corrected for what chance explains; may be below nought.
    p_value : float
        Of a share as large by chance.
    """

    factor: str
    share: float
    p_value: float


def shares(factors: pd.DataFrame, y: npt.ArrayLike) -> list[Share]:
    """Return what each parameter explains of an effect, the most first.

    Parameters
    ----------
    factors : DataFrame
        A column a parameter: numbers, or anything else as names.
    y : array_like of shape (points,)
        The effect, or whether the hypothesis holds.

    Returns
    -------
    list of Share
        Empty where nothing varies.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> table = pd.DataFrame({"price": rng.random(40), "churn": rng.random(40)})
    >>> first, second = shares(table, 3.0 * table["price"] + 0.2 * table["churn"])
    >>> first.factor, first.share > 0.9, first.p_value < 0.001
    ('price', True, True)
    """
    ranks = stats.rankdata(np.asarray(y, dtype=np.float64))
    if not np.ptp(ranks):
        return []
    found = []
    for name, column in factors.items():
        terms = _terms(column)
        if terms is not None:
            found.append(Share(str(name), *_explained(terms, ranks)))
    return sorted(found, key=lambda one: -one.share)


def deciding(found: list[Share]) -> list[str]:
    """Return the names of the two or three parameters that decide, the strongest first.

    Those beyond chance, with Bonferroni's correction for as many as were looked at.
    """
    beyond = [one.factor for one in found if one.p_value * len(found) < DOUBT and one.share > 0.0]
    return beyond[:MOST_NAMED]


def is_number(column: "pd.Series[float]") -> bool:
    """Return whether a parameter is a number, rather than a name or a switch."""
    kind = column.dtype
    return pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)


def _terms(column: "pd.Series[float]") -> Array | None:
    """Return the columns of a regression on a parameter; none if it has one value only."""
    if column.astype(str).nunique() < 2:
        return None
    if not is_number(column):
        levels = pd.get_dummies(column.astype(str), dtype=np.float64)
        return levels.to_numpy()[:, 1:]
    ranks = stats.rankdata(column.to_numpy(dtype=np.float64))
    centred = (ranks - ranks.mean()) / np.std(ranks)
    # Two values have no curvature.
    return np.stack([centred, centred**2][: column.nunique() - 1], axis=1)


def _explained(terms: Array, ranks: Array) -> tuple[float, float]:
    """Return the corrected share of the variance explained, and its p value by the F test."""
    n, k = terms.shape
    left = n - k - 1
    if left < 1:
        return float("nan"), 1.0
    whole = np.column_stack([np.ones(n), terms])
    fitted = whole @ np.linalg.lstsq(whole, ranks, rcond=None)[0]
    total = float(((ranks - ranks.mean()) ** 2).sum())
    rest = min(float(((ranks - fitted) ** 2).sum()) / total, 1.0)
    corrected = 1.0 - rest * (n - 1) / left
    ratio = (1.0 - rest) / k / max(rest / left, 1e-300)
    return corrected, float(stats.f.sf(ratio, k, left))
