"""What a mechanism costs when it is on: the customers' month without it, and with it."""

import copy
from collections.abc import Mapping
from typing import Any, NamedTuple

from benchmarks.clocks import Work, in_turns
from benchmarks.results import Cell, Section, Target
from benchmarks.situation import telecom
from relsim import Market
from relsim.spec import override

MONTHS_BEFORE = 25

_OFF, _SHARED = "off", "off, with a shared draw"
_ONE, _ALL = "loyalty programme of one firm", "of all four firms"
_MOST = 5.0


def _on(firms: int) -> dict[str, Any]:
    policies = {f"firms.{k}.relationship.loyalty_programme": {} for k in range(firms)}
    return {"mechanisms.loyalty_programme": {}, **policies}


SETTINGS: Mapping[str, dict[str, Any]] = {_OFF: {}, _ONE: _on(1), _ALL: _on(4)}


def measure(customers: int = 16_384, rounds: int = 200) -> Section:
    """Return nanoseconds a customer-month, by which mechanisms are on.

    Parameters
    ----------
    customers : int
        Size of the market.
    rounds : int
        How often the same month is timed.
    """
    works = {name: _month(customers, values) for name, values in SETTINGS.items()}
    works[_SHARED] = _month(customers, {}, shared=True)
    taken = in_turns(works, rounds, what="mechanisms")
    least = {name: times.least / customers * 1e9 for name, times in taken.items()}
    rows: list[list[Cell]] = [
        [name, least[name], least[name] - least[_OFF], taken[name].over(taken[_OFF])]
        for name in (_OFF, _SHARED, _ONE, _ALL)
    ]
    most = least[_ALL] - least[_SHARED]
    return Section(
        name="mechanisms",
        title="A mechanism of relationships, telecom",
        columns=("loyalty programme", "ns, least", "more than off", "times off"),
        rows=rows,
        targets=[Target("on, a shared draw apart", most, _MOST, "ns", more_is_better=False)],
        notes=[
            f"{customers:,} customers after {MONTHS_BEFORE} months, one month again and again.",
            "A shared draw serves all mechanisms that take a word of it.",
        ],
    )


def _month(customers: int, values: dict[str, Any], shared: bool = False) -> Work:
    """Return a month of a market some months old, lived again and again from the same state."""
    market = Market(override(telecom(customers), values)).run(MONTHS_BEFORE)
    table, _ = market.offer(market.plan())
    people = market.customers
    if shared:
        people = copy.copy(people)
        people.mechanisms = (_Shared(),)

    def work() -> None:
        people.live(table, market.month + 1)

    return work


class Nothing(NamedTuple):
    """What is handed to passes that there are not."""

    number: float


class _Shared:
    """A mechanism that only draws."""

    name, additions, sums = "shared", (), ()
    chances = ("loyalty_programme.join",)
    state: Mapping[str, Any] = {}
    month_sums: Any = None

    def own(self, sums: Any) -> Nothing:  # noqa: ARG002  # it has none
        """Return nothing of its own."""
        return Nothing(0.0)
