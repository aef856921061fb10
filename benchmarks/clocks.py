"""Taking times in turns: A B C, A B C, ..., so that other load meets all alike."""

import dataclasses
import statistics
import time
from collections.abc import Callable, Mapping

from benchmarks.progress import say

Work = Callable[[], object]
Clock = Callable[[], float]

processor_time: Clock = time.thread_time
"""Seconds that this thread had a core: what others do on the machine counts for little."""
wall_clock: Clock = time.perf_counter
"""Seconds that pass: what one waits, and the only time that tells of threads."""


@dataclasses.dataclass(frozen=True)
class Times:
    """Seconds of each round of one work."""

    rounds: tuple[float, ...]

    @property
    def least(self) -> float:
        """The best round: other load only ever adds."""
        return min(self.rounds)

    @property
    def median(self) -> float:
        """The round in the middle."""
        return statistics.median(self.rounds)

    def over(self, other: "Times") -> float:
        """Return how many times longer this took than the other: the median of the rounds."""
        return statistics.median(
            mine / its for mine, its in zip(self.rounds, other.rounds, strict=True)
        )

    def divided(self, by: float) -> "Times":
        """Return the times of one part of the work."""
        return Times(tuple(seconds / by for seconds in self.rounds))


def in_turns(
    works: Mapping[str, Work], rounds: int, clock: Clock = processor_time, what: str = ""
) -> dict[str, Times]:
    """Do every work once untimed, then all of them in turns.

    Parameters
    ----------
    works : mapping
        Name to work.
    rounds : int
        How often each is timed.
    clock : callable
        Returns seconds.
    what : str
        What is measured, for the progress line.

    Returns
    -------
    dict
        Name to times.
    """
    for name, work in works.items():
        say(f"{what}: warming up {name}")
        work()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        say(f"{what}: round {number + 1} of {rounds}")
        for name, work in works.items():
            start = clock()
            work()
            taken[name].append(clock() - start)
    return {name: Times(tuple(seconds)) for name, seconds in taken.items()}
