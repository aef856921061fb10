"""From the YAML of a claim to readings that are ready to be tested."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from relsim.claims.quick import CUSTOMERS, small
from relsim.claims.region import Region
from relsim.claims.spec import ClaimSpec, EffectSpec, Measure, ReadingSpec
from relsim.claims.variation import Variation, tried
from relsim.errors import Gathering, SpecError
from relsim.lab.config import Config, check_used
from relsim.lab.design.points import factor_columns
from relsim.lab.runs.study import Study
from relsim.lab.spec import ExperimentSpec
from relsim.spec.config import read_mapping
from relsim.spec.hints import listing, nearest
from relsim.spec.locations import locate, shipped, shipped_folder
from relsim.spec.validation import checked

KIND = "claims"
_LEAST_REPLICATIONS = 2


@dataclass(frozen=True)
class Reading:
    """A reading that can be tested, everything in it checked.

    Attributes
    ----------
    name : str
        Its key in the claim.
    spec : ReadingSpec
        What the config says.
    study : Study
        The experiment.
    effect : EffectSpec
        What is measured, arms filled in.
    region : Region
        Where the hypothesis says that it lies.
    """

    name: str
    spec: ReadingSpec
    study: Study
    effect: EffectSpec
    region: Region

    @property
    def arms(self) -> tuple[str, str | None]:
        """Treatment, and control unless the treatment stands for itself."""
        return arms_of(self.effect)

    @property
    def unit(self) -> str:
        """The unit of the effect."""
        return self.effect.unit or unit_of(self, self.effect.outcome, self.effect.measure)


def arms_of(effect: EffectSpec) -> tuple[str, str | None]:
    """Return treatment and control of an effect whose arms are filled in."""
    control = None if effect.measure == "value" else effect.control
    return str(effect.treatment), control


def unit_of(reading: Reading, outcome: str, measure: Measure) -> str:
    """Return the unit of an outcome's effect."""
    if measure == "relative":
        return "share"
    return reading.study.spec.outcomes[outcome].unit


@dataclass(frozen=True)
class Claim:
    """A claim whose readings have been read and checked.

    Attributes
    ----------
    name : str
        How the user called it.
    spec : ClaimSpec
        What the config says.
    readings : mapping
        Those that are tested, by name.
    variation : Variation
        What is otherwise than the config has it; it is in ``spec`` already.
    ours : bool
        Whether it is one that comes with relsim.
    """

    name: str
    spec: ClaimSpec
    readings: Mapping[str, Reading]
    variation: Variation = field(default_factory=Variation)
    ours: bool = False


def read_claim(
    path: str | Path, *, quick: bool = False, variation: Variation | None = None
) -> Claim:
    """Read a claim and set up all its experiments; nothing runs.

    Parameters
    ----------
    path : str or Path
        A YAML file, or the name of a claim that comes with relsim.
    quick : bool
        Whether markets and samples are made as small as the claim's ``quick`` says.
    variation : Variation, optional
        Readings that are tested alone, and what is held fixed in them.

    Raises
    ------
    RelsimError
        If anything in it cannot be run: which key, what was given, what is allowed.
    """
    place = locate(str(path), Path.cwd(), KIND).resolve()
    data = read_mapping(place)
    if "readings" not in data and ("outcomes" in data or "firms" in data):
        kind = "a market" if "firms" in data else "an experiment"
        raise SpecError(f"{path}: is the config of {kind}, not of a claim")
    variation = variation or Variation()
    if quick and CUSTOMERS in variation.settings:
        raise SpecError(
            f"--set {CUSTOMERS}: given with --quick, which sets it too; allowed: one of the two"
        )
    as_it_is = checked(ClaimSpec, data, str(path))
    for name, one in as_it_is.readings.items():
        if one.experiment is not None:
            asked = "points" in one.experiment.design.model_fields_set
            check_used(f"{path}: readings.{name}.experiment", one.experiment, asked)
    _check_opposite(str(path), as_it_is)
    spec = tried(as_it_is, variation, str(path))
    checks = Gathering()
    found = {
        name: checks.try_(_reading, str(path), place.parent, name, one, spec, quick)
        for name, one in spec.readings.items()
        if one.untestable is None and variation.tests(name)
    }
    checks.raise_()
    readings = {name: one for name, one in found.items() if one is not None}
    _check_frontier(str(path), spec, readings)
    ours = place.parent == (shipped_folder() / KIND).resolve()
    return Claim(str(path), spec, readings, variation, ours)


def shipped_claims() -> list[str]:
    """Return the names of the claims that come with relsim.

    Raises
    ------
    SpecError
        If there are none.
    """
    names = list(shipped(KIND))
    if not names:
        raise SpecError("no claims come with this relsim; relsim claim FILE tests one of your own")
    return names


