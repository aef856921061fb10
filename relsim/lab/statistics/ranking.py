"""Which firms of a market are ahead of which, as far as replications can tell.

Firms of one market are compared within a replication, where they meet the same customers and the
same random numbers, and over replications by Student's interval of each difference. Whoever looks
at many differences finds some by noise alone, so all intervals are as wide as it takes for the
whole family, every pair of firms in every outcome, to hold together (Dunn 1961, "Multiple
comparisons among means", Journal of the American Statistical Association 56:293). That holds
whatever their dependence, which shares that add up to 1 have, and takes no common variance of
firms large and small, as ranges of means (Tukey) do. It is a little wider than it must be.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.lab.statistics.intervals import CONFIDENCE, quantile

Array = npt.NDArray[np.float64]

COLUMNS = ("outcome", "firm", "other", "difference", "low", "high", "replications", "clear")
_SAME = 1e-9  # of the size of the values: differences by rounding are none


def differences(values: Mapping[str, Array], confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Return every difference between two firms in every outcome, with simultaneous intervals.

    Parameters
    ----------
    values : mapping of str to array of shape (replications, firms)
        Outcomes by name, in units of their own; NaN where a firm has none.
    confidence : float
        That all intervals hold the truth together, between 0 and 1.

    Returns
    -------
    DataFrame
        A row an outcome and pair: ``outcome``; ``firm`` and ``other``, their places;
        ``difference``, the mean of firm less other, with ``low`` and ``high``, in the outcome's
        unit; ``replications`` that it is a mean of; ``clear``, whether the interval lies on one
        side of zero. Bounds are NaN for fewer than two replications, and infinite where
        replications are all alike but too few: then there is no spread to judge by, and what is
        left is that a difference by noise alone has either sign as often as the other.

    Examples
    --------
    >>> profit = np.array([[9.0, 5.0, 5.1], [9.5, 5.2, 5.0], [9.2, 5.1, 5.2], [9.1, 4.9, 4.8]])
    >>> found = differences({"profit": profit})
    >>> found[["firm", "other", "clear"]].to_numpy().tolist()
    [[0, 1, True], [0, 2, True], [1, 2, False]]
    """
    keys, apart, sizes = zip(*(_pairs(one, values[one]) for one in values), strict=True)
    found = adjusted(np.hstack(apart), np.concatenate(sizes), confidence)
    table: pd.DataFrame = pd.concat([pd.concat(keys, ignore_index=True), found], axis=1)
    return table[list(COLUMNS)]


def adjusted(
    apart: Array, sizes: Array, confidence: float = CONFIDENCE, *, alike: float | None = None
) -> pd.DataFrame:
    """Return means of paired differences with simultaneous intervals, adjusted for all of them.

    Parameters
    ----------
    apart : array of shape (replications, comparisons)
        The differences; NaN where there is none.
    sizes : array of shape (comparisons,)
        Of the numbers that are compared: what is far smaller is rounding.
    confidence : float
        That all intervals hold the truth together.
    alike : float, optional
        Chance up to which equal differences may have one sign by noise, beyond which they have no
        interval; that which the adjustment leaves to each comparison unless said.

    Returns
    -------
    DataFrame
        A row a comparison, as :func:`differences` says of its columns.
    """
    n, middle, error = _means(apart, _SAME * sizes)
    missed = (1.0 - confidence) / max(int((n > 1).sum()), 1)
    reach = np.array([quantile(count, 1.0 - missed) for count in n.tolist()])
    half = np.where(n > 1, reach * error, np.nan)
    by_signs = 2.0 ** (1.0 - n)  # that all replications of a difference by noise have one sign
    half[(error == 0.0) & (middle != 0.0) & (by_signs > (alike or missed))] = np.inf
    found = {"difference": middle, "low": middle - half, "high": middle + half}
    clear = (found["low"] > 0.0) | (found["high"] < 0.0)
    return pd.DataFrame({**found, "replications": n, "clear": clear})


def _pairs(outcome: str, values: Array) -> tuple[pd.DataFrame, Array, Array]:
    """Return which firms are compared, their differences, and the sizes of what is compared."""
    x = np.asarray(values, dtype=np.float64)
    first, second = np.triu_indices(x.shape[1], 1)
    apart = x[:, first] - x[:, second]
    keys = pd.DataFrame({"outcome": outcome, "firm": first, "other": second})
    return keys, apart, sizes_of(x[:, first], x[:, second])


def sizes_of(one: Array, other: Array) -> Array:
    """Return how large the numbers are that are compared, by column; 0 where none is known."""
    both = np.abs(one) + np.abs(other)
    found: Array = np.where(np.isfinite(both), both, 0.0).max(axis=0, initial=0.0)
    return found


def _means(apart: Array, tolerance: Array) -> tuple[Array, Array, Array]:
    """Return of how many each mean is, the means, and their standard errors."""
    known = np.isfinite(apart)
    n = known.sum(axis=0)
    middle = np.full(n.size, np.nan)
    np.divide(np.where(known, apart, 0.0).sum(axis=0), n, out=middle, where=n > 0)
    squares = np.where(known, (apart - middle) ** 2, 0.0).sum(axis=0)
    error = np.full(n.size, np.nan)
    np.divide(squares, n * (n - 1.0), out=error, where=n > 1)
    error = np.sqrt(error)
    error[error * np.sqrt(np.maximum(n, 1)) <= tolerance] = 0.0
    middle[np.abs(middle) <= tolerance] = 0.0
    return n, middle, error


def leaders(table: pd.DataFrame, outcome: str, means: Array) -> list[int]:
    """Return the places of the firms that none is clearly above, the highest mean first.

    The firm that is highest in truth is among them with the confidence of the intervals.

    Parameters
    ----------
    table : DataFrame
        :func:`differences`.
    outcome : str
        Of these.
    means : array of shape (firms,)
        What each firm has; NaN is none, and leads nowhere.

    Examples
    --------
    >>> profit = np.array([[9.0, 5.0, 9.1], [9.5, 5.2, 9.0], [9.2, 5.1, 9.2], [9.1, 4.9, 9.2]])
    >>> leaders(differences({"profit": profit}), "profit", profit.mean(axis=0))
    [0, 2]
    """
    clear = table[(table["outcome"] == outcome) & table["clear"]]
    lower = np.where(clear["difference"] > 0.0, clear["other"], clear["firm"])
    behind = {int(place) for place in lower}
    order = np.argsort(-means, kind="stable").tolist()
    return [place for place in order if np.isfinite(means[place]) and place not in behind]
