"""The numbers that a run leaves: what, of which firm, over which months, made into one."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import TENURE_YEARS
from relsim.economics.lifetime import monthly_rate
from relsim.errors import SpecError
from relsim.firms.quantities import MEANS
from relsim.firms.tables import FORMER, MARKET_COLUMNS, RATIOS, TENURE_COLUMNS
from relsim.lab.aggregates import AGGREGATES
from relsim.lab.spec import OutcomeSpec
from relsim.mechanisms import registry
from relsim.mechanisms.base import Mechanism
from relsim.spec import MarketSpec
from relsim.spec.hints import listing, nearest

Array = npt.NDArray[np.float64]

RATES = frozenset(
    {
        *RATIOS,
        *MEANS,
        "referral_reward",
        "discount",
        "price",
        "data",
        "staff",
        "lifetime_value",
        "entry_value",
        *(
            stock.name
            for kind in registry.BUILT_IN.values()
            for stock in kind.stocks
            if not stock.adds_up
        ),
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
        The column or columns, joined by +, and those to divide by ("" = none).
    firm : int
        Place of the firm; -1 for all together.
    first, last : int
        Months, both counted.
    aggregate : str
        What is made of them.
    rate : float
        Discount rate a month, for present values.
    tenure, over : int
        Year with the firm whose customers count, and the one to divide by; 0 = none.
    """

    name: str
    measure: str
    per: str
    firm: int
    first: int
    last: int
    aggregate: str
    rate: float
    tenure: int = 0
    over: int = 0


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
        for _, part in parts_of(column or ""):
            if outcome.tenure is not None:
                _check_of_tenure(part, f"{where}.{key}")
            else:
                check_measure(part, firm >= 0, f"{where}.{key}", market)
    _check_years(outcome, where)
    lived = market.run.months
    first, last = outcome.months or (warm_up + 1, lived)
    if last > lived:
        raise SpecError(
            f"{where}.months: given {[first, last]}, allowed: up to {lived}, the months that "
            "are simulated"
        )
    if first > last:
        raise SpecError(
            f"warm_up: given {warm_up} months, allowed: fewer than the {lived} that are simulated"
        )
    rate = monthly_rate(market.market.annual_discount_rate)
    return Outcome(
        name,
        outcome.measure,
        outcome.per or "",
        firm,
        first,
        last,
        outcome.aggregate,
        rate,
        outcome.tenure or 0,
        outcome.over_tenure or 0,
    )


def parts_of(measure: str) -> list[tuple[float, str]]:
    """Return the columns that a measure adds up, each with its sign.

    Examples
    --------
    >>> parts_of("profit"), parts_of("- acquisition + fixed")
    ([(1.0, 'profit')], [(-1.0, 'acquisition'), (1.0, 'fixed')])
    >>> parts_of("defection")  # as it was called
    [(1.0, 'churn')]
    """
    found = re.findall(r"([+-]?)([^+-]+)", measure)
    named = [(sign, part.strip()) for sign, part in found if part.strip()]
    return [(-1.0 if sign == "-" else 1.0, FORMER.get(part, part)) for sign, part in named]


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


def check_measure(column: str, of_one_firm: bool, where: str, *markets: MarketSpec) -> None:
    """Check that the market's table has a column that means something here.

    Lines and stocks of a mechanism are columns as well, and nothing where it is off: what is
    compared may be that it is on.

    Parameters
    ----------
    column : str
        Which.
    of_one_firm : bool
        Whether one firm is looked at; else all are added up.
    where : str
        How errors call its place in the config.
    *markets : MarketSpec
        Whose table it is.

    Raises
    ------
    SpecError
        If it has not, or firms cannot be added up in it.
    """
    if column not in MARKET_COLUMNS and column not in (added := _added(markets)):
        columns = (*MARKET_COLUMNS, *added)
        hint = nearest(column, columns) or listing(columns)
        raise SpecError(f"{where}: the market's table has no column {column!r}{hint}")
    levels = {stock.name for kind in _kinds(markets) for stock in kind.stocks if not stock.adds_up}
    if not of_one_firm and column in RATES | levels:
        raise SpecError(
            f"{where}: {column!r} does not add up over firms: name one with the key firm"
        )


