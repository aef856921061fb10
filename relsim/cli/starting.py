"""``relsim new``: a config to start from, written from the models that will read it."""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.console import Console

from relsim.cli.explaining import shown
from relsim.firms.strategies import Strategy, build
from relsim.output import write_new
from relsim.spec import starter
from relsim.spec.explain import REQUIRED, Entry, entries
from relsim.spec.firms import StrategySpec
from relsim.spec.reading import parse_yaml

_WIDTH = 98


def write(out: Console, config: str) -> None:
    """Write a starter config and say what to do with it.

    Raises
    ------
    OutputError
        If the file exists or cannot be written.
    """
    path = Path(config)
    path = path if path.suffix else path.with_suffix(".yaml")
    write_new(path, text(path.name))
    out.print(f"{path}: written. Try it: relsim run {path}")


def text(name: str) -> str:
    """Return the text of the starter config."""
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
    return "\n".join([*comments, "", *_section(starter(), by_path, "", ""), ""])


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
    anchor = f"&{prefix.strip('.').rpartition('.')[2].rstrip('s')}"
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
