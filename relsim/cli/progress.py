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

    def month(self, month: int) -> None:
        """Say which month is over."""


class Bar(Silence):
    """A bar with months done and time left, for a terminal."""

    def __init__(self, months: int) -> None:
        self._months = months
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} months"),
            TimeRemainingColumn(),
            console=Console(stderr=True, markup=False, highlight=False),
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=months)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def phase(self, words: str) -> None:
        """Say what begins."""
        self._progress.update(self._task, description=words)

    def month(self, month: int) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=month)


class Lines(Silence):
    """A line now and then, for a file or a pipe, once a run takes its time."""

    def __init__(self, months: int) -> None:
        self._months = months
        self._said = self._started = time.monotonic()
        self._tenths = 0

    def month(self, month: int) -> None:
        """Say every tenth of the run, with the time left, but not all the time."""
        now = time.monotonic()
        if month == 1:
            self._started = now  # the first month may have compiled the rules
        tenths = 10 * month // self._months
        if month == 1 or tenths == self._tenths or now - self._said < _PATIENCE:
            return
        left = (now - self._started) / (month - 1) * (self._months - month)
        if left > _PATIENCE:
            self._tenths, self._said = tenths, now
            typer.echo(f"month {month:,} of {self._months:,}, about {left:,.0f} s left", err=True)


def progress(months: int, *, quiet: bool) -> Silence:
    """Return the progress that suits the place where it is shown."""
    if quiet:
        return Silence()
    return Bar(months) if sys.stderr.isatty() else Lines(months)
