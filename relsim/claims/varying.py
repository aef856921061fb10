"""A claim tried otherwise: some of its readings only, or something in its markets held fixed."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from relsim.claims.spec import ClaimSpec, FrontierSpec, ReadingSpec
from relsim.errors import SpecError
from relsim.lab.moving import overwrites
from relsim.lab.spec import ExperimentSpec
from relsim.spec.checking import listing, nearest


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


def varied(spec: ClaimSpec, variation: Variation, where: str) -> ClaimSpec:
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
        If a reading is not there, or an arm sets what is to be held.
    """
    for name in variation.readings:
        if name not in spec.readings:
            hint = nearest(name, list(spec.readings)) or listing(list(spec.readings))
            raise SpecError(f"--reading: given {name!r}, which {where} has not{hint}")
    readings = {
        name: _held(name, reading, variation) if variation.tests(name) else reading
        for name, reading in spec.readings.items()
    }
    return spec.model_copy(
        update={"readings": readings, "frontier": _frontier(spec, readings, variation)}
    )


def _held(name: str, reading: ReadingSpec, variation: Variation) -> ReadingSpec:
    experiment = reading.experiment
    if experiment is None or not variation.settings:
        return reading
    for arm, values in experiment.arms.items():
        for path in variation.settings:
            if any(overwrites(path, key) or overwrites(key, path) for key in values):
                raise SpecError(
                    f"--set {path}: given for the reading {name!r}, whose arm {arm!r} sets it; "
                    "allowed: what no arm sets"
                )
    kept = tuple(one for one in experiment.uncertainties if one.key not in variation.settings)
    levers = tuple(one for one in experiment.levers if one.key not in variation.settings)
    update = {
        "settings": {**experiment.settings, **variation.settings},
        "uncertainties": kept,
        "levers": levers,
    }
    changed = experiment.model_copy(update=update)
    turn = reading.break_even
    if turn is not None and turn.factor is not None and turn.factor not in _names(changed):
        turn = None
    return reading.model_copy(update={"experiment": changed, "break_even": turn})


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
    """Return a value as ``--set`` takes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)
