"""The laboratory: what it costs over bare runs, two cores against one, and thousands of runs."""

import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import mesa  # noqa: TID251  # its own sweep is what is compared with
import yaml

from benchmarks.clocks import Work, in_turns, wall_clock
from benchmarks.progress import say
from benchmarks.results import Cell, Section, Target
from relsim import AgentMarket, Market
from relsim.lab.archive.store import JOURNAL, Store
from relsim.lab.config import read_experiment
from relsim.lab.runs.executors import Crew, standing
from relsim.lab.runs.rounds import Conduct, conduct, shape_of
from relsim.lab.runs.study import Study
from relsim.spec import MarketSpec, override

_LEVELS = [0.05, 0.1, 0.2]
_ARMS = ("offensive", "defensive")


def study_of(folder: Path, customers: int, months: int, replications: int) -> Study:
    """Return an experiment of two arms and three levels: six runs a replication."""
    data: dict[str, Any] = {
        "base": "telecom",
        "settings": {"market.customers": customers, "run.months": months},
        "arms": {arm: {"firms.0.strategy.kind": arm} for arm in _ARMS},
        "levers": [{"key": "firms.0.strategy.budget_share", "name": "b", "levels": _LEVELS}],
        "replication": {"minimum": replications},
        "outcomes": {"profit": {"measure": "profit", "firm": "Attacker"}},
    }
    path = folder / "lab.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return Study.of(read_experiment(path))


def _by_lab(study: Study, crew: Crew) -> None:
    with (
        tempfile.TemporaryDirectory() as place,
        Store(Path(place, "out"), study.key, shape_of(study)) as store,
    ):
        conduct(study, store, Conduct(crew))


def _bare(study: Study, runs: int) -> None:
    """Live the same runs one after another, as a loop over markets would."""
    for run in range(runs):
        one = study.assignment(run)
        spec = override(study.markets[0], one.overrides)
        Market(spec, study.spec.seed, one.replication).run()


def measure(
    customers: int = 10_000,
    months: int = 120,
    rounds: int = 5,
    runs: int = 10_000,
    objects: int = 200,
    kills: bool = True,
) -> Section:
    """Return overhead, speed-up, memory and the wait after a kill.

    Parameters
    ----------
    customers, months : int
        Size of the market for overhead and speed-up.
    rounds : int
        How often each is timed.
    runs : int
        Runs of the large experiment of a small market.
    objects : int
        Customers of the market of objects.
    kills : bool
        Whether the large experiment is run, and killed.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        rows, targets = _overhead(folder, customers, months, rounds)
        more, ratio = _beside_mesa(folder, objects, rounds)
        notes = [
            "Wall clock, rounds in turns; 'over' is the median of the rounds' ratios. Two",
            "processes had been started before. Lab over bare runs: processor time, in turns.",
            f"Load of the machine in the last minute: {os.getloadavg()[0]:.1f}.",
            ratio,
        ]
        if kills:
            found, words = _large(folder, runs)
            targets += found
            notes += words
    return Section(
        name="lab",
        title=f"Laboratory: {customers:,} customers, {months} months a run",
        columns=("way", "seconds a run", "over"),
        rows=rows + more,
        targets=targets,
        notes=notes,
    )


def _overhead(
    folder: Path, customers: int, months: int, rounds: int
) -> tuple[list[list[Cell]], list[Target]]:
    study = study_of(folder, customers, months, 4)
    runs = study.size(4)
    alone: dict[str, Work] = {
        "bare loop": lambda: _bare(study, runs),
        "lab, serial": lambda: _by_lab(study, Crew()),
    }
    cost = in_turns(alone, rounds, time.process_time, what="lab")
    over = cost["lab, serial"].over(cost["bare loop"])
    with standing("processes", 2) as crew:
        _by_lab(study, crew)  # starts the processes, which takes as long as dozens of runs
        works: dict[str, Work] = {
            **alone,
            "lab, 2 threads": lambda: _by_lab(study, Crew("threads", 2)),
            "lab, 2 processes": lambda: _by_lab(study, crew),
        }
        taken = in_turns(works, rounds, wall_clock, what="lab")
    bare, serial = taken["bare loop"], taken["lab, serial"]
    rows: list[list[Cell]] = [
        [name, of.divided(runs).median, f"{of.over(bare):.2f} x"] for name, of in taken.items()
    ]
    best = max(serial.over(taken[name]) for name in ("lab, 2 threads", "lab, 2 processes"))
    return rows, [
        Target("lab over bare runs", over, 1.1, "x", more_is_better=False),
        Target("two workers against one", best, 1.8, "x"),
    ]


# Mesa -------------------------------------------------------------------------------------


class Swept(AgentMarket):
    """relsim's market of objects as ``mesa.batch_run`` wants it: parameters in, months as steps."""

    spec_of_all: MarketSpec

    def __init__(self, kind: str, share: float, replication: int, **_: Any) -> None:
        values = {"firms.0.strategy.kind": kind, "firms.0.strategy.budget_share": share}
        super().__init__(override(self.spec_of_all, values), seed=1, replication=replication)
        self.datacollector = mesa.DataCollector(
            {"profit": lambda market: float(market.columns["profit"][-1:, 0].sum())}
        )

    def step(self) -> None:
        """Live a month and note what there is to note."""
        super().step()
        self.datacollector.collect(self)
        self.running = self.steps < self.spec.run.months


