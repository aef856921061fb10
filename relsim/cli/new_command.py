"""``relsim new``: a config to start from, written from the models that will read it."""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.console import Console

from relsim.cli.explain_command import shown
from relsim.firms.strategies import Strategy, build
from relsim.loader import load
from relsim.output import write_new
from relsim.spec import FirmSpec, MarketSpec, starter
from relsim.spec.explain import REQUIRED, Entry, entries
from relsim.spec.firms import StrategySpec
from relsim.spec.paths import split_last, value_at
from relsim.spec.yaml_text import parse_yaml

_WIDTH = 98


def write(out: Console, config: str, *, full: bool = False, preset: str | None = None) -> None:
    """Write a config to start from and say what to do with it.

    Parameters
    ----------
    out : Console
        Where it is said.
    config : str
        The file.
    full : bool
        Whether every key stands in it, explained.
    preset : str, optional
        The config that it starts from.

    Raises
    ------
    RelsimError
        If the preset is not there, or the file exists or cannot be written.
    """
    path = Path(config)
    path = path if path.suffix else path.with_suffix(".yaml")
    spec = starter() if preset is None else load(preset)
    if full:
        words = text(path.name, spec)
    else:
        words = short(path.name, spec) if preset is None else on_top(path.name, preset, spec)
    write_new(path, words)
    out.print(f"{path}: written. Try it: relsim run {path}")


_OF_THE_MARKET = (
    "market.customers", "market.reference_price", "market.annual_discount_rate",
    "market.annual_turnover",
)  # fmt: skip
_OF_A_FIRM = (
    "firms.name", "firms.share", "firms.price", "firms.unit_cost", "firms.service_cost",
    "firms.onboarding_cost", "firms.contract_months",
)  # fmt: skip
_OF_A_STRATEGY = ("kind", "budget_share", "retention_share")
_OF_THE_RUN = ("run.months", "run.seed")


def short(name: str, spec: MarketSpec) -> str:
    """Return a short config: what a user changes first; all else is left at its default.

    Parameters
    ----------
    name : str
        Of the file.
    spec : MarketSpec
        Whose values stand in it.
    """
    known = {entry.path: entry for entry in entries()}
    lines = [*_hints(name), "", f"title: {_scalar(spec.title)}", "", "market:"]
    for path in _OF_THE_MARKET:
        lines += _told(known[path], value_at(spec, path), "  ")
    lines += ["", "firms:"]
    for place, firm in enumerate(spec.firms):
        shown_keys = [_brief(known[path], firm, explained=place == 0) for path in _OF_A_FIRM]
        own = [line for part in shown_keys for line in part]
        lines += _item([*own, *_brief_strategy(firm.strategy, known, explained=place == 0)])
    lines += ["", "run:"]
    for path in _OF_THE_RUN:
        lines += _told(known[path], value_at(spec, path), "  ")
    return "\n".join([*lines, ""])


def on_top(name: str, preset: str, spec: MarketSpec) -> str:
    """Return a config that extends another, with what a user changes first at its value there.

    Parameters
    ----------
    name, preset : str
        Of the file, and of what it extends.
    spec : MarketSpec
        What it extends.
    """
    lines = [*_hints(name), "", f"extends: {_scalar(preset)}", f"title: {_scalar(spec.title)}"]
    lines += ["", "# Values set on top; relsim explain CONFIG lists all keys.", "set:"]
    values: dict[str, Any] = {
        "market.customers": spec.market.customers,
        "market.annual_discount_rate": spec.market.annual_discount_rate,
        "run.months": spec.run.months,
        "run.seed": spec.run.seed,
    }
    for place, firm in enumerate(spec.firms[:_MOST_FIRMS]):
        values |= {f"firms.{place}.name": firm.name, f"firms.{place}.price": firm.price}
        values[f"firms.{place}.strategy.kind"] = firm.strategy.kind
    lines += [f"  {path}: {_scalar(value)}" for path, value in values.items()]
    return "\n".join([*lines, ""])


_MOST_FIRMS = 8


def _hints(name: str) -> list[str]:
    head = [
        "A market for relsim: change what you like, then run it. Keys that are left out have their "
        "defaults: relsim explain KEY says what a key means, and relsim new --full all.yaml "
        "writes them all.",
        "",
        f"    relsim validate {name}",
        f"    relsim run {name}",
    ]
    return [line for part in head for line in _comment(part, "")]


def _told(entry: Entry, value: Any, indent: str) -> list[str]:
    """Return a key under its meaning and unit."""
    unit = "" if entry.unit == "-" else f" [{entry.unit}]"
    return [*_comment(f"{entry.meaning}{unit}", indent), f"{indent}{entry.name}: {_scalar(value)}"]


def _brief(entry: Entry, firm: FirmSpec, *, explained: bool) -> list[str]:
    value = getattr(firm, entry.name)
    return _told(entry, value, "") if explained else [f"{entry.name}: {_scalar(value)}"]


