"""What every key of a config means, read from the models that check it."""

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from relsim.errors import SpecError
from relsim.spec.config import EXTENDS, SET
from relsim.spec.events import BY_KIND, Event
from relsim.spec.fields import unit_of
from relsim.spec.hints import nearest
from relsim.spec.locations import locate
from relsim.spec.market import MarketSpec
from relsim.spec.overrides import section_of
from relsim.spec.paths import plain, split_last, under

EVENTS: Final = "events"
"""The one list whose items are of several kinds, each with keys of its own."""

REQUIRED: Final = "required"
"""The default of a key that has none."""

OWN_SOURCE: Final = "each config says its own"
"""The source of a key that has no default."""

UNSAID: Final = "not said"
"""Unit or source of a key that was declared without one (in a strategy of a user's own)."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """A key of a config, or a section of keys.

    Attributes
    ----------
    path : str
        Dotted, without places in lists: ``firms.price``.
    meaning, unit, allowed, source : str
        As text; ``source`` is that of the default.
    default : object
        The value that holds where a config says nothing; ``REQUIRED`` if it must say one.
    section : bool
        Whether it holds keys and not a value.
    """

    path: str
    meaning: str
    unit: str
    allowed: str
    default: Any
    source: str
    section: bool = False

    @property
    def name(self) -> str:
        """Last part of the path."""
        return split_last(self.path)[1]


@dataclasses.dataclass(frozen=True)
class Value:
    """A key's value in one config.

    Attributes
    ----------
    path : str
        With the places in lists: ``firms.0.price``.
    value : object
        The value.
    entry : Entry
        What the key means.
    comment : str
        What the config says behind the value.
    """

    path: str
    value: Any
    entry: Entry
    comment: str = ""

    @property
    def differs(self) -> bool:
        """Whether it is not the default."""
        return self.entry.default != REQUIRED and bool(self.value != self.entry.default)

    @property
    def source(self) -> str:
        """Where the value comes from: the default's source, or the config and what it says."""
        if self.comment:
            return f"this config: {self.comment}"
        own = self.differs or self.entry.default == REQUIRED
        return "this config" if own else self.entry.source


def entries(
    model: type[BaseModel] = MarketSpec, prefix: str = "", given: BaseModel | None = None
) -> Iterator[Entry]:
    """Yield the keys of a model, each section before the keys inside it.

    Parameters
    ----------
    model : type
        A pydantic model whose keys were declared with :func:`relsim.spec.fields.key`.
    prefix : str
        What stands before each path.
    given : BaseModel, optional
        The default of the section that the model describes; it goes before the model's own.

    Examples
    --------
    >>> [entry.path for entry in entries()][3:5]
    ['market', 'market.customers']
    """
    for name, field in model.model_fields.items():
        inner = section_of(field.annotation)
        default = _default(field) if given is None else getattr(given, name)
        yield _entry(prefix + name, field, default, inner is not None)
        if name == EVENTS:
            for kind, happening in BY_KIND.items():
                path = f"{prefix}{name}.{kind}"
                meaning = inspect.getdoc(happening) or ""
                yield Entry(path, meaning, "-", "keys", None, "-", section=True)
                yield from entries(happening, f"{path}.")
        if inner is not None:
            section = default if isinstance(default, BaseModel) else None
            yield from entries(inner, f"{prefix}{name}.", section)


def _default(field: FieldInfo) -> Any:
    return REQUIRED if field.is_required() else field.get_default(call_default_factory=True)


def _entry(path: str, field: FieldInfo, default: Any, section: bool) -> Entry:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    required = isinstance(default, str) and default == REQUIRED
    return Entry(
        path=path,
        meaning=field.description or "",
        unit=unit_of(field) or UNSAID,
        allowed=allowed(field),
        default=default,
        source=OWN_SOURCE if required else str(extra.get("source") or UNSAID),
        section=section,
    )


