"""``relsim compare`` and ``reproduce``: what is asked of a finished experiment."""

from pathlib import Path

from relsim.cli.console import console, listing
from relsim.cli.effects import print_effects
from relsim.cli.run_command import cores
from relsim.errors import SpecError
from relsim.lab.archive.folder import Finished, opened
from relsim.lab.archive.reproduce import reproduce, reproduce_some
from relsim.lab.runs.executors import Crew
from relsim.lab.runs.rounds import Conduct
from relsim.lab.statistics.comparison import Comparison, compared
from relsim.provenance import code_version, versions
from relsim.spreadsheets import csv_text

DIFFERENT = 1
"""Exit code of a result that is not the same when it is run again."""
NOT_RUN = 3
"""Exit code where an experiment cannot be run again."""


def compare(folder: Path, asked: Comparison, out: Path | None = None) -> None:
    """Print paired effects of a finished experiment, and write them where a file is named.

    Raises
    ------
    RelsimError
        If an arm, an outcome or a column is not there.
    """
    found = opened(folder)
    done = compared(found, asked)
    print_effects(
        console(),
        done.table,
        found.study,
        control=done.control,
        by=done.by,
        confidence=done.confidence,
        runs=done.runs,
    )
    if out is not None:
        out.write_text(csv_text(done.table), encoding="utf-8", newline="")


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
