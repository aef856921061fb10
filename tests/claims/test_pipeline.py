"""Claims run, go on after a stop, and run again what has changed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pytest

from relsim.claims.config import Claim, read_claim
from relsim.claims.pipeline import Answered, Way, investigate, planned
from relsim.claims.results import changes, check_free, write
from relsim.errors import OutputError
from relsim.lab.archive.folder import opened
from relsim.lab.runs import scheduler
from relsim.lab.runs.executors import StandingCrew, standing
from relsim.lab.runs.run import Assignment, Lived, Recipe, live
from relsim.own_code import allow
from tests.claims.conftest import Data, written


class Heard:
    """A watcher that remembers what it was told."""

    def __init__(self) -> None:
        self.phases: list[str] = []
        self.count = self.total = self.failed = 0

    def phase(self, words: str) -> None:
        self.phases.append(words)

    def reach(self, count: int, failed: int = 0) -> None:
        self.count, self.failed = count, failed

    def expect(self, total: int) -> None:
        self.total = total


@pytest.fixture(autouse=True)
def _few_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relsim.claims.pipeline._CHECKED", 4)


@pytest.fixture
def crew() -> Iterator[StandingCrew]:
    with standing("serial", 1) as found:
        yield found


def answered(claim: Claim, out: Path, crew: StandingCrew, heard: Heard | None = None) -> Answered:
    way = Way(out, crew=crew, watcher=heard or Heard(), command=["relsim", "claim", "tiny"])
    (found,) = investigate([claim], way)
    write(found, way)
    return found


def stamps(folder: Path) -> dict[str, int]:
    """Return when the files of the experiments were written."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns
        for path in folder.rglob("*.parquet")
    }


def test_a_claim_is_tested_once(claim: Claim, tmp_path: Path, crew: StandingCrew) -> None:
    out, heard = tmp_path / "out", Heard()
    first = answered(claim, out, crew, heard)
    pays, minds = (one.verdict for one in first.judged)
    assert pays.word == "supported"  # anything is above minus a billion
    assert pays.hash == claim.readings["pays"].study.key
    assert minds.word == "untestable"
    assert heard.phases == ["tiny/pays", "tiny/pays.assumed"]
    # Six points, two arms, two replications; four changes of what is assumed.
    assert heard.count == heard.total == planned([claim], quick=False) == 24 + 16
    assert first.runs == heard.count
    assert pays.assumed_holds == pays.assumed_least == 1.0
    assert pays.assumed_markets == "telecom 100%"
    assert first.judged[0].details["assumed"]["points"] == 4
    before = stamps(out)
    again = answered(claim, out, crew)
    assert stamps(out) == before
    pd.testing.assert_frame_equal(first.judged[0].points, again.judged[0].points)
    assert again.judged[0].verdict == pays


def test_the_effects_are_those_of_the_laboratory(
    claim: Claim, tmp_path: Path, crew: StandingCrew
) -> None:
    verdict = answered(claim, tmp_path / "out", crew).judged[0].verdict
    lab = opened(tmp_path / "out" / "tiny" / "readings" / "pays")
    rows = pd.read_csv(lab.folder / "effects.csv").to_dict("records")
    (profit,) = (row for row in rows if row["outcome"] == "profit")
    assert verdict.effect == pytest.approx(profit["difference"])
    assert verdict.points == profit["clusters"]
    # Never narrower than over points alone: noise that all points share is counted too.
    assert verdict.low <= float(profit["difference_low"]) + 1e-9


@pytest.mark.parametrize("limit", [-1e12, 0.0])
def test_runs_that_two_readings_share_are_counted_once(
    tmp_path: Path, data: Data, crew: StandingCrew, limit: float
) -> None:
    """Whether the second, too, has what is assumed checked, or not."""
    data["readings"]["minds"] = {**data["readings"]["pays"], "hypothesis": {"above": limit}}
    claim, heard = read_claim(written(tmp_path, data)), Heard()
    found = answered(claim, tmp_path / "out", crew, heard)
    assert found.judged[0].verdict.word == "supported"
    assert (found.judged[1].verdict.word == "supported") == (limit < 0.0)
    assert heard.count == heard.total == found.runs == 24 + 16


