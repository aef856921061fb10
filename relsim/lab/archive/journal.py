"""The journal of an experiment: which runs are done, and what they left until a chunk holds it.

A SQLite file: what is committed is there after a kill, and what was not is not.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from relsim.errors import OutputError
from relsim.lab.runs.run import Lived

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, digest BLOB);
CREATE TABLE IF NOT EXISTS runs (
    run INTEGER PRIMARY KEY, key TEXT NOT NULL, seconds REAL NOT NULL, tries INTEGER NOT NULL,
    error TEXT NOT NULL, trace TEXT NOT NULL, outcomes BLOB, panel BLOB, digest BLOB
);
CREATE TABLE IF NOT EXISTS chunks (
    name TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, sha256 TEXT NOT NULL,
    digest BLOB
);
"""
_CONTENT = {
    "meta": "name, value",
    "runs": "run, key, seconds, tries, error, trace, outcomes, panel",
    "chunks": "name, first, last, sha256",
}
"""What the digest of a row is of: SQLite itself does not notice a bit that has turned."""
_RENEWED = f"UPDATE runs SET digest = digest({_CONTENT['runs']})"  # noqa: S608  # constants
_FAILED = "error <> ''"


def _put(table: str) -> str:
    """Return the words that put a row, its digest last, into a table."""
    places = ", ".join("?" for _ in range(_CONTENT[table].count(",") + 2))
    return f"INSERT OR REPLACE INTO {table} VALUES ({places})"  # noqa: S608  # own names


class Chunk(NamedTuple):
    """A file that holds the rows of some runs: its name, their first and last number, its hash."""

    name: str
    first: int
    last: int
    sha256: str


class Loose(NamedTuple):
    """A run that no chunk holds yet; outcomes and panel as the bytes of arrays of floats."""

    run: int
    failed: int
    outcomes: bytes
    panel: bytes | None


class Failure(NamedTuple):
    """A run that failed, how often it was tried, and why."""

    run: int
    tries: int
    error: str
    trace: str


def packed(panel: npt.NDArray[np.float64]) -> bytes:
    """Return a panel, of shape (months, firms, columns), as bytes that know its shape."""
    return np.array(panel.shape, dtype=np.int64).tobytes() + panel.tobytes()


def unpacked(data: bytes) -> npt.NDArray[np.float64]:
    """Return the panel that :func:`packed` packed."""
    head = 3 * np.dtype(np.int64).itemsize
    shape = np.frombuffer(data[:head], dtype=np.int64)
    return np.frombuffer(data[head:]).reshape(shape)


def _digest(*values: object) -> bytes:
    """Return a hash of the values of a row, by kind and content."""
    whole = hashlib.blake2b(digest_size=8)
    for value in values:
        data = value if isinstance(value, bytes) else repr(value).encode(errors="replace")
        whole.update(f"{type(value).__name__} {len(data)} ".encode() + data)
    return whole.digest()


