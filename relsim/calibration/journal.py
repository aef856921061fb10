"""What a calibration simulated, kept in a file, so that a crash or a kill loses none of it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from relsim.errors import OutputError


class Journal:
    """Simulated moments by what was set, in memory, and in a file if there is one.

    Each line of the file is JSON: first what the journal is of, then moments as they come. A line
    that was cut off by a crash is simulated again.

    Parameters
    ----------
    path : str or Path, optional
        The file; it is made where it is not there.
    identity : str
        What all moments depend on: a journal of anything else is refused.

    Attributes
    ----------
    known : dict
        What was simulated, by key.

    Raises
    ------
    OutputError
        If the file cannot be read or written, or is no journal of this calibration.
    """

    def __init__(self, path: str | Path | None, identity: str) -> None:
        self.known: dict[str, Any] = {}
        self._path = None if path is None else Path(path)
        if self._path is None:
            return
        whole = self._whole(self._path)
        if not whole:
            self._write([{"calibration": identity}])
            return
        if whole[0] != {"calibration": identity}:
            raise OutputError(
                f"{self._path}: is no journal of this calibration; with another market, other "
                "targets or another window it takes a new file"
            )
        for line in whole[1:]:
            self.known |= line

    def add(self, found: Mapping[str, Any]) -> None:
        """Keep some moments."""
        self.known |= found
        self._write([{key: value} for key, value in found.items()])

    def _write(self, lines: list[dict[str, Any]]) -> None:
        if self._path is None:
            return
        try:
            with self._path.open("a", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{json.dumps(line)}\n" for line in lines)
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be written: {error.strerror}") from error

    @staticmethod
    def _whole(path: Path) -> list[dict[str, Any]]:
        """Return the file's lines up to the first that is not whole, which is cut off."""
        try:
            raw = path.read_bytes() if path.exists() else b""
        except OSError as error:
            raise OutputError(f"{path}: cannot be read: {error.strerror}") from error
        found, length = [], 0
        for line in raw.splitlines(keepends=True):
            try:
                one = json.loads(line)
            except ValueError:
                break
            if not (isinstance(one, dict) and line.endswith(b"\n")):
                break
            found.append(one)
            length += len(line)
        if raw and not found:
            raise OutputError(f"{path}: is no journal of a calibration")
        if length < len(raw):
            os.truncate(path, length)
        return found
