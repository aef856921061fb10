"""Who does the work: this process, threads, processes, a cluster, or an executor of the user's."""

import ast
import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from relsim.errors import RelsimError, SpecError
from relsim.lab.runs.time_limit import abandon
from relsim.spec.hints import nearest

KINDS = ("serial", "threads", "processes", "dask")
"""Executors that can be named."""


class Inline(Executor):
    """An executor that does the work at once, where it is called."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Call a function, and return its result as a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # a future carries whatever was raised
            future.set_exception(error)
        return future


@dataclass(frozen=True)
class Crew:
    """Which executor, and how many runs are to be at work at a time.

    Attributes
    ----------
    kind : str
        One of KINDS, or "own".
    workers : int
        Runs that are at work at a time.
    address : str
        Of a Dask scheduler.
    own : Executor, optional
        The user's; it is used and left open.
    """

    kind: str = "serial"
    workers: int = 1
    address: str = ""
    own: Executor | None = None

    def __post_init__(self) -> None:
        if self.own is None and self.kind not in KINDS:
            hint = nearest(self.kind, KINDS) or f"; allowed: auto, {', '.join(KINDS)}"
            raise SpecError(f"--executor: unknown executor {self.kind!r}{hint}")
        if self.kind == "dask" and not self.address:
            raise SpecError("--address: dask needs a scheduler, such as tcp://127.0.0.1:8786")

    @property
    def elsewhere(self) -> bool:
        """Whether the work may be done in processes that know nothing of this one."""
        if self.own is not None:
            return not isinstance(self.own, ThreadPoolExecutor | Inline)
        return self.kind in ("processes", "dask")

    @property
    def can_restart(self) -> bool:
        """Whether a new executor can be made after its workers died."""
        return self.own is None

    @contextlib.contextmanager
    def at_work(self) -> Iterator[Executor]:
        """Yield an executor; what is still queued when it is left is not begun.

        Raises
        ------
        RelsimError
            If it cannot be had.
        """
        if self.own is not None:
            yield self.own
            return
        if self.kind == "dask":
            with _dask(self.address) as executor:
                yield executor
            return
        executor = self._local()
        try:
            yield executor
        except BaseException:
            _abandon(executor)
            raise
        executor.shutdown(wait=True, cancel_futures=True)

    def _local(self) -> Executor:
        if self.kind == "threads":
            return ThreadPoolExecutor(self.workers)
        if self.kind == "processes":
            check_main()
            # Started anew rather than forked: a fork of a process with threads may hang.
            context = multiprocessing.get_context("spawn")
            return _Processes(self.workers, context, initializer=_work_for_parent)
        return Inline()


def crew_of(executor: "str | Executor | Crew | None", workers: int) -> Crew:
    """Return who works, as it is said in Python.

    Parameters
    ----------
    executor : str, Executor or Crew, optional
        The name of one, one of ``concurrent.futures``, or a crew as it is; processes unless said,
        and this process alone for one worker.
    workers : int
        Runs that are at work at a time.

    Raises
    ------
    SpecError
        If there is no such executor, or workers is no number from 1 on.

    Examples
    --------
    >>> crew_of(None, 1).kind, crew_of(None, 2).kind, crew_of("threads", 2).kind
    ('serial', 'processes', 'threads')
    """
    if isinstance(executor, Crew):
        return executor
    _check_workers(workers)
    if isinstance(executor, Executor):
        return Crew("own", workers, own=executor)
    alone = "serial" if workers == 1 else "processes"
    return Crew(alone if executor is None else executor, workers)


def _check_workers(workers: Any) -> None:
    if not isinstance(workers, int) or isinstance(workers, bool) or workers < 1:
        raise SpecError(f"workers: given {workers!r}, allowed: a whole number from 1")


@dataclass(frozen=True)
class StandingCrew(Crew):
    """A crew of this machine that stays together from one experiment to the next.

    Starting processes takes seconds, which a hundred small experiments should pay once.
    """

    _at_hand: list[Executor] = field(default_factory=list)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[Executor]:
        """Yield the executor, a new one if its workers died; it stays open afterwards."""
        if self._at_hand and _is_broken(self._at_hand[0]):
            self.dismiss()
        if not self._at_hand:
            self._at_hand.append(self._local())
        yield self._at_hand[0]

    def dismiss(self) -> None:
        """End the executor; what is still queued is not begun."""
        while self._at_hand:
            self._at_hand.pop().shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def standing(kind: str, workers: int) -> Iterator[StandingCrew]:
    """Yield a crew that stays together until this is left.

    Parameters
    ----------
    kind : {"serial", "threads", "processes"}
        Which executor.
    workers : int
        Runs that are at work at a time.
    """
    crew = StandingCrew(kind, workers)
    try:
        yield crew
    finally:
        crew.dismiss()


def _is_broken(executor: Executor) -> bool:
    try:
        executor.submit(int).result()
    except BrokenExecutor:
        return True
    return False


def _abandon(executor: Executor) -> None:
    """Leave an executor whose work is not wanted any more: threads that hang are not waited for."""
    threads = isinstance(executor, ThreadPoolExecutor)
    executor.shutdown(wait=not threads, cancel_futures=True)
    if threads:
        abandon(executor._threads)  # type: ignore[attr-defined]  # noqa: SLF001  # there is no public way


def check_main() -> None:
    """Check that the program may start processes where it does so now.

    A process that is started anew imports the program's file. Without a guard it would come to
    this very line and start processes itself, and so on.

    Raises
    ------
    RelsimError
        If the line that is being run is not inside ``if __name__ == "__main__":``.
    """
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  # there is no public way
    while frame is not None and not _is_main(frame):
        frame = frame.f_back
    if file is None or frame is None:
        return
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    blocks = (node for node in tree.body if isinstance(node, ast.If))
    guards = (node for node in blocks if "__name__" in ast.unparse(node.test))
    line = frame.f_lineno
    if not any(node.lineno <= line <= (node.end_lineno or line) for node in guards):
        raise RelsimError(
            f"{Path(file).name}, line {line}: starts processes, each of which imports this file "
            'and would do so again: put it under  if __name__ == "__main__":'
        )


def _is_main(frame: FrameType) -> bool:
    return frame.f_globals.get("__name__") == "__main__" and frame.f_code.co_name == "<module>"


class _Processes(ProcessPoolExecutor):
    """Processes that are deaf to Ctrl-C from their first moment.

    It reaches the whole group of processes; the one that keeps the journal decides.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Hand over work; processes that are started for it inherit what is blocked here."""
        if not hasattr(signal, "pthread_sigmask"):  # Windows
            return super().submit(fn, *args, **kwargs)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work_for_parent() -> None:
    """Ignore Ctrl-C, and end with the process that the work is for, even if that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextlib.contextmanager
def _dask(address: str) -> Iterator[Executor]:
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        raise RelsimError(
            "--executor dask: dask is not installed; pip install 'relsim[dask]' brings it"
        ) from None
    try:
        client = distributed.Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise RelsimError(f"--address: no scheduler answers at {address}: {reason}") from None
    try:
        # Each call is work of its own: equal calls are not taken for one.
        executor: Executor = client.get_executor(pure=False)
        yield executor
    finally:
        client.close(timeout=10)


def dask_workers(address: str) -> int:
    """Return how many threads the workers of a scheduler have together.

    Raises
    ------
    RelsimError
        If it does not answer, or has no workers.
    """
    with _dask(address) as executor:
        threads: dict[str, int] = executor._client.nthreads()  # type: ignore[attr-defined]  # noqa: SLF001  # there is no public way to it
    if not threads:
        raise RelsimError(f"--address: the scheduler at {address} has no workers")
    return sum(threads.values())
