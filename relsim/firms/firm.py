"""A firm: an agent with money, capabilities and a strategy."""

import itertools
import math
import weakref
from collections.abc import Iterator
from typing import Protocol

import mesa
import numpy as np
import numpy.typing as npt

from relsim.customers.rules.response import spend_response
from relsim.errors import RelsimError, StrategyError, TimeExceeded
from relsim.firms.plan import Plan, check
from relsim.firms.quantities import PLACES
from relsim.firms.strategies import Strategy
from relsim.firms.view import FirmView, OwnMonth
from relsim.spec import Capability, FirmSpec, MarketSpec


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
        self.cash = spec.cash * model.spec.market.customers
        self.data = spec.data.start
        self.staff = spec.staff.start
        self.plan: Plan | None = None
        self.past: list[OwnMonth] = []

    @property
    def name(self) -> str:
        """Name of the firm."""
        return self.spec.name

    @property
    def customers(self) -> float:
        """Customers that the firm has now."""
        market: Host = self.model
        return float(market.figures[self.place, PLACES["customers"]])

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
        self.plan = check(planned, view.money, where)
        return self.plan

    def invest(self, data: float, staff: float) -> None:
        """Let investments per customer build the capabilities, and time wear them."""
        self.data = _after(self.data, self.spec.data, data)
        self.staff = _after(self.staff, self.spec.staff, staff)


def _after(level: float, spec: Capability, investment: float) -> float:
    """Return a capability after a month: ``x + (1 - x)(1 - exp(-rate inv)) - decay x``."""
    built = spend_response(1.0 - level, spec.rate, investment) if investment > 0.0 else 0.0
    return level + built - spec.decay * level
