"""What is wrong with a factor, in one sentence: its key, what was given, what is allowed."""

import json
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from relsim.errors import SpecError, TimeExceeded
from relsim.lab.runs.time_limit import within
from relsim.spec.hints import nearest

SCALES = ("linear", "log")
_PATIENCE = 10.0  # seconds
OUTER = 0.025
"""A distribution's ends are the quantiles with this probability outside, on either side."""
DISTRIBUTIONS = {
    name: found
    for name in dir(stats)
    if isinstance(found := getattr(stats, name), stats.rv_continuous | stats.rv_discrete)
}
"""The distributions of scipy.stats, by name."""


def check_factor(given: Mapping[str, Any]) -> None:
    """Check what a factor is made of.

    Parameters
    ----------
    given : mapping
        The fields of a :class:`relsim.lab.design.factors.Factor`, which may hold anything.

    Raises
    ------
    SpecError
        Naming the first fault.
    """
    key = given["key"]
    if not isinstance(key, str) or not key:
        raise SpecError(f"a factor's key: given {key!r}, allowed: a name that is not empty")
    _check_kind(key, given)
    if given["levels"] is not None:
        _check_levels(key, given["levels"])
    elif given["name"] is not None:
        _check_distribution(key, given["name"], given["parameters"])
    else:
        _check_range(key, given)


def _check_kind(key: str, fields: Mapping[str, Any]) -> None:
    kinds = {
        "levels": fields["levels"] is not None,
        "low and high": fields["low"] is not None or fields["high"] is not None,
        "name": fields["name"] is not None,
    }
    given = [kind for kind, there in kinds.items() if there]
    if len(given) != 1:
        raise SpecError(
            f"{key}: given {' together with '.join(given) or 'no values'}, "
            "allowed: exactly one of levels, a range (low and high), a distribution (name)"
        )
    if given != ["low and high"] and (fields["integer"] or fields["scale"] != "linear"):
        raise SpecError(f"{key}: scale and integer are for a range, given {given[0]}")
    if fields["parameters"] and given != ["name"]:
        raise SpecError(f"{key}: parameters are for a distribution, given {given[0]}")


def _check_levels(key: str, levels: Any) -> None:
    if not isinstance(levels, tuple) or not levels:
        raise SpecError(f"{key}: levels: given {levels!r}, allowed: a list of one value or more")
    shown = [repr(level) for level in levels]
    twice = next((level for level in shown if shown.count(level) > 1), None)
    if twice:
        raise SpecError(f"{key}: levels: given {twice} twice, allowed: each value once")
    owners: dict[str, Any] = {}
    for level in levels:
        for text in _texts(level):
            other = owners.setdefault(text, level)
            if other is not level:
                raise SpecError(
                    f"{key}: levels: given {other!r} and {level!r}, which tables could not tell "
                    "apart, allowed: one of them"
                )


def _texts(level: Any) -> set[str]:
    """Return all texts that a level may stand as in a table or a name.

    Examples
    --------
    >>> sorted(_texts(1)), sorted(_texts("1")), sorted(_texts(None))
    (['1', '1.0'], ['1'], ['None', 'null'])
    """
    if isinstance(level, str):
        return {level}
    texts = {str(level), json.dumps(level, default=str)}
    return texts | {str(float(level))} if is_number(level) else texts


def _check_range(key: str, fields: Mapping[str, Any]) -> None:
    for end in ("low", "high"):
        value = fields[end]
        if not is_number(value):
            given = "nothing" if value is None else repr(value)
            raise SpecError(f"{key}: {end}: given {given}, allowed: a finite number")
        if fields["integer"] and value != math.floor(value):
            raise SpecError(f"{key}: {end}: given {value!r}, allowed: a whole number")
    low, high, scale = fields["low"], fields["high"], fields["scale"]
    if scale not in SCALES:
        hint = nearest(str(scale), SCALES)
        raise SpecError(f"{key}: scale: given {scale!r}, allowed: {' or '.join(SCALES)}{hint}")
    if not low < high:
        raise SpecError(
            f"{key}: the range is empty: given low {low!r} and high {high!r}, "
            "allowed: low below high"
        )
    if scale == "log" and low <= 0:
        raise SpecError(f"{key}: low: given {low!r}, allowed: above 0 on a log scale")


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number, which true and false are not."""
    number = isinstance(value, int | float | np.integer) and not isinstance(value, bool)
    return number and math.isfinite(value)


def _check_distribution(key: str, name: Any, parameters: Any) -> None:
    distribution = DISTRIBUTIONS.get(name) if isinstance(name, str) else None
    if distribution is None:
        raise SpecError(
            f"{key}: name: given {name!r}, allowed: a distribution of scipy.stats"
            f"{nearest(str(name), list(DISTRIBUTIONS))}"
        )
    shapes = distribution.shapes.split(", ") if distribution.shapes else []
    place = ["loc"] if isinstance(distribution, stats.rv_discrete) else ["loc", "scale"]
    known = [*shapes, *place]
    if not isinstance(parameters, Mapping):
        raise SpecError(f"{key}: parameters: given {parameters!r}, allowed: {', '.join(known)}")
    for parameter, value in parameters.items():
        if parameter not in known:
            hint = nearest(str(parameter), known)
            raise SpecError(
                f"{key}: parameters.{parameter}: unknown to {name}, "
                f"allowed: {', '.join(known)}{hint}"
            )
        if not is_number(value):
            raise SpecError(f"{key}: parameters.{parameter}: given {value!r}, allowed: a number")
    missing = [shape for shape in shapes if shape not in parameters]
    if missing:
        raise SpecError(f"{key}: parameters.{missing[0]}: {name} requires it and it is missing")
    if not np.isfinite(quantiles(key, str(name), parameters, [OUTER, 0.5, 1.0 - OUTER])).all():
        raise SpecError(_not_defined(key, str(name), parameters))


def quantiles(
    key: str,
    name: str,
    parameters: Mapping[str, Any],
    probabilities: Sequence[float] | npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return quantiles of a distribution of scipy's.

    Parameters
    ----------
    key : str
        How errors call the factor.
    name : str
        Of the distribution.
    parameters : mapping
        Of it.
    probabilities : array_like
        Where.

    Raises
    ------
    SpecError
        If scipy fails, or takes longer than anybody would wait.
    """
    try:
        with within(_PATIENCE), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return np.asarray(DISTRIBUTIONS[name](**parameters).ppf(probabilities), np.float64)
    except TimeExceeded:
        raise SpecError(
            f"{key}: parameters: given {dict(parameters)}: scipy takes longer than {_PATIENCE:g} s "
            f"for quantiles of {name}; allowed: levels or a range instead"
        ) from None
    except Exception as error:  # whatever scipy raises at the edges of what is defined
        raise SpecError(_not_defined(key, name, parameters)) from error


def _not_defined(key: str, name: str, parameters: Mapping[str, Any]) -> str:
    return (
        f"{key}: parameters: given {dict(parameters)}, allowed: those for which scipy's {name} is "
        "defined"
    )
