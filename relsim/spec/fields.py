"""How a key of a config is declared: meaning, unit, bounds and the source of its default."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from relsim.errors import SpecError

DOTTED = r"^\w+(\.\w+)+$"
"""What the dotted path of a class looks like."""
ASSUMED = "assumed"
"""The source of a default that nobody published: a choice of relsim's authors."""


class SpecModel(BaseModel):
    """A part of a config: frozen, and a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse to change a config in place.

        Raises
        ------
        SpecError
            Always, saying how to get a changed one.
        """
        raise SpecError(
            f"{name}: a config is not changed in place; "
            "spec = spec.with_({'firms.0.price': 50.0}) gives one with other values"
        )


def key(
    meaning: str,
    *,
    unit: str,
    default: Any = ...,
    source: str | None = None,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    single: bool = False,
    **more: Any,
) -> Any:
    """Declare a key of a config.

    Parameters
    ----------
    meaning : str
        One line, as ``relsim explain`` prints it.
    unit : str
        The unit of the value, "-" for a pure name or switch.
    default : optional
        Without one the key is required.
    source : str, optional
        Where the default comes from; ``ASSUMED`` unless said.
    ge, gt, le, lt : float, optional
        Bounds.
    single : bool
        Whether state in single precision is held against it: the rules then read it as the state
        would be kept, so that state at a threshold is equal to it, whichever way it rounds.
    **more
        Handed to :func:`pydantic.Field`.

    Raises
    ------
    TypeError
        If a required key names a source, or the meaning does not end in a full stop.
    """
    if not meaning.endswith("."):
        raise TypeError(f"the meaning of a key ends in a full stop: {meaning!r}")
    required = default is ... and "default_factory" not in more
    if required and source is not None:
        raise TypeError(f"a required key has no default whose source could be named: {meaning!r}")
    extra: dict[str, Any] = {"unit": unit, "source": None if required else (source or ASSUMED)}
    if single:
        extra["single"] = True
    if "default_factory" not in more:
        more["default"] = default
    return Field(description=meaning, json_schema_extra=extra, ge=ge, gt=gt, le=le, lt=lt, **more)


def chance(meaning: str, *, default: Any = ..., source: str | None = None, **more: Any) -> Any:
    """Declare a probability a month, from 0 to 1."""
    unit = more.pop("unit", "chance a month")
    return key(meaning, unit=unit, default=default, source=source, ge=0.0, le=1.0, **more)


def fraction(meaning: str, *, default: Any = ..., source: str | None = None, **more: Any) -> Any:
    """Declare a fraction, from 0 to 1."""
    unit = more.pop("unit", "share")
    return key(meaning, unit=unit, default=default, source=source, ge=0.0, le=1.0, **more)


def weight(
    meaning: str,
    *,
    default: Any = ...,
    source: str | None = None,
    unit: str = "utility",
    ge: float | None = None,
) -> Any:
    """Declare a coefficient of a utility or of log-odds, within 50 in size."""
    lowest = -50.0 if ge is None else ge
    return key(meaning, unit=unit, default=default, source=source, ge=lowest, le=50.0)


def money(meaning: str, *, default: Any = ..., source: str | None = None, per: str = "") -> Any:
    """Declare an amount of money, from 0 on."""
    unit = f"money per {per}" if per else "money"
    return key(meaning, unit=unit, default=default, source=source, ge=0.0, le=1e12)


def half_at(meaning: str, *, per: str, default: Any = ..., source: str | None = None) -> Any:
    """Declare a spend at which half of a ceiling is reached, in reference prices."""
    unit = f"reference prices per {per}"
    return key(meaning, unit=unit, default=default, source=source, gt=0.0, le=1e6)


def prices(meaning: str, *, per: str, default: Any = ..., source: str | None = None) -> Any:
    """Declare an amount in list prices of a unit: in any currency the same number."""
    unit = f"list prices per {per}"
    return key(meaning, unit=unit, default=default, source=source, ge=0.0, le=1e6)


# What was declared ------------------------------------------------------------------------


def unit_of(field: FieldInfo) -> str:
    """Return the unit of a key, "" where it was declared without one.

    Examples
    --------
    >>> from relsim.spec import Frame
    >>> unit_of(Frame.model_fields["reference_price"])
    'money per unit'
    """
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return str(extra.get("unit") or "")


def is_money(unit: str) -> bool:
    """Return whether a value of some unit is an amount, another number in another currency.

    Examples
    --------
    >>> is_money("money per customer and month"), is_money("money per money"), is_money("share")
    (True, False, False)
    """
    amount, _, per = unit.partition(" per ")
    return amount == "money" and not per.startswith("money")
