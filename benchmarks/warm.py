"""How long one waits: for a run, for the import, and for the compiler."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.clocks import Times, in_turns, wall_clock
from benchmarks.progress import say
from benchmarks.results import Cell, Section, Target
from benchmarks.situation import telecom
from relsim import Market

_IMPORT = """
import time
start = time.perf_counter()
import relsim
imported = time.perf_counter()
relsim.Market, relsim.load
print(imported - start, time.perf_counter() - start)
"""
_FIRST_MONTH = """
import time
start = time.perf_counter()
import relsim
market = relsim.Market(relsim.load("telecom", {"market.customers": 1000}), seed=1)
market.run(months=1)
print(time.perf_counter() - start)
"""


def _seconds(script: str, cache: str | None = None) -> list[float]:
    """Return the numbers that a fresh process prints."""
    environment = os.environ | ({} if cache is None else {"NUMBA_CACHE_DIR": cache})
    command = [sys.executable, "-c", script]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(  # noqa: S603 - this Python, a script of ours
        command, capture_output=True, text=True, check=True, env=environment, cwd=root
    )
    return [float(word) for word in done.stdout.split()]


def _fresh(script: str, rounds: int) -> list[Times]:
    """Return the times that fresh processes print, one ``Times`` per number."""
    printed = []
    for number in range(rounds):
        say(f"warm: fresh process {number + 1} of {rounds}")
        printed.append(_seconds(script))
    return [Times(numbers) for numbers in zip(*printed, strict=True)]


def measure(
    customers: int = 10_000,
    months: int = 120,
    rounds: int = 9,
    starts: int = 3,
    compiles: bool = True,
) -> Section:
    """Return the waits.

    Parameters
    ----------
    customers, months : int
        The run.
    rounds : int
        How often the run is timed.
    starts : int
        How often a fresh process is started to be timed.
    compiles : bool
        Whether to compile all from an empty cache, which takes most of a minute.
    """
    spec = telecom(customers)
    taken = in_turns({"run": lambda: Market(spec).run(months)}, rounds, wall_clock, "warm")["run"]
    imported, ready = _fresh(_IMPORT, starts)
    (first,) = _fresh(_FIRST_MONTH, starts)
    rows: list[list[Cell]] = [
        [f"{customers:,} customers x {months} months", taken.least, taken.median],
        ["import relsim", imported.least, imported.median],
        ["import, and Market and load at hand", ready.least, ready.median],
        ["the same and a first month, compiled before", first.least, first.median],
    ]
    if compiles:
        say("warm: compiling all from an empty cache")
        with tempfile.TemporaryDirectory() as empty:
            (cold,) = _seconds(_FIRST_MONTH, empty)
        rows.append(["the same with nothing compiled yet", cold, None])
    return Section(
        name="warm",
        title="Waiting: seconds by the wall clock",
        columns=("what", "s, least", "s, median"),
        rows=rows,
        targets=[
            Target("a warm run", taken.least, 0.1, "s", more_is_better=False),
            Target("import relsim", imported.least, 1.0, "s", more_is_better=False),
            Target("import, ready to run", ready.least, 1.0, "s", more_is_better=False),
        ],
        notes=["The run is all of Market(spec).run(); all else is measured in fresh processes."],
    )
