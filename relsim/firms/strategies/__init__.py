"""Strategies: one file each, found by name or by dotted path."""

import inspect
from typing import Any

import pydantic

from relsim.errors import StrategyError
from relsim.firms.strategies.adaptive import Adaptive
from relsim.firms.strategies.base import Budgeted, Strategy
from relsim.firms.strategies.fixed_split import (
    Balanced,
    ComplaintFirst,
    Conquest,
    Defensive,
    Offensive,
    ReferralFirst,
)
from relsim.firms.strategies.life_cycle import LifeCycle
from relsim.firms.strategies.marginal import Marginal
from relsim.firms.strategies.retaliator import Retaliator
from relsim.own_code import imported, module_of
from relsim.spec.firms import StrategySpec
from relsim.spec.hints import nearest
from relsim.spec.market import MarketSpec
from relsim.spec.paths import joined

BUILT_IN: dict[str, type[Strategy]] = {
    kind.name: kind
    for kind in (
        Offensive,
        Defensive,
        Balanced,
        Marginal,
        Adaptive,
        LifeCycle,
        Retaliator,
        Conquest,
        ComplaintFirst,
        ReferralFirst,
    )
}
"""The strategies that come with relsim, by name."""


def find(kind: str, where: str) -> type[Strategy]:
    """Return the class that a config's ``kind`` means.

    Parameters
    ----------
    kind : str
        A name of :data:`BUILT_IN`, or a dotted path to a class.
    where : str
        How errors call the place in the config.

    Raises
    ------
    StrategyError
        If there is no such strategy.
    """
    if kind in BUILT_IN:
        return BUILT_IN[kind]
    module_name, dot, class_name = kind.rpartition(".")
    if not dot:
        known = list(BUILT_IN)
        hint = nearest(kind, known) or f"; known: {', '.join(known)}; or module.Class of your own"
        raise StrategyError(f"{where}.kind: unknown strategy {kind!r}{hint}")
    module = imported(module_name, f"{where}.kind")
    found = getattr(module, class_name, None)
    if found is None:
        near = nearest(class_name, [name for name in dir(module) if not name.startswith("_")])
        raise StrategyError(f"{where}.kind: {module_name!r} has no {class_name!r}{near}")
    if not (inspect.isclass(found) and issubclass(found, Strategy)):
        raise StrategyError(f"{where}.kind: {kind!r} is not a subclass of relsim.Strategy")
    if inspect.isabstract(found):
        raise StrategyError(f"{where}.kind: {kind!r} has no plan(view) of its own")
    return found


def modules_of(spec: MarketSpec) -> set[str]:
    """Return the modules of the strategies of the user's own in a market."""
    kinds = (firm.strategy.kind for firm in spec.firms)
    return {module_of(kind) for kind in kinds if kind not in BUILT_IN}


def build(spec: StrategySpec, where: str) -> Strategy:
    """Return the strategy that a config describes, its parameters checked.

    Raises
    ------
    StrategyError
        Naming every fault with its place, what was given and what is allowed.
    """
    kind = find(spec.kind, where)
    parameters: dict[str, Any] = dict(spec.model_extra or {})
    try:
        return kind(**parameters)
    except pydantic.ValidationError as error:
        faults = [_sentence(item, kind, where) for item in error.errors(include_url=False)]
        raise StrategyError("\n".join(faults)) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a constructor of a user's own raises or ends
        raise StrategyError(
            f"{where}: {spec.kind!r} cannot be made: {type(error).__name__}: {error}"
        ) from error


def _sentence(error: Any, kind: type[Strategy], where: str) -> str:
    place = joined([where, *error["loc"]])
    if error["type"] == "extra_forbidden":
        known = list(kind.model_fields)
        hint = nearest(str(error["loc"][-1]), known) or f"; known here: {', '.join(known)}"
        return f"{place}: unknown key{hint}"
    if error["type"] == "missing":
        return f"{place}: this key is required and is missing"
    message = str(error["msg"]).removeprefix("Input should be ")
    return f"{place}: given {error['input']!r}, allowed: {message}"


__all__ = [
    "BUILT_IN",
    "Adaptive",
    "Balanced",
    "Budgeted",
    "ComplaintFirst",
    "Conquest",
    "Defensive",
    "LifeCycle",
    "Marginal",
    "Offensive",
    "ReferralFirst",
    "Retaliator",
    "Strategy",
    "build",
    "find",
]
