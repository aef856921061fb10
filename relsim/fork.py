"""What would have been: the same customers and random numbers, one change in mid-run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from relsim.engines import engine_of
from relsim.errors import SpecError
from relsim.market import Market
from relsim.spec import MarketSpec, override
from relsim.spec.events import Entry, Event, Exit
from relsim.spec.paths import value_at

_AnyMarket = TypeVar("_AnyMarket", bound=Market)
_KEYS = ["month", "firm"]
_LASTING = (
    # What is settled before the first month, and cannot be changed in a later one.
    "market.customers",
    "market.setting",
    "customers.network",
    "customers.start.tenure",
    "customers.start.satisfaction",
    "customers.start.trust",
    "run.months",
    "run.warm_up",
    "run.seed",
    "run.replication",
)
_LASTING_OF_FIRMS = ("name", "share", "cash", "data.start", "staff.start")


def changed(spec: MarketSpec, overrides: Mapping[str, Any], at: int = 1) -> MarketSpec:
    """Return a spec with some values changed that a running market can change to.

    Parameters
    ----------
    spec : MarketSpec
        What the market simulated under.
    overrides : mapping
        Dotted path to value.
    at : int
        The first month that is to be simulated otherwise.

    Raises
    ------
    SpecError
        If a value is not sound, or was settled before the first month, or a firm would have
        entered or left before the month of the change.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> changed(starter(), {"firms.0.price": 25.0}).firms[0].price
    25.0
    """
    after = override(spec, overrides, "--set")
    words = fault(spec, after, at)
    if words:
        raise SpecError(f"--set: {words}")
    return after


def fault(spec: MarketSpec, after: MarketSpec, at: int = 1) -> str:
    """Return why a running market cannot change from one spec to another; "" if it can.

    Parameters
    ----------
    spec, after : MarketSpec
        What it is simulated under, and what it is to be.
    at : int
        The first month that is to be simulated otherwise.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> fault(starter(), starter().with_({"run.seed": 5}))
    'run.seed: settled before the first month; run anew to change it'
    """
    if len(after.firms) != len(spec.firms):
        return "firms: their number cannot change in mid-run; an event can"
    if _kinds_of(after) != _kinds_of(spec):
        return (
            "mechanisms and customers.class: which of them are on is settled before month 1; run "
            "anew"
        )
    settled = [*_LASTING]
    settled += [f"firms.{k}.{name}" for k in range(len(spec.firms)) for name in _LASTING_OF_FIRMS]
    if spec.mechanisms.awareness is not None:  # a stock: the key is where it started
        settled += [f"firms.{k}.awareness" for k in range(len(spec.firms))]
    for path in settled:
        if value_at(after, path) != value_at(spec, path):
            return f"{path}: settled before the first month; run anew to change it"
    if _draws_chances(after) and not _draws_chances(spec):
        return (
            f"mechanisms.retention.rule: given {after.mechanisms.retention.rule!r}, which takes a "
            "chance of their own that customers of this run were not given; run anew"
        )
    if _moves_before(after, at) != _moves_before(spec, at):
        return (
            f"events: firms that enter or leave before month {at} cannot be others; from then on "
            "they can"
        )
    return ""


def _kinds_of(spec: MarketSpec) -> tuple[Any, ...]:
    """Return which mechanisms are on, and of which class customers are."""
    own = [one.kind for one in spec.mechanisms.own]
    return set(spec.mechanisms.model_dump()), own, spec.customers.own_class


def _draws_chances(spec: MarketSpec) -> bool:
    return spec.mechanisms.retention.rule in ("own", "dropout")


def _moves_before(spec: MarketSpec, at: int) -> set[Event]:
    """Return entries and exits that have happened when a month begins."""
    return {e for e in spec.events if isinstance(e, Entry | Exit) and e.month < at}


Chapters = list[tuple[int, MarketSpec]]
"""From which month on a market is simulated under which spec; the first from month 1."""


def chapters_of(
    parent: Sequence[tuple[int, MarketSpec]], overrides: Mapping[str, Any], at: int
) -> Chapters:
    """Return the chapters of a fork of a run, or of a fork.

    What had changed before the fork's month stays as it was; what changes after it does so still,
    with the fork's change on top.

    Parameters
    ----------
    parent : sequence of (int, MarketSpec)
        The chapters of what is forked.
    overrides : mapping
        Dotted path to value.
    at : int
        The first month that is to be simulated otherwise.

    Raises
    ------
    SpecError
        As :func:`changed` has them.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> [start for start, _ in chapters_of([(1, starter())], {"firms.0.price": 25.0}, 4)]
    [1, 4]
    """
    before = [(start, spec) for start, spec in parent if start < at]
    now = [spec for start, spec in parent if start <= at][-1]
    after = [(start, changed(spec, overrides, at)) for start, spec in parent if start > at]
    return [*before, (at, changed(now, overrides, at)), *after]


def simulated(
    chapters: Sequence[tuple[int, MarketSpec]],
    threads: int = 1,
    each: Callable[[int], None] | None = None,
) -> Market:
    """Return a market simulated chapter by chapter, to the last month of its spec.

    Parameters
    ----------
    chapters : sequence of (int, MarketSpec)
        From which month on which spec.
    threads : int
        Threads that share a month.
    each : callable, optional
        Called after each month with its number.
    """
    first = chapters[0][1]
    market = engine_of(first)(first, threads=threads)
    return through(market, chapters, first.run.months, each)


def through(
    market: _AnyMarket,
    chapters: Sequence[tuple[int, MarketSpec]],
    months: int,
    each: Callable[[int], None] | None = None,
) -> _AnyMarket:
    """Simulate a market that is set up chapter by chapter, to some month.

    Parameters
    ----------
    market : Market
        Set up under the first chapter's spec, with no month simulated.
    chapters : sequence of (int, MarketSpec)
        From which month on which spec.
    months : int
        The last month.
    each : callable, optional
        Called after each month with its number.
    """
    for start, spec in chapters[1:]:
        market.run(start - 1 - market.month, each=each)
        market.change(spec)
    return market.run(months - market.month, each=each)


def fork(market: _AnyMarket, overrides: Mapping[str, Any], months: int) -> _AnyMarket:
    """Let a market live on with something changed from its next month on.

    Parameters
    ----------
    market : Market
        Having lived the months that are to be as they were; it is changed itself.
    overrides : mapping
        What is changed: dotted path to value.
    months : int
        How many months it lives on.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> market = fork(Market(starter(), seed=1).run(3), {"firms.0.price": 25.0}, months=2)
    >>> market.month, market.table["price"].unique().tolist()
    (5, [30.0, 25.0])
    """
    market.change(changed(market.spec, overrides, market.month + 1))
    return market.run(months)


def difference(after: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return fork less original by month and firm, in all columns that are numbers.

    Parameters
    ----------
    after, before : DataFrame
        ``Market.table`` of the fork and of the original, of as many months.
    """
    numbers = before.columns.drop(_KEYS)
    mine = after[numbers].to_numpy(dtype=np.float64) - before[numbers].to_numpy(dtype=np.float64)
    return pd.concat([before[_KEYS], pd.DataFrame(mine, columns=numbers)], axis=1)
