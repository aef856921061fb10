"""Claims as a user tests them."""

import io
import json
import shlex
from pathlib import Path

import pandas as pd
import pytest
import yaml
from rich.console import Console

from relsim.claims.config import read_claim
from relsim.claims.verdict import Verdict
from relsim.cli.claim_command import show
from tests.claims.conftest import tiny, written
from tests.cli.conftest import Invoke, error_lines

ALONE = ("--workers", "1", "--no-page")


@pytest.fixture(autouse=True)
def _few_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relsim.claims.pipeline._CHECKED", 3)
    monkeypatch.setattr("relsim.claims.pipeline._CHECKED_QUICKLY", 2)


def test_a_claim_gets_its_verdicts(invoke: Invoke, here: Path) -> None:
    written(here, tiny())
    result = invoke("claim", "tiny.yaml", *ALONE)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == [
        "claim", "and", "reading", "verdict", "effect", "holds", "claimed", "decided", "by",
    ]  # fmt: skip
    assert lines[2].strip() == "tiny"
    assert "pays" in lines[3]
    assert "supported" in lines[3]
    assert "USD" in lines[3]
    assert "untestable" in lines[4]
    assert "1 supported, 1 untestable" in result.stdout
    verdicts = pd.read_csv(here / "results/claims-mine/tiny/verdicts.csv")
    assert list(verdicts.columns) == list(Verdict.__dataclass_fields__)
    assert list(verdicts["word"]) == ["supported", "untestable"]
    assert verdicts["command"][0] == "relsim claim tiny.yaml"
    points = pd.read_csv(here / "results/claims-mine/tiny/points.csv")
    assert points["effect"].mean() == pytest.approx(verdicts["effect"][0])
    about = json.loads((here / "results/claims-mine/tiny/claim.json").read_text())
    assert about["claim"]["id"] == "tiny"
    assert not (here / "results/claims-mine/tiny/asked.json").exists()
    assert about["verdicts"][0]["band_high"] is None
    assert about["provenance"]["relsim"]


def test_the_page_is_written(invoke: Invoke, here: Path) -> None:
    written(here, tiny())
    result = invoke("claim", "tiny.yaml", "--workers", "1", "--quick", "--quiet")
    assert result.exit_code == 0, result.output
    assert result.stdout == "results/claims-mine-quick\n"
    assert "More care pays." in (here / "results/claims-mine-quick/index.html").read_text()


def test_a_verdict_can_be_guarded(invoke: Invoke, here: Path) -> None:
    data = tiny()
    written(here, data)
    assert invoke("claim", "tiny.yaml", *ALONE, "--out", "before").exit_code == 0
    same = invoke("claim", "tiny.yaml", *ALONE, "--out", "after", "--expect", "before")
    assert same.exit_code == 0
    assert "All verdicts as expected." in same.stdout
    data["readings"]["pays"]["hypothesis"] = {"below": -1e12}
    written(here, data)
    changed = invoke("claim", "tiny.yaml", *ALONE, "--out", "after", "--expect", "before")
    assert changed.exit_code == 1
    assert "tiny pays: was supported, is refuted" in changed.stdout
    assert "1 verdict changed." in changed.stdout


@pytest.mark.parametrize("name", ["2024", "5%", "no", "1e3"])
def test_a_new_claim_may_be_called_like_a_number(invoke: Invoke, here: Path, name: str) -> None:
    assert invoke("claim", "new", name).exit_code == 0
    (file,) = here.iterdir()
    assert read_claim(str(file), quick=True).spec.id == name.strip("%")
    assert f"relsim claim {shlex.quote(file.name)} --quick" in file.read_text()


