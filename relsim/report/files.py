"""Names of files for things that users have named."""

import re
from collections.abc import Iterable
from typing import TypeVar

_MOST = 40
_Any = TypeVar("_Any")


def file_part(name: str, place: int) -> str:
    """Return what stands for a user's name in the name of a file: what any file system takes.

    Parameters
    ----------
    name : str
        The name.
    place : int
        Its place among its like, from 0, for names of which nothing is left.

    Examples
    --------
    >>> [file_part(name, 1) for name in ("win_back", "50/50", "../up", "", "x" * 300)][:4]
    ['win_back', '50-50', 'up', '2']
    """
    kept = re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:_MOST].strip("-")
    return kept or str(place + 1)


def one_each(named: Iterable[tuple[str, _Any]]) -> dict[str, _Any]:
    """Return things by their names, a number behind those that are there already.

    Capital letters tell no file from another, as some file systems do not either.

    Examples
    --------
    >>> one_each([("up", 1), ("Up", 2), ("up-2", 3)])
    {'up': 1, 'Up-2': 2, 'up-2-2': 3}
    """
    found: dict[str, _Any] = {}
    taken: set[str] = set()
    for name, thing in named:
        free, number = name, 1
        while free.lower() in taken:
            number += 1
            free = f"{name}-{number}"
        taken.add(free.lower())
        found[free] = thing
    return found
