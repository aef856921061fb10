"""What an action may cost before it stops paying, or where along a factor the answer turns."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats

from relsim.claims.importance import is_number
from relsim.claims.region import Region
from relsim.claims.scope import Pairs
from relsim.claims.verdict import CONFIDENCE
from relsim.claims.wording import named, plainly

Array = npt.NDArray[np.float64]

RESAMPLES = 1_000
CROSSING = 0.5
"""An interval is one if the number is there in so many resamples at least."""


@dataclass(frozen=True)
class BreakEven:
    """A break-even with its interval.

    Attributes
    ----------
    value : float
        In its own unit; nan where there is none.
    low, high : float
        Bootstrap interval of those resamples that have one; nan where half of them have none.
    border : float
        The effect at which the answer turns; nan for a price.
    direction : int
        1 if the effect rises along the factor, -1 if it falls, 0 for a price.
    """

    value: float
    low: float
    high: float
    border: float = math.nan
    direction: int = 0


def price(
    worth: Pairs, saved: Pairs, units: npt.NDArray[np.int64], confidence: float = CONFIDENCE
) -> BreakEven:
    """Return what each unit of one outcome brings in another: their mean differences' ratio.

    An action that pays pays as long as it costs less than that for each unit it brings.

    Parameters
    ----------
    worth, saved : Pairs
        The outcome to share out and the one by which it is divided, of the same points.
    units : array of shape (points,)
        What is drawn again together.
    confidence : float
        Of the interval.

    Examples
    --------
    >>> number = np.arange(4)
    >>> control = np.zeros((4, 1))
    >>> worth = Pairs(number, np.array([[20.0], [30.0], [10.0], [40.0]]), control, 0)
    >>> saved = Pairs(number, np.array([[2.0], [3.0], [1.0], [4.0]]), control, 0)
    >>> price(worth, saved, number).value
    10.0
    """
    shared = np.intersect1d(worth.points, saved.points)
    top, bottom = (_differences(one, shared) for one in (worth, saved))
    of_shared = units[np.isin(worth.points, shared)]

    def ratio(rows: npt.NDArray[np.int64]) -> float:
        below = float(bottom[rows].mean())
        return float(top[rows].mean()) / below if below else math.nan

    return BreakEven(ratio(np.arange(shared.size)), *_ends(ratio, of_shared, confidence))


def _differences(found: Pairs, points: npt.NDArray[np.int64]) -> Array:
    kept = np.isin(found.points, points)
    return np.asarray(np.nanmean((found.treatment - found.control)[kept], axis=1))


def crossing(
    table: pd.DataFrame,
    factor: str,
    others: list[str],
    region: Region,
    units: npt.NDArray[np.int64],
    confidence: float = CONFIDENCE,
) -> BreakEven:
    """Return where along a factor the effect crosses the border of a region.

    The effect is a monotone function of the factor (isotonic regression), the other factors of
    the scope at their means, whose straight-line share of the effect is taken out first.

    Parameters
    ----------
    table : DataFrame
        A row a point: the factors and ``effect``.
    factor : str
        A factor of numbers.
    others : list of str
        The other factors of the scope.
    region : Region
        Of its two borders, the lower is looked for first.
    units : array of shape (points,)
        What is drawn again together.
    confidence : float
        Of the interval.

    Returns
    -------
    BreakEven
        nan where the effect stays on one side throughout the scope.

    Examples
    --------
    >>> x = np.linspace(0.0, 10.0, 21)
    >>> table = pd.DataFrame({"cost": x, "effect": 4.1 - x})
    >>> nought = Region(0.0, np.inf, closed=False)
    >>> round(crossing(table, "cost", [], nought, np.arange(21)).value, 2)
    4.1
    """
    x = table[factor].to_numpy(dtype=np.float64)
    y = table["effect"].to_numpy(dtype=np.float64)
    rest = _others(table, others)
    rises = float(stats.spearmanr(x, y).statistic) >= 0.0 if np.ptp(x) and np.ptp(y) else True
    for border in (region.low, region.high):
        if math.isfinite(border):

            def place(rows: npt.NDArray[np.int64], border: float = border) -> float:
                return _crossed(x[rows], _alone(x[rows], y[rows], rest[rows]), border, rises)

            value = place(np.arange(x.size))
            if math.isfinite(value):
                ends = _ends(place, units, confidence)
                return BreakEven(value, *ends, border, 1 if rises else -1)
    return BreakEven(math.nan, math.nan, math.nan)


def _others(table: pd.DataFrame, names: list[str]) -> Array:
    """Return the other factors as columns of a regression; none if there are too few points."""
    columns = [np.empty((len(table), 0))]
    for name in names:
        one = table[name]
        if is_number(one):
            columns.append(one.to_numpy(dtype=np.float64)[:, None])
        else:
            columns.append(pd.get_dummies(one.astype(str), dtype=np.float64).to_numpy()[:, 1:])
    found = np.hstack(columns)
    found = found[:, np.ptp(found, axis=0) > 0.0]
    enough = len(table) >= 3 * (found.shape[1] + 2)
    return found if enough else found[:, :0]


def _alone(x: Array, y: Array, rest: Array) -> Array:
    """Return the effect less what the other factors, away from their means, add to it."""
    away = rest - rest.mean(axis=0)
    scale = np.ptp(away, axis=0)
    away = away / np.where(scale > 0.0, scale, 1.0)
    whole = np.column_stack([np.ones(x.size), x, x**2, away])
    found = np.linalg.lstsq(whole, y, rcond=None)[0]
    return np.asarray(y - away @ found[3:])


def _crossed(x: Array, y: Array, border: float, rises: bool) -> float:
    """Return where a monotone fit crosses a border; nan where it does not."""
    at, place = np.unique(x, return_inverse=True)
    weight = np.bincount(place)
    means = np.bincount(place, y) / weight
    fit = optimize.isotonic_regression(means, weights=weight, increasing=rises).x
    above = fit > border
    if above.all() or not above.any():
        return math.nan
    last = int(np.flatnonzero(above != above[0])[0])
    # Flat steps of the fit stand for all their points: the line goes from middle to middle.
    before, after = (fit == fit[last - 1]), (fit == fit[last])
    x0, x1 = (float(np.average(at[one], weights=weight[one])) for one in (before, after))
    return x0 + (x1 - x0) * float((border - fit[last - 1]) / (fit[last] - fit[last - 1]))


def _ends(
    statistic: Callable[[npt.NDArray[np.int64]], float],
    units: npt.NDArray[np.int64],
    confidence: float,
) -> tuple[float, float]:
    """Return the bootstrap interval of a statistic of points, units being drawn together."""
    labels, place = np.unique(units, return_inverse=True)
    if labels.size < 2:
        place = np.arange(units.size)
    members = [np.flatnonzero(place == one) for one in range(int(place.max()) + 1)]
    if len(members) < 3:
        return math.nan, math.nan
    rng = np.random.default_rng(0)
    drawn = np.array(
        [
            statistic(
                np.concatenate([members[k] for k in rng.integers(len(members), size=len(members))])
            )
            for _ in range(RESAMPLES)
        ]
    )
    known = drawn[np.isfinite(drawn)]
    if known.size < CROSSING * drawn.size:
        return math.nan, math.nan
    low, high = np.quantile(known, [(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0])
    return float(low), float(high)


def price_words(found: BreakEven, name: str, unit: str) -> str:
    """Return a price in words.

    Parameters
    ----------
    found : BreakEven
        The price.
    name : str
        The outcome of which a unit has that price.
    unit : str
        Of the price.

    Examples
    --------
    >>> price_words(BreakEven(12.3, 10.0, 15.0), "saved", "USD")
    'pays up to 12.3 USD (95% interval 10 to 15)'
    """
    if not math.isfinite(found.value):
        return f"no price: there is no difference of {name}"
    amount = f"{plainly(found.value)}{_of(unit)}{_sure(found)}"
    return f"pays at no price: it brings {amount}" if found.value <= 0.0 else f"pays up to {amount}"


def turn_words(found: BreakEven, factor: str, unit: str) -> str:
    """Return in words where along a factor the answer turns.

    Examples
    --------
    >>> turn_words(BreakEven(0.04, 0.03, 0.05, border=0.0, direction=-1), "turnover", "")
    'the effect is above 0 where turnover is below 0.04 (95% interval 0.03 to 0.05)'
    """
    if not math.isfinite(found.value) or not math.isfinite(found.low):
        return f"no turn along {named(factor)} within the scope that is more than noise"
    side = "above" if found.direction > 0 else "below"
    return (
        f"the effect is above {found.border:g} where {named(factor)} is {side} "
        f"{plainly(found.value)}{_of(unit)}{_sure(found)}"
    )


def _of(unit: str) -> str:
    return f" {unit}" if unit else ""


def _sure(found: BreakEven) -> str:
    if not math.isfinite(found.low):
        return ""
    return f" ({CONFIDENCE:.0%} interval {plainly(found.low)} to {plainly(found.high)})"
