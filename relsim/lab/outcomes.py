"""The numbers that a run leaves: what, of which firm, over which months, made into one."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.economics.lifetime import monthly_rate
from relsim.errors import SpecError
from relsim.firms.tables import column_names
from relsim.lab.spec import OutcomeSpec
from relsim.spec import MarketSpec
from relsim.spec.checking import listing, nearest

Array = npt.NDArray[np.float64]

RATES = frozenset(
    {
        "share",
        "market_share",
        "defection",
        "contribution",
        "satisfaction",
        "trust",
        "referral_reward",
        "discount",
        "price",
        "data",
        "staff",
        "lifetime_value",
        "entry_value",
    }
)
"""Columns that do not add up over firms: they need one that is named."""


class Outcome(NamedTuple):
    """An outcome as it is taken from one market.

    Attributes
    ----------
    name : str
        What it is called.
    measure, per : str
        The column, and the one to divide by ("" = none).
    firm : int
        Place of the firm; -1 for all together.
    first, last : int
        Months, both counted.
    aggregate : str
        What is made of them.
    rate : float
        Discount rate a month, for present values.
    """

    name: str
    measure: str
    per: str
    firm: int
    first: int
    last: int
    aggregate: str
    rate: float


def _present_value(months: Array, rate: float) -> float:
    return float((months / (1.0 + rate) ** np.arange(1, months.size + 1)).sum())


_AGGREGATES: Mapping[str, Callable[[Array, float], float]] = {
    "mean": lambda months, _: float(months.mean()),
    "sum": lambda months, _: float(months.sum()),
    "first": lambda months, _: float(months[0]),
    "last": lambda months, _: float(months[-1]),
    "min": lambda months, _: float(months.min()),
    "max": lambda months, _: float(months.max()),
    "std": lambda months, _: float(months.std(ddof=1)) if months.size > 1 else float("nan"),
    "present_value": _present_value,
}


def resolved(
    name: str, outcome: OutcomeSpec, market: MarketSpec, warm_up: int, where: str = ""
) -> Outcome:
    """Return an outcome as it is taken from a market, everything in it checked.

    Parameters
    ----------
    name : str
        What it is called.
    outcome : OutcomeSpec
        What the config says.
    market : MarketSpec
        The market.
    warm_up : int
        Months at the start that do not count unless the outcome names its own.
    where : str
        How errors call its place in the config; ``outcomes.NAME`` unless said.

    Raises
    ------
    SpecError
        If a column, a firm or a month is not there.
    """
    where = where or f"outcomes.{name}"
    firm = _firm(outcome.firm, market, where)
    for column, key in ((outcome.measure, "measure"), (outcome.per, "per")):
        if column is not None:
            check_measure(column, firm >= 0, f"{where}.{key}")
    lived = market.run.months
    first, last = outcome.months or (warm_up + 1, lived)
    if last > lived:
        raise SpecError(
            f"{where}.months: given {[first, last]}, allowed: up to {lived}, the months that "
            "the market lives"
        )
    if first > last:
        raise SpecError(
            f"warm_up: given {warm_up} months, allowed: fewer than the {lived} that are lived"
        )
    rate = monthly_rate(market.market.annual_discount_rate)
    per = outcome.per or ""
    return Outcome(name, outcome.measure, per, firm, first, last, outcome.aggregate, rate)


def _firm(wanted: str | int | None, market: MarketSpec, where: str) -> int:
    names = [firm.name for firm in market.firms]
    if wanted is None:
        return -1
    if isinstance(wanted, int):
        if not 0 <= wanted < len(names):
            raise SpecError(f"{where}.firm: given {wanted}, allowed: 0 to {len(names) - 1}")
        return wanted
    if wanted not in names:
        hint = nearest(wanted, names) or listing(names)
        raise SpecError(f"{where}.firm: no firm is called {wanted!r}{hint}")
    return names.index(wanted)


def check_measure(column: str, of_one_firm: bool, where: str) -> None:
    """Check that the market's table has a column that means something here.

    Raises
    ------
    SpecError
        If it has not, or firms cannot be added up in it.
    """
    if column not in column_names():
        hint = nearest(column, column_names()) or listing(column_names())
        raise SpecError(f"{where}: the market's table has no column {column!r}{hint}")
    if not of_one_firm and column in RATES:
        raise SpecError(
            f"{where}: {column!r} does not add up over firms: name one with the key firm"
        )


def measure(outcome: Outcome, columns: Mapping[str, Array]) -> float:
    """Return an outcome of a market that has lived.

    Parameters
    ----------
    outcome : Outcome
        What to take.
    columns : mapping
        ``Market.columns``.

    Examples
    --------
    >>> lost = Outcome("defection", "lost", "opening", 0, 2, 3, "sum", 0.0)
    >>> columns = {"lost": np.array([[9.0], [1.0], [3.0]]), "opening": np.full((3, 1), 50.0)}
    >>> measure(lost, columns)
    0.04
    """
    value = _aggregated(outcome.measure, outcome, columns)
    if not outcome.per:
        return value
    whole = _aggregated(outcome.per, outcome, columns)
    return value / whole if whole else float("nan")


def _aggregated(column: str, outcome: Outcome, columns: Mapping[str, Array]) -> float:
    table = columns[column]
    values = table[:, outcome.firm] if outcome.firm >= 0 else table.sum(axis=1)
    window = np.ascontiguousarray(values[outcome.first - 1 : outcome.last])
    return _AGGREGATES[outcome.aggregate](window, outcome.rate)
