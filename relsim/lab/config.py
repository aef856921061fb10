"""From the YAML of an experiment to its spec and the folder that its paths start from."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from relsim.errors import SpecError
from relsim.firms.tables import FORMER
from relsim.lab.spec import FORMER_KEYS, ExperimentSpec
from relsim.spec.config import read, read_mapping
from relsim.spec.locations import locate
from relsim.spec.market import MarketSpec
from relsim.spec.paths import put, split_first
from relsim.spec.validation import checked

_POINTS = "design.points"


class Config(NamedTuple):
    """An experiment's config: what errors call it, where it lies, what it says.

    Attributes
    ----------
    name : str
        What errors call it.
    folder : Path
        Where its paths start.
    spec : ExperimentSpec
        What it says.
    given : mapping
        Markets that are there already, by the names of bases.
    notes : tuple of str
        What is no error and should be known: names that have changed.
    """

    name: str
    folder: Path
    spec: ExperimentSpec
    given: Mapping[str, MarketSpec] = {}
    notes: tuple[str, ...] = ()


def read_experiment(path: str | Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """Read the config of an experiment.

    Parameters
    ----------
    path : str or Path
        A YAML file, or the name of an experiment that comes with relsim.
    overrides : mapping, optional
        Dotted path in the experiment to value: ``{"replication.minimum": 4}``.

    Raises
    ------
    SpecError
        If it is not sound: which key, what was given, what is allowed.
    """
    place = locate(str(path), Path.cwd(), "experiments").resolve()
    data = read_mapping(place)
    if "outcomes" not in data and {"firms", "market", "extends"} & data.keys():
        raise SpecError(
            f"{path}: is the config of a market, not of an experiment; relsim run takes it"
        )
    spec = checked(ExperimentSpec, data, str(path))
    if overrides:
        changed = spec.model_dump(mode="json")
        for key, value in overrides.items():
            _put(changed, FORMER_KEYS.get(str(key), str(key)), value)
        spec = checked(ExperimentSpec, changed, "--set")
    check_used(str(path), spec, _points_asked(data, overrides or {}))
    said = {**data, **{str(key): value for key, value in (overrides or {}).items()}}
    return Config(str(path), place.parent, spec, notes=tuple(former_names(said)))


PYTHON = "experiment"
"""How errors call an experiment that was written in Python."""


def from_python(
    data: Mapping[str, Any], bases: Sequence[str | Path | Mapping[str, Any] | MarketSpec]
) -> Config:
    """Return the config of an experiment that was written in Python.

    Parameters
    ----------
    data : mapping
        The keys, but for ``base``.
    bases : sequence of str, Path, mapping or MarketSpec
        The markets.

    Raises
    ------
    SpecError
        If it is not sound.
    """
    names: list[str] = []
    given: dict[str, MarketSpec] = {}
    for place, base in enumerate(bases, 1):
        if isinstance(base, str | Path):
            names.append(str(base))
            continue
        spec = base if isinstance(base, MarketSpec) else read(base)
        twice = spec.title in names
        names.append(f"{spec.title} {place}" if twice else spec.title)
        given[names[-1]] = spec
    whole = {**data, "base": names[0] if len(names) == 1 else names}
    experiment = checked(ExperimentSpec, whole, PYTHON)
    check_used(PYTHON, experiment, _points_asked(whole, {}))
    return Config(PYTHON, Path.cwd(), experiment, given)


def former_names(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for every key or column of an experiment that is called otherwise now.

    Parameters
    ----------
    data : mapping
        The content of a config.
    """
    yield from (f"{old} is called {new} now" for old, new in FORMER_KEYS.items() if old in data)
    outcomes, panel = data.get("outcomes"), data.get("panel")
    named = set(panel.get("measures") or ()) if isinstance(panel, Mapping) else set()
    for outcome in outcomes.values() if isinstance(outcomes, Mapping) else ():
        for key in ("measure", "per"):
            text = outcome.get(key) if isinstance(outcome, Mapping) else None
            named |= {part for part in re.split(r"[\s+-]+", str(text or "")) if part}
    yield from (
        f"the column {old} is called {new} now" for old, new in FORMER.items() if old in named
    )


def _points_asked(data: Mapping[str, Any], overrides: Mapping[str, Any]) -> bool:
    """Say whether somebody asked for a number of points."""
    design = data.get("design", {})
    return "points" in design or "points" in overrides.get("design", {}) or _POINTS in overrides


def check_used(name: str, spec: ExperimentSpec, points_asked: bool) -> None:
    """Refuse points that would silently become one: a wish that has no effect.

    Parameters
    ----------
    name : str
        How errors call the experiment.
    spec : ExperimentSpec
        What its config says.
    points_asked : bool
        Whether somebody asked for a number of points.

    Raises
    ------
    SpecError
        If there is nothing to sample.
    """
    alone = not spec.uncertainties and spec.design.file is None
    if alone and points_asked and spec.design.points > 1:
        raise SpecError(
            f"{name}: {_POINTS}: given {spec.design.points}, allowed: none, as there are no "
            "uncertainties to sample (levers have levels or steps; replication.minimum says how "
            "often each point is simulated)"
        )


def _put(data: dict[str, Any], key: str, value: Any) -> None:
    """Set a value; in settings and arms, what follows is a path of the market: a key of its own."""
    first, rest = split_first(key)
    arm, path = split_first(rest)
    if first == "settings" and rest:
        data[first][rest] = value
    elif first == "arms" and path and arm in data[first]:
        data[first][arm][path] = value
    else:
        put(data, key, value, "--set", _takes_any_key)


def _takes_any_key(parts: list[str]) -> bool:
    # Arms and settings hold dotted paths of the market, outcomes are named by the user.
    return parts[0] in ("settings", "arms", "outcomes")
