"""A market in another unit of money: every amount times a number, by the units that keys declare.

Nothing that happens to customers hangs on the unit: spend acts by its ratio to a price, and prices
by theirs to ``market.reference_price``.
"""

import math
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from relsim.errors import SpecError
from relsim.firms.strategies import build
from relsim.spec import MarketSpec, override
from relsim.spec.fields import is_money, unit_of
from relsim.spec.paths import under


def in_currency(spec: MarketSpec, rate: float, currency: str | None = None) -> MarketSpec:
    """Return a market with all its money in another currency.

    Every count, share, rate and choice of a run stays as it is, and every amount is ``rate`` times
    what it was, to rounding (exactly, if ``rate`` is a power of two).

    Parameters
    ----------
    spec : MarketSpec
        The market; it stays as it is.
    rate : float
        Units of the new currency that one of the old is worth, above 0.
    currency : str, optional
        Name of the new one; the old name stays unless said.

    Returns
    -------
    MarketSpec
        Amounts of strategies and mechanisms of one's own are among those that are changed, by the
        units of their parameters.

    Raises
    ------
    SpecError
        If the rate is not above 0, an amount leaves its bounds, or there is a policy for a
        mechanism of one's own, whose units nobody declares.
    StrategyError
        If the market names a class that cannot be built.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> other = in_currency(starter(), 0.5, "EUR")
    >>> other.firms[0].price, other.market.reference_price, other.firms[0].acquisition.half_at
    (15.0, 15.0, 1.155245301)
    """
    if not (rate > 0.0 and math.isfinite(rate)):
        raise SpecError(f"rate: given {rate!r}, allowed: a finite number above 0")
    values = {path: _times(path, value, rate) for path, value in amounts(spec)}
    if currency is not None:
        values["currency"] = currency
    return override(spec, values, "in_currency")


def amounts(spec: MarketSpec) -> Iterator[tuple[str, Any]]:
    """Yield the dotted path and the value of all that is an amount of money in a market.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> dict(amounts(starter()))["market.reference_price"]
    30.0

    Raises
    ------
    SpecError
        If there is a policy for a mechanism of one's own.
    StrategyError
        If the market names a class that cannot be built.
    """
    yield from amounts_in(spec, "")
    for place, firm in enumerate(spec.firms):
        if firm.relationship.own:
            raise SpecError(
                f"firms.{place}.relationship.own: which of its values are money is not declared"
            )
        where = f"firms.{place}.strategy"
        yield from amounts_in(build(firm.strategy, where), where)
    if spec.mechanisms.own:
        # Mesa takes a second to import: only for those who need it.
        from relsim.mechanisms.registry import BUILT_IN, on  # noqa: PLC0415  # see above

        own = (numbers for kind, numbers in on(spec) if kind.name not in BUILT_IN)
        for place, numbers in enumerate(own):
            yield from amounts_in(numbers, f"mechanisms.own.{place}")


def amounts_in(model: BaseModel, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted path and the value of all amounts in a section, or in a strategy.

    Parameters
    ----------
    model : BaseModel
        Whose keys say in their units which of them are money.
    path : str
        Where it stands.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> list(amounts_in(starter().firms[0], "firms.0"))[0]
    ('firms.0.price', 30.0)
    """
    for name, field in type(model).model_fields.items():
        value, here = getattr(model, name), under(path, name)
        if isinstance(value, BaseModel):
            yield from amounts_in(value, here)
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            for place, item in enumerate(value):
                yield from amounts_in(item, under(here, place))
        elif is_money(unit_of(field)) and value is not None:
            yield here, value


def _times(path: str, value: Any, rate: float) -> Any:
    """Return an amount, or a list of them, times a number.

    Raises
    ------
    SpecError
        If it is neither.
    """
    if isinstance(value, list | tuple):
        return [_times(path, one, rate) for one in value]
    if not isinstance(value, int | float):
        raise SpecError(f"{path}: given {value!r}, allowed: an amount of money, as its unit says")
    return value * rate
