"""Where firms stand at the end of a month, and what each sees of it before the next."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from relsim.customers.columns import Columns
from relsim.customers.parameters import mean_service_demand, mean_usage
from relsim.customers.rules.choice import WAYS
from relsim.customers.rules.ladder import RUNGS
from relsim.customers.rules.value import TIERS
from relsim.customers.terms import N_RUNGS, N_TIERS
from relsim.firms import quantities
from relsim.firms.extras import NO_EXTRAS, Extras
from relsim.firms.firm import Firm
from relsim.firms.quantities import PLACES, places
from relsim.firms.view import FirmView, Know, MarketView
from relsim.spec import FirmSpec, MarketSpec

Array = npt.NDArray[np.float64]
_REMEMBERED = 120  # months of its own past that a firm looks back on


_SEVERAL: Mapping[str, Callable[[Sequence[float]], tuple[float, ...]]] = {
    "acquired_by": itemgetter(*places(*(f"by_{way}" for way in WAYS[1:]))),
    "tier_customers": itemgetter(*places(*(f"tier_{tier}" for tier in TIERS))),
    "tier_contributions": itemgetter(*places(*(f"contribution_{tier}" for tier in TIERS))),
    "rung_customers": itemgetter(*places(*(f"rung_{rung}" for rung in RUNGS[1:]))),
}
"""How the fields of a firm's view that are several figures are taken from a row of figures."""

_CALLED = {"contribution": "running_contribution"}  # figures that a view calls otherwise
_SINGLE = tuple(field for field in FirmView._fields if _CALLED.get(field, field) in PLACES)
"""Fields of a firm's view that are one figure each."""
_single = itemgetter(*places(*(_CALLED.get(field, field) for field in _SINGLE)))

_RESEARCHED: Mapping[str, int] = {
    field: PLACES["price" if field == "prices" else field]
    for field in ("customers", "prices", "satisfaction", "offence", "dissatisfied")
}
"""Where the figures of all firms are that anyone could buy, by the field of the market's view."""


def first(spec: MarketSpec, columns: Columns) -> Array:
    """Return what firms can know before the first month, as figures of a month without events.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    columns : Columns
        Its customers as they start.

    Returns
    -------
    array of shape (firms, FIGURES)
        Named by :data:`relsim.firms.quantities.FIGURES`.
    """
    month = quantities.empty(len(spec.firms))
    count(month, spec, columns)
    customers = month[:, PLACES["customers"]]
    usage, demand = mean_usage(spec), mean_service_demand(spec)
    prices = np.array([firm.price for firm in spec.firms])
    unit_costs = np.array([firm.unit_cost for firm in spec.firms])
    service_costs = np.array([firm.service_cost for firm in spec.firms])
    cash = np.array([firm.cash for firm in spec.firms]) * spec.market.customers
    contribution = (prices - unit_costs) * usage - service_costs * demand
    start = spec.customers.start
    known = {
        "running_contribution": contribution,
        "service": customers * demand,
        "revenue": customers * usage * prices,
        "satisfaction": np.where(customers > 0, start.satisfaction, np.nan),
        "trust": np.where(customers > 0, start.trust, np.nan),
        "price": prices,
        "cash": cash,
        "data": np.array([firm.data.start for firm in spec.firms]),
        "staff": np.array([firm.staff.start for firm in spec.firms]),
    }
    for name, by_firm in known.items():
        month[:, PLACES[name]] = by_firm
    month[:, places(*(f"contribution_{tier}" for tier in TIERS))] = contribution[:, None]
    return month


def count(month: Array, spec: MarketSpec, columns: Columns) -> None:
    """Put into a month's figures how many customers each firm has, in all and by kind.

    Parameters
    ----------
    month : array of shape (firms, FIGURES)
        Changed in place.
    spec : MarketSpec
        The market.
    columns : Columns
        Its customers as they are.
    """
    firms, supplier = len(spec.firms), columns.supplier.astype(np.int64)
    on_rung = _counted(supplier * N_RUNGS + columns.rung, firms, N_RUNGS)
    in_tier = _counted(supplier * N_TIERS + columns.tier, firms, N_TIERS)
    low = columns.satisfaction < np.float32(spec.mechanisms.reconsider.dissatisfied_below)
    month[:, PLACES["customers"]] = on_rung.sum(axis=1)
    month[:, PLACES["dissatisfied"]] = _counted(supplier[low], firms, 1)[:, 0]
    month[:, places(*(f"rung_{rung}" for rung in RUNGS[1:]))] = on_rung[:, 1:]
    month[:, places(*(f"tier_{tier}" for tier in TIERS))] = in_tier


def _counted(codes: npt.NDArray[np.integer[Any]], firms: int, kinds: int) -> Array:
    """Return how many customers have each code ``supplier * kinds + kind``: (firms, kinds)."""
    counts = np.bincount(codes, minlength=(firms + 1) * kinds)
    return counts.reshape(-1, kinds)[1:].astype(np.float64)


def knowledge(spec: MarketSpec, firm: FirmSpec) -> Know:
    """Return what a firm has learned about its own instruments."""
    m = spec.mechanisms
    lasting = m.reconsider.satisfaction_effect + m.reconsider.trust_effect
    return Know(
        acquisition=firm.acquisition,
        care=firm.care,
        recovery=firm.recovery,
        price=spec.market.reference_price,
        care_on_staying=m.reconsider.care_effect + m.experience.care_weight * lasting,
        complaint_rate=m.experience.complaint_rate,
    )


def views(
    spec: MarketSpec,
    firms: Sequence[Firm],
    known: Sequence[Know],
    seen: Sequence[Sequence[float]],
    month: int,
    extras: Extras = NO_EXTRAS,
) -> list[FirmView]:
    """Return what each firm sees before it plans a month.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    firms : sequence of Firm
        Its firms.
    known : sequence of Know
        What each knows of its instruments.
    seen : sequence of rows
        The figures of last month, by firm.
    month : int
        Which month is planned.
    extras : Extras
        What mechanisms add to the figures.
    """
    for firm, row in zip(firms, seen, strict=True):
        firm.remember(row)
    size = spec.market.customers
    known_to_all: dict[str, Any] = {
        field: tuple(row[place] for row in seen) for field, place in _RESEARCHED.items()
    }
    prospects = size - sum(known_to_all["customers"])
    stocks = [extras.stocks_of(row) for row in seen]
    told = {
        stock.name: tuple(of_firm[stock.name] for of_firm in stocks)
        for stock in extras.stocks
        if stock.public
    }
    market = MarketView(size=size, prospects=prospects, stocks=told, **known_to_all)
    credit = spec.market.credit
    return [
        _view(firm, know, market, row, firm.money(credit), month, mine)
        for firm, know, row, mine in zip(firms, known, seen, stocks, strict=True)
    ]


def _view(
    firm: Firm,
    know: Know,
    market: MarketView,
    row: Sequence[float],
    money: float,
    month: int,
    stocks: Mapping[str, float],
) -> FirmView:
    seen: dict[str, Any] = dict(zip(_SINGLE, _single(row), strict=True))
    for field, figures in _SEVERAL.items():
        seen[field] = figures(row)
    return FirmView(
        month=month,
        place=firm.place,
        name=firm.name,
        list_price=firm.spec.price,
        unit_cost=firm.spec.unit_cost,
        onboarding_cost=firm.spec.onboarding_cost,
        money=money,
        last_plan=firm.plan,
        market=market,
        know=know,
        past=tuple(firm.past[-_REMEMBERED:]),
        stocks=stocks,
        **seen,
    )
