"""What is set in some markets, one mapping of dotted paths to values each, as Python gives it."""

from collections.abc import Mapping
from typing import Any

from relsim.errors import SpecError
from relsim.lab.plain_data import plain
from relsim.spec.hints import brief, shown
from relsim.spec.paths import split_first

SEED = "run.seed"
"""The key of the run that an assignment may set."""


def plain_assignments(assignments: Any) -> list[dict[str, Any]]:
    """Return assignments as YAML would have them.

    Parameters
    ----------
    assignments : sequence of mapping
        Dotted path to value.

    Raises
    ------
    SpecError
        If one is none, or sets what is said for all runs alike.
    """
    if isinstance(assignments, Mapping | str):
        raise SpecError("assignments: given one, allowed: a list of them")
    found = []
    for place, values in enumerate(assignments):
        where = f"assignments: number {place}: given"
        if not isinstance(values, Mapping):
            raise SpecError(
                f"{where} {shown(values)}, allowed: a mapping of dotted paths to values"
            )
        for path in map(str, values):
            if split_first(path)[0] == "run" and path != SEED:
                raise SpecError(
                    f"{where} {brief(path)}, allowed: keys of the market, and {SEED}; months and "
                    "replications are said for all runs alike"
                )
        found.append(plain(values))
    return found
