"""A spec with some values changed, each named by its dotted path."""

import typing
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from relsim.spec.paths import EVERY, put
from relsim.spec.validation import checked

_Spec = TypeVar("_Spec", bound=BaseModel)


def override(spec: _Spec, values: Mapping[str, Any], name: str = "override") -> _Spec:
    """Return a spec with some values changed.

    Parameters
    ----------
    spec : MarketSpec
        What to start from; it stays as it is.
    values : mapping
        Dotted path to value; list places count from 0, * stands for all of them.
    name : str
        How errors call the origin of the values.

    Raises
    ------
    SpecError
        If a path leads nowhere or the result is not sound.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> override(starter(), {"run.months": 6}).run.months
    6
    """
    if not values:
        return spec
    data = spec.model_dump(mode="json")
    for path, value in values.items():
        put(data, str(path), value, name, lambda parts: _may_be_set(type(spec), parts))
    return checked(type(spec), data, name)


def _may_be_set(model: type[BaseModel], parts: list[str]) -> bool:
    """Return whether a key that is not there may be set: one that is off, or of a user's own."""
    # The parameters of a strategy are known to the strategy, which checks them itself.
    of_strategy = len(parts) == 4 and parts[0] == "firms" and parts[2] == "strategy"
    # So are the numbers of a mechanism of one's own, and a policy for it may hold anything.
    of_mechanism = len(parts) == 4 and parts[:2] == ["mechanisms", "own"]
    of_policy = len(parts) > 4 and parts[0] == "firms" and parts[2:4] == ["relationship", "own"]
    return of_strategy or of_mechanism or of_policy or is_declared(model, parts)


def is_declared(model: type[BaseModel], parts: Sequence[str]) -> bool:
    """Return whether the models of a config declare a key.

    Examples
    --------
    >>> from relsim.spec import MarketSpec
    >>> is_declared(MarketSpec, ["firms", "0", "relationship", "loyalty_programme"])
    True
    >>> is_declared(MarketSpec, ["firms", "0", "no_such_key"])
    False
    """
    inside: type[BaseModel] | None = model
    for part in parts:
        if part == EVERY or part.isdigit():
            continue
        if inside is None or part not in inside.model_fields:
            return False
        inside = section_of(inside.model_fields[part].annotation)
    return True


def section_of(annotation: Any) -> type[BaseModel] | None:
    """Return the model of a section, or of a list of sections, from a key's type; None if none."""
    for part in (annotation, *typing.get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None
