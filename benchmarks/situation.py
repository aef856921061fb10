"""The situation in which engines are compared: a market some months old, its terms held fixed."""

import copy
import dataclasses

import numpy as np
import numpy.typing as npt

import relsim
from relsim.customers.accounts import CELL_FIELDS, YEAR_FIELDS, Accounts
from relsim.customers.columns import Columns
from relsim.customers.population import Customers
from relsim.spec import MarketSpec

CONFIG = "telecom"
MONTHS_BEFORE = 12

_CUSTOMERS, _SATISFACTION = CELL_FIELDS.index("customers"), CELL_FIELDS.index("satisfaction")
_CUSTOMER_MONTHS = YEAR_FIELDS.index("customer_months")
_LOST, _LEFT_MARKET = YEAR_FIELDS.index("lost"), YEAR_FIELDS.index("left_market")


@dataclasses.dataclass(frozen=True)
class Situation:
    """Customers as they are after some months, and the terms they meet from then on.

    ``table`` has the shape (firms + 1, N_TIERS, N_TERMS); ``month`` is the next one to live.
    """

    spec: MarketSpec
    customers: Customers
    table: npt.NDArray[np.float64]
    month: int

    def columns(self) -> Columns:
        """Return a copy of the customers' state for one engine to change."""
        return Columns._make(column.copy() for column in self.customers.columns)

    def people(self, threads: int = 1) -> Customers:
        """Return customers of one's own, who share the network and nothing that changes."""
        people = copy.copy(self.customers)
        people.columns = self.columns()
        people.threads = threads
        return people


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of the customers in some months: by it engines prove that they do one work."""

    satisfaction: float  # mean of those who have a supplier
    defection: float  # suppliers lost, for whatever reason, a customer-month


def outcome(months: list[Accounts]) -> Outcome:
    """Return the outcome of some months from their accounts."""
    cells = np.sum([month.cells[1:].sum(axis=(0, 1, 2)) for month in months], axis=0)
    years = np.sum([month.years[1:].sum(axis=(0, 1)) for month in months], axis=0)
    return Outcome(
        satisfaction=float(cells[_SATISFACTION] / cells[_CUSTOMERS]),
        defection=float((years[_LOST] + years[_LEFT_MARKET]) / years[_CUSTOMER_MONTHS]),
    )


def telecom(customers: int, firms: int | None = None) -> MarketSpec:
    """Return the telecom market with this many customers, and firms taken in turns from its four.

    Raises
    ------
    SpecError
        If there cannot be so many.
    """
    spec = relsim.load(CONFIG, {"market.customers": customers})
    if firms is None:
        return spec
    share = sum(firm.share for firm in spec.firms) / firms
    some = [
        spec.firms[k % len(spec.firms)].model_dump() | {"name": f"Firm {k + 1}", "share": share}
        for k in range(firms)
    ]
    return MarketSpec.model_validate(spec.model_dump() | {"firms": some})


def after_some_months(spec: MarketSpec, months: int = MONTHS_BEFORE) -> Situation:
    """Return the situation of a market after some months."""
    market = relsim.Market(spec).run(months)
    table, _ = market.offer(market.plan())
    return Situation(spec, market.customers, table, market.month + 1)
