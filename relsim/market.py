"""The market: firms and customers, month by month."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Self

import mesa
import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim import circumstances
from relsim.customers.accounts import Accounts
from relsim.customers.population import Customers
from relsim.economics.lifetime import monthly_loss, monthly_rate
from relsim.errors import SpecError
from relsim.firms import offering, results, standing
from relsim.firms.firm import Firm
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES
from relsim.firms.plan import Plan
from relsim.firms.results import Record
from relsim.firms.strategies import build
from relsim.firms.tables import (
    causes_table,
    market_columns,
    market_table,
    tenure_columns,
    tenure_table,
)
from relsim.firms.view import FirmView, OwnMonth
from relsim.firms.worth import Worth
from relsim.spec import MarketSpec
from relsim.spec.checking import nearest

if TYPE_CHECKING:
    from relsim.stories import Story

Array = npt.NDArray[np.float64]
_DISCOUNTS = list(CUSTOMER_LINES).index("discounts")
_ACQUISITION, _ONBOARDING, _REWARDS, _RETENTION, _RECOVERY = (
    list(FIRM_LINES).index(name)
    for name in ("acquisition", "onboarding", "rewards", "retention", "recovery")
)
_MOST_MESA_SEED = 2**32


class ConservationError(AssertionError):
    """Customers or money got lost: a fault of relsim's, never of its user."""


