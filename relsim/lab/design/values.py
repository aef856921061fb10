"""What a factor's value sets: its key, a multiple of what was there, and what goes with it."""

from collections.abc import Iterator
from typing import Any

from relsim.errors import SpecError
from relsim.lab.design.checks import is_number
from relsim.lab.spec import FactorSpec
from relsim.spec import MarketSpec
from relsim.spec.paths import found


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
    places = list(found(data, key))
    if not places:
        raise SpecError(f"{key}: relative: nothing is there that could be multiplied")
    for path, value in places:
        if not is_number(value):
            raise SpecError(f"{path}: relative: given {value!r} there, allowed: a number")
        yield path, float(value)
