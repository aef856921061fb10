"""How rules and loops are compiled, and where the machine code is kept.

numba's cache looks at the file of one function only: it would keep serving old machine
code after an edit to a rule in *another* file. The cache folder therefore carries a hash
of every source file from which something is compiled.
"""

import contextlib
import functools
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import numba
import platformdirs

_F = TypeVar("_F", bound=Callable[..., Any])

Whole: TypeAlias = Any
"""A whole number: Python's own, or one of numpy's where the width matters to the compiler.
The stubs know no common type of the two that may stand in an index."""


COMPILED_ELSEWHERE = (
    "economics/lifetime.py",
    "firms/closing.py",
    "firms/figures.py",
    "firms/ledger.py",
    "firms/offering.py",
    "firms/worth.py",
)
"""Files outside of this package from which something is compiled, or whose numbers it holds."""


@functools.cache
def source_hash() -> str:
    """Return a short hash over all sources that hold compiled code, and numba's version."""
    digest = hashlib.sha256(numba.__version__.encode())
    relsim = Path(__file__).parents[1]
    for path in sorted((relsim / "customers").rglob("*.py")):
        digest.update(path.read_bytes())
    for name in COMPILED_ELSEWHERE:
        digest.update((relsim / name).read_bytes())
    return digest.hexdigest()[:12]


@functools.cache
def cache_folder() -> Path:
    """Return a writable folder for machine code: the user's cache, else a temporary one.

    ``NUMBA_CACHE_DIR`` moves it.
    """
    base = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("relsim")
    folder = Path(base) / f"compiled-{source_hash()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="relsim-compiled-"))


@contextlib.contextmanager
def _caching_in_our_folder() -> Iterator[None]:
    # numba reads its setting at the moment a function is decorated; it is put back at once
    # so that no other package's cache moves.
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(cache_folder())
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


def rule(function: _F) -> _F:
    """Compile a scalar rule so that it melts into the loop that calls it.

    Plain Python when ``NUMBA_DISABLE_JIT=1``.
    """
    with _caching_in_our_folder():
        compiled = numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)(
            function
        )
    return cast(_F, compiled)


def loop(function: _F) -> _F:
    """Compile a loop over customers; it lets go of the interpreter lock while it runs."""
    with _caching_in_our_folder():
        compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast(_F, compiled)
