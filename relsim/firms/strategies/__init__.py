"""Strategies: one file each, found by name or by dotted path."""

import inspect
from typing import Any

import pydantic

from relsim import own_class
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
from relsim.spec.firms import StrategySpec
from relsim.spec.hints import nearest

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
    if "." not in kind:
        known = list(BUILT_IN)
        hint = nearest(kind, known) or f"; known: {', '.join(known)}; or module.Class of your own"
        raise StrategyError(f"{where}.kind: unknown strategy {kind!r}{hint}")
    # An abstract class is found too: it is refused below, in words of its own.
    parent: Any = Strategy
    found: type[Strategy] = own_class.find(kind, parent, f"{where}.kind", "relsim.Strategy")
    if inspect.isabstract(found):
        raise StrategyError(f"{where}.kind: {kind!r} has no plan(view) of its own")
    return found


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
        faults = [own_class.sentence(item, kind, where) for item in error.errors(include_url=False)]
        raise StrategyError("\n".join(faults)) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a constructor of a user's own raises or ends
        raise StrategyError(
            f"{where}: {spec.kind!r} cannot be made: {type(error).__name__}: {error}"
        ) from error


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
