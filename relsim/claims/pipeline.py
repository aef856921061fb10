"""A claim from its config to its verdicts: every reading's experiment, one after another."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

import pandas as pd

from relsim.claims.assumed import Check, check_of
from relsim.claims.config import Claim, Reading
from relsim.claims.judgement import Judged, answer_stays, judge, untestable
from relsim.claims.verdict import corrected
from relsim.errors import OutputError
from relsim.lab.archive.journal import Journal
from relsim.lab.archive.results import RUNS, read_runs, write_manifest, write_tables
from relsim.lab.archive.reuse import Earlier
from relsim.lab.archive.store import JOURNAL, Store, set_aside
from relsim.lab.runs.executors import Crew
from relsim.lab.runs.rounds import Conduct, conduct, first_sizes, shape_of
from relsim.lab.runs.run import Recipe
from relsim.lab.runs.study import Study
from relsim.provenance import Clock
from relsim.records import MANIFEST

READINGS = "readings"
"""The folder, in that of a claim, of the experiments of its readings."""
CHECK = ".assumed"
"""What is put behind the name of a reading for the experiment that changes what is assumed."""

_CHECKED, _CHECKED_QUICKLY = 64, 8
"""Changes of what is assumed that a check looks at."""
_CHECK_REPLICATIONS, _CHECK_REPLICATIONS_QUICKLY = 2, 1


class Watcher(Protocol):
    """Whoever is told how the work goes on."""

    def phase(self, words: str) -> None:
        """Hear what begins."""

    def reach(self, count: int, failed: int = 0) -> None:
        """Hear how many runs are over, and how many of them failed."""

    def expect(self, total: int) -> None:
        """Hear how many there will be."""


class Nobody:
    """A watcher that does not care."""

    def phase(self, words: str) -> None:
        """Hear nothing."""

    def reach(self, count: int, failed: int = 0) -> None:
        """Hear nothing."""

    def expect(self, total: int) -> None:
        """Hear nothing."""


@dataclass(frozen=True)
class Way:
    """How claims are tested; none of it but ``quick`` changes a result.

    Attributes
    ----------
    out : Path
        The folder of all results; each claim has one of its own in it.
    quick : bool
        Whether the claims were read as a quick look.
    crew : Crew
        Who works; one that stays together spares starting it for every reading.
    watcher : Watcher
        Who is told how it goes on.
    command : sequence of str
        The command line.
    tell : callable
        Told what happened to earlier runs.
    """

    out: Path
    quick: bool = False
    crew: Crew = field(default_factory=Crew)
    watcher: Watcher = field(default_factory=Nobody)
    command: Sequence[str] = ()
    tell: Callable[[str], None] = field(default=lambda _: None)


class Answered(NamedTuple):
    """A claim with the verdicts on all its readings, in the config's order, and what took how long.

    Attributes
    ----------
    claim : Claim
        What was tested.
    judged : tuple of Judged
        The verdicts.
    clock : Clock
        When it began, and the seconds of its readings.
    runs : int
        Runs that it rests on, earlier ones and those of checks included; readings that share an
        experiment share its runs.
    """

    claim: Claim
    judged: tuple[Judged, ...]
    clock: Clock
    runs: int


def planned(claims: Sequence[Claim], *, quick: bool) -> int:
    """Return how many runs claims take at most, unless replication goes on for precision."""
    return sum(_Tally.of(claims, quick=quick, watcher=Nobody()).planned.values())


def investigate(claims: Sequence[Claim], way: Way) -> Iterator[Answered]:
    """Test claims one after another; started again, what was finished is not run again.

    Parameters
    ----------
    claims : sequence of Claim
        Read as a quick look or not.
    way : Way
        How.

    Yields
    ------
    Answered
        Each claim as soon as its readings are done.

    Raises
    ------
    RelsimError
        If results cannot be kept, or no run of a reading came to its end.
    """
    tally = _Tally.of(claims, quick=way.quick, watcher=way.watcher)
    for claim in claims:
        yield _tested(claim, way, tally)


def _tested(claim: Claim, way: Way, tally: "_Tally") -> Answered:
    clock, judged = Clock(), []
    tested = (one for one in claim.spec.readings.values() if one.untestable is None)
    confidence = corrected(sum(1 for _ in tested))
    command = command_of(claim, quick=way.quick)
    for name, spec in claim.spec.readings.items():
        if not claim.variation.tests(name):
            continue
        if spec.untestable is not None:
            one = untestable(claim.spec.id, name, spec.title, spec.untestable, command)
        else:
            with clock.phase(name):
                place = _Place(claim, claim.readings[name], way, tally)
                one = _judged(place, confidence, command)
        judged.append(one)
    return Answered(claim, tuple(judged), clock, tally.lived(claim))


def command_of(claim: Claim, *, quick: bool) -> str:
    """Return the command that makes the results of a claim again."""
    quickly = " --quick" if quick else ""
    return f"relsim claim {shlex.quote(claim.name)}{claim.variation.arguments()}{quickly}"


@dataclass(frozen=True)
class _Place:
    """A reading at work: whose it is, and where its runs go."""

    claim: Claim
    reading: Reading
    way: Way
    tally: "_Tally"

    @property
    def name(self) -> str:
        """What the reading is called among all claims."""
        return f"{self.claim.spec.id}/{self.reading.name}"

    @property
    def folder(self) -> Path:
        """Where its experiment lies; readings that ask the same experiment share it."""
        return self.way.out / self.claim.spec.id / READINGS / _owner(self.claim, self.reading)

    @property
    def counted(self) -> str:
        """Under what name its runs are counted, those of readings that share them once."""
        return f"{self.claim.spec.id}/{_owner(self.claim, self.reading)}"


def _owner(claim: Claim, reading: Reading) -> str:
    """Return the first reading of a claim that has the same experiment."""
    return next(
        name for name, other in claim.readings.items() if other.study.key == reading.study.key
    )


def _judged(place: _Place, confidence: float, command: str) -> Judged:
    """Run a reading's experiment, judge it, and check what its answer hangs on."""
    reading, folder = place.reading, place.folder
    runs = _runs(place, reading.study, folder)
    judged = judge(place.claim.spec.id, reading, runs, confidence, command)
    word = judged.verdict.word
    check = None
    if word in ("supported", "refuted"):
        check = _check(reading, quick=place.way.quick)
    if check is None:
        place.tally.drop(f"{place.counted}{CHECK}")
        return judged
    beside = folder.with_name(f"{folder.name}{CHECK}")
    changed = _runs(place, check.study, beside, CHECK)
    stays, markets = answer_stays(reading, check.study, changed, word)
    about = {
        "points": len(check.study.design),
        "dropped": check.dropped,
        "keys": list(check.keys),
        "runs": len(changed),
        "holds": stays,
        "markets": markets,
    }
    return judged.with_check(stays, markets, about)


