"""What a benchmark hands over: a table, its footnotes, and targets beside what was measured."""

import dataclasses
from collections.abc import Sequence

Cell = str | float | None


@dataclasses.dataclass(frozen=True)
class Target:
    """A goal, what was measured, and possibly a floor below which it must not fall."""

    measure: str
    measured: float
    goal: float
    unit: str = ""
    floor: float | None = None
    more_is_better: bool = True

    def _reached(self, limit: float) -> bool:
        return self.measured >= limit if self.more_is_better else self.measured <= limit

    @property
    def verdict(self) -> str:
        """The words met, floor (between floor and goal) or missed.

        Examples
        --------
        >>> [Target("speed", speed, 40.0, floor=20.0).verdict for speed in (41.0, 21.0, 19.0)]
        ['met', 'floor', 'missed']
        """
        if self._reached(self.goal):
            return "met"
        return "floor" if self.floor is not None and self._reached(self.floor) else "missed"


@dataclasses.dataclass(frozen=True)
class Section:
    """One benchmark's table."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    targets: Sequence[Target] = ()
    notes: Sequence[str] = ()

    def as_dict(self) -> dict[str, object]:
        """Return all of it in plain types, verdicts included."""
        targets = [dataclasses.asdict(t) | {"verdict": t.verdict} for t in self.targets]
        return dataclasses.asdict(self) | {"targets": targets}