class Market(mesa.Model):
    """A market that lives month by month.

    Parameters
    ----------
    spec : MarketSpec
        What it is made of (:func:`relsim.load`).
    seed, replication : int, optional
        Which luck; without them the spec's own.
    threads : int
        Threads that share a month. Results do not depend on it.

    Attributes
    ----------
    customers : Customers
        All customers.
    firms : list of Firm
        The firms, in the config's order.
    month : int
        Months lived so far.
    chapters : list of (int, MarketSpec)
        From which month on which spec was lived under (:meth:`change`).
    table : pandas.DataFrame
        Results so far, one row a month and firm.
    tenure_table : pandas.DataFrame
        Accounts by calendar year, firm and year of tenure.

    Raises
    ------
    RelsimError
        If a strategy cannot be built, or the file of a network is broken.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> market = Market(starter(), seed=7).run(months=3)
    >>> market.month, list(market.table["firm"].unique())
    (3, ['Attack', 'Defend'])
    """

    def __init__(
        self,
        spec: MarketSpec,
        seed: int | None = None,
        replication: int | None = None,
        threads: int = 1,
    ) -> None:
        self.spec = spec
        self.chapters = [(1, spec)]
        self.seed_of_luck = spec.run.seed if seed is None else seed
        self.replication = spec.run.replication if replication is None else replication
        # Mesa wants a generator of its own; no rule of relsim ever asks it.
        super().__init__(rng=int(self.seed_of_luck % _MOST_MESA_SEED))
        self.month = 0
        self.now = circumstances.at(spec, 0)
        self._costs = results.costs(spec, self.now.present)
        self.firms = [
            Firm(self, place, firm, build(firm.strategy, f"firms.{place}.strategy"))
            for place, firm in enumerate(spec.firms)
        ]
        self.customers = self._people(threads)
        self.customers.teller = self.story
        self._known = [standing.knowledge(spec, firm) for firm in spec.firms]
        self.standing = standing.first(spec, self.customers.columns)
        self.worth = Worth(
            self.standing["customers"],
            self.standing["contribution"],
            monthly_rate(spec.market.annual_discount_rate),
            monthly_loss(spec.market.annual_turnover),
        )
        self.standing["lifetime_value"] = self.worth.lifetime_value
        self.standing["entry_value"] = self.worth.entry_value
        self.records: list[Record] = []

    def _people(self, threads: int) -> Customers:
        """Return the customers; another engine puts others here."""
        return Customers(self.spec, self.seed_of_luck, self.replication, threads)

    # The month ---------------------------------------------------------------------------

    def step(self) -> None:
        """Live one month: events happen, firms plan and offer, customers live, books close.

        Between offer and account, every customer experiences, reconsiders, chooses, buys,
        tells, climbs and turns over: ``customers/month.py`` is that part of the schedule.
        """
        self.month += 1
        self.happen()
        plans = self.plan()
        table, spent = self.offer(plans)
        accounts = self.live(table)
        self.account(accounts, plans, table, spent)

    def happen(self) -> None:
        """Let the events of the month happen."""
        if not self.spec.events:
            return
        self.now = circumstances.at(self.spec, self.month, self.records)
        self._costs = results.costs(self.spec, self.now.present)
        self.customers.feel(self.now.usage, self.now.needs)
        self.worth.close(self.now.leaves)

    def plan(self) -> list[Plan]:
        """Let every firm read its view and decide; nobody sees another's plan of the month."""
        views = zip(self.firms, self.views(), self.now.present, strict=True)
        return [firm.decide(view) if here else Plan() for firm, view, here in views]

    def offer(self, plans: list[Plan]) -> tuple[Array, Array]:
        """Turn plans into what customers meet, and into what is spent (firms, SPENT_FIELDS)."""
        aims = offering.targets(self.spec, self.standing)
        spent = [offering.spending(plan, aim) for plan, aim in zip(plans, aims, strict=True)]
        table = offering.lay_out(self.spec, self.firms, plans, spent, aims, self.standing, self.now)
        return table, np.array([out.row() for out in spent])

    def live(self, table: Array) -> Accounts:
        """Let every customer live the month."""
        return self.customers.live(table, self.month)

    def account(self, accounts: Accounts, plans: list[Plan], table: Array, spent: Array) -> None:
        """Close the month's books and set what firms see next month."""
        record = Record(
            accounts=accounts,
            costs=self._costs,
            opening=self.standing["customers"],
            terms=table[1:, 0],
            spent=spent,
            reward=np.array([plan.referral_reward for plan in plans]),
            state=np.empty((len(self.firms), len(results.STATE_COLUMNS))),
        )
        moved = results.movements(accounts, record.opening)
        self._check_conservation(moved, accounts)
        by_customers, by_firms = results.money(record)
        self._pay(results.profit(by_customers, by_firms), spent, moved["customers"])
        self._update_worth(accounts, moved["acquired"], by_customers, by_firms)
        self._write_state(record.state)
        self.records.append(record)
        self.standing = standing.after(
            record, moved, by_customers, by_firms, self.worth, self.standing
        )
        self._enter_own_books()

    def _enter_own_books(self) -> None:
        seen = zip(*(self.standing[name].tolist() for name in OwnMonth._fields[1:]), strict=True)
        for firm, month in zip(self.firms, seen, strict=True):
            firm.past.append(OwnMonth(self.month, *month))

    def _pay(self, profit: Array, spent: Array, customers: Array) -> None:
        earned, people, invested = profit.tolist(), customers.tolist(), spent[:, -2:].tolist()
        for firm in self.firms:
            firm.cash += earned[firm.place]
            data, staff = invested[firm.place]
            served = max(people[firm.place], 1.0)
            firm.invest(data / served, staff / served)

    def _update_worth(
        self, accounts: Accounts, acquired: Array, by_customers: Array, by_firms: Array
    ) -> None:
        defence = -(by_firms[:, _RETENTION] + by_firms[:, _RECOVERY])
        winning = by_firms[:, _ACQUISITION] + by_firms[:, _ONBOARDING] + by_firms[:, _REWARDS]
        spent = -(winning + by_customers[:, _DISCOUNTS])
        cells = accounts.cells[1:, :, :, :2].sum(axis=2)
        self.worth.update(accounts.steps[1:], cells, defence, acquired, spent)

    def _write_state(self, state: Array) -> None:
        state[:, :3] = [(firm.cash, firm.data, firm.staff) for firm in self.firms]
        for k, name in enumerate(results.WORTH_COLUMNS, start=3):
            state[:, k] = getattr(self.worth, name)

    def _check_conservation(self, moved: dict[str, Array], accounts: Accounts) -> None:
        """Check what holds every month: customers over firms + prospects = market, and flows.

        Raises
        ------
        ConservationError
            If a customer got lost or doubled.
        """
        expected = moved["opening"] + moved["acquired"] - moved["lost"]
        size = self.spec.market.customers
        prospects_after = self.prospects + moved["lost_to_none"].sum() + moved["left_market"].sum()
        prospects_after -= moved["acquired_prospects"].sum()
        if (expected != moved["customers"]).any():
            raise ConservationError(
                f"month {self.month}: opening + acquired - lost = {expected}, "
                f"customers = {moved['customers']}"
            )
        if moved["customers"].sum() + prospects_after != size:
            raise ConservationError(
                f"month {self.month}: {moved['customers'].sum()} customers and "
                f"{prospects_after} prospects do not make a market of {size}"
            )
        if accounts.years[..., 0].sum() != size:
            raise ConservationError(f"month {self.month}: not everybody lived it")
        if (accounts.causes[1:].sum(axis=1) != moved["lost"]).any():
            raise ConservationError(f"month {self.month}: not every loss has one cause")

    def views(self) -> list[FirmView]:
        """Return what each firm sees before it plans the month."""
        return standing.views(self.spec, self.firms, self._known, self.standing, self.month)

    @property
    def prospects(self) -> float:
        """Customers of the market who have no supplier."""
        return float(self.spec.market.customers - self.standing["customers"].sum())

    # Running and looking -----------------------------------------------------------------

    def run(self, months: int | None = None, each: Callable[[int], None] | None = None) -> Self:
        """Live some months.

        Parameters
        ----------
        months : int, optional
            How many; the spec's number unless said.
        each : callable, optional
            Called with the month after each.

        Returns
        -------
        Market
            Itself.

        Raises
        ------
        SpecError
            If months is negative.
        """
        months = self.spec.run.months if months is None else months
        if months < 0:
            raise SpecError(f"months: given {months}, allowed: 0 or more")
        for _ in range(months):
            self.step()
            if each is not None:
                each(self.month)
        return self

    def change(self, spec: MarketSpec) -> None:
        """Live under another spec from the next month on, with the same people and luck.

        Strategies whose config stays as it was keep what they have learned.

        Parameters
        ----------
        spec : MarketSpec
            As :func:`relsim.forking.changed` makes it: what is settled before the first month
            (customers, network, firms' names and shares) is not read again.
        """
        for firm, new in zip(self.firms, spec.firms, strict=True):
            if new.strategy != firm.spec.strategy:
                firm.strategy = build(new.strategy, f"firms.{firm.place}.strategy")
            firm.spec = new
        self.spec = spec
        self.chapters.append((self.month + 1, spec))
        self.customers.use(spec)
        self._known = [standing.knowledge(spec, firm) for firm in spec.firms]
        self.worth.rate = monthly_rate(spec.market.annual_discount_rate)
        self.worth.stay = 1.0 - monthly_loss(spec.market.annual_turnover)
        self.now = circumstances.at(spec, self.month)
        self._costs = results.costs(spec, self.now.present)

    @property
    def columns(self) -> dict[str, Array]:
        """Results so far: each column of the table as an array of shape (months, firms)."""
        return market_columns(self.spec, self.records)

    @property
    def tenure_columns(self) -> dict[str, Array]:
        """Accounts so far by year of tenure: arrays of shape (months, firms, years)."""
        return tenure_columns(self.records)

    @property
    def table(self) -> pd.DataFrame:
        """Results so far: one row a month and firm (:func:`relsim.firms.tables.market_table`)."""
        return market_table(self.spec, self.records)

    @property
    def tenure_table(self) -> pd.DataFrame:
        """Accounts by year, firm and year of tenure (:func:`relsim.firms.tables.tenure_table`)."""
        return tenure_table(self.spec, self.records)

    def why(self, firm: str, since: int = 1, until: int | None = None) -> pd.DataFrame:
        """Return why a firm lost customers (:mod:`relsim.customers.rules.leaving`).

        Parameters
        ----------
        firm : str
            Its name.
        since, until : int, optional
            First and last month; all months lived unless said.

        Returns
        -------
        pandas.DataFrame
            One row a cause: ``cause``, ``customers`` lost, ``share`` of all lost, and
            ``monthly``, the chance a month to be lost so.

        Raises
        ------
        SpecError
            If no firm has that name.

        Examples
        --------
        >>> from relsim.spec import starter
        >>> Market(starter(), seed=7).run(months=12).why("Attack")["cause"].tolist()[:3]
        ['left_market', 'failure', 'price']
        """
        names = [known.name for known in self.firms]
        if firm not in names:
            hint = nearest(firm, names)
            raise SpecError(f"firm: given {firm!r}, allowed: one of {', '.join(names)}{hint}")
        last = self.month if until is None else max(until, 0)
        return causes_table(self.records[max(since, 1) - 1 : last], names.index(firm))

    def story(self, customer: int) -> "Story":
        """Return what a customer lived, and why; the market is lived again to find out.

        Parameters
        ----------
        customer : int
            Its place; newcomers take the places of those who leave the market.

        Raises
        ------
        RelsimError
            If there is no such customer, or living again gave another market.

        Examples
        --------
        >>> from relsim.spec import starter
        >>> print(Market(starter(), seed=7).run(months=3).story(0).episodes[0].text)
        in the market from the start, with Defend for 9 months
        """
        from relsim.stories import tell  # noqa: PLC0415  # stories live markets themselves

        return tell(self, customer)
