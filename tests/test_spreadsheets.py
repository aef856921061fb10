"""Spreadsheets hold what the tables hold, and no name becomes a formula."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from relsim import spreadsheets
from relsim.errors import SpecError
from relsim.spreadsheets import check_workbooks, csv_text, write_workbook

NAMES = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "Keeper", "شرکت"]  # noqa: RUF001


def odd() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "firm": pd.Categorical(NAMES),
            "=column": NAMES,
            "count": np.arange(9) - 4,
            "big": np.full(9, 2**60),
            "yes": [True, False] * 4 + [True],
            "money": [0.1, -1.5, 1e300, -2e-9, np.nan, np.inf, -np.inf, 1 / 3, 0.0],
        }
    )


def cells(path: Path, sheet: str) -> list[list[Any]]:
    return [[cell for cell in row] for row in openpyxl.load_workbook(path)[sheet].iter_rows()]  # noqa: C416


def test_a_workbook_gives_back_what_was_written(tmp_path: Path) -> None:
    frame = odd()
    assert write_workbook(tmp_path / "a.xlsx", {"odd": frame, "none": frame.iloc[:0]}) == []
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["contents", "odd", "none"]
    head, *rows = cells(tmp_path / "a.xlsx", "odd")
    assert [cell.value for cell in head] == list(frame.columns)
    assert all(cell.font.b for cell in head)
    assert book["odd"].freeze_panes == "A2"
    assert {cell.data_type for row in (head, *rows) for cell in row} == {"s", "n", "b"}  # no "f"
    texts, numbers = [row[0].value for row in rows], [row[5].value for row in rows]
    assert [text.replace("_x000D_", "\r") for text in texts] == NAMES
    assert [row[2].value for row in rows] == frame["count"].tolist()
    assert [row[3].value for row in rows] == [str(2**60)] * 9
    assert [row[4].value for row in rows] == frame["yes"].tolist()
    assert numbers[4:7] == [None, "inf", "-inf"]
    assert numbers[:4] + numbers[7:] == pytest.approx([0.1, -1.5, 1e300, -2e-9, 1 / 3, 0.0], 1e-15)
    assert len(cells(tmp_path / "a.xlsx", "none")) == 1
    said = [[cell.value for cell in row] for row in cells(tmp_path / "a.xlsx", "contents")]
    assert said[1:] == [["odd", 9, 6, None], ["none", 0, 6, None]]


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, {"odd": odd()})
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_table_beyond_the_rows_of_a_sheet_is_left_out_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert spreadsheets.MOST_ROWS == 1_048_575
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 8)
    (told,) = write_workbook(tmp_path / "a.xlsx", {"odd": odd(), "few": odd().iloc[:8]})
    assert told.startswith("odd: 9 rows are more than a sheet of Excel holds (8)")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["contents", "few"]
    assert book["contents"]["D2"].value == told


def test_without_the_library_it_is_told_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(SpecError, match=r"--xlsx: .* pip install 'relsim-abm\[office\]'"):
        check_workbooks()


def test_no_text_of_a_csv_is_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(csv_text(odd()), encoding="utf-8", newline="")
    back = pd.read_csv(path)
    wanted = [f"'{name}".replace("\r", "\n") for name in NAMES[:7]] + NAMES[7:]
    assert back["firm"].tolist() == back["'=column"].tolist() == wanted
    assert back["count"].tolist() == odd()["count"].tolist()
    assert np.array_equal(back["money"], odd()["money"], equal_nan=True)


def test_a_mark_says_that_a_csv_is_of_utf_8() -> None:
    assert csv_text(odd(), bom=True).encode()[:3] == b"\xef\xbb\xbf"
    assert csv_text(odd(), bom=True)[1:] == csv_text(odd())
