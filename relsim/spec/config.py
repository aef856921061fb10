"""From YAML to a checked spec: extends, overrides, and errors that name the place."""

import copy
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from relsim.errors import EdgeListError, SpecError
from relsim.spec.locations import locate
from relsim.spec.market import MarketSpec
from relsim.spec.validation import brief, checked, kind_of, listing, nearest
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


def override(spec: MarketSpec, values: Mapping[str, Any], name: str = "override") -> MarketSpec:
    """Return a spec with some values changed.

    Parameters
    ----------
    spec : MarketSpec
        What to start from; it stays as it is.
    values : mapping
        Dotted path to value; list places count from 0, * stands for all of them.
    name : str
        How errors call the origin of the values.

    Raises
    ------
    SpecError
        If a path leads nowhere or the result is not sound.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> override(starter(), {"run.months": 6}).run.months
    6
    """
    if not values:
        return spec
    data = spec.model_dump(mode="json")
    for path, value in values.items():
        put(data, str(path), value, name, _takes_any_key)
    return validate(data, name)


Free = Callable[[list[str]], bool]
"""Whether a mapping takes any key at the place that the parts of a dotted path name."""


def put(data: dict[str, Any], path: str, value: Any, name: str, free: Free) -> None:
    """Set the value at a dotted path; * stands for every place of a list.

    Parameters
    ----------
    data : dict
        Changed in place.
    path : str
        Keys, and places of lists from 0 on.
    value : any
        The value.
    name : str
        How errors call its origin.
    free : callable
        Where keys that are not there yet may be set.

    Raises
    ------
    SpecError
        If the path leads nowhere.

    Examples
    --------
    >>> data = {"firms": [{"price": 1}, {"price": 2}]}
    >>> put(data, "firms.*.price", 3, "test", lambda parts: False)
    >>> data
    {'firms': [{'price': 3}, {'price': 3}]}
    """
    _put_inside(data, path.split("."), 0, value, (name, free))


def _put_inside(
    place: Any, parts: list[str], depth: int, value: Any, context: tuple[str, Free]
) -> None:
    for at in _steps(place, parts, depth, context):
        if depth == len(parts) - 1:
            place[at] = value
        else:
            _put_inside(place[at], parts, depth + 1, value, context)


def _steps(
    place: Any, parts: list[str], depth: int, context: tuple[str, Free]
) -> Sequence[str | int]:
    """Return the keys, or the places in a list, that a part of a dotted path means."""
    part, where = parts[depth], brief(".".join(parts[: depth + 1]))
    name, free = context
    if isinstance(place, list):
        if part == "*":
            return range(len(place))
        at = place_in(part, len(place))
        if at is None:
            empty = f"none, the list is empty; set it whole, as {'.'.join(parts[:depth])}=[...]"
            allowed = f"0 to {len(place) - 1}, or * for all" if place else empty
            raise SpecError(f"{name}: {where}: given place {brief(part)!r}, allowed: {allowed}")
        return [at]
    if not isinstance(place, dict):
        raise SpecError(f"{name}: {where}: {brief('.'.join(parts[:depth]))} has no keys inside")
    if part not in place and not free(parts[: depth + 1]):
        hint = nearest(part, list(place)) or listing(list(place))
        raise SpecError(f"{name}: {where}: unknown key{hint}")
    if part not in place and depth < len(parts) - 1:
        place[part] = {}
    return [part]


def place_in(part: str, length: int) -> int | None:
    """Return the place in a list that a part of a dotted path means; None if there is none.

    Examples
    --------
    >>> place_in("1", 2), place_in("2", 2), place_in("\N{SUPERSCRIPT TWO}", 3)
    (1, None, None)
    """
    if not (part.isascii() and part.isdigit() and len(part) <= _LONGEST_PLACE):
        return None
    return int(part) if int(part) < length else None


_LONGEST_PLACE = 9  # digits


def _takes_any_key(parts: list[str]) -> bool:
    # The parameters of a strategy are known to the strategy, which checks them itself.
    return len(parts) == 4 and parts[0] == "firms" and parts[2] == "strategy"


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
