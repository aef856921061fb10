"""Where firms stand at the end of a month, and what each sees of it before the next."""

from collections.abc import Sequence
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from relsim.customers.columns import Columns
from relsim.customers.parameters import mean_service_demand, mean_usage
from relsim.customers.rules.ladder import RUNGS
from relsim.customers.rules.value import TIERS
from relsim.customers.terms import N_RUNGS
from relsim.firms import quantities
from relsim.firms.firm import Firm
from relsim.firms.quantities import PLACES, places
from relsim.firms.view import FirmView, Know, MarketView, OwnMonth
from relsim.spec import FirmSpec, MarketSpec

Array = npt.NDArray[np.float64]
_REMEMBERED = 120  # months of its own past that a firm looks back on

_seen = itemgetter(
    *places(
        "customers",
        "acquired",
        "lost",
        "left_market",
        "reconsidered",
        "acquired_prospects",
        "acquired_rivals",
        "satisfaction",
        "trust",
        "failures",
        "complaints",
        "recovered",
        "revenue",
        "profit",
        "running_contribution",
        "lifetime_value",
        "entry_value",
    )
)
_ways = itemgetter(*places("by_recommendation", "by_reach", "by_awareness"))
_tiers = itemgetter(*places(*(f"tier_{tier}" for tier in TIERS)))
_tier_contributions = itemgetter(*places(*(f"contribution_{tier}" for tier in TIERS)))
_rungs = itemgetter(*places(*(f"rung_{rung}" for rung in RUNGS[1:])))
_researched = itemgetter(*places("customers", "price", "satisfaction", "offence", "dissatisfied"))
_booked = itemgetter(*places(*OwnMonth._fields[1:]))


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
    firms = range(1, len(spec.firms) + 1)
    served = columns.supplier
    low = columns.satisfaction < np.float32(spec.mechanisms.reconsider.dissatisfied_below)
    customers = np.array([float(np.count_nonzero(served == f)) for f in firms])
    usage, demand = mean_usage(spec), mean_service_demand(spec)
    prices = np.array([firm.price for firm in spec.firms])
    unit_costs = np.array([firm.unit_cost for firm in spec.firms])
    service_costs = np.array([firm.service_cost for firm in spec.firms])
    contribution = (prices - unit_costs) * usage - service_costs * demand
    start = spec.customers.start
    known = {
        "customers": customers,
        "dissatisfied": np.array([float(np.count_nonzero(low & (served == f))) for f in firms]),
        "running_contribution": contribution,
        "service": customers * demand,
        "revenue": customers * usage * prices,
        "satisfaction": np.where(customers > 0, start.satisfaction, np.nan),
        "trust": np.where(customers > 0, start.trust, np.nan),
        "price": prices,
        "tier_ordinary": customers,  # before anything is known of anybody
    }
    month = quantities.empty(len(spec.firms))
    for name, by_firm in known.items():
        month[:, PLACES[name]] = by_firm
    month[:, places(*(f"contribution_{tier}" for tier in TIERS))] = contribution[:, None]
    on_rung = [np.bincount(columns.rung[served == f], minlength=N_RUNGS)[1:] for f in firms]
    month[:, places(*(f"rung_{rung}" for rung in RUNGS[1:]))] = on_rung
    return month


def knowledge(spec: MarketSpec, firm: FirmSpec) -> Know:
    """Return what a firm has learned about its own instruments."""
    m = spec.mechanisms
    lasting = m.reconsider.satisfaction_effect + m.reconsider.trust_effect
    return Know(
        acquisition=firm.acquisition,
        care=firm.care,
        recovery=firm.recovery,
        care_on_staying=m.reconsider.care_effect + m.experience.care_weight * lasting,
        complaint_rate=m.experience.complaint_rate,
    )


def own_month(month: int, seen: Sequence[float]) -> OwnMonth:
    """Return a month as a firm's own books keep it, from its figures."""
    return OwnMonth(month, *_booked(seen))


def views(
    spec: MarketSpec,
    firms: Sequence[Firm],
    known: Sequence[Know],
    seen: Sequence[Sequence[float]],
    month: int,
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
    """
    customers, prices, satisfaction, offence, dissatisfied = zip(
        *map(_researched, seen), strict=True
    )
    size = spec.market.customers
    market = MarketView(
        size, size - sum(customers), customers, prices, satisfaction, offence, dissatisfied
    )
    credit = spec.market.credit
    return [
        _view(firm, know, market, row, firm.money(credit), month)
        for firm, know, row in zip(firms, known, seen, strict=True)
    ]


def _view(
    firm: Firm, know: Know, market: MarketView, row: Sequence[float], money: float, month: int
) -> FirmView:
    own = firm.spec
    return FirmView._make(
        (
            month,
            firm.place,
            own.name,
            own.price,
            own.unit_cost,
            own.onboarding_cost,
            money,
            firm.cash,
            *_seen(row),
            _ways(row),
            _tiers(row),
            _tier_contributions(row),
            _rungs(row),
            firm.data,
            firm.staff,
            firm.plan,
            market,
            know,
            tuple(firm.past[-_REMEMBERED:]),
        )
    )
