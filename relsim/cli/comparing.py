"""``relsim compare`` and ``reproduce``: what is asked of a finished experiment."""

import dataclasses
from pathlib import Path
from typing import Any

from relsim.cli.effects import print_effects
from relsim.cli.running import cores
from relsim.cli.speaking import console, listing
from relsim.errors import SpecError
from relsim.lab.conducting import Conduct
from relsim.lab.executors import Crew
from relsim.lab.finishing import PAIRS
from relsim.lab.opening import Finished, opened
from relsim.lab.pairing import effects
from relsim.lab.points import BASE
from relsim.lab.reproducing import reproduce, reproduce_some
from relsim.provenance import code_version, versions
from relsim.spec.checking import listing as listed
from relsim.spec.checking import nearest

DIFFERENT = 1
"""Exit code of a result that is not the same when it is run again."""
NOT_RUN = 3
"""Exit code where an experiment cannot be run again."""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What the command line asks to be compared; None = as the config says."""

    folder: Path
    control: str | None = None
    treatment: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    by: tuple[str, ...] | None = None
    margin: tuple[float, float] | None = None
    confidence: float | None = None
    out: Path | None = None


def compare(asked: Comparison) -> None:
    """Print paired effects of a finished experiment.

    Raises
    ------
    RelsimError
        If an arm, an outcome or a column is not there.
    """
    found = opened(asked.folder)
    study, spec = found.study, found.study.spec
    runs = found.runs()
    control = _one_of(asked.control or spec.reference, study.arms, "--control")
    others = [arm for arm in study.arms if arm != control]
    treatments = [_one_of(arm, others, "--treatment") for arm in asked.treatment] or others
    if not treatments:
        raise SpecError(f"{asked.folder}: has one arm only: there is nothing to compare")
    outcomes = [_one_of(name, spec.outcomes, "--outcome") for name in asked.outcome]
    columns = [name for name in (BASE, *study.factors) if name in runs]
    by = study.levers if asked.by is None else [_one_of(name, columns, "--by") for name in asked.by]
    if asked.margin is not None and len(outcomes) != 1:
        raise SpecError("--margin: is in the units of one outcome: name it with --outcome")
    asked_for = outcomes or list(spec.outcomes)
    margins = {name: margin for name in asked_for if (margin := spec.outcomes[name].margin)}
    if asked.margin is not None:
        margins[outcomes[0]] = asked.margin
    confidence = asked.confidence or spec.replication.confidence
    table = effects(
        runs,
        asked_for,
        control,
        treatments,
        by=by,
        pair_on=PAIRS,
        cluster_on=study.unit,
        margins=margins,
        family=("outcome",),
        confidence=confidence,
        seed=spec.design.seed,
    )
    print_effects(console(), table, study, control=control, by=by, confidence=confidence, runs=runs)
    if asked.out is not None:
        table.to_csv(asked.out, index=False, lineterminator="\n")


def _one_of(given: str, known: Any, option: str) -> str:
    if given not in known:
        hint = nearest(given, list(known)) or listed(list(known))
        raise SpecError(f"{option}: given {given!r}, which is not there{hint}")
    return given


# Again --------------------------------------------------------------------------------------


def again(folder: Path, runs: int | None) -> int:
    """Run an experiment again, or some of its runs, and say whether it gives the same.

    Returns
    -------
    int
        0 if it does, :data:`DIFFERENT` if not, :data:`NOT_RUN` if runs failed that had not.

    Raises
    ------
    RelsimError
        If there is no finished experiment.
    """
    found = opened(folder, check=runs is not None)
    out = console()
    _say_what_differs(found)
    if runs is None:
        kind = "processes" if cores() > 1 else "serial"
        verdicts = reproduce(found, Conduct(Crew(kind, cores())))
    else:
        if runs < 1:
            raise SpecError(f"--runs: given {runs}, allowed: 1 or more")
        verdicts = reproduce_some(found, runs)
    table = listing("result", "again")
    for verdict in verdicts:
        table.add_row(verdict.name, verdict.found)
    out.print(table)
    if any(verdict.failed for verdict in verdicts):
        out.print("Could not be run again, so that nothing can be said.")
        return NOT_RUN
    same = all(verdict.same for verdict in verdicts)
    out.print("The same." if same else "Not the same.")
    return 0 if same else DIFFERENT


def _say_what_differs(found: Finished) -> None:
    """Say in which code and libraries the experiment was made, where they are others now."""
    now = {**versions(), "code": code_version()}
    then = {**found.manifest["versions"], "code": found.manifest["code"]}
    for name, value in then.items():
        if now.get(name) != value:
            console().print(f"{name} was {value}, is {now.get(name)}")
