"""The page of the studies: what each asks, its command, its picture, and what its table shows."""

import inspect
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import yaml

from experiments import opposites
from experiments.studies import frontiers
from experiments.studies.elsewhere import ELSEWHERE
from experiments.studies.registry import STUDIES
from relsim.spec.locations import shipped

_HEAD = """# Studies beside the claims

A verdict weighs one outcome of a run over a scope. Beside each claim stands a study that asks what
such an outcome cannot tell: when, who, where the best lies, how far noise goes. A study has no
verdict: it looks at single markets and settings, which are no sample of anything. `python -m
experiments.studies STUDY` makes one anew, with a table and a figure in `results/studies`; three
have a command and a folder of their own. After ± stand half-widths of 95% intervals over seeds.
This page is made from the tables by `python -m experiments.documents`.
"""


def page(results: Path) -> str:
    """Return the page in Markdown.

    Parameters
    ----------
    results : Path
        The folder that holds the recorded tables.
    """
    sections = (_section(claim, path, results) for claim, path in _claims())
    return "\n".join([_HEAD, *sections, _opposites(results)])


def _opposites(results: Path) -> str:
    """Return what turns the answer of each claim."""
    frame = pd.read_csv(results / "opposites" / "opposites.csv")
    return (
        "## What turns each answer\n\n"
        "Each claim says what to change to see the opposite. Here it is done to the whole reading "
        "(`python -m experiments.opposites`, [table](../results/opposites/opposites.csv)): the "
        "mean effect over its scope with a 95% interval that is corrected for the readings of the "
        "claim, as it is and with something held.\n\n"
        f"{opposites.words(frame)}\n"
    )


def _claims() -> list[tuple[str, Path]]:
    """Return the claims that have a study; one that is new may have none yet."""
    studied = {*STUDIES, *ELSEWHERE}
    return sorted((claim, path) for claim, path in shipped("claims").items() if claim in studied)


def _section(claim: str, config: Path, results: Path) -> str:
    spec = yaml.safe_load(config.read_text("utf-8"))
    if claim in STUDIES:
        study = STUDIES[claim]
        asks = inspect.cleandoc(study.__doc__ or "").partition("\n\n")[2]
        command, picture = f"experiments.studies {claim}", f"studies/{claim}"
        tables: Sequence[str] = (f"{picture}.csv",)
        shows = study.words(pd.read_csv(results / tables[0]))
    else:
        asks, command, picture, tables, words = ELSEWHERE[claim]
        shows = words(results)
    if claim in frontiers.TABLES:
        shows += "\n\n" + _frontier(claim, results)
    links = ", ".join(f"[{Path(name).stem}](../results/{name})" for name in tables)
    parts = [
        f"## {spec['title']}",
        f"*{spec['statement']}* ([config](../configs/claims/{claim}.yaml))",
        asks,
        f"`python -m {command}`; table: {links}.",
        f"![{spec['title']}: the study's figure](../results/{picture}.svg)",
        shows,
    ]
    return "\n\n".join(parts) + "\n"


def _frontier(claim: str, results: Path) -> str:
    """Return what the map of the best split shows, with its picture."""
    shows = frontiers.words(pd.read_csv(results / "frontiers" / f"{claim}.csv"))
    picture = f"../results/frontiers/{claim}.svg"
    return (
        f"A map of the best split (`python -m experiments.studies.frontiers {claim}`, "
        f"[table](../results/frontiers/{claim}.csv)). {shows}\n\n"
        f"![The best split of a budget, as a map]({picture})"
    )
