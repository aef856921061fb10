"""The command line as a process: killed, stopped, out of disk, and quick to start."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import relsim
from tests.cli.conftest import environment, spawn, start

LONG = ("run", "telecom", "--customers", "2000", "--months", "50000", "--no-figures")
SHORT = ("run", "telecom", "--customers", "300", "--months", "3", "--no-figures")


def _hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_until(true: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + 240.0
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def long_run(here: Path) -> "subprocess.Popen[str]":
    """Return a run into ``out`` that lives its months and will do so for long."""
    process = subprocess.Popen(
        start(*LONG, "--out", "out"),
        cwd=here,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts what runs in its background deaf to interrupts, and children inherit it.
        preexec_fn=_hear_interrupts,  # noqa: PLW1509  # no threads here
    )
    wait_until(lambda: any(here.glob(".out.partial-*/customers.parquet")), process)
    return process


def test_a_killed_run_leaves_nothing_under_its_name(here: Path) -> None:
    process = long_run(here)
    time.sleep(0.3)
    process.kill()
    process.communicate()
    assert not (here / "out").exists()
    (left,) = here.iterdir()
    assert left.name == f".out.partial-{process.pid}"
    done = spawn(*SHORT, "--out", "out", folder=here)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in here.iterdir()] == ["out"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_stopped_run_leaves_nothing_at_all(here: Path) -> None:
    process = long_run(here)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, error.splitlines()[-1]) == ("", "stopped; no results were kept")
    assert "Traceback" not in error
    assert list(here.iterdir()) == []


TORN = """
import signal, sys, time
import relsim
from relsim.cli import main

class Torn:
    '''Interrupted while it is taken apart, as what a library owns may be.'''

    def __del__(self):
        signal.raise_signal(signal.SIGINT)

class Half:
    '''Cut in two: complains at the very end.'''

    def __del__(self):
        raise AttributeError("half of it is gone")

kept = [Half()]

def live(market, table):
    torn = Torn()
    del torn
    try:
        time.sleep(60.0)
    finally:
        {error}

relsim.Market.live = live
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("error", ["pass", "raise OSError('closed already')", "raise ValueError"])
def test_a_run_stopped_where_python_does_not_listen(here: Path, error: str) -> None:
    before = time.monotonic()
    done = subprocess.run(
        start(*SHORT, "--out", "out", python=("-c", TORN.format(error=error))),
        cwd=here,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_hear_interrupts,  # no threads here
    )
    assert time.monotonic() - before < 60.0
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "stopped; no results were kept\n"
    assert list(here.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits")
def test_a_file_that_cannot_grow(here: Path) -> None:
    limited = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "from relsim.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        start(*SHORT, "--out", "out", python=("-c", limited)),
        cwd=here,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr == "error: out: results cannot be written: File too large\n"
    assert list(here.iterdir()) == []


def can_mount() -> bool:
    tool = shutil.which("unshare")
    return tool is not None and not subprocess.run([tool, "-rm", "true"], check=False).returncode


@pytest.mark.skipif(not can_mount(), reason="needs a file system of its own")
@pytest.mark.parametrize(
    ("disk", "complaint"),
    [
        ("size=24k", "the disk is full; no results were kept"),
        ("ro", "results cannot be written: Read-only file system"),
    ],
)
def test_a_disk_that_takes_no_more(here: Path, disk: str, complaint: str) -> None:
    (here / "disk").mkdir()
    script = f'mount -t tmpfs -o {disk} none disk && "$@"; code=$?; ls -A disk; exit $code'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", *start(*SHORT, "--out", "disk/out")],
        cwd=here,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr == f"error: disk/out: {complaint}\n"
    assert done.stdout == ""


def test_a_full_standard_output(here: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no such device")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            start("list", "mechanisms"),
            cwd=here,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr


def test_a_reader_who_has_seen_enough(here: Path) -> None:
    with subprocess.Popen(
        start("explain", "telecom"),
        cwd=here,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_help_starts_at_once(here: Path) -> None:
    modules = ("numpy", "pandas", "pydantic", "numba", "mesa", "matplotlib", "pyarrow", "yaml")
    ask = (
        "import sys\n"
        "from relsim.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        f"    print([name for name in {modules} if name in sys.modules], file=sys.stderr)\n"
    )
    seconds = []
    for _ in range(3):
        before = os.times()
        done = subprocess.run(
            start("--help", python=("-c", ask)),
            cwd=here,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        after = os.times()  # of a processor: other processes do not count
        seconds.append(after[2] + after[3] - before[2] - before[3])
        assert done.stderr == "[]\n"
    assert min(seconds) < 0.5


def test_installed_as_relsim(here: Path) -> None:
    done = spawn("--version", folder=here)
    assert (done.returncode, done.stdout) == (0, f"relsim {relsim.__version__}\n")
