"""An experiment run again: whether it gives the same, byte for byte."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from relsim.lab.archive.folder import Finished
from relsim.lab.archive.results import TABLES, write_tables
from relsim.lab.archive.store import PANEL, Store
from relsim.lab.runs.memory import evaluated
from relsim.lab.runs.rounds import Conduct, conduct, recipe_of, shape_of
from relsim.records import altered, sha256


class Verdict(NamedTuple):
    """Whether a thing is as it was: its name, and what was found.

    Attributes
    ----------
    name, found : str
        What was made again, and what came out.
    same : bool
        Whether it is the same.
    failed : bool
        Whether it could not be made again at all, so that nothing can be said.
    """

    name: str
    same: bool
    found: str
    failed: bool = False


def reproduce(finished: Finished, how: Conduct) -> list[Verdict]:
    """Run a whole experiment again and compare its tables by their hashes.

    Parameters
    ----------
    finished : Finished
        The experiment.
    how : Conduct
        Who does the work.
    """
    study = finished.study
    with tempfile.TemporaryDirectory(prefix="relsim-") as place:
        folder = Path(place, "again")
        with Store(folder, study.key, shape_of(study)) as store:
            conduct(study, store, how)
            failures = list(store.journal.failures())
            if len(failures) > finished.manifest["failed"]:
                first = f"{len(failures):,} runs could not be run again: {failures[0].error}"
                return [Verdict("runs", same=False, found=first, failed=True)]
            write_tables(study, store)
        return _compared(folder, finished)


def _compared(folder: Path, finished: Finished) -> list[Verdict]:
    """Hold tables made anew against the manifest, and against what lies in the folder."""
    hashes: Mapping[str, str] = finished.manifest["files"]
    since = dict(altered(finished.folder, hashes))
    verdicts = []
    panel = sorted(name for name in hashes if name.startswith(f"{PANEL}/"))
    for name in (*TABLES, *panel):
        there = (folder / name).is_file()
        if name not in hashes and not there:
            continue
        same = there and sha256(folder / name) == hashes.get(name)
        words = "the same bytes" if same else "other bytes"
        if name in since:
            same, words = False, f"{words}, but the table in the folder {since[name]}"
        verdicts.append(Verdict(name, same, words))
    return verdicts


def reproduce_some(finished: Finished, count: int) -> list[Verdict]:
    """Run some runs of an experiment again, evenly spread, and compare their outcomes exactly.

    Parameters
    ----------
    finished : Finished
        The experiment.
    count : int
        How many.
    """
    study, kept = finished.study, finished.runs().set_index("run")
    recipe = recipe_of(study, int(finished.manifest["warm_up"]))
    places = np.unique(np.linspace(0, len(kept) - 1, min(count, len(kept))).astype(int))
    chosen = [int(run) for run in kept.index[places]]
    outcomes = list(study.spec.outcomes)
    verdicts = []
    for one in evaluated(recipe, [study.assignment(run) for run in chosen]):
        if one.error and not kept.loc[one.run, "failed"]:
            words = f"could not be run again: {one.error}"
            verdicts.append(Verdict(f"run {one.run}", same=False, found=words, failed=True))
            continue
        before = kept.loc[one.run, outcomes].to_numpy(dtype=np.float64)
        same = np.array_equal(before, np.array(one.outcomes), equal_nan=True)
        verdicts.append(Verdict(f"run {one.run}", same, "the same" if same else "other outcomes"))
    return verdicts