def test_a_new_claim_is_ready_to_be_tested(invoke: Invoke, here: Path) -> None:
    result = invoke("claim", "new", "My claim.yaml")
    assert result.stdout == "My claim.yaml: written. Try it: relsim claim 'My claim.yaml' --quick\n"
    text = (here / "My claim.yaml").read_text()
    data = yaml.safe_load(text)
    assert data["id"] == "my-claim"
    data["readings"]["pays"]["experiment"]["settings"]["run.months"] = 36
    (here / "small.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    small = invoke("claim", "small.yaml", "--quick", *ALONE)
    assert small.exit_code == 0, small.output
    assert "my-claim" in small.stdout
    assert "results/claims-mine-quick" in small.stdout
    assert error_lines(invoke("claim", "new", "My claim.yaml"))
    assert (here / "My claim.yaml").read_text() == text


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["claim", "tinny.yaml"], "tinny.yaml: no such claim; did you mean 'tiny.yaml'?"),
        (["claim", "new"], "claim new: given no file, allowed: one file, such as mine.yaml"),
        (["claim", "new", "a", "b"], "claim new: given a, b, allowed: one file"),
        (["claim", "new", "."], ".: given a name without letters or digits"),
        (["claim", "new", "/"], "/: given a name without letters or digits"),
        (["claim", "new", ""], ": given a name without letters or digits"),
        (["claim", "new", "!.yaml"], "!.yaml: given a name without letters or digits"),
        (["claim", "tiny.yaml", "tiny.yaml"], "the id 'tiny' is that of two claims"),
        (["claim", "tiny.yaml", "--expect", "nothing"], "--expect: nothing/tiny/verdicts.csv: "),
        (
            ["claim", "tiny.yaml", "--expect", "results/claims-mine"],
            "--expect: given results/claims-mine, where the new results go too: name another",
        ),
        (
            ["claim", "tiny.yaml", "--out", "here", "--expect", "./here/"],
            "--expect: given here, where the new results go too: name another folder",
        ),
        (
            ["claim", "tiny.yaml", "--reading", "pays", "--expect", "before"],
            "--expect: given together with --reading or --set, allowed: for claims as they are",
        ),
        (["claim", "tiny.yaml", "--set", "firms.0.price"], "--set: "),
        (["claim", "wrong.yaml"], "wrong.yaml: readings.pays.effect.outcome: given 'proft', whi"),
    ],
)
def test_what_a_user_can_mend(invoke: Invoke, here: Path, arguments: list[str], line: str) -> None:
    data = tiny()
    data["readings"]["pays"]["effect"]["outcome"] = "proft"
    Path(written(here, data)).rename("wrong.yaml")
    written(here, tiny())
    (said, *_) = error_lines(invoke(*arguments))
    assert said.startswith(line)
    assert not (here / "results").exists()


def test_whole_results_are_not_replaced_by_a_quick_look(invoke: Invoke, here: Path) -> None:
    written(here, tiny())
    assert invoke("claim", "tiny.yaml", *ALONE, "--out", "out").exit_code == 0
    (said,) = error_lines(invoke("claim", "tiny.yaml", *ALONE, "--quick", "--out", "out"))
    assert said == "out/tiny: holds whole results; name another folder with --out"


def test_a_try_lies_apart_and_says_what_was_held(invoke: Invoke, here: Path) -> None:
    written(here, tiny())
    tried = ("--reading", "pays", "--set", "market.annual_turnover=0.2")
    result = invoke("claim", "tiny.yaml", *tried, *ALONE)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "Tables: results/claims-tried"
    row = pd.read_csv(here / "results/claims-tried/tiny/verdicts.csv").iloc[0]
    assert row["command"] == "relsim claim tiny.yaml " + " ".join(tried)
    assert not (here / "results/claims-mine").exists()
    again = invoke("claim", "tiny.yaml", "--set", "market.annual_turnover=0.1", *ALONE)
    assert again.exit_code == 0, again.output  # tries replace each other


def test_a_killed_try_keeps_its_folder(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(here, tiny())
    with monkeypatch.context() as patch:
        patch.setattr("relsim.cli.claim_command.investigate", _killed)
        tried = ("--set", "market.annual_turnover=0.2")
        assert invoke("claim", "tiny.yaml", *tried, *ALONE, "--out", "out").exit_code == 130
    (said,) = error_lines(invoke("claim", "tiny.yaml", *ALONE, "--out", "out"))
    assert said == "out/tiny: holds the claim tried otherwise; name another folder with --out"


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_quick_look_is_not_held_against_whole_results(invoke: Invoke, here: Path) -> None:
    written(here, tiny())
    assert invoke("claim", "tiny.yaml", *ALONE, "--out", "whole").exit_code == 0
    (said,) = error_lines(invoke("claim", "tiny.yaml", "--quick", "--expect", "whole", *ALONE))
    assert said.startswith("--expect: whole/tiny: holds whole results, this is a quick look")
    assert not (here / "results").exists()


@pytest.mark.parametrize("width", [80, 90, 100, 120])
def test_in_a_narrow_terminal_no_name_is_broken(width: int) -> None:
    verdicts = [
        Verdict(
            "living-advertisement", "replace-in-silence", "t", "conditional", -0.157, -0.203,
            -0.110, measure="relative", band_low=float("-inf"), band_high=-0.05, holds=0.81,
            deciding="awareness; acquisition_rate", assumed_holds=0.8,
            assumed_least=0.7, assumed_markets="telecom 70%; grocery 90%", needed=10772.0, runs=384,
        )
    ]  # fmt: skip
    out = Console(width=width, record=True, markup=False, highlight=False, file=io.StringIO())
    show(out, verdicts)
    text = out.export_text()
    assert all(len(line.rstrip()) <= width for line in text.splitlines())
    for word in ("replace-in-silence", "conditional", "-15.7% [-20.3%, -11.0%]", "81%"):
        assert word in text
    assert ("below -5.0%" in text) == (width >= 90)
    assert ("awareness, acquisition" in text) == (width >= 120)
    assert "about 11,000 runs are needed for a clear verdict, 384 were made" in " ".join(
        text.split()
    )
    assert "it stays in telecom 70%, grocery 90%" in " ".join(text.split())
