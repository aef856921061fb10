"""Runs of an earlier experiment taken over where nothing that they depend on has changed."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from relsim.errors import OutputError
from relsim.lab.archive.store import JOURNAL, PANEL, STUDY, Shape, Store
from relsim.lab.runs.run import Lived, Recipe, content_key
from relsim.lab.runs.study import Study
from relsim.spec import override

_AT_ONCE = 256


@dataclass
class Earlier:
    """What the runs of another folder left, by the hash of all that they depend on.

    Attributes
    ----------
    runs : mapping
        Hash to what the run left.
    taken : int
        How many were taken over.
    """

    runs: Mapping[str, Lived]
    taken: int = 0

    @classmethod
    def read(cls, folder: Path, shape: Shape) -> Self:
        """Read the runs of a folder.

        Parameters
        ----------
        folder : Path
            Of an experiment, finished or not.
        shape : Shape
            What runs have to have left to be of use.

        Raises
        ------
        OutputError
            If no experiment is there, another process works on it, or it is damaged.
        """
        if not (folder / JOURNAL).is_file():
            raise OutputError(f"--reuse: {folder}: holds no experiment")
        if _shape_of(folder) != shape:
            return cls({})
        with Store(folder, None, shape) as store:
            return cls(_by_key(store))

    def take(self, study: Study, recipe: Recipe, store: Store, numbers: Iterator[int]) -> None:
        """Keep what is known already of runs that are wanted.

        Parameters
        ----------
        study, recipe
            The experiment that is to be run.
        store : Store
            Its folder.
        numbers : iterator of int
            The runs that are wanted.
        """
        batch: list[Lived] = []
        for run in numbers if self.runs else ():
            assignment = study.assignment(run)
            spec = override(recipe.bases[assignment.base], assignment.overrides)
            found = self.runs.get(content_key(recipe, assignment, spec))
            if found is not None:
                batch.append(found._replace(run=run))
            if len(batch) == _AT_ONCE:
                self._keep(store, batch)
                batch = []
        self._keep(store, batch)

    def _keep(self, store: Store, batch: list[Lived]) -> None:
        store.add(batch)
        self.taken += len(batch)


def _shape_of(folder: Path) -> Shape | None:
    """Return what the runs of a folder left; None if it does not say."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        spec = json.loads((folder / STUDY).read_text(encoding="utf-8"))["spec"]
        panel = spec["panel"] or {"measures": (), "every": 1}
        return Shape(tuple(spec["outcomes"]), tuple(panel["measures"]), panel["every"])
    return None


def _by_key(store: Store) -> dict[str, Lived]:
    keys, shape = store.journal.keys(), store.shape
    panels = {
        int(str(run)): rows[list(shape.panel)]
        .to_numpy(dtype=np.float64)
        .reshape(rows["month"].nunique(), -1, len(shape.panel))
        for frame in (store.frames(PANEL) if shape.panel else ())
        for run, rows in frame.groupby("run")
    }
    found = {}
    for frame in store.frames():
        values = frame[list(shape.outcomes)].to_numpy(dtype=np.float64).tolist()
        for run, row in zip(frame["run"].tolist(), values, strict=True):
            if run in keys:
                found[keys[run]] = Lived(run, tuple(row), panels.get(run), 0.0, keys[run])
    return found
