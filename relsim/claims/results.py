"""The results of claims: what is written, and how they are compared with those of another day."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from relsim.claims.config import Claim
from relsim.claims.pipeline import Answered, Way
from relsim.claims.verdict import Verdict
from relsim.errors import OutputError
from relsim.lab.archive.store import write_whole
from relsim.provenance import checkout, code_version, machine, versions
from relsim.records import ClaimRecord, check_unaltered, read_json, read_record
from relsim.version import __version__

VERDICTS, POINTS, CLAIM, ASKED = "verdicts.csv", "points.csv", "claim.json", "asked.json"
_FIRST = ("reading", "point", "base")
_LAST = ("effect", "low", "high", "holds")


def check_free(out: Path, claims: Sequence[Claim], *, quick: bool) -> None:
    """Check that results do not take the place of others that were asked for otherwise.

    A quick look does not replace whole results, nor a claim tried otherwise the claim as it is,
    nor a claim another file's that has its id; and none of them the other way round. Tries of a
    claim replace each other.

    Parameters
    ----------
    out : Path
        The folder of all results.
    claims : sequence of Claim
        Those that will be tested.
    quick : bool
        Whether it will be a quick look.

    Raises
    ------
    OutputError
        If they would.
    """
    for claim in claims:
        folder = out / claim.spec.id
        asked, marks = asked_for(claim, quick=quick), (ASKED, CLAIM)
        found = (_about(folder / name) for name in marks)
        there = next((one for one in found if one is not None), None)
        if there is None:
            continue
        for key, kinds in (
            ("quick", ("whole results", "a quick look")),
            ("tried", ("the claim as it is", "the claim tried otherwise")),
        ):
            if bool(there.get(key)) != bool(asked[key]):
                raise OutputError(
                    f"{folder}: holds {kinds[bool(there.get(key))]}; name another folder with --out"
                )
        if (there.get("file"), there.get("ours")) != (asked["file"], asked["ours"]):
            whose = f", of {there['file']}" if "file" in there else ", made by an earlier relsim"
            raise OutputError(
                f"{folder}: holds the results of another claim with that id{whose}; give this one "
                "an id of its own, or name another folder with --out"
            )


def asked_for(claim: Claim, *, quick: bool) -> dict[str, Any]:
    """Return what tells results of one id apart: the claim's file, and how it was tested.

    The file is a name without folders, as results are carried to other machines.
    """
    name = Path(claim.name).name
    return {
        "file": name.removesuffix(".yaml") if claim.ours else name,
        "ours": claim.ours,
        "quick": quick,
        "tried": claim.variation.arguments().strip(),
    }


def mark(out: Path, claims: Sequence[Claim], *, quick: bool) -> None:
    """Note in the folders of claims what was asked for, before the first run.

    A test that is killed leaves the note; one that comes to its end, its results.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    for claim in claims:
        path = out / claim.spec.id / ASKED
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, (json.dumps(asked_for(claim, quick=quick), indent=1) + "\n").encode())
        except OSError as error:
            raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from None


def _about(path: Path) -> dict[str, Any] | None:
    return read_json(path) if path.is_file() else None


