"""Runs are handed to workers and kept as they come back; whoever dies on one, it is tried again."""

import contextlib
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    wait,
)
from dataclasses import dataclass, field
from typing import Any, Protocol

from relsim.errors import RelsimError
from relsim.lab.runs.executors import Crew
from relsim.lab.runs.run import Assignment, Lived, Recipe, failed, live

MOST_TRIES = 3
"""How often a run is given to a worker before it counts as failed."""

_SECONDS_A_TASK = 0.25
_MOST_A_TASK = 64
_WINDOW = 3  # tasks a worker: one at work, two waiting, so that nobody waits for this process


class Keeper(Protocol):
    """Where runs go that are over."""

    def add(self, lived: Sequence[Lived], tries: int = 1) -> None:
        """Keep some runs."""

    def settle(self, limit: int) -> None:
        """Take note that all runs below a number are over."""


@dataclass(frozen=True)
class _Task:
    """Runs that are simulated one after another by one worker, and how often that was tried."""

    runs: tuple[int, ...]
    tries: int = 1


@dataclass
class Dispatch:
    """The handing out of runs.

    Parameters
    ----------
    recipe : Recipe
        What all runs share.
    assignment : callable
        Number of a run to what is special about it.
    crew : Crew
        Who works.
    keeper : Keeper
        Where results are kept.
    each : callable, optional
        Called after runs were kept: how many, and how many of them failed.
    """

    recipe: Recipe
    assignment: Callable[[int], Assignment]
    crew: Crew
    keeper: Keeper
    each: Callable[[int, int], None] = field(default=lambda _, __: None)
    _at_work: dict["Future[list[Lived]]", _Task] = field(default_factory=dict)
    _suspects: deque[_Task] = field(default_factory=deque)
    _seconds: float = 0.0
    _lived: int = 0

    def run(self, numbers: Iterable[int], total: int) -> None:
        """Live all runs, in this order where nothing happens.

        Parameters
        ----------
        numbers : iterable of int
            Numbers of runs, rising.
        total : int
            How many there are.

        Raises
        ------
        RelsimError
            If results cannot be kept, or an executor of the user's broke.
        """
        waiting = iter(numbers)
        left = total
        while True:
            with self.crew.at_work() as executor:
                left, whole = self._feed(executor, waiting, left)
            if whole:
                return
            if not self.crew.can_restart:
                raise RelsimError(
                    "the executor broke: its workers died; runs that were finished are kept"
                )

    def _feed(self, executor: Executor, waiting: Iterator[int], left: int) -> tuple[int, bool]:
        """Keep the workers busy; return what is left, and whether all is done."""
        try:
            while True:
                left = self._hand_out(executor, waiting, left)
                if not self._at_work:
                    return left, True
                self._collect()
                self._settle()
        except BrokenExecutor as error:
            for task in list(self._at_work.values()):
                self._suspect(task, error)
            self._at_work.clear()
            return left, False
        except BaseException:
            _stop(executor, self._at_work, ours=self.crew.own is None)
            self._at_work.clear()
            raise

    def _hand_out(self, executor: Executor, waiting: Iterator[int], left: int) -> int:
        if self._suspects:
            # Alone, so that a run on which workers die takes no others with it.
            if not self._at_work:
                self._submit(executor, self._suspects.popleft())
            return left
        while len(self._at_work) < _WINDOW * self.crew.workers:
            runs = tuple(itertools.islice(waiting, self._size(left)))
            if not runs:
                break
            left -= len(runs)
            self._submit(executor, _Task(runs))
        return left

    def _size(self, left: int) -> int:
        """Return how many runs the next task has: a quarter of a second's, fewer near the end."""
        if not self._lived:
            return 1
        wished = round(_SECONDS_A_TASK * self._lived / max(self._seconds, 1e-9))
        fair = -(-left // (2 * _WINDOW * self.crew.workers))
        return max(1, min(wished, fair, _MOST_A_TASK))

    def _submit(self, executor: Executor, task: _Task) -> None:
        given = [self.assignment(run) for run in task.runs]
        try:
            self._at_work[executor.submit(live, self.recipe, given)] = task
        except BrokenExecutor:
            self._suspects.append(task)
            raise

    def _collect(self) -> None:
        over, _ = wait(self._at_work, return_when=FIRST_COMPLETED)
        broken: BrokenExecutor | None = None
        for future in over:
            if future.cancelled():
                raise RelsimError(
                    "the executor gave up what it was given: it was closed, or its scheduler "
                    "ended; runs that were finished are kept"
                )
            error = future.exception()
            if isinstance(error, BrokenExecutor):
                broken = error
                continue
            task = self._at_work.pop(future)
            if error is None:
                self._keep(future.result(), task.tries)
            else:
                self._suspect(task, error)
        if broken is not None:
            raise broken

    def _keep(self, lived: list[Lived], tries: int) -> None:
        self.keeper.add(lived, tries)
        self._seconds += sum(one.seconds for one in lived)
        self._lived += len(lived)
        self.each(len(lived), sum(bool(one.error) for one in lived))

    def _suspect(self, task: _Task, error: BaseException) -> None:
        """Put the runs of a worker that died aside, one by one; give up on one tried too often."""
        if len(task.runs) == 1 and task.tries >= MOST_TRIES:
            words = f"its worker died, {task.tries} times: {type(error).__name__}: {error}".strip()
            nothing = failed(self.recipe, self.assignment(task.runs[0]), 0.0, words, words)
            self._keep([nothing], task.tries)
            return
        self._suspects.extend(_Task((run,), task.tries + 1) for run in task.runs)

    def _settle(self) -> None:
        """Tell that all runs below those at work are over."""
        open_ = [run for task in (*self._at_work.values(), *self._suspects) for run in task.runs]
        self.keeper.settle(min(open_, default=0))


def _stop(executor: Executor, at_work: Iterable["Future[Any]"], *, ours: bool) -> None:
    """Begin nothing more, and end our processes: their runs are begun anew later."""
    processes = (getattr(executor, "_processes", None) or {}) if ours else {}
    if not processes:
        for future in at_work:
            future.cancel()
    # A pool whose processes die fails all that waits; were it cancelled, it would stumble over it.
    for process in list(processes.values()):
        with contextlib.suppress(OSError, ValueError):
            process.terminate()
