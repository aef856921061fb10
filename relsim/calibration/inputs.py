"""What a calibration is given: free numbers of a market, and moments that they are to meet."""

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeVar

import numpy as np

from relsim.calibration.moments import moment
from relsim.errors import SpecError
from relsim.spec import MarketSpec
from relsim.spec.hints import shown
from relsim.spec.paths import found, overwrites

_Kind = TypeVar("_Kind")
_LEAST_ERROR = 1e-9
_INSIDE = 0.381966  # of the way between bounds: no whole number where whole ones are asked for


def check_kind(given: Any, kind: type[Any] | tuple[type[Any], ...], where: str) -> None:
    """Refuse what is of another kind.

    Raises
    ------
    SpecError
        With what was given and what is allowed.
    """
    if not isinstance(given, kind):
        names = " or ".join(one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,)))
        raise SpecError(f"{where}: given {shown(given)}, allowed: {names}")


def all_of(given: Sequence[_Kind], kind: type[_Kind], where: str) -> tuple[_Kind, ...]:
    """Return several as a tuple, if all of them are of a kind.

    Raises
    ------
    SpecError
        With what was given and what is allowed.
    """
    check_kind(given, (list, tuple), where)
    for one in given:
        check_kind(one, kind, where)
    return tuple(given)


def _number(value: Any, where: str) -> float:
    """Return a finite number as a float.

    Raises
    ------
    SpecError
        If it is none.
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)
    if not is_number or not math.isfinite(value):
        raise SpecError(f"{where}: given {shown(value)}, allowed: a finite number")
    return float(value)


def check_whole(value: Any, where: str, least: int) -> None:
    """Refuse what is no whole number from the least on.

    Raises
    ------
    SpecError
        With what was given and what is allowed.
    """
    is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_whole or value < least:
        raise SpecError(f"{where}: given {shown(value)}, allowed: a whole number from {least}")


@dataclass(frozen=True)
class Free:
    """A number that is free between two bounds.

    Attributes
    ----------
    path : str
        Dotted path; ``*`` stands for every place of a list, so that ``firms.*.care.half_at`` is
        one number for all firms.
    low, high : float
        Its bounds. They count as knowledge: what moments say is compared with a number that lies
        anywhere between them.
    scale : {"linear", "log"}
        On which scale it is searched; "log" for what may be ten times as much, such as a rate.
    also : tuple of str
        Further paths that are set to the same number.
    """

    path: str
    low: float
    high: float
    scale: Literal["linear", "log"] = "linear"
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_kind(self.path, str, "path")
        all_of(self.also, str, f"{self.path}: also")
        low, high = (_number(getattr(self, end), f"{self.path}: {end}") for end in ("low", "high"))
        if self.scale not in ("linear", "log"):
            raise SpecError(
                f"{self.path}: scale: given {shown(self.scale)}, allowed: 'linear' or 'log'"
            )
        if low >= high:
            raise SpecError(f"{self.path}: low: given {low:g}, allowed: less than high, {high:g}")
        if self.scale == "log" and low <= 0.0:
            raise SpecError(f"{self.path}: low: given {low:g}, allowed on a log scale: above 0")

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths that it is set at."""
        return (self.path, *self.also)

    def value(self, place: float) -> float:
        """Return the number at a place between its bounds, from 0 (low) to 1 (high).

        Examples
        --------
        >>> Free("firms.*.price", 10.0, 1000.0, "log").value(0.5)
        100.0
        """
        if self.scale == "linear":
            return float(self.low + place * (self.high - self.low))
        low, high = math.log10(self.low), math.log10(self.high)
        return float(10.0 ** (low + place * (high - low)))

    def place(self, value: float) -> float:
        """Return the place of a number between its bounds, 0 to 1; beyond them, of the nearest.

        Examples
        --------
        >>> Free("firms.*.price", 10.0, 30.0).place(15.0)
        0.25
        """
        value = min(max(value, self.low), self.high)
        if self.scale == "linear":
            return (value - self.low) / (self.high - self.low)
        return math.log(value / self.low) / math.log(self.high / self.low)

    def start(self, spec: MarketSpec) -> float:
        """Return the place of a market's own number, the middle where it has none.

        Several firms' different numbers count as their mean.
        """
        values = [value for path in self.paths for _, value in found(spec, path)]
        numbers = [one for one in values if isinstance(one, int | float)]
        return float(np.mean([self.place(one) for one in numbers])) if numbers else 0.5


@dataclass(frozen=True)
class Target:
    """A moment that a market is to meet.

    Attributes
    ----------
    moment : str
        One of :data:`relsim.calibration.moments.MOMENTS`.
    value : float
        What was published, or measured.
    error : float
        Its standard error, in the moment's unit: it is also how much a miss weighs.
    firm : str, optional
        Whose moment it is; that of all firms together unless said.
    source : str
        Where the number is from.
    """

    moment: str
    value: float
    error: float
    firm: str | None = None
    source: str = ""

    def __post_init__(self) -> None:
        check_kind(self.moment, str, "moment")
        moment(self.moment, "target")
        value = _number(self.value, f"{self.moment}: value")
        error = _number(self.error, f"{self.moment}: error")
        if error <= 0.0:
            raise SpecError(f"{self.moment}: error: given {self.error:g}, allowed: above 0")
        if error < _LEAST_ERROR * abs(value):
            raise SpecError(
                f"{self.moment}: error: given {self.error:g}, allowed: at least {_LEAST_ERROR:g} "
                f"of the value, {value:g}"
            )

    @classmethod
    def band(
        cls, moment: str, low: float, high: float, firm: str | None = None, source: str = ""
    ) -> Self:
        """Return the target of a band: its middle, with half its width as the standard error.

        Examples
        --------
        >>> Target.band("churn", 0.01, 0.02)
        Target(moment='churn', value=0.015, error=0.005, firm=None, source='')
        """
        low, high = _number(low, f"{moment}: low"), _number(high, f"{moment}: high")
        return cls(moment, (low + high) / 2.0, (high - low) / 2.0, firm, source)


def check(spec: MarketSpec, free: tuple[Free, ...], targets: tuple[Target, ...]) -> None:
    """Refuse free numbers that a market does not have or that set one another.

    Raises
    ------
    SpecError
        With the path, what was given and what is allowed.
    """
    if not free or not targets:
        given = "free numbers" if not free else "targets"
        raise SpecError(f"calibration: given no {given}, allowed: one or more")
    paths = [(place, path) for place, one in enumerate(free) for path in one.paths]
    for place, path in paths:
        for other, before in paths[: paths.index((place, path))]:
            if other != place and (overwrites(path, before) or overwrites(before, path)):
                raise SpecError(f"{path}: sets what {before} sets too; tie them by 'also'")
    twice = [(one.moment, one.firm) for one in targets]
    for key in twice:
        if twice.count(key) > 1:
            raise SpecError(f"{key[0]}: given as a target twice; allowed: once for each firm")
    on = set(spec.mechanisms.model_dump())
    for one in free:
        for number in (one.low, one.value(_INSIDE), one.high):
            changed = spec.with_(dict.fromkeys(one.paths, number))
        for name in sorted(set(changed.mechanisms.model_dump()) - on):
            raise SpecError(
                f"{one.path}: mechanisms.{name} is off in this market: name it in the config"
            )
