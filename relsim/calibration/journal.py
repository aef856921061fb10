"""What a calibration simulated, kept in a file, so that a crash or a kill loses none of it."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from relsim.errors import OutputError
from relsim.lab.archive import journal as experiments

_IDENTITY = "calibration"


class Journal:
    """Simulated moments by what was set, in memory, and in a file if there is one.

    The file is a journal as experiments have it: what is in it is there after a kill, and every
    entry has a hash.

    Parameters
    ----------
    file : relsim.lab.archive.journal.Journal, optional
        Where they are kept.

    Attributes
    ----------
    known : dict
        What was simulated, by key.
    """

    def __init__(self, file: experiments.Journal | None = None) -> None:
        self.known: dict[str, Any] = {}
        self._file = file

    def has(self, key: str) -> bool:
        """Return whether something was simulated before, by this call or an earlier one."""
        if key not in self.known and self._file is not None:
            kept = self._file.noted(key)
            if kept is not None:
                self.known[key] = json.loads(kept)
        return key in self.known

    def add(self, found: Mapping[str, Any]) -> None:
        """Keep some moments."""
        self.known |= found
        if self._file is not None:
            for key, value in found.items():
                self._file.note(key, json.dumps(value))


@contextlib.contextmanager
def opened(path: str | Path | None, identity: str) -> Iterator[Journal]:
    """Yield a journal of a calibration.

    Parameters
    ----------
    path : str or Path, optional
        The file; it is made where it is not there. Without one nothing is kept.
    identity : str
        What all moments depend on: a journal of anything else is refused, and left as it is.

    Raises
    ------
    OutputError
        If the file cannot be read or written, is damaged, or is no journal of this calibration.
    """
    if path is None:
        yield Journal()
        return
    place = Path(path)
    _check_kind(place)
    with experiments.Journal(place) as file:
        file.damaged()  # says so if it is
        known = file.noted(_IDENTITY)
        if known is None:
            file.note(_IDENTITY, identity)
        elif known != identity:
            raise OutputError(
                f"{place}: is no journal of this calibration; with another market, other code, "
                "other targets or another window it takes a new file"
            )
        yield Journal(file)


def _check_kind(path: Path) -> None:
    """Refuse a file that is something else before anything is written into it."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{path}: cannot be read: {error.strerror}") from error
    if head and head != b"SQLite format 3\0":
        raise OutputError(f"{path}: is no journal of a calibration")
