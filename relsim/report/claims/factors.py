"""What is varied over the scope of a claim: every factor with its key, its range and its unit."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from relsim.claims.wording import named, plainly
from relsim.firms.strategies import BUILT_IN
from relsim.spec import Response
from relsim.spec.explain import Entry, entries
from relsim.spec.paths import plain, split_last

_TIMES = "times the market's own"


class Varied(NamedTuple):
    """A factor as a card shows it.

    Attributes
    ----------
    name, key : str
        As readers and as configs call it.
    meaning : str
        What the key is, and in which unit.
    over : str
        The range or the levels, in a unit.
    readings : int
        In how many readings it is varied so.
    """

    name: str
    key: str
    meaning: str
    over: str
    readings: int


def varied(spec: Mapping[str, Any], tested: Collection[str]) -> list[Varied]:
    """Return the factors of a claim's readings, as the claim's config has them.

    Parameters
    ----------
    spec : mapping
        The claim as ``claim.json`` holds it.
    tested : collection of str
        The readings that were tested.
    """
    counted: dict[tuple[str, str, str, str], int] = {}
    for name, reading in spec["readings"].items():
        for factor in _factors(reading) if name in tested else ():
            key = factor["key"]
            told = meaning(key) + _along(factor)
            found = (named(factor["name"] or key), key, told, _values(factor))
            counted[found] = counted.get(found, 0) + 1
    return [Varied(*found, count) for found, count in sorted(counted.items())]


def unit_in(spec: Mapping[str, Any], reading: str, factor: str) -> str:
    """Return the unit in which a reading varies a factor; nothing where it is not known.

    Parameters
    ----------
    spec : mapping
        The claim as ``claim.json`` holds it.
    reading, factor : str
        Which.
    """
    for one in _factors(spec["readings"].get(reading, {})):
        if factor == (one["name"] or one["key"]):
            return _TIMES if one["relative"] else unit(one["key"])
    return ""


def unit(key: str) -> str:
    """Return the unit of a key; nothing where it is not known or it has none.

    Examples
    --------
    >>> unit("market.annual_turnover"), unit("firms.*.strategy.discount")
    ('share a year', 'share of price')
    """
    entry = _entry(key)
    return "" if entry is None or entry.unit == "-" else entry.unit


def meaning(key: str) -> str:
    """Return what a key is; nothing where it is not known.

    Examples
    --------
    >>> meaning("firms.0.share")
    "Share of the market's customers that it has at the start."
    >>> meaning("firms.*.acquisition.half_at")
    'Chance to reach a person by offence: spend at which half of the ceiling is reached.'
    """
    entry = _entry(key)
    if entry is None:
        return ""
    section = _known().get(split_last(entry.path)[0])
    if entry.name not in Response.model_fields or section is None:
        return entry.meaning
    # What answers to spending: alike in all sections, so that only the section tells them apart.
    return f"{section.meaning.rstrip('.')}: {entry.meaning[0].lower()}{entry.meaning[1:]}"


def _factors(reading: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    experiment = reading.get("experiment") or {}
    yield from (*experiment.get("levers", ()), *experiment.get("uncertainties", ()))


def _values(factor: Mapping[str, Any]) -> str:
    of = _TIMES if factor["relative"] else unit(factor["key"])
    if factor["levels"]:
        values = ", ".join(str(level) for level in factor["levels"])
    elif factor["low"] is None:
        values = str(factor["distribution"])
    else:
        values = f"{plainly(factor['low'])} to {plainly(factor['high'])}"
    return f"{values} {of}".rstrip()


def _along(factor: Mapping[str, Any]) -> str:
    """Return which keys move along with a factor, in words."""
    return f" Moves along: {', '.join(factor['also'])}." if factor["also"] else ""


def _entry(key: str) -> Entry | None:
    return _known().get(plain(key))


@cache
def _known() -> Mapping[str, Entry]:
    """Return all keys of markets, and the parameters of the strategies that come with relsim."""
    found = {entry.path: entry for entry in entries()}
    for kind in BUILT_IN.values():
        for entry in entries(kind, "firms.strategy."):
            found.setdefault(entry.path, entry)
    return found
