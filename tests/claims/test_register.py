"""The claims that come with relsim: whole, on equal terms, and cheap enough for a quick look."""

from pathlib import Path

import pytest
from rich.console import Console

from relsim.claims.config import read_claim, shipped_claims
from relsim.claims.spec import ClaimSpec
from relsim.cli.claim_template import write

REGISTER = sorted(set(shipped_claims()) - {"five-percent"})  # that one is a study of its own
MOST_RUNS = 700


def test_the_register_is_there() -> None:
    assert len(REGISTER) >= 10


def check_whole(spec: ClaimSpec) -> None:
    assert spec.against
    assert {one.favours for one in spec.assumptions} == {"claim", "against"}
    assert len(spec.questions) == 3
    assert spec.opposite
    assert spec.in_short
    # Numbers are those of the tables: a sentence that holds one would outlive it.
    assert not any(letter.isdigit() for letter in spec.in_short)


def test_a_new_claim_has_all_that_one_of_the_register_must_say(tmp_path: Path) -> None:
    file = str(tmp_path / "mine.yaml")
    write(Console(quiet=True), file)
    check_whole(read_claim(file).spec)


@pytest.mark.parametrize("name", REGISTER)
def test_a_claim_is_whole(name: str) -> None:
    spec = read_claim(name).spec
    assert spec.id == name
    check_whole(spec)


@pytest.mark.parametrize("name", REGISTER)
def test_a_quick_look_is_cheap(name: str) -> None:
    claim = read_claim(name, quick=True)
    studies = [reading.study for reading in claim.readings.values()]
    runs = sum(study.size(study.spec.replication.minimum) for study in studies)
    assert runs <= MOST_RUNS
    assert all(market.market.customers <= 4000 for study in studies for market in study.markets)
