"""Which engine simulates a market: compiled columns, or one agent a customer."""

from relsim import own_class
from relsim.agents.customer import CustomerAgent
from relsim.agents.market import AgentMarket
from relsim.market import Market
from relsim.spec import MarketSpec

WHERE = "customers.class"


def engine_of(spec: MarketSpec) -> type[Market]:
    """Return the class of markets that simulates a spec.

    Parameters
    ----------
    spec : MarketSpec
        The market; with ``customers.class`` its customers are agents of that class.

    Raises
    ------
    StrategyError
        If that class is not there, or no class of customers.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> engine_of(starter()).__name__
    'Market'
    """
    kind = spec.customers.own_class
    if kind is None:
        return Market
    own_class.find(kind, CustomerAgent, WHERE, "relsim.CustomerAgent")
    return AgentMarket
