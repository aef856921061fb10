"""The folder of a claim is read whole, or what is wrong with it is told."""

import json
from pathlib import Path

import pandas as pd
import pytest

from relsim.claims.results import expected_words
from relsim.claims.verdict import Verdict
from relsim.errors import OutputError
from relsim.report.claims.results import VERDICT_COLUMNS, Results, read, read_all
from tests.report.claims.conftest import scattered, verdict, write_claim


def test_columns_are_those_of_a_verdict() -> None:
    assert set(VERDICT_COLUMNS) == set(Verdict.__dataclass_fields__)


def test_all_claims_are_read_by_name(folder: Path) -> None:
    assert [each.name for each in read_all(folder)] == [
        "cost-ratio",
        "five-percent",
        "size-decides",
    ]


def test_factors_are_what_differs_between_points(results: Results) -> None:
    assert results.factors_of("paid") == ["base", "turnover", "discount_rate"]
    assert results.factors_of("banks") == []


def test_texts_that_are_missing_are_empty(results: Results) -> None:
    last = results.verdicts.iloc[-1]
    assert (last["measure"], last["box"], last["command"]) == ("", "", "")


def test_a_claim_without_points_is_read(folder: Path) -> None:
    (folder / "five-percent" / "points.csv").unlink()
    assert read(folder / "five-percent").points_of("paid").empty


def test_nothing_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="holds no results of claims"):
        read_all(tmp_path)


@pytest.mark.parametrize("name", ["claim.json", "verdicts.csv"])
def test_a_missing_or_damaged_file_is_told(folder: Path, name: str) -> None:
    path = folder / "five-percent" / name
    path.write_bytes(b"\xff\xfe{")
    with pytest.raises(OutputError, match=f"{name}: (cannot be read|has no)"):
        read(path.parent)
    path.unlink()
    with pytest.raises(OutputError, match=f"{name}: cannot be read"):
        read(path.parent)


def test_a_missing_column_key_or_row_is_told(folder: Path) -> None:
    place = folder / "size-decides"
    table = pd.read_csv(place / "verdicts.csv")
    table.drop(columns="holds").to_csv(place / "verdicts.csv", index=False)
    with pytest.raises(OutputError, match="has no column 'holds'"):
        read(place)
    table.iloc[:0].to_csv(place / "verdicts.csv", index=False)
    with pytest.raises(OutputError, match="has no row"):
        read(place)
    (place / "claim.json").write_text(json.dumps({"claim": {}}), encoding="utf-8")
    with pytest.raises(OutputError, match="has no 'provenance'"):
        read(place)


def test_readings_may_be_called_like_numbers(tmp_path: Path) -> None:
    names = ("nan", "1", "null")
    rows = [verdict("odd", name, "supported") for name in names]
    read_again = read(write_claim(tmp_path, "odd", rows, [scattered(row) for row in rows]))
    assert read_again.verdicts["reading"].tolist() == list(names)
    assert all(len(read_again.points_of(name)) == 48 for name in names)
    assert expected_words(tmp_path / "odd") == dict.fromkeys(names, "supported")


def test_the_reference_results_have_their_hashes() -> None:
    folder = Path(__file__).parents[3] / "results" / "claims"
    for path in folder.glob("*/claim.json"):
        listed = set(json.loads(path.read_text("utf-8"))["files"])
        assert listed == {each.name for each in path.parent.glob("*.csv")}, path
        read(path.parent)
