"""The one place where results are written: a folder that is there whole or not at all."""

import contextlib
import dataclasses
import errno
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from relsim.errors import OutputError
from relsim.provenance import Identity
from relsim.records import MANIFEST, RunManifest, altered, read_record, sha256
from relsim.spreadsheets import BOOK, csv_text, write_workbook

if sys.platform != "win32":
    import fcntl

_WORKING = "partial"  # results that are being written
_REPLACED = "replaced"  # results that are making room for new ones
_ROWS_AT_ONCE = 1 << 20
_NOT_OURS_BUT_NOBODYS = {".DS_Store", "Thumbs.db", "desktop.ini"}


# The folder -----------------------------------------------------------------------------


class ResultsFolder:
    """A folder for the results of one run.

    Everything is written into a hidden folder beside it, which takes its name when
    :meth:`finish` is called. A run that fails leaves nothing; what a killed run left is removed
    by the next run into the same folder.

    Parameters
    ----------
    path : Path
        The folder.
    overwrite : bool
        Whether the results of another run may be replaced.
    run : Identity, optional
        What will be written, to recognise that it is there already.

    Raises
    ------
    OutputError
        If the folder is taken or cannot be written.
    """

    def __init__(
        self, path: str | Path, *, overwrite: bool = False, run: Identity | None = None
    ) -> None:
        self.shown = str(path)
        self.overwrite = overwrite
        self.run = run
        with self.writing():
            self.path = Path(path).resolve()
        self._new_parents: list[Path] = []
        self._lock: int | None = None
        self.working = self.path

    def __enter__(self) -> Self:
        with self.writing():
            self._sweep()
            self._check_free()
            try:
                self._make_working_folder()
            except OSError:
                self._discard()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._discard()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Turn whatever the file system complains about into an :class:`OutputError`."""
        try:
            yield
        except OSError as error:
            raise OutputError(self._complaint(error)) from error
        except OutputError as error:  # of figures, which name the folder that is thrown away
            if not isinstance(error.__cause__, OSError):
                raise
            raise OutputError(self._complaint(error.__cause__)) from error

    def _complaint(self, error: OSError) -> str:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return f"{self.shown}: the disk is full; no results were kept"
        return f"{self.shown}: results cannot be written: {_reason(error)}"

    # Before

    def _check_free(self) -> None:
        if self.path.is_dir():
            if any(self.path.iterdir()):
                self._check_replaceable()
        elif self.path.exists():
            raise OutputError(f"{self.shown}: is a file; name another folder with --out")

    def _check_replaceable(self) -> None:
        there = read_manifest(self.path)
        if there is None:
            raise OutputError(
                f"{self.shown}: exists and does not hold results of relsim; "
                "name another folder with --out"
            )
        if not self.overwrite:
            raise OutputError(f"{self.shown}: {self._what_is(there)}")
        for name, why in self._not_ours(there["files"]):
            raise OutputError(
                f"{self.shown}: holds {name!r}, which {why}; move it away or name another folder "
                "with --out"
            )

    def _not_ours(self, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield what would be lost with the folder although relsim did not write it, and why."""
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            alone = path.is_dir() and not any(path.iterdir())
            known = name in files or name == MANIFEST or path.name in _NOT_OURS_BUT_NOBODYS
            if alone or not (known or path.is_dir()):
                yield name, "relsim did not write"
        for name, why in altered(self.path, files):
            if (self.path / name).exists():
                yield name, why

    def _what_is(self, there: Mapping[str, Any]) -> str:
        ways = "--overwrite replaces it, another --out keeps it"
        if self.run and (there["spec_hash"], there["seed"]) == dataclasses.astuple(self.run):
            return f"this very run is there already (same config, same seed); {ways}"
        return f"the results of another run are there; {ways}"

    def _sweep(self) -> None:
        """Remove what killed runs into this folder left; bring back what they had moved."""
        for left in self.path.parent.glob(f".{_escaped(self.path.name)}.*-*"):
            what = left.name.removeprefix(f".{self.path.name}.").partition("-")[0]
            if what not in (_WORKING, _REPLACED) or _is_held(left):
                continue
            if what == _REPLACED and not self.path.exists():
                left.rename(self.path)
            else:
                shutil.rmtree(left, ignore_errors=True)

    def _make_working_folder(self) -> None:
        for folder in [*reversed(self.path.parent.parents), self.path.parent]:
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                self._new_parents.append(folder)
        working = self._beside(_WORKING)
        working.mkdir()
        self.working = working
        self._lock = _hold(working)

    def _beside(self, what: str) -> Path:
        # The number tells apart runs that have the same process id in different containers.
        names = (f".{self.path.name}.{what}-{os.getpid()}{more}" for more in _numbers())
        return next(path for name in names if not (path := self.path.parent / name).exists())

    # While

    def table(
        self, name: str, frame: pd.DataFrame, *, csv: bool = False, bom: bool = False
    ) -> None:
        """Write a table as ``name.parquet``, and as ``name.csv`` too if asked (``bom`` asks too).

        Texts of the CSV are no formulas (:func:`relsim.spreadsheets.csv_text`).
        """
        with self.stream(name) as stream:
            stream.add(frame)
        if csv or bom:
            with self.writing():
                text = csv_text(frame, bom=bom)
                (self.working / f"{name}.csv").write_text(text, encoding="utf-8", newline="")

    def workbook(self) -> list[str]:
        """Write all tables written so far as a workbook too; return which have no room in it."""
        with self.writing():
            paths = sorted(self.working.glob("*.parquet"), key=lambda path: path.stat().st_size)
            tables = {path.stem: pd.read_parquet(path) for path in paths}
            return write_workbook(self.working / BOOK, tables)

    def stream(self, name: str) -> "TableStream":
        """Return a table, ``name.parquet``, that is written frame by frame."""
        return TableStream(self, self.working / f"{name}.parquet")

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest with a hash of every file, and give the folder its name."""
        with self.writing():
            files = sorted(path for path in self.working.rglob("*") if path.is_file())
            hashes = {path.relative_to(self.working).as_posix(): sha256(path) for path in files}
            text = json.dumps(
                {**manifest, "files": hashes}, indent=2, ensure_ascii=False, default=str
            )
            (self.working / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
            self._take_its_place()

    def _take_its_place(self) -> None:
        self._check_free()
        if not self.path.exists():
            self.working.rename(self.path)
        else:
            old = self.path.rename(self._beside(_REPLACED))
            try:
                self.working.rename(self.path)
            except OSError:
                old.rename(self.path)
                raise
            shutil.rmtree(old, ignore_errors=True)
        self.working = self.path
        self._new_parents.clear()

    # After

    def _discard(self) -> None:
        if self.working != self.path:
            shutil.rmtree(self.working, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        with contextlib.suppress(OSError):  # somebody else may use them by now
            for folder in reversed(self._new_parents):
                folder.rmdir()


class TableStream:
    """A table that is written frame by frame, each then forgotten."""

    def __init__(self, folder: ResultsFolder, path: Path) -> None:
        self._folder = folder
        self._path = path
        self._sink: Any = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        with self._folder.writing():
            self._sink = self._path.open("wb")
        return self

    def add(self, frame: pd.DataFrame) -> None:
        """Append the rows of a frame; all frames have the same columns."""
        with self._folder.writing():
            for start in range(0, max(len(frame), 1), _ROWS_AT_ONCE):
                rows = frame.iloc[start : start + _ROWS_AT_ONCE]
                table = pa.Table.from_pandas(rows, preserve_index=False)
                if self._writer is None:
                    self._writer = pq.ParquetWriter(self._sink, table.schema, compression="zstd")
                self._writer.write_table(table)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:  # the file will be thrown away
            with contextlib.suppress(OSError):
                self._close()
        else:
            with self._folder.writing():
                self._close()

    def _close(self) -> None:
        try:
            if self._writer is not None:
                self._writer.close()
        finally:
            if self._writer is not None:
                self._writer.is_open = False  # else it would try again, and complain, as it dies
            self._sink.close()


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder with results of a run; None if it holds none.

    Raises
    ------
    OutputError
        If there is one and it is damaged.
    """
    path = folder / MANIFEST
    return read_record(path, RunManifest) if path.is_file() else None


