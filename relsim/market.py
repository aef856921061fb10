"""The market: firms and customers, month by month."""

from collections.abc import Callable
from typing import Any, Self

import mesa
import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.customers.accounts import TENURE_YEARS, Accounts
from relsim.customers.population import Customers
from relsim.customers.settings import mean_service_demand, mean_usage
from relsim.customers.terms import N_TIERS, Term
from relsim.economics.lifetime import monthly_rate
from relsim.errors import SpecError
from relsim.firms import books, offering
from relsim.firms.firm import Firm
from relsim.firms.plan import Plan
from relsim.firms.strategies import build
from relsim.firms.view import FirmView, Know, MarketView, OwnMonth
from relsim.firms.worth import Worth
from relsim.spec import MarketSpec

Array = npt.NDArray[np.float64]
MONTHS_A_YEAR = 12
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
        self.seed_of_luck = spec.run.seed if seed is None else seed
        self.replication = spec.run.replication if replication is None else replication
        # Mesa wants a generator of its own; no rule of relsim ever asks it.
        super().__init__(rng=int(self.seed_of_luck % _MOST_MESA_SEED))
        self.month = 0
        self.firms = [
            Firm(self, place, firm, build(firm.strategy, f"firms.{place}.strategy"))
            for place, firm in enumerate(spec.firms)
        ]
        self.customers = self._people(threads)
        self.standing = self._first_standing()
        self._tier_contributions = np.repeat(
            self.standing["contribution"][:, None], N_TIERS, axis=1
        )
        self.worth = Worth(
            self.standing["customers"],
            self.standing["contribution"],
            monthly_rate(spec.market.annual_discount_rate),
        )
        self._months: list[dict[str, Array]] = []
        self._tenure: list[Array] = []

    def _people(self, threads: int) -> Customers:
        """Return the customers; another engine puts others here."""
        return Customers(self.spec, self.seed_of_luck, self.replication, threads)

    # The month ---------------------------------------------------------------------------

    def step(self) -> None:
        """Live one month: plan, offer, live, account.

        Between offer and account, every customer experiences, reconsiders, chooses, buys,
        tells, climbs and turns over: ``customers/month.py`` is that part of the schedule.
        """
        self.month += 1
        plans = self.plan()
        table, spent = self.offer(plans)
        accounts = self.live(table)
        self.account(accounts, plans, spent, table)

    def plan(self) -> list[Plan]:
        """Let every firm read its view and decide; nobody sees another's plan of the month."""
        seen = self._market_view()
        views = [self.view(firm, seen) for firm in self.firms]
        return [firm.decide(view) for firm, view in zip(self.firms, views, strict=True)]

    def offer(self, plans: list[Plan]) -> tuple[Array, list[offering.Spending]]:
        """Turn plans into what customers meet, and into what is spent."""
        aims = [offering.targets(self.spec, self.standing, firm.place) for firm in self.firms]
        spent = [offering.spending(plan, aim) for plan, aim in zip(plans, aims, strict=True)]
        table = offering.lay_out(self.spec, self.firms, plans, spent, aims, self.standing)
        return table, spent

    def live(self, table: Array) -> Accounts:
        """Let every customer live the month."""
        return self.customers.live(table, self.month)

    def account(
        self,
        accounts: Accounts,
        plans: list[Plan],
        spent: list[offering.Spending],
        table: Array,
    ) -> None:
        """Close the month's books and set what firms see next month."""
        moved = books.movements(accounts, self.standing["customers"])
        lines = books.money_of_customers(accounts, table, self.firms)
        size = self.spec.market.customers
        by_firms = books.money_of_firms(self.firms, plans, spent, moved, size)
        money = books.money_columns(lines, by_firms)
        self._check_conservation(moved, accounts)
        self._update_worth(accounts, moved, money)
        rungs = books.ladder(accounts)
        columns = moved | books.moods(accounts) | rungs
        columns |= books.plan_columns(plans, spent, table) | money
        for firm, out in zip(self.firms, spent, strict=True):
            firm.cash += float(money["profit"][firm.place])
            people = max(float(moved["customers"][firm.place]), 1.0)
            firm.invest(out.data / people, out.staff / people)
        columns |= {
            "cash": np.array([firm.cash for firm in self.firms]),
            "data": np.array([firm.data for firm in self.firms]),
            "staff": np.array([firm.staff for firm in self.firms]),
            "lifetime_value": self.worth.lifetime_value,
            "entry_value": self.worth.entry_value,
            "equity_present": self.worth.equity_present,
            "equity_future": self.worth.equity_future,
            "customer_equity": self.worth.customer_equity,
        }
        self._months.append(columns)
        self._close(accounts, lines, by_firms, columns)

    def _close(
        self, accounts: Accounts, lines: Array, by_firms: Array, columns: dict[str, Array]
    ) -> None:
        """Keep what next month's views and the tenure accounts need."""
        self._tier_contributions = books.tier_contributions(accounts)
        tiers = np.stack([columns[f"tier_{name}"] for name in books.TIERS], axis=1)
        rungs = np.stack([columns[f"rung_{name}"] for name in books.RUNGS[1:]], axis=1)
        contribution = np.where(
            np.isnan(columns["contribution"]), self.standing["contribution"], columns["contribution"]
        )
        self.standing = columns | {
            "tiers": tiers,
            "rungs": rungs,
            "contribution": contribution,
            "revenue": sum(
                (columns[name] for name in columns if name.startswith("revenue_")),
                start=np.zeros(len(self.firms)),
            ),
        }
        if (self.month - 1) % MONTHS_A_YEAR == 0:
            shape = (len(self.firms), TENURE_YEARS + 1, len(books.TENURE_FIELDS))
            self._tenure.append(np.zeros(shape))
        self._tenure[-1] += books.tenure_rows(accounts, lines, by_firms)
        for firm in self.firms:
            firm.past.append(self._own_month(firm.place))

    def _own_month(self, place: int) -> OwnMonth:
        s = {name: float(column[place]) for name, column in self.standing.items() if column.ndim == 1}
        return OwnMonth(
            month=self.month,
            customers=s["customers"],
            acquired=s["acquired"],
            lost=s["lost"],
            revenue=s["revenue"],
            profit=s["profit"],
            offence=-s["acquisition"],
            defence=-s["retention"] - s["recovery"],
            lifetime_value=s["lifetime_value"],
        )

    def _update_worth(
        self, accounts: Accounts, moved: dict[str, Array], money: dict[str, Array]
    ) -> None:
        cells = accounts.cells[1:].sum(axis=2)[..., :2]
        defence = -(money["retention"] + money["recovery"])
        winning = ("acquisition", "onboarding", "rewards", "discounts")
        spent = -np.sum([money[name] for name in winning], axis=0)
        self.worth.update(accounts.steps[1:], cells, defence, moved["acquired"], spent)

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
        if not np.array_equal(expected, moved["customers"]):
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

    # What firms see ----------------------------------------------------------------------

    def _first_standing(self) -> dict[str, Array]:
        """Return what firms can know before the first month."""
        spec, firms = self.spec, range(1, len(self.spec.firms) + 1)
        supplier = self.customers.columns.supplier
        satisfaction = self.customers.columns.satisfaction
        customers = np.array([np.count_nonzero(supplier == f) for f in firms], dtype=np.float64)
        usage, demand = mean_usage(spec), mean_service_demand(spec)
        prices = np.array([firm.price for firm in spec.firms])
        contribution = np.array(
            [
                (firm.price - firm.unit_cost) * usage - firm.service_cost * demand
                for firm in spec.firms
            ]
        )
        low = satisfaction < spec.mechanisms.reconsider.dissatisfied_below
        dissatisfied = np.array(
            [np.count_nonzero(low & (supplier == f)) for f in firms], dtype=np.float64
        )
        none = np.zeros(len(spec.firms))
        zeros = (
            "acquired lost reconsidered by_recommendation by_reach by_awareness failures "
            "complaints recovered profit acquisition"
        ).split()
        ordinary = np.zeros((len(spec.firms), N_TIERS))
        ordinary[:, 1] = customers
        rungs = np.zeros((len(spec.firms), len(books.RUNGS) - 1))
        rungs[:, 0] = customers
        start = spec.customers.start
        return {name: none for name in zeros} | {
            "customers": customers,
            "dissatisfied": dissatisfied,
            "contribution": contribution,
            "service": customers * demand,
            "revenue": customers * usage * prices,
            "satisfaction": np.where(customers > 0, start.satisfaction, np.nan),
            "trust": np.where(customers > 0, start.trust, np.nan),
            "price": prices,
            "tiers": ordinary,
            "rungs": rungs,
        }

    @property
    def prospects(self) -> float:
        """Customers of the market who have no supplier."""
        return float(self.spec.market.customers - self.standing["customers"].sum())

    def _market_view(self) -> MarketView:
        s = self.standing

        def by_firm(name: str) -> tuple[float, ...]:
            return tuple(s[name].tolist())

        return MarketView(
            size=self.spec.market.customers,
            prospects=self.prospects,
            customers=by_firm("customers"),
            prices=by_firm("price"),
            satisfaction=by_firm("satisfaction"),
            offence=tuple((-s["acquisition"]).tolist()),
            dissatisfied=by_firm("dissatisfied"),
        )

    def view(self, firm: Firm, seen: MarketView | None = None) -> FirmView:
        """Return what a firm sees before it plans the month."""
        s, place = self.standing, firm.place

        def own(name: str) -> float:
            return float(s[name][place])

        return FirmView(
            month=self.month,
            place=place,
            name=firm.name,
            list_price=firm.spec.price,
            unit_cost=firm.spec.unit_cost,
            money=firm.money(self.spec.market.credit),
            cash=firm.cash,
            customers=own("customers"),
            acquired=own("acquired"),
            lost=own("lost"),
            reconsidered=own("reconsidered"),
            acquired_by=(own("by_recommendation"), own("by_reach"), own("by_awareness")),
            satisfaction=own("satisfaction"),
            trust=own("trust"),
            failures=own("failures"),
            complaints=own("complaints"),
            recovered=own("recovered"),
            revenue=own("revenue"),
            profit=own("profit"),
            contribution=own("contribution"),
            lifetime_value=float(self.worth.lifetime_value[place]),
            entry_value=float(self.worth.entry_value[place]),
            tier_customers=tuple(s["tiers"][place].tolist()),
            tier_contributions=tuple(self._tier_contributions[place].tolist()),
            rung_customers=tuple(s["rungs"][place].tolist()),
            data=firm.data,
            staff=firm.staff,
            last_plan=firm.plan,
            market=seen or self._market_view(),
            know=self._know(firm),
            past=firm.past,
        )

    def _know(self, firm: Firm) -> Know:
        m = self.spec.mechanisms
        lasting = m.reconsider.satisfaction_effect + m.reconsider.trust_effect
        return Know(
            acquisition=firm.spec.acquisition,
            care=firm.spec.care,
            recovery=firm.spec.recovery,
            care_on_staying=m.reconsider.care_effect + m.experience.care_weight * lasting,
            complaint_rate=m.experience.complaint_rate,
        )

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

    @property
    def table(self) -> pd.DataFrame:
        """Results so far: one row a month and firm, money in the config's currency."""
        names = [firm.name for firm in self.firms]
        months = len(self._months)
        keys: dict[str, Any] = {
            "month": np.repeat(np.arange(1, months + 1), len(names)),
            "firm": pd.Categorical(names * months, categories=names),
        }
        columns = self._months[0] if self._months else {}
        values = {
            name: np.concatenate([month[name] for month in self._months]) for name in columns
        }
        frame = pd.DataFrame(keys | values)
        if months:
            everyone = frame.groupby("month")["customers"].transform("sum")
            size = self.spec.market.customers
            frame.insert(2, "share", frame["customers"] / everyone.where(everyone > 0))
            frame.insert(3, "market_share", frame["customers"] / size)
            opening = frame["opening"].where(frame["opening"] > 0)
            frame.insert(4, "defection", frame["lost"] / opening)
        return frame

    @property
    def tenure_table(self) -> pd.DataFrame:
        """Accounts by calendar year, firm and year of tenure.

        ``tenure_year`` 0 is the act of winning: ``customer_months`` counts customers won and
        ``winning`` what that cost. Year 11 holds all later years.
        """
        names = [firm.name for firm in self.firms]
        if not self._tenure:
            return pd.DataFrame(columns=["year", "firm", "tenure_year", *books.TENURE_FIELDS])
        values = np.stack(self._tenure)
        years, firms, tenure, fields = values.shape
        index = np.indices((years, firms, tenure)).reshape(3, -1)
        frame = pd.DataFrame(values.reshape(-1, fields), columns=list(books.TENURE_FIELDS))
        money = list(books.TENURE_FIELDS[2:])
        frame.insert(0, "year", index[0] + 1)
        frame.insert(1, "firm", pd.Categorical.from_codes(index[1], names))
        frame.insert(2, "tenure_year", index[2])
        frame["profit"] = frame[money].sum(axis=1)
        return frame
