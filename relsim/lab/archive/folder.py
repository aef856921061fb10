"""Experiments that lie in a folder: what they were, and whether they are finished."""

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from relsim.errors import OutputError, RelsimError
from relsim.lab.archive.results import RUNS, TABLES
from relsim.lab.archive.store import PANEL, STUDY
from relsim.lab.runs.study import Study
from relsim.own_code import CODE, look_in
from relsim.records import MANIFEST, ExperimentManifest, check_unaltered, read_json, read_record


class Finished(NamedTuple):
    """A finished experiment: its folder, what it is, and the manifest of its results."""

    folder: Path
    study: Study
    manifest: dict[str, Any]

    def runs(self) -> pd.DataFrame:
        """Return the table of runs, a row a run.

        Raises
        ------
        OutputError
            If it cannot be read.
        """
        path = self.folder / RUNS
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise OutputError(f"{path}: cannot be read: {error}") from None


def opened(folder: str | Path, *, check: bool = True) -> Finished:
    """Return the experiment in a folder.

    Parameters
    ----------
    folder : str or Path
        Where it is.
    check : bool
        Whether its tables are held against their hashes.

    Raises
    ------
    OutputError
        If there is none, it is not finished, or what is there was changed since.
    """
    place = Path(folder)
    if not (place / STUDY).is_file():
        raise OutputError(f"{folder}: holds no experiment (there is no {STUDY})")
    about = read_json(place / STUDY)
    if not (place / MANIFEST).is_file():
        raise OutputError(
            f"{folder}: is not finished: relsim experiment with the same config goes on with it"
        )
    manifest = read_record(place / MANIFEST, ExperimentManifest)
    if check:
        files: dict[str, str] = manifest["files"]
        check_unaltered(place, {name: files[name] for name in files if _is_read(name)})
        unknown = [name for name in TABLES if name not in files and (place / name).is_file()]
        if unknown:
            raise OutputError(
                f"{place / unknown[0]}: is not among the files of {MANIFEST}: relsim did not write "
                "it, or the list was changed"
            )
    study = _restored(about, place / STUDY)
    code = str((place / CODE).resolve())
    look_in([code])
    return Finished(place, dataclasses.replace(study, paths=(code,)), manifest)


def _is_read(name: str) -> bool:
    return name in (*TABLES, STUDY) or name.startswith(f"{PANEL}/")


def _restored(about: dict[str, Any], path: Path) -> Study:
    try:
        return Study.restored(about)
    except (RelsimError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise OutputError(
            f"{path}: is damaged, or was made by another version of relsim: {reason}"
        ) from None
