"""How the command line speaks: results on standard output, everything else on standard error."""

import contextlib
import errno
import sys
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from relsim.cli import interrupts
from relsim.errors import RelsimError, StrategyError

WRONG, STOPPED = 2, 130
_LONGEST = 900  # letters of a message
_UNBOUNDED = 10_000  # columns: lines of a file or a pipe are cut by nobody
_NOT_THE_USERS = (Path(__file__).resolve().parents[1], Path(sysconfig.get_path("stdlib")))


def console() -> Console:
    """Return where results are printed: plain words, as wide as a terminal or as they need."""
    width = None if sys.stdout.isatty() else _UNBOUNDED
    return Console(width=width, markup=False, highlight=False, emoji=False)


def many(count: int, name: str) -> str:
    """Return a count of things in words.

    Examples
    --------
    >>> many(1, "firm"), many(50000, "customer")
    ('1 firm', '50,000 customers')
    """
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def listing(*heads: str) -> Table:
    """Return a table for a terminal or a pipe; its first column is never broken."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for place, head in enumerate(heads):
        table.add_column(head, overflow="fold", no_wrap=place == 0)
    return table


def note(sentences: Iterable[str]) -> None:
    """Say what is no error and may not have been meant."""
    for sentence in sentences:
        typer.echo(f"note: {sentence}", err=True)


@contextlib.contextmanager
def mishaps(stopped: str = "stopped; no results were kept") -> Iterator[None]:
    """Turn errors that the user can mend into clear lines and an exit code.

    Parameters
    ----------
    stopped : str
        What is said when the user stops the work.
    """
    try:
        yield
    except (KeyboardInterrupt, Exception) as error:
        # What Ctrl-C cut in two may fail with an error of its own, which takes its place.
        if isinstance(error, KeyboardInterrupt) or interrupts.asked():
            typer.echo(stopped, err=True)
            raise typer.Exit(STOPPED) from None
        complaint = _complaint(error)
        if complaint is None:
            raise
        for line in complaint.splitlines():
            typer.echo(f"error: {_sayable(line)}", err=True)
        raise typer.Exit(WRONG) from None


def _sayable(line: str) -> str:
    """Return a line as a terminal can show it: no control characters, and not without end."""
    plain = "".join(
        letter if letter.isprintable() or letter == " " else repr(letter)[1:-1] for letter in line
    )
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}..."


def _complaint(error: Exception) -> str | None:
    """Return what is said of an error that the user can mend; of others None."""
    if isinstance(error, RelsimError):
        where = _where(error)
        return "\n".join(f"{line}{where}" for line in str(error).splitlines())
    if isinstance(error, MemoryError):
        return "not enough memory; market.customers (--customers) says how much is needed"
    # Where the reader has seen enough, typer ends quietly.
    if isinstance(error, OSError) and error.errno != errno.EPIPE:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}"
    return None


def _where(error: RelsimError) -> str:
    """Return the line of a user's strategy that raised the cause, if there is one."""
    if not isinstance(error, StrategyError) or error.__cause__ is None:
        return ""
    for frame in reversed(traceback.extract_tb(error.__cause__.__traceback__)):
        path = Path(frame.filename)
        if path.is_file() and not any(path.is_relative_to(folder) for folder in _NOT_THE_USERS):
            return f" ({path.name}, line {frame.lineno})"
    return ""
