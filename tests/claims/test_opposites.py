"""What a card says that shows the opposite does show it."""

from pathlib import Path

import pandas as pd
import pytest

from experiments.opposites import RESULTS, turned, words
from relsim.claims.config import read_claim, shipped_claims
from relsim.claims.variation import Variation

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def recorded() -> pd.DataFrame:
    return pd.read_csv(ROOT / RESULTS / "opposites.csv").set_index("claim")


@pytest.mark.parametrize("name", shipped_claims())
def test_the_whole_reading_turns(name: str, recorded: pd.DataFrame) -> None:
    opposite, row = read_claim(name).spec.opposite, recorded.loc[name]
    assert opposite is not None
    assert row["reading"] == opposite.reading
    assert row["held"] == Variation(settings=opposite.settings).arguments().strip()
    shown = pd.read_csv(ROOT / "results" / "claims" / name / "verdicts.csv").set_index("reading")
    assert row["as_it_is_effect"] == pytest.approx(shown.loc[opposite.reading, "effect"])
    region = read_claim(name).readings[opposite.reading].region
    before, after = region.holds([row["as_it_is_effect"], row["opposite_effect"]])
    assert before != after
    low, high = (float(str(row[f"opposite_{end}"])) for end in ("low", "high"))
    assert region.inside(low, high) if after else region.outside(low, high)
    assert (row["as_it_is_holds"] > 0.5, row["opposite_holds"] > 0.5) == (before, after)


@pytest.mark.parametrize("name", ["loyal-worth-more", "living-advertisement"])
def test_it_is_seen_in_a_quick_look_too(name: str, tmp_path: Path) -> None:
    frame = turned([name], tmp_path, quick=True, executor="serial")
    region = read_claim(name).readings[frame["reading"][0]].region
    before, after = region.holds(frame[["as_it_is_effect", "opposite_effect"]].iloc[0])
    assert before != after
    assert "holds at" in words(frame)