def allowed(field: FieldInfo) -> str:
    """Return what a key may be, in words.

    Examples
    --------
    >>> from relsim.spec import Frame
    >>> allowed(Frame.model_fields["annual_turnover"]), allowed(Frame.model_fields["credit"])
    ('from 0 to below 1', 'true or false')
    """
    kinds = [kind for kind in _alternatives(field.annotation) if kind is not type(None)]
    words = " or ".join(_of_kind(kind, field) for kind in kinds)
    return words + (" or null" if len(kinds) < len(_alternatives(field.annotation)) else "")


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return typing.get_args(annotation)
    return (annotation,)


def _of_kind(kind: Any, field: FieldInfo) -> str:
    if typing.get_origin(kind) is Literal:
        return "one of " + ", ".join(str(choice) for choice in typing.get_args(kind))
    if typing.get_origin(kind) is tuple and typing.get_origin(typing.get_args(kind)[-1]) is Literal:
        choices = typing.get_args(typing.get_args(kind)[-1])
        return f"a list of {len(typing.get_args(kind))} of {', '.join(map(str, choices))}"
    if kind == tuple[Event, ...]:
        return f"a list of events, each of a kind: {', '.join(BY_KIND)}"
    if kind == tuple[str, ...]:
        return "a list of texts"
    if kind == tuple[str | int, ...]:
        return "a list of texts or whole numbers"
    if kind == tuple[tuple[float, ...], ...]:
        return "a list of rows, each a list of numbers"
    if section_of(kind) is not None:
        most = _bound(field, "max_length")
        return "keys" if most is None else f"a list of 1 to {most}"
    if kind is bool:
        return "true or false"
    if kind is str:
        return "text" if not _bound(field, "min_length") else "text, not empty"
    if kind is int:
        step = "even number" if _bound(field, "multiple_of") == 2 else "whole number"
        return " ".join([step, _range(field, "{:,}")]).strip()
    if kind is float:
        return _range(field, "{:g}") or "any number"
    return getattr(kind, "__name__", str(kind))


def _bound(field: FieldInfo, name: str) -> Any:
    found = [getattr(part, name) for part in field.metadata if hasattr(part, name)]
    return found[0] if found else None


def _range(field: FieldInfo, form: str) -> str:
    ge, gt, le, lt = (_bound(field, name) for name in ("ge", "gt", "le", "lt"))
    words = []
    if ge is not None:
        words.append(f"from {form.format(ge)}")
    if gt is not None:
        words.append(f"above {form.format(gt)}")
    if le is not None:
        words.append(f"to {form.format(le)}" if ge is not None else f"up to {form.format(le)}")
    if lt is not None:
        words.append(
            f"to below {form.format(lt)}" if ge is not None else f"below {form.format(lt)}"
        )
    return " ".join(words).replace("e+", "e")


def find(query: str, known: Sequence[Entry], others: Sequence[str] = ()) -> list[Entry]:
    """Return the entries that a word means: by path, by its end, or by a part of the name.

    Parameters
    ----------
    query : str
        ``firms.0.price``, ``firms.price``, ``price``, ``mechanisms.trust``, ``sensitivity``.
    known : sequence of Entry
        Where to look.
    others : sequence of str
        Words that are no keys and that a typo may have meant.

    Raises
    ------
    SpecError
        If nothing fits, with the nearest.

    Examples
    --------
    >>> [entry.path for entry in find("firms.0.price", list(entries()))]
    ['firms.price']
    """
    wanted = plain(query.strip().strip("."))
    last = wanted.removeprefix("firms.strategy.")
    tests = (
        lambda entry: entry.path == wanted,
        lambda entry: entry.path.endswith(f".{last}"),
        lambda entry: f".{last}." in entry.path,
        lambda entry: last in entry.name,
    )
    for test in tests if last else ():
        found = [entry for entry in known if test(entry)]
        if found:
            return found
    words = dict.fromkeys([*others, *(e.path for e in known), *(e.name for e in known)])
    hint = nearest(wanted, list(words)) or "; relsim explain CONFIG lists all keys"
    raise SpecError(f"{query}: no such key or config{hint}")


