"""Runs that are kept in memory: those of a trial, a goal-seek, a pilot, a study."""

from collections.abc import Callable, Iterable, Sequence

from relsim.lab.runs.executors import Crew
from relsim.lab.runs.run import Assignment, Lived, Recipe
from relsim.lab.runs.scheduler import Dispatch


class _Memory:
    """Keeps runs for as long as they are wanted here."""

    def __init__(self) -> None:
        self.lived: dict[int, Lived] = {}

    def add(self, lived: Sequence[Lived], tries: int = 1) -> None:  # noqa: ARG002  # a Keeper's
        """Keep some runs."""
        self.lived |= {one.run: one for one in lived}

    def settle(self, limit: int) -> None:
        """Do nothing: nothing is put together here."""


def evaluated(
    recipe: Recipe,
    assignments: Iterable[Assignment],
    crew: Crew | None = None,
    each: Callable[[int, int], None] = lambda _, __: None,
) -> list[Lived]:
    """Simulate runs and return what they left, in the order of their assignments.

    Parameters
    ----------
    recipe : Recipe
        What they share.
    assignments : iterable of Assignment
        What is special about each; no two have one number.
    crew : Crew, optional
        Who works; this process alone unless said.
    each : callable, optional
        Told after some runs: how many more are done, and how many of these failed.

    Returns
    -------
    list of Lived
        A run that failed is one that says so.

    Raises
    ------
    RelsimError
        If an executor of the user's own broke.
    """
    given = {one.run: one for one in assignments}
    kept = _Memory()
    dispatch = Dispatch(recipe, given.__getitem__, crew or Crew(), kept, each)
    dispatch.run(sorted(given), len(given))
    return [kept.lived[run] for run in given]
