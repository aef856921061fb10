"""A firm: an agent with money, capabilities and a strategy."""

import itertools
import math
import weakref
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Protocol

import mesa
import numpy as np
import numpy.typing as npt

from relsim.errors import RelsimError, StrategyError, TimeExceeded
from relsim.firms.decisions import Decisions
from relsim.firms.plan import Plan, check
from relsim.firms.quantities import places
from relsim.firms.results import Record
from relsim.firms.strategies import BUILT_IN, Strategy
from relsim.firms.strategies.split import Order
from relsim.firms.view import FirmView, OwnMonth
from relsim.spec import FirmSpec, MarketSpec

_CUSTOMERS, _CASH, _DATA, _STAFF = places("customers", "cash", "data", "staff")
_BOOKED = tuple(name for name in OwnMonth._fields if name != "month")
_booked = itemgetter(*places(*_BOOKED))


class Numbers(weakref.WeakKeyDictionary[mesa.Model, Iterator[int]]):
    """Where agents take their numbers from, market by market.

    mesa 3.3 keeps its own for good, and every market with it: thousands of runs filled memory.
    """

    def __getitem__(self, market: mesa.Model) -> Iterator[int]:
        """Return the numbers of a market, from 1 on."""
        return self.setdefault(market, itertools.count(1))


NUMBERS = Numbers()
"""Of all agents: firms and customers."""


class Host(Protocol):
    """What a firm knows of the market that it belongs to."""

    spec: MarketSpec
    figures: npt.NDArray[np.float64]
    records: Sequence[Record]
    month: int

    @property
    def prospects(self) -> float:
        """Customers of the market who have no supplier."""


class Firm(mesa.Agent):
    """One firm of a market.

    Attributes
    ----------
    place : int
        Its place in the config, from 0.
    spec : FirmSpec
        What the config says of it.
    strategy : Strategy
        How it decides.
    cash : float
        Money at hand; below zero is credit.
    data, staff : float
        Capabilities, 0 to 1.
    plan : Plan or None
        What it decided last.
    past : list of OwnMonth
        Its own books, oldest first.
    """

    _ids = NUMBERS

    def __init__(self, model: Host, place: int, spec: FirmSpec, strategy: Strategy) -> None:
        super().__init__(model)
        self.place = place
        self.spec = spec
        self.strategy = strategy
        self._decisions: Decisions | None = None
        self._past: list[OwnMonth] = []

    @property
    def name(self) -> str:
        """Name of the firm."""
        return self.spec.name

    @property
    def customers(self) -> float:
        """Customers that the firm has now."""
        return self._figure(_CUSTOMERS)

    @property
    def strategy(self) -> Strategy:
        """How the firm decides."""
        return self._strategy

    @strategy.setter
    def strategy(self, strategy: Strategy) -> None:
        self._strategy = strategy
        # A subclass plans as it likes, whatever order it inherits.
        self._orders = type(strategy) in BUILT_IN.values()

    def begin(self, strategy: Strategy) -> None:
        """Begin anew with a strategy that knows nothing of what was."""
        self.strategy = strategy
        self._decisions = None
        self._past = []

    @property
    def plan(self) -> Plan | None:
        """What the firm decided last."""
        return None if self._decisions is None else self._decisions[self.place]

    @property
    def month(self) -> int:
        """The month that the market is in; month 1 in months of warm-up, which come before it."""
        return max(self._host.month, 1)

    @property
    def penetration(self) -> float:
        """Share of the market that has a supplier."""
        host = self._host
        return 1.0 - host.prospects / host.spec.market.customers

    @property
    def cash(self) -> float:
        """Money at hand; below zero is credit."""
        return self._figure(_CASH)

    @cash.setter
    def cash(self, money: float) -> None:
        self._set(_CASH, money)

    @property
    def data(self) -> float:
        """What the firm knows of its customers, 0 to 1."""
        return self._figure(_DATA)

    @data.setter
    def data(self, level: float) -> None:
        self._set(_DATA, level)

    @property
    def staff(self) -> float:
        """Skill of the staff, 0 to 1."""
        return self._figure(_STAFF)

    @staff.setter
    def staff(self, level: float) -> None:
        self._set(_STAFF, level)

    @property
    def past(self) -> list[OwnMonth]:
        """The firm's own books, oldest month first."""
        for record in self._host.records[len(self._past) :]:
            self._remember(record.figures[self.place].tolist())
        return self._past

    def remember(self, seen: Sequence[float]) -> None:
        """Add the last month to the firm's own past, if it is all that is missing.

        Parameters
        ----------
        seen : sequence of float
            The firm's figures of last month, which who looks has at hand.
        """
        if len(self._past) == len(self._host.records) - 1:
            self._remember(seen)

    def _remember(self, seen: Sequence[float]) -> None:
        booked = dict(zip(_BOOKED, _booked(seen), strict=True))
        self._past.append(OwnMonth(month=len(self._past) + 1, **booked))

    @property
    def _host(self) -> Host:
        market: Host = self.model
        return market

    def _figure(self, place: int) -> float:
        return float(self._host.figures[self.place, place])

    def _set(self, place: int, value: float) -> None:
        host = self._host
        host.figures = host.figures.copy()  # last month's stay as they were booked
        host.figures[self.place, place] = value

    def money(self, credit: bool) -> float:
        """Return the most that the firm may spend this month."""
        return math.inf if credit else max(self.cash, 0.0)

    def decide(self, view: FirmView) -> Plan:
        """Let the strategy plan the month, and check what it planned.

        Raises
        ------
        StrategyError
            If the strategy raises, or its plan makes no sense.
        """
        where = f"firms.{self.place}.strategy ({self.name}), month {view.month}"
        try:
            planned = self.strategy.plan(view)
        except RelsimError:
            raise
        except (KeyboardInterrupt, TimeExceeded):
            raise
        except BaseException as error:  # whatever a strategy of a user's own raises or ends
            raise StrategyError(f"{where}: raised {type(error).__name__}: {error}") from error
        return check(planned, view.money, where)

    def order(self) -> Order | None:
        """Return the numbers by which the strategy splits the month's budget, if it has such."""
        return self._strategy.standing_order(self) if self._orders else None

    def decided(self, decisions: Decisions) -> None:
        """Take note of what was decided: the month's plans, the firm's own among them."""
        self._decisions = decisions
