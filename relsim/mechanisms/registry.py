"""Which mechanisms there are, and which of them a market has on."""

import inspect
from collections.abc import Iterator
from typing import Any

import pydantic

from relsim import own_class
from relsim.customers.schedule import at_path
from relsim.errors import StrategyError
from relsim.mechanisms import declaration
from relsim.mechanisms.awareness.stock import Brands
from relsim.mechanisms.base import Mechanism
from relsim.mechanisms.grievance.memory import Grievances
from relsim.mechanisms.loyalty_programme.programme import LoyaltyProgrammes
from relsim.mechanisms.needs.drift import DriftingNeeds
from relsim.spec import MarketSpec

BUILT_IN: dict[str, type[Mechanism]] = {
    one.name: one for one in (LoyaltyProgrammes, Grievances, Brands, DriftingNeeds)
}
"""The mechanisms that come with relsim, by their keys under ``mechanisms``; for good in order."""


def on(spec: MarketSpec) -> Iterator[tuple[type[Mechanism], Any]]:
    """Yield the mechanisms that a market has on, each with its numbers.

    Raises
    ------
    StrategyError
        If one of the user's own is not there, or its numbers are not sound.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> list(on(starter()))
    []
    """
    for name, kind in BUILT_IN.items():
        numbers = getattr(spec.mechanisms, name)
        if numbers is not None:
            yield kind, numbers
    for place, one in enumerate(spec.mechanisms.own):
        where = f"mechanisms.own.{place}"
        found = own_class.find(one.kind, Mechanism, f"{where}.kind", "relsim's Mechanism")
        keys: Any = found.keys
        if not (inspect.isclass(keys) and issubclass(keys, pydantic.BaseModel)):
            raise StrategyError(f"{where}.kind: {one.kind}: keys: {keys!r} is no SpecModel")
        yield found, _numbers(found, dict(one.model_extra or {}), where)


def _numbers(kind: type[Mechanism], given: dict[str, Any], where: str) -> Any:
    try:
        return kind.keys(**given)
    except pydantic.ValidationError as error:
        faults = error.errors(include_url=False)
        sentences = [own_class.sentence(one, kind.keys, where) for one in faults]
        raise StrategyError("\n".join(sentences)) from None


def names_own(spec: MarketSpec) -> bool:
    """Return whether a market names mechanisms of a user's own, or policies for them."""
    return bool(spec.mechanisms.own) or any(firm.relationship.own for firm in spec.firms)


def check(spec: MarketSpec) -> None:
    """Check that all mechanisms of a market can be had, each under a name of its own.

    Raises
    ------
    StrategyError
        If not.
    """
    kinds = [kind for kind, _ in on(spec)]
    first = len(kinds) - len(spec.mechanisms.own)
    names = [kind.name for kind in kinds]
    for place, one in enumerate(spec.mechanisms.own):
        name, where = names[first + place], f"mechanisms.own.{place}.kind"
        if not name or names.count(name) > 1 or name in BUILT_IN:
            raise StrategyError(
                f"{where}: {one.kind!r} is called {name!r}; every mechanism needs a name of its own"
            )
        others = kinds[: first + place]
        columns = (column for other in others for column in other.columns)
        figures = [line.name for other in others for line in other.lines]
        figures += [stock.name for other in others for stock in other.stocks]
        faults = declaration.faults(kinds[first + place], columns, figures)
        if faults:
            raise StrategyError("\n".join(f"{where}: {one.kind}: {fault}" for fault in faults))
    known = names[first:]
    for place, firm in enumerate(spec.firms):
        for name in firm.relationship.own:
            if name not in known:
                raise StrategyError(
                    f"firms.{place}.relationship.own.{name}: no mechanism of that name is on; "
                    f"known: {', '.join(known) or 'none'}"
                )


def build(spec: MarketSpec) -> tuple[Mechanism, ...]:
    """Return the mechanisms of a market."""
    if names_own(spec):
        check(spec)
    made = []
    for kind, numbers in on(spec):
        with own_class.asked(f"mechanisms: {kind.name} cannot be made"):
            made.append(kind(spec, numbers))
    return tuple(made)


def use(mechanisms: tuple[Mechanism, ...], spec: MarketSpec) -> None:
    """Give a market's mechanisms the numbers of another spec."""
    for one, (_, numbers) in zip(mechanisms, on(spec), strict=True):
        one.use(spec, numbers)


def mixin(mechanism: Mechanism) -> type[Any] | None:
    """Return what agents of the market take from a mechanism."""
    return at_path(mechanism.agent) if mechanism.agent else None
