"""What events come to in a month: factors and switches, by firm and for everybody."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TypeVar

from relsim.spec import MarketSpec
from relsim.spec.events import (
    ChangingNeeds,
    Entry,
    Event,
    Exit,
    Growth,
    PriceWar,
    QualityShock,
    Recession,
    Save,
)

_E = TypeVar("_E")


@dataclasses.dataclass(frozen=True, slots=True)
class Circumstances:
    """A month as events leave it.

    Attributes
    ----------
    price : tuple of float
        Factor on each firm's price.
    quality : tuple of float
        What is added to each firm's quality.
    saved : tuple of float
        Chance that a would-be defector of each firm stays.
    present : tuple of bool
        Whether each firm is in the market.
    leaves : tuple of int
        Places of the firms that leave this month.
    usage : float
        Factor on everybody's usage.
    needs : float
        What is added to everybody's orientation.
    """

    price: tuple[float, ...]
    quality: tuple[float, ...]
    saved: tuple[float, ...]
    present: tuple[bool, ...]
    leaves: tuple[int, ...] = ()
    usage: float = 1.0
    needs: float = 0.0


def lasting(event: Event, month: int) -> bool:
    """Return whether an event is on in a month; what lasts 0 months lasts for good."""
    lasts = getattr(event, "lasts", 0)
    return event.month <= month and (lasts == 0 or month < event.month + lasts)


def at(spec: MarketSpec, month: int) -> Circumstances:
    """Return the circumstances of a month.

    Factors multiply, additions add up, and of several saves the chances join as independent
    ones: ``1 - prod(1 - share)``.

    Examples
    --------
    >>> from relsim.spec import override, starter
    >>> war = {"kind": "price_war", "month": 3, "lasts": 2, "depth": 0.25}
    >>> spec = override(starter(), {"events": [war]})
    >>> [at(spec, month).price for month in (2, 3, 5)]
    [(1.0, 1.0), (0.75, 0.75), (1.0, 1.0)]
    """
    firms = [firm.name for firm in spec.firms]
    on = [event for event in spec.events if lasting(event, month)]
    return Circumstances(
        price=tuple(_price(on, name) for name in firms),
        quality=tuple(_quality(on, name) for name in firms),
        saved=tuple(_saved(on, name) for name in firms),
        present=tuple(_present(spec.events, name, month) for name in firms),
        leaves=tuple(
            firms.index(event.firm)
            for event in spec.events
            if isinstance(event, Exit) and event.month == month
        ),
        usage=_usage(spec.events, month),
        needs=sum(_moved(event, month) for event in _of(ChangingNeeds, spec.events)),
    )


def _of(kind: type[_E], events: Sequence[Event]) -> Iterator[_E]:
    return (event for event in events if isinstance(event, kind))


def _price(on: Sequence[Event], name: str) -> float:
    factor = 1.0
    for war in _of(PriceWar, on):
        factor *= 1.0 - war.depth if name in (war.firms or (name,)) else 1.0
    return factor


def _quality(on: Sequence[Event], name: str) -> float:
    return sum(shock.change for shock in _of(QualityShock, on) if shock.firm == name)


def _saved(on: Sequence[Event], name: str) -> float:
    lost = 1.0
    for save in _of(Save, on):
        lost *= 1.0 - save.share if save.firm == name else 1.0
    return 1.0 - lost


def _present(events: Sequence[Event], name: str, month: int) -> bool:
    come = all(e.month <= month for e in _of(Entry, events) if e.firm == name)
    gone = any(e.month <= month for e in _of(Exit, events) if e.firm == name)
    return come and not gone


def _usage(events: Sequence[Event], month: int) -> float:
    factor = 1.0
    for slump in _of(Recession, events):
        factor *= 1.0 - slump.depth if lasting(slump, month) else 1.0
    for growth in _of(Growth, events):
        grown = min(max(month - growth.month + 1, 0), growth.lasts)
        factor *= (1.0 + growth.monthly) ** grown
    return factor


def _moved(event: ChangingNeeds, month: int) -> float:
    return event.shift * min(max(month - event.month + 1, 0), event.lasts) / event.lasts


def marks(spec: MarketSpec) -> list[tuple[int, str]]:
    """Return when each event begins and how a figure calls it.

    Examples
    --------
    >>> from relsim.spec import override, starter
    >>> slump = {"kind": "recession", "month": 3, "depth": 0.25}
    >>> marks(override(starter(), {"events": [slump]}))
    [(3, 'recession')]
    """
    return [(event.month, _words(event)) for event in spec.events]


def _words(event: Event) -> str:
    name = event.kind.replace("_", " ")
    who = getattr(event, "firm", "") or ", ".join(getattr(event, "firms", ()))
    return f"{name}: {who}" if who else name
