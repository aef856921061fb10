"""The tables of a run, made from the months as they were kept."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.categories import named
from relsim.customers.accounts import FIRM_FIELDS
from relsim.customers.rules.departure import CAUSES, LEFT_MARKET
from relsim.firms import results
from relsim.firms.extras import NO_EXTRAS, Extras
from relsim.firms.quantities import PLACES, TABLE, WORTH
from relsim.firms.results import Record
from relsim.spec import MarketSpec

Array = npt.NDArray[np.float64]
MONTHS_A_YEAR = 12
TENURE_COLUMNS = (*results.TENURE_FIELDS, "profit")
"""What is known by year of tenure."""

_LEFT_AT_ONCE = FIRM_FIELDS.index("left_at_once")
_COUNTS = ("customer_months", "lost")
_MONEY = [name for name in results.TENURE_FIELDS if name not in _COUNTS]


def market_columns(
    spec: MarketSpec, records: Sequence[Record], extras: Extras = NO_EXTRAS
) -> dict[str, Array]:
    """Return results by month and firm, a column an array of shape (months, firms).

    Parameters
    ----------
    spec : MarketSpec
        The market.
    records : sequence of Record
        The months, in order, from month 1.
    extras : Extras
        What mechanisms add to the books of this market: columns behind all others.

    Returns
    -------
    dict
        ``share`` (of those who have a supplier), ``penetration`` (of all), ``churn`` (lost of
        those there at the opening, over these), ``cac`` (what was spent to acquire customers, over
        those acquired), and those of :data:`relsim.firms.quantities.TABLE`. Lifetime values and
        equities without a bound (nobody lost yet, and nothing discounts) are not defined: NaN.
    """
    columns = results.columns(records, len(spec.firms), extras.names)
    books = _Books(columns, spec.market.customers, (*CAC_LINES, *extras.counted("acquisition")))
    return {
        **{name: ratio(books) for name, ratio in RATIOS.items()},
        **columns,
        **{name: _defined(columns[name]) for name in WORTH},
    }


def _defined(worth: Array) -> Array:
    """Return worth with NaN where it has no bound; strategies still compare infinities."""
    return np.where(np.isinf(worth), np.nan, worth)


CAC_LINES = ("acquisition", "onboarding", "discounts", "rewards")
"""What is spent to acquire customers, as lines of the ledger."""


class _Books(NamedTuple):
    """What ratios are made of: columns by month and firm, all customers, lines of acquisition."""

    columns: Mapping[str, Array]
    size: int
    to_acquire: tuple[str, ...]


def _share(books: _Books) -> Array:
    customers = books.columns["customers"]
    everyone = np.broadcast_to(customers.sum(axis=1, keepdims=True), customers.shape)
    return results.ratio(customers, everyone)


def _cac(books: _Books) -> Array:
    spent = -np.sum([books.columns[line] for line in books.to_acquire], axis=0)
    return results.ratio(spent, books.columns["acquired"])


RATIOS: Mapping[str, Callable[[_Books], Array]] = {
    "share": _share,
    "penetration": lambda books: books.columns["customers"] / books.size,
    "churn": lambda books: results.ratio(books.columns["churned"], books.columns["opening"]),
    "cac": _cac,
}
"""Columns made of others, by name: they do not add up over firms."""

MARKET_COLUMNS = (*RATIOS, *TABLE)
"""What is known by month and firm: the names of :func:`market_columns`."""


FORMER = {"defection": "churn", "market_share": "penetration"}
"""Columns by the names that they had: still understood where a config names them."""


def market_table(
    spec: MarketSpec, records: Sequence[Record], extras: Extras = NO_EXTRAS
) -> pd.DataFrame:
    """Return results by month and firm.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    records : sequence of Record
        The months, in order, from month 1.
    extras : Extras
        As in :func:`market_columns`.

    Returns
    -------
    pandas.DataFrame
        ``month``, ``firm``, and :func:`market_columns`. ``equity_future`` and
        ``customer_equity`` are missing where nothing is discounted
        (:data:`relsim.firms.worth.NO_DISCOUNT`).
    """
    names = [firm.name for firm in spec.firms]
    months = len(records)
    keys = {
        "month": np.repeat(np.arange(1, months + 1), len(names)),
        "firm": named(np.tile(np.arange(len(names)), months), names),
    }
    columns = market_columns(spec, records, extras)
    return pd.DataFrame(keys | {name: column.reshape(-1) for name, column in columns.items()})


def tenure_columns(spec: MarketSpec, records: Sequence[Record]) -> dict[str, Array]:
    """Return accounts by month, firm and year of tenure, a column an array of three axes.

    Year 0 is the act of acquisition, as in :func:`tenure_table`; ``profit`` is the sum of all
    money.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    records : sequence of Record
        The months, in order, from month 1.
    """
    rows = results.tenure_rows(records, len(spec.firms))
    columns = {name: rows[..., k] for k, name in enumerate(results.TENURE_FIELDS)}
    money = [k for k, name in enumerate(results.TENURE_FIELDS) if name in _MONEY]
    return columns | {"profit": rows.take(money, axis=-1).sum(axis=-1)}


def tenure_table(spec: MarketSpec, records: Sequence[Record]) -> pd.DataFrame:
    """Return accounts by calendar year, firm and year of tenure.

    ``tenure_year`` 0 is the act of acquisition: ``customer_months`` counts customers won and
    ``winning`` what that cost. The last year holds all later ones.
    """
    names = [firm.name for firm in spec.firms]
    fields = list(results.TENURE_FIELDS)
    rows = results.tenure_rows(records, len(names))
    starts = np.arange(0, len(records), MONTHS_A_YEAR)
    sums = np.add.reduceat(rows, starts, axis=0) if records else rows
    year, firm, tenure = np.indices(sums.shape[:-1]).reshape(3, -1)
    frame = pd.DataFrame(sums.reshape(-1, len(fields)), columns=fields)
    frame.insert(0, "year", year + 1)
    frame.insert(1, "firm", pd.Series(named(firm, names)))
    frame.insert(2, "tenure_year", tenure)
    frame["profit"] = frame[_MONEY].sum(axis=1)
    return frame


def causes_table(records: Sequence[Record], place: int) -> pd.DataFrame:
    """Return why a firm lost customers over some months: one row a cause; none without a month.

    Of those who were there when a month opened, like churn.

    Parameters
    ----------
    records : sequence of Record
        The months.
    place : int
        The firm's place in the config.
    """
    lost = np.zeros(len(CAUSES))
    for record in records:
        lost += record.accounts.causes[place + 1]
        lost[LEFT_MARKET] -= record.accounts.firms[place + 1, _LEFT_AT_ONCE]
    opening = np.array([sum(float(record.figures[place, PLACES["opening"]]) for record in records)])
    table = pd.DataFrame(
        {
            "cause": list(CAUSES),
            "customers": lost,
            "share": results.ratio(lost, np.broadcast_to(lost.sum(), lost.shape)),
            "monthly": results.ratio(lost, np.broadcast_to(opening, lost.shape)),
        }
    )
    return table if records else table.iloc[:0]
