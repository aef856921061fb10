"""An experiment written in Python: the same keys as in YAML, the same runs, the same tables."""

import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import pandas as pd

from relsim.errors import OutputError, SpecError
from relsim.lab.archive.folder import Finished, opened
from relsim.lab.archive.results import DESIGN, EFFECTS, FAILURES, REPLICATIONS, SENSITIVITY
from relsim.lab.archive.tables import read_table
from relsim.lab.config import from_python
from relsim.lab.plain_data import plain
from relsim.lab.runs.execution import run_study
from relsim.lab.runs.executors import crew_of
from relsim.lab.runs.rounds import Conduct
from relsim.lab.runs.study import Study
from relsim.lab.statistics.comparison import Comparison, compared
from relsim.spec import MarketSpec

Base = str | Path | Mapping[str, Any] | MarketSpec


class Result:
    """The results of an experiment: its tables, as the command line writes them.

    Attributes
    ----------
    finished : Finished
        The experiment, and the manifest of its results.
    folder : Path
        Where they are; of an experiment without a folder, as long as this object is there.
    """

    def __init__(self, finished: Finished) -> None:
        self.finished = finished
        self.folder = finished.folder

    @property
    def runs(self) -> pd.DataFrame:
        """The table of runs: point, arm, replication, factors, outcomes; a row a run."""
        return self.finished.runs()

    @property
    def design(self) -> pd.DataFrame:
        """The design points, a row a point."""
        return self._table(DESIGN)

    @property
    def effects(self) -> pd.DataFrame:
        """The paired effects of the treatments, with intervals; empty with one arm."""
        return self._table(EFFECTS)

    @property
    def replications(self) -> pd.DataFrame:
        """How many replications there were, and the precision that they reached."""
        return self._table(REPLICATIONS)

    @property
    def sensitivity(self) -> pd.DataFrame:
        """What moves the outcomes; empty where the design cannot tell."""
        return self._table(SENSITIVITY)

    @property
    def failures(self) -> pd.DataFrame:
        """The runs that failed, and why; empty if none did."""
        return self._table(FAILURES)

    def compare(
        self,
        control: str | None = None,
        treatment: str | None = None,
        outcome: str | None = None,
        *,
        by: Sequence[str] | None = None,
        margin: tuple[float, float] | None = None,
        confidence: float | None = None,
    ) -> pd.DataFrame:
        """Return paired effects with intervals, as ``relsim compare`` prints them.

        Parameters
        ----------
        control, treatment, outcome : str, optional
            Two arms and an outcome; the experiment's control, and all others, unless said.
        by : sequence of str, optional
            Columns of which each combination has an effect of its own; the levers unless said.
        margin : (float, float), optional
            In units of the outcome: what lies within is no effect that matters.
        confidence : float, optional
            Of the intervals.

        Raises
        ------
        SpecError
            If an arm, an outcome or a column is not there.
        """
        asked = Comparison(
            control,
            () if treatment is None else (treatment,),
            () if outcome is None else (outcome,),
            by=None if by is None else tuple(by),
            margin=margin,
            confidence=confidence,
        )
        return compared(self.finished, asked).table

    def _table(self, name: str) -> pd.DataFrame:
        path = self.folder / name
        return read_table(path, self.finished.study) if path.is_file() else pd.DataFrame()

    def __repr__(self) -> str:
        """Return what was run, and where it is."""
        about = self.finished.manifest
        return f"<Result of {about['title']!r}: {about['runs']:,} runs in {self.folder}>"


class Experiment:
    """An experiment: markets, what differs between runs, and what is measured.

    Parameters
    ----------
    base : str, Path, mapping or MarketSpec, or a list of them
        A market: the name of a config that comes with relsim, a file, keys, or a spec.
    factors : sequence of mapping
        What varies; those with ``levels`` or ``steps`` are levers, others uncertainties.
    **keys
        The keys of an experiment's YAML, by the same names: ``arms``, ``outcomes``, ``settings``,
        ``levers``, ``uncertainties``, ``design``, ``replication``, ``warm_up``, ``seed`` ... A
        strategy may be given as its class.

    Raises
    ------
    RelsimError
        If the experiment cannot be run: which key, what was given, what is allowed.

    Examples
    --------
    >>> import relsim
    >>> found = relsim.Experiment(
    ...     base="telecom",
    ...     settings={"market.customers": 60, "run.months": 3},
    ...     arms={"as_is": {}, "cheaper": {"firms.0.price": 50.0}},
    ...     factors=[{"key": "firms.*.care.half_at", "name": "care", "low": 0.05, "high": 0.2}],
    ...     outcomes={"share": {"measure": "share", "firm": "Attacker", "aggregate": "last"}},
    ...     design={"points": 2},
    ...     replication={"minimum": 3},
    ... ).run()
    >>> len(found.runs), found.compare(outcome="share")["arm"].tolist()
    (12, ['cheaper'])
    """

    def __init__(
        self,
        base: Base | Sequence[Base],
        *,
        factors: Sequence[Mapping[str, Any]] = (),
        **keys: Any,
    ) -> None:
        _check_base(base)
        bases = [base] if isinstance(base, str | Path | Mapping | MarketSpec) else list(base)
        data = {name: plain(value) for name, value in keys.items()}
        for factor in factors:
            kind = "levers" if {"levels", "steps"} & set(factor) else "uncertainties"
            data[kind] = [*data.get(kind, ()), dict(factor)]
        self.study = Study.of(from_python(data, bases))

    def run(
        self,
        out: str | Path | None = None,
        workers: int = 1,
        *,
        executor: str | Executor | None = None,
        time_limit: float | None = None,
        retry_failed: bool = False,
    ) -> Result:
        """Run it, or go on with it where it was stopped.

        Parameters
        ----------
        out : str or Path, optional
            The folder for the results; a temporary one, gone with the result, unless given.
        workers : int
            Runs at a time. Results do not depend on it.
        executor : str or Executor, optional
            "serial", "threads" or "processes", or any executor of ``concurrent.futures``;
            processes unless said, if there is more than one worker.
        time_limit : float, optional
            Seconds that a run may take before it counts as failed, 0 = as long as it takes.
        retry_failed : bool
            Whether strategies of one's own may have changed since runs were finished.

        Raises
        ------
        RelsimError
            If no run came to its end, results cannot be kept, or the folder holds something else.
        """
        crew = crew_of(executor, workers)
        how = Conduct(crew, limit=time_limit)
        folder = Path(tempfile.mkdtemp(prefix="relsim-")) if out is None else Path(out)
        try:
            run_study(self.study, folder, lambda _: how, accept=retry_failed)
            result = Result(opened(folder))
        except BaseException:
            if out is None:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        if out is None:
            weakref.finalize(result, shutil.rmtree, folder, ignore_errors=True)
        _check_any(result)
        return result


def _check_base(base: Any) -> None:
    if not isinstance(base, str | Path | Mapping | MarketSpec | list | tuple):
        raise SpecError(
            f"base: given {base!r}, allowed: a name, a file, keys, a spec, or a list of these"
        )


def _check_any(result: Result) -> None:
    about = result.finished.manifest
    if about["failed"] == about["runs"]:
        first = result.failures["error"].iloc[0]
        raise OutputError(f"all {about['runs']:,} runs failed; the first: {first}")
