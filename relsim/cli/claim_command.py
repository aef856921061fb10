"""``relsim claim`` and ``relsim claims``: test claims, write their results, say the verdicts."""

import dataclasses
import importlib
import math
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType

import typer
from rich.console import Console

from relsim.claims.config import Claim, read_claim
from relsim.claims.pipeline import Answered, Way, investigate, planned
from relsim.claims.results import changes, check_expected, check_free, mark, write
from relsim.claims.variation import Variation
from relsim.claims.verdict import WORDS, Verdict
from relsim.claims.wording import named, round_runs
from relsim.cli.console import console, listing, many
from relsim.cli.inputs import assignment, look_beside
from relsim.cli.progress import duration, progress
from relsim.cli.run_command import cores
from relsim.errors import SpecError
from relsim.lab.runs.executors import standing
from relsim.provenance import Clock, command

CHANGED = 1
"""Exit code where a word is another than was expected."""

_WIDTHS = {4: 0, 5: 90, 6: 120}
"""Columns of the table to those of the terminal at least: a narrow one leaves the last out."""
_FEW = 24  # runs that are over before processes have started


@dataclasses.dataclass(frozen=True)
class Order:
    """What the command line asks for; None = not said."""

    claims: tuple[str, ...]
    readings: tuple[str, ...] = ()
    assignments: tuple[str, ...] = ()
    quick: bool = False
    out: Path | None = None
    expect: Path | None = None
    workers: int | None = None
    page: bool = True
    quiet: bool = False

    def variation(self) -> Variation:
        """Return what is tried otherwise than the claims have it."""
        return Variation(
            tuple(dict.fromkeys(self.readings)), dict(map(assignment, self.assignments))
        )

    def folder(self, claims: Sequence[Claim]) -> Path:
        """Return the folder of all results: tries and own claims stay apart from relsim's."""
        kind = "" if all(claim.ours for claim in claims) else "-mine"
        kind = "-tried" if any(claim.variation for claim in claims) else kind
        return self.out or Path("results", f"claims{kind}{'-quick' if self.quick else ''}")


def claims(order: Order) -> bool:
    """Test claims; return whether all words are as expected, if anything was.

    Raises
    ------
    RelsimError
        If the order or a claim is not sound, or results cannot be kept.
    """
    clock = Clock()
    for name in order.claims:
        look_beside(name)
    variation = order.variation()
    read = [read_claim(name, quick=order.quick, variation=variation) for name in order.claims]
    folder = order.folder(read)
    _check(order, read, folder)
    mark(folder, read, quick=order.quick)
    with clock.phase("all"):
        tested = _test(order, read, folder)
    verdicts = [one.verdict for each in tested for one in each.judged]
    if order.page:
        _report("page").write_page(folder)
    _say(order, folder, verdicts, sum(each.runs for each in tested), clock)
    return order.expect is None or _as_expected(verdicts, order.expect)


def _check(order: Order, read: Sequence[Claim], folder: Path) -> None:
    ids = [claim.spec.id for claim in read]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice:
        raise SpecError(f"the id {twice!r} is that of two claims: their results would be mixed")
    check_free(folder, read, quick=order.quick)
    if order.page:
        _report("results").check_others(folder, ids)
    if order.expect is not None:
        _check_expected(order, read, folder, order.expect)


def _check_expected(order: Order, read: Sequence[Claim], folder: Path, expect: Path) -> None:
    if any(claim.variation for claim in read):
        raise SpecError(
            "--expect: given together with --reading or --set, allowed: for claims as they are"
        )
    if expect.resolve() == folder.resolve():
        # What is expected would be overwritten first, and then agree with itself.
        raise SpecError(
            f"--expect: given {expect}, where the new results go too: name another folder "
            "for these with --out"
        )
    check_expected(expect, read, quick=order.quick)


def _test(order: Order, read: Sequence[Claim], folder: Path) -> list[Answered]:
    total = planned(read, quick=order.quick)
    workers = order.workers or (cores() if total > _FEW else 1)
    kind = "processes" if workers > 1 else "serial"
    tested: list[Answered] = []
    with (
        standing(kind, workers) as crew,
        progress(total, quiet=order.quiet, noun="runs") as shown,
    ):
        words = command()
        way = Way(folder, order.quick, crew, shown, words, partial(_whisper, order))
        for each in investigate(read, way):
            write(each, way)
            tested.append(each)
    return tested


