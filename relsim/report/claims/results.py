"""What the folder of a claim holds: the claim, its verdicts, and the effect at every point."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relsim.errors import OutputError
from relsim.records import ClaimRecord, check_unaltered, read_json, read_record

CLAIM, VERDICTS, POINTS = "claim.json", "verdicts.csv", "points.csv"
VERDICT_COLUMNS = (
    "claim", "reading", "title", "word", "effect", "low", "high", "median", "low_tenth",
    "high_tenth", "measure", "unit", "hypothesis", "band_low", "band_high", "runs", "points",
    "replications", "holds", "holds_low", "holds_high", "deciding", "box", "break_even",
    "break_even_text", "needed", "assumed_holds", "assumed_least", "assumed_markets", "hash",
    "command",
)  # fmt: skip
"""Columns that a table of verdicts has."""

_NEEDED = ("claim", "provenance", "quick", "file", "tried")

POINT_COLUMNS = ("reading", "effect", "low", "high", "holds")
"""Columns that a table of points has, besides the factors of the scope."""

_LATER = ("median", "low_tenth", "high_tenth")
"""Of these, columns that tables of an earlier relsim have not: not known there."""

_TEXTS = (
    "claim", "reading", "title", "word", "measure", "unit", "hypothesis", "deciding", "box",
    "break_even_text", "assumed_markets", "hash", "command", "base",
)  # fmt: skip
_BESIDES = (*POINT_COLUMNS, "point", "replications")


@dataclass(frozen=True)
class Results:
    """The results of a claim.

    Attributes
    ----------
    folder : Path
        Where they lie.
    spec, provenance : mapping
        The claim as its config says it, and where the results come from.
    verdicts : DataFrame
        A row for every reading, columns VERDICT_COLUMNS; missing texts are empty.
    points : DataFrame
        A row for every reading and point of its scope.
    comparisons : sequence of mapping
        Published numbers beside the market's.
    quick : bool
        Whether it was a quick look, of small markets and few runs.
    called : str
        How the command line calls the claim: its name, or its file's.
    tried : str
        What was tried otherwise, as a command line has it; nothing for the claim as it is.
    """

    folder: Path
    spec: Mapping[str, Any]
    provenance: Mapping[str, Any]
    verdicts: pd.DataFrame
    points: pd.DataFrame
    comparisons: tuple[Mapping[str, Any], ...]
    quick: bool
    called: str
    tried: str

    @property
    def name(self) -> str:
        """The claim's id."""
        return str(self.spec["id"])

    def points_of(self, reading: str) -> pd.DataFrame:
        """Return the points of a reading whose effect is known."""
        rows = self.points[self.points["reading"] == reading]
        return rows[np.isfinite(rows["effect"].astype(np.float64))]

    def factors_of(self, reading: str) -> list[str]:
        """Return the names of the factors that differ between points of a reading."""
        rows = self.points_of(reading).drop(columns=list(_BESIDES), errors="ignore")
        return [str(name) for name, column in rows.items() if len(set(column.dropna())) > 1]


def read_all(folder: Path) -> list[Results]:
    """Return the results of all claims in a folder, by name.

    Raises
    ------
    OutputError
        If there are none, or what is there cannot be read.
    """
    found = sorted(path.parent for path in folder.glob(f"*/{CLAIM}"))
    if not found:
        raise OutputError(f"{folder}: holds no results of claims; relsim claims makes them")
    return [read(each) for each in found]


def check_others(folder: Path, claims: Collection[str]) -> None:
    """Check that the claims which will stand on the page besides some can be read.

    Raises
    ------
    OutputError
        If one cannot: said before hours of runs rather than after them.
    """
    for path in sorted(folder.glob(f"*/{CLAIM}")):
        if path.parent.name not in claims:
            read(path.parent)


def read(folder: Path) -> Results:
    """Return the results of a claim.

    Raises
    ------
    OutputError
        If a file is missing or damaged.
    """
    about = _read_claim(folder / CLAIM)
    always = tuple(name for name in VERDICT_COLUMNS if name not in _LATER)
    verdicts = _read_table(folder / VERDICTS, always).reindex(columns=VERDICT_COLUMNS)
    if verdicts.empty:
        raise OutputError(f"{folder / VERDICTS}: has no row")
    there = (folder / POINTS).exists()  # a claim that cannot be tested has none
    points = (
        _read_table(folder / POINTS, POINT_COLUMNS) if there else pd.DataFrame(columns=_BESIDES)
    )
    return Results(
        folder, about["claim"], about["provenance"], verdicts, points,
        tuple(about.get("comparisons", ())), about["quick"], about["file"], about["tried"],
    )  # fmt: skip


def _read_claim(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise OutputError(f"{path}: cannot be read: No such file or directory")
    missing = [key for key in _NEEDED if key not in read_json(path)]
    if missing:
        raise OutputError(
            f"{path}: has no {missing[0]!r}: made by an earlier relsim; test it again"
        )
    about = read_record(path, ClaimRecord)
    claim = about["claim"]["id"]
    if claim != path.parent.name:
        raise OutputError(
            f"{path}: is of the claim {claim!r}, allowed: {path.parent.name!r}, as its folder "
            "is called"
        )
    check_unaltered(path.parent, about.get("files", {}), CLAIM)
    return about


def _read_table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    try:
        names = pd.read_csv(path, nrows=0).columns
        # Names stay texts, whatever they look like: a reading may be called "1" or "nan".
        numbers = {name: [""] for name in names if name not in _TEXTS}
        kinds = dict.fromkeys(_TEXTS, str)
        table = pd.read_csv(path, dtype=kinds, keep_default_na=False, na_values=numbers)
    except (OSError, ValueError) as error:
        raise OutputError(f"{path}: cannot be read: {error}") from error
    missing = [column for column in columns if column not in table]
    if missing:
        raise OutputError(f"{path}: has no column {missing[0]!r}")
    return table
