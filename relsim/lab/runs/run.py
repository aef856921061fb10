"""One run of an experiment: a market is set up, lives its months, and leaves its outcomes."""

import gc
import hashlib
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.economics.lifetime import monthly_rate
from relsim.engines import engine_of
from relsim.fork import fault
from relsim.lab.archive.own_code import codes_of
from relsim.lab.runs.outcomes import Outcome, column_of, measure
from relsim.lab.runs.time_limit import is_abandoned, within
from relsim.market import Market
from relsim.own_class import kinds_in
from relsim.own_code import allow, look_in
from relsim.provenance import code_version
from relsim.spec import MarketSpec, override, spec_hash


class Recipe(NamedTuple):
    """What all runs of an experiment share; it travels to the workers.

    Attributes
    ----------
    bases : tuple of MarketSpec
        The markets, settings of the experiment included.
    outcomes : tuple of tuples of Outcome
        What is taken from each of them.
    panel : tuple of str
        Columns of which months are kept; none = no panel.
    every : int
        Months between two that are kept.
    seed : int or None
        Random seed; None = each market's own.
    threads : int
        Threads that share a month.
    paths : tuple of str
        Folders in which strategies of one's own are found.
    code : tuple of str
        Modules of one's own that may be imported.
    limit : float
        Seconds that a run may take; 0 = as long as it does.
    simulate : callable, optional
        Given a market that is set up, simulates it and returns what it leaves, in place of a whole
        run with its outcomes and panel.
    engine : callable, optional
        What makes a market of a spec; the class that its config asks for unless said.
    keyed : bool
        Whether runs are to have keys, by which they are known again.
    """

    bases: tuple[MarketSpec, ...]
    outcomes: tuple[tuple[Outcome, ...], ...]
    panel: tuple[str, ...]
    every: int
    seed: int | None
    threads: int = 1
    paths: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    limit: float = 0.0
    simulate: Callable[[Market], Any] | None = None
    engine: Callable[..., Market] | None = None
    keyed: bool = True


class Assignment(NamedTuple):
    """What is special about a run: its number, base, values set on top, and noise.

    A replication of None is the one that the market's own spec names. ``before``, where given, are
    the control's values: a market with a warm-up is brought to rest under them, and begins month 1
    under its own.
    """

    run: int
    base: int
    overrides: Mapping[str, Any]
    replication: int | None
    before: Mapping[str, Any] | None = None


class Lived(NamedTuple):
    """What a run left.

    Attributes
    ----------
    run : int
        Its number.
    outcomes : tuple of float
        In the recipe's order; all not a number if it failed.
    panel : array of shape (months kept, firms, columns), or None
        Monthly numbers, if asked for.
    seconds : float
        How long it took.
    key : str
        Hash of all that the numbers depend on: market, noise, outcomes, code; empty if it failed.
    error, trace : str
        What went wrong, in a line and in full; empty if nothing did.
    left : any
        What the recipe's own ``simulate`` returned.
    """

    run: int
    outcomes: tuple[float, ...]
    panel: npt.NDArray[np.float64] | None
    seconds: float
    key: str = ""
    error: str = ""
    trace: str = ""
    left: Any = None


def live(recipe: Recipe, assignments: Sequence[Assignment]) -> list[Lived]:
    """Live some runs one after another; a run that fails is a row that says so.

    Parameters
    ----------
    recipe : Recipe
        What they share.
    assignments : sequence of Assignment
        What is special about each.
    """
    look_in(recipe.paths)
    allow(recipe.code)
    # A market's firms point back at it: left alone, memory would wait for Python's own cycle. What
    # was there before is not looked at, which would take longer than the runs.
    gc.freeze()
    try:
        wanted = (assignment for assignment in assignments if not is_abandoned())
        return [_one(recipe, assignment) for assignment in wanted]
    finally:
        gc.collect()
        gc.unfreeze()


def _one(recipe: Recipe, assignment: Assignment) -> Lived:
    start = time.perf_counter()
    try:
        with within(recipe.limit):
            spec = override(recipe.bases[assignment.base], assignment.overrides)
            noise = recipe.seed, assignment.replication
            engine = recipe.engine or engine_of(spec)
            at_rest = _at_rest(recipe, assignment, spec)
            market = engine(at_rest, *noise, threads=recipe.threads)
            if at_rest is not spec:
                market.change(spec)
            left = None if recipe.simulate is None else recipe.simulate(market)
            outcomes, panel = _results(recipe, assignment, market)
            key = content_key(recipe, assignment, spec) if recipe.keyed else ""
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # whatever a strategy of the user's raises or ends
        words = " ".join(f"{type(error).__name__}: {error}".split())
        seconds = time.perf_counter() - start
        return failed(recipe, assignment, seconds, words, traceback.format_exc())
    return Lived(assignment.run, outcomes, panel, time.perf_counter() - start, key, left=left)


def _at_rest(recipe: Recipe, assignment: Assignment, spec: MarketSpec) -> MarketSpec:
    """Return the market that is brought to rest before month 1: the control's, if it can be.

    A treatment that were at rest from the start would have had its effects for nothing: what trust
    it builds would have been built, and paid for, before month 1. Other customers, or what a
    running market cannot change, need a rest of their own.
    """
    if assignment.before is None or not spec.run.warm_up:
        return spec
    control = override(recipe.bases[assignment.base], assignment.before)
    same_people = control.customers == spec.customers
    return control if control != spec and same_people and not fault(control, spec) else spec


def failed(recipe: Recipe, assignment: Assignment, seconds: float, error: str, trace: str) -> Lived:
    """Return the row of a run that failed."""
    nothing = (float("nan"),) * len(recipe.outcomes[assignment.base])
    return Lived(assignment.run, nothing, None, seconds, error=error, trace=trace)


def _results(
    recipe: Recipe, assignment: Assignment, market: Market
) -> tuple[tuple[float, ...], npt.NDArray[np.float64] | None]:
    if recipe.simulate is not None:
        return (), None
    columns = market.run().columns
    # The rate is the run's own: a point of the design may have one that its base has not.
    rate = monthly_rate(market.spec.market.annual_discount_rate)
    wanted = [outcome._replace(rate=rate) for outcome in recipe.outcomes[assignment.base]]
    by_tenure = market.tenure_columns if any(outcome.tenure for outcome in wanted) else {}
    taken = tuple(measure(outcome, columns, by_tenure) for outcome in wanted)
    if not recipe.panel:
        return taken, None
    kept = np.stack([column_of(columns, name) for name in recipe.panel], axis=-1)
    return taken, np.ascontiguousarray(kept[recipe.every - 1 :: recipe.every])


def content_key(recipe: Recipe, assignment: Assignment, spec: MarketSpec) -> str:
    """Return a hash of all that the numbers of a run depend on."""
    at_rest = _at_rest(recipe, assignment, spec)
    parts = (
        spec_hash(spec),
        None if at_rest is spec else spec_hash(at_rest),
        recipe.seed,
        assignment.replication,
        recipe.outcomes[assignment.base],
        recipe.panel,
        recipe.every,
        code_version(),
        codes_of(kinds_in(spec)),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
