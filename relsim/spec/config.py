"""From YAML to a checked spec: extends, overrides, and errors that name the place."""

import copy
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from relsim.errors import EdgeListError, SpecError
from relsim.spec.hints import brief, kind_of
from relsim.spec.locations import locate
from relsim.spec.market import MarketSpec
from relsim.spec.overrides import override
from relsim.spec.validation import checked
from relsim.spec.yaml_text import parse_yaml, read_text

EXTENDS = "extends"
SET = "set"
_LONGEST = 30
"""Configs that extend one another, at most."""


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the keys and values of a YAML file.

    Raises
    ------
    SpecError
        If it cannot be read, or holds something else.
    """
    data = parse_yaml(read_text(path, "the config"), str(path))
    if not isinstance(data, dict):
        raise SpecError(f"{path}: a config is a mapping of keys to values, not {kind_of(data)}")
    return data


def _merge(base: Any, top: Any) -> Any:
    """Lay one config over another: mappings key by key, everything else is replaced."""
    if isinstance(base, dict) and isinstance(top, dict):
        merged = dict(base)
        for name, value in top.items():
            merged[name] = _merge(base[name], value) if name in base else value
        return merged
    return top


def _read_extended(path: Path, above: tuple[Path, ...] = ()) -> tuple[dict[str, Any], list[Any]]:
    """Return the merged keys of a config and of those it extends, and their ``set`` blocks."""
    path = path.resolve()
    if path in above:
        chain = " -> ".join(item.name for item in (*above, path))
        raise SpecError(f"{path}: extends itself: {chain}")
    if len(above) > _LONGEST:
        raise SpecError(f"{above[0]}: extends: a chain of more than {_LONGEST} configs")
    return _extended(read_mapping(path), path.parent, (*above, path))


def _extended(
    data: dict[str, Any], folder: Path, above: tuple[Path, ...]
) -> tuple[dict[str, Any], list[Any]]:
    """Return the keys of a config on top of what it extends, whose paths start in a folder."""
    file = str(above[-1].name) if above else IN_PYTHON
    settings = [(file, data.pop(SET))] if SET in data else []
    _make_paths_absolute(data, folder)
    base = data.pop(EXTENDS, None)
    if base is None:
        return data, settings
    if not isinstance(base, str):
        raise SpecError(f"{file}: extends: given {base!r}, allowed: the path of another config")
    try:
        place = locate(base, folder)
    except SpecError as error:
        raise SpecError(f"{file}: extends: {error}") from None
    below, earlier = _read_extended(place, above)
    return cast(dict[str, Any], _merge(below, data)), earlier + settings


def _make_paths_absolute(data: dict[str, Any], folder: Path) -> None:
    # A file that a config names lies beside that config, not where the user happens to stand.
    network = data.get("customers", {})
    network = network.get("network", {}) if isinstance(network, dict) else {}
    if isinstance(network, dict) and isinstance(network.get("file"), str):
        network["file"] = str((folder / network["file"]).resolve())


def validate(data: Any, name: str) -> MarketSpec:
    """Return the spec that a config's content describes.

    Raises
    ------
    SpecError
        Naming every fault with its place, what was given and what is allowed.
    """
    return checked(MarketSpec, data, name)


IN_PYTHON = "config"
"""How errors call a config that was given as a mapping."""


def read(
    config: str | Path | Mapping[str, Any], overrides: Mapping[str, Any] | None = None
) -> MarketSpec:
    """Read a config and lay overrides over it.

    Parameters
    ----------
    config : str, Path or mapping
        A YAML file, the name of a config that comes with relsim ("telecom"), or the keys
        themselves, which may extend another config.
    overrides : mapping, optional
        Dotted path to value: ``{"firms.0.price": 25.0}``.

    Raises
    ------
    SpecError
        If the file, the config or an override is not sound.
    """
    if isinstance(config, Mapping):
        path = own = IN_PYTHON
        data, settings = _extended(copy.deepcopy(dict(config)), Path.cwd(), ())
    else:
        path, place = str(config), locate(str(config), Path.cwd())
        own = place.resolve().name
        data, settings = _read_extended(place)
    if {"outcomes", "base"} <= data.keys():
        raise SpecError(
            f"{path}: is the config of an experiment, not of a market; relsim experiment takes it"
        )
    spec = validate(data, path)
    for file, setting in settings:
        name = path if file == own else f"{path}: extends {file}"
        if not isinstance(setting, dict):
            kind = kind_of(setting)
            raise SpecError(f"{name}: set: a mapping of dotted paths to values, not {kind}")
        spec = override(spec, setting, f"{name}: set")
    return override(spec, overrides or {}, path)


def parse_assignment(text: str) -> tuple[str, Any]:
    """Split ``key=value`` as given on a command line; the value is YAML.

    Raises
    ------
    SpecError
        If there is no "=".

    Examples
    --------
    >>> parse_assignment("firms.0.price=25")
    ('firms.0.price', 25)
    """
    path, sign, value = text.partition("=")
    if not sign or not path.strip():
        raise SpecError(f"given {brief(text)!r}, allowed: KEY=VALUE, such as run.months=60")
    return path.strip(), parse_yaml(value, f"value of {brief(path.strip())}")


def spec_hash(spec: MarketSpec) -> str:
    """Return a hash of all that a config says of a run, the content of a network file included.

    Raises
    ------
    EdgeListError
        If that file cannot be read.
    """
    data = spec.model_dump(mode="json")
    file = spec.customers.network.file
    if file is not None:
        data["customers"]["network"]["file"] = _hash_of_file(Path(file))
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _hash_of_file(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise EdgeListError(f"customers.network.file: {path}: is no regular file")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        if isinstance(error, EdgeListError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise EdgeListError(f"customers.network.file: {path}: cannot be read: {reason}") from None
