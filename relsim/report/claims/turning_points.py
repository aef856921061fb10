"""What would flip an answer: how often a reading holds at either end of what decides it."""

import pandas as pd

from relsim.claims.wording import named, plainly

_FEW = 4
"""Different values of a number at most that are told one by one."""


def turning(points: pd.DataFrame, factor: str) -> str:
    """Return at how many points a reading holds by a factor, in words.

    A number is cut at its median; a name is told level by level, the best first.

    Parameters
    ----------
    points : DataFrame
        Points of the scope, with the factor and ``holds``.
    factor : str
        The column.

    Examples
    --------
    >>> holds = [True, True, True, True, False, False]
    >>> table = pd.DataFrame({"churn": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "holds": holds})
    >>> turning(table, "churn")
    'churn: holds in 3 of 3 conditions up to 3.5, in 1 of 3 above'
    >>> table["base"] = ["bank", "shop", "bank", "bank", "shop", "shop"]
    >>> turning(table, "base")
    'market: holds in 3 of 3 conditions in bank, in 1 of 3 in shop'
    """
    known = points[points[factor].notna()]
    holds, values = known["holds"].astype(bool), known[factor]
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > _FEW:
        middle = float(values.median())
        if not (values > middle).any():  # more than half of them are the highest
            middle = float(values[values < middle].max())
        low, high = holds[values <= middle], holds[values > middle]
        parts = [f"{_count(low, ' conditions')} up to {plainly(middle)}", f"{_count(high)} above"]
    else:
        groups = {str(level): each for level, each in holds.groupby(values.astype(str))}
        ordered = sorted(groups.items(), key=lambda one: (-one[1].mean(), one[0]))
        parts = [
            f"{_count(each, '' if place else ' conditions')} in {level}"
            for place, (level, each) in enumerate(ordered)
        ]
    return f"{named(factor)}: holds in {', in '.join(parts)}"


def _count(holds: "pd.Series[bool]", noun: str = "") -> str:
    return f"{int(holds.sum())} of {holds.size}{noun}"
