"""``relsim experiment``: run an experiment, or go on with it, and write its tables."""

import dataclasses
import itertools
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import typer
from rich.console import Console

from relsim.cli.console import console, listing, many
from relsim.cli.effects import show_effects
from relsim.cli.inputs import assignment, look_beside
from relsim.cli.memory import check_design, check_memory
from relsim.cli.progress import Silence, duration, progress
from relsim.cli.run_command import cores
from relsim.errors import RelsimError, SpecError
from relsim.lab.archive.crate import write_crate
from relsim.lab.archive.folder import opened
from relsim.lab.archive.results import EFFECTS, SENSITIVITY
from relsim.lab.archive.reuse import Earlier
from relsim.lab.archive.store import Store
from relsim.lab.archive.tables import read_table, tables_of
from relsim.lab.config import read_experiment
from relsim.lab.design.needs import lacking, tells
from relsim.lab.design.table import expected_points
from relsim.lab.runs.execution import Hooks, run_study
from relsim.lab.runs.executors import Crew, dask_workers
from relsim.lab.runs.memory import evaluated
from relsim.lab.runs.rounds import Conduct, first_sizes, recipe_of, shape_of
from relsim.lab.runs.run import Recipe
from relsim.lab.runs.study import Study
from relsim.lab.spec import ExperimentSpec, WarmUpSpec
from relsim.lab.statistics.sensitivity_tables import notes_of
from relsim.market import Market
from relsim.spreadsheets import BOOK, check_workbooks, write_workbook

_ABSURD = 100_000
"""Runs of which nobody is asked for without being asked."""

_BEYOND_BUILDING = 3_000_000
"""Runs of which not even the design is made without being asked."""

_MANY = 8
_HUGE = 200_000  # customers: below it, cores are busier with a run each
_TIMED = 3
ALL_FAILED = 1
"""Exit code of an experiment of which no run came to its end."""
_BYTES_A_RUN = 120


@dataclasses.dataclass(frozen=True)
class Order:
    """What the command line asks for; None = not said."""

    config: str
    assignments: tuple[str, ...] = ()
    out: Path | None = None
    executor: str = "auto"
    workers: int | None = None
    address: str = ""
    threads: int | None = None
    dry_run: bool = False
    yes: bool = False
    retry_failed: bool = False
    repair: bool = False
    reuse: Path | None = None
    figures: bool = True
    crate: bool = False
    xlsx: bool = False
    time_limit: float | None = None
    quiet: bool = False


def experiment(order: Order) -> bool:
    """Run an experiment; return whether any of its runs came to its end.

    Raises
    ------
    RelsimError
        If the order or the config is not sound, or results cannot be kept.
    """
    if order.xlsx:
        check_workbooks()
    look_beside(order.config)
    config = read_experiment(order.config, dict(assignment(text) for text in order.assignments))
    _check_expected(order, config.spec)
    study = Study.of(config)
    crew, threads = crew_of(order, study)
    planned = sum(1 for _ in study.numbers(first_sizes(study)))
    for sentence in (*config.notes, *lacking(study)):
        _whisper(order, f"note: {sentence}")
    if order.dry_run:
        _dry_run(console(), study, planned, crew)
        return True
    _check_size(order, study, planned, crew)
    earlier = None if order.reuse is None else Earlier.read(order.reuse, shape_of(study))
    out = order.out or Path("results", "experiments", Path(order.config).stem)
    with progress(planned, quiet=order.quiet, noun="runs") as shown:
        watched = partial(_watched, study, Conduct(crew, threads, limit=order.time_limit), shown)
        hooks = Hooks(
            partial(_prepare, order),
            shown.phase,
            partial(_show, order, study),
            partial(_crate, order),
        )
        run_study(study, out, partial(watched, earlier), hooks, accept=order.retry_failed)
    if earlier is not None:
        _whisper(order, f"{many(earlier.taken, 'run')} taken over from {order.reuse}")
    with Store(out, study.key, shape_of(study)) as store:
        _say(order, study, store, out)
        return _any_succeeded(store)


