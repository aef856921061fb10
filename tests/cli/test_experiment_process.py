"""``relsim experiment`` as a process: killed, stopped, with workers that die, on a cluster."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import environment, spawn, start
from tests.lab.conftest import finish, hashes, small_bands, study_of, write

__all__ = ["small_bands"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and groups of processes")

BAND = 4
BANDS_OF_FOUR = (
    "from relsim.lab.archive import store\n"
    f"store.BAND = store.BAND_WITH_PANEL = {BAND}\n"
    "from relsim.cli import main\n"
    "main()\n"
)
LONGER = {
    "replication.minimum": 12,
    "settings": {
        "market.customers": 500,
        "run.months": 48,  # for long enough that a kill comes before the end
        "customers.network.kind": "none",
    },
}
QUIET = ("--no-figures", "--quiet")


@pytest.fixture
def group() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Return a function that starts ``relsim`` in a group of processes of its own."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, folder: Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            start(*arguments, python=("-c", BANDS_OF_FOUR)),
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
            # A shell starts what runs in its background deaf to interrupts; children inherit it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        kill(process)
        process.communicate()


def kill(process: "subprocess.Popen[str]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def done(folder: Path) -> int:
    """Return how many runs a journal counts, without touching it."""
    import sqlite3  # noqa: PLC0415

    try:
        with sqlite3.connect(f"file:{folder / 'journal.sqlite'}?mode=ro", uri=True) as data:
            count = data.execute("SELECT count(*) FROM runs").fetchone()[0]
        data.close()
    except sqlite3.Error:
        return 0
    return int(count)


def wait_for_runs(
    count: int, folder: Path, process: "subprocess.Popen[str]", chunks: int = 0
) -> int:
    """Wait until a journal counts so many runs, and so many chunks were sealed."""
    end = time.monotonic() + 120.0
    while (there := done(folder)) < count or sealed(folder) < chunks:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.002)
    return there


def sealed(folder: Path) -> int:
    return len(list((folder / "chunks").glob("*.parquet")))


@pytest.mark.slow
@pytest.mark.usefixtures("small_bands")
def test_killed_three_times_while_chunks_are_sealed(
    here: Path, group: Callable[..., "subprocess.Popen[str]"]
) -> None:
    (here / "whole").mkdir()
    whole = finish(study_of(here / "whole", LONGER), here / "whole" / "out")
    runs = 96
    assert done(here / "whole" / "out") == runs
    write(here, LONGER)
    command = ("experiment", "tiny.yaml", "--executor", "processes", "--workers", "2", *QUIET)
    seen, last = [], 0
    for share in (0.1, 0.35, 0.7):
        killed = group(*command, "--out", "killed", folder=here)
        count = max(int(share * runs), last + 1)
        last = wait_for_runs(count, here / "killed", killed, chunks=int(share > 0.1))
        kill(killed)
        killed.communicate()
        seen.append(done(here / "killed"))
        assert seen[-1] >= last
        assert not (here / "killed" / "manifest.json").exists()
    assert seen == sorted(seen)
    assert seen[-1] < runs
    assert sealed(here / "killed") < sealed(here / "whole" / "out")
    ended = group(*command, "--out", "killed", folder=here)
    _, error = ended.communicate(timeout=120)
    assert ended.returncode == 0, error
    assert hashes(here / "killed") == whole


@pytest.mark.slow
def test_interrupted_it_says_how_to_go_on(
    here: Path, group: Callable[..., "subprocess.Popen[str]"]
) -> None:
    write(here, LONGER)
    command = ("experiment", "tiny.yaml", "--workers", "2", "--no-figures", "--out", "out")
    process = group(*command, "--executor", "processes", folder=here)
    wait_for_runs(3, here / "out", process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130
    lines = error.splitlines()
    assert lines[-1] == "stopped; finished runs are kept: the same command goes on with them"
    assert "Traceback" not in error
    assert out == ""
    assert done(here / "out") >= 3


@pytest.mark.slow
def test_workers_do_not_outlive_the_one_they_work_for(
    here: Path, group: Callable[..., "subprocess.Popen[str]"]
) -> None:
    write(here, LONGER)
    command = ("experiment", "tiny.yaml", "--executor", "processes", "--workers", "2", *QUIET)
    process = group(*command, "--out", "out", folder=here)
    wait_for_runs(2, here / "out", process)
    process.kill()  # this one alone
    process.wait()
    end = time.monotonic() + 20.0
    while is_alive(process.pid):
        assert time.monotonic() < end, "its workers are still there"
        time.sleep(0.05)


def is_alive(group_of: int) -> bool:
    try:
        os.killpg(group_of, 0)
    except ProcessLookupError:
        return False
    return True


DEADLY = '''
import os
import relsim

class Deadly(relsim.Strategy):
    """Takes the process with it, where the fee is high."""

    fee: float = relsim.parameter("Anything.", unit="-", default=0.0)

    def plan(self, view):
        if self.fee > 1.0:
            os._exit(3)
        return relsim.Plan(retention=tuple(0.0 for _ in view.tier_customers))
'''


@pytest.mark.slow
def test_a_worker_that_dies(here: Path) -> None:
    (here / "deadly.py").write_text(DEADLY)
    changes = {
        "arms": {"as_is": {"firms.0.strategy": {"kind": "deadly.Deadly"}}},
        "levers": [{"key": "firms.0.strategy.fee", "name": "fee", "levels": [0.0, 2.0]}],
        "uncertainties": None,
        "design": None,
        "replication.minimum": 2,
        "panel": None,
    }
    write(here, changes)
    command = ("experiment", "tiny.yaml", "--executor", "processes", "--workers", "2")
    result = spawn(*command, "--allow-code", "--no-figures", "--out", "out", folder=here)
    assert result.returncode == 0, result.stderr
    assert "4 runs" in result.stdout
    assert "2 failed" in result.stdout
    import pandas as pd  # noqa: PLC0415

    runs = pd.read_parquet(here / "out" / "runs.parquet")
    assert runs["failed"].tolist() == (runs["fee"] > 1.0).tolist()
    assert runs["profit"].notna().tolist() == (~runs["failed"]).tolist()
    failures = pd.read_csv(here / "out" / "failures.csv")
    assert failures["tries"].tolist() == [3, 3]
    assert failures["error"].str.startswith("its worker died, 3 times: BrokenProcessPool").all()
