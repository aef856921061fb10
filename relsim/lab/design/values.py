"""What a factor's value sets: its key, a multiple of what was there, and what goes with it."""

from collections.abc import Iterator
from typing import Any

from relsim.errors import SpecError
from relsim.lab.design.checks import is_number
from relsim.lab.spec import FactorSpec
from relsim.spec import MarketSpec
from relsim.spec.config import place_in


def values_of(factor: FactorSpec, value: Any, market: MarketSpec) -> dict[str, Any]:
    """Return what a value of a factor sets: dotted path to value, in the order of setting.

    Parameters
    ----------
    factor : FactorSpec
        What the config says.
    value : any
        The factor's value at a design point.
    market : MarketSpec
        The base, with the settings of the experiment; a ``relative`` factor multiplies what it
        finds there.

    Raises
    ------
    SpecError
        If there is no number to multiply, or to multiply by.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> dearer = FactorSpec(key="firms.0.price", levels=(1.5,), relative=True)
    >>> values_of(dearer, 1.5, starter()) == {"firms.0.price": 1.5 * starter().firms[0].price}
    True
    >>> size = FactorSpec(key="firms.0.share", levels=(0.4,), also={"firms.1.share": (1.0, -1.0)})
    >>> values_of(size, 0.4, starter())
    {'firms.1.share': 0.6, 'firms.0.share': 0.4}
    """
    if (factor.relative or factor.also) and not is_number(value):
        raise SpecError(f"{factor.title}: given {value!r}, allowed: a number")
    # What goes along comes first, so that a key of its own beats one that * stands for.
    along = {path: constant + slope * value for path, (constant, slope) in factor.also.items()}
    if not factor.relative:
        return along | {factor.key: value}
    data = market.model_dump(mode="json")
    return along | {path: value * own for path, own in _numbers(data, factor.key)}


def _numbers(data: Any, key: str) -> Iterator[tuple[str, float]]:
    """Yield the places that a dotted path means, and the numbers that are there."""
    places = [("", data)]
    for part in key.split("."):
        places = [
            (f"{path}.{step}" if path else step, found)
            for path, inside in places
            for step, found in _inside(inside, part)
        ]
    if not places:
        raise SpecError(f"{key}: relative: nothing is there that could be multiplied")
    for path, found in places:
        if not is_number(found):
            raise SpecError(f"{path}: relative: given {found!r} there, allowed: a number")
        yield path, float(found)


def _inside(place: Any, part: str) -> Iterator[tuple[str, Any]]:
    if isinstance(place, list):
        at = place_in(part, len(place))
        wanted = range(len(place)) if part == "*" else [] if at is None else [at]
        yield from ((str(k), place[k]) for k in wanted)
    elif isinstance(place, dict) and part in place:
        yield part, place[part]


def overwrites(key: str, path: str) -> bool:
    """Return whether what is set at a key takes the place of some of what was set at a path before.

    Parameters
    ----------
    key, path : str
        Dotted paths; * stands for every place of a list.

    Examples
    --------
    >>> overwrites("firms.0.price", "firms.*.price"), overwrites("firms", "firms.0.price")
    (True, True)
    """
    upper, lower = key.split("."), path.split(".")
    same = (a == b or "*" in (a, b) for a, b in zip(upper, lower, strict=False))
    return len(upper) <= len(lower) and all(same)


def covers(key: str, path: str) -> bool:
    """Return whether what is set at a key takes the place of all that was set at a path before.

    Examples
    --------
    >>> covers("firms.*.price", "firms.0.price"), covers("firms.0.price", "firms.*.price")
    (True, False)
    """
    upper, lower = key.split("."), path.split(".")
    same = (a in ("*", b) for a, b in zip(upper, lower, strict=False))
    return len(upper) <= len(lower) and all(same)
