"""What a folder of results says of the market that was simulated, to simulate it again."""

from pathlib import Path
from typing import Any

import pandas as pd

from relsim.errors import RelsimError, SpecError
from relsim.output import read_manifest
from relsim.own_code import CODE, look_in
from relsim.records import MANIFEST, check_unaltered
from relsim.spec import MarketSpec
from relsim.spec.config import validate

_TABLE = "market.parquet"


def lived(run: Path) -> tuple[dict[str, Any], list[tuple[int, MarketSpec]]]:
    """Return the manifest of a run or fork, and from which month on it lived which spec.

    Raises
    ------
    SpecError
        If there is none, or it was simulated with agents.
    """
    found = read_manifest(run)
    if found is None or "spec" not in found:
        raise SpecError(f"{run}: no results of relsim run are there (a folder with {MANIFEST})")
    if found.get("engine", "compiled") != "compiled":
        raise SpecError(
            f"{run}: was simulated with agents; only compiled runs can be simulated again"
        )
    if _TABLE not in found["files"]:
        raise SpecError(f"{run}: its {MANIFEST} does not list {_TABLE}, so it is not believed")
    check_unaltered(run, {_TABLE: found["files"][_TABLE]})
    look_in([run / CODE])
    where = str(run / MANIFEST)
    forked = found.get("forked")
    if not forked:
        return found, [(1, validate(found["spec"], where))]
    if forked.get("chapters"):
        chapters = [(one["month"], validate(one["spec"], where)) for one in forked["chapters"]]
    elif "spec" in forked:  # as an earlier relsim wrote it
        chapters = [
            (1, validate(forked["spec"], where)),
            (forked["at"], validate(found["spec"], where)),
        ]
    else:
        raise SpecError(f"{run}: is a fork of an earlier version of relsim; fork its run anew")
    starts = [start for start, _ in chapters]
    if starts[0] != 1 or starts != sorted(set(starts)) or starts[-1] > chapters[0][1].run.months:
        raise SpecError(f"{where}: is damaged: its chapters begin in the months {starts[:20]}")
    return found, chapters


def check_same(table: pd.DataFrame, run: Path) -> None:
    """Check that a run was simulated again as it had been.

    Raises
    ------
    RelsimError
        If it was not: another version of relsim lives another market.
    """
    try:
        kept = pd.read_parquet(run / _TABLE)
    except (OSError, ValueError) as error:
        raise SpecError(f"{run}: its {_TABLE} cannot be read: {error}") from None
    table = table.head(len(kept))  # the rest lies beyond the run's last month
    numbers = table.columns.drop(["month", "firm"])
    same = list(kept.columns) == list(table.columns) and len(kept) == len(table)
    if not same or not kept[numbers].equals(table[numbers]):
        raise RelsimError(
            f"{run}: simulating it again gave other results, so it was made by another version of "
            "relsim or with a strategy that has changed; run it anew"
        )
