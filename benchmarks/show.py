"""Tables for people."""

import math
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.machine import Machine
from benchmarks.results import Cell, Section, Target

_STYLES = {"met": "green", "floor": "yellow", "missed": "red"}
_WIDTH_OF_A_LOG = 110


def console() -> Console:
    """Return where to print: a terminal as wide as it is, a log wide enough for the tables."""
    it = Console(highlight=False)
    return it if it.is_terminal else Console(highlight=False, width=_WIDTH_OF_A_LOG)


def number(x: Cell) -> str:
    """Return a cell as text, a number with three digits that count.

    Examples
    --------
    >>> [number(x) for x in (0.01234, 5.678, 1234.5, 10_000_000.0, None, "as it is")]
    ['0.0123', '5.68', '1,234', '10,000,000', '', 'as it is']
    """
    if x is None or isinstance(x, str):
        return x or ""
    if x == 0.0 or not math.isfinite(x):
        return f"{x:g}"
    digits = max(0, 2 - math.floor(math.log10(abs(x))))
    return f"{x:,.{digits}f}"


def show(on: Console, machine: Machine, sections: Sequence[Section]) -> None:
    """Print the machine, every section, and the targets of all."""
    on.print(f"\n{machine.describe()}\n")
    for section in sections:
        _show_section(on, section)
    targets = [target for section in sections for target in section.targets]
    if targets:
        _show_targets(on, targets)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left")
    return table


def _show_section(on: Console, section: Section) -> None:
    table = _table(section.title, section.columns)
    for row in section.rows:
        table.add_row(*(number(cell) for cell in row))
    on.print(table)
    for note in section.notes:
        on.print(f"  {note}", style="dim", soft_wrap=False)
    on.print()


def _show_targets(on: Console, targets: Sequence[Target]) -> None:
    table = _table("Targets", ("measure", "measured", "goal", "floor", "", "verdict"))
    for target in targets:
        sign = "≥" if target.more_is_better else "≤"
        floor = None if target.floor is None else f"{sign} {number(target.floor)}"
        style = _STYLES[target.verdict]
        table.add_row(
            target.measure,
            number(target.measured),
            f"{sign} {number(target.goal)}",
            floor,
            target.unit,
            f"[{style}]{target.verdict}[/]",
        )
    on.print(table)