def _check(reading: Reading, *, quick: bool) -> Check | None:
    return check_of(reading.study, *_check_size(quick=quick))


def _check_size(*, quick: bool) -> tuple[int, int]:
    """Return at how many changes, and how often each, what is assumed is checked."""
    if quick:
        return _CHECKED_QUICKLY, _CHECK_REPLICATIONS_QUICKLY
    return _CHECKED, _CHECK_REPLICATIONS


def _runs(place: _Place, study: Study, folder: Path, behind: str = "") -> pd.DataFrame:
    """Return the table of runs of an experiment, running what is not done yet."""
    way, tally = place.way, place.tally
    name, counted = f"{place.name}{behind}", f"{place.counted}{behind}"
    way.watcher.phase(name)
    aside = _made_room(folder, study, way.tell)
    clock = Clock()
    with Store(folder, study.key, shape_of(study)) as store:
        before = len(store.journal.done())
        store.save(study.saved())
        with clock.phase("run"):
            how = Conduct(
                way.crew,
                1,
                partial(tally.total, counted),
                partial(tally.each, counted),
                _taking_over(study, store, aside),
            )
            conduct(study, store, how)
        runs, failed, _ = store.journal.counted()
        if failed == runs:
            why = next(iter(store.journal.failures())).error
            raise OutputError(f"{name}: all {runs:,} runs failed: {why}")
        finished = (folder / MANIFEST).exists() and (folder / RUNS).exists()
        if before < runs or not finished:
            write_tables(study, store)
            write_manifest(
                study, store, clock, way.command, executor=way.crew.kind, workers=way.crew.workers
            )
        return read_runs(store)


def _taking_over(
    study: Study, store: Store, aside: Path | None
) -> Callable[[Recipe, Iterator[int]], None]:
    """Return what takes over runs that were set aside, where nothing they depend on changed."""
    if aside is None:
        return lambda _, __: None
    try:
        earlier = Earlier.read(aside, shape_of(study))
    except OutputError:  # damaged: all runs are made anew
        return lambda _, __: None
    return lambda recipe, numbers: earlier.take(study, recipe, store, numbers)


def _made_room(folder: Path, study: Study, tell: Callable[[str], None]) -> Path | None:
    """Move the runs of an earlier version of a reading aside; return where they are.

    Its config or relsim has changed. Nothing is deleted: runs may have taken hours, and what else
    is in the folder is not ours.
    """
    if not (folder / JOURNAL).is_file():
        return None
    with Journal(folder / JOURNAL) as journal:
        key = journal.noted("key")
    if key is None or key == study.key:
        return None
    there = set_aside(folder)
    changed = "its config or relsim has changed since"
    tell(f"{folder}: {changed}; the earlier runs are kept in {there.name}")
    return there


# Counting -------------------------------------------------------------------------------------


@dataclass
class _Tally:
    """Runs of all experiments together: how many there will be, are over, and failed."""

    watcher: Watcher
    planned: dict[str, int]
    done: dict[str, int] = field(default_factory=dict)
    failed: int = 0

    @classmethod
    def of(cls, claims: Sequence[Claim], *, quick: bool, watcher: Watcher) -> "_Tally":
        """Return the tally of claims of which nothing is done; each may need its check."""
        runs: dict[str, int] = {}
        for claim in claims:
            for name, reading in claim.readings.items():
                if _owner(claim, reading) != name:
                    continue
                study, key = reading.study, f"{claim.spec.id}/{name}"
                runs[key] = sum(1 for _ in study.numbers(first_sizes(study)))
                points, replications = _check_size(quick=quick)
                runs[f"{key}{CHECK}"] = points * replications * len(study.arms)
        tally = cls(watcher, runs)
        tally.tell()
        return tally

    def total(self, name: str, runs: int, done: int) -> None:
        """Hear how many runs an experiment has, and how many of them are over."""
        self.planned[name], self.done[name] = runs, done
        self.tell()

    def each(self, name: str, more: int, failed: int) -> None:
        """Hear that more runs are over."""
        self.done[name] += more
        self.failed += failed
        self.tell()

    def drop(self, name: str) -> None:
        """Hear that an experiment is not needed, unless another reading had it."""
        if name not in self.done:
            self.planned.pop(name, None)
        self.tell()

    def lived(self, claim: Claim) -> int:
        """Return how many runs of a claim are over."""
        mine = f"{claim.spec.id}/"
        return sum(runs for name, runs in self.done.items() if name.startswith(mine))

    def tell(self) -> None:
        """Tell the watcher."""
        self.watcher.expect(sum(self.planned.values()))
        self.watcher.reach(sum(self.done.values()), self.failed)
