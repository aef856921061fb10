"""From data to a checked model; a fault says its place, what was given and what is allowed."""

import json
import re
import unicodedata
from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import pydantic
from pydantic import BaseModel

from relsim.errors import SpecError
from relsim.spec.events import BY_KIND
from relsim.spec.fields import DOTTED
from relsim.spec.hints import brief, listing, nearest, shown
from relsim.spec.paths import joined, split_last

SMALLEST = 1e-100
"""Numbers that are not 0 are at least of this size: smaller ones are slips, and divide badly."""
MOST_LETTERS = 400
"""Letters of a name: of a firm, an arm, a factor, a market."""
_NAMES = ("name", "title", "currency", "firm", "id")
_UNSHOWN = ("Cc", "Cs", "Zl", "Zp")
_WORDS = {
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "string_type": "a text",
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a whole number that is not as large",
    "finite_number": "a finite number",
    "none_required": "nothing",
}
"""What is allowed, by pydantic's name for what is wrong."""
_Model = TypeVar("_Model", bound=BaseModel)


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
    renamed = getattr(model, "renamed", None)  # of models whose keys were called otherwise once
    try:
        data = data if renamed is None else renamed(data)
        _check_values(data, ())
        return model.model_validate_json(json.dumps(data, default=str), strict=True)
    except pydantic.ValidationError as error:
        faults = _faults(error.errors(include_url=False), model)
    except SpecError as error:
        faults = [str(error)]
    except (ValueError, TypeError, RecursionError) as error:
        faults = [" ".join(str(error).split())[:200]]
    raise SpecError("\n".join(f"{name}: {fault}" for fault in faults))


def _check_values(data: Any, place: tuple[str, ...]) -> None:
    """Check that numbers can be divided by, and that names can be shown.

    Raises
    ------
    SpecError
        Naming the place of what is wrong.
    """
    if isinstance(data, dict):
        for key, value in data.items():
            _check_name(str(key), place)
            _check_values(value, (*place, str(key)))
    elif isinstance(data, list | tuple):
        for key, value in enumerate(data):
            _check_values(value, (*place, str(key)))
    elif isinstance(data, str):
        if place and split_last(place[-1])[1] in _NAMES:
            _check_name(data, place)
    elif isinstance(data, float) and 0.0 < abs(data) < SMALLEST:
        raise SpecError(
            f"{joined(place)}: given {data!r}, allowed: 0, or {SMALLEST:g} or more in size"
        )


def _check_name(name: str, place: tuple[str, ...]) -> None:
    where = joined(place) or "config"
    odd = next((letter for letter in name if unicodedata.category(letter) in _UNSHOWN), None)
    if odd is not None:
        raise SpecError(f"{where}: given {shown(name)}, allowed: no control characters ({odd!r})")
    if len(name) > MOST_LETTERS:
        raise SpecError(
            f"{where}: given {shown(name)} of {len(name):,} letters, allowed: {MOST_LETTERS} "
            "at most"
        )


def _faults(errors: Sequence[Any], model: type[BaseModel]) -> list[str]:
    """Return a sentence for each fault; what suits none of several kinds is one fault."""
    # A list of which an item is faulty counts as too short for pydantic: the item's fault is said.
    every = [error["loc"] for error in errors]
    errors = [
        error
        for error in errors
        if error["type"] != "too_short" or not any(_is_inside(loc, error["loc"]) for loc in every)
    ]
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


def _is_inside(place: tuple[Any, ...], around: tuple[Any, ...]) -> bool:
    return len(place) > len(around) and place[: len(around)] == around


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
    place = joined(parts) or "config"
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        known = _known_keys(model, error["loc"][:-1])
        return (
            f"{brief(place)}: unknown key{nearest(str(error['loc'][-1]), known) or listing(known)}"
        )
    if kind == "missing":
        return f"{place}: this key is required and is missing"
    if kind == "literal_error":
        hint = nearest(str(given), re.findall(r"'([^']*)'", str(context.get("expected", ""))))
        return f"{place}: given {shown(given)}, allowed: {context.get('expected')}{hint}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        given_kind = given.get("kind") if isinstance(given, dict) else given
        hint = nearest(str(given_kind), sorted(kinds))
        return f"{place}.kind: given {shown(given_kind)}, allowed: {', '.join(sorted(kinds))}{hint}"
    if kind == "value_error":
        words = str(error["msg"]).removeprefix("Value error, ")
        # In lists and mappings of things alike only the place says which of them it is.
        return words if len(parts) < 2 or words.startswith(str(parts[0])) else f"{place}.{words}"
    if kind == "string_too_short":
        return f"{place}: given {shown(given)}, allowed: a text that is not empty"
    message = _WORDS.get(kind) or _allowed(kind, context, str(error["msg"]))
    return f"{place}: given {shown(given)}, allowed: {message}"


def _allowed(kind: str, context: dict[str, Any], message: str) -> str:
    if kind in ("too_short", "too_long"):
        count, border = (
            (context["min_length"], "or more")
            if kind == "too_short"
            else (context["max_length"], "at most")
        )
        return f"{count} {border}"
    if kind == "string_pattern_mismatch" and context.get("pattern") == DOTTED:
        return "the dotted path of a class, such as my_module.Mine"
    if kind == "string_too_long":
        return f"a text of at most {context['max_length']} letters"
    return message.removeprefix("Input should be ")


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
