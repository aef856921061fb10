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
    parts = [_pairs(outcome, np.asarray(x, dtype=np.float64)) for outcome, x in values.items()]
    table = pd.concat(parts, ignore_index=True)
    n, error = table["replications"].to_numpy(), table.pop("error").to_numpy()
    middle = table["difference"].to_numpy()
    missed = (1.0 - confidence) / max(int((n > 1).sum()), 1)
    reach = np.array([quantile(count, 1.0 - missed) for count in n.tolist()])
    half = np.where(n > 1, reach * error, np.nan)
    by_signs = 2.0 ** (1.0 - n)  # that all replications of a difference by noise have one sign
    half[(error == 0.0) & (middle != 0.0) & (by_signs > missed)] = np.inf
    table["low"], table["high"] = middle - half, middle + half
    table["clear"] = (table["low"] > 0.0) | (table["high"] < 0.0)
    return table[list(COLUMNS)]


def _pairs(outcome: str, x: Array) -> pd.DataFrame:
    """Return the mean of each pair's difference, its standard error, and of how many it is."""
    first, second = np.triu_indices(x.shape[1], 1)
    apart = x[:, first] - x[:, second]
    known = np.isfinite(apart)
    n = known.sum(axis=0)
    tolerance = _SAME * np.where(known, np.abs(x[:, first]) + np.abs(x[:, second]), 0.0).max(
        axis=0, initial=0.0
    )
    held = np.where(known, apart, 0.0)
    middle = np.full(first.size, np.nan)
    np.divide(held.sum(axis=0), n, out=middle, where=n > 0)
    squares = np.where(known, (apart - middle) ** 2, 0.0).sum(axis=0)
    error = np.full(first.size, np.nan)
    np.divide(squares, n * (n - 1.0), out=error, where=n > 1)
    error = np.sqrt(error)
    error[error * np.sqrt(np.maximum(n, 1)) <= tolerance] = 0.0
    middle[np.abs(middle) <= tolerance] = 0.0
    return pd.DataFrame(
        {
            "outcome": outcome,
            "firm": first,
            "other": second,
            "difference": middle,
            "replications": n,
            "error": error,
        }
    )


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