def _brief_strategy(given: StrategySpec, known: dict[str, Entry], *, explained: bool) -> list[str]:
    made = build(given, "strategy")
    own = {entry.path: entry for entry in entries(type(made))}
    values = {"kind": given.kind, **{n: getattr(made, n) for n in _OF_A_STRATEGY if n in own}}
    lines = ["strategy:"]
    for name, value in values.items():
        entry = own.get(name, known["firms.strategy.kind"])
        lines += _told(entry, value, "  ") if explained else [f"  {name}: {_scalar(value)}"]
    return lines


def _item(lines: list[str]) -> list[str]:
    return [f"  {'- ' if place == 0 else '  '}{line}" for place, line in enumerate(lines)]


def text(name: str, spec: MarketSpec | None = None) -> str:
    """Return the text of a config with every key, explained; of the starter unless given."""
    head = [
        "A config for relsim: change what you like, then run it.",
        "",
        f"    relsim validate {name}",
        f"    relsim run {name}",
        "",
        "Above each key: what it means; then its unit, what is allowed, its default and where the "
        "default comes from. A key that has a default may be left out.",
    ]
    comments = [line for part in head for line in _comment(part, "")]
    by_path = {entry.path: entry for entry in entries()}
    return "\n".join([*comments, "", *_section(spec or starter(), by_path, "", ""), ""])


def _comment(words: str, indent: str) -> list[str]:
    start = f"{indent}# "
    lines = textwrap.wrap(
        words, _WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False
    )
    return lines or [start.rstrip()]


def _section(model: BaseModel, known: dict[str, Entry], prefix: str, indent: str) -> Iterator[str]:
    """Yield the lines of a section: each key under its explanation."""
    for name in type(model).model_fields:
        entry, value = known[prefix + name], getattr(model, name)
        if entry.section and value in (None, ()):
            off = f"Off; relsim explain {prefix}{name} tells the keys that it may have."
            yield ""
            yield from _comment(off, indent)
            yield from _key(entry, value, indent)
            continue
        if entry.section:
            yield ""
            yield from _comment(entry.meaning, indent)
            yield f"{indent}{name}:"
        if isinstance(value, StrategySpec):
            yield from _strategy(build(value, entry.path), known, value.kind, f"{indent}  ")
        elif isinstance(value, BaseModel):
            yield from _section(value, known, f"{prefix}{name}.", f"{indent}  ")
        elif entry.section:
            yield from _list(value, known, f"{prefix}{name}.", f"{indent}  ")
        else:
            yield from _key(entry, value, indent)


def _key(entry: Entry, value: Any, indent: str) -> Iterator[str]:
    default = "required" if entry.default == REQUIRED else f"default {shown(entry.default)}"
    source = "" if entry.default == REQUIRED else f" ({entry.source})"
    unit = "" if entry.unit == "-" else f"{entry.unit}; "
    yield from _comment(entry.meaning, indent)
    yield from _comment(f"[{unit}{entry.allowed}; {default}{source}]", indent)
    yield f"{indent}{entry.name}: {_scalar(value)}"


def _list(items: Any, known: dict[str, Entry], prefix: str, indent: str) -> Iterator[str]:
    """Yield a list: its first item in full, the others by what they have of their own."""
    first, *others = items
    anchor = f"&{split_last(prefix.strip('.'))[1].rstrip('s')}"
    yield f"{indent}- {anchor}" if others else f"{indent}-"
    yield from _section(first, known, prefix, f"{indent}  ")
    for item in others:
        yield ""
        yield from _comment("Like the one above, but for what is said here.", indent)
        yield f"{indent}- <<: *{anchor[1:]}"
        for name in type(item).model_fields:
            if getattr(item, name) != getattr(first, name):
                yield from _short(name, getattr(item, name), f"{indent}  ")


def _short(name: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, BaseModel):
        yield f"{indent}{name}:"
        for inner, inner_value in value.model_dump(mode="json").items():
            yield f"{indent}  {inner}: {_scalar(inner_value)}"
    else:
        yield f"{indent}{name}: {_scalar(value)}"


def _strategy(strategy: Strategy, known: dict[str, Entry], kind: str, indent: str) -> Iterator[str]:
    entry = known["firms.strategy.kind"]
    yield from _comment(f"{entry.meaning} All of them: relsim list strategies.", indent)
    yield f"{indent}kind: {_scalar(kind)}"
    own = {entry.path: entry for entry in entries(type(strategy))}
    yield from _section(strategy, own, "", indent)


def _scalar(value: Any) -> str:
    """Return a value as YAML reads it back.

    Examples
    --------
    >>> _scalar("A small market"), _scalar("yes"), _scalar(30.0), _scalar(None)
    ('A small market', '"yes"', '30.0', 'null')
    """
    simple = isinstance(value, str) and value.replace("_", "").replace(" ", "").isalnum()
    if simple and parse_yaml(value, "value") == value:
        return str(value)
    return json.dumps(value, ensure_ascii=False)
