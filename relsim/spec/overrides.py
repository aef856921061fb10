"""A spec with some values changed, each named by its dotted path."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from relsim.spec.paths import put
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
        put(data, str(path), value, name, _takes_any_key)
    return checked(type(spec), data, name)


def _takes_any_key(parts: list[str]) -> bool:
    # The parameters of a strategy are known to the strategy, which checks them itself.
    return len(parts) == 4 and parts[0] == "firms" and parts[2] == "strategy"
