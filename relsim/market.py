"""The market: firms and customers, month by month."""

from collections.abc import Callable, Sequence
from typing import Self

import mesa
import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.customers.accounts import Accounts, without_age
from relsim.customers.population import Customers
from relsim.economics.lifetime import monthly_loss, monthly_rate
from relsim.errors import SpecError
from relsim.events import effects
from relsim.firms import books, position
from relsim.firms.budgets import PLAN_FIELDS
from relsim.firms.decisions import Decisions, row_of
from relsim.firms.extras import NO_EXTRAS, Extras
from relsim.firms.firm import Firm
from relsim.firms.offers import Offers, Times, times_of
from relsim.firms.plan import Plan
from relsim.firms.quantities import PLACES
from relsim.firms.results import Record
from relsim.firms.saturation import PAID, sentences
from relsim.firms.strategies import build
from relsim.firms.strategies.split import Order, order_rows, split_budgets
from relsim.firms.tables import (
    causes_table,
    market_columns,
    market_table,
    tenure_columns,
    tenure_table,
)
from relsim.firms.view import FirmView
from relsim.firms.worth import Worth
from relsim.mechanisms import registry
from relsim.spec import MarketSpec
from relsim.spec.hints import nearest

Array = npt.NDArray[np.float64]
_CASH, _CUSTOMERS = PLACES["cash"], PLACES["customers"]
_PLANNED_REWARD = PLAN_FIELDS.index("referral_reward")
_MOST_MESA_SEED = 2**32


class ConservationError(AssertionError):
    """Customers or money got lost: a fault of relsim's, never of its user."""


