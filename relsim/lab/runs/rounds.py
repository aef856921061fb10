"""An experiment from its first run to its last: warm-up, rounds of replications, and the end."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.errors import RelsimError, SpecError
from relsim.lab.archive.changes import modules
from relsim.lab.archive.own_code import check_workers
from relsim.lab.archive.store import Shape, Store
from relsim.lab.runs.executors import Crew
from relsim.lab.runs.memory import evaluated
from relsim.lab.runs.outcomes import resolved
from relsim.lab.runs.replication import Rule
from relsim.lab.runs.run import Recipe
from relsim.lab.runs.scheduler import Dispatch
from relsim.lab.runs.study import Study
from relsim.lab.spec import OutcomeSpec, WarmUpSpec
from relsim.lab.statistics.warmup import mser5
from relsim.market import Market
from relsim.own_code import keep

_WARM_UP = "warm_up"
_SIZES = "replications"


def shape_of(study: Study) -> Shape:
    """Return what a run of a study leaves."""
    panel = study.spec.panel
    outcomes = tuple(study.spec.outcomes)
    return Shape(outcomes, panel.measures, panel.every) if panel else Shape(outcomes)


def recipe_of(study: Study, warm_up: int, threads: int = 1, limit: float = 0.0) -> Recipe:
    """Return what all runs of a study share.

    Parameters
    ----------
    study : Study
        The experiment.
    warm_up : int
        Months at the start that outcomes do not count.
    threads : int
        Threads that share a month.
    limit : float
        Seconds that a run may take; 0 = as long as it does.
    """
    shape = shape_of(study)
    outcomes = tuple(
        tuple(resolved(name, one, market, warm_up) for name, one in study.spec.outcomes.items())
        for market in study.markets
    )
    return Recipe(
        study.markets,
        outcomes,
        shape.panel,
        shape.every,
        study.spec.seed,
        threads,
        study.paths,
        modules(study),
        limit,
    )


@dataclass(frozen=True)
class Conduct:
    """How an experiment is run; none of it changes a result.

    Attributes
    ----------
    crew : Crew
        Who works.
    threads : int
        Threads that share the months of one run.
    total : callable, optional
        Told how many runs there are, whenever that changes, and how many are done.
    each : callable, optional
        Told after some runs: how many more are done, and how many of these failed.
    take_over : callable, optional
        Asked before each round, with all runs that are wanted, to keep those it knows already.
    limit : float, optional
        Seconds that a run may take, 0 = as long as it does; :func:`time_limit_of` unless said.
    """

    crew: Crew = field(default_factory=Crew)
    threads: int = 1
    total: Callable[[int, int], None] = field(default=lambda _, __: None)
    each: Callable[[int, int], None] = field(default=lambda _, __: None)
    take_over: Callable[[Recipe, Iterator[int]], None] = field(default=lambda _, __: None)
    limit: float | None = None


def time_limit_of(study: Study) -> float:
    """Return the seconds that a run may take unless somebody says: far more than it needs.

    Ten minutes and a microsecond for each customer and month, some thirty times what these take.
    """
    sizes = (market.market.customers * market.run.months for market in study.markets)
    return 600.0 + 1e-6 * max(sizes)


def conduct(study: Study, store: Store, how: Conduct | None = None) -> None:
    """Run what is not done yet, until all replications that are wanted are.

    Parameters
    ----------
    study : Study
        The experiment.
    store : Store
        Where results are kept, held by this process.
    how : Conduct, optional
        Who does the work.

    Raises
    ------
    RelsimError
        If results cannot be kept; all that was finished is there the next time.
    """
    how = how or Conduct()
    check_workers(study.name, modules(study), study.paths, how.crew)
    keep(modules(study), store.folder)
    limit = time_limit_of(study) if how.limit is None else how.limit
    recipe = recipe_of(study, warm_up_of(study, store, how.crew), how.threads, limit)
    dispatch = Dispatch(recipe, study.assignment, how.crew, store, how.each)
    sizes: list[int] | None = first_sizes(study)
    while sizes is not None:
        done = _done(store)
        how.take_over(recipe, (run for run in study.numbers(sizes) if run not in done))
        done = _done(store)
        planned = sum(1 for _ in study.numbers(sizes))
        how.total(planned, len(done))
        waiting = (run for run in study.numbers(sizes) if run not in done)
        dispatch.run(waiting, planned - len(done))
        store.journal.note(_SIZES, " ".join(map(str, sizes)))
        sizes = next_sizes(study, store, sizes)
    store.seal_all(study.size(study.spec.replication.most))


def _done(store: Store) -> set[int]:
    return set(store.journal.done().tolist())


# Replications -----------------------------------------------------------------------------


def first_sizes(study: Study) -> list[int]:
    """Return with how many replications each cell begins."""
    return [study.spec.replication.minimum] * (int(study.cells.max()) + 1)


def sizes_of(store: Store) -> list[int]:
    """Return how many replications each cell had."""
    return [int(size) for size in (store.journal.noted(_SIZES) or "").split()]


def rule_of(study: Study) -> Rule | None:
    """Return the rule by which replication stops; None where the number is fixed."""
    asked = study.spec.replication
    if not asked.sequential:
        return None
    return Rule(
        minimum=asked.minimum,
        maximum=asked.most,
        absolute=asked.absolute,
        relative=asked.relative,
        confidence=asked.confidence,
    )


def next_sizes(study: Study, store: Store, sizes: Sequence[int]) -> list[int] | None:
    """Return how many replications each cell wants next; None if no cell wants more.

    It looks at whole rounds only, so it does not depend on the order in which runs ended.
    """
    rule = rule_of(study)
    if rule is None:
        return None
    after = list(sizes)
    for cell, effects in targets(study, store, sizes).items():
        wanted = [rule.next_size(values) for values in effects.values()]
        after[cell] = max([sizes[cell], *(size for size in wanted if size is not None)])
    return None if after == list(sizes) else after


def targets(
    study: Study, store: Store, sizes: Sequence[int] | None = None
) -> dict[int, dict[str, npt.NDArray[np.float64]]]:
    """Return, by cell and treatment, what precision is asked of: a value a replication.

    It is the paired difference of the outcome aimed at, or the outcome where there is one arm
    only, in the mean over the points of the cell; not a number where a run of it failed.

    Parameters
    ----------
    study, store
        The experiment and its folder.
    sizes : sequence of int, optional
        How many replications of each cell are looked at; all that it had unless said.
    """
    sizes = sizes_of(store) if sizes is None else sizes
    asked = study.spec.replication
    outcome = asked.outcome or next(iter(study.spec.outcomes))
    frame = pd.concat([f[["run", outcome]] for f in store.frames()], ignore_index=True)
    where = placed(study, frame["run"])
    by = [where[name] for name in ("cell", "arm", "replication")]
    means = frame[outcome].groupby(by).agg(_mean_of_all)
    names = [asked.treatment] if asked.treatment else list(study.spec.treatments)
    reference = study.spec.reference
    found: dict[int, dict[str, npt.NDArray[np.float64]]] = {}
    for cell, size in enumerate(sizes):
        of: dict[str, npt.NDArray[np.float64]] = {}
        for arm in (reference, *names):
            rows = means.xs((cell, arm), level=("cell", "arm")).reindex(range(size))
            of[arm] = np.asarray(rows, dtype=np.float64)
        apart = {name: np.asarray(of[name] - of[reference]) for name in names}
        found[cell] = apart or of
    return found


def _mean_of_all(values: "pd.Series[float]") -> float:
    """Return the mean, not a number where one is missing: a mean of other points is another."""
    return float(values.to_numpy().mean())


def placed(study: Study, runs: "pd.Series[int]") -> pd.DataFrame:
    """Return the cell, point, sample, arm and replication of runs, a row a run.

    They are a table of their own, so that no outcome can take the place of a column.
    """
    arms, points = len(study.arms), len(study.design)
    rest, arm = np.divmod(runs.to_numpy(), arms)
    replication, point = np.divmod(rest, points)
    return pd.DataFrame(
        {
            "cell": study.cells[point],
            "point": point,
            "sample": study.samples[point],
            "arm": np.asarray(study.arms, dtype=object)[arm],
            "replication": replication,
        },
        index=runs.index,
    )


# Warm-up ----------------------------------------------------------------------------------


def warm_up_of(study: Study, store: Store, crew: Crew | None = None) -> int:
    """Return the months at the start that do not count: as given, noted, or found in a pilot.

    Parameters
    ----------
    study, store
        The experiment and its folder.
    crew : Crew, optional
        Who simulates the pilot; this process alone unless said.

    Raises
    ------
    RelsimError
        If the pilot finds no steady state, or a run of it fails.
    """
    asked = study.spec.warm_up
    if not isinstance(asked, WarmUpSpec):
        return asked
    noted = store.journal.noted(_WARM_UP)
    if noted is None:
        noted = str(max(_pilot(study, asked, crew)))
        store.journal.note(_WARM_UP, noted)
    return int(noted)


def _pilot(study: Study, asked: WarmUpSpec, crew: Crew | None) -> Iterator[int]:
    """Yield the transient of each base and arm: MSER-5 of the mean over replications."""
    first = {int(cell): point for point, cell in reversed(list(enumerate(study.cells.tolist())))}
    for point in sorted(set(first.values())):
        for place, arm in enumerate(study.arms):
            market = study.market(point, arm)
            months = market.run.months
            whole = OutcomeSpec(measure=asked.measure, firm=asked.firm, months=(1, months))
            firm = resolved(_WARM_UP, whole, market, 0).firm
            alone = point * len(study.arms) + place
            runs = [
                study.assignment(alone)._replace(run=r, replication=r)
                for r in range(asked.replications)
            ]
            recipe = recipe_of(study, 0)._replace(
                simulate=partial(_series, asked.measure, firm), keyed=False
            )
            lived = evaluated(recipe, runs, crew)
            error = next((one.error for one in lived if one.error), "")
            if error:
                raise RelsimError(f"{study.name}: warm_up: a run of arm {arm!r} failed: {error}")
            found = mser5(np.mean([one.left for one in lived], axis=0))
            if not found.found:
                raise SpecError(
                    f"{study.name}: warm_up: no steady state within {months} months "
                    f"({asked.measure}, point {point}, arm {arm!r}): simulate more months, or "
                    "give the months to cut as a number"
                )
            yield found.months


def _series(measure: str, firm: int, market: Market) -> npt.NDArray[np.float64]:
    table = market.run().columns[measure]
    series: npt.NDArray[np.float64] = table[:, firm] if firm >= 0 else table.sum(axis=1)
    return series
