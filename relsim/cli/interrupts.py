"""Ctrl-C, heard wherever it falls.

Python raises ``KeyboardInterrupt`` between any two steps, so also in the middle of a destructor or
of a callback of a library. There nobody can catch it: Python prints it and goes on, and the wish
to stop is lost. And what was cut in two may complain when it is taken apart at the end.
"""

import contextlib
import signal
import sys
from collections.abc import Iterator

_SOON = 0.01
_asked = False


@contextlib.contextmanager
def heard() -> Iterator[None]:
    """Stop at Ctrl-C even where Python would lose it, and without any noise until the very end."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # deaf by the wish of whoever started this process, or heard by somebody else
        return
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGALRM, _interrupt)
    sys.unraisablehook = _ask_again
    try:
        yield
    finally:
        sys.unraisablehook = _hush
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def asked() -> bool:
    """Return whether the user has pressed Ctrl-C."""
    return _asked


def _interrupt(*_: object) -> None:
    global _asked  # noqa: PLW0603  # a process has one keyboard
    _asked = True
    raise KeyboardInterrupt


def _ask_again(lost: "sys.UnraisableHookArgs") -> None:
    if _asked and issubclass(lost.exc_type, KeyboardInterrupt):
        # By a clock: what is raised before this function ends would be lost with it.
        signal.setitimer(signal.ITIMER_REAL, _SOON)
    _hush(lost)


def _hush(lost: "sys.UnraisableHookArgs") -> None:
    if not _asked:
        sys.__unraisablehook__(lost)
