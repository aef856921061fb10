"""From YAML to a checked spec: extends, overrides, and errors that name the place."""

import copy
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import yaml

from relsim.errors import EdgeListError, SpecError
from relsim.spec.checking import checked, kind_of, listing, nearest
from relsim.spec.locating import locate
from relsim.spec.market import MarketSpec

EXTENDS = "extends"
SET = "set"


class _Loader(yaml.SafeLoader):
    """YAML without its two traps: a key given twice is an error, and 1e-3 is a number."""


def _mapping_without_repeats(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    own = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
    for key in own:
        if own.count(key) > 1:
            line = node.start_mark.line + 1
            raise SpecError(
                f"the key {key!r} stands twice in the mapping that starts in line {line}"
            )
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping_without_repeats)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\d[\d_]*(\.\d*)?|\.\d+)[eE][-+]?\d+$"),
    list("-+0123456789."),
)


def parse_yaml(text: str, name: str) -> Any:
    """Return the content of a YAML text.

    Raises
    ------
    SpecError
        If it is not YAML, or gives a key twice.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # derived from the safe loader
    except SpecError as error:
        raise SpecError(f"{name}: {error}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise SpecError(f"{name}: not valid YAML{place}: {problem}") from None


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the keys and values of a YAML file.

    Raises
    ------
    SpecError
        If it cannot be read, or holds something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpecError(f"{path}: the config cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path}: the config is not a text file in UTF-8") from None
    data = parse_yaml(text, str(path))
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
    return _extended(read_mapping(path), path.parent, (*above, path))


def _extended(
    data: dict[str, Any], folder: Path, above: tuple[Path, ...]
) -> tuple[dict[str, Any], list[Any]]:
    """Return the keys of a config on top of what it extends, whose paths start in a folder."""
    settings = [data.pop(SET)] if SET in data else []
    _make_paths_absolute(data, folder)
    base = data.pop(EXTENDS, None)
    if base is None:
        return data, settings
    if not isinstance(base, str):
        name = above[-1] if above else IN_PYTHON
        raise SpecError(f"{name}: extends: given {base!r}, allowed: the path of another config")
    below, earlier = _read_extended(locate(base, folder), above)
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
        path, (data, settings) = IN_PYTHON, _extended(copy.deepcopy(dict(config)), Path.cwd(), ())
    else:
        path = str(config)
        data, settings = _read_extended(locate(path, Path.cwd()))
    if {"outcomes", "base"} <= data.keys():
        raise SpecError(
            f"{path}: is the config of an experiment, not of a market; relsim experiment takes it"
        )
    spec = validate(data, path)
    for setting in settings:
        if not isinstance(setting, dict):
            kind = kind_of(setting)
            raise SpecError(f"{path}: set: a mapping of dotted paths to values, not {kind}")
        spec = override(spec, setting, f"{path}: set")
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
    part, where = parts[depth], ".".join(parts[: depth + 1])
    name, free = context
    if isinstance(place, list):
        if part == "*":
            return range(len(place))
        if not part.isdigit() or int(part) >= len(place):
            empty = f"none, the list is empty; set it whole, as {'.'.join(parts[:depth])}=[...]"
            allowed = f"0 to {len(place) - 1}, or * for all" if place else empty
            raise SpecError(f"{name}: {where}: given place {part!r}, allowed: {allowed}")
        return [int(part)]
    if not isinstance(place, dict):
        raise SpecError(f"{name}: {where}: {'.'.join(parts[:depth])} has no keys inside")
    if part not in place and not free(parts[: depth + 1]):
        hint = nearest(part, list(place)) or listing(list(place))
        raise SpecError(f"{name}: {where}: unknown key{hint}")
    if part not in place and depth < len(parts) - 1:
        place[part] = {}
    return [part]


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
        raise SpecError(f"given {text!r}, allowed: KEY=VALUE, such as run.months=60")
    return path.strip(), parse_yaml(value, f"value of {path.strip()}")


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
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise EdgeListError(f"customers.network.file: {path}: cannot be read: {reason}") from None
