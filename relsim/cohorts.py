"""Tables of cohorts as people have them, read into the triangle that a model of retention takes."""

import csv
import io
import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from relsim.errors import CohortError

_COHORT = {"cohort", "start", "joined", "acquired", "vintage"}
_SIZES = {"size", "cohort size"}
_SIZE = {*_SIZES, "customers", "acquired", "n"}
_AGE = {"age", "tenure", "year", "month", "period since start", "periods"}
_PERIOD = {"period", "calendar", "date", "calendar period"}
_LEFT = {"customers", "left", "active", "count", "n", "share", "retained", "value", "rate"}
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}(\1\d{3})*")
_MARKS = re.compile(r"[\s\u00a0\u202f'\u2019]")
_EMPTY = {"", "-", "\u2013", "na", "n/a", "nan"}


class _Cell(NamedTuple):
    text: str
    where: str


def read_cohorts(
    path: str | Path, *, sheet: str | None = None, values: Literal["left", "rates"] = "left"
) -> pd.DataFrame:
    """Read a table of cohorts: CSV or xlsx, wide or long.

    Parameters
    ----------
    path : str or Path
        Wide: a row a cohort, its name first, then a column for each age (0, 1, 2 ...; those that
        count from 1 mean the start by 1) or for each calendar period, named as the cohorts are;
        a column ``size`` in between holds the cohort's size, and percentages or shares (first
        value 100% or 1, or ages from 1) are of it. Long: columns ``cohort``, ``age`` (or
        ``period``, named as the cohorts are), ``customers`` and, if known, ``size``. Numbers may
        have thousands separators, decimal commas and per cent signs; empty cells were not seen.
    sheet : str, optional
        Of an xlsx file; the first unless said.
    values : {"left", "rates"}
        Whether cells hold who is left of the cohort, or what share of the period before stayed.

    Returns
    -------
    DataFrame
        A row a cohort, a column an age from 0; not a number where nothing was seen. It is what
        :func:`relsim.economics.survival.fit` takes.

    Raises
    ------
    CohortError
        With the sheet, row and column of what cannot be read, or of a cohort that grows.
    """
    rows = _read(Path(path), sheet)
    head = [cell.text.strip().lower() for cell in rows[0]]
    long = next((k for k, name in enumerate(head) if name in _AGE | _PERIOD), None)
    named = _COHORT | _SIZES | _AGE | _PERIOD | _LEFT
    wide = long is None or not set(head) <= named or not any(name in _LEFT for name in head)
    decimal = _decimal_of([cell.text for row in rows[1:] for cell in row])
    table, places = (_wide if wide else _long)(rows, head, decimal, values)
    _refuse_growth(table, places)
    return table


_Places = dict[tuple[str, int], str]


def _read(path: Path, sheet: str | None) -> list[list[_Cell]]:
    if not path.is_file():
        raise CohortError(f"{path}: no such file")
    if path.suffix.lower() == ".xlsx":
        title, raw = _of_workbook(path, sheet)
    else:
        title, raw = "", _of_text(path)
    width = len(raw[0]) if raw else 0
    raw = [[*row, *[""] * (width - len(row))] for row in raw]  # short rows end in empty cells
    rows = [
        [_Cell(text, f"{path}: {title}row {r}, column {c}") for c, text in enumerate(row, 1)]
        for r, row in enumerate(raw, 1)
        if any(text.strip() for text in row)
    ]
    if len(rows) < 2 or len(rows[0]) < 2:  # a head and a cohort
        raise CohortError(f"{path}: a table of cohorts has a head, a row or more and two columns")
    for row in rows[1:]:
        for cell in row[len(rows[0]) :]:
            if cell.text.strip():
                raise CohortError(f"{cell.where}: {cell.text!r} stands beyond the head's columns")
    return rows


