"""From data to a checked model; a fault says its place, what was given and what is allowed."""

import difflib
import json
import re
from collections.abc import Sequence
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

import pydantic
from pydantic import BaseModel

from relsim.errors import SpecError
from relsim.spec.events import BY_KIND

_Model = TypeVar("_Model", bound=BaseModel)


def nearest(word: str, known: Sequence[str]) -> str:
    """Return a hint at the nearest known word, or "" if none is near.

    Examples
    --------
    >>> nearest("prise", ["price", "share"])
    "; did you mean 'price'?"
    """
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def kind_of(value: Any) -> str:
    """Return what a value of YAML is, in words.

    Examples
    --------
    >>> kind_of([1]), kind_of(None)
    ('a list', 'nothing')
    """
    names = {dict: "a mapping", list: "a list", str: "a text", type(None): "nothing"}
    return names.get(type(value), f"a {type(value).__name__}")


def checked(model: type[_Model], data: Any, name: str) -> _Model:
    """Return the model that a config's content describes.

    Parameters
    ----------
    model : type
        What it should be.
    data : any
        What YAML or JSON gave.
    name : str
        How errors call the origin of the data.

    Raises
    ------
    SpecError
        Naming every fault with its place, what was given and what is allowed.
    """
    try:
        return model.model_validate_json(json.dumps(data, default=str), strict=True)
    except pydantic.ValidationError as error:
        faults = [_sentence(item, model) for item in error.errors(include_url=False)]
    except (ValueError, TypeError) as error:
        faults = [str(error)]
    raise SpecError("\n".join(f"{name}: {fault}" for fault in faults))


def _sentence(error: Any, model: type[BaseModel]) -> str:
    """Turn one fault that pydantic found into: key, what is wrong, given, allowed."""
    # The kind of an event, which pydantic puts into the path, is no key.
    kinds = set(BY_KIND)
    in_event = error["loc"][:1] == ("events",)
    parts = [part for k, part in enumerate(error["loc"]) if not (in_event and k == 2)]
    place = ".".join(str(part) for part in parts) or "config"
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        known = _known_keys(model, error["loc"][:-1])
        return f"{place}: unknown key{nearest(str(error['loc'][-1]), known) or listing(known)}"
    if kind == "missing":
        return f"{place}: this key is required and is missing"
    if kind == "literal_error":
        hint = nearest(str(given), re.findall(r"'([^']*)'", str(context.get("expected", ""))))
        return f"{place}: given {given!r}, allowed: {context.get('expected')}{hint}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        given_kind = given.get("kind") if isinstance(given, dict) else given
        hint = nearest(str(given_kind), sorted(kinds))
        return f"{place}.kind: given {given_kind!r}, allowed: {', '.join(sorted(kinds))}{hint}"
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    message = str(error["msg"]).removeprefix("Input should be ")
    shown = kind_of(given) if isinstance(given, dict | list) else repr(given)
    return f"{place}: given {shown}, allowed: {message}"


def listing(known: Sequence[str]) -> str:
    """Return a hint that lists what is known, or "" if nothing is."""
    return f"; known here: {', '.join(known)}" if known else ""


def _known_keys(model: type[BaseModel], place: tuple[Any, ...]) -> list[str]:
    """Return the keys that a model knows at a place; none where that cannot be said."""
    inside: Any = model
    for part in place:
        if isinstance(inside, type) and issubclass(inside, BaseModel):
            field = inside.model_fields.get(str(part))
            inside = None if field is None else field.annotation
        else:
            inside = _inner(inside, part)
        inside = _without_none(inside)
    fields = getattr(inside, "model_fields", {})
    return list(fields)


def _inner(annotation: Any, part: Any) -> Any:
    """Return what a place inside a list, a mapping or a choice of kinds holds."""
    if part in BY_KIND:
        return BY_KIND[part]
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    arguments = get_args(annotation)
    return arguments[0] if arguments else annotation


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) is UnionType:
        return next(item for item in get_args(annotation) if item is not type(None))
    return annotation
