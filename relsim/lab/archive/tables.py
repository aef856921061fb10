"""The CSV tables of an experiment, read again as they were written."""

from pathlib import Path

import pandas as pd

from relsim.lab.archive.results import DESIGN, RUNS, TABLES
from relsim.lab.design.points import BASE
from relsim.lab.runs.study import Study
from relsim.spreadsheets import unmarked

_TEXTS = (BASE, "outcome", "arm", "factor", "note", "error", "trace")


def read_table(path: Path, study: Study) -> pd.DataFrame:
    """Return a table that an experiment has written.

    Names that a user gave stay texts, whatever they look like: an arm may be called "1", "nan" or
    "None".

    Parameters
    ----------
    path : Path
        A CSV file in the folder of the experiment.
    study : Study
        The experiment.
    """
    kinds = dict.fromkeys((*_TEXTS, *_levers_of_texts(study)), str)
    names = pd.read_csv(path, nrows=0).columns
    empty = {name: [""] for name in names if name not in kinds}
    table = pd.read_csv(path, dtype=kinds, keep_default_na=False, na_values=empty)
    if path.name == DESIGN:
        return table
    texts = {name: table[name].map(unmarked) for name in names if name in kinds}
    return table.assign(**texts)


def tables_of(folder: Path, study: Study) -> dict[str, pd.DataFrame]:
    """Return all tables that an experiment has written, by name; the panel is none of them."""
    paths = [folder / name for name in TABLES if (folder / name).is_file()]
    return {
        path.stem: pd.read_parquet(path) if path.name == RUNS else read_table(path, study)
        for path in paths
    }


def names_in(path: Path) -> list[str]:
    """Return the columns of a table that hold names or sentences, whatever these look like."""
    return [name for name in pd.read_csv(path, nrows=0).columns if name in _TEXTS]


def _levers_of_texts(study: Study) -> list[str]:
    columns = {name: study.design[name].infer_objects() for name in study.levers}
    return [
        name
        for name, column in columns.items()
        if column.dtype == object or isinstance(column.dtype, pd.StringDtype)
    ]
