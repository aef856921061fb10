"""The errors that relsim raises on purpose, each one clear sentence for the person who runs it."""

from collections.abc import Callable, Iterator
from typing import Any


class RelsimError(Exception):
    """Something that the user can mend; the command line prints it and exits with 2."""


class SpecError(RelsimError, ValueError):
    """A config, or a value set on top of it, is not one that relsim can run."""


class EdgeListError(SpecError):
    """A file of a network's edges is broken."""


class CohortError(RelsimError, ValueError):
    """A table of cohorts cannot be read, or is none."""


class StrategyError(RelsimError):
    """A strategy cannot be loaded, or what it planned makes no sense."""


class TimeExceeded(BaseException):
    """A run took longer than it may; no ``except Exception`` of a strategy's holds it up."""


class OutputError(RelsimError):
    """Results cannot be written, or are not what they should be."""


class ComparisonError(RelsimError, ValueError):
    """Runs cannot be compared in the way that was asked for."""


class Gathering:
    """Several checks, of which all faults are told at once.

    Examples
    --------
    >>> def fail(words: str) -> None:
    ...     raise SpecError(words)
    >>> checks = Gathering()
    >>> for words in ("one", "two", "one"):
    ...     _ = checks.try_(fail, words)
    >>> checks.raise_()
    Traceback (most recent call last):
        ...
    relsim.errors.SpecError: one
    two
    """

    def __init__(self) -> None:
        self._errors: list[RelsimError] = []

    def try_(self, check: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a check returns; None if it raised what the user can mend, which is kept."""
        try:
            return check(*arguments)
        except RelsimError as error:
            self._errors.append(error)
            return None

    def raise_(self) -> None:
        """Raise all that was kept as one error, each fault once; do nothing if there was none.

        Raises
        ------
        RelsimError
            Of the kind of the first.
        """
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            kind = type(self._errors[0])
            raise kind("\n".join(dict.fromkeys(self._lines()))) from self._errors[0].__cause__

    def _lines(self) -> Iterator[str]:
        for error in self._errors:
            yield from str(error).splitlines()