def _added(markets: Sequence[MarketSpec]) -> tuple[str, ...]:
    """Return the columns that mechanisms can add to a market's table."""
    kinds = _kinds(markets)
    lines = [line.name for kind in kinds for line in kind.lines]
    return (*lines, *(stock.name for kind in kinds for stock in kind.stocks))


def _kinds(markets: Sequence[MarketSpec]) -> list[type[Mechanism]]:
    """Return the mechanisms that there are for some markets, on or off."""
    on = [kind for market in markets for kind, _ in registry.on(market)]
    return list(dict.fromkeys([*registry.BUILT_IN.values(), *on]))


def column_of(columns: Mapping[str, Array], name: str) -> Array:
    """Return a column of a market's table; nothing where the mechanism is off that adds it."""
    return columns[name] if name in columns else np.zeros_like(next(iter(columns.values())))


def _check_of_tenure(column: str, where: str) -> None:
    if column not in TENURE_COLUMNS:
        hint = nearest(column, TENURE_COLUMNS) or listing(TENURE_COLUMNS)
        raise SpecError(f"{where}: the accounts by tenure have no column {column!r}{hint}")


def _check_years(outcome: OutcomeSpec, where: str) -> None:
    for year, key in ((outcome.tenure, "tenure"), (outcome.over_tenure, "over_tenure")):
        if year is not None and year >= TENURE_YEARS:
            raise SpecError(
                f"{where}.{key}: given {year}, allowed: 1 to {TENURE_YEARS - 1}, the years that "
                "are kept apart"
            )


def measure(
    outcome: Outcome,
    columns: Mapping[str, Array],
    by_tenure: Mapping[str, Array] | None = None,
) -> float:
    """Return an outcome of a simulated market.

    Parameters
    ----------
    outcome : Outcome
        What to take.
    columns : mapping
        ``Market.columns``, arrays of shape (months, firms).
    by_tenure : mapping, optional
        ``Market.tenure_columns``, arrays of shape (months, firms, years), for outcomes that ask
        for a year of tenure.

    Returns
    -------
    float
        Not a number where there is nothing to divide by.

    Examples
    --------
    >>> lost = Outcome("churn", "lost", "opening", 0, 2, 3, "sum", 0.0)
    >>> columns = {"lost": np.array([[9.0], [1.0], [3.0]]), "opening": np.full((3, 1), 50.0)}
    >>> measure(lost, columns)
    0.04
    """
    if not outcome.tenure:
        return _taken(outcome, columns)
    accounts = by_tenure or {}
    value = _taken(outcome, _of_year(accounts, outcome.tenure))
    return (
        _over(value, _taken(outcome, _of_year(accounts, outcome.over))) if outcome.over else value
    )


def _of_year(by_tenure: Mapping[str, Array], year: int) -> dict[str, Array]:
    return {name: table[..., year] for name, table in by_tenure.items()}


def _taken(outcome: Outcome, columns: Mapping[str, Array]) -> float:
    value = _aggregated(outcome.measure, outcome, columns)
    return _over(value, _aggregated(outcome.per, outcome, columns)) if outcome.per else value


def _over(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _aggregated(sought: str, outcome: Outcome, columns: Mapping[str, Array]) -> float:
    table = np.sum([sign * column_of(columns, part) for sign, part in parts_of(sought)], axis=0)
    values = table[:, outcome.firm] if outcome.firm >= 0 else table.sum(axis=1)
    window = np.ascontiguousarray(values[outcome.first - 1 : outcome.last])
    return AGGREGATES[outcome.aggregate](window, outcome.rate)