def _any_succeeded(store: Store) -> bool:
    """Return whether a run came to its end; of those that failed, say how the first did."""
    count, failed, _ = store.journal.counted()
    if failed:
        first = next(iter(store.journal.failures()))
        which = f"all {count:,} runs" if failed == count else f"{failed:,} of {count:,} runs"
        typer.echo(f"error: {which} failed; run {first.run}: {first.error}", err=True)
    return failed < count


def crew_of(order: Order, study: Study) -> tuple[Crew, int]:
    """Return who works, and how many threads share a run.

    Unless said: one process a core; a huge market, or a single run, has all cores as threads.
    """
    most = max(market.market.customers for market in study.markets)
    kind, workers, threads = order.executor, order.workers, order.threads
    if kind == "auto":
        alone = most >= _HUGE or study.size(study.spec.replication.most) < _MANY or cores() == 1
        kind = "serial" if alone and workers is None else "processes"
        threads = threads or (cores() if most >= _HUGE else 1)
    if kind == "dask" and workers is None and order.address:
        workers = dask_workers(order.address)
    if kind == "serial":
        workers = 1
    crew = Crew(kind, workers or cores(), order.address)
    for market in study.markets:
        check_memory(market, "compiled", 1 if crew.kind == "dask" else crew.workers)
    return crew, threads or 1


def _prepare(order: Order, store: Store) -> None:
    if store.dropped:
        _whisper(order, f"{many(store.dropped, 'damaged run')} in the journal will be run again")
    if order.repair:
        damaged = store.repair()
        _whisper(order, f"{many(damaged, 'damaged chunk')}: what was in it will be run again")
    if order.retry_failed:
        failed = store.forget_failures()
        _whisper(order, f"{many(failed, 'failed run')} will be tried again")


def _whisper(order: Order, words: str) -> None:
    if not order.quiet:
        typer.echo(words, err=True)


def _watched(
    study: Study, how: Conduct, shown: Silence, earlier: Earlier | None, store: Store
) -> Conduct:
    """Return how an experiment is run, so that the progress that is shown hears of it."""
    count = failures = 0

    def total(runs: int, done: int) -> None:
        nonlocal count, failures
        count, failures, _ = store.journal.counted()
        shown.expect(runs)
        shown.reach(done, failures)

    def each(done: int, bad: int) -> None:
        nonlocal count, failures
        count, failures = count + done, failures + bad
        shown.reach(count, failures)

    def take_over(recipe: Recipe, numbers: Iterator[int]) -> None:
        if earlier is not None:
            earlier.take(study, recipe, store, numbers)

    return dataclasses.replace(how, total=total, each=each, take_over=take_over)


def _crate(order: Order, store: Store) -> None:
    if order.crate:
        write_crate(opened(store.folder))


def _show(order: Order, study: Study, store: Store) -> None:
    """Write what people look at: a workbook and figures."""
    if order.xlsx:
        with store.writing():
            for sentence in write_workbook(store.folder / BOOK, tables_of(store.folder, study)):
                _whisper(order, f"note: {sentence}")
    _draw(order, study, store)


def _draw(order: Order, study: Study, store: Store) -> None:
    if not order.figures:
        return
    # Drawing takes a second to import: not paid for by those who want no figures.
    from relsim.report.experiment import draw  # noqa: PLC0415  # see above

    try:
        with store.writing():
            stems = {path.stem for path in draw(study, store)}
        if study.spec.treatments and "effects" not in stems:
            _whisper(
                order,
                f"the figure of effects is not drawn: there are too many; {EFFECTS} has them all",
            )
    except Exception as error:  # tables are worth more than their pictures
        if isinstance(error.__cause__, OSError):
            raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        _whisper(order, f"figures could not be drawn ({reason}); the tables are whole")


def _say(order: Order, study: Study, store: Store, out: Path) -> None:
    if order.quiet:
        console().print(str(out))
        return
    screen = console()
    count, failed, seconds = store.journal.counted()
    words = f"{many(count, 'run')}, {duration(seconds)} of work"
    screen.print(f"{study.spec.title}: {words}{f', {failed:,} failed' if failed else ''}")
    if study.spec.treatments:
        show_effects(screen, store.folder, study)
    if (store.folder / SENSITIVITY).is_file():
        for sentence in notes_of(read_table(store.folder / SENSITIVITY, study)):
            screen.print(sentence)
    screen.print(f"Tables{' and figures' if order.figures else ''}: {out}")
    if failed:
        screen.print("failures.csv says which runs failed and why; --retry-failed tries them again")


