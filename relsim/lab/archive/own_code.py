"""Hashes of classes of the user's own, which results depend on as they do on relsim's."""

import functools
import hashlib
import inspect
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from relsim.errors import StrategyError
from relsim.firms.strategies import BUILT_IN
from relsim.lab.runs.executors import Crew
from relsim.own_class import find
from relsim.own_code import MAIN, is_found, module_of


@functools.cache
def code_of(kind: str) -> str:
    """Return a hash of the file that a class is written in; empty for strategies of relsim.

    Files that it imports are not looked at.

    Parameters
    ----------
    kind : str
        A name, or the dotted path to a class.

    Examples
    --------
    >>> code_of("offensive")
    ''
    """
    if kind in BUILT_IN:
        return ""
    found = find(kind, object, "kind", "object")
    try:
        file = inspect.getsourcefile(found)
        text = Path(file or "").read_bytes()
    except (TypeError, OSError):  # written into a console: nobody can say whether it changed
        text = kind.encode()
    return hashlib.sha256(text).hexdigest()[:16]


def kinds_among(values: Iterable[tuple[str, object]]) -> Iterator[str]:
    """Yield what may be paths to strategies of the user's own among values that are set."""
    for _, value in values:
        for one in value if isinstance(value, list | tuple) else (value,):
            kind = one.get("kind") if isinstance(one, dict) else one
            if isinstance(kind, str) and "." in kind:
                yield kind


def codes_of(kinds: Iterable[str]) -> dict[str, str]:
    """Return the hash of each strategy of the user's own, by its path; others are left out."""
    codes = ((kind, _code(kind)) for kind in sorted(set(kinds)))
    return {kind: code for kind, code in codes if code}


def modules_of(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return the modules of those strategies that are the user's own."""
    return tuple(sorted({module_of(kind) for kind in codes_of(kinds)}))


def check_workers(name: str, modules: Iterable[str], paths: Sequence[str], crew: Crew) -> None:
    """Check that workers which are processes of their own can have all strategies.

    Parameters
    ----------
    name : str
        How errors call what is run.
    modules : iterable of str
        Those of the user's own strategies.
    paths : sequence of str
        Folders in which workers look, besides Python's path.
    crew : Crew
        Who works.

    Raises
    ------
    StrategyError
        If one is defined where they do not look.
    """
    if not crew.elsewhere:
        return
    for module in modules:
        if not is_found(module, paths):
            where = "the program itself" if module == MAIN else f"{module!r}, which has no file"
            raise StrategyError(
                f"{name}: a strategy is defined in {where}, where workers that are other "
                "processes do not find it: write it into a module of its own, or run with one "
                "process (--executor serial or threads)"
            )


def _code(kind: str) -> str:
    try:
        return code_of(kind)
    except StrategyError:  # a text that only looks like a path to a class
        return ""
