"""What months have in common is handed to the compiled month once, and anew where it changed."""

import copy
import pickle

from relsim.customers.columns import Columns
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter

SMALL = override(starter(), {"market.customers": 300})
SLUMP = {"kind": "recession", "month": 4, "lasts": 2, "depth": 0.5}


def test_it_is_made_once_for_each_of_the_columns_that_take_turns() -> None:
    market = Market(SMALL).run(3)
    made = market.customers._made
    assert len(made) == 2
    assert market.run(3).customers._made is made


def used(spec: MarketSpec, months: int) -> list[float]:
    market = Market(spec, seed=2)
    return [float(market.run(1).table["revenue_base"].iloc[-2:].sum()) for _ in range(months)]


def test_times_that_change_are_felt_at_once() -> None:
    calm, slump = used(SMALL, 6), used(override(SMALL, {"events": [SLUMP]}), 6)
    assert calm[:3] == slump[:3]
    assert slump[3] < 0.6 * calm[3]
    assert slump[5] > 0.6 * calm[5]


def test_columns_that_are_replaced_are_lived_on_from() -> None:
    market = Market(SMALL).run(2)
    twin = pickle.loads(pickle.dumps(market))
    people = copy.copy(twin.customers)
    people.columns = Columns._make(column.copy() for column in people.columns)
    twin.customers = people
    assert market.run(2).table.equals(twin.run(2).table)