def write(tested: Answered, way: Way) -> Path:
    """Write the results of a claim, each file whole or not at all; return their folder.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    folder = way.out / tested.claim.spec.id
    tables = {
        VERDICTS: _csv(table([one.verdict for one in tested.judged])),
        POINTS: _csv(points(tested)),
    }
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in tables.items()}
    said = {**about(tested, way), "files": hashes}
    files = tables | {CLAIM: json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False) + "\n"}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            write_whole(folder / name, text.encode())
        (folder / ASKED).unlink(missing_ok=True)  # the same stands in what was written
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{folder}: results cannot be written: {reason}") from None
    return folder


def table(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """Return verdicts as a table, a row a reading."""
    return pd.DataFrame([asdict(verdict) for verdict in verdicts])


def points(tested: Answered) -> pd.DataFrame:
    """Return the effects at all points of all readings, factors of all readings side by side."""
    tables = [one.points for one in tested.judged if not one.points.empty]
    if not tables:
        return pd.DataFrame(columns=[*_FIRST, *_LAST])
    whole = pd.concat(tables, ignore_index=True)
    factors = [name for name in whole if name not in (*_FIRST, *_LAST)]
    return whole[[*_FIRST, *factors, *_LAST]]


def _csv(frame: pd.DataFrame) -> str:
    return frame.to_csv(index=False, lineterminator="\n", float_format="%.10g")


def about(tested: Answered, way: Way) -> dict[str, Any]:
    """Return a claim's spec, verdicts, comparisons and provenance as plain data."""
    found: dict[str, Any] = plain(
        {
            "claim": tested.claim.spec.model_dump(mode="json"),
            **asked_for(tested.claim, quick=way.quick),
            "verdicts": [asdict(one.verdict) for one in tested.judged],
            "comparisons": [row for one in tested.judged for row in one.comparisons],
            "details": {one.verdict.reading: one.details for one in tested.judged},
            "provenance": {
                "relsim": __version__,
                "code": code_version(),
                "command": list(way.command),
                "started": tested.clock.started.isoformat(timespec="seconds"),
                "seconds": tested.clock.seconds,
                "versions": versions(),
                "git": checkout(),
                "machine": machine(),
            },
        }
    )
    return found


def plain(data: Any) -> Any:
    """Return data as JSON has it: a number that is not finite is nothing.

    Examples
    --------
    >>> plain({"low": float("nan"), "points": (1, np.float64(2.5))})
    {'low': None, 'points': [1, 2.5]}
    """
    if isinstance(data, dict):
        return {str(key): plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    if isinstance(data, np.generic):
        data = data.item()
    if isinstance(data, float):
        return data if np.isfinite(data) else None
    return data


# Another day ----------------------------------------------------------------------------------


def changes(verdicts: Sequence[Verdict], expected: Path) -> Iterator[str]:
    """Yield a sentence for every verdict whose word is not the one that is expected.

    Parameters
    ----------
    verdicts : sequence of Verdict
        What came out now.
    expected : Path
        A folder of results of claims.

    Raises
    ------
    OutputError
        If it holds no verdicts on a claim.
    """
    by_claim: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_claim.setdefault(verdict.claim, []).append(verdict)
    for claim, found in by_claim.items():
        words = expected_words(expected / claim)
        for verdict in found:
            was = words.pop(verdict.reading, None)
            if was != verdict.word:
                then = f"was {was}" if was else "was not there"
                yield f"{claim} {verdict.reading}: {then}, is {verdict.word}"
        yield from (f"{claim} {reading}: was {was}, is not there" for reading, was in words.items())


def check_expected(expected: Path, claims: Sequence[Claim], *, quick: bool) -> None:
    """Check that verdicts can be compared with those in a folder.

    Raises
    ------
    OutputError
        If there is no table of verdicts of a claim, or one of a try, or of a quick look where whole
        results are asked for, or the other way round: such words differ by the runs alone.
    """
    for claim in claims:
        folder = expected / claim.spec.id
        expected_words(folder)
        there = _about(folder / CLAIM) or {}
        if there.get("tried"):
            raise OutputError(
                f"--expect: {folder}: holds the claim tried otherwise, allowed: as it is"
            )
        if there and bool(there.get("quick")) != quick:
            kinds = ("whole results", "a quick look")
            raise OutputError(
                f"--expect: {folder}: holds {kinds[not quick]}, this is "
                f"{'a quick look' if quick else 'a whole test'}; allowed: results of the same kind"
            )


def expected_words(folder: Path) -> dict[str, str]:
    """Return the word of each reading of a claim, from the folder of its results.

    Raises
    ------
    OutputError
        If there is no table of verdicts.
    """
    path = folder / VERDICTS
    if (folder / CLAIM).is_file():
        files = read_record(folder / CLAIM, ClaimRecord).get("files", {})
        check_unaltered(folder, {name: files[name] for name in files if name == VERDICTS}, CLAIM)
    try:
        rows = pd.read_csv(path, usecols=["reading", "word"], dtype=str, na_filter=False)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"--expect: {path}: cannot be read: {reason}") from None
    return dict(zip(rows["reading"], rows["word"], strict=True))