def _whisper(order: Order, words: str) -> None:
    if not order.quiet:
        typer.echo(words, err=True)


def _report(module: str) -> ModuleType:
    # Drawing takes a second to import: not paid for by those who want no page.
    return importlib.import_module(f"relsim.report.claims.{module}")


# What is said -----------------------------------------------------------------------------


def _say(order: Order, folder: Path, verdicts: Sequence[Verdict], runs: int, clock: Clock) -> None:
    out = console()
    if order.quiet:
        out.print(str(folder))
        return
    show(out, verdicts)
    counts = {word: sum(one.word == word for one in verdicts) for word in WORDS}
    out.print(", ".join(f"{count} {word}" for word, count in counts.items() if count))
    out.print(f"{many(runs, 'run')}, {duration(clock.seconds['all'])}")
    if order.quick:
        out.print(
            "A quick look at small markets: run without --quick before you rely on a verdict."
        )
    out.print(f"{'Page and tables' if order.page else 'Tables'}: {folder}")


def show(out: Console, verdicts: Sequence[Verdict]) -> None:
    """Print verdicts as a table, a row a reading, and beneath it what a word hangs on.

    Parameters
    ----------
    out : Console
        Where.
    verdicts : sequence of Verdict
        In the order to show them.
    """
    heads = ["claim and reading", "verdict", "effect", "holds", "claimed", "decided by"]
    shown = max(count for count, least in _WIDTHS.items() if out.width >= least)
    table = listing(*heads[:shown])
    claim = ""
    for one in verdicts:
        if one.claim != claim:
            claim = one.claim
            table.add_row(claim)
        decided = ", ".join(named(name) for name in one.deciding.split("; ") if name)
        cells = [f"  {one.reading}", one.word, _effect(one), _holds(one), _claimed(one), decided]
        table.add_row(*cells[:shown])
    out.print(table)
    for one in verdicts:
        for sentence in _besides(one):
            out.print(f"{one.claim} {one.reading}: {sentence}")


def _holds(verdict: Verdict) -> str:
    return f"{verdict.holds:.0%}" if math.isfinite(verdict.holds) else ""


def _besides(verdict: Verdict) -> Iterator[str]:
    """Yield what the word alone does not say."""
    if math.isfinite(verdict.needed):
        runs = round_runs(verdict.needed)
        need = f"about {runs:,.0f} runs are needed for a clear verdict"
        yield f"{verdict.word}; {need}, {verdict.runs:,} were made"
    if verdict.hangs_on_assumptions:
        stays = verdict.assumed_markets.replace(";", ",")
        yield f"{verdict.word} rests on what is assumed: under changes of it, it stays in {stays}"


def _effect(verdict: Verdict) -> str:
    if not math.isfinite(verdict.effect):
        return ""
    middle, low, high = (_number(x, verdict) for x in (verdict.effect, verdict.low, verdict.high))
    unit = "" if verdict.measure == "relative" else f" {verdict.unit}".rstrip()
    return f"{middle} [{low}, {high}]{unit}"


def _claimed(verdict: Verdict) -> str:
    low, high = verdict.band_low, verdict.band_high
    if math.isnan(low):
        return ""
    if math.isinf(high):
        return f"above {_number(low, verdict)}"
    if math.isinf(low):
        return f"below {_number(high, verdict)}"
    return f"{_number(low, verdict)} to {_number(high, verdict)}"


def _number(x: float, verdict: Verdict) -> str:
    if math.isnan(x):
        return "?"
    return f"{x:.1%}" if verdict.measure == "relative" else f"{x:,.4g}"


def _as_expected(verdicts: Sequence[Verdict], expected: Path) -> bool:
    found = list(changes(verdicts, expected))
    out = console()
    for sentence in found:
        out.print(sentence)
    out.print(f"{many(len(found), 'verdict')} changed." if found else "All verdicts as expected.")
    return not found