def values(
    model: BaseModel,
    known: Mapping[str, Entry],
    prefix: str = "",
    said: Mapping[str, str] | None = None,
    meant: str | None = None,
) -> Iterator[Value]:
    """Yield every value of a config or of a part of it, in the config's order.

    Parameters
    ----------
    model : BaseModel
        The spec, or a part of it.
    known : mapping
        Entries by path.
    prefix : str
        Path of the part, with a dot at its end.
    said : mapping, optional
        Comments by path.
    meant : str, optional
        Prefix under which ``known`` has the part's keys, where it is not that of the path.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> known = {entry.path: entry for entry in entries()}
    >>> [value.path for value in values(starter().run, known, "run.") if value.differs]
    ['run.months']
    """
    for name in type(model).model_fields:
        path, value = prefix + name, getattr(model, name)
        if isinstance(value, BaseModel):
            yield from values(value, known, f"{path}.", said)
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            for place, item in enumerate(value):
                of_kind = f"{name}.{item.kind}." if name == EVENTS else None
                yield from values(item, known, f"{path}.{place}.", said, of_kind)
        else:
            entry = known[plain(path) if meant is None else meant + name]
            yield Value(path, value, entry, (said or {}).get(path, ""))


# What a config says of its own values ---------------------------------------------------------


def comments(config: str | Path) -> dict[str, str]:
    """Return what stands as a comment behind the values of a config that can be read.

    Parameters
    ----------
    config : str or Path
        A file or the name of a config that comes with relsim; those that it extends count.

    Returns
    -------
    dict
        Path, with places in lists, to comment.
    """
    keys, settings = _comments(locate(str(config), Path.cwd()))
    return keys | settings


def _comments(file: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the comments behind the keys of a file, and behind those of its ``set`` block."""
    text = file.read_text(encoding="utf-8")
    top = dict(_inside(yaml.compose(text, Loader=yaml.SafeLoader)))
    base, setting = top.pop(EXTENDS, None), top.pop(SET, None)
    below, set_below = _comments(locate(base.value, file.parent)) if base else ({}, {})
    nodes = [pair for name, node in top.items() for pair in _nodes(node, name)]
    # A list takes the place of the one that it extends.
    lists = tuple(f"{path}." for path, node in nodes if isinstance(node, yaml.SequenceNode))
    keys = {path: said for path, said in below.items() if not path.startswith(lists)}
    lines = text.splitlines()
    settings = _said(_nodes(setting, ""), lines) if setting else {}
    return keys | _said(nodes, lines), set_below | settings


def _inside(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a list or a mapping holds, what it merges (``<<``) before its own."""
    if isinstance(node, yaml.SequenceNode):
        yield from ((str(place), item) for place, item in enumerate(node.value))
    elif isinstance(node, yaml.MappingNode):
        merge = "tag:yaml.org,2002:merge"
        for merged in (value for key, value in node.value if key.tag == merge):
            for other in reversed(merged.value if merged.id == "sequence" else [merged]):
                yield from _inside(other)
        yield from ((str(key.value), value) for key, value in node.value if key.tag != merge)


def _nodes(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, node
    for name, inner in dict(_inside(node)).items():
        yield from _nodes(inner, under(path, name))


def _said(nodes: Iterable[tuple[str, Any]], lines: Sequence[str]) -> dict[str, str]:
    """Return the comments that stand behind single values, "" where there is none."""
    said = {}
    for path, node in nodes:
        start, end = node.start_mark, node.end_mark
        if isinstance(node, yaml.ScalarNode) and start.line == end.line:
            comment = re.search(r"\s#\s*(.+)$", lines[end.line][end.column :])
            said[path] = comment.group(1).strip() if comment else ""
    return said
