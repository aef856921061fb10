"""A month as it is kept, and what a whole run of months means: columns by firm and by tenure."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import TENURE_YEARS, YEAR_FIELDS, Accounts
from relsim.customers.terms import Term
from relsim.firms.character import Own
from relsim.firms.ledger import CUSTOMER_LINES, Rates, customer_lines
from relsim.firms.quantities import FIGURES, PLACES, TABLE

Array = npt.NDArray[np.float64]

_CUSTOMER_MONTHS, _LOST, _LEFT = (
    YEAR_FIELDS.index(name) for name in ("customer_months", "lost", "left_market")
)
TENURE_FIELDS = ("customer_months", "lost", *CUSTOMER_LINES, "keeping", "winning")
"""Sums by firm and year of tenure; in year 0 ``customer_months`` counts customers won."""

_FIELDS = {name: place for place, name in enumerate(TENURE_FIELDS)}


class Record(NamedTuple):
    """A month as it is kept: sums over customers, costs, terms, and the firms' figures.

    ``own`` has shape (firms, Own), ``terms`` (firms, N_TERMS), ``figures`` (firms, FIGURES).
    """

    accounts: Accounts
    own: Array
    terms: Array
    figures: Array


def ratio(part: Array, whole: Array) -> Array:
    """Return part / whole, not a number where the whole is 0."""
    result: Array = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0.0)
    return result


def columns(records: Sequence[Record], firms: int, extra: Sequence[str] = ()) -> dict[str, Array]:
    """Return all columns of the market table, each of shape (months, firms).

    Parameters
    ----------
    records : sequence of Record
        The months.
    firms : int
        How many there are.
    extra : sequence of str
        Names of the figures that this market has behind those of every market.
    """
    names = (*TABLE, *extra)
    if not records:
        return {name: np.zeros((0, firms)) for name in names}
    figures = np.stack([record.figures for record in records])
    by_figure = np.ascontiguousarray(np.moveaxis(figures, -1, 0))
    shown = [*by_figure[: len(TABLE)], *by_figure[len(FIGURES) :]]
    return dict(zip(names, shown, strict=True))


def tenure_rows(records: Sequence[Record], firms: int) -> Array:
    """Return accounts by month, firm and year of tenure.

    What a firm spends to keep customers is shared out over the years of tenure of those who
    were with it when the month opened; what it spends to win them is year 0.

    Returns
    -------
    array of shape (months, firms, 1 + tenure years, TENURE_FIELDS)
    """
    if not records:
        return np.zeros((0, firms, 1 + TENURE_YEARS, len(TENURE_FIELDS)))
    years = np.stack([record.accounts.years[1:] for record in records])
    figures = np.stack([record.figures for record in records])
    won = figures[..., PLACES["acquired"]]
    months = years[..., _CUSTOMER_MONTHS]
    opening = months + years[..., _LOST]
    opening[..., 0] -= won
    total = np.broadcast_to(opening.sum(axis=-1, keepdims=True), months.shape)
    weights = np.divide(opening, total, out=np.zeros(months.shape), where=total > 0.0)
    keeping = figures[..., PLACES["retention"]] + figures[..., PLACES["recovery"]]
    rows = np.zeros((*months.shape[:-1], months.shape[-1] + 1, len(TENURE_FIELDS)))
    kept, acquired = rows[..., 1:, :], rows[..., 0, :]
    kept[..., _FIELDS["customer_months"]] = months
    kept[..., _FIELDS["lost"]] = years[..., _LOST] + years[..., _LEFT]
    kept[..., [_FIELDS[line] for line in CUSTOMER_LINES]] = _money_by_year(records, years)
    kept[..., _FIELDS["keeping"]] = keeping[..., None] * weights
    acquired[..., _FIELDS["customer_months"]] = won
    acquired[..., _FIELDS["winning"]] = sum(
        figures[..., PLACES[name]] for name in ("onboarding", "acquisition", "rewards")
    )
    return rows


def _money_by_year(records: Sequence[Record], years: Array) -> Array:
    """Return the ledger's lines by month, firm and year of tenure."""
    terms = np.stack([record.terms for record in records])
    rates = Rates(
        price=terms[..., Term.PRICE],
        unit_cost=np.stack([record.own[:, Own.UNIT_COST] for record in records]),
        service_cost=terms[..., Term.SERVICE_COST],
        discount=terms[..., Term.PRICE] * terms[..., Term.DISCOUNT],
    )
    by_firm = np.stack(rates, axis=-1).reshape(-1, len(rates))
    by_year = np.repeat(by_firm, years.shape[-2], axis=0)
    lines = customer_lines(years.reshape(-1, years.shape[-1]), by_year)
    return lines.reshape(*years.shape[:-1], len(CUSTOMER_LINES))
