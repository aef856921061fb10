"""Small markets: what of a month is not its customers, and how long a market takes to set up."""

import itertools
from collections.abc import Callable
from operator import attrgetter

from benchmarks.clocks import Times, Work, in_turns
from benchmarks.results import Cell, Section, Target
from benchmarks.situation import telecom
from relsim import Market
from relsim.firms.strategies import Balanced
from relsim.spec import MarketSpec, override

_MONTHS = 120
_FEW = 200
_BARE = "set up"
_LEAST, _MEDIAN = attrgetter("least"), attrgetter("median")
_SETTLED = "a month around 200 customers"
_OWN = "the same, strategies of one's own"
_SETUP = "setting up 2,000 customers"
_OTHERS = "the same, traits not met before"


class OwnStrategy(Balanced):
    """A strategy of one's own: it is asked for a plan by its view."""


def simulate(spec: MarketSpec, own: bool = False, months: int = _MONTHS) -> Work:
    """Return a run of a new market, with strategies of one's own if wanted."""

    def work() -> None:
        market = Market(spec)
        if own:
            for firm in market.firms:
                firm.strategy = OwnStrategy()
        market.run(months)

    return work


def around(few: float, more: float, times: int) -> float:
    """Return what a run takes that does not grow with its customers.

    Parameters
    ----------
    few, more : float
        Seconds of a run, and of one with so many ``times`` the customers.
    times : int
        How many more customers.

    Examples
    --------
    >>> around(3.0, 21.0, 10)
    1.0
    """
    return (times * few - more) / (times - 1)


def measure(rounds: int = 15, times: int = 20) -> Section:
    """Return milliseconds around a month, and to set a market up.

    Parameters
    ----------
    rounds : int
        How often each is timed.
    times : int
        How many times the customers the second market has: what customers take is the rise.
    """
    few, more, usual = (telecom(size) for size in (_FEW, _FEW * times, 2_000))
    spreads = itertools.count(1)

    def with_other_traits() -> None:
        spread = 0.3 + 1e-6 * next(spreads)
        Market(override(usual, {"customers.segments.0.usage_spread": spread}))

    works: dict[str, Work] = {_SETUP: lambda: Market(usual), _OTHERS: with_other_traits}
    for size, spec in ((_FEW, few), (_FEW * times, more)):
        works |= {
            f"{size} {_BARE}": simulate(spec, months=0),
            f"{size} {_SETTLED}": simulate(spec),
            f"{size} {_OWN}": simulate(spec, own=True),
        }
    taken = in_turns(works, rounds, what="small")

    def month(of: Callable[[Times], float], what: str) -> float:
        """Return milliseconds around a month, without setting up."""
        runs = (
            of(taken[f"{size} {what}"]) - of(taken[f"{size} {_BARE}"])
            for size in (_FEW, _FEW * times)
        )
        return around(*runs, times) / _MONTHS * 1e3

    rows: list[list[Cell]] = [
        *([what, month(_LEAST, what), month(_MEDIAN, what)] for what in (_SETTLED, _OWN)),
        *([what, taken[what].least * 1e3, taken[what].median * 1e3] for what in (_SETUP, _OTHERS)),
    ]
    return Section(
        name="small",
        title="Small markets: telecom, four firms",
        columns=("what", "ms, least", "ms, median"),
        rows=rows,
        targets=[
            Target(
                "around a month", month(_LEAST, _SETTLED), 0.06, "ms", 0.1, more_is_better=False
            ),
            Target("setting up", taken[_SETUP].least * 1e3, 2.0, "ms", more_is_better=False),
        ],
        notes=[
            "Processor time of one thread. Around a month: a run without its setting up, less what",
            f"grows with customers (by a market with {times} times as many), over its months.",
        ],
    )
