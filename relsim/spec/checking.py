"""From data to a checked model; a fault says its place, what was given and what is allowed."""

import difflib
import json
import re
from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

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
        faults = _faults(error.errors(include_url=False), model)
    except (ValueError, TypeError) as error:
        faults = [str(error)]
    raise SpecError("\n".join(f"{name}: {fault}" for fault in faults))


def _faults(errors: Sequence[Any], model: type[BaseModel]) -> list[str]:
    """Return a sentence for each fault; what suits none of several kinds is one fault."""
    places = [_keys_alone(model, error["loc"]) for error in errors]
    faults: dict[tuple[Any, ...], str] = {}
    for error, place in zip(errors, places, strict=True):
        in_a_choice = len(place) < len(error["loc"])
        if in_a_choice and any(other[: len(place)] == place != other for other in places):
            continue  # it is of another kind, and what is wrong with that is said
        sentence = _sentence(error, model, place)
        known, allowed = faults.get(place), sentence.partition(", allowed: ")[2]
        faults[place] = f"{known} or {allowed}" if known and in_a_choice and allowed else sentence
        if known and not in_a_choice:
            faults[place] = f"{known}\n{sentence}"
    return [line for fault in faults.values() for line in fault.splitlines()]


def _keys_alone(model: type[BaseModel], place: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a place without the names of kinds, which pydantic puts into it and which no key is.

    Such are the kind of an event, and the type where a key takes values of several.
    """
    inside: Any = model
    kept = []
    for k, part in enumerate(place):
        members = _members(inside)
        if place[:1] == ("events",) and k == 2:
            inside = BY_KIND.get(part)
        elif len(members) > 1:
            inside = next((one for one in members if _is_called(one, part)), None)
        else:
            kept.append(part)
            inside = _step(members[0] if members else None, part)
    return tuple(kept)


def _members(annotation: Any) -> list[Any]:
    """Return the kinds of values that an annotation allows, None left out."""
    if get_origin(annotation) not in (UnionType, Union):
        return [annotation]
    return [item for item in get_args(annotation) if item is not type(None)]


def _is_called(kind: Any, tag: Any) -> bool:
    """Return whether this is pydantic's name for a kind of values, as far as it matters here."""
    own = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return str(tag).startswith(getattr(own, "__name__", str(own)))


def _sentence(error: Any, model: type[BaseModel], parts: Sequence[Any]) -> str:
    """Turn one fault that pydantic found into: key, what is wrong, given, allowed."""
    kinds = set(BY_KIND)
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
        words = str(error["msg"]).removeprefix("Value error, ")
        # In lists and mappings of things alike only the place says which of them it is.
        return words if len(parts) < 2 or words.startswith(str(parts[0])) else f"{place}.{words}"
    if kind == "string_too_short":
        return f"{place}: given {given!r}, allowed: a text that is not empty"
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
        members = _members(inside)
        if len(members) > 1 and part not in BY_KIND:
            inside = next((one for one in members if _is_called(one, part)), None)
        else:
            inside = _step(members[0], part)
    fields = getattr(_members(inside)[0], "model_fields", {})
    return list(fields)


def _step(inside: Any, part: Any) -> Any:
    if isinstance(inside, type) and issubclass(inside, BaseModel):
        field = inside.model_fields.get(str(part))
        return None if field is None else field.annotation
    return _inner(inside, part)


def _inner(annotation: Any, part: Any) -> Any:
    """Return what a place inside a list, a mapping or a choice of kinds holds."""
    if part in BY_KIND:
        return BY_KIND[part]
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    arguments = get_args(annotation)
    return arguments[0] if arguments else annotation