def _beside_mesa(folder: Path, customers: int, rounds: int) -> tuple[list[list[Cell]], str]:
    months, replications = 12, 2
    study = study_of(folder, customers, months, replications)
    runs = study.size(replications)
    Swept.spec_of_all = study.markets[0]

    def by_mesa() -> None:
        with warnings.catch_warnings():
            # Later releases of mesa want the seeds of its own generator, which nobody asks here.
            warnings.simplefilter("ignore")
            mesa.batch_run(
                Swept,
                {
                    "kind": list(_ARMS),
                    "share": _LEVELS,
                    "replication": list(range(replications)),
                },
                number_processes=1,
                max_steps=months,
                data_collection_period=-1,
                display_progress=False,
            )

    works: dict[str, Work] = {"batch": by_mesa, "lab": lambda: _by_lab(study, Crew())}
    taken = in_turns(works, min(rounds, 3), wall_clock, what="lab beside mesa")
    own, other = taken["lab"], taken["batch"]
    size = f"{customers} customers, {months} months"
    rows: list[list[Cell]] = [
        [f"mesa.batch_run, objects ({size})", other.divided(runs).median, None],
        [f"lab, compiled ({size})", own.divided(runs).median, f"1/{other.over(own):.1f} of it"],
    ]
    return rows, f"mesa.batch_run of relsim's market of objects takes {other.over(own):.1f} times."


# Thousands of runs ------------------------------------------------------------------------

_LIVE = """
import sys
from pathlib import Path
from benchmarks.lab import run_large
run_large(Path(sys.argv[1]), int(sys.argv[2]))
"""
_EARLY = 10  # memory is weighed after this part of the runs, and after all


def run_large(folder: Path, runs: int) -> None:
    """Run an experiment of a small market, saying how much memory this process has on its way.

    It has more runs than are asked for, so that there is something to kill.
    """
    study = study_of(folder, 100, 3, -(-2 * runs // 6))
    marks, count = [runs // _EARLY, runs], 0

    def each(done: int, _: int) -> None:
        nonlocal count
        count += done
        if marks and count >= marks[0]:
            sys.stdout.write(f"{marks.pop(0)} {resident()}\n")
            sys.stdout.flush()

    with Store(folder / "out", study.key, shape_of(study)) as store:
        conduct(study, store, Conduct(Crew("processes", 2), each=each))


def resident() -> int:
    """Return the bytes of memory that this process has now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _begin(folder: Path, runs: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603  # this Python, a script of ours
        [sys.executable, "-c", _LIVE, str(folder), str(runs)],
        cwd=Path(__file__).resolve().parents[1],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _kill(process: "subprocess.Popen[str]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _done(folder: Path) -> int:
    data = sqlite3.connect(f"file:{folder / 'out' / JOURNAL}?mode=ro", uri=True)
    count = int(data.execute("SELECT count(*) FROM runs").fetchone()[0])
    data.close()
    return count


def _large(folder: Path, runs: int) -> tuple[list[Target], list[str]]:
    """Run thousands of runs, kill that, and go on: memory, and the wait for the first new run."""
    say("lab: thousands of runs")
    start = time.perf_counter()
    killed = _begin(folder, runs)
    lines = killed.stdout or ()
    # Two lines and no more: to wait for a third would let the process come to its end.
    (_, early), (_, late) = (map(float, line.split()) for line in itertools.islice(lines, 2))
    seconds = time.perf_counter() - start
    _kill(killed)
    there = _done(folder)
    start = time.perf_counter()
    again = _begin(folder, runs)
    while _done(folder) == there and again.poll() is None:
        time.sleep(0.02)
    wait = time.perf_counter() - start
    _kill(again)
    return [
        Target("first new run after a kill", wait, 5.0, "s", more_is_better=False),
        Target("memory grown", (late - early) / 1e6, 20.0, "MB", more_is_better=False),
    ], [
        f"{runs:,} runs of 100 customers and 3 months took {seconds:.0f} s with two processes;",
        f"resident after {runs // _EARLY:,} runs {early / 1e6:.0f} MB, after {runs:,} "
        f"{late / 1e6:.0f} MB. Killed after {there:,}; the first new run came after {wait:.1f} s.",
    ]
