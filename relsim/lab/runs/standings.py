"""How the firms of one market stand: a run and its replications, and what noise makes of them."""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.agents.market import AgentMarket
from relsim.economics.lifetime import annual_loss
from relsim.fork import Chapters, through
from relsim.lab.runs.evaluation import evaluate
from relsim.lab.statistics.intervals import CONFIDENCE, Interval, t_interval
from relsim.lab.statistics.ranking import differences, leaders
from relsim.market import Market
from relsim.spec import MarketSpec, override

Array = npt.NDArray[np.float64]

MOST, FEWEST = 16, 3
"""Replications of a small market, and of a large one, unless the user says."""

_WORK = 48_000_000
"""Customer-months that all replications have together unless that leaves too few or too many:
two seconds of one core, so that a run of ten years of 50,000 customers takes under five, figures
apart."""
_SHARED = 500_000
"""From so many customers on, the cores share one replication at a time: memory for one more
market, not for one a core."""


class Measure(NamedTuple):
    """What firms are told apart by.

    Attributes
    ----------
    label, unit : str
        What readers call it, and its unit; ``money`` is the market's currency.
    ranked : bool
        Whether firms are compared in it: more is better.
    """

    label: str
    unit: str
    ranked: bool = True


MEASURES = {
    "share": Measure("market share", "share"),
    "churn": Measure("annual churn", "share", ranked=False),
    "profit": Measure("profit", "money a month"),
    "customer_equity": Measure("customer equity", "money"),
}
"""Share of the customers at the end; share of customers lost in a mean year; mean profit; customer
equity at the end."""

RANKED = tuple(name for name, one in MEASURES.items() if one.ranked)


@dataclass(frozen=True)
class Standings:
    """What the firms of a market came to, replication by replication.

    Attributes
    ----------
    firms : tuple of str
        In the config's order.
    replications : tuple of int
        The numbers of those that did not fail.
    values : mapping of str to array of shape (replications, firms)
        Each of :data:`MEASURES`; NaN where a firm has none, as equity without discount.
    currency : str
        Of money.
    failed : tuple of (int, str)
        Replications that failed, and of what: they do not count.
    confidence : float
        Of intervals.
    """

    firms: tuple[str, ...]
    replications: tuple[int, ...]
    values: Mapping[str, Array]
    currency: str
    failed: tuple[tuple[int, str], ...] = ()
    confidence: float = CONFIDENCE

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row a replication and firm: ``replication``, ``firm``, and the measures."""
        rows = pd.MultiIndex.from_product([self.replications, self.firms])
        keys = rows.to_frame(index=False, name=["replication", "firm"])
        keys["firm"] = pd.Categorical(keys["firm"], categories=list(self.firms))
        return keys.assign(**{name: self.values[name].ravel() for name in MEASURES})

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Differences between firms, their intervals holding together.

        As :func:`relsim.lab.statistics.ranking.differences` has them, with names of firms and the
        ``unit`` of the difference.
        """
        named = self._places.copy()
        for side in ("firm", "other"):
            names = np.array(self.firms, dtype=object)[named[side].to_numpy(dtype=np.int64)]
            named[side] = pd.Categorical(names, categories=list(self.firms))
        units = {name: self.unit(name) for name in RANKED}
        named.insert(1, "unit", named["outcome"].map(units))
        return named

    @cached_property
    def _places(self) -> pd.DataFrame:
        return differences({name: self.values[name] for name in RANKED}, self.confidence)

    def unit(self, measure: str) -> str:
        """Return the unit of a measure, the currency by its name."""
        return MEASURES[measure].unit.replace("money", self.currency)

    def means(self, measure: str) -> list[Interval]:
        """Return each firm's mean over replications, with an interval of its own.

        Parameters
        ----------
        measure : str
            One of :data:`MEASURES`.
        """
        columns = (column[np.isfinite(column)] for column in self.values[measure].T)
        return [t_interval(column, self.confidence) for column in columns]

    def leaders(self, measure: str) -> tuple[str, ...]:
        """Return the firms that none is clearly above in a measure, the highest mean first.

        Parameters
        ----------
        measure : str
            One of :data:`RANKED`.
        """
        middle = np.array([one.estimate for one in self.means(measure)])
        return tuple(self.firms[place] for place in leaders(self._places, measure, middle))

    def difference(self, measure: str, firm: str, other: str) -> Interval:
        """Return how far a firm is above another, with its simultaneous interval.

        Parameters
        ----------
        measure : str
            One of :data:`RANKED`.
        firm, other : str
            Two firms.
        """
        first, second = (self.firms.index(name) for name in (firm, other))
        table = self._places[self._places["outcome"] == measure]
        pair = (table["firm"] == min(first, second)) & (table["other"] == max(first, second))
        ends = table.loc[pair, ["difference", "low", "high"]].to_numpy(dtype=np.float64)[0]
        return (
            Interval(*ends.tolist()) if first < second else Interval(*(-ends[[0, 2, 1]]).tolist())
        )


