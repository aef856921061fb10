"""Where an experiment's results lie: a folder with a journal, and chunks of what is done.

Every run is committed to the journal before it counts. Runs whose numbers fall into one band go
into a chunk, a Parquet file, once the whole band is over; so chunks hold the same rows whatever
the order in which runs ended.
"""

import contextlib
import errno
import hashlib
import io
import itertools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import filelock
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from relsim.errors import OutputError
from relsim.lab.archive.journal import Chunk, Journal, Loose, packed, unpacked
from relsim.lab.runs.run import Lived

JOURNAL, LOCK, CHUNKS, PANEL, STUDY = (
    "journal.sqlite",
    ".lock",
    "chunks",
    "panel",
    "experiment.json",
)
_VERSION = "2"
EARLIER = ".earlier-"
"""What is put, with a number, behind the name of a folder whose runs are of an earlier version."""
BAND, BAND_WITH_PANEL = 4096, 256


class Shape(NamedTuple):
    """What a run leaves: names of outcomes, columns of the panel, months between two kept."""

    outcomes: tuple[str, ...]
    panel: tuple[str, ...] = ()
    every: int = 1

    @property
    def band(self) -> int:
        """How many runs a chunk holds."""
        return BAND_WITH_PANEL if self.panel else BAND


class Store:
    """The folder of one experiment, held by one process at a time.

    Parameters
    ----------
    folder : Path
        Made if need be.
    key : str or None
        What the experiment is (:attr:`relsim.lab.runs.study.Study.key`); None = whatever is there.
    shape : Shape
        What a run leaves.

    Attributes
    ----------
    dropped : int
        Runs whose rows in the journal were damaged when it was opened: they are run again.

    Raises
    ------
    OutputError
        If the folder holds something else or another experiment, another process works in it, or
        it cannot be written.
    """

    def __init__(self, folder: str | Path, key: str | None, shape: Shape) -> None:
        self.shown, self.folder = str(folder), Path(folder).resolve()
        self.key, self.shape = key, shape
        self.dropped = 0
        self._settled = 0  # bands
        self._lock = filelock.FileLock(self.folder / LOCK, blocking=False)

    def __enter__(self) -> Self:
        with self.writing():
            self._check_ours()
            self.folder.mkdir(parents=True, exist_ok=True)
        self._hold()
        try:
            self.journal = Journal(self.folder / JOURNAL)
            self._begin()
        except BaseException:
            self._lock.release()
            raise
        return self

    def _begin(self) -> None:
        try:
            self._check_version()
            self._drop_damaged()
            self._check_same()
            with self.writing():
                for name in (CHUNKS, PANEL) if self.shape.panel else (CHUNKS,):
                    (self.folder / name).mkdir(exist_ok=True)
        except BaseException:
            self.journal.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        self.journal.__exit__()
        self._lock.release()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Turn whatever the file system complains about into an :class:`OutputError`."""
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                words = "the disk is full; runs that were finished are kept: make room and give "
                raise OutputError(f"{self.shown}: {words}the same command again") from error
            raise OutputError(
                f"{self.shown}: results cannot be written: {error.strerror or error}; runs that "
                "were finished are kept"
            ) from error

    # Opening ---------------------------------------------------------------------------------

    def _check_ours(self) -> None:
        if self.folder.is_file():
            raise OutputError(f"{self.shown}: is a file; name another folder with --out")
        if self.folder.is_dir() and not (self.folder / JOURNAL).exists():
            strange = sorted(item.name for item in self.folder.iterdir() if item.name != LOCK)
            if strange:
                raise OutputError(
                    f"{self.shown}: holds {strange[0]!r} and no experiment; name another folder "
                    "with --out"
                )

    def _hold(self) -> None:
        with self.writing():
            _acquire(self._lock, self.shown)

    def _drop_damaged(self) -> None:
        """Take runs whose rows in the journal are damaged for not done, with their whole band."""
        damaged = self.journal.damaged()
        self.journal.forget([run for run, sealed in damaged if not sealed])
        band = self.shape.band
        for first in {run // band * band for run, sealed in damaged if sealed}:
            self.journal.lose(first, first + band - 1)
        self.dropped = len(damaged)

    def _check_version(self) -> None:
        version = self.journal.noted("store")
        if version is None and self.key is not None:
            self.journal.note("store", _VERSION)
        elif version != _VERSION:
            raise OutputError(
                f"{self.shown}: was written by another version of relsim (store {version}, here "
                f"{_VERSION}); name another folder with --out"
            )

    def _check_same(self) -> None:
        there = self.journal.noted("key")
        if there is None and self.key is not None:
            self.journal.note("key", self.key)
        elif self.key is not None and there != self.key:
            raise OutputError(
                f"{self.shown}: holds another experiment: its config or relsim's code has changed "
                f"since (was {there}, is {self.key}); name another folder with --out, and --reuse "
                f"{self.shown} takes over the runs that are the same"
            )

    # Writing ---------------------------------------------------------------------------------

    def add(self, lived: Sequence[Lived], tries: int = 1) -> None:
        """Keep runs that are over."""
        self.journal.add(lived, tries)

    def settle(self, limit: int) -> None:
        """Put bands into chunks that are over now; below a run's number, all runs are."""
        if limit // self.shape.band > self._settled:
            self._settled = limit // self.shape.band
            self.seal(limit)

    def seal(self, limit: int) -> None:
        """Put all whole bands below a run's number into chunks; below it, all runs are over."""
        band = self.shape.band
        held = {chunk.first for chunk in self.journal.chunks()}
        for first in range(0, limit - band + 1, band):
            if first not in held:
                self._seal(first, first + band - 1)

    def seal_all(self, runs: int) -> None:
        """Put all runs into chunks: nothing will be added any more."""
        band = self.shape.band
        self.seal(-(-runs // band) * band)

    def _seal(self, first: int, last: int) -> None:
        rows = self.journal.loose(first, last)
        if not rows:
            return
        number = first // self.shape.band
        tables = {f"{CHUNKS}/runs-{number:06}.parquet": _runs(rows, self.shape)}
        if self.shape.panel:
            tables[f"{PANEL}/months-{number:06}.parquet"] = _panel(rows, self.shape)
        chunks = []
        with self.writing():
            for name, table in tables.items():
                sink = io.BytesIO()
                pq.write_table(table, sink, compression="zstd")
                write_whole(self.folder / name, sink.getvalue())
                digest = hashlib.sha256(sink.getvalue()).hexdigest()
                chunks.append(Chunk(name, first, last, digest))
        self.journal.seal(chunks)

    def unseal(self, runs: Sequence[int]) -> None:
        """Take the bands of some runs out of their chunks, to change something in them."""
        bands = {run // self.shape.band for run in runs}
        for band in sorted(bands):
            first = band * self.shape.band
            chunks = [chunk for chunk in self.journal.chunks() if chunk.first == first]
            if chunks:
                self.journal.unseal(chunks, self._loosened(chunks))

    def _loosened(self, chunks: Sequence[Chunk]) -> Iterator[Loose]:
        tables = {chunk.name.partition("/")[0]: self.read(chunk) for chunk in chunks}
        panels: dict[int, bytes] = {}
        if PANEL in tables:
            columns = list(self.shape.panel)
            for run, rows in tables[PANEL].groupby("run"):
                values = rows[columns].to_numpy(dtype=np.float64)
                panels[int(str(run))] = packed(
                    values.reshape(rows["month"].nunique(), -1, len(columns))
                )
        values = tables[CHUNKS][list(self.shape.outcomes)].to_numpy(dtype=np.float64)
        for run, bad, row in zip(
            tables[CHUNKS]["run"], tables[CHUNKS]["failed"], values, strict=True
        ):
            yield Loose(int(run), int(bad), row.tobytes(), panels.get(int(run)))

    def save(self, study: Mapping[str, Any]) -> None:
        """Keep what the experiment is, to run it again elsewhere."""
        with self.writing():
            write_whole(self.folder / STUDY, json.dumps(study, indent=1).encode())

    # Reading ---------------------------------------------------------------------------------

    def read(self, chunk: Chunk) -> pd.DataFrame:
        """Return the rows of a chunk.

        Raises
        ------
        OutputError
            If it is missing or damaged.
        """
        path = self.folder / chunk.name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise self._damaged(chunk, error.strerror or str(error)) from None
        if hashlib.sha256(data).hexdigest() != chunk.sha256:
            raise self._damaged(chunk, "its content is not what was written")
        frame: pd.DataFrame = pq.read_table(io.BytesIO(data)).to_pandas()
        return frame

    def _damaged(self, chunk: Chunk, why: str) -> OutputError:
        return OutputError(
            f"{self.shown}/{chunk.name}: is damaged ({why}); it held runs {chunk.first} "
            f"to {chunk.last}: the same command with --repair runs them again"
        )

    def frames(self, kind: str = CHUNKS) -> Iterator[pd.DataFrame]:
        """Yield the rows of runs, or of the panel, chunk by chunk, in the order of the runs.

        Runs that are in no chunk yet come last.

        Raises
        ------
        OutputError
            If a chunk is damaged.
        """
        for chunk in self.journal.chunks():
            if chunk.name.startswith(f"{kind}/"):
                yield self.read(chunk)
        rows = self.journal.loose(0, 2**62)
        if rows:
            make = _runs if kind == CHUNKS else _panel
            yield make(rows, self.shape).to_pandas()

    def repair(self) -> int:
        """Take the runs of damaged chunks for not done; return how many chunks there were."""
        damaged = []
        for chunk in self.journal.chunks():
            try:
                self.read(chunk)
            except OutputError:
                damaged.append(chunk)
        for first, last in {(chunk.first, chunk.last) for chunk in damaged}:
            self.journal.lose(first, last)
        return len(damaged)

    def forget_failures(self) -> int:
        """Take the runs that failed for not done; return how many there were."""
        failed = [failure.run for failure in self.journal.failures()]
        if failed:
            self.unseal(failed)
            self.journal.forget_failures()
        return len(failed)


def _acquire(lock: filelock.BaseFileLock, shown: str) -> None:
    try:
        lock.acquire()
    except filelock.Timeout:  # an OSError itself
        raise OutputError(
            f"{shown}: another process works on this experiment; wait until it has ended, "
            "or name another folder with --out"
        ) from None


def set_aside(folder: Path) -> Path:
    """Give the folder of an experiment another name beside it, and return that.

    Raises
    ------
    OutputError
        If another process works in it, or it cannot be renamed.
    """
    lock = filelock.FileLock(folder / LOCK, blocking=False)
    places = (folder.with_name(f"{folder.name}{EARLIER}{n}") for n in itertools.count(1))
    there = next(place for place in places if not place.exists())
    try:
        _acquire(lock, str(folder))
        lock.release()
        return folder.rename(there)
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{folder}: cannot be set aside: {reason}") from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, whatever happens."""
    working = path.with_name(f".{path.name}.partial")
    with working.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    working.replace(path)


def _runs(rows: Sequence[Loose], shape: Shape) -> pa.Table:
    """Return the table of some runs: ``run``, ``failed``, and the outcomes."""
    values = np.array([np.frombuffer(row.outcomes) for row in rows]).reshape(len(rows), -1)
    columns: dict[str, Any] = {
        "run": np.array([row.run for row in rows], dtype=np.int64),
        "failed": np.array([bool(row.failed) for row in rows]),
    }
    columns |= {name: values[:, k] for k, name in enumerate(shape.outcomes)}
    return pa.table(columns)


def _panel(rows: Sequence[Loose], shape: Shape) -> pa.Table:
    """Return the monthly numbers of some runs: ``run``, ``month``, ``firm`` by place, columns."""
    blocks: list[npt.NDArray[np.float64]] = []
    keys: list[npt.NDArray[np.int64]] = []
    for row in rows:
        if row.panel is not None:
            block = unpacked(row.panel)
            month, firm = (places.reshape(-1) for places in np.indices(block.shape[:2]))
            run = np.full(month.size, row.run)
            keys.append(np.stack([run, (month + 1) * shape.every, firm], axis=1))
            blocks.append(block.reshape(month.size, -1))
    key = np.concatenate(keys) if keys else np.empty((0, 3), dtype=np.int64)
    values = np.concatenate(blocks) if blocks else np.empty((0, len(shape.panel)))
    columns: dict[str, Any] = {name: key[:, k] for k, name in enumerate(("run", "month", "firm"))}
    columns |= {name: values[:, k] for k, name in enumerate(shape.panel)}
    return pa.table(columns)