# Before ------------------------------------------------------------------------------------


def _check_size(order: Order, study: Study, planned: int, crew: Crew) -> None:
    """Ask before an experiment of absurd size is begun.

    Raises
    ------
    SpecError
        If nobody is there to answer, or the answer is no.
    """
    if planned <= _ABSURD or order.yes:
        return
    seconds, _ = _timed(study)
    words = f"{planned:,} runs, about {duration(seconds * planned / crew.workers)}"
    if not (sys.stdin.isatty() and typer.confirm(f"{words}: begin?", err=True)):
        raise SpecError(f"{order.config}: the design is large ({words}); --yes begins it")


def _check_expected(order: Order, spec: ExperimentSpec) -> None:
    """Refuse a design that does not fit, or that nobody means.

    Raises
    ------
    SpecError
        If it is one of these.
    """
    points = expected_points(spec)
    check_design(order.config, spec, points)
    runs = points * len(spec.arms) * spec.replication.minimum
    if runs > _BEYOND_BUILDING and not order.yes:
        raise SpecError(
            f"{order.config}: the design is large (about {runs:,} runs); --yes begins it"
        )


def _dry_run(out: Console, study: Study, planned: int, crew: Crew) -> None:
    """Say what an experiment would take, and show its design."""
    _try_all_arms(study)
    seconds, bytes_a_run = _timed(study)
    points, arms = len(study.design), len(study.arms)
    replications = study.spec.replication
    out.print(f"{study.spec.title}")
    reps = f"{replications.minimum}" + (
        f" to {replications.most}" if replications.sequential else ""
    )
    out.print(f"{points:,} points x {arms} arms x {reps} replications: {planned:,} runs", end="")
    most = study.size(replications.most)
    out.print(f" (at most {most:,})" if most > planned else "")
    total = seconds * planned / crew.workers
    out.print(
        f"time: about {duration(total)} with {many(crew.workers, 'worker')} "
        f"({seconds:.3f} s a run, of {_TIMED} timed); disk: about "
        f"{bytes_a_run * planned / 1e6:,.1f} MB"
    )
    out.print(tells(study))
    table = listing("point", *(str(name) for name in study.design.columns))
    for point, row in itertools.islice(study.design.iterrows(), 12):
        table.add_row(str(point), *(_short(value) for value in row))
    out.print(table)
    if points > 12:
        out.print(f"... {points - 12:,} more points")


def _try_all_arms(study: Study) -> None:
    """Simulate a month of every arm at the first point of every base.

    Raises
    ------
    RelsimError
        If one cannot be simulated.
    """
    cells = dict.fromkeys(study.cells.tolist())
    points = {int(np.flatnonzero(study.cells == cell)[0]) for cell in cells}
    recipe = recipe_of(study, 0)._replace(simulate=_first_month, keyed=False)
    arms = [(point, place) for point in sorted(points) for place in range(len(study.arms))]
    first = [study.assignment(point * len(study.arms) + place) for point, place in arms]
    for one, (_, place) in zip(evaluated(recipe, first), arms, strict=True):
        if one.error:
            words = one.error.partition(": ")[2]
            raise RelsimError(f"{study.name}: arms.{study.arms[place]}: {words}")


def _first_month(market: Market) -> None:
    market.run(1)


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _timed(study: Study) -> tuple[float, float]:
    """Return seconds and bytes of a run, from a few of them; the first one warms up."""
    cut = 0 if isinstance(study.spec.warm_up, WarmUpSpec) else study.spec.warm_up
    recipe = recipe_of(study, cut)
    size = study.size(1)
    runs = [0, *sorted({size * k // _TIMED for k in range(_TIMED)})]
    lived = [evaluated(recipe, [study.assignment(run)])[0] for run in runs]
    if lived[0].error:
        raise RelsimError(f"{study.name}: its first run failed: {lived[0].error}")
    panel = lived[0].panel
    kept = 0.0 if panel is None else panel.nbytes / 2.0
    seconds = [one.seconds for one in lived[1:]]
    return sum(seconds) / len(seconds), _BYTES_A_RUN + 8.0 * len(recipe.outcomes[0]) + kept
