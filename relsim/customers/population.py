"""All customers of a market: state, network and random numbers behind a small face."""

import dataclasses
import itertools
import operator
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, overload

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba.core.errors import NumbaError

from relsim import own_class
from relsim.categories import named
from relsim.customers import accounts as books
from relsim.customers import columns as state
from relsim.customers import draws, opening_state, parameters, schedule
from relsim.customers.accounts import Accounts
from relsim.customers.columns import Columns
from relsim.customers.network import degree
from relsim.customers.newcomers import draw_all_traits
from relsim.customers.numbers import Times, numbers
from relsim.customers.rules.choice import WAYS
from relsim.customers.rules.ladder import RUNGS
from relsim.customers.rules.talk import WARNING_OFFSET, left_by_talk
from relsim.customers.rules.value import TIERS
from relsim.customers.scene import people_of
from relsim.customers.terms import Term
from relsim.customers.traits import ADDED, SHOWN, Traits
from relsim.customers.weave import woven
from relsim.errors import StrategyError
from relsim.spec import MarketSpec
from relsim.spec.hints import shown


@dataclasses.dataclass(frozen=True)
class Customer(Traits[float]):
    """A look at one customer as it is now. Quantities as in :meth:`Customers.frame`."""

    customer: int
    supplier: str | None
    rung: str
    tier: str | None
    tenure: int
    purchases: int
    satisfaction: float
    trust: float
    bound: int
    recommendations: int
    came_through: str | None
    segment: str
    born: int
    __annotations__.update(dict.fromkeys(SHOWN, float))
    neighbours: tuple[int, ...]