def _of_text(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CohortError(f"{path}: not a text in UTF-8: {error}") from error
    head = text.partition("\n")[0]
    mark = max(";\t,", key=head.count)
    return list(csv.reader(io.StringIO(text), delimiter=mark))


def _of_workbook(path: Path, sheet: str | None) -> tuple[str, list[list[str]]]:
    import openpyxl  # slow to import, and most never read a workbook  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except Exception as error:  # a damaged file fails in many ways
        raise CohortError(f"{path}: cannot be read as xlsx: {error}") from error
    if sheet is not None and sheet not in book.sheetnames:
        raise CohortError(f"{path}: no sheet {sheet!r}; there are {', '.join(book.sheetnames)}")
    page = book[sheet or book.sheetnames[0]]
    rows = [[_written(cell) for cell in row] for row in page.iter_rows()]
    return f"sheet {page.title!r}, ", rows


def _written(cell: Any) -> str:
    """Return a cell as it is read by a person: 0.18 shown as 18% is 18%."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, int | float) and "%" in (cell.number_format or ""):
        return f"{100.0 * value:.12g}%"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _decimal_of(texts: Sequence[str]) -> str:
    """Return the decimal mark that the numbers of a table have: one of them decides for all.

    Where all look like 1.000 or 1,000 the mark is one of thousands.
    """
    undecided = "."
    for text in texts:
        plain = _MARKS.sub("", text).removesuffix("%")
        marks = re.findall("[.,]", plain) if re.fullmatch(r"[+-]?[\d.,]+", plain) else []
        if marks and (not _THOUSANDS.fullmatch(plain) or "%" in text):
            return str(marks[-1])
        if marks:
            undecided = "," if marks[-1] == "." else "."
    return undecided


def _number(cell: _Cell, decimal: str) -> float:
    text = _MARKS.sub("", cell.text)
    if text.lower() in _EMPTY:
        return float("nan")
    plain = text.removesuffix("%")
    thousands = "," if decimal == "." else "."
    plain = plain.replace(thousands, "").replace(decimal, ".")
    try:
        value = float(plain)
    except ValueError:
        raise CohortError(f"{cell.where}: {cell.text!r} is no number") from None
    if not np.isfinite(value) or value < 0.0:
        raise CohortError(f"{cell.where}: {cell.text!r} is not a number of 0 or more")
    return value


def _wide(
    rows: list[list[_Cell]], head: list[str], decimal: str, values: str
) -> tuple[pd.DataFrame, _Places]:
    first = 2 if head[1] in _SIZE else 1
    names = [row[0].text.strip() for row in rows[1:]]
    labels = [cell.text.strip() for cell in rows[0][first:]]
    calendar = len(names) > 1 and set(names) <= set(labels)
    start = 0 if calendar else _first_age(rows[0][first:])
    seen: dict[str, list[float]] = {}
    places: _Places = {}
    for name, row in zip(names, rows[1:], strict=True):
        if name in seen:
            raise CohortError(f"{row[0].where}: cohort {name!r} stands there twice")
        skipped = labels.index(name) if calendar else 0
        cells = row[first + skipped :]
        for cell in row[first : first + skipped]:
            if not np.isnan(_number(cell, decimal)):
                raise CohortError(
                    f"{cell.where}: cohort {name} has customers before its start; columns named "
                    "as the cohorts are read as calendar periods"
                )
        numbers = [_number(cell, decimal) for cell in cells]
        base = _number(row[1], decimal) if first > 1 else float("nan")
        per_cent = any("%" in cell.text for cell in cells)
        places |= {(name, age): cell.where for age, cell in enumerate(cells)}
        line = _left(numbers, base, per_cent=per_cent, from_one=start == 1, values=values)
        if len(line) > len(numbers):
            places |= {(name, age + 1): cell.where for age, cell in enumerate(cells)}
            places[name, 0] = row[0].where
        if np.isnan(line[0]):
            raise CohortError(f"{cells[0].where}: cohort {name} has no number at its start")
        seen[name] = line
    return _frame(seen), places


def _first_age(head: Sequence[_Cell]) -> int:
    """Return the age that the first column is of; ages rise by one."""
    ages = []
    for cell in head:
        found = re.findall(r"\d+", cell.text)
        if len(found) != 1:
            raise CohortError(
                f"{cell.where}: {cell.text!r} is no age; columns are ages (0, 1, 2 ...) or "
                "calendar periods named as the cohorts are"
            )
        ages.append(int(found[0]))
    for before, after, cell in zip(ages, ages[1:], head[1:], strict=False):
        if after != before + 1:
            raise CohortError(f"{cell.where}: age {after} comes after {before}; ages rise by one")
    if ages[0] > 1:
        raise CohortError(f"{head[0].where}: the first age is {ages[0]}; it is 0, or 1")
    return ages[0]


def _left(
    numbers: list[float], base: float, *, per_cent: bool, from_one: bool, values: str
) -> list[float]:
    """Return who is left at each age: customers where the size is known."""
    whole = 100.0 if per_cent else 1.0
    sized = not np.isnan(base)
    if values == "rates":
        rates = [number / whole for number in numbers]
        if rates[0] == 1.0 or (np.isnan(rates[0]) and not from_one):  # the start itself
            rates = rates[1:]
        return [float(x) for x in (base if sized else 1.0) * np.cumprod([1.0, *rates])]
    known = [number for number in numbers if not np.isnan(number)]
    shares = per_cent or (bool(known) and max(known) <= 1.0 and not base <= 1.0)
    scaled = [number / whole * base for number in numbers] if shares and sized else numbers
    if shares and not sized:
        base = whole
    if np.isnan(base) or scaled[0] == base:
        return scaled
    if from_one:
        return [base, *scaled]
    return [base, *scaled[1:]] if np.isnan(scaled[0]) and sized else scaled


def _long(
    rows: list[list[_Cell]], head: list[str], decimal: str, values: str
) -> tuple[pd.DataFrame, _Places]:
    when = next(k for k, name in enumerate(head) if name in _AGE | _PERIOD)
    what = max(k for k, name in enumerate(head) if name in _LEFT)
    size = next((k for k, name in enumerate(head) if name in _SIZES), None)
    who = next((k for k, name in enumerate(head) if k not in (when, what, size)), 0)
    names = list(dict.fromkeys(row[who].text.strip() for row in rows[1:]))
    order = list(dict.fromkeys([*names, *(row[when].text.strip() for row in rows[1:])]))
    calendar = head[when] in _PERIOD
    found: dict[str, dict[int, _Cell]] = {name: {} for name in names}
    sizes: dict[str, _Cell] = {}
    for row in rows[1:]:
        if len(row) <= max(who, when, what):
            raise CohortError(f"{row[-1].where}: the row ends before its number")
        name, label = row[who].text.strip(), row[when].text.strip()
        age = order.index(label) - order.index(name) if calendar else _age(row[when])
        if age < 0:
            raise CohortError(f"{row[when].where}: period {label} is before cohort {name} starts")
        if age in found[name]:
            raise CohortError(f"{row[when].where}: cohort {name} has two numbers for {label}")
        found[name][age] = row[what]
        if size is not None:
            sizes[name] = row[size]
    least = min(age for cells in found.values() for age in cells)
    seen: dict[str, list[float]] = {}
    places: _Places = {}
    for name, cells in found.items():
        if least not in cells:
            raise CohortError(f"{next(iter(cells.values())).where}: cohort {name} has no start")
        empty = _Cell("", "")
        line = [cells.get(age, empty) for age in range(least, max(cells) + 1)]
        numbers = [_number(cell, decimal) for cell in line]
        per_cent = any("%" in cell.text for cell in line)
        base = float("nan") if size is None else _number(sizes[name], decimal)
        seen[name] = _left(numbers, base, per_cent=per_cent, from_one=least == 1, values=values)
        if len(seen[name]) > len(line):
            line = [empty, *line]
        places |= {(name, age): cell.where for age, cell in enumerate(line) if cell.where}
    return _frame(seen), places


def _age(cell: _Cell) -> int:
    found = re.fullmatch(r"\D*(\d+)", cell.text.strip())
    if found is None:
        raise CohortError(f"{cell.where}: {cell.text!r} is no age")
    return int(found[1])


def _frame(seen: dict[str, list[float]]) -> pd.DataFrame:
    length = max(len(line) for line in seen.values())
    filled = [[*line, *[float("nan")] * (length - len(line))] for line in seen.values()]
    table = pd.DataFrame(filled, index=pd.Index(list(seen), name="cohort"), dtype=float)
    table.columns.name = "age"
    return table.dropna(axis="columns", how="all")


def _refuse_growth(table: pd.DataFrame, places: _Places) -> None:
    for name, row in zip(table.index, table.to_numpy(), strict=True):
        seen = np.flatnonzero(~np.isnan(row))
        for before, after in itertools.pairwise(seen):
            if row[after] > row[before] * (1.0 + 1e-12):
                raise CohortError(
                    f"{places.get((name, int(after)), name)}: cohort {name} grows from "
                    f"{row[before]:g} to {row[after]:g}; nobody joins a cohort after its start "
                    "(retention rates of each period are read with values='rates')"
                )
