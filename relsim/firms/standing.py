"""Where firms stand at the end of a month, and what each sees of it before the next."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import Accounts
from relsim.customers.columns import Columns
from relsim.customers.settings import mean_service_demand, mean_usage
from relsim.customers.terms import N_RUNGS, N_TIERS, Term
from relsim.firms import results
from relsim.firms.firm import Firm
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES
from relsim.firms.results import Record
from relsim.firms.view import FirmView, Know, MarketView
from relsim.firms.worth import Worth
from relsim.spec import FirmSpec, MarketSpec

Array = npt.NDArray[np.float64]
Standing = Mapping[str, Array]
_REMEMBERED = 120  # months of its own past that a firm looks back on

_REVENUES = [k for k, name in enumerate(CUSTOMER_LINES) if name.startswith("revenue_")]
_ACQUISITION, _RETENTION, _RECOVERY = (
    list(FIRM_LINES).index(name) for name in ("acquisition", "retention", "recovery")
)
_SEEN = (
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
    "contribution",
    "lifetime_value",
    "entry_value",
)
_NOT_YET = (
    "acquired",
    "lost",
    "left_market",
    "reconsidered",
    "acquired_prospects",
    "acquired_rivals",
    "by_recommendation",
    "by_reach",
    "by_awareness",
    "failures",
    "complaints",
    "recovered",
    "profit",
    "offence",
)


def first(spec: MarketSpec, columns: Columns) -> dict[str, Array]:
    """Return what firms can know before the first month.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    columns : Columns
        Its customers as they start.
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
    ordinary = np.zeros((len(spec.firms), N_TIERS))
    ordinary[:, 1] = customers
    on_rung = [np.bincount(columns.rung[served == f], minlength=N_RUNGS)[1:] for f in firms]
    start = spec.customers.start
    return dict.fromkeys(_NOT_YET, np.zeros(len(spec.firms))) | {
        "customers": customers,
        "dissatisfied": np.array([float(np.count_nonzero(low & (served == f))) for f in firms]),
        "contribution": contribution,
        "service": customers * demand,
        "revenue": customers * usage * prices,
        "satisfaction": np.where(customers > 0, start.satisfaction, np.nan),
        "trust": np.where(customers > 0, start.trust, np.nan),
        "price": prices,
        "tiers": ordinary,
        "tier_contributions": np.repeat(contribution[:, None], N_TIERS, axis=1),
        "rungs": np.array(on_rung, dtype=np.float64),
    }


def after(
    record: Record,
    moved: Mapping[str, Array],
    by_customers: Array,
    by_firms: Array,
    worth: Worth,
    before: Standing,
) -> dict[str, Array]:
    """Return where firms stand after a month.

    Parameters
    ----------
    record : Record
        The month.
    moved : mapping
        Its :func:`relsim.firms.results.movements`.
    by_customers, by_firms : array
        Its ledger.
    worth : Worth
        What customers are worth by now.
    before : mapping
        Where firms stood a month ago.
    """
    accounts: Accounts = record.accounts
    felt = results.moods(accounts)
    contribution = felt["contribution"]
    felt["contribution"] = np.where(np.isnan(contribution), before["contribution"], contribution)
    return {
        **moved,
        **felt,
        "revenue": by_customers[:, _REVENUES].sum(axis=1),
        "profit": results.profit(by_customers, by_firms),
        "offence": 0.0 - by_firms[:, _ACQUISITION],
        "defence": 0.0 - (by_firms[:, _RETENTION] + by_firms[:, _RECOVERY]),
        "lifetime_value": worth.lifetime_value,
        "entry_value": worth.entry_value,
        "price": record.terms[:, Term.PRICE],
        "tiers": results.tiers(accounts),
        "tier_contributions": results.tier_contributions(accounts),
        "rungs": results.rungs(accounts),
    }


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


def views(
    spec: MarketSpec, firms: Sequence[Firm], known: Sequence[Know], standing: Standing, month: int
) -> list[FirmView]:
    """Return what each firm sees before it plans a month."""
    figures = {name: column.tolist() for name, column in standing.items()}
    market = MarketView(
        size=spec.market.customers,
        prospects=spec.market.customers - sum(figures["customers"]),
        customers=tuple(figures["customers"]),
        prices=tuple(figures["price"]),
        satisfaction=tuple(figures["satisfaction"]),
        offence=tuple(figures["offence"]),
        dissatisfied=tuple(figures["dissatisfied"]),
    )
    names, columns = tuple(figures), tuple(figures.values())
    own = (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
    return [
        _view(firm, know, market, seen, firm.money(spec.market.credit), month)
        for firm, know, seen in zip(firms, known, own, strict=True)
    ]


def _view(
    firm: Firm, know: Know, market: MarketView, own: dict[str, Any], money: float, month: int
) -> FirmView:
    return FirmView(
        month=month,
        place=firm.place,
        name=firm.name,
        list_price=firm.spec.price,
        unit_cost=firm.spec.unit_cost,
        onboarding_cost=firm.spec.onboarding_cost,
        money=money,
        cash=firm.cash,
        acquired_by=(own["by_recommendation"], own["by_reach"], own["by_awareness"]),
        tier_customers=tuple(own["tiers"]),
        tier_contributions=tuple(own["tier_contributions"]),
        rung_customers=tuple(own["rungs"]),
        data=firm.data,
        staff=firm.staff,
        last_plan=firm.plan,
        market=market,
        know=know,
        past=tuple(firm.past[-_REMEMBERED:]),
        **{name: own[name] for name in _SEEN},
    )
