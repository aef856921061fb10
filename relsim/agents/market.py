"""The same market with one agent per customer."""

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from relsim import own_class
from relsim.agents.company import Company
from relsim.agents.customer import CustomerAgent
from relsim.customers.accounts import Accounts
from relsim.customers.columns import STATE
from relsim.errors import StrategyError
from relsim.market import Market
from relsim.mechanisms.base import Mechanism
from relsim.mechanisms.registry import mixin
from relsim.spec import MarketSpec

_Agent = TypeVar("_Agent", bound=CustomerAgent)


class AgentCustomers(Company):
    """Customers that are agents. Their columns show them as they are after each month."""

    agents: list[CustomerAgent]

    def live(self, table: npt.NDArray[np.float64], month: int) -> Accounts:
        """Let the agents live one month, step by step."""
        self.begin(table, month)
        for agent in self.agents:
            agent.experience()
        choices = [
            (agent, *agent.choose()) if agent.reconsider() else None for agent in self.agents
        ]
        for decided in choices:
            if decided is not None:
                agent, supplier, through = decided
                agent.move(supplier, through)
        for agent in self.agents:
            agent.live()
        for agent in self.agents:
            agent.turn_over()
        for agent in self.agents:
            agent.said = agent.saying
        self._show()
        for one in self.mechanisms:
            one.month_sums = self.sums[one.name]
        return self.account

    def hold_shares(self, month: int) -> npt.NDArray[np.int64]:
        """Bring every firm back to its share at the start, after a month of warm-up."""
        moved = super().hold_shares(month)
        for place in moved.tolist():
            self.agents[place].read(STATE)
        return moved

    def _show(self) -> None:
        for name in STATE:
            getattr(self.columns, name)[:] = [getattr(agent, name) for agent in self.agents]
        self.columns.said[:] = [agent.said for agent in self.agents]
        for one in self.mechanisms:
            for name, column in one.state.items():
                column[:] = [getattr(agent, name) for agent in self.agents]


@functools.cache
def combined(kinds: tuple[type[CustomerAgent], ...]) -> type[CustomerAgent]:
    """Return a class of customers with what mechanisms add.

    Parameters
    ----------
    kinds : tuple of type
        A class of customers, maybe of a user's own, then the mixins of the mechanisms that are
        on; each may override those behind it.
    """
    needed = tuple(one for one in kinds if one is not CustomerAgent) or (CustomerAgent,)
    if len(needed) == 1:
        return needed[0]

    def reduce(self: CustomerAgent) -> tuple[Any, ...]:
        return _empty, (kinds,), self.__dict__

    # A class that is made here is not found by its name: its agents are pickled by its parts.
    name, module = kinds[0].__name__, kinds[0].__module__
    return type(name, needed, {"__module__": module, "__reduce__": reduce})


def with_mechanisms(kind: type[_Agent], mechanisms: Iterable[Mechanism]) -> type[_Agent]:
    """Return a class of customers with what the mechanisms of a market add to it.

    Parameters
    ----------
    kind : type
        The class of customers.
    mechanisms : iterable of Mechanism
        Those that are on.

    Raises
    ------
    StrategyError
        If one of them has passes and no part for agents, or one that is no customer.
    """
    found = [(one.name, one.additions, mixin(one)) for one in mechanisms]
    for name, additions, part in found:
        if part is None and additions:
            raise StrategyError(
                f"mechanisms: {name} has passes and no agent: it cannot be simulated with agents"
            )
        if part is not None and not issubclass(part, CustomerAgent):
            raise StrategyError(
                f"mechanisms: {name}: agent: {part.__name__} is no subclass of relsim.CustomerAgent"
            )
    return cast(type[_Agent], combined((kind, *(part for _, _, part in found if part))))


def _empty(kinds: tuple[type[CustomerAgent], ...]) -> CustomerAgent:
    made = combined(kinds)
    return made.__new__(made)


def class_of(spec: MarketSpec) -> type[CustomerAgent]:
    """Return the class of customers that a config names; relsim's own unless it names one.

    Raises
    ------
    StrategyError
        If it is not there, or no class of customers.
    """
    kind = spec.customers.own_class
    if kind is None:
        return CustomerAgent
    return own_class.find(kind, CustomerAgent, "customers.class", "relsim.CustomerAgent")


class AgentMarket(Market):
    """A market whose customers are agents.

    Parameters
    ----------
    spec, seed, replication
        As for :class:`relsim.Market`.
    threads : int
        Taken for likeness; agents live one after another.
    customer_class : type, optional
        A subclass of :class:`CustomerAgent`; the config's ``customers.class`` unless said.

    Examples
    --------
    >>> from relsim.spec import starter, override
    >>> class Faithful(CustomerAgent):
    ...     def reconsider(self):
    ...         return super().reconsider() and self.supplier == 0
    >>> spec = override(starter(), {"market.customers": 50, "market.annual_turnover": 0.0})
    >>> market = AgentMarket(spec, seed=1, customer_class=Faithful).run(months=2)
    >>> float(market.table["lost"].sum())
    0.0
    """

    def __init__(
        self,
        spec: MarketSpec,
        seed: int | None = None,
        replication: int | None = None,
        threads: int = 1,
        customer_class: type[CustomerAgent] | None = None,
    ) -> None:
        self._customer_class = customer_class or class_of(spec)
        super().__init__(spec, seed, replication, threads)

    @property
    def engine(self) -> Callable[..., Market]:
        """What makes a market like this, with customers of the same class."""
        return functools.partial(type(self), customer_class=self._customer_class)

    def _people(self, threads: int) -> AgentCustomers:  # noqa: ARG002  # agents take turns
        people = AgentCustomers(
            self.spec, self.random_seed, self.replication, threads=1, mechanisms=self.mechanisms
        )
        kind = with_mechanisms(self._customer_class, self.mechanisms)
        people.agents = [kind(self, place, people) for place in range(len(people))]
        return people
