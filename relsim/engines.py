"""Which engine simulates a market: compiled columns, or one agent a customer."""

from relsim.agents.market import AgentMarket, class_of
from relsim.market import Market
from relsim.spec import MarketSpec


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
    class_of(spec)  # it is told here and not in the midst of a run if it is not there
    return Market if spec.customers.own_class is None else AgentMarket
