"""Dotted paths, such as ``firms.0.price``: the one place where they are read, written and compared.

A part of a path is a key, a place in a list from 0 on, or ``*`` for every place of a list. What a
path leads into is a spec (models and tuples), or nested data as YAML and JSON have it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from relsim.errors import SpecError
from relsim.spec.hints import brief, listing, nearest

EVERY = "*"
"""The part of a path that means every place of a list."""
_DOT = "."
_LONGEST_PLACE = 9  # digits


# The text of a path ----------------------------------------------------------------------


def parts(path: str) -> list[str]:
    """Return the parts of a path.

    Examples
    --------
    >>> parts("firms.0.price")
    ['firms', '0', 'price']
    """
    return path.split(_DOT)


def joined(found: Sequence[object]) -> str:
    """Return the path of some parts, "" for none.

    Examples
    --------
    >>> joined(["firms", 0, "price"])
    'firms.0.price'
    """
    return _DOT.join(str(part) for part in found)


def under(path: str, part: object) -> str:
    """Return the path of what is inside of what a path names; "" names the whole.

    Examples
    --------
    >>> under("firms", 0), under("", "firms")
    ('firms.0', 'firms')
    """
    return f"{path}{_DOT}{part}" if path else str(part)


def split_first(path: str) -> tuple[str, str]:
    """Return the first part of a path, and the path of the rest.

    Examples
    --------
    >>> split_first("firms.0.price"), split_first("title")
    (('firms', '0.price'), ('title', ''))
    """
    first, _, rest = path.partition(_DOT)
    return first, rest


def split_last(path: str) -> tuple[str, str]:
    """Return the path of what holds a path's last part, and that part.

    Examples
    --------
    >>> split_last("firms.0.price"), split_last("title")
    (('firms.0', 'price'), ('', 'title'))
    """
    around, _, last = path.rpartition(_DOT)
    return around, last


def plain(path: str) -> str:
    """Return a path without its places in lists.

    Examples
    --------
    >>> plain("firms.0.price"), plain("firms.*.price")
    ('firms.price', 'firms.price')
    """
    return joined([part for part in parts(path) if part != EVERY and not part.isdigit()])


def overwrites(key: str, path: str) -> bool:
    """Return whether what is set at a key takes the place of some of what was set at a path before.

    Parameters
    ----------
    key, path : str
        Dotted paths; * stands for every place of a list.

    Examples
    --------
    >>> overwrites("firms.0.price", "firms.*.price"), overwrites("firms", "firms.0.price")
    (True, True)
    """
    upper, lower = parts(key), parts(path)
    same = (a == b or EVERY in (a, b) for a, b in zip(upper, lower, strict=False))
    return len(upper) <= len(lower) and all(same)


def covers(key: str, path: str) -> bool:
    """Return whether what is set at a key takes the place of all that was set at a path before.

    Examples
    --------
    >>> covers("firms.*.price", "firms.0.price"), covers("firms.0.price", "firms.*.price")
    (True, False)
    """
    upper, lower = parts(key), parts(path)
    same = (a in (EVERY, b) for a, b in zip(upper, lower, strict=False))
    return len(upper) <= len(lower) and all(same)


def place_in(part: str, length: int) -> int | None:
    """Return the place in a list that a part of a dotted path means; None if there is none.

    Examples
    --------
    >>> place_in("1", 2), place_in("2", 2), place_in("\N{SUPERSCRIPT TWO}", 3)
    (1, None, None)
    """
    if not (part.isascii() and part.isdigit() and len(part) <= _LONGEST_PLACE):
        return None
    return int(part) if int(part) < length else None


# What is there ---------------------------------------------------------------------------


def found(inside: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield what a path means: the path of each place, and the value that is there.

    Parameters
    ----------
    inside : any
        A spec, a part of one, or nested data.
    path : str
        Dotted; where it leads nowhere, nothing is yielded.

    Examples
    --------
    >>> data = {"firms": [{"price": 1}, {"price": 2}]}
    >>> dict(found(data, "firms.*.price")), list(found(data, "firms.2.price"))
    ({'firms.0.price': 1, 'firms.1.price': 2}, [])
    """
    places = [("", inside)]
    for part in parts(path):
        places = [
            (under(here, step), value)
            for here, around in places
            for step, value in _inside(around, part)
        ]
    yield from places


