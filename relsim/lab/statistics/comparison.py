"""Arms of a finished experiment compared: paired effects with confidence intervals."""

import dataclasses
from collections.abc import Iterable, Sequence

import pandas as pd

from relsim.errors import SpecError
from relsim.lab.archive.folder import Finished
from relsim.lab.archive.results import PAIRS
from relsim.lab.design.points import BASE
from relsim.lab.statistics.effects import effects
from relsim.spec.hints import listing, nearest


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What is compared; what is not said is as the config of the experiment has it.

    Attributes
    ----------
    control : str, optional
        The arm to compare with.
    treatment, outcome : tuple of str
        Which arms, and which outcomes; none = all.
    by : tuple of str, optional
        Columns of which each combination has an effect of its own.
    margin : (float, float), optional
        In the units of the one outcome: what lies within is no effect that matters.
    confidence : float, optional
        Of the intervals.
    """

    control: str | None = None
    treatment: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    by: tuple[str, ...] | None = None
    margin: tuple[float, float] | None = None
    confidence: float | None = None


@dataclasses.dataclass(frozen=True)
class Compared:
    """Effects, and how they were found.

    Attributes
    ----------
    table : DataFrame
        A row for every outcome, treatment and combination.
    runs : DataFrame
        What they are effects of.
    control : str
        The arm that was compared with.
    by : list of str
        Columns that tell combinations apart.
    confidence : float
        Of the intervals.
    """

    table: pd.DataFrame
    runs: pd.DataFrame
    control: str
    by: list[str]
    confidence: float


def compared(found: Finished, asked: Comparison) -> Compared:
    """Return the paired effects of a finished experiment.

    Parameters
    ----------
    found : Finished
        The experiment.
    asked : Comparison
        What is compared.

    Raises
    ------
    SpecError
        If an arm, an outcome or a column is not there.
    """
    study, spec = found.study, found.study.spec
    runs = found.runs()
    control = _one_of(asked.control or spec.reference, study.arms, "control")
    others = [arm for arm in study.arms if arm != control]
    treatments = [_one_of(arm, others, "treatment") for arm in asked.treatment] or others
    if not treatments:
        raise SpecError(f"{found.folder}: has one arm only: there is nothing to compare")
    outcomes = [_one_of(name, spec.outcomes, "outcome") for name in asked.outcome]
    wanted = outcomes or list(spec.outcomes)
    columns = [name for name in (BASE, *study.factors) if name in runs]
    by = study.levers if asked.by is None else [_one_of(name, columns, "by") for name in asked.by]
    confidence = asked.confidence or spec.replication.confidence
    table = effects(
        runs,
        wanted,
        control,
        treatments,
        by=by,
        pair_on=PAIRS,
        cluster_on=study.unit,
        margins=_margins(found, asked, wanted),
        family=("outcome",),
        confidence=confidence,
        seed=spec.design.seed,
    )
    return Compared(table, runs, control, by, confidence)


def _margins(
    found: Finished, asked: Comparison, wanted: Sequence[str]
) -> dict[str, tuple[float, float]]:
    given = found.study.spec.outcomes
    margins = {name: margin for name in wanted if (margin := given[name].margin)}
    if asked.margin is not None:
        if len(asked.outcome) != 1:
            raise SpecError("--margin: is in the units of one outcome: name it with --outcome")
        margins[asked.outcome[0]] = asked.margin
    return margins


def _one_of(given: str, known: Iterable[str], what: str) -> str:
    names = list(known)
    if given not in names:
        hint = nearest(given, names) or listing(names)
        raise SpecError(f"--{what}: given {given!r}, which is not there{hint}")
    return given
