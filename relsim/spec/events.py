"""What happens to a market in the middle of a run: interventions and events, with their month."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from relsim.spec.fields import SpecModel, fraction, key

_FIRM = "Name of the firm."
_LASTS = "Months that it lasts; 0 = for good."


def _month() -> int:
    month: int = key("First month of it.", unit="month", ge=1, le=60_000)
    return month


def _lasts(default: int) -> int:
    lasts: int = key(_LASTS, unit="months", default=default, ge=0, le=60_000)
    return lasts


class Save(SpecModel):
    """Would-be defectors of a firm stay, at no cost: retention that is given, not bought."""

    kind: Literal["save"] = key("Some of those who would leave a firm stay.", unit="-")
    month: int = _month()
    lasts: int = _lasts(0)
    firm: str = key(_FIRM, unit="-")
    share: float = fraction("Chance that one who would leave for another supplier stays.")


class Entry(SpecModel):
    """A firm enters the market; before, nobody can choose it and it spends nothing."""

    kind: Literal["entry"] = key("A firm enters.", unit="-")
    month: int = _month()
    firm: str = key(_FIRM, unit="-")


class Exit(SpecModel):
    """A firm leaves the market; its customers choose anew, whatever their contracts."""

    kind: Literal["exit"] = key("A firm leaves the market.", unit="-")
    month: int = _month()
    firm: str = key(_FIRM, unit="-")


class PriceWar(SpecModel):
    """Prices fall below what the strategies ask."""

    kind: Literal["price_war"] = key("Firms cut their prices.", unit="-")
    month: int = _month()
    lasts: int = _lasts(12)
    firms: tuple[str, ...] = key("Names of the firms; none named = all.", unit="-", default=())
    depth: float = fraction("Part by which a price falls.")


class QualityShock(SpecModel):
    """The quality of a firm's product changes."""

    kind: Literal["quality_shock"] = key("A firm's quality changes.", unit="-")
    month: int = _month()
    lasts: int = _lasts(6)
    firm: str = key(_FIRM, unit="-")
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


def firms_of(event: Event) -> tuple[str, ...]:
    """Return the names of the firms that an event names."""
    if isinstance(event, PriceWar):
        return event.firms
    return (event.firm,) if isinstance(event, Save | Entry | Exit | QualityShock) else ()


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
    for place, event in enumerate(events):
        unknown = [name for name in firms_of(event) if name not in shares]
        if unknown:
            known = ", ".join(shares)
            found.append(f"events.{place}: no firm is called {unknown[0]!r}; the firms are {known}")
    for name, share in shares.items():
        comes = [e.month for e in events if isinstance(e, Entry) and e.firm == name]
        goes = [e.month for e in events if isinstance(e, Exit) and e.firm == name]
        if len(comes) > 1 or len(goes) > 1:
            found.append(f"events: {name!r} can enter once and leave once")
        elif comes and share > 0.0:
            found.append(
                f"events: {name!r} enters in month {comes[0]}, so its share at the start has to "
                f"be 0; given {share:g}"
            )
        elif comes and goes and goes[0] <= comes[0]:
            found.append(
                f"events: {name!r} leaves in month {goes[0]}, before it enters in {comes[0]}"
            )
    return found


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
