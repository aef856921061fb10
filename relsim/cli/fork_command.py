"""``relsim fork``: what would have been."""

import dataclasses
import math
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from relsim.cli.console import console, listing, many, note
from relsim.cli.inputs import assignment
from relsim.cli.past_run import check_same, lived
from relsim.cli.progress import Silence, progress
from relsim.cli.run_command import cores, default_threads, several_of, tell_failed
from relsim.errors import SpecError
from relsim.events.effects import marks
from relsim.fork import Chapters, chapters_of, difference, simulated
from relsim.lab.runs.changes import changes
from relsim.lab.runs.standings import MEASURES, Standings, standings
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
    replications: int | None = None
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
    several = several_of(chapters[0][1], "compiled", order.replications)
    out = order.out or order.run.with_name(f"{order.run.name}-fork-{order.at}")
    with ResultsFolder(out, overwrite=order.overwrite, run=identity(other)) as folder:
        with progress(2 * several * months, quiet=order.quiet) as shown:
            futures = _Futures(order, several, shown)
            market, before = futures.simulate(chapters, "as it was")
            original = market.table
            check_same(original, order.run)
            del market  # memory is for one market and its replications
            market, after = futures.simulate(forked, "with the change")
        found, apart = changes(before, after), difference(market.table, original)
        tables = {"market": market.table, "difference": apart, "changes": found}
        for name, table in tables.items():
            folder.table(name, table, csv=order.csv, bom=order.csv_bom)
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
                "replications": [n for n in before.replications if n in after.replications],
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
        _show(order, found, out)
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


@dataclasses.dataclass
class _Futures:
    """Simulates a run as it was and with a change, replications of each, under one progress bar."""

    order: Order
    several: int
    shown: Silence
    done: int = 0

    def simulate(self, chapters: Chapters, words: str) -> tuple[Market, Standings]:
        """Return the market, and what firms came to in it and its replications."""
        start, begun = chapters[0][1], self.done
        self.shown.phase(f"simulating {words}")
        market = simulated(
            chapters,
            default_threads(start.market.customers),
            each=lambda month: self.shown.reach(begun + month),
        )
        self.done += market.month

        def each(more: int, _: int) -> None:
            self.done += more * market.month
            self.shown.reach(self.done)

        found = standings(market, self.several, since=self.order.at, workers=cores(), each=each)
        tell_failed(found)
        return market, found


def _draw(order: Order, market: Market, apart: pd.DataFrame, folder: ResultsFolder) -> None:
    from relsim.report.difference import figures  # noqa: PLC0415  # takes a second to import
    from relsim.report.layout import About  # noqa: PLC0415  # the same
    from relsim.report.run_figures import save  # noqa: PLC0415  # the same

    words = ", ".join(order.assignments)
    about, changed = About.of(market, "compiled"), (order.at, words)
    drawn = figures(market.table, apart, about, changed, marks(market.spec))
    with folder.writing():
        save(drawn, folder.working / "figures")


def _show(order: Order, found: pd.DataFrame, out: Path) -> None:
    """Print what the change made of each firm, from its month on."""
    told = console()
    told.print(
        f"From month {order.at}: {', '.join(order.assignments)}; the same random numbers",
        markup=False,
    )
    told.print(_table(found))
    several, compared = int(found["replications"].max()), int(found["low"].notna().sum())
    told.print(
        f"Means of {many(several, 'replication')}, paired. In brackets, 95% confidence intervals "
        f"of the changes, adjusted for all {compared} comparisons (Bonferroni): "
        "where one includes zero, noise could have made the change."
        if several > 1
        else "One replication gives no interval: noise may have made these changes."
    )
    told.print(f"Tables and figures: {out}", markup=False)


def _table(found: pd.DataFrame) -> Table:
    table = listing("outcome", "firm", "as it was", "with the change", "change")
    for column in table.columns[2:]:
        column.justify = "right"
    for row in found.to_dict("records"):
        of_all = MEASURES[row["outcome"]].unit == "share"
        name = MEASURES[row["outcome"]].label + ("" if of_all else f" ({row['unit']})")
        means = (_percent(row[x]) if of_all else money(row[x]) for x in ("before", "after"))
        table.add_row(name, row["firm"], *means, _change(row, of_all))
    return table


def _percent(x: float) -> str:
    return "-" if math.isnan(x) else f"{x:.1%}"


def _change(row: Mapping[Hashable, Any], of_all: bool) -> str:
    middle, low, high = (
        f"{100.0 * row[x]:+.2f}" if of_all else money(row[x], "+")
        for x in ("difference", "low", "high")
    )
    if math.isnan(row["difference"]):
        return "-"
    said = f"{middle} points" if of_all else middle
    if math.isinf(row["low"]):
        return f"{said} in each, of too few"
    return said if math.isnan(row["low"]) else f"{said} ({low} to {high})"
