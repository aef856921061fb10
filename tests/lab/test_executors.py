"""Who does the work: names, clusters that are there or not, executors that break."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from relsim.errors import RelsimError, SpecError
from relsim.lab.runs.executors import Crew, Inline, StandingCrew, dask_workers, standing
from relsim.lab.runs.rounds import Conduct
from tests.cli.conftest import environment
from tests.lab.conftest import Stop, finish, stopping_after, study_of

Cluster = contextlib.AbstractContextManager[tuple[int, str]]
# Dask's clients and their pools are closed by threads that outlive the test that made them.
dask = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


def test_unknown_executor() -> None:
    with pytest.raises(SpecError, match=r"--executor: unknown executor 'thread'; did you mean"):
        Crew("thread")
    with pytest.raises(SpecError, match=r"--executor: .*'gpu'; allowed: auto, serial, threads"):
        Crew("gpu")
    with pytest.raises(SpecError, match=r"--address: dask needs a scheduler"):
        Crew("dask")


def test_inline_carries_what_is_raised() -> None:
    future = Inline().submit(lambda: 1 / 0)
    assert isinstance(future.exception(), ZeroDivisionError)


class Broken(Executor):
    """Does some work, then breaks."""

    def __init__(self, good: int) -> None:
        self.good = good

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        self.good -= 1
        if self.good < 0:
            raise BrokenProcessPool("gone")
        return Inline().submit(fn, *args, **kwargs)


def test_an_executor_of_the_users_that_breaks(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    with pytest.raises(RelsimError, match="the executor broke: its workers died; runs that were"):
        finish(study, tmp_path / "out", Conduct(Crew("own", 1, own=Broken(3))))
    again = finish(study, tmp_path / "out")
    assert again == finish(study, tmp_path / "fresh")


class Closed(Executor):
    """Gives up whatever it is given."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future


def test_an_executor_that_gives_up(tmp_path: Path) -> None:
    with pytest.raises(RelsimError, match="the executor gave up what it was given"):
        finish(study_of(tmp_path), tmp_path / "out", Conduct(Crew("own", 1, own=Closed())))


@pytest.mark.slow
def test_a_pool_of_the_users_is_left_as_it_is(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    with ProcessPoolExecutor(1) as own:
        crew = Crew("own", 1, own=own)
        with pytest.raises(Stop):
            finish(study, tmp_path / "out", Conduct(crew, each=stopping_after(2)))
        assert own.submit(os.getpid).result() > 0
        finish(study, tmp_path / "out", Conduct(crew))


# A cluster --------------------------------------------------------------------------------


@contextlib.contextmanager
def running(module: str, *arguments: str, folder: Path, says: str) -> Iterator[tuple[int, str]]:
    """Start a part of a cluster; yield its process and what it said."""
    log = folder / f"{module}-{len(list(folder.glob('*.log')))}.log"
    with log.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments, "--no-dashboard"],
            cwd=folder,
            env=environment(),
            stdout=sink,
            stderr=sink,
        )
    try:
        end = time.monotonic() + 60.0
        while not (found := re.search(says, log.read_text())):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)
        yield process.pid, found[1]
    finally:
        process.kill()
        process.wait()


def scheduler(folder: Path) -> Cluster:
    return running(
        "distributed.cli.dask_scheduler",
        *("--host", "127.0.0.1", "--port", "0"),
        folder=folder,
        says=r"Scheduler at:\s+(tcp://\S+)",
    )


def worker(address: str, folder: Path) -> Cluster:
    return running(
        "distributed.cli.dask_worker",
        *(address, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder)),
        folder=folder,
        says=r"(Starting established connection|Registered to)",
    )


@dask
@pytest.mark.slow
def test_a_cluster_of_which_one_worker_is_killed(tmp_path: Path) -> None:
    study = study_of(tmp_path, {"replication.minimum": 10})
    serial = finish(study, tmp_path / "serial")
    with scheduler(tmp_path) as (_, address):
        with pytest.raises(RelsimError, match=f"the scheduler at {address} has no workers"):
            dask_workers(address)
        with worker(address, tmp_path) as (first, _), worker(address, tmp_path):
            assert dask_workers(address) == 2
            killed: list[int] = []

            def each(done: int, failed: int) -> None:
                assert failed == 0
                if not killed:
                    os.kill(first, signal.SIGKILL)
                    killed.append(done)

            crew = Crew("dask", 2, address)
            assert finish(study, tmp_path / "dask", Conduct(crew, each=each)) == serial
            assert killed
            assert dask_workers(address) == 1


@dask
@pytest.mark.slow
def test_a_scheduler_that_ends(tmp_path: Path) -> None:
    study = study_of(tmp_path, {"replication.minimum": 10})
    with scheduler(tmp_path) as (pid, address), worker(address, tmp_path):

        def each(_: int, __: int) -> None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        with pytest.raises(RelsimError, match="runs that were finished are kept"):
            finish(study, tmp_path / "out", Conduct(Crew("dask", 1, address), each=each))
    assert finish(study, tmp_path / "out") == finish(study, tmp_path / "serial")


@dask
@pytest.mark.slow
def test_nothing_to_connect_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RelsimError, match=r"--address: no scheduler answers at tcp://127.0.0.1:9"):
        dask_workers("tcp://127.0.0.1:9")
    with pytest.raises(RelsimError, match=r"--address: no scheduler answers at nonsense"):
        dask_workers("nonsense://1")


# A crew that stays together -----------------------------------------------------------------


def _die() -> None:
    os._exit(1)


def test_a_crew_stays_from_one_experiment_to_the_next_and_is_replaced_when_it_died() -> None:
    with standing("processes", 1) as crew:
        with crew.at_work() as executor:
            first = executor.submit(os.getpid).result()
        with crew.at_work() as executor:
            assert executor.submit(os.getpid).result() == first != os.getpid()
            assert executor.submit(_die).exception() is not None
        with crew.at_work() as executor:
            assert executor.submit(os.getpid).result() not in (first, os.getpid())


def test_a_crew_is_dismissed_at_the_end() -> None:
    with standing("threads", 2) as crew, crew.at_work() as executor:
        assert executor.submit(int).result() == 0
    assert isinstance(crew, StandingCrew)
    assert crew.can_restart