def write_new(path: str | Path, text: str) -> None:
    """Write a text file that was not there, whole or not at all.

    Raises
    ------
    OutputError
        If it is there, or cannot be written.
    """
    place = Path(path)
    working = place.with_name(f".{place.name}.{os.getpid()}.{_WORKING}")
    try:
        try:
            working.write_text(text, encoding="utf-8", newline="\n")
            _claim_name(place)
            working.replace(place)
        finally:
            working.unlink(missing_ok=True)
    except FileExistsError:
        raise OutputError(
            f"{path}: exists already and is left as it is; name another file"
        ) from None
    except (OSError, ValueError) as error:
        reason = _reason(error) if isinstance(error, OSError) else str(error)
        raise OutputError(f"{path}: cannot be written: {reason}") from error


def _claim_name(path: Path) -> None:
    """Make a file that was not there, or fail: renaming alone would replace another's."""
    path.open("x").close()


# Small parts ----------------------------------------------------------------------------


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _escaped(name: str) -> str:
    """Return a name in which no letter is special in a glob pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _numbers() -> Iterator[str]:
    yield ""
    for number in range(2, 1 << 16):
        yield f"-{number}"


def _hold(folder: Path) -> int | None:
    """Lock a folder for as long as the process lives; the system lets go even of killed ones."""
    if sys.platform == "win32":
        return None
    lock = os.open(folder, os.O_RDONLY)
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def _is_held(folder: Path) -> bool:
    """Return whether a living process works in a folder; yes where that cannot be known."""
    if sys.platform == "win32":
        return True
    try:
        lock = os.open(folder, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False
