"""The tables of an experiment: one row a run, effects, replications, sensitivity, failures."""

import dataclasses
import io
import itertools
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from relsim.lab.archive.store import CHUNKS, PANEL, STUDY, Store, write_whole
from relsim.lab.design.points import BASE
from relsim.lab.design.written import written
from relsim.lab.names import COLUMNS
from relsim.lab.runs.replication import Rule, needed
from relsim.lab.runs.rounds import placed, rule_of, sizes_of, targets, warm_up_of
from relsim.lab.runs.study import Study
from relsim.lab.statistics.effects import effects
from relsim.lab.statistics.intervals import t_interval
from relsim.lab.statistics.sensitivity_tables import sensitivity_of
from relsim.own_code import CODE
from relsim.provenance import Clock, checkout, code_version, machine, versions
from relsim.records import MANIFEST, sha256
from relsim.spec import spec_hash
from relsim.spreadsheets import BOOK, csv_text
from relsim.version import __version__

Array = npt.NDArray[np.float64]

RUNS, DESIGN, EFFECTS, REPLICATIONS, SENSITIVITY, FAILURES = (
    "runs.parquet",
    "design.csv",
    "effects.csv",
    "replications.csv",
    "sensitivity.csv",
    "failures.csv",
)
FIGURES = "figures"
PAIRS = ("sample", "point", "replication")
"""What names a pair of runs."""

TABLES = (RUNS, DESIGN, EFFECTS, REPLICATIONS, SENSITIVITY, FAILURES)
"""Files that the same experiment gives byte for byte."""


def write_tables(study: Study, store: Store) -> None:
    """Write all tables of an experiment whose runs are done.

    Raises
    ------
    OutputError
        If they cannot be written, or a chunk is damaged.
    """
    with store.writing():
        # Tables that are being replaced are not those of a manifest.
        (store.folder / MANIFEST).unlink(missing_ok=True)
        _write_runs(study, store)
        _write_csv(store, DESIGN, written(study.spec, study.design, study.samples))
        failures = pd.DataFrame([f._asdict() for f in store.journal.failures()])
        _write_csv(store, FAILURES, failures)
        runs = read_runs(store)
        _write_csv(store, EFFECTS, effects_of(study, runs))
        _write_csv(store, REPLICATIONS, replications_of(study, store))
        _write_csv(store, SENSITIVITY, sensitivity_of(study, runs))


def _write_csv(store: Store, name: str, frame: pd.DataFrame) -> None:
    """Write a table; a table without rows is no file.

    Texts are marked where a spreadsheet would take them for formulas, but not those of a design:
    its cells are values as a config has them.
    """
    path = store.folder / name
    if frame.empty:
        path.unlink(missing_ok=True)
        return
    plain = name == DESIGN
    text = frame.to_csv(index=False, lineterminator="\n") if plain else csv_text(frame)
    write_whole(path, text.encode())


def _write_runs(study: Study, store: Store) -> None:
    path = store.folder / RUNS
    working = path.with_name(f".{RUNS}.partial")
    tables = (
        pa.Table.from_pandas(_with_design(study, frame), preserve_index=False)
        for frame in store.frames()
    )
    first = next(tables)
    with (
        working.open("wb") as sink,
        pq.ParquetWriter(sink, first.schema, compression="zstd") as writer,
    ):
        for table in itertools.chain([first], tables):
            writer.write_table(table)
    working.replace(path)


