"""A tiny experiment, and ways to run it."""

import contextlib
import copy
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest
import yaml

from relsim.lab.archive.results import write_tables
from relsim.lab.archive.store import Store
from relsim.lab.config import read_experiment
from relsim.lab.runs.rounds import Conduct, conduct, shape_of
from relsim.lab.runs.study import Study
from relsim.records import sha256
from relsim.spec.paths import put

TINY: dict[str, Any] = {
    "base": "telecom",
    "settings": {"market.customers": 60, "run.months": 3, "customers.network.kind": "none"},
    "arms": {
        "offensive": {"firms.0.strategy.kind": "offensive"},
        "defensive": {"firms.0.strategy.kind": "defensive"},
    },
    "levers": [{"key": "firms.0.strategy.budget_share", "name": "budget", "levels": [0.05, 0.2]}],
    "uncertainties": [
        {"key": "firms.*.acquisition.half_at", "name": "reach", "low": 0.2, "high": 1.0}
    ],
    "design": {"points": 2},
    "replication": {"minimum": 2},
    "outcomes": {
        "profit": {"measure": "profit", "firm": "Attacker"},
        "lost": {"measure": "lost", "per": "opening"},
    },
    "panel": {"measures": ["share"]},
}
"""Two arms, two levels, two samples, two replications: 16 runs."""


def write(folder: Path, changes: dict[str, Any] | None = None) -> Path:
    """Write the tiny experiment, with some of its keys changed (None = taken away)."""
    data = copy.deepcopy(TINY)
    for key, value in (changes or {}).items():
        if value is None:
            del data[key]
        else:
            put(data, key, value, "test", lambda _: True)
    path = folder / "tiny.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    return path


def study_of(folder: Path, changes: dict[str, Any] | None = None) -> Study:
    return Study.of(read_experiment(write(folder, changes)))


@contextlib.contextmanager
def held(study: Study, folder: Path) -> Iterator[Store]:
    with Store(folder, study.key, shape_of(study)) as store:
        yield store


def finish(study: Study, folder: Path, how: Conduct | None = None) -> dict[str, str]:
    """Run an experiment to its end, and return the hashes of what it left."""
    with held(study, folder) as store:
        store.save(study.saved())
        conduct(study, store, how or Conduct())
        write_tables(study, store)
    return hashes(folder)


def hashes(folder: Path) -> dict[str, str]:
    """Return the hashes of all tables and chunks."""
    return {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".parquet", ".csv")
    }


class Stop(Exception):  # noqa: N818  # nothing is wrong
    """Somebody pulls the plug."""


def stopping_after(count: int, error: type[BaseException] = Stop) -> Callable[[int, int], None]:
    """Return a listener that raises once so many runs were kept."""
    kept = 0

    def each(done: int, _: int) -> None:
        nonlocal kept
        kept += done
        if kept >= count:
            raise error

    return each


class Shuffled(Executor):
    """An executor that does what it was given in random order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._waiting: list[tuple[Future[Any], Callable[[], Any]]] = []
        self._change = threading.Condition()
        self._open = True
        self.order: list[int] = []
        self._given = 0
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        with self._change:
            number = self._given
            self._given += 1

            def work() -> Any:
                self.order.append(number)
                return fn(*args, **kwargs)

            self._waiting.append((future, work))
            self._change.notify()
        return future

    def _work(self) -> None:
        while True:
            with self._change:
                # A moment, so that several are there to choose from.
                self._change.wait_for(lambda: len(self._waiting) > 3 or not self._open, 0.002)
                if not self._waiting:
                    if not self._open:
                        return
                    continue
                place = self._random.randrange(len(self._waiting))
                future, work = self._waiting.pop(place)
            if future.set_running_or_notify_cancel():
                future.set_result(work())

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._change:
            self._open = False
            self._change.notify()
        self._thread.join()


@pytest.fixture
def small_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a chunk hold four runs."""
    for name in ("BAND", "BAND_WITH_PANEL"):
        monkeypatch.setattr(f"relsim.lab.archive.store.{name}", 4)
