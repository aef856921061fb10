"""Tables as spreadsheets open them: workbooks of Excel, and CSV whose texts are no formulas.

A cell of a CSV file that begins with an equals sign or the like is a formula to a spreadsheet, and
a formula may start programs; so a name that somebody gave a firm gets an apostrophe in front.
"""

import datetime
import importlib
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from relsim.errors import SpecError

BOOK = "tables.xlsx"
"""Name of the workbook with all tables of a folder."""

MOST_ROWS = 1_048_576 - 1
"""Rows of a sheet of Excel, less that of the names of the columns."""

FORMULA = "'*[-=+@\t\r\n＝＋－＠]"  # noqa: RUF001  # wide forms, which begin formulas too
"""What a text begins with that a spreadsheet may take for a formula, or that marks one."""

_FORMULA = re.compile(FORMULA)
_MADE = datetime.datetime(2000, 1, 1)  # noqa: DTZ001  # always the same: same tables, same bytes
_EXACT = 2**53  # beyond it a sheet would round whole numbers
_WIDEST = 40


def csv_text(frame: pd.DataFrame, *, bom: bool = False) -> str:
    r"""Return a table as CSV in which no text can be taken for a formula.

    Parameters
    ----------
    frame : DataFrame
        The table.
    bom : bool
        Whether a mark in front tells Excel that the text is UTF-8.

    Examples
    --------
    >>> csv_text(pd.DataFrame({"firm": ["=1+1", "Keeper"], "profit": [-1.5, 2.0]}))
    "firm,profit\n'=1+1,-1.5\nKeeper,2.0\n"
    """
    text = _harmless(frame).to_csv(index=False, lineterminator="\n")
    return f"\ufeff{text}" if bom else text


def _harmless(frame: pd.DataFrame) -> pd.DataFrame:
    harmless = frame.copy()
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        if not pd.api.types.is_numeric_dtype(column):
            harmless.isetitem(place, column.astype(object).map(marked).to_numpy(object))
    return harmless.set_axis([marked(name) for name in frame.columns], axis=1)


def marked(value: Any) -> Any:
    """Return a text that a spreadsheet takes for a text; anything else as it is.

    Examples
    --------
    >>> marked("=1+1"), marked("'=1+1"), marked("it's"), marked(-1.0)
    ("'=1+1", "''=1+1", "it's", -1.0)
    """
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\r", "\n")  # a line end that is not quoted
    return f"'{text}" if _FORMULA.match(text) else text


def unmarked(value: Any) -> Any:
    """Return the text that :func:`marked` was given.

    Examples
    --------
    >>> [unmarked(marked(text)) for text in ("=1+1", "'=1+1", "it's")]
    ['=1+1', "'=1+1", "it's"]
    """
    if isinstance(value, str) and value.startswith("'") and _FORMULA.match(value):
        return value[1:]
    return value


def check_workbooks() -> None:
    """Check that workbooks can be written, before anything is run for them.

    Raises
    ------
    SpecError
        If the library for it is not installed.
    """
    try:
        importlib.import_module("xlsxwriter")
    except ImportError:
        raise SpecError(
            "--xlsx: XlsxWriter is not installed; pip install 'relsim-abm[office]' brings it"
        ) from None


def write_workbook(path: Path, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Write tables as a workbook: a sheet a table, numbers as numbers, texts never as formulas.

    The first sheet, ``contents``, says what the others hold. Missing values are empty cells,
    infinite ones the texts ``inf`` and ``-inf``. The names of columns stay in sight.

    Parameters
    ----------
    path : Path
        The file.
    tables : mapping of str to DataFrame
        By the name of the sheet.

    Returns
    -------
    list of str
        A sentence for each table that is left out, as it has more rows than a sheet.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    library = importlib.import_module("xlsxwriter")
    left = {
        name: f"{name}: {len(frame):,} rows are more than a sheet of Excel holds ({MOST_ROWS:,}); "
        f"{BOOK} is without them"
        for name, frame in tables.items()
        if len(frame) > MOST_ROWS
    }
    contents = pd.DataFrame(
        {
            "table": list(tables),
            "rows": [len(frame) for frame in tables.values()],
            "columns": [frame.shape[1] for frame in tables.values()],
            "note": [left.get(name, "") for name in tables],
        }
    )
    try:
        with library.Workbook(path, {"constant_memory": True}) as book:
            book.set_properties({"created": _MADE})
            bold = book.add_format({"bold": True})
            _write_sheet(book.add_worksheet("contents"), contents, bold)
            for name, frame in tables.items():
                if name not in left:
                    _write_sheet(book.add_worksheet(name), frame, bold)
    except library.exceptions.FileCreateError as error:
        raise OSError(str(error)) from error
    return list(left.values())


def _write_sheet(sheet: Any, frame: pd.DataFrame, bold: Any) -> None:
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(frame.columns):
        sheet.set_column(place, place, min(max(len(str(name)) + 2, 10), _WIDEST))
        sheet.write_string(0, place, str(name), bold)
    columns: Sequence[list[Any]] = [column.tolist() for _, column in frame.items()]
    for row, values in enumerate(zip(*columns, strict=True), start=1):
        for place, value in enumerate(values):
            _write_cell(sheet, row, place, value)


def _write_cell(sheet: Any, row: int, place: int, value: Any) -> None:
    """Write a value as what it is; a text goes to Excel as a text, whatever it begins with."""
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, int | float) and _fits(value):
        sheet.write_number(row, place, value)
    elif value is not None and not pd.isna(value) and value != "":
        sheet.write_string(row, place, str(value))


def _fits(value: float) -> bool:
    """Return whether a cell can hold a number as it is."""
    return abs(value) <= _EXACT if isinstance(value, int) else math.isfinite(value)
