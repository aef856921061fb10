"""A design that somebody else made, from a CSV file."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from relsim.errors import SpecError
from relsim.lab.design.points import NOTE, POINT, WORDS
from relsim.spec.yaml_text import parse_yaml, read_text


def from_csv(path: str | Path) -> pd.DataFrame:
    """Return the design in a CSV file: a column a factor, a row a point.

    Cells are read like values in a config: ``0.5`` is a number, ``true`` is yes, ``[1, 2]`` is a
    list. A column called ``point`` gives the numbers of the points, which otherwise count from 0;
    columns that begin with ``design.`` are kept, so that a written design comes back as it was.

    Raises
    ------
    SpecError
        Naming row and column of the fault. Row 1 is the first below the names.
    """
    names, rows = _cells(Path(path))
    columns: dict[str, Any] = {}
    for place, name in enumerate(names):
        cells = [
            _value(f"{path}: row {number}, column {name!r}", name, row[place])
            for number, row in enumerate(rows, start=1)
        ]
        columns[name] = cells if name.startswith(NOTE) else _column(cells)
    points = columns.pop(POINT, None)
    frame = pd.DataFrame(columns)
    if points is not None:
        _check_points(str(path), list(points))
        frame.index = pd.Index(points)
    frame.index.name = POINT
    return frame


def _cells(path: Path) -> tuple[list[str], list[list[str]]]:
    text = read_text(path, "the design")
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except csv.Error as error:
        raise SpecError(f"{path}: not a CSV file: {error}") from None
    if len(lines) < 2:
        raise SpecError(f"{path}: given no points, allowed: a line of names, then a line a point")
    names = [name.strip() for name in lines[0]]
    for place, name in enumerate(names, start=1):
        if not name:
            raise SpecError(f"{path}: column {place} has no name")
        if names.count(name) > 1:
            raise SpecError(f"{path}: the column {name!r} is there twice")
    if names == [POINT]:
        raise SpecError(f"{path}: given no factor, allowed: a column for each factor")
    for number, line in enumerate(lines[1:], start=1):
        if len(line) != len(names):
            raise SpecError(
                f"{path}: row {number} has {len(line)} cells, allowed: {len(names)}, one for each "
                "name in the first line"
            )
    return names, lines[1:]


def _value(place: str, name: str, cell: str) -> Any:
    if name.startswith(NOTE):
        # Notes may be empty, and a word there is never anything but a word.
        return cell if name in WORDS else _number_or_text(cell)
    if not cell.strip():
        raise SpecError(f"{place}: given nothing, allowed: a value")
    return parse_yaml(cell, place)


def _number_or_text(cell: str) -> Any:
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell


def _column(values: list[Any]) -> Any:
    kinds = {type(value) for value in values}
    if kinds in ({int}, {float}, {bool}):
        return values
    return pd.Series(values, dtype=object)  # as given: a true is no 1, nothing is no NaN


def _check_points(path: str, points: Sequence[Any]) -> None:
    seen: set[int] = set()
    for number, value in enumerate(points, start=1):
        place = f"{path}: row {number}, column {POINT!r}"
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise SpecError(f"{place}: given {value!r}, allowed: a whole number from 0")
        if value in seen:
            raise SpecError(f"{place}: given {value!r} a second time, allowed: each number once")
        seen.add(value)
