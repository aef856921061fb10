"""The claims that come with relsim: whole, on equal terms, and cheap enough for a quick look."""

import pytest

from relsim.claims.config import read_claim, shipped_claims

REGISTER = {
    "cost-ratio",
    "enough-kept",
    "loyal-worth-more",
    "living-advertisement",
    "loyalty-barrier",
    "price-insensitive",
    "size-decides",
    "life-cycle",
    "transactions-cost-more",
    "double-jeopardy",
}
MOST_RUNS = 700


def test_the_register_is_there() -> None:
    assert set(shipped_claims()) >= REGISTER


@pytest.mark.parametrize("name", sorted(REGISTER))
def test_a_claim_is_whole(name: str) -> None:
    spec = read_claim(name).spec
    assert spec.id == name
    assert spec.against
    assert {one.favours for one in spec.assumptions} == {"claim", "against"}
    assert len(spec.questions) == 3
    assert spec.opposite
    assert spec.in_short
    # Numbers are those of the tables: a sentence that holds one would outlive it.
    assert not any(letter.isdigit() for letter in spec.in_short)


@pytest.mark.parametrize("name", sorted(REGISTER))
def test_a_quick_look_is_cheap(name: str) -> None:
    claim = read_claim(name, quick=True)
    studies = [reading.study for reading in claim.readings.values()]
    runs = sum(study.size(study.spec.replication.minimum) for study in studies)
    assert runs <= MOST_RUNS
    assert all(market.market.customers <= 4000 for study in studies for market in study.markets)
