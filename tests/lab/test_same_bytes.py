"""The same experiment leaves the same bytes, whoever does the work and whatever comes between."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relsim.lab.archive import store
from relsim.lab.runs import scheduler
from relsim.lab.runs.executors import Crew
from relsim.lab.runs.rounds import Conduct
from relsim.lab.runs.study import Study
from tests.lab.conftest import Shuffled, Stop, finish, held, stopping_after, study_of

TABLES = ("runs.parquet", "design.csv", "effects.csv", "replications.csv")
SEQUENTIAL = {
    "replication": {"minimum": 2, "maximum": 8, "absolute": 0.05, "outcome": "profit"},
    "design.points": 1,
}


class Way(NamedTuple):
    """How an experiment is run."""

    executor: str
    workers: int
    most_a_task: int
    order: int
    stops: list[int]
    interrupted: bool


WAYS = st.builds(
    Way,
    executor=st.sampled_from(["serial", "threads", "shuffled"]),
    workers=st.integers(1, 4),
    most_a_task=st.integers(1, 5),
    order=st.integers(0, 1000),
    stops=st.lists(st.integers(1, 9), max_size=3),
    interrupted=st.booleans(),
)


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return study_of(tmp_path_factory.mktemp("fixed"))


@pytest.fixture(scope="module")
def sequential(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return study_of(tmp_path_factory.mktemp("sequential"), SEQUENTIAL)


@contextlib.contextmanager
def crew_of(way: Way) -> Iterator[Crew]:
    if way.executor == "shuffled":
        with Shuffled(way.order) as own:
            yield Crew("own", way.workers, own=own)
    else:
        yield Crew(way.executor, way.workers)


def run(study: Study, way: Way) -> dict[str, str]:
    """Run an experiment in some way, stopped and gone on with, and return its hashes."""
    error = KeyboardInterrupt if way.interrupted else Stop
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "out")
        for stop in way.stops:
            with crew_of(way) as crew, contextlib.suppress(Stop, KeyboardInterrupt):
                finish(study, folder, Conduct(crew, each=stopping_after(stop, error)))
        with crew_of(way) as crew:
            return finish(study, folder, Conduct(crew))


@pytest.mark.parametrize("name", ["fixed", "sequential"])
def test_whoever_works_and_whatever_comes_between(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    study: Study = request.getfixturevalue(name)
    with pytest.MonkeyPatch.context() as patch:
        for band in ("BAND", "BAND_WITH_PANEL"):
            patch.setattr(store, band, 4)
        patch.setattr(scheduler, "_SECONDS_A_TASK", 1e9)
        undisturbed = finish(study, tmp_path / "reference")
        assert set(TABLES) < set(undisturbed)
        assert sum(file.startswith("panel/") for file in undisturbed) >= 4

        @settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow])
        @given(way=WAYS)
        def check(way: Way) -> None:
            patch.setattr(scheduler, "_MOST_A_TASK", way.most_a_task)
            assert run(study, way) == undisturbed

        check()


def test_the_shuffled_executor_shuffles(fixed: Study, tmp_path: Path) -> None:
    with Shuffled(3) as own:
        finish(fixed, tmp_path / "out", Conduct(Crew("own", 4, own=own)))
    assert own.order != sorted(own.order)


def test_processes_leave_what_one_process_leaves(fixed: Study, tmp_path: Path) -> None:
    serial = finish(fixed, tmp_path / "serial")
    assert finish(fixed, tmp_path / "processes", Conduct(Crew("processes", 2))) == serial


def test_threads_within_a_run_leave_the_same(fixed: Study, tmp_path: Path) -> None:
    assert finish(fixed, tmp_path / "one") == finish(fixed, tmp_path / "two", Conduct(threads=2))


def test_another_seed_leaves_other_bytes(fixed: Study, tmp_path: Path) -> None:
    other = study_of(tmp_path, {"seed": 2})
    ours, theirs = finish(fixed, tmp_path / "ours"), finish(other, tmp_path / "theirs")
    assert {name for name in ours if ours[name] == theirs[name]} == {"design.csv"}


def test_a_run_is_done_once(fixed: Study, tmp_path: Path, small_bands: None) -> None:
    """Runs that are kept are not run again, and only those that are not are."""
    folder = tmp_path / "out"
    lived: list[int] = []

    class Counting(Shuffled):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
            lived.extend(assignment.run for assignment in args[1])
            return super().submit(fn, *args, **kwargs)

    with Counting(1) as own, pytest.raises(Stop):
        finish(fixed, folder, Conduct(Crew("own", 2, own=own), each=stopping_after(9)))
    kept = _done(fixed, folder)
    assert 9 <= len(kept) < 16
    lived.clear()
    with Counting(2) as own:
        finish(fixed, folder, Conduct(Crew("own", 2, own=own)))
    assert sorted(lived) == sorted(set(range(16)) - kept)
    lived.clear()
    with Counting(3) as own:
        finish(fixed, folder, Conduct(Crew("own", 2, own=own)))
    assert lived == []


def _done(study: Study, folder: Path) -> set[int]:
    with held(study, folder) as kept:
        return set(kept.journal.done().tolist())


def test_the_table_of_runs_says_what_each_was(fixed: Study, tmp_path: Path) -> None:
    finish(fixed, tmp_path / "out")
    runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
    assert runs["run"].tolist() == list(range(16))
    assert runs["arm"].tolist() == ["offensive", "defensive"] * 8
    assert runs["replication"].tolist() == [0] * 8 + [1] * 8
    for run, budget, reach, arm in runs[["run", "budget", "reach", "arm"]].to_numpy().tolist():
        values = fixed.assignment(int(run)).overrides
        assert values["firms.0.strategy.budget_share"] == budget
        assert values["firms.*.acquisition.half_at"] == reach
        assert values["firms.0.strategy.kind"] == arm
