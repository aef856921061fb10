"""``relsim explain``: what keys mean, and which values a config gives them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from relsim.cli.catalogue import equation
from relsim.cli.console import listing
from relsim.cli.inputs import spec_of
from relsim.cli.keys import known, spec_values
from relsim.spec.explain import EVENTS, REQUIRED, Entry, comments, find
from relsim.spec.locations import shipped
from relsim.spec.paths import split_first, split_last
from relsim.spec.terms import TERMS, Term, find_term


def explain(out: Console, what: str) -> None:
    """Print what a key means, or all values of a config.

    Raises
    ------
    RelsimError
        If it is neither, or the config is not sound.
    """
    if what in shipped() or Path(what).suffix in (".yaml", ".yml") or Path(what).exists():
        _show_config(out, what)
        return
    everything, term = known(), find_term(what)
    exact = any(what in (entry.path, entry.name) for entry in everything)
    if term is not None:
        _show_term(out, term)
        if not exact:
            return
        out.print()
    found = find(what, everything, [*shipped(), *(one.name for one in TERMS)])
    if len(found) > 1:
        same = len({entry.name for entry in found}) == 1
        out.print(f"{len(found)} keys are called {what}:" if same else f"Keys like {what}:")
        out.print(_table(found))
        return
    _show_entry(out, found[0])
    inside = [entry for entry in everything if entry.path.startswith(f"{found[0].path}.")]
    if inside:
        out.print()
        out.print(_table(entry for entry in inside if not entry.section))


def _show_term(out: Console, term: Term) -> None:
    out.print(term.name, style="bold")
    out.print(f"  {term.meaning}")
    out.print(f"  made of   {term.made_of}")
    if term.where:
        out.print(f"  see       {', '.join(term.where)}")
    if term.synonyms:
        out.print(f"  also      {', '.join(term.synonyms)}")


def _show_entry(out: Console, entry: Entry) -> None:
    out.print(entry.path, style="bold")
    out.print(f"  {entry.meaning}")
    place = equation(entry.path)
    if place:
        out.print(f"  equation  {place}")
    if entry.section:
        return
    for name in ("unit", "allowed"):
        out.print(f"  {name:<9} {getattr(entry, name)}")
    out.print(f"  default   {shown(entry.default)}")
    out.print(f"  source    {entry.source}")
    out.print(f"  set it    relsim run CONFIG --set {_setting(entry.path)}{_which(entry)}")


_WHOLE = {
    "customers.correlations": "{between: [TRAIT, TRAIT], correlation: VALUE}",
    "mechanisms.own": "{kind: module.Class}",
}
"""Lists that may be empty, and an item of each; events have kinds of their own."""


def _setting(path: str) -> str:
    """Return what follows ``--set``; lists that may be empty, such as events, come whole."""
    for whole, item in _WHOLE.items():
        if path == whole or path.startswith(f"{whole}."):
            return f"'{whole}=[{item}]'"
    head, rest = split_first(path)
    if head != EVENTS:
        return f"{_settable(path)}=VALUE"
    kind, name = split_first(rest)
    words = [f"kind: {kind or 'KIND'}", "month: MONTH"]
    words += [f"{name}: VALUE"] if name not in ("", "kind", "month") else []
    return f"'{EVENTS}=[{{{', '.join([*words, '...'])}}}]'"


def _settable(path: str) -> str:
    """Return a path as ``--set`` takes it: with the place of the first firm or segment."""
    path = path.replace("customers.segments.", "customers.segments.0.")
    if path.startswith("strategy."):
        return f"firms.0.strategy.{split_last(path)[1]}"
    return f"firms.0.{path.removeprefix('firms.')}" if path.startswith("firms.") else path


def _which(entry: Entry) -> str:
    settable = _settable(entry.path)
    if settable.startswith("firms.0."):
        return "   (firms.0 is the first firm)"
    return "   (segments.0 is the first segment)" if ".0." in settable else ""


def _table(found: Iterable[Entry]) -> Table:
    table = listing("key", "meaning", "unit", "allowed", "default", "source")
    for e in found:
        default = "keys inside" if e.section else shown(e.default)
        table.add_row(e.path, e.meaning, e.unit, e.allowed, default, e.source)
    return table


def shown(value: Any) -> str:
    """Return a value as a config would write it.

    Examples
    --------
    >>> shown(True), shown(0.5), shown("small_world"), shown("")
    ('true', '0.5', 'small_world', '""')
    """
    if value == REQUIRED:
        return "none, it is required"
    if isinstance(value, str) and value:
        return value
    return json.dumps(value, default=str, ensure_ascii=False)


def _show_config(out: Console, config: str) -> None:
    spec = spec_of(config)
    table = listing("key", "", "value", "unit", "source")
    found = spec_values(spec, comments(config))
    for value in found:
        flag = "*" if value.differs else ""
        table.add_row(value.path, flag, shown(value.value), value.entry.unit, value.source)
    out.print(table)
    differing = sum(value.differs for value in found)
    out.print(f"{len(found)} keys; * = {differing} differ from the default.")