def measured(market: Market, since: int = 1) -> Array:
    """Return the measures of a simulated market, an array of shape (measures, firms).

    Parameters
    ----------
    market : Market
        Simulated.
    since : int
        The first month that counts.
    """
    columns = {name: column[since - 1 :] for name, column in market.columns.items()}
    opening = columns["opening"].sum(axis=0)
    monthly = np.full(opening.shape, math.nan)
    np.divide(columns["churned"].sum(axis=0), opening, out=monthly, where=opening > 0.0)
    found = {
        "share": columns["share"][-1],
        "churn": annual_loss(monthly),
        "profit": columns["profit"].mean(axis=0),
        "customer_equity": columns["customer_equity"][-1],
    }
    return np.array([found[name] for name in MEASURES])


def usual(spec: MarketSpec, engine: str = "compiled") -> int:
    """Return how many replications a run has unless the user says.

    As many as a second or two have room for, fewer of a large market; one where there is nobody to
    compare with, and of agents, which are there to be looked into.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    engine : str
        What simulates it.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> sizes = (500, 5_000, 50_000, 1_000_000)
    >>> several = [starter().with_({"market.customers": n, "run.months": 120}) for n in sizes]
    >>> [usual(spec) for spec in several]
    [16, 16, 8, 3]
    """
    if len(spec.firms) == 1 or engine != "compiled" or spec.customers.own_class is not None:
        return 1
    return min(max(_WORK // (spec.market.customers * spec.run.months), FEWEST), MOST)


def at_once(spec: MarketSpec, replications: int, workers: int, engine: str = "compiled") -> int:
    """Return how many replications beside the first are simulated at the same time.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    replications : int
        How many in all.
    workers : int
        Cores that may be used.
    engine : str
        What simulates them: agents go one by one.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> at_once(starter(), 3, 16), at_once(starter(), 3, 16, "agents")
    (2, 1)
    """
    apart = engine == "compiled" and spec.customers.own_class is None
    together = workers if apart and spec.market.customers < _SHARED else 1
    return min(together, max(replications - 1, 1))


def standings(
    market: Market,
    replications: int,
    *,
    since: int = 1,
    workers: int = 1,
    each: Callable[[int, int], None] = lambda _, __: None,
) -> Standings:
    """Return how the firms of a simulated market stand, with replications beside it.

    Replications are simulated as the market was, changes in mid-run included, with the next numbers
    of random numbers. Results do not depend on the workers.

    Parameters
    ----------
    market : Market
        The first replication, simulated.
    replications : int
        How many in all.
    since : int
        The first month that counts.
    workers : int
        Cores that may be used.
    each : callable, optional
        Told after some replications: how many more are done, and how many of these failed.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> small = starter().with_({"market.customers": 200})
    >>> found = standings(Market(small).run(months=6), 4)
    >>> found.replications, found.values["profit"].shape
    ((0, 1, 2, 3), (4, 2))
    """
    numbers = [market.replication + k for k in range(replications)]
    others = _others(market, numbers[1:], since, workers, each)
    left = dict(zip(numbers, [measured(market, since), *others], strict=True))
    good = {number: one for number, one in left.items() if not isinstance(one, str)}
    return Standings(
        firms=tuple(firm.name for firm in market.firms),
        replications=tuple(good),
        values=dict(zip(MEASURES, np.stack(list(good.values()), axis=1), strict=True)),
        currency=market.spec.currency,
        failed=tuple((number, one) for number, one in left.items() if isinstance(one, str)),
    )


def _others(
    market: Market,
    numbers: Sequence[int],
    since: int,
    workers: int,
    each: Callable[[int, int], None],
) -> list[Array | str]:
    """Return the measures of further replications, or what went wrong."""
    if not numbers:
        return []
    start = market.chapters[0][1]
    seed = {"run.seed": market.random_seed}
    engine = "agents" if isinstance(market, AgentMarket) else "compiled"
    together = at_once(start, 1 + len(numbers), workers, engine)
    done = evaluate(
        [override(start, {**seed, "run.replication": number}) for number in numbers],
        functools.partial(_simulated, chapters=market.chapters, months=market.month, since=since),
        workers=together,
        # Threads: the rules are compiled here already, and let go of Python's lock.
        executor="threads" if together > 1 else None,
        threads=max(workers // together, 1),
        engine=market.engine,
        each=each,
    )
    return [one.error or one.left for one in done.lived]


def _simulated(market: Market, chapters: Chapters, months: int, since: int) -> Array:
    return measured(through(market, chapters, months), since)