def test_a_claim_that_was_stopped_goes_on(
    claim: Claim, tmp_path: Path, crew: StandingCrew, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = answered(claim, tmp_path / "whole", crew).judged[0].verdict

    class Stopping(Heard):
        def reach(self, count: int, failed: int = 0) -> None:
            super().reach(count, failed)
            if count >= 9:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answered(claim, tmp_path / "out", crew, Stopping())
    assert not (tmp_path / "out" / "tiny" / "verdicts.csv").exists()
    lived = counted(monkeypatch)
    assert answered(claim, tmp_path / "out", crew).judged[0].verdict == whole
    assert 0 < sum(lived) < planned([claim], quick=False)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list to which the number of runs of each task is added."""
    lived: list[int] = []

    def counting(recipe: Recipe, given: Sequence[Assignment]) -> list[Lived]:
        lived.append(len(given))
        return live(recipe, given)

    monkeypatch.setattr(scheduler, "live", counting)
    return lived


def test_a_changed_reading_is_run_anew_and_the_earlier_runs_are_kept(
    claim: Claim, tmp_path: Path, data: Data, crew: StandingCrew
) -> None:
    answered(claim, tmp_path / "out", crew)
    folder = tmp_path / "out/tiny/readings/pays"
    (folder / "thesis.tex").write_text("years of work")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    data["readings"]["pays"]["experiment"]["settings"]["run.months"] = 6
    changed = read_claim(written(tmp_path, data))
    told: list[str] = []
    way = Way(tmp_path / "out", crew=crew, tell=told.append)
    verdict = next(investigate([changed], way)).judged[0].verdict
    assert verdict.hash == changed.readings["pays"].study.key
    assert opened(folder).study.markets[0].run.months == 6
    aside = folder.with_name("pays.earlier-1")
    assert {path.name: path.read_bytes() for path in aside.iterdir() if path.is_file()} == before
    assert told[0] == (
        f"{folder}: its config or relsim has changed since; the earlier runs are kept in "
        "pays.earlier-1"
    )


def test_runs_set_aside_are_taken_over_where_they_are_the_same(
    claim: Claim,
    tmp_path: Path,
    data: Data,
    crew: StandingCrew,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered(claim, tmp_path / "out", crew)
    data["readings"]["pays"]["experiment"]["replication"]["minimum"] = 3
    lived = counted(monkeypatch)
    found = answered(read_claim(written(tmp_path, data)), tmp_path / "out", crew)
    assert found.runs == 36 + 16
    assert 12 <= sum(lived) <= 12 + 16  # of 36, the 24 that were there are taken over


def test_a_claim_whose_runs_all_fail_says_why(
    tmp_path: Path, data: Data, crew: StandingCrew, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.py").write_text(
        "from relsim.firms.strategies import Strategy\n\n\n"
        "class Broken(Strategy):\n"
        '    """A strategy that fails."""\n\n'
        "    def plan(self, view: object) -> None:\n"
        '        raise ValueError("no plan")\n',
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    experiment = data["readings"]["pays"]["experiment"]
    del experiment["settings"]["firms.0.strategy.kind"]
    experiment["arms"] = {
        "half": {"firms.0.price": 20.0},
        "keep": {"firms.0.price": 30.0},
    }
    experiment["settings"]["firms.1.strategy"] = {"kind": "broken.Broken"}
    allow(["broken"])
    claim = read_claim(written(tmp_path, data))
    heard = Heard()
    with pytest.raises(OutputError, match=r"tiny/pays: all 24 runs failed: .*no plan"):
        answered(claim, tmp_path / "out", crew, heard)
    assert heard.failed == 24


def test_a_quick_look_does_not_take_the_place_of_whole_results(
    claim: Claim, tmp_path: Path, crew: StandingCrew
) -> None:
    check_free(tmp_path / "out", [claim], quick=True)
    answered(claim, tmp_path / "out", crew)
    check_free(tmp_path / "out", [claim], quick=False)
    with pytest.raises(OutputError, match="holds whole results; name another folder"):
        check_free(tmp_path / "out", [claim], quick=True)


def test_words_are_compared_with_those_expected(
    claim: Claim, tmp_path: Path, crew: StandingCrew
) -> None:
    verdicts = [one.verdict for one in answered(claim, tmp_path / "out", crew).judged]
    assert list(changes(verdicts, tmp_path / "out")) == []
    path = tmp_path / "out" / "tiny" / "verdicts.csv"
    path.with_name("claim.json").unlink()  # which would say that the table was changed
    path.write_text(path.read_text().replace(",supported,", ",refuted,"), encoding="utf-8")
    assert list(changes(verdicts, tmp_path / "out")) == ["tiny pays: was refuted, is supported"]
    assert list(changes(verdicts[:1], tmp_path / "out"))[1] == (
        "tiny minds: was untestable, is not there"
    )
    path.write_text("reading,word\nminds,untestable\n", encoding="utf-8")
    assert list(changes(verdicts, tmp_path / "out")) == ["tiny pays: was not there, is supported"]
    with pytest.raises(OutputError, match=r"--expect: .*verdicts\.csv: cannot be read"):
        list(changes(verdicts, tmp_path / "nothing"))