class Mechanism(Protocol):
    """What customers need to know of a mechanism that is on."""

    month_sums: npt.NDArray[np.float64]
    """What its passes added up in the month, by firm: shape (firms + 1, sums)."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def additions(self) -> Sequence[schedule.Addition]:
        """Its passes."""

    @property
    def agent(self) -> str:
        """Dotted path of what agents take from it; "" for nothing."""

    @property
    def chances(self) -> Sequence[str]:
        """Its random numbers."""

    @property
    def sums(self) -> Sequence[str]:
        """What its passes add up."""

    @property
    def state(self) -> Mapping[str, npt.NDArray[Any]]:
        """Its columns, one entry a customer."""

    def own(self, sums: npt.NDArray[np.float64]) -> Any:
        """Return what its passes get, a named tuple."""


class Customers:
    """The customers of a market.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    seed, replication : int
        Which random numbers.
    threads : int
        Threads that share a month; results do not depend on it.
    mechanisms : sequence of Mechanism
        Those that are on.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> customers = Customers(starter(), seed=1)
    >>> len(customers), customers[0].rung
    (1000, 'supporter')
    """

    def __init__(
        self,
        spec: MarketSpec,
        seed: int = 0,
        replication: int = 0,
        threads: int = 1,
        mechanisms: Sequence[Mechanism] = (),
    ) -> None:
        self.mechanisms = tuple(mechanisms)
        size = spec.market.customers
        self.stream = draws.random_stream(seed, replication)
        self.network = parameters.wire(spec.customers.network, size, self.stream)
        self.columns = state.allocate(size)
        self.threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._woven: tuple[schedule.Setting, Any] | None = None
        self._made: tuple[tuple[Any, Any], ...] = ()
        self._turns = (
            self.columns,
            self.columns._replace(said=self.columns.saying, saying=self.columns.said),
        )
        self._firm_names = tuple(firm.name for firm in spec.firms)
        self._segment_names = tuple(segment.name for segment in spec.customers.segments)
        self.use(spec)
        self.before = spec.run.warm_up
        draw_all_traits(self.columns, self.tables, self.stream, 0)
        start = spec.customers.start
        self._quota = opening_state.quotas([firm.share for firm in spec.firms], size)
        opening_state.place_customers(
            self.columns,
            opening_state.suppliers(self._quota, self.stream),
            start.tenure,
            start.satisfaction,
            start.trust,
            self.setting.counts_purchases,
            self.numbers,
            self.stream,
        )

    def use(self, spec: MarketSpec) -> None:
        """Take the rules' numbers and the newcomers' traits from a spec."""
        self.numbers = numbers(spec)
        self.setting = schedule.setting(spec)
        self.tables = parameters.trait_tables(spec)
        network = spec.customers.network
        self._heard = network.neighbours if network.kind == "mixed" else 0

    def feel(self, usage_factor: float, needs: float) -> None:
        """Let times change everybody's usage (a factor) and orientation (what is added)."""
        times = Times(usage_factor, needs)
        if times != self.numbers.times:
            self.numbers = self.numbers._replace(times=times)
            self.setting = self.setting._replace(has_events=True)  # the month has to feel them

    def live(self, table: npt.NDArray[np.float64], month: int) -> Accounts:
        """Live one month.

        Parameters
        ----------
        table : array of shape (firms + 1, N_TIERS, N_TERMS)
            What firms offer this month.
        month : int
            From 1; months of warm-up are 0 and below.

        Returns
        -------
        Accounts
            The month's sums, chunks already folded.
        """
        self.spread_the_word(table)
        size, month = len(self), month + self.before
        chunks, chunk = books.chunk_count(size), books.chunk_size(size)
        accounts = books.allocate(chunks, table.shape[0] - 1, self.setting.sees_age)
        flat = np.ascontiguousarray(table).reshape(-1)
        live, people = self._month(), self._people()
        sums = [np.zeros((chunks, table.shape[0], len(one.sums))) for one in self.mechanisms]
        both = zip(self.mechanisms, sums, strict=True)
        own = tuple(own_of(one, some) for one, some in both if one.additions)

        def live_some(first: int, last: int) -> None:
            live(
                people,
                flat,
                accounts,
                month,
                chunk,
                first,
                last,
                own,
            )

        try:
            self._share_out(live_some, chunks)
        except NumbaError as error:
            names = ", ".join(one.name for one in self.mechanisms)
            with own_class.asked(f"mechanisms: the passes of {names} cannot be compiled"):
                raise error from None
        for one, some in zip(self.mechanisms, sums, strict=True):
            one.month_sums = np.add.reduce(some, axis=0)
        self.columns = self._after_talk()
        return books.fold(accounts)

    def hold_shares(self, month: int) -> npt.NDArray[np.int64]:
        """Bring every firm back to its share at the start, after a month of warm-up.

        Returns
        -------
        array
            Places of customers who were moved (:func:`relsim.customers.opening_state.hold_quotas`).
        """
        return opening_state.hold_quotas(
            self.columns,
            self._quota,
            self.numbers,
            self.stream,
            month + self.before,
        )

    def _month(self) -> Any:
        """Return the compiled month of this market's setting and mechanisms."""
        if self._woven is None or self._woven[0] != self.setting:
            woven_in = [one for one in self.mechanisms if one.additions]
            chances = [name for one in woven_in for name in one.chances]
            additions = [one.additions for one in woven_in]
            passes = schedule.passes(self.setting, additions, chances)
            others = tuple(type(one).__module__ for one in woven_in)
            self._woven = self.setting, woven(passes, others)
        return self._woven[1]

    def _people(self) -> Any:
        """Return what months have in common, made anew only where something of it is another."""
        parts = (self.columns, self.network, self.tables, self.numbers, self.stream)
        for known, people in self._made:
            if all(map(operator.is_, known, parts)):
                return people
        people = people_of(*parts)
        # Columns take turns at being those of what was said: two are enough.
        self._made = (*self._made[-1:], (parts, people))
        return people

    def _after_talk(self) -> Columns:
        """Return the columns in which what is said this month is what was said last."""
        for one, other in (self._turns, self._turns[::-1]):
            if one is self.columns:
                return other
        other = self.columns._replace(said=self.columns.saying, saying=self.columns.said)
        self._turns = self.columns, other
        return other

    def spread_the_word(self, table: npt.NDArray[np.float64]) -> None:
        """Put into the table what a fully mixed market hears of each firm; else nothing."""
        if not self._heard:
            return
        words = np.bincount(self.columns.said, minlength=256) / len(self)
        for firm in range(1, table.shape[0]):
            for term, effect, share in (
                (Term.UNMOVED, self.numbers.word_of_mouth.persuasion, words[firm]),
                (Term.STANDING, self.numbers.word_of_mouth.warning, words[WARNING_OFFSET + firm]),
            ):
                table[firm, :, term] = left_by_talk(effect, float(share), float(self._heard))
        recommended = words[1 : table.shape[0]]
        for firm in range(1, table.shape[0]):
            of_rivals = float(recommended.sum() - recommended[firm - 1])
            table[firm, :, Term.HEARD] = self._heard * of_rivals

    def _share_out(self, work: Any, chunks: int) -> None:
        threads = min(self.threads, chunks)
        if threads <= 1:
            work(0, chunks)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="relsim")
        edges = [chunks * k // threads for k in range(threads + 1)]
        jobs = [self._pool.submit(work, *some) for some in itertools.pairwise(edges)]
        for job in jobs:
            job.result()

    def __getstate__(self) -> dict[str, Any]:
        # Threads and compiled code cannot travel; they are made anew.
        return {**self.__dict__, "_pool": None, "_woven": None, "_made": ()}

    def __len__(self) -> int:
        return int(self.columns.supplier.size)

    def __iter__(self) -> Iterator[Customer]:
        return (self[i] for i in range(len(self)))

    @overload
    def __getitem__(self, i: int) -> Customer: ...
    @overload
    def __getitem__(self, i: slice) -> list[Customer]: ...
    def __getitem__(self, i: int | slice) -> Customer | list[Customer]:
        """Return a look at one customer, or at several."""
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        size = len(self)
        if not -size <= i < size:
            raise IndexError(f"customer {i}: the market has customers 0 to {size - 1}")
        i %= size
        c = self.columns
        supplier = int(c.supplier[i])
        return Customer(
            customer=i,
            supplier=self._firm_names[supplier - 1] if supplier else None,
            rung=RUNGS[c.rung[i]],
            tier=TIERS[c.tier[i]] if supplier else None,
            tenure=int(c.tenure[i]),
            purchases=int(c.purchases[i]),
            satisfaction=float(c.satisfaction[i]),
            trust=float(c.trust[i]),
            bound=int(c.bound[i]),
            recommendations=int(c.recommendations[i]),
            came_through=WAYS[c.came_through[i]] if supplier else None,
            segment=self._segment_names[c.segment[i]],
            born=max(int(c.born[i]) - self.before, 0),
            **{name: float(getattr(c, name)[i]) for name in SHOWN},
            neighbours=tuple(self.neighbours(i)),
        )

    def neighbours(self, place: int) -> list[int]:
        """Return the numbers of those to whom a customer listens."""
        start = self.network.start
        if start.size < 2:  # there is no network
            return []
        found: list[int] = self.network.neighbour[start[place] : start[place + 1]].tolist()
        return found

    def frame(self) -> pd.DataFrame:
        """Return the state of all customers, one row each.

        Returns
        -------
        pandas.DataFrame
            ``customer`` (place), ``supplier`` and ``tier`` (missing for prospects), ``rung``,
            ``tenure`` (months), ``purchases``, ``satisfaction`` and ``trust`` (0 to 1),
            ``bound`` (months of contract left; free to choose in the last, and without),
            ``recommendations``, ``came_through``, ``segment``, ``born`` (month), the traits, the
            columns of mechanisms that are on, and ``neighbours`` (how many).
        """
        c = self.columns
        served = c.supplier > 0
        frame = pd.DataFrame(
            {
                "customer": np.arange(len(self)),
                "supplier": _categories(c.supplier.astype(np.int16) - 1, self._firm_names),
                "rung": _categories(c.rung, RUNGS),
                "tier": _categories(c.tier, TIERS, served),
                "tenure": c.tenure,
                "purchases": c.purchases,
                "satisfaction": c.satisfaction,
                "trust": c.trust,
                "bound": c.bound,
                "recommendations": c.recommendations,
                "came_through": _categories(c.came_through, WAYS, served),
                "segment": _categories(c.segment, self._segment_names),
                "born": np.maximum(c.born.astype(np.int32) - self.before, 0),
                **{name: getattr(c, name) for name in self._shown_traits()},
            }
        )
        for one in self.mechanisms:
            for name, column in one.state.items():
                frame[name] = column
        links = degree(self.network)
        frame["neighbours"] = links if links.size == len(self) else 0
        # What is shown must not change when the market lives on.
        return frame.copy()

    def _shown_traits(self) -> list[str]:
        """Return what a table shows of traits: those that add to a socket where any does."""
        return [name for name in SHOWN if self.setting.has_added_traits or name not in ADDED]

    @property
    def nbytes(self) -> int:
        """Bytes that the customers take: state and network."""
        return sum(c.nbytes for c in self.columns) + sum(n.nbytes for n in self.network)


def own_of(mechanism: Mechanism, sums: npt.NDArray[np.float64]) -> Any:
    """Return what the passes of a mechanism get.

    Parameters
    ----------
    mechanism : Mechanism
        The mechanism.
    sums : array of shape (chunks, firms + 1, sums)
        Where its passes add up.

    Raises
    ------
    StrategyError
        If it cannot say, or says something else than a named tuple.
    """
    where = f"mechanisms: {mechanism.name}: own"
    with own_class.asked(where):
        own = mechanism.own(sums)
    if not (isinstance(own, tuple) and hasattr(own, "_fields")):
        raise StrategyError(f"{where}: given {shown(own)}, allowed: a named tuple")
    return own


def _categories(
    codes: npt.NDArray[Any],
    names: tuple[str, ...],
    known: npt.NDArray[np.bool_] | bool = True,
) -> pd.Categorical:
    """Return codes as names, missing (-1) where nothing is known."""
    places = np.where(known, codes.astype(np.int16), np.int16(-1))
    return named(places, names)
