"""Experiments that lie in a folder: what they were, and whether they are finished."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from relsim.errors import OutputError
from relsim.lab.finishing import RUNS
from relsim.lab.store import STUDY
from relsim.lab.study import Study
from relsim.output import MANIFEST


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


def opened(folder: str | Path) -> Finished:
    """Return the experiment in a folder.

    Raises
    ------
    OutputError
        If there is none, or it is not finished.
    """
    place = Path(folder)
    about = _read(place / STUDY)
    if about is None:
        raise OutputError(f"{folder}: holds no experiment (there is no {STUDY})")
    manifest = _read(place / MANIFEST)
    if manifest is None:
        raise OutputError(
            f"{folder}: is not finished: relsim experiment with the same config goes on with it"
        )
    return Finished(place, Study.restored(about), manifest)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None
