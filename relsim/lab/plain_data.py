"""Values from Python as YAML would have them."""

import inspect
from collections.abc import Mapping
from typing import Any

from relsim.spec.paths import split_last

_STRATEGY = "strategy"


def plain(value: Any) -> Any:
    """Return a value as YAML would have it.

    Parameters
    ----------
    value : any
        Numbers of numpy become Python's, and a strategy's class the path to it.

    Examples
    --------
    >>> import numpy as np
    >>> from relsim.firms.strategies import Defensive
    >>> plain({"firms.0.price": np.int64(25)})
    {'firms.0.price': 25}
    >>> list(plain({"firms.0.strategy": Defensive})["firms.0.strategy"])
    ['kind']
    """
    if inspect.isclass(value):
        return f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, Mapping):
        return {str(key): _at(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value.item() if hasattr(value, "item") else value


def _at(key: str, value: Any) -> Any:
    """Return a value at a key: a class alone is a whole strategy."""
    whole = inspect.isclass(value) and split_last(key)[1] == _STRATEGY
    return {"kind": plain(value)} if whole else plain(value)
