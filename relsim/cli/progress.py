"""What a run shows of itself while it goes on."""

import sys
import time
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

_PATIENCE = 2.0  # seconds before anything is said where nobody may be looking


class Silence:
    """Progress that nobody wants to see."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def phase(self, words: str) -> None:
        """Say what begins."""

    def reach(self, count: int, failed: int = 0) -> None:
        """Say how many months or runs are over, and how many of them failed."""

    def expect(self, total: int) -> None:
        """Say how many there will be."""


class Bar(Silence):
    """A bar with what is done and time left, for a terminal."""

    def __init__(self, total: int, noun: str) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn(
                "{task.completed:,.0f} of {task.total:,.0f} " + noun + "{task.fields[failed]}"
            ),
            TimeRemainingColumn(),
            console=Console(stderr=True, markup=False, highlight=False),
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=total, failed="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def phase(self, words: str) -> None:
        """Say what begins."""
        self._progress.update(self._task, description=words)

    def reach(self, count: int, failed: int = 0) -> None:
        """Move the bar."""
        words = f", {failed:,} failed" if failed else ""
        self._progress.update(self._task, completed=count, failed=words)

    def expect(self, total: int) -> None:
        """Make the bar as long as that."""
        self._progress.update(self._task, total=total)


class Lines(Silence):
    """A line now and then, for a file or a pipe, once the work takes its time."""

    def __init__(self, total: int, noun: str) -> None:
        self._total, self._noun = total, noun
        self._said = self._started = time.monotonic()
        self._first: int | None = None
        self._tenths = 0

    def reach(self, count: int, failed: int = 0) -> None:
        """Say every tenth of the work, with the time left, but not all the time."""
        now = time.monotonic()
        if self._first is None:
            # What was done before does not count, and the first may have compiled the rules.
            self._first, self._started = count, now
            return
        tenths = 10 * count // self._total
        if tenths == self._tenths or count <= self._first or now - self._said < _PATIENCE:
            return
        left = (now - self._started) / (count - self._first) * (self._total - count)
        if left > _PATIENCE:
            self._tenths, self._said = tenths, now
            bad = f", {failed:,} failed" if failed else ""
            done = f"{count:,} of {self._total:,} {self._noun}{bad}"
            typer.echo(f"{done}, about {duration(left)} left", err=True)

    def expect(self, total: int) -> None:
        """Reckon with that many."""
        self._total = total


def duration(seconds: float) -> str:
    """Return a duration in words.

    Examples
    --------
    >>> duration(42.3), duration(150.0), duration(9000.0)
    ('42 s', '2.5 min', '2.5 h')
    """
    if seconds < 100.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.1f} min" if seconds < 6000.0 else f"{seconds / 3600.0:.1f} h"


def progress(total: int, *, quiet: bool, noun: str = "months") -> Silence:
    """Return the progress that suits the place where it is shown.

    Parameters
    ----------
    total : int
        How many there will be.
    quiet : bool
        Whether nobody wants to see it.
    noun : str
        Of what.
    """
    if quiet:
        return Silence()
    return Bar(total, noun) if sys.stderr.isatty() else Lines(total, noun)
