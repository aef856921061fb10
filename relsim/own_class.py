"""Classes of one's own that a config names by a dotted path: found, checked and built."""

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any, TypeVar

import pydantic

from relsim.errors import RelsimError, StrategyError, TimeExceeded
from relsim.own_code import imported, module_of
from relsim.spec import MarketSpec
from relsim.spec.hints import nearest
from relsim.spec.paths import joined

_Class = TypeVar("_Class")
_MOST_SAID = 500
"""Letters of what an error says, at most: a compiler says pages."""


def find(kind: str, parent: type[_Class], where: str, name: str) -> type[_Class]:
    """Return the class at a dotted path.

    Parameters
    ----------
    kind : str
        The path, such as ``my_module.Mine``.
    parent : type
        What it has to be a subclass of.
    where : str
        How errors call the place in the config.
    name : str
        How errors call ``parent``.

    Raises
    ------
    StrategyError
        If there is no such class, its module may not be imported, or it is of another kind.
    """
    module = imported(module_of(kind), where)
    class_name = kind.rpartition(".")[2]
    found = getattr(module, class_name, None)
    if found is None:
        near = nearest(class_name, [name for name in dir(module) if not name.startswith("_")])
        raise StrategyError(f"{where}: {module_of(kind)!r} has no {class_name!r}{near}")
    if not (inspect.isclass(found) and issubclass(found, parent)):
        raise StrategyError(f"{where}: {kind!r} is not a subclass of {name}")
    return found


@contextlib.contextmanager
def asked(where: str) -> Iterator[None]:
    """Say where code of a user's own went wrong, whatever it raises or ends.

    Raises
    ------
    StrategyError
        If it raises anything but an error that is a sentence for its user already.
    """
    try:
        yield
    except (RelsimError, KeyboardInterrupt, TimeExceeded):
        raise
    except BaseException as error:
        words = " ".join(str(error).split())[:_MOST_SAID]
        raise StrategyError(f"{where}: raised {type(error).__name__}: {words}") from error


def sentence(error: Any, model: type[pydantic.BaseModel], where: str) -> str:
    """Return what is wrong with a parameter, from pydantic's account of it."""
    place = joined([where, *error["loc"]])
    if error["type"] == "extra_forbidden":
        known = list(model.model_fields)
        hint = nearest(str(error["loc"][-1]), known) or f"; known here: {', '.join(known)}"
        return f"{place}: unknown key{hint}"
    if error["type"] == "missing":
        return f"{place}: this key is required and is missing"
    message = str(error["msg"]).removeprefix("Input should be ")
    return f"{place}: given {error['input']!r}, allowed: {message}"


def kinds_in(spec: MarketSpec) -> Iterator[str]:
    """Yield all that a market's config may name by a dotted path: built-in names among it."""
    yield from (firm.strategy.kind for firm in spec.firms)
    yield from (one.kind for one in spec.mechanisms.own)
    if spec.customers.own_class is not None:
        yield spec.customers.own_class


def modules_of(spec: MarketSpec) -> set[str]:
    """Return the modules of the user's own that a market's config names."""
    return {module_of(kind) for kind in kinds_in(spec) if "." in kind}
