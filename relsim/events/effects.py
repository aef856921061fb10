"""What events come to in a month: factors and switches, by firm and for everybody."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TypeVar

from relsim.events import save
from relsim.firms.results import Record
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
    firms_of,
)

_E = TypeVar("_E")
Firm = tuple[int, str]
"""A firm as events may call it: its place and its name."""


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


def at(spec: MarketSpec, month: int, lived: Sequence[Record] = ()) -> Circumstances:
    """Return the circumstances of a month.

    Factors multiply, additions add up, and of several saves the chances join as independent
    ones: ``1 - prod(1 - share)``.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    month : int
        Which month.
    lived : sequence of Record
        The months before it, which a save that is to raise annual retention looks back on.

    Examples
    --------
    >>> from relsim.spec import override, starter
    >>> war = {"kind": "price_war", "month": 3, "lasts": 2, "depth": 0.25}
    >>> spec = override(starter(), {"events": [war]})
    >>> [at(spec, month).price for month in (2, 3, 5)]
    [(1.0, 1.0), (0.75, 0.75), (1.0, 1.0)]
    """
    firms = list(enumerate(firm.name for firm in spec.firms))
    on = [event for event in spec.events if lasting(event, month)]
    return Circumstances(
        price=tuple(_price(on, firm) for firm in firms),
        quality=tuple(_quality(on, firm) for firm in firms),
        saved=tuple(_saved(on, firm, lived) for firm in firms),
        present=tuple(_present(spec.events, firm, month) for firm in firms),
        leaves=tuple(firm[0] for firm in firms if _leaves(spec.events, firm, month)),
        usage=_usage(spec.events, month),
        needs=sum(_moved(event, month) for event in _of(ChangingNeeds, spec.events)),
    )


def _of(kind: type[_E], events: Sequence[Event]) -> Iterator[_E]:
    return (event for event in events if isinstance(event, kind))


def _price(on: Sequence[Event], firm: Firm) -> float:
    factor = 1.0
    for war in _of(PriceWar, on):
        factor *= 1.0 - war.depth if not war.firms or set(firm) & set(war.firms) else 1.0
    return factor


def _quality(on: Sequence[Event], firm: Firm) -> float:
    return sum(shock.change for shock in _of(QualityShock, on) if shock.firm in firm)


def _saved(on: Sequence[Event], firm: Firm, lived: Sequence[Record]) -> float:
    lost = 1.0
    for attempt in _of(Save, on):
        if attempt.firm is None or attempt.firm in firm:
            lost *= 1.0 - save.chance(attempt, lived, firm[0])
    return 1.0 - lost


def _present(events: Sequence[Event], firm: Firm, month: int) -> bool:
    come = all(e.month <= month for e in _of(Entry, events) if e.firm in firm)
    gone = any(e.month <= month for e in _of(Exit, events) if e.firm in firm)
    return come and not gone


def _leaves(events: Sequence[Event], firm: Firm, month: int) -> bool:
    return any(e.month == month for e in _of(Exit, events) if e.firm in firm)


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
    names = [firm.name for firm in spec.firms]
    return [(event.month, _words(event, names)) for event in spec.events]


def _words(event: Event, names: Sequence[str]) -> str:
    kind = event.kind.replace("_", " ")
    who = ", ".join(f if isinstance(f, str) else names[f] for f in firms_of(event))
    return f"{kind}: {who}" if who else kind
