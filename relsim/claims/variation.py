"""A claim tried otherwise: some of its readings only, or something in its markets held fixed."""

import itertools
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from relsim.claims.spec import ClaimSpec, FrontierSpec, ReadingSpec
from relsim.errors import SpecError
from relsim.lab.design.checks import is_number
from relsim.lab.spec import ExperimentSpec, FactorSpec
from relsim.spec.hints import listing, nearest
from relsim.spec.paths import overwrites, split_first


@dataclass(frozen=True)
class Variation:
    """What is tried.

    Attributes
    ----------
    readings : tuple of str
        The readings that are tested; all of them where none is named.
    settings : mapping
        Dotted path of the market to value. A factor of the scope with that path is held there and
        leaves the scope.

    Examples
    --------
    >>> Variation(("size",), {"firms.*.awareness": 0.5}).arguments()
    " --reading size --set 'firms.*.awareness=0.5'"
    >>> bool(Variation())
    False
    """

    readings: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether anything is otherwise."""
        return bool(self.readings or self.settings)

    def arguments(self) -> str:
        """Return what stands behind the name of the claim on a command line."""
        named = [f" --reading {name}" for name in self.readings]
        held = [f" --set {shlex.quote(f'{k}={_said(v)}')}" for k, v in self.settings.items()]
        return "".join((*named, *held))

    def tests(self, reading: str) -> bool:
        """Return whether a reading is tested."""
        return not self.readings or reading in self.readings


def tried(spec: ClaimSpec, variation: Variation, where: str) -> ClaimSpec:
    """Return a claim with a variation in it.

    All readings stay there, so that intervals are corrected for as many as ever.

    Parameters
    ----------
    spec : ClaimSpec
        The claim as it is.
    variation : Variation
        What is tried.
    where : str
        How errors call the claim.

    Raises
    ------
    SpecError
        If a reading is not there, or something else than the settings sets what is to be held.
    """
    for name in variation.readings:
        if name not in spec.readings:
            hint = nearest(name, list(spec.readings)) or listing(list(spec.readings))
            raise SpecError(f"--reading: given {name!r}, which {where} has not{hint}")
    for path in variation.settings:
        if split_first(path)[0] == "run":
            raise SpecError(
                f"--set {path}: given, allowed: keys of the market; its months and random numbers "
                "are those of the reading"
            )
    readings = {
        name: _held(name, reading, variation.settings) if variation.tests(name) else reading
        for name, reading in spec.readings.items()
    }
    return spec.model_copy(
        update={"readings": readings, "frontier": _frontier(spec, readings, variation)}
    )


def _held(name: str, reading: ReadingSpec, settings: Mapping[str, Any]) -> ReadingSpec:
    experiment = reading.experiment
    if experiment is None or not settings:
        return reading
    _check_arms(name, experiment, settings)
    held: dict[str, Any] = {}
    for path, value in settings.items():
        held |= _along(path, value, experiment.factors)
    held |= settings
    update = {
        "settings": {**experiment.settings, **held},
        "uncertainties": _others(experiment.uncertainties, settings),
        "levers": _others(experiment.levers, settings),
    }
    changed = experiment.model_copy(update=update)
    turn = reading.break_even
    if turn is not None and turn.factor is not None and turn.factor not in _names(changed):
        turn = None
    return reading.model_copy(update={"experiment": changed, "break_even": turn})


def _check_arms(name: str, experiment: ExperimentSpec, settings: Mapping[str, Any]) -> None:
    for arm, values in experiment.arms.items():
        for path, key in itertools.product(settings, values):
            if _meet(path, key):
                raise SpecError(
                    f"--set {path}: given for the reading {name!r}, whose arm {arm!r} sets it; "
                    "allowed: what no arm sets"
                )


def _along(path: str, value: Any, factors: Sequence[FactorSpec]) -> dict[str, Any]:
    """Return what goes along with a factor that is held.

    Raises
    ------
    SpecError
        If the path is a part of what a factor sets, or more than that: it would not be held; or if
        something moves along with a value that is no number.
    """
    along: dict[str, Any] = {}
    for factor in factors:
        if path == factor.key:
            if factor.also and not is_number(value):
                raise SpecError(
                    f"--set {path}: given {value!r}, allowed: a number, with which "
                    f"{', '.join(factor.also)} moves along"
                )
            along |= {key: zero + slope * value for key, (zero, slope) in factor.also.items()}
            continue
        for key in (factor.key, *factor.also):
            if _meet(path, key):
                raise SpecError(
                    f"--set {path}: given, but the scope varies {key} with the factor "
                    f"{factor.title}; allowed: {factor.key}, which holds all of it"
                )
    return along


def _others(factors: tuple[FactorSpec, ...], settings: Mapping[str, Any]) -> tuple[FactorSpec, ...]:
    return tuple(factor for factor in factors if factor.key not in settings)


def _meet(path: str, key: str) -> bool:
    return overwrites(path, key) or overwrites(key, path)


def _frontier(
    spec: ClaimSpec, readings: Mapping[str, ReadingSpec], variation: Variation
) -> FrontierSpec | None:
    """Return the map of a claim, unless its reading is not tested or a factor of it is held."""
    asked = spec.frontier
    if asked is None or asked.reading not in readings:
        return asked  # what is wrong with it is said elsewhere
    before, after = spec.readings[asked.reading].experiment, readings[asked.reading].experiment
    held = before is not None and after is not None and _names(before) - _names(after)
    gone = not variation.tests(asked.reading) or (held and {asked.x, asked.y} & held)
    return None if gone else asked


def _names(experiment: ExperimentSpec) -> set[str]:
    return {factor.title for factor in experiment.factors}


def _said(value: Any) -> str:
    """Return a value as ``--set`` takes it: in one line of YAML."""
    text = yaml.safe_dump(value, default_flow_style=True, width=_ONE_LINE, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("...").strip()


_ONE_LINE = 1_000_000
