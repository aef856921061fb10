"""Hashes of strategies of the user's own, which results depend on as they do on relsim's."""

import functools
import hashlib
import inspect
from pathlib import Path

from relsim.firms.strategies import BUILT_IN, find


@functools.cache
def code_of(kind: str) -> str:
    """Return a hash of the file that a strategy is written in; empty for those of relsim.

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
    found = find(kind, "strategy")
    try:
        file = inspect.getsourcefile(found)
        text = Path(file or "").read_bytes()
    except (TypeError, OSError):  # written into a console: nobody can say whether it changed
        text = kind.encode()
    return hashlib.sha256(text).hexdigest()[:16]
