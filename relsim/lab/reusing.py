"""Runs of an earlier experiment taken over where nothing that they depend on has changed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from relsim.errors import OutputError
from relsim.lab.journal import Journal
from relsim.lab.living import Lived, Recipe, content_key
from relsim.lab.store import JOURNAL, PANEL, Shape, Store
from relsim.lab.study import Study
from relsim.spec import override

_AT_ONCE = 256


def reuse(study: Study, recipe: Recipe, store: Store, earlier: Path, numbers: Iterator[int]) -> int:
    """Take over runs from another folder whose market, luck, outcomes and code are the same.

    Parameters
    ----------
    study, recipe
        The experiment that is to be run.
    store : Store
        Its folder.
    earlier : Path
        The folder of the other.
    numbers : iterator of int
        The runs that are wanted.

    Returns
    -------
    int
        How many were taken over.

    Raises
    ------
    OutputError
        If no experiment is there, or it is damaged.
    """
    if not (earlier / JOURNAL).is_file():
        raise OutputError(f"--reuse: {earlier}: holds no experiment")
    known = _by_key(earlier, store.shape)
    taken, batch = 0, []
    for run in numbers:
        assignment = study.assignment(run)
        spec = override(recipe.bases[assignment.base], assignment.overrides)
        found = known.get(content_key(recipe, assignment, spec))
        if found is not None:
            batch.append(found._replace(run=run))
        if len(batch) == _AT_ONCE:
            store.add(batch)
            taken, batch = taken + len(batch), []
    store.add(batch)
    return taken + len(batch)


def _by_key(earlier: Path, shape: Shape) -> dict[str, Lived]:
    """Return what the runs of another folder left, by the hash of what they depend on."""
    with Journal(earlier / JOURNAL) as journal:
        keys = journal.keys()
        key = journal.noted("key") or ""
    with Store(earlier, key, shape) as store:
        panels = {
            int(str(run)): rows[list(shape.panel)]
            .to_numpy(dtype=np.float64)
            .reshape(rows["month"].nunique(), -1, len(shape.panel))
            for frame in (store.frames(PANEL) if shape.panel else ())
            for run, rows in frame.groupby("run")
        }
        found = {}
        for frame in store.frames():
            if list(frame.columns[2:]) != list(shape.outcomes):
                break  # other outcomes: no key can be the same
            values = frame[list(shape.outcomes)].to_numpy(dtype=np.float64).tolist()
            for run, row in zip(frame["run"].tolist(), values, strict=True):
                if keys.get(run):
                    found[keys[run]] = Lived(run, tuple(row), panels.get(run), 0.0, keys[run])
        return found
