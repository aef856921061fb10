"""How many of five points are realised: no more than would leave by choice."""

from pathlib import Path

import pandas as pd
import pytest

from experiments.five_percent_page import given
from experiments.five_percent_points import CLAIM, READING, main
from relsim.claims.config import read_claim

SHIPPED = Path("results/five_percent/points.csv")


def by_choice(table: pd.DataFrame) -> "pd.Series[float]":
    """Return who leaves by choice, a year: all but those who leave the market for good."""
    return table["as_is"] - table["turnover"]


def test_a_small_scope_is_lived_and_nobody_is_saved_who_would_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--quick", "--out", str(tmp_path), "--workers", "1"]) == 0
    assert "points" in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "points.csv")
    reading = read_claim(CLAIM, quick=True).readings[READING]
    assert table["base"].tolist() == reading.study.design["base"].tolist()
    assert table["points"].to_numpy() == pytest.approx(table["as_is"] - table["saved"], abs=1e-6)
    assert (table["points"] < by_choice(table) + 0.02).all()


def test_shipped_points_are_of_the_claim_s_scope_and_capped_by_those_who_leave() -> None:
    table = pd.read_csv(SHIPPED)
    design = read_claim(CLAIM).readings[READING].study.design
    assert table["base"].tolist() == design["base"].tolist()
    assert table["turnover"].to_numpy() == pytest.approx(design["turnover"].to_numpy(), rel=1e-4)
    few = table[by_choice(table) < 0.045]
    assert set(few["base"]) == {"retail-bank", "business-software"}
    # All of them stay: what is still lost has left the market.
    assert few["saved"].to_numpy() == pytest.approx(few["turnover"].to_numpy(), abs=0.003)
    many = table[by_choice(table) > 0.06]
    assert many["points"].between(0.045, 0.07).all()


def test_the_claim_says_what_the_table_shows() -> None:
    table = pd.read_csv(SHIPPED).groupby("base")["points"]
    mean, least = (100.0 * table.mean()).round(1), (100.0 * table.min()).round(1)
    notes = read_claim(CLAIM).spec.readings[READING].notes
    words = " ".join(notes.split())
    rest = mean.drop(["retail-bank", "business-software"])
    for said in (
        f"{mean['retail-bank']} points in the retail bank ({least['retail-bank']} at the least)",
        f"{mean['business-software']} in business software ({least['business-software']} at the",
        f"{rest.min()} to {rest.max()} in the other five",
    ):
        assert said in words


def test_places_short_of_five_points_are_counted() -> None:
    table = pd.DataFrame(
        {
            "base": ["a", "a", "b", "b"],
            "as_is": [0.02, 0.10, 0.20, 0.30],
            "saved": [0.0, 0.05, 0.15, 0.24],
            "points": [0.02, 0.05, 0.05, 0.06],
        }
    )
    told = given(table)
    assert "2 places a market" in told
    assert "| a | 6.0 | 2.5 | 3.5 | 2.0 to 5.0 | 1 of 2 |" in told
    assert "| b | 25.0 | 19.5 | 5.5 | 5.0 to 6.0 | 0 of 2 |" in told
