"""``relsim query``: the tables of a finished experiment asked in SQL, and nothing else."""

import importlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import typer

from relsim.cli.console import console, listing
from relsim.errors import SpecError
from relsim.lab.archive.folder import opened
from relsim.lab.archive.results import TABLES
from relsim.lab.archive.store import PANEL
from relsim.lab.archive.tables import names_in
from relsim.spec.hints import nearest
from relsim.spreadsheets import FORMULA, csv_text

_IN_SQL = FORMULA.replace("'", "''")
_READERS = {".parquet": "read_parquet", ".csv": "read_csv"}


def query(folder: Path, words: str, csv: bool) -> None:
    """Print what a query in SQL finds in the tables of an experiment.

    Raises
    ------
    RelsimError
        If there is no experiment, or the query is not one select of its tables.
    """
    frame = _asked(_tables(folder), words)
    if csv:
        typer.echo(csv_text(frame), nl=False)
        return
    shown = listing(*(str(name) for name in frame.columns))
    for row in frame.itertuples(index=False):
        shown.add_row(
            *(f"{value:.6g}" if isinstance(value, float) else str(value) for value in row)
        )
    console().print(shown)


def _tables(folder: Path) -> dict[str, list[Path]]:
    """Return the files of each table, by its name."""
    place = opened(folder).folder
    found = {Path(name).stem: [place / name] for name in TABLES if (place / name).is_file()}
    panel = sorted((place / PANEL).glob("*.parquet"))
    return found | ({PANEL: panel} if panel else {})


def _asked(tables: Mapping[str, list[Path]], words: str) -> pd.DataFrame:
    """Return what one select finds; no other file can be read, and none be written."""
    duckdb = importlib.import_module("duckdb")
    there = f"there are {', '.join(tables)}"
    # Else the name of any Python object in sight would be a table.
    with duckdb.connect(config={"python_enable_replacements": False}) as data:
        try:
            for name, files in tables.items():
                source = f"{_READERS[files[0].suffix]}({_quoted(files)}{_types(files[0])})"
                data.execute(f"CREATE VIEW {name} AS {_unmarked(data, source)}")
            every = [path for files in tables.values() for path in files]
            data.execute(f"SET allowed_paths = {_quoted(every)}")
            data.execute("SET enable_external_access = false")
            data.execute("SET lock_configuration = true")
            kinds = [statement.type for statement in duckdb.extract_statements(words)]
            if kinds != [duckdb.StatementType.SELECT]:
                raise SpecError(f"query: given {words[:80]!r}, allowed: one select; {there}")
            frame: pd.DataFrame = data.sql(words).df()
        except duckdb.Error as error:
            raise SpecError(_complaint(error, tables)) from None
    return frame


def _unmarked(data: Any, source: str) -> str:
    """Return a select of all that a source holds, its texts as they were before marking."""
    select = f"SELECT * FROM {source}"  # noqa: S608  # own names
    columns = data.execute(f"DESCRIBE {select}").fetchall() if "read_csv" in source else []
    quoted = (name.replace('"', '""') for name, kind, *_ in columns if kind == "VARCHAR")
    texts = [
        f"regexp_replace(\"{name}\", '^''({_IN_SQL})', '\\1') AS \"{name}\"" for name in quoted
    ]
    return select.replace("*", f"* REPLACE ({', '.join(texts)})", 1) if texts else select


def _types(path: Path) -> str:
    """Return what DuckDB is told of a table whose names may look like numbers."""
    names = names_in(path) if path.suffix == ".csv" else ()
    texts = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    return f", types = {{{texts}}}" if texts else ""


def _quoted(paths: Iterable[Path]) -> str:
    return "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"


def _complaint(error: Exception, tables: Mapping[str, object]) -> str:
    there = f"there are {', '.join(tables)}"
    text = " ".join(str(error).split())
    missing = re.search(r"Table with name (\S+) does not exist", text)
    if missing is not None:
        return f"query: no such table {missing[1]!r}{nearest(missing[1], list(tables))}; {there}"
    if "disabled by configuration" in text:
        return f"query: only the tables of the experiment can be read; {there}"
    return f"query: {text[:300]} ({there})"