class Journal:
    """The journal of one experiment.

    Every row has a hash of its content. A run whose row is damaged counts as not done.

    Parameters
    ----------
    path : Path
        The file; made if need be.

    Raises
    ------
    OutputError
        If it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._trouble():
            self._data = sqlite3.connect(path, isolation_level=None)
            try:
                self._data.execute("PRAGMA journal_mode = WAL")
                self._data.execute("PRAGMA synchronous = FULL")
                self._data.create_function("digest", -1, _digest, deterministic=True)
                self._data.executescript(_TABLES)
            except BaseException:
                self._data.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._data.close()

    @contextlib.contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "full" in str(error):
                raise OutputError(
                    f"{self.path.parent}: the disk is full; runs that were finished are kept: make "
                    "room and give the same command again"
                ) from error
            raise OutputError(f"{self.path}: cannot be written: {error}") from error
        except sqlite3.DatabaseError as error:
            raise self._broken(str(error)) from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Do several things, all of them or none."""
        with self._trouble():
            self._data.execute("BEGIN IMMEDIATE")
            try:
                yield self._data
                self._data.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk has ended it already
                    self._data.execute("ROLLBACK")
                raise

    def _ask(self, words: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        with self._trouble():
            return self._data.execute(words, values).fetchall()

    # Damage ----------------------------------------------------------------------------------

    def damaged(self) -> list[tuple[int, bool]]:
        """Return the runs whose rows are not as they were written, and whether a chunk has theirs.

        Raises
        ------
        OutputError
            If the file, or what holds the runs together, is damaged.
        """
        faults = [row[0] for row in self._ask("PRAGMA quick_check(1)")]
        if faults != ["ok"]:
            raise self._broken(str(faults[0]).splitlines()[-1])
        for table in ("meta", "chunks"):
            if self._ask(self._turned(table, "1")):
                raise self._broken("a bit has turned in its pages")
        rows = self._ask(self._turned("runs", "run, outcomes IS NULL"))
        return [(int(str(run)), bool(sealed)) for run, sealed in rows]

    @staticmethod
    def _turned(table: str, what: str) -> str:
        return f"SELECT {what} FROM {table} WHERE digest IS NOT digest({_CONTENT[table]})"  # noqa: S608  # own names

    def _broken(self, why: str) -> OutputError:
        return OutputError(f"{self.path}: is damaged ({why}); begin anew in another folder")

    def forget(self, runs: Iterable[int]) -> None:
        """Take some runs for not done."""
        with self._transaction() as data:
            data.executemany("DELETE FROM runs WHERE run = ?", [(run,) for run in runs])

    # What the experiment is ------------------------------------------------------------------

    def note(self, name: str, value: str) -> None:
        """Write something down about the experiment as a whole."""
        with self._transaction() as data:
            data.execute(_put("meta"), (name, value, _digest(name, value)))

    def noted(self, name: str) -> str | None:
        """Return what was written down; None if nothing was."""
        rows = self._ask("SELECT value FROM meta WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    # Runs ------------------------------------------------------------------------------------

    def add(self, lived: Iterable[Lived], tries: int = 1) -> None:
        """Write down runs that are over, all of them or none."""
        rows = [
            (
                one.run,
                one.key,
                one.seconds,
                tries,
                one.error,
                one.trace,
                np.asarray(one.outcomes, dtype=np.float64).tobytes(),
                None if one.panel is None else packed(one.panel),
            )
            for one in lived
        ]
        with self._transaction() as data:
            data.executemany(_put("runs"), [(*row, _digest(*row)) for row in rows])

    def done(self) -> npt.NDArray[np.int64]:
        """Return the numbers of all runs that are over, in order."""
        return np.array(
            [row[0] for row in self._ask("SELECT run FROM runs ORDER BY run")], dtype=np.int64
        )

    def keys(self) -> dict[int, str]:
        """Return, by the numbers of runs, the hash of what they depend on."""
        with self._trouble():
            return dict(self._data.execute("SELECT run, key FROM runs WHERE key <> ''"))

    def failures(self) -> Iterator[Failure]:
        """Yield the runs that failed, in order."""
        with self._trouble():
            for row in self._data.execute(
                f"SELECT run, tries, error, trace FROM runs WHERE {_FAILED} ORDER BY run"  # noqa: S608  # a constant
            ):
                yield Failure(*row)

    def counted(self) -> tuple[int, int, float]:
        """Return how many runs are over, how many of them failed, and the seconds of all."""
        words = (
            "SELECT count(*), coalesce(sum(error <> ''), 0), coalesce(sum(seconds), 0) FROM runs"
        )
        rows = self._ask(words)
        count, failed, seconds = rows[0]
        return int(str(count)), int(str(failed)), float(str(seconds))

    def loose(self, first: int, last: int) -> list[Loose]:
        """Return the runs of a range that no chunk holds yet, in order."""
        words = (
            "SELECT run, error <> '', outcomes, panel FROM runs "
            "WHERE run BETWEEN ? AND ? AND outcomes IS NOT NULL ORDER BY run"
        )
        with self._trouble():
            return [Loose(*row) for row in self._data.execute(words, (first, last))]

    def forget_failures(self) -> None:
        """Take the runs that failed for not done."""
        with self._transaction() as data:
            data.execute(f"DELETE FROM runs WHERE {_FAILED}")  # noqa: S608  # a constant

    # Chunks ----------------------------------------------------------------------------------

    def chunks(self) -> list[Chunk]:
        """Return all chunks, in order."""
        words = "SELECT name, first, last, sha256 FROM chunks ORDER BY first, name"
        with self._trouble():
            return [Chunk(*row) for row in self._data.execute(words)]

    def seal(self, chunks: Sequence[Chunk]) -> None:
        """Note that files hold the rows of a range of runs, and let go of these here."""
        with self._transaction() as data:
            for chunk in chunks:
                data.execute(_put("chunks"), (*chunk, _digest(*chunk)))
                data.execute(
                    "UPDATE runs SET outcomes = NULL, panel = NULL WHERE run BETWEEN ? AND ?",
                    (chunk.first, chunk.last),
                )
                data.execute(f"{_RENEWED} WHERE run BETWEEN ? AND ?", (chunk.first, chunk.last))

    def lose(self, first: int, last: int) -> None:
        """Take a band for not done, and its chunks for gone."""
        with self._transaction() as data:
            data.execute("DELETE FROM chunks WHERE first = ?", (first,))
            data.execute("DELETE FROM runs WHERE run BETWEEN ? AND ?", (first, last))

    def unseal(self, chunks: Sequence[Chunk], rows: Iterable[Loose]) -> None:
        """Take rows back from chunks, which then hold nothing any more."""
        with self._transaction() as data:
            data.executemany("DELETE FROM chunks WHERE name = ?", [(c.name,) for c in chunks])
            for row in rows:
                data.execute(
                    "UPDATE runs SET outcomes = ?, panel = ? WHERE run = ?",
                    (row.outcomes, row.panel, row.run),
                )
                data.execute(f"{_RENEWED} WHERE run = ?", (row.run,))
