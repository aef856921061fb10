"""``relsim fork``: what would have been."""

import dataclasses
from pathlib import Path

import pandas as pd

from relsim.cli.console import console, listing, note
from relsim.cli.inputs import assignment
from relsim.cli.past_run import check_same, lived
from relsim.cli.progress import Silence, progress
from relsim.cli.run_command import default_threads
from relsim.errors import SpecError
from relsim.events.effects import marks
from relsim.fork import Chapters, chapters_of, difference, simulated
from relsim.market import Market
from relsim.output import ResultsFolder
from relsim.own_class import modules_of
from relsim.own_code import keep
from relsim.provenance import Clock, command, identity, manifest
from relsim.report.standings import money
from relsim.spec import override
from relsim.spreadsheets import check_workbooks


@dataclasses.dataclass(frozen=True)
class Order:
    """What the command line asks for."""

    run: Path
    at: int
    assignments: tuple[str, ...]
    out: Path | None = None
    overwrite: bool = False
    csv: bool = False
    csv_bom: bool = False
    xlsx: bool = False
    figures: bool = True
    months: int | None = None
    quiet: bool = False


def fork(order: Order) -> Path:
    """Fork a run and return the folder with the results.

    Raises
    ------
    RelsimError
        If the order or the run is not sound; then nothing is left behind.
    """
    clock = Clock()
    if order.xlsx:
        check_workbooks()
    parent, chapters = lived(order.run)
    chapters = _longer(chapters, order.months)
    months = chapters[0][1].run.months
    if not 1 <= order.at <= months:
        raise SpecError(f"--at: given {order.at}, allowed: a month from 1 to {months}")
    if not order.assignments:
        raise SpecError("--set: missing; say what is changed, as --set KEY=VALUE")
    values = dict(assignment(text) for text in order.assignments)
    forked = chapters_of(chapters, values, order.at)
    other = forked[-1][1]
    out = order.out or order.run.with_name(f"{order.run.name}-fork-{order.at}")
    with ResultsFolder(out, overwrite=order.overwrite, run=identity(other)) as folder:
        with progress(2 * months, quiet=order.quiet) as shown:
            original, market = _both(chapters, forked, shown)
            check_same(original, order.run)
        apart = difference(market.table, original)
        folder.table("market", market.table, csv=order.csv, bom=order.csv_bom)
        folder.table("difference", apart, csv=order.csv, bom=order.csv_bom)
        if order.xlsx:
            note(folder.workbook())
        if order.figures:
            _draw(order, market, apart, folder)
        about = manifest(
            other,
            identity(other),
            clock,
            command=command(),
            forked={
                "spec_hash": parent["spec_hash"],
                "at": order.at,
                "set": list(order.assignments),
                "chapters": [
                    {"month": start, "spec": spec.model_dump(mode="json")} for start, spec in forked
                ],
            },
        )
        with folder.writing():
            keep(
                set().union(*(modules_of(spec) for _, spec in forked)), folder.working, folder.path
            )
        folder.finish(about)
    if order.quiet:
        console().print(str(out))
    else:
        _show(order, original, market.table, out)
    return out


def _longer(chapters: Chapters, months: int | None) -> Chapters:
    """Return chapters of a market that is simulated to a later month.

    Raises
    ------
    SpecError
        If it is an earlier one.
    """
    last = chapters[0][1].run.months
    if months is None or months == last:
        return chapters
    if months < last:
        raise SpecError(f"--months: given {months}, allowed: {last}, as many as RUN has, or more")
    return [(start, override(spec, {"run.months": months}, "--months")) for start, spec in chapters]


def _both(chapters: Chapters, forked: Chapters, shown: Silence) -> tuple[pd.DataFrame, Market]:
    """Simulate the run again as it was, and with the change."""
    months, threads = chapters[0][1].run.months, default_threads(chapters[0][1].market.customers)
    shown.phase("simulating as it was")
    original = simulated(chapters, threads, each=shown.reach).table
    shown.phase("simulating the change")
    market = simulated(forked, threads, each=lambda month: shown.reach(months + month))
    return original, market


def _draw(order: Order, market: Market, apart: pd.DataFrame, folder: ResultsFolder) -> None:
    from relsim.report.difference import figures  # noqa: PLC0415  # takes a second to import
    from relsim.report.layout import About  # noqa: PLC0415  # the same
    from relsim.report.run_figures import save  # noqa: PLC0415  # the same

    words = ", ".join(order.assignments)
    about, changed = About.of(market, "compiled"), (order.at, words)
    drawn = figures(market.table, apart, about, changed, marks(market.spec))
    with folder.writing():
        save(drawn, folder.working / "figures")


def _show(order: Order, before: pd.DataFrame, after: pd.DataFrame, out: Path) -> None:
    """Print what the change made of each firm, from its month on."""
    told = console()
    told.print(
        f"From month {order.at}: {', '.join(order.assignments)}; the same random numbers",
        markup=False,
    )
    table = listing("firm", "market share at the end", "monthly churn", "profit a month")
    for firm in before["firm"].cat.categories:
        was, would = (_figures(frame, firm, order.at) for frame in (before, after))
        table.add_row(
            str(firm),
            f"{was[0]:.1%} -> {would[0]:.1%}",
            f"{was[1]:.2%} -> {would[1]:.2%}",
            f"{money(was[2])} -> {money(would[2])} ({money(would[2] - was[2], '+')})",
        )
    told.print(table)
    told.print(f"Tables and figures: {out}", markup=False)


def _figures(table: pd.DataFrame, firm: str, at: int) -> tuple[float, float, float]:
    own = table[(table["firm"] == firm) & (table["month"] >= at)]
    lost = float(own["churned"].sum()) / max(float(own["opening"].sum()), 1.0)
    return float(own["share"].iloc[-1]), lost, float(own["profit"].mean())