def _inside(around: Any, part: str) -> Iterator[tuple[str, Any]]:
    if isinstance(around, list | tuple):
        at = place_in(part, len(around))
        wanted = range(len(around)) if part == EVERY else [] if at is None else [at]
        yield from ((str(k), around[k]) for k in wanted)
    elif isinstance(around, dict):
        if part in around:
            yield part, around[part]
    elif isinstance(around, BaseModel) and part in {
        **type(around).model_fields,
        **(around.model_extra or {}),
    }:
        yield part, getattr(around, part)


def value_at(inside: Any, path: str) -> Any:
    """Return the value at a path that leads to one place.

    Parameters
    ----------
    inside : any
        A spec, a part of one, or nested data.
    path : str
        Dotted, without ``*``.

    Raises
    ------
    LookupError
        If it leads nowhere, or to several places.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> value_at(starter(), "firms.0.strategy.kind")
    'offensive'
    """
    values = [there for _, there in found(inside, path)]
    if len(values) != 1 or EVERY in parts(path):
        raise LookupError(f"{path}: leads to {len(values)} places, not to one")
    return values[0]


# Setting ---------------------------------------------------------------------------------

Free = Callable[[list[str]], bool]
"""Whether a mapping takes any key at the place that the parts of a dotted path name."""


def put(data: dict[str, Any], path: str, value: Any, name: str, free: Free) -> None:
    """Set the value at a dotted path; * stands for every place of a list.

    Parameters
    ----------
    data : dict
        Changed in place.
    path : str
        Keys, and places of lists from 0 on.
    value : any
        The value.
    name : str
        How errors call its origin.
    free : callable
        Where keys that are not there yet may be set.

    Raises
    ------
    SpecError
        If the path leads nowhere.

    Examples
    --------
    >>> data = {"firms": [{"price": 1}, {"price": 2}]}
    >>> put(data, "firms.*.price", 3, "test", lambda parts: False)
    >>> data
    {'firms': [{'price': 3}, {'price': 3}]}
    """
    _put_inside(data, parts(path), 0, value, (name, free))


def _put_inside(
    around: Any, path: list[str], depth: int, value: Any, context: tuple[str, Free]
) -> None:
    for at in _steps(around, path, depth, context):
        if depth == len(path) - 1:
            around[at] = value
        else:
            _put_inside(around[at], path, depth + 1, value, context)


def _steps(
    around: Any, path: list[str], depth: int, context: tuple[str, Free]
) -> Sequence[str | int]:
    """Return the keys, or the places in a list, that a part of a dotted path means."""
    part, where = path[depth], brief(joined(path[: depth + 1]))
    name, free = context
    if isinstance(around, list):
        if part == EVERY:
            return range(len(around))
        at = place_in(part, len(around))
        if at is None:
            empty = f"none, the list is empty; set it whole, as {joined(path[:depth])}=[...]"
            allowed = f"0 to {len(around) - 1}, or * for all" if around else empty
            raise SpecError(f"{name}: {where}: given place {brief(part)!r}, allowed: {allowed}")
        return [at]
    if not isinstance(around, dict):
        raise SpecError(f"{name}: {where}: {brief(joined(path[:depth]))} has no keys inside")
    if part not in around and not free(path[: depth + 1]):
        hint = nearest(part, list(around)) or listing(list(around))
        raise SpecError(f"{name}: {where}: unknown key{hint}")
    if part not in around and depth < len(path) - 1:
        around[part] = {}
    return [part]
