"""Small markets: what of a month is not its customers, and how long a market takes to set up."""

import itertools

from benchmarks.clocks import Times, Work, in_turns
from benchmarks.results import Section, Target
from benchmarks.situation import telecom
from relsim import Market
from relsim.firms.strategies import Balanced
from relsim.spec import MarketSpec, override

_MONTHS = 120
_FEW = 200
_SETTLED = "a month around 200 customers"
_OWN = "the same, strategies of one's own"
_SETUP = "setting up 2,000 customers"
_OTHERS = "the same, traits not met before"


class OwnStrategy(Balanced):
    """A strategy of one's own: it is asked for a plan by its view."""


def simulate(spec: MarketSpec, own: bool = False) -> Work:
    """Return a run of a new market, with strategies of one's own if wanted."""

    def work() -> None:
        market = Market(spec)
        if own:
            for firm in market.firms:
                firm.strategy = OwnStrategy()
        market.run(_MONTHS)

    return work


def around(few: Times, more: Times, times: int) -> Times:
    """Return what a run takes that does not grow with its customers.

    Parameters
    ----------
    few, more : Times
        Of a run, and of one with so many ``times`` the customers.
    times : int
        How many more customers.

    Examples
    --------
    >>> around(Times((3.0,)), Times((21.0,)), 10).least
    1.0
    """
    pairs = zip(few.rounds, more.rounds, strict=True)
    return Times(tuple((times * one - other) / (times - 1) for one, other in pairs))


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

    taken = in_turns(
        {
            "few": simulate(few),
            "more": simulate(more),
            "few, own": simulate(few, own=True),
            "more, own": simulate(more, own=True),
            _SETUP: lambda: Market(usual),
            _OTHERS: with_other_traits,
        },
        rounds,
        what="small",
    )
    setup, others = taken[_SETUP], taken[_OTHERS]
    each = {
        _SETTLED: around(taken["few"], taken["more"], times).divided(_MONTHS),
        _OWN: around(taken["few, own"], taken["more, own"], times).divided(_MONTHS),
        _SETUP: setup,
        _OTHERS: others,
    }
    return Section(
        name="small",
        title="Small markets: telecom, four firms",
        columns=("what", "ms, least", "ms, median"),
        rows=[[name, 1e3 * of.least, 1e3 * of.median] for name, of in each.items()],
        targets=[
            Target(
                "around a month", 1e3 * each[_SETTLED].median, 0.06, "ms", 0.1, more_is_better=False
            ),
            Target("setting up", 1e3 * setup.least, 2.0, "ms", more_is_better=False),
        ],
        notes=[
            "Processor time of one thread. Around a month: a run with its setting up, less what",
            f"grows with customers (by a market with {times} times as many), over its months.",
        ],
    )
