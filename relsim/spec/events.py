"""What happens to a market in the middle of a run: interventions and events, with their month."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from relsim.spec.fields import SpecModel, fraction, key

_FIRM = "Name of the firm, or its place from 0."
_LASTS = "Months that it lasts; 0 = for good."


def _month() -> int:
    month: int = key("First month of it.", unit="month", ge=1, le=60_000)
    return month


def _lasts(default: int) -> int:
    lasts: int = key(_LASTS, unit="months", default=default, ge=0, le=60_000)
    return lasts


def _gain(meaning: str) -> Any:
    return fraction(meaning, unit="share a year", default=None)


class Save(SpecModel):
    """Would-be defectors of a firm stay, at no cost: retention that is given, not bought.

    How many is said in one of four ways: a share of them, or as many as it takes for annual
    retention to rise by some points, by a part of itself, or by a part of churn.
    """

    kind: Literal["save"] = key("Some of those who would leave a firm stay.", unit="-")
    month: int = _month()
    lasts: int = _lasts(0)
    firm: str | int | None = key(
        f"{_FIRM[:-1]}; nobody named = every firm.", unit="-", default=None
    )
    share: float | None = fraction(
        "Chance that one who would leave for another supplier stays.", default=None
    )
    annual_points: float | None = _gain("Points that annual retention rises by: 0.05 = 80 to 85%.")
    of_retention: float | None = _gain(
        "Share of itself that annual retention rises by: 0.05 = 80 to 84%."
    )
    of_defection: float | None = _gain(
        "Share of annual churn, by choice or not, that is saved: 0.05 = 80 to 81%."
    )


class Entry(SpecModel):
    """A firm enters the market; before, nobody can choose it and it spends nothing."""

    kind: Literal["entry"] = key("A firm enters.", unit="-")
    month: int = _month()
    firm: str | int = key(_FIRM, unit="-")


class Exit(SpecModel):
    """A firm leaves the market; its customers choose anew, whatever their contracts."""

    kind: Literal["exit"] = key("A firm leaves the market.", unit="-")
    month: int = _month()
    firm: str | int = key(_FIRM, unit="-")


class PriceWar(SpecModel):
    """Prices fall below what the strategies ask."""

    kind: Literal["price_war"] = key("Firms cut their prices.", unit="-")
    month: int = _month()
    lasts: int = _lasts(12)
    firms: tuple[str | int, ...] = key(
        "Names of the firms, or their places; none named = all.", unit="-", default=()
    )
    depth: float = fraction("Part by which a price falls.")


class QualityShock(SpecModel):
    """The quality of a firm's product changes."""

    kind: Literal["quality_shock"] = key("A firm's quality changes.", unit="-")
    month: int = _month()
    lasts: int = _lasts(6)
    firm: str | int = key(_FIRM, unit="-")
    change: float = key(
        "What is added to quality, which stays within 0 to 1.", unit="-1 to 1", ge=-1.0, le=1.0
    )


class Recession(SpecModel):
    """Everybody uses less."""

    kind: Literal["recession"] = key("All customers use less.", unit="-")
    month: int = _month()
    lasts: int = _lasts(18)
    depth: float = fraction("Part by which usage falls.")


class Growth(SpecModel):
    """Usage grows month by month, and stays where it came."""

    kind: Literal["growth"] = key("All customers come to use more, month by month.", unit="-")
    month: int = _month()
    lasts: int = key("Months over which usage grows.", unit="months", default=36, ge=1, le=1200)
    monthly: float = key("Growth of usage, compounded.", unit="share a month", ge=-0.5, le=0.5)


class ChangingNeeds(SpecModel):
    """Customers come to want closer relationships, or more distant ones."""

    kind: Literal["changing_needs"] = key("All customers' orientation moves.", unit="-")
    month: int = _month()
    lasts: int = key(
        "Months over which orientation moves, evenly; then it stays.",
        unit="months",
        default=24,
        ge=1,
        le=60_000,
    )
    shift: float = key(
        "What is added to orientation in the end: above 0 towards collaboration; held within "
        "0 to 1.",
        unit="-1 to 1",
        ge=-1.0,
        le=1.0,
    )


Event = Annotated[
    Save | Entry | Exit | PriceWar | QualityShock | Recession | Growth | ChangingNeeds,
    Field(discriminator="kind"),
]
"""Anything that can stand under ``events`` in a config."""

BY_KIND: dict[str, type[SpecModel]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model
    for model in get_args(get_args(Event)[0])
}


WAYS_TO_SAVE = ("share", "annual_points", "of_retention", "of_defection")
"""How a save says how many stay: exactly one of these keys."""


def firms_of(event: Event) -> tuple[str | int, ...]:
    """Return the firms that an event names, by name or by place."""
    if isinstance(event, PriceWar):
        return event.firms
    if isinstance(event, Save):
        return () if event.firm is None else (event.firm,)
    return (event.firm,) if isinstance(event, Entry | Exit | QualityShock) else ()


def faults(events: tuple[Event, ...], shares: dict[str, float]) -> list[str]:
    """Return what does not fit together, one sentence each.

    Parameters
    ----------
    events : tuple of Event
        What is to happen.
    shares : dict
        Names of the firms, and their shares at the start.
    """
    found = []
    for at, event in enumerate(events):
        found += [f"events.{at}: {words}" for words in _strangers(event, list(shares))]
        if isinstance(event, Save):
            found += [f"events.{at}: {words}" for words in _unclear(event)]
    for place, (name, share) in enumerate(shares.items()):
        found += _comings_and_goings(events, (place, name), share)
    return found


def _strangers(event: Event, names: Sequence[str]) -> list[str]:
    for firm in firms_of(event):
        if isinstance(firm, int) and not 0 <= firm < len(names):
            return [f"no firm has place {firm}; places are 0 to {len(names) - 1}"]
        if isinstance(firm, str) and firm not in names:
            return [f"no firm is called {firm!r}; the firms are {', '.join(names)}"]
    return []


def _unclear(save: Save) -> list[str]:
    given = [way for way in WAYS_TO_SAVE if getattr(save, way) is not None]
    if len(given) == 1:
        return []
    words = " and ".join(given) or "none of them"
    return [f"given {words}, allowed: exactly one of {', '.join(WAYS_TO_SAVE)}"]


def _comings_and_goings(
    events: tuple[Event, ...], firm: tuple[int, str], share: float
) -> list[str]:
    comes = [e.month for e in events if isinstance(e, Entry) and e.firm in firm]
    goes = [e.month for e in events if isinstance(e, Exit) and e.firm in firm]
    name = firm[1]
    if len(comes) > 1 or len(goes) > 1:
        return [f"events: {name!r} can enter once and leave once"]
    if comes and share > 0.0:
        return [
            f"events: {name!r} enters in month {comes[0]}, so its share at the start has to "
            f"be 0; given {share:g}"
        ]
    if comes and goes and goes[0] <= comes[0]:
        return [f"events: {name!r} leaves in month {goes[0]}, before it enters in {comes[0]}"]
    return []


def too_late(events: tuple[Event, ...], months: int) -> list[str]:
    """Return which events a run of so many months does not come to, one sentence each.

    Examples
    --------
    >>> too_late((Recession(kind="recession", month=30, depth=0.2),), 24)
    ['events.0: recession in month 30, after the last month, 24: it will not happen']
    """
    return [
        f"events.{place}: {event.kind} in month {event.month}, after the last month, {months}: "
        "it will not happen"
        for place, event in enumerate(events)
        if event.month > months
    ]