class Market(mesa.Model):
    """A market that is simulated month by month.

    Parameters
    ----------
    spec : MarketSpec
        What it is made of (:func:`relsim.load`).
    seed, replication : int, optional
        Which random numbers; without them the spec's own.
    threads : int
        Threads that share a month. Results do not depend on it.

    Attributes
    ----------
    customers : Customers
        All customers.
    firms : list of Firm
        The firms, in the config's order.
    month : int
        Months simulated so far.
    figures : array of shape (firms, FIGURES)
        What last month left, named by :data:`relsim.firms.quantities.FIGURES`; to read only.
    extras : Extras
        Lines and stocks that mechanisms add to the books: columns of the table as well.
    chapters : list of (int, MarketSpec)
        From which month on which spec was simulated under (:meth:`change`).
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
        self.random_seed = spec.run.seed if seed is None else seed
        self.replication = spec.run.replication if replication is None else replication
        # Mesa wants a generator of its own; no rule of relsim ever asks it.
        super().__init__(rng=int(self.random_seed % _MOST_MESA_SEED))
        self.month = 0
        self._notice(effects.at(spec, 0))
        self.firms = [
            Firm(self, place, firm, build(firm.strategy, f"firms.{place}.strategy"))
            for place, firm in enumerate(spec.firms)
        ]
        self.mechanisms = registry.build(spec)
        self.customers = self._people(threads)
        self._known = [position.knowledge(spec, firm) for firm in spec.firms]
        self._offers = Offers(spec)
        self.extras = Extras.of(self.mechanisms) if self.mechanisms else NO_EXTRAS
        self.figures = position.first(spec, self.customers.columns)
        if self.extras:
            self.figures = self.extras.first(self.figures)
        self._start = self.figures
        rate = monthly_rate(spec.market.annual_discount_rate)
        self.worth = Worth(self.figures, rate, monthly_loss(spec.market.annual_turnover))
        self.records: list[Record] = []
        self._orders: list[Order | None] | None = None
        self._warm_up(spec.run.warm_up)

    def _people(self, threads: int) -> Customers:
        """Return the customers; another engine puts others here.

        Raises
        ------
        SpecError
            If they are of a class of the user's own, which this engine does not know.
        """
        if self.spec.customers.own_class is not None:
            raise SpecError(
                "customers.class: customers of a class of one's own are simulated by "
                "relsim.AgentMarket(spec), not by relsim.Market(spec)"
            )
        return Customers(self.spec, self.random_seed, self.replication, threads, self.mechanisms)

    def _warm_up(self, months: int) -> None:
        """Simulate months before the first, which no table has and no firm remembers.

        Every firm does, month after month, what it would do in month 1, and keeps its share. What
        strategies learn, they learn from month 1 on.
        """
        cash = self.figures[:, _CASH].copy()
        for month in range(1 - months, 1):
            self.month = month
            plans = self.plan()
            table, spent = self.offer(plans)
            self.account(self.live(table), plans, table, spent)
            self.records.clear()
            self.customers.hold_shares(month)
            position.count(self.figures, self.spec, self.customers.columns)
            self.figures[:, _CASH] = cash
            for firm in self.firms:
                firm.begin(build(firm.spec.strategy, f"firms.{firm.place}.strategy"))
        self._start = self.figures

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
        self._notice(effects.at(self.spec, self.month, self.records))
        self.customers.feel(self.now.usage, self.now.needs)
        self.worth.close(self.now.leaves)

    def _notice(self, now: effects.Circumstances) -> None:
        """Take in what events make of a month."""
        self.now = now
        self._times = times_of(now)
        self._present = self._times[Times.PRESENT]

    def plan(self) -> Decisions:
        """Let every firm read its view and decide; nobody sees another's plan of the month.

        Strategies of relsim's own that only split a budget are planned together.
        """
        firms, present = self.firms, self.now.present
        orders = [firm.order() if here else None for firm, here in zip(firms, present, strict=True)]
        if orders != self._orders:
            self._orders, self._order_rows = orders, order_rows(orders)
        rows, sensible = split_budgets(
            self._order_rows,
            self._offers.own,
            self.figures,
            float(self.spec.market.customers),
            self.spec.market.credit,
        )
        alone = [
            firm.place
            for firm, here, order in zip(firms, present, orders, strict=True)
            if here and (order is None or not sensible)  # then it is told what makes no sense
        ]
        plans = self._decide(alone, rows) if alone else {}
        decisions = Decisions(rows, plans)
        for firm, here in zip(firms, present, strict=True):
            if here:
                firm.decided(decisions)
        return decisions

    def _decide(self, places: Sequence[int], rows: Array) -> dict[int, Plan]:
        """Let firms decide by their views; their plans go into the rows too."""
        views = self.views()
        plans = {place: self.firms[place].decide(views[place]) for place in places}
        for place, plan in plans.items():
            rows[place] = row_of(plan, self.firms[place].spec.price)
        return plans

    def offer(self, plans: Decisions) -> tuple[Array, Array]:
        """Turn plans into what customers meet, and into what is spent (firms, SPENT_FIELDS)."""
        table, spent = self._offers.of(plans.rows, self.figures, self._times)
        if self.extras:
            for one in self.mechanisms:
                one.decide(plans.made)
                one.spend(spent)
            self.extras.offer(table, self.figures, self.month)
        return table, spent

    def live(self, table: Array) -> Accounts:
        """Let every customer live the month."""
        return self.customers.live(table, self.month)

    def account(self, accounts: Accounts, plans: Decisions, table: Array, spent: Array) -> None:
        """Close the month's books and set what firms see next month.

        Raises
        ------
        ConservationError
            If a customer got lost or doubled.
        """
        terms = table[1:, 0].copy()  # the whole table would be kept for as long as the record
        own, before = self._offers.own, self.figures
        size = float(self.spec.market.customers)
        month, fault = books.close(
            accounts, own, table, spent, plans.rows, self._present, before, size
        )
        if fault != books.SOUND:
            raise ConservationError(f"month {self.month}: {books.FAULTS[fault]}")
        if self.extras:
            month = self.extras.close(month, accounts, table, before, self.month)
        self.worth.update(accounts, month, before)
        self.figures = month
        self.records.append(Record(without_age(accounts), own, terms, month))

    def views(self) -> list[FirmView]:
        """Return what each firm sees before it plans the month."""
        seen = self.figures.tolist()
        month = max(self.month, 1)  # before month 1 firms plan month 1, again and again
        return position.views(self.spec, self.firms, self._known, seen, month, self.extras)

    @property
    def prospects(self) -> float:
        """Customers of the market who have no supplier."""
        return float(self.spec.market.customers - self.figures[:, _CUSTOMERS].sum())

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
        """Live under another spec from the next month on, with the same people and random numbers.

        Strategies whose config stays as it was keep what they have learned.

        Parameters
        ----------
        spec : MarketSpec
            As :func:`relsim.fork.changed` makes it: what is settled before the first month
            (customers, network, firms' names and shares) is not read again.
        """
        for firm, new in zip(self.firms, spec.firms, strict=True):
            if new.strategy != firm.spec.strategy:
                firm.strategy = build(new.strategy, f"firms.{firm.place}.strategy")
            firm.spec = new
        self.spec = spec
        self.chapters.append((self.month + 1, spec))
        self.customers.use(spec)
        registry.use(self.mechanisms, spec)
        self._known = [position.knowledge(spec, firm) for firm in spec.firms]
        self._offers = Offers(spec)
        self.worth.rate = monthly_rate(spec.market.annual_discount_rate)
        self.worth.stay = 1.0 - monthly_loss(spec.market.annual_turnover)
        self._notice(effects.at(spec, self.month))

    def saturation(self) -> list[str]:
        """Return which spending so far bought more than 95% of what it could, a sentence each."""
        before = [self._start, *(record.figures for record in self.records)]
        bought = [
            self._offers.bought(record.own, record.figures[:, PAID], seen)
            for record, seen in zip(self.records, before, strict=False)
        ]
        return self._saturated(bought)

    def planned_saturation(self) -> list[str]:
        """Return the same of the plans for the first month, which it lets firms make.

        For a market that is only looked at: what strategies learn by planning, they have learned.
        """
        self.month = 1
        self.happen()
        plans = self.plan()
        _, spent = self.offer(plans)
        paid = np.hstack((spent, plans.rows[:, [_PLANNED_REWARD]]))
        bought = self._offers.bought(self._offers.own, paid, self.figures)
        return self._saturated([bought])

    def _saturated(self, months: list[Array]) -> list[str]:
        responds = self.spec.mechanisms.retention.rule == "response"
        return sentences([firm.name for firm in self.firms], months, responds=responds)

    @property
    def engine(self) -> "Callable[..., Market]":
        """What makes a market like this of a spec, a seed, a replication and ``threads``."""
        return type(self)

    @property
    def columns(self) -> dict[str, Array]:
        """Results so far: each column of the table as an array of shape (months, firms)."""
        return market_columns(self.spec, self.records, self.extras)

    @property
    def tenure_columns(self) -> dict[str, Array]:
        """Accounts so far by year of tenure: arrays of shape (months, firms, years)."""
        return tenure_columns(self.spec, self.records)

    @property
    def table(self) -> pd.DataFrame:
        """Results so far: one row a month and firm (:func:`relsim.firms.tables.market_table`)."""
        return market_table(self.spec, self.records, self.extras)

    @property
    def tenure_table(self) -> pd.DataFrame:
        """Accounts by year, firm and year of tenure (:func:`relsim.firms.tables.tenure_table`)."""
        return tenure_table(self.spec, self.records)

    def why(self, firm: str, since: int = 1, until: int | None = None) -> pd.DataFrame:
        """Return why a firm lost customers (:mod:`relsim.customers.rules.departure`).

        Parameters
        ----------
        firm : str
            Its name.
        since, until : int, optional
            First and last month; all months simulated unless said.

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