def _reading(
    path: str, folder: Path, name: str, spec: ReadingSpec, claim: ClaimSpec, quick: bool
) -> Reading:
    where = f"{path}: readings.{name}"
    if spec.experiment is None or spec.effect is None or spec.hypothesis is None:
        raise TypeError(f"{where}: is not testable")
    experiment = spec.experiment.model_copy(update={"title": spec.title})
    _check_replications(experiment, where)
    effect = _filled_in(spec.effect, experiment, where)
    _check_comparisons(spec, experiment, where)
    if quick:
        experiment = small(experiment, claim.quick)
    study = Study.of(Config(f"{where}.experiment", folder, experiment))
    _check_break_even(spec, experiment, where)
    return Reading(name, spec, study, effect, Region.of(spec.hypothesis))


def _check_replications(experiment: ExperimentSpec, where: str) -> None:
    given = experiment.replication.minimum
    if given < _LEAST_REPLICATIONS:
        raise SpecError(
            f"{where}.experiment.replication.minimum: given {given}, allowed: "
            f"{_LEAST_REPLICATIONS} or more, or noise could not be told from the scope"
        )


def _filled_in(effect: EffectSpec, experiment: ExperimentSpec, where: str) -> EffectSpec:
    """Return an effect with its arms, all of them there."""
    control = effect.control or experiment.reference
    treatment = effect.treatment or _only(experiment, effect.measure, control, where)
    _check_known(f"{where}.effect.outcome", effect.outcome, experiment.outcomes)
    _check_known(f"{where}.effect.treatment", treatment, experiment.arms)
    _check_known(f"{where}.effect.control", control, experiment.arms)
    if effect.measure != "value" and treatment == control:
        raise SpecError(
            f"{where}.effect: treatment and control are both {control!r}: allowed: two arms, or "
            "measure: value"
        )
    return effect.model_copy(update={"treatment": treatment, "control": control})


def _only(experiment: ExperimentSpec, measure: Measure, control: str, where: str) -> str:
    others = [arm for arm in experiment.arms if arm != control]
    if measure == "value" and not others:
        return control
    if len(others) != 1:
        raise SpecError(
            f"{where}.effect.treatment: given nothing, allowed: one of "
            f"{', '.join(others) or control}"
        )
    return others[0]


def _check_known(key: str, given: str, known: Collection[str]) -> None:
    if given not in known:
        hint = nearest(given, list(known)) or listing(list(known))
        raise SpecError(f"{key}: given {given!r}, which is not there{hint}")


def _check_comparisons(spec: ReadingSpec, experiment: ExperimentSpec, where: str) -> None:
    for place, one in enumerate(spec.compared_with):
        key = f"{where}.compared_with.{place}"
        if one.outcome is not None:
            _check_known(f"{key}.outcome", one.outcome, experiment.outcomes)
        if one.arm is not None:
            _check_known(f"{key}.arm", one.arm, experiment.arms)
        if one.base is not None:
            _check_known(f"{key}.base", one.base, experiment.bases)


def _check_break_even(spec: ReadingSpec, experiment: ExperimentSpec, where: str) -> None:
    asked = spec.break_even
    if asked is None:
        return
    for key in ("outcome", "per"):
        given = getattr(asked, key)
        if given is not None:
            _check_known(f"{where}.break_even.{key}", given, experiment.outcomes)
    if asked.factor is not None:
        factors = {factor.title: factor for factor in experiment.factors}
        _check_known(f"{where}.break_even.factor", asked.factor, factors)
        if any(isinstance(level, str | bool) for level in factors[asked.factor].levels):
            raise SpecError(
                f"{where}.break_even.factor: given {asked.factor!r}, allowed: a factor of numbers"
            )


def _check_opposite(path: str, spec: ClaimSpec) -> None:
    """Check that the opposite can be tried: its reading is tested, and its keys can be held."""
    if spec.opposite is None:
        return
    tested = [name for name, one in spec.readings.items() if one.untestable is None]
    _check_known(f"{path}: opposite.reading", spec.opposite.reading, tested)
    try:
        tried(spec, Variation((spec.opposite.reading,), spec.opposite.settings), path)
    except SpecError as error:
        raise SpecError(f"{path}: opposite.settings: {error}") from None


def _check_frontier(path: str, spec: ClaimSpec, readings: Mapping[str, Reading]) -> None:
    if spec.frontier is None:
        return
    _check_known(f"{path}: frontier.reading", spec.frontier.reading, readings)
    known = factor_columns(readings[spec.frontier.reading].study.design)
    for key in ("x", "y"):
        _check_known(f"{path}: frontier.{key}", getattr(spec.frontier, key), known)
