"""The code of strategies of the user's own, which results depend on as they do on relsim's."""

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
    file = inspect.getsourcefile(find(kind, "strategy"))
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:16] if file else ""
