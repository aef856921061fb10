"""How the command line speaks: results on standard output, everything else on standard error."""

import contextlib
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console

from relsim.errors import RelsimError

WRONG, STOPPED = 2, 130
_UNBOUNDED = 10_000  # columns: lines of a file or a pipe are cut by nobody
_PACKAGE = str(Path(__file__).resolve().parents[1])


def console() -> Console:
    """Return where results are printed: plain words, as wide as a terminal or as they need."""
    width = None if sys.stdout.isatty() else _UNBOUNDED
    return Console(width=width, markup=False, highlight=False, emoji=False)


@contextlib.contextmanager
def mishaps() -> Iterator[None]:
    """Turn errors that the user can mend into clear lines and an exit code."""
    try:
        yield
    except RelsimError as error:
        for line in str(error).splitlines():
            typer.echo(f"error: {line}{_where(error)}", err=True)
        raise typer.Exit(WRONG) from None
    except MemoryError:
        typer.echo(
            "error: not enough memory; market.customers (--customers) says how much is needed",
            err=True,
        )
        raise typer.Exit(WRONG) from None
    except KeyboardInterrupt:
        typer.echo("stopped; no results were kept", err=True)
        raise typer.Exit(STOPPED) from None


def _where(error: RelsimError) -> str:
    """Return the line in the user's own code that raised the cause, if there is one."""
    frames = traceback.extract_tb(error.__cause__.__traceback__) if error.__cause__ else []
    for frame in reversed(frames):
        path = Path(frame.filename)
        own = _PACKAGE not in str(path) and "site-packages" not in path.parts
        if own and path.is_file() and not str(path).startswith(sys.base_prefix):
            return f" ({path.name}, line {frame.lineno})"
    return ""
