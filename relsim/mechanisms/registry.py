"""Which mechanisms there are, and which of them a market has on."""

import importlib
from typing import Any

from relsim.mechanisms.base import Mechanism
from relsim.mechanisms.loyalty_programme.programme import LoyaltyProgrammes
from relsim.spec import MarketSpec

BUILT_IN: dict[str, type[Mechanism]] = {one.name: one for one in (LoyaltyProgrammes,)}
"""The mechanisms that come with relsim, by their keys under ``mechanisms``; for good in order."""


def numbers_of(spec: MarketSpec, name: str) -> Any:
    """Return a mechanism's section in a market's config; None if it is off."""
    return getattr(spec.mechanisms, name)


def on(spec: MarketSpec) -> tuple[type[Mechanism], ...]:
    """Return the mechanisms that a market has on.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> on(starter())
    ()
    """
    return tuple(kind for name, kind in BUILT_IN.items() if numbers_of(spec, name) is not None)


def build(spec: MarketSpec) -> tuple[Mechanism, ...]:
    """Return the mechanisms of a market."""
    return tuple(kind(spec, numbers_of(spec, kind.name)) for kind in on(spec))


def mixin(mechanism: Mechanism) -> type[Any] | None:
    """Return what agents of the market take from a mechanism."""
    module, _, name = mechanism.agent.rpartition(".")
    return getattr(importlib.import_module(module), name) if module else None
