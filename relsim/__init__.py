"""relsim: customers and firms in a market, month by month.

>>> import relsim
>>> market = relsim.Market(relsim.load("telecom", {"market.customers": 500}), seed=1)
>>> market.run(months=2).month
2
"""

import importlib
from typing import TYPE_CHECKING, Any

from relsim.version import __version__

if TYPE_CHECKING:
    from relsim.agents.customer import CustomerAgent
    from relsim.currency import in_currency
    from relsim.errors import RelsimError
    from relsim.firms.plan import Plan
    from relsim.firms.strategies import Strategy
    from relsim.firms.view import FirmView
    from relsim.lab.experiment import Experiment
    from relsim.loader import load
    from relsim.notebook import AgentMarket, Market
    from relsim.spec import MarketSpec, override
    from relsim.spec.fields import key as parameter

# Loaded when first asked for: compiled code and Mesa take most of a second to import.
_HOMES = {
    "AgentMarket": "relsim.notebook",
    "CustomerAgent": "relsim.agents.customer",
    "Experiment": "relsim.lab.experiment",
    "FirmView": "relsim.firms.view",
    "Market": "relsim.notebook",
    "MarketSpec": "relsim.spec",
    "Plan": "relsim.firms.plan",
    "RelsimError": "relsim.errors",
    "Strategy": "relsim.firms.strategies",
    "in_currency": "relsim.currency",
    "load": "relsim.loader",
    "override": "relsim.spec",
    "parameter": "relsim.spec.fields",
}

__all__ = [
    "AgentMarket",
    "CustomerAgent",
    "Experiment",
    "FirmView",
    "Market",
    "MarketSpec",
    "Plan",
    "RelsimError",
    "Strategy",
    "__version__",
    "in_currency",
    "load",
    "override",
    "parameter",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'relsim' has no attribute {name!r}")
    home = importlib.import_module(_HOMES[name])
    value = getattr(home, "key" if name == "parameter" else name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
