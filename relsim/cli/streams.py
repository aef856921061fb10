"""Standard output and error as they may be: of few letters, closed, or with nobody who listens."""

import errno
import os
import sys
from typing import Any

_NOBODY = (errno.EPIPE, errno.EINVAL)  # the second is Windows' word for the first


class Patient:
    """A stream that goes on when whoever read it has gone: work and exit code are not lost for it.

    Parameters
    ----------
    stream : text stream
        What is written to.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text; return its length."""
        try:
            self._stream.write(text)
        except OSError as error:
            self._give_up(error)
        return len(text)

    def flush(self) -> None:
        """Write what waits to be written."""
        try:
            self._stream.flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        if error.errno not in _NOBODY:
            raise error
        # Into nothing from now on: what is still buffered is written there when Python ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        """Return whatever else the stream has."""
        return getattr(self._stream, name)


def prepare() -> None:
    """Make standard output and error take whatever is written to them.

    A letter that the console does not know is written by its number; a closed stream takes
    everything and keeps nothing.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed before Python began
            stream = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # open to the end
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
        setattr(sys, name, Patient(stream))
