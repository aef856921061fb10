"""Code of one's own that a config names by a dotted path: where it is, and whether it may be run.

A config is data, and may be a stranger's: naming a module in it runs nothing that was not asked
for. Code is run if this process has imported it already, if it was allowed (``--allow-code``), or
if the very same file at the very same place was allowed before.
"""

import contextlib
import hashlib
import importlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

import platformdirs

from relsim.errors import StrategyError

CODE = "code"
"""The folder, in one of results, of the code that they were made with."""
MAIN = "__main__"

_ALLOWED = "allowed-code.json"
_state = {"everything": False}
_modules: set[str] = set()
_places: list[str] = []


def allow(modules: Iterable[str] | None = None) -> None:
    """Allow this process to run code that a config names.

    Parameters
    ----------
    modules : iterable of str, optional
        The modules; all unless said.
    """
    if modules is None:
        _state["everything"] = True
    else:
        _modules.update(modules)


@contextlib.contextmanager
def allowing(everything: bool) -> Iterator[None]:
    """Allow all code that configs name, if so, for as long as this is not left."""
    before = _state["everything"]
    _state["everything"] = before or everything
    try:
        yield
    finally:
        _state["everything"] = before


def look_in(folders: Iterable[str | Path]) -> None:
    """Look for code in some folders, too; nothing in them is imported for that."""
    _places.extend(place for folder in folders if (place := str(folder)) not in _places)


def places() -> tuple[str, ...]:
    """Return the folders that are looked in besides Python's path."""
    return tuple(_places)


def module_of(path: str) -> str:
    """Return the module of a dotted path to a class.

    Examples
    --------
    >>> module_of("mine.strategies.Patient")
    'mine.strategies'
    """
    return path.rpartition(".")[0]


