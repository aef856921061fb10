"""All that a mechanism of one's own needs: ``from relsim.mechanisms.kit import ...``."""

from relsim.agents.customer import Bought, CustomerAgent
from relsim.customers.block import SOCKETS, SUPPLIER
from relsim.customers.columns import Column
from relsim.customers.compiled import loop, rule
from relsim.customers.draws import own_purpose, uniform, words
from relsim.customers.scene import Scene
from relsim.customers.schedule import SCHEDULE, Addition
from relsim.firms.ledger import Line, Stock
from relsim.mechanisms.base import Mechanism
from relsim.spec.fields import SpecModel, chance, fraction, key, money, weight

__all__ = [
    "SCHEDULE",
    "SOCKETS",
    "SUPPLIER",
    "Addition",
    "Bought",
    "Column",
    "CustomerAgent",
    "Line",
    "Mechanism",
    "Scene",
    "SpecModel",
    "Stock",
    "chance",
    "fraction",
    "key",
    "loop",
    "money",
    "own_purpose",
    "rule",
    "uniform",
    "weight",
    "words",
]
