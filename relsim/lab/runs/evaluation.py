"""Many markets simulated, and what each leaves: the one call under all that runs more than one.

Runs are kept in memory (:mod:`relsim.lab.runs.memory`). An experiment keeps its runs in a folder
(:mod:`relsim.lab.runs.rounds`), but both hand them out in the same way, by
:class:`relsim.lab.runs.scheduler.Dispatch`, and a run is the same wherever it is simulated
(:func:`relsim.lab.runs.run.live`).
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.errors import RelsimError, SpecError
from relsim.lab.archive.own_code import check_workers, kinds_among, modules_of
from relsim.lab.design.assignments import plain_assignments
from relsim.lab.runs.executors import Crew, crew_of
from relsim.lab.runs.memory import evaluated
from relsim.lab.runs.outcomes import Outcome, resolved
from relsim.lab.runs.run import Assignment, Lived, Recipe
from relsim.lab.spec import OutcomeSpec
from relsim.market import Market
from relsim.own_class import kinds_in
from relsim.own_code import places
from relsim.spec import MarketSpec
from relsim.spec.hints import shown
from relsim.spec.validation import checked

_EVALUATE = "evaluate"

Wanted = Mapping[str, OutcomeSpec | Mapping[str, Any]] | Callable[[Market], Any]
"""What a run leaves: outcomes by name, or what a function makes of a market that is set up."""


@dataclass(frozen=True)
class Evaluation:
    """What runs left, base by base, assignment by assignment, replication by replication.

    Attributes
    ----------
    lived : tuple of Lived
        The runs, in this order.
    where : tuple of (int, int, int)
        The base, the assignment and the replication of each, by place.
    names : tuple of str
        Names of the outcomes.
    """

    lived: tuple[Lived, ...]
    where: tuple[tuple[int, int, int], ...]
    names: tuple[str, ...]

    @property
    def left(self) -> list[Any]:
        """What a function of one's own returned, a value a run; None where it failed."""
        return [one.left for one in self.lived]

    @property
    def failed(self) -> npt.NDArray[np.bool_]:
        """Which runs failed."""
        return np.array([bool(one.error) for one in self.lived], dtype=np.bool_)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row a run.

        ``base``, ``assignment`` and ``replication`` by place, the outcomes (not a number where the
        run failed), and ``error``, what went wrong, "" if nothing did.
        """
        keys = pd.DataFrame(self.where, columns=["base", "assignment", "replication"])
        values = [one.outcomes for one in self.lived]
        found = pd.DataFrame(values, columns=list(self.names), dtype=np.float64)
        return pd.concat([keys, found], axis=1).assign(error=[one.error for one in self.lived])

    def whole(self) -> Self:
        """Return this, if no run failed.

        Raises
        ------
        RelsimError
            If one did, with what went wrong first.
        """
        for one, (base, assignment, replication) in zip(self.lived, self.where, strict=True):
            if one.error:
                raise RelsimError(
                    f"base {base}, assignment {assignment}, replication {replication}: the run "
                    f"failed: {one.error}"
                )
        return self


def evaluate(
    bases: MarketSpec | Sequence[MarketSpec],
    outcomes: Wanted,
    assignments: Sequence[Mapping[str, Any]] = ({},),
    *,
    replications: int | None = None,
    months: int | None = None,
    warm_up: int = 0,
    workers: int = 1,
    executor: str | Executor | Crew | None = None,
    threads: int = 1,
    limit: float = 0.0,
    engine: Callable[..., Market] | None = None,
    each: Callable[[int, int], None] = lambda _, __: None,
) -> Evaluation:
    """Simulate a market, or several, under each of some assignments, and return what they leave.

    Results are the same bytes whoever does the work. All assignments meet the same customers with
    the same random numbers, replication by replication.

    Parameters
    ----------
    bases : MarketSpec or sequence of MarketSpec
        The markets.
    outcomes : mapping or callable
        Outcomes by name, as configs of experiments have them; or a function that is given a market
        that is set up, simulates it and returns whatever is to be kept. With processes, it has to
        be one that can be pickled.
    assignments : sequence of mapping
        Dotted path to value. ``run.seed`` may be among them; one empty assignment unless said.
    replications : int, optional
        So many of each assignment, with random numbers 0, 1, 2 ...; one with the base's own
        (``run.replication``) unless said.
    months : int, optional
        To simulate; each base's own unless said.
    warm_up : int
        Months at the start that outcomes do not count unless they name their own.
    workers : int
        Runs that are at work at a time.
    executor : str, Executor or Crew, optional
        "serial", "threads" or "processes", any executor of ``concurrent.futures``, or a crew;
        processes unless said, and this process alone for one worker.
    threads : int
        Threads that share the months of one run.
    limit : float
        Seconds that a run may take; 0 = as long as it does.
    engine : callable
        What makes a market of a spec: its class, such as :class:`relsim.AgentMarket`.
    each : callable, optional
        Told after some runs: how many more are done, and how many of these failed.

    Raises
    ------
    RelsimError
        If an outcome is not there, an assignment sets how long runs are, or workers cannot have a
        strategy. A run that fails is a row that says so.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> small = starter().with_({"market.customers": 100})
    >>> keeping = [{"firms.1.strategy.retention_share": share} for share in (0.2, 0.8)]
    >>> lost = {"lost": {"measure": "lost", "firm": "Defend", "aggregate": "sum"}}
    >>> found = evaluate(small, lost, keeping, replications=2, months=6)
    >>> found.table[["assignment", "replication"]].to_numpy().tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> found.failed.any()
    np.False_
    """
    markets = _markets(bases)
    if months is not None:
        markets = tuple(market.with_({"run.months": months}) for market in markets)
    assignments = plain_assignments(assignments)
    _check_replications(replications)
    crew = crew_of(executor, workers)
    recipe = _recipe(markets, outcomes, assignments, warm_up)
    recipe = recipe._replace(threads=threads, limit=limit, engine=engine)
    check_workers(_EVALUATE, recipe.code, recipe.paths, crew)
    streams = [None] if replications is None else list(range(replications))
    given: list[Assignment] = []
    where: list[tuple[int, int, int]] = []
    for base, (place, values), stream in itertools.product(
        range(len(markets)), enumerate(assignments), streams
    ):
        given.append(Assignment(len(given), base, values, stream))
        own = markets[base].run.replication if stream is None else stream
        where.append((base, place, own))
    names = () if callable(outcomes) else tuple(outcomes)
    return Evaluation(tuple(evaluated(recipe, given, crew, each)), tuple(where), names)


def _markets(bases: Any) -> tuple[MarketSpec, ...]:
    markets = (bases,) if isinstance(bases, MarketSpec | str) else tuple(bases)
    for market in markets:
        if not isinstance(market, MarketSpec):
            raise SpecError(
                f"bases: given {shown(market)}, allowed: markets, as relsim.load makes them"
            )
    return markets


def _check_replications(replications: Any) -> None:
    whole = isinstance(replications, int) and not isinstance(replications, bool)
    if replications is not None and not (whole and replications >= 1):
        raise SpecError(
            f"replications: given {shown(replications)}, allowed: a whole number from 1"
        )


def _recipe(
    markets: tuple[MarketSpec, ...],
    outcomes: Wanted,
    assignments: Sequence[Mapping[str, Any]],
    warm_up: int,
) -> Recipe:
    """Return what all runs share."""
    kinds = [kind for market in markets for kind in kinds_in(market)]
    kinds += [kind for values in assignments for kind in kinds_among(values.items())]
    shared = Recipe(
        bases=markets,
        outcomes=tuple(() for _ in markets),
        panel=(),
        every=1,
        seed=None,
        paths=places(),
        code=modules_of(kinds),
        keyed=False,
    )
    if callable(outcomes):
        return shared._replace(simulate=outcomes)
    named: Any = outcomes
    if not (isinstance(named, Mapping) and named):
        raise SpecError(
            f"outcomes: given {shown(outcomes) if outcomes else 'none'}, allowed: outcomes by "
            "name, or a function of a market"
        )
    wanted = {
        name: one if isinstance(one, OutcomeSpec) else checked(OutcomeSpec, one, f"outcomes.{name}")
        for name, one in outcomes.items()
    }
    return shared._replace(outcomes=tuple(_outcomes(wanted, one, warm_up) for one in markets))


def _outcomes(
    wanted: Mapping[str, OutcomeSpec], market: MarketSpec, warm_up: int
) -> tuple[Outcome, ...]:
    return tuple(resolved(name, one, market, warm_up) for name, one in wanted.items())