def imported(module: str, where: str) -> ModuleType:
    """Return a module that a config names, imported if that is allowed.

    Parameters
    ----------
    module : str
        Its dotted name.
    where : str
        How errors call the place in the config.

    Raises
    ------
    StrategyError
        If it is not there, is no code of the user's own, may not be run, or fails.
    """
    _check_own(module, where)
    if module in sys.modules:
        return sys.modules[module]
    found = _specs(module)
    if not found:
        raise StrategyError(f"{where}: {module!r} cannot be imported: there is no such module")
    files = [Path(spec.origin) for spec in found if spec.has_location and spec.origin]
    if not _may_run(module, files):
        raise StrategyError(
            f"{where}: {module!r} is code that comes with the config ({_shown(files)}): it is "
            "run with --allow-code only, or from Python if it was imported before"
        )
    sys.path += [place for place in _places if place not in sys.path]
    # Compiled files beside a source may be a stranger's, of another source: they are not looked at.
    sys.pycache_prefix = sys.pycache_prefix or str(platformdirs.user_cache_path("relsim", "pyc"))
    importlib.invalidate_caches()
    before = set(sys.modules)
    try:
        loaded = importlib.import_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever the module raises or ends
        raise StrategyError(
            f"{where}: {module!r} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    if _state["everything"]:
        _remember({_mark(file): _helpers(files, before) for file in files})
    return loaded


def _check_own(module: str, where: str) -> None:
    parts = module.split(".")
    hidden = module != MAIN and any(part.startswith("__") for part in parts)
    if hidden or not all(part.isidentifier() for part in parts):
        raise StrategyError(f"{where}: given {module!r}, allowed: a module of your own")
    if parts[0] in sys.stdlib_module_names and module != MAIN:
        raise StrategyError(f"{where}: {parts[0]!r} is Python's own, allowed: a module of your own")


def _shown(files: list[Path]) -> str:
    return files[-1].name if files else "a folder"


def _specs(module: str) -> list[ModuleSpec]:
    """Return where a module and the packages around it are, without running any; empty if nowhere.

    What would be imported is found: Python's path first, then the places to look in.
    """
    parts, found = module.split("."), list[ModuleSpec]()
    name = parts[0]
    spec = _first(name) or PathFinder.find_spec(name, _places)
    for part in (*parts[1:], ""):
        if spec is None:
            return []
        found.append(spec)
        if part:
            name, inside = f"{name}.{part}", spec.submodule_search_locations
            spec = None if inside is None else PathFinder.find_spec(name, list(inside))
    return found


def _first(name: str) -> ModuleSpec | None:
    """Return where a module is found on Python's path, as if nothing had been imported yet."""
    found = (finder.find_spec(name, None) for finder in sys.meta_path)
    return next((spec for spec in found if spec is not None), None)


def is_found(module: str, places: Iterable[str] = ()) -> bool:
    """Return whether a process that is started anew would find a module."""
    look_in(places)
    return module != MAIN and bool(_specs(module))


# Permission ---------------------------------------------------------------------------------


def _may_run(module: str, files: list[Path]) -> bool:
    if _state["everything"] or module in _modules:
        return True
    known = _remembered()
    marks = [_mark(file) for file in files]
    helpers = {name: mark for one in marks for name, mark in known.get(one, {}).items()}
    return (
        bool(files)
        and all(mark in known for mark in marks)
        and all(_mark(Path(name)) == mark for name, mark in helpers.items())
    )


def _helpers(files: list[Path], before: set[str]) -> dict[str, str]:
    """Return the marks of what a module imported from beside itself or the places looked in."""
    around = {str(file.resolve().parent) for file in files} | set(_places)
    found = {}
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file and any(Path(file).resolve().is_relative_to(place) for place in around):
            found[str(Path(file).resolve())] = _mark(Path(file))
    return found


def _mark(file: Path) -> str:
    """Return a hash of a file's place and content."""
    with contextlib.suppress(OSError):
        return _mark_of(file, file.read_bytes())
    return ""


def _mark_of(file: Path, content: bytes) -> str:
    place = str(file.resolve()).encode(errors="surrogateescape")
    return hashlib.sha256(place + b"\0" + content).hexdigest()


def _list() -> Path:
    return platformdirs.user_state_path("relsim") / _ALLOWED


def _remembered() -> dict[str, dict[str, str]]:
    """Return the marks of files that were allowed, and of what each imported from beside itself."""
    try:
        marks = json.loads(_list().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(marks, dict):
        return {}
    return {mark: one for mark, one in marks.items() if isinstance(one, dict)}


def _remember(marks: Mapping[str, dict[str, str]]) -> None:
    """Note files as allowed; where it cannot be noted, one has to be asked again."""
    before = _remembered()
    after = before | {mark: helpers for mark, helpers in marks.items() if mark}
    if after == before:
        return
    path = _list()
    working = path.with_name(f".{path.name}.partial")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        working.write_text(json.dumps(after, indent=0, sort_keys=True), encoding="utf-8")
        working.replace(path)


# Sources ------------------------------------------------------------------------------------


def sources(modules: Iterable[str]) -> dict[str, bytes]:
    """Return the source files of modules, by their place under a folder on Python's path.

    Packages around a module are there with their ``__init__.py``; what a module imports besides
    is not.

    Parameters
    ----------
    modules : iterable of str
        Dotted names; those whose source is not at hand are left out.
    """
    kept: dict[str, bytes] = {}
    for module in modules:
        for name in _packages(module):
            spec = getattr(sys.modules.get(name), "__spec__", None)
            origin = None if spec is None else spec.origin
            if spec is not None and origin and origin.endswith(".py"):
                place = name.replace(".", "/")
                end = "/__init__.py" if spec.submodule_search_locations is not None else ".py"
                kept[f"{place}{end}"] = Path(origin).read_bytes()
    return kept


def keep(modules: Iterable[str], folder: Path, place: Path | None = None) -> None:
    """Write the sources of modules into the folder of code, in one of results.

    Parameters
    ----------
    modules : iterable of str
        Dotted names.
    folder : Path
        The folder of results.
    place : Path, optional
        Where it will be once it is finished, if not there already.
    """
    marks: dict[str, dict[str, str]] = {}
    for name, text in sources(modules).items():
        path = folder / CODE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        marks[_mark_of((place or folder) / CODE / name, text)] = {}
    if _state["everything"]:
        _remember(marks)


def _packages(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[: k + 1]) for k in range(len(parts))]
