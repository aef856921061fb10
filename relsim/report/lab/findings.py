"""What was found, in a sentence for the title of a figure; nothing is called the most by chance."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.report.lab.about import AboutStudy, Quantity, numbers
from relsim.report.style import number

Array = npt.NDArray[np.float64]


def effects_found(effects: pd.DataFrame, about: AboutStudy) -> str:
    """Return how many effects are told apart from zero by their intervals.

    Parameters
    ----------
    effects : DataFrame
        ``low`` and ``high``, the ends of intervals, NaN where there is none.
    about : AboutStudy
        What the study was.

    Examples
    --------
    >>> about = AboutStudy("A study", "EUR", 60, 2, 30, seed=1)
    >>> effects_found(pd.DataFrame({"low": [-1.0, 2.0], "high": [1.0, 3.0]}), about)
    '1 of 2 effects is told apart from zero by its 95% interval'
    """
    above, below, known = _signs(effects)
    if not known:
        return "No effect has an interval: nothing is told apart from noise"
    apart = above + below
    if not apart:
        if known == 1:
            return f"The effect is not told apart from zero: its {about.level} interval holds zero"
        return (
            f"No effect of {known} is told apart from zero: each {about.level} interval holds zero"
        )
    verb, whose = ("is", "its") if apart == 1 else ("are", "their")
    intervals = "interval" if apart == 1 else "intervals"
    every = f"{apart} of {known} effects" if known > 1 else "The effect"
    return f"{every} {verb} told apart from zero by {whose} {about.level} {intervals}"


def levels_found(table: pd.DataFrame, about: AboutStudy, value: Quantity, *, effect: bool) -> str:
    """Return in which direction an effect goes over levels, or between what a mean lies.

    Parameters
    ----------
    table : DataFrame
        The value, ``low`` and ``high``.
    about : AboutStudy
        What the study was.
    value : Quantity
        What is shown.
    effect : bool
        Whether zero means no difference.
    """
    if not effect:
        return f"{value.label}: {_between(numbers(table, value.column), about, value)}"
    above, below, known = _signs(table)
    if not known:
        return f"{value.label}: no interval tells it apart from noise"
    open_ = known - above - below
    parts = ((above, "above zero"), (below, "below zero"), (open_, "not told apart from zero"))
    said = [(count, words) for count, words in parts if count]
    if open_ == known:
        levels = f"any of {known} levels" if known > 1 else "the level shown"
        return f"{value.label}: not told apart from zero at {levels}"
    if len(said) == 1:
        where = f"at all {known} levels" if known > 1 else "at the level shown"
        return f"{value.label}: {said[0][1]} {where}"
    return (
        f"{value.label}: "
        + ", ".join(f"{words} at {count}" for count, words in said)
        + (f" of {known} levels")
    )


def ends_found(months: pd.DataFrame, about: AboutStudy, value: Quantity) -> str:
    """Return between what the arms' medians end.

    Parameters
    ----------
    months : DataFrame
        ``month``, ``arm`` and the value, a row a run and month.
    about : AboutStudy
        What the study was.
    value : Quantity
        What is shown.
    """
    last = months[months["month"] == months["month"].max()]
    medians = last.groupby("arm", sort=False)[value.column].median()
    told = _between(medians.to_numpy(dtype=np.float64), about, value)
    return f"{value.label}: {'median' if len(medians) == 1 else 'medians'} at the end {told}"


def mean_found(means: pd.DataFrame, about: AboutStudy, value: Quantity) -> str:
    """Return the mean after all replications, with its interval.

    Parameters
    ----------
    means : DataFrame
        ``n``, ``mean``, ``low`` and ``high``, the last row the last number of replications.
    about : AboutStudy
        What the study was.
    value : Quantity
        What is averaged.
    """
    last = means.iloc[-1]
    mean, low, high = (float(last[name]) for name in ("mean", "low", "high"))
    scale = about.scaled([mean], value.unit)
    half = (high - low) / 2.0 / scale.factor
    reach = f" ± {number(half)}" if np.isfinite(half) else ""
    after = f"after {int(last['n']):,} replications"
    return f"{value.label}: {number(mean / scale.factor)}{reach} {_bare(scale.unit)} {after}"


def mover_found(part: pd.DataFrame, size: str, low: str, high: str, label: str) -> str:
    """Return which factor moves an outcome most, if its interval is clear of all others.

    Parameters
    ----------
    part : DataFrame
        A row a factor: ``factor``, how much it moves the outcome, and the ends of its interval.
    size, low, high : str
        Names of those columns.
    label : str
        What is moved.

    Examples
    --------
    >>> ends = {"l": [2.0, -2.5], "h": [4.0, 0.0]}
    >>> found = pd.DataFrame({"factor": ["a", "b"], "s": [3.0, -1.0], **ends})
    >>> mover_found(found, "s", "l", "h", "profit")
    'profit: no factor is clear of all others as the one that moves it most'
    >>> mover_found(found.assign(l=[2.0, -1.5]), "s", "l", "h", "profit")
    'profit: a moves it most'
    """
    sizes = np.abs(numbers(part, size))
    if len(part) == 1:
        return f"{label}: what {part['factor'].iloc[0]} does to it"
    if np.isfinite(sizes).any():
        ends = np.stack([numbers(part, low), numbers(part, high)])
        least = np.where(ends[0] * ends[1] > 0.0, np.abs(ends).min(axis=0), 0.0)
        place = int(np.nanargmax(sizes))
        if least[place] > np.delete(np.abs(ends).max(axis=0), place).max():
            return f"{label}: {part['factor'].iloc[place]} moves it most"
    return f"{label}: no factor is clear of all others as the one that moves it most"


def _signs(table: pd.DataFrame) -> tuple[int, int, int]:
    """Return how many intervals lie above zero, how many below, and how many there are."""
    low, high = numbers(table, "low"), numbers(table, "high")
    known = np.isfinite(low) & np.isfinite(high)
    return int((low[known] > 0.0).sum()), int((high[known] < 0.0).sum()), int(known.sum())


def _between(values: Array, about: AboutStudy, value: Quantity) -> str:
    known = values[np.isfinite(values)]
    if not known.size:
        return "no value"
    scale = about.scaled(known, value.unit)
    low, high = (number(float(end) / scale.factor) for end in (known.min(), known.max()))
    unit = f" {_bare(scale.unit)}".rstrip() if value.unit != "0 to 1" else ""
    return f"{low}{unit}" if low == high else f"between {low} and {high}{unit}"


def _bare(unit: str) -> str:
    """Return a unit as it was before it was made fit for figures, which titles are as a whole."""
    return unit.replace(r"\$", "$")
