"""What a factor's value sets: its key, a multiple of what was there, and what goes with it."""

from collections.abc import Iterator, Mapping
from typing import Any

from relsim.errors import SpecError
from relsim.lab.checking import is_number
from relsim.lab.spec import ExperimentSpec, FactorSpec
from relsim.spec import MarketSpec


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
        If there is no number to multiply.

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
        wanted = range(len(place)) if part == "*" else [int(part)] if part.isdigit() else []
        yield from ((str(k), place[k]) for k in wanted if k < len(place))
    elif isinstance(place, dict) and part in place:
        yield part, place[part]


def check_nothing_overwritten(spec: ExperimentSpec) -> None:
    """Check that no value of the settings or of an arm is lost under that of a factor.

    Factors are set last. A ``relative`` factor multiplies what the settings say and so keeps it;
    arms are overwritten by any.

    Raises
    ------
    SpecError
        If one would be lost.
    """
    for factor in spec.factors:
        if not factor.relative:
            _check_kept("settings", spec.settings, factor)
        for arm, values in spec.arms.items():
            _check_kept(f"arms.{arm}", values, factor)


def _check_kept(where: str, values: Mapping[str, Any], factor: FactorSpec) -> None:
    for key in values:
        if covers(factor.key, key):
            called = "" if factor.title == factor.key else f" ({factor.title})"
            raise SpecError(
                f"{where}.{key}: given together with the factor {factor.key}{called}, which sets "
                "the same in every run; allowed: one of the two"
            )


def covers(pattern: str, key: str) -> bool:
    """Return whether all that a path means is also meant by a pattern.

    Parameters
    ----------
    pattern, key : str
        Dotted paths; * stands for every place of a list.

    Examples
    --------
    >>> covers("firms.*.price", "firms.0.price"), covers("firms.0.price", "firms.*.price")
    (True, False)
    """
    wanted, given = pattern.split("."), key.split(".")
    return len(wanted) == len(given) and all(
        part in ("*", own) for part, own in zip(wanted, given, strict=True)
    )