def _with_design(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of runs with all that says what they were: point, arm, factors."""
    places = placed(study, frame["run"]).assign(run=frame["run"], failed=frame["failed"])
    design = study.design[[name for name in (BASE, *study.factors) if name in study.design]]
    rows = design.iloc[places["point"].to_numpy()].reset_index(drop=True)
    values = {name: _plain(column) for name, column in rows.items()}
    outcomes = list(study.spec.outcomes)
    return pd.concat(
        [
            places[list(COLUMNS)].reset_index(drop=True),
            pd.DataFrame(values),
            frame[outcomes].reset_index(drop=True),
        ],
        axis=1,
    )


def _plain(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column that a table can hold: levels of one kind as they are, others as text."""
    column = column.infer_objects()
    if column.dtype != object:
        return column
    return column.map(lambda value: value if isinstance(value, str) else json.dumps(value))


def read_runs(store: Store) -> pd.DataFrame:
    """Return the table of runs."""
    frame: pd.DataFrame = pq.read_table(io.BytesIO((store.folder / RUNS).read_bytes())).to_pandas()
    return frame


def write_manifest(
    study: Study, store: Store, clock: Clock, command: Sequence[str], **more: Any
) -> None:
    """Write all that is worth knowing about an experiment besides its tables.

    Parameters
    ----------
    study, store
        The experiment and its folder.
    clock : Clock
        What took how long.
    command : sequence of str
        The command line.
    **more
        Anything else: executor, workers.
    """
    runs, failed, seconds = store.journal.counted()
    with store.writing():
        paths = sorted(path for path in store.folder.rglob("*") if path.is_file())
        names = {path.relative_to(store.folder).as_posix(): path for path in paths}
        about = {
            "relsim": __version__,
            "experiment": study.key,
            "code": code_version(),
            "title": study.spec.title,
            "runs": runs,
            "failed": failed,
            "seconds_of_work": round(seconds, 3),
            "warm_up": warm_up_of(study, store),
            "replications": sizes_of(store),
            "seed": study.spec.seed,
            **more,
            "command": list(command),
            "started": clock.started.isoformat(timespec="seconds"),
            "seconds": clock.seconds,
            "versions": versions(),
            "git": checkout(),
            "machine": machine(),
            "spec": study.spec.model_dump(mode="json"),
            "markets": [spec_hash(market) for market in study.markets],
            "files": {name: sha256(path) for name, path in names.items() if _is_result(name)},
        }
        text = json.dumps(about, indent=2, ensure_ascii=False, default=str) + "\n"
        write_whole(store.folder / MANIFEST, text.encode())


def _is_result(name: str) -> bool:
    """Return whether relsim wrote a file of an experiment's folder, and will not change it."""
    hidden = any(part.startswith(".") for part in name.split("/"))
    inside = name.startswith((f"{CHUNKS}/", f"{PANEL}/", f"{FIGURES}/", f"{CODE}/"))
    return name in (*TABLES, STUDY, BOOK) or (inside and not hidden)


# Tables ------------------------------------------------------------------------------------


def effects_of(study: Study, runs: pd.DataFrame) -> pd.DataFrame:
    """Return what each treatment does to each outcome, at each combination of base and levers.

    Where the points are a sample of what is uncertain, a point is the unit of inference; else a
    replication is.
    """
    spec = study.spec
    if not spec.treatments:
        return pd.DataFrame()
    return effects(
        runs,
        list(spec.outcomes),
        spec.reference,
        list(spec.treatments),
        by=study.levers,
        pair_on=PAIRS,
        cluster_on=study.unit,
        margins={name: one.margin for name, one in spec.outcomes.items() if one.margin},
        family=("outcome",),
        confidence=spec.replication.confidence,
        seed=spec.design.seed,
    )


def replications_of(study: Study, store: Store) -> pd.DataFrame:
    """Return how many replications each cell had, and how many would have done.

    The target is what precision is asked of: a treatment's effect on the outcome aimed at.
    """
    rule, asked = rule_of(study), study.spec.replication
    sizes = sizes_of(store)
    rows = []
    for cell, by_arm in targets(study, store).items():
        point = int(np.flatnonzero(study.cells == cell)[0])
        for arm, values in by_arm.items():
            interval = t_interval(values[np.isfinite(values)], asked.confidence)
            would = needed(values, asked.absolute, asked.relative, asked.confidence)
            rows.append(
                {
                    **{name: study.design[name].iloc[point] for name in study.levers},
                    "arm": arm,
                    "replications": sizes[cell],
                    "mean": interval.estimate,
                    "half_width": interval.half_width,
                    "asked_absolute": asked.absolute,
                    "asked_relative": asked.relative,
                    "precise": _precise(rule, values),
                    "would_have_done": would,
                }
            )
    return pd.DataFrame(rows)


def _precise(rule: Rule | None, values: Array) -> bool | None:
    """Return whether the precision that was asked for was reached; None if none was."""
    if rule is None:
        return None
    return (
        dataclasses.replace(rule, maximum=max(values.size, rule.minimum) + 1).next_size(values)
        is None
    )
