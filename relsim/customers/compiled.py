"""How rules and loops are compiled, and where the machine code is kept.

numba's cache looks at the file of one function only: it would keep serving old machine
code after an edit to a rule in *another* file. The cache folder therefore carries a hash
of every source file from which something is compiled.
"""

import atexit
import contextlib
import functools
import hashlib
import io
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import numba
import platformdirs
from numba.core.caching import IndexDataCacheFile

_log = logging.getLogger("relsim")
_F = TypeVar("_F", bound=Callable[..., Any])

Whole: TypeAlias = Any
"""A whole number: Python's own, or one of numpy's where the width matters to the compiler.
The stubs know no common type of the two that may stand in an index."""


COMPILED_FOLDERS = ("customers", "mechanisms")
"""Folders with compiled code: all of their files are in the hash."""

COMPILED_ELSEWHERE = (
    "economics/lifetime.py",
    "firms/books.py",
    "firms/budgets.py",
    "firms/character.py",
    "firms/quantities.py",
    "firms/ledger.py",
    "firms/offers.py",
    "firms/plan.py",
    "firms/strategies/margins.py",
    "firms/strategies/split.py",
    "firms/worth.py",
    "firms/worth_by_age.py",
)
"""Files outside of these folders from which something is compiled, or whose numbers it holds."""


@functools.cache
def source_hash() -> str:
    """Return a short hash over all sources that hold compiled code, and numba's version."""
    digest = hashlib.sha256(numba.__version__.encode())
    relsim = Path(__file__).parents[1]
    for folder in COMPILED_FOLDERS:
        for path in sorted((relsim / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    for name in COMPILED_ELSEWHERE:
        digest.update((relsim / name).read_bytes())
    return digest.hexdigest()[:12]


@functools.cache
def cache_folder() -> Path:
    """Return a writable folder for machine code: the user's cache, else the user's temporary one.

    ``NUMBA_CACHE_DIR`` moves it.
    """
    base = os.environ.get("NUMBA_CACHE_DIR") or platformdirs.user_cache_dir("relsim")
    folder = Path(base) / f"compiled-{source_hash()}"
    try:
        return _writable(folder)
    except OSError as error:
        other = _temporary()
        if not any(other.iterdir()):
            reason = error.strerror or error
            _log.warning(
                "relsim: compiled code cannot be kept in %s (%s): it is kept in %s", base, reason,
                other,
            )  # fmt: skip
        return other


def _writable(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        return folder


def _temporary() -> Path:
    """Return a folder for temporary files that nobody else can write into, the same next time."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    mine = Path(tempfile.gettempdir(), f"relsim-{user}")
    with contextlib.suppress(OSError):
        mine.mkdir(mode=0o700, exist_ok=True)
        about = mine.lstat()
        if about.st_uid == user and stat.S_ISDIR(about.st_mode) and not about.st_mode & 0o077:
            return _writable(mine / f"compiled-{source_hash()}")
    folder = Path(tempfile.mkdtemp(prefix="relsim-compiled-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class SoundFile(IndexDataCacheFile):  # type: ignore[misc]  # numba has no types
    """numba's files of machine code, each with a hash: what is damaged is made anew.

    Without it a cut or damaged file would end every run with an error of the pickle's, or worse,
    and a folder that cannot be written any more would do the same.
    """

    def save(self, key: Any, data: Any) -> None:
        """Keep machine code, if it can be kept."""
        try:
            super().save(key, data)
        except OSError as error:
            _log.warning("relsim: compiled code cannot be kept: %s", error)

    def _load_index(self) -> Any:
        if not self._is_sound(self._index_path):
            return {}
        try:
            return super()._load_index()
        except (ImportError, AttributeError):  # it names types of a module that is not here now
            return {}

    def _load_data(self, name: str) -> Any:
        if not self._is_sound(self._data_path(name)):
            raise FileNotFoundError(name)  # for numba, a reason to compile it
        return super()._load_data(name)

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        whole = io.BytesIO()
        yield whole
        data = whole.getvalue()
        with super()._open_for_write(filepath) as file:
            file.write(data + hashlib.sha256(data).digest())  # a pickle ends before it

    @staticmethod
    def _is_sound(path: str) -> bool:
        try:
            data = Path(path).read_bytes()
        except OSError:
            return False
        if hashlib.sha256(data[:-_DIGEST]).digest() == data[-_DIGEST:]:
            return True
        _log.warning("relsim: compiled code in %s was damaged: it is made anew", path)
        with contextlib.suppress(OSError):
            Path(path).unlink()
        return False


_DIGEST = hashlib.sha256().digest_size


def _soundly(compiled: Any) -> Any:
    """Have numba keep the machine code of a function in sound files."""
    cache: Any = getattr(compiled, "_cache", None)
    if hasattr(cache, "_cache_file"):
        found = cache._cache_file  # noqa: SLF001  # numba has no way to say it
        cache._cache_file = SoundFile(  # noqa: SLF001  # the same
            cache.cache_path,
            Path(found._index_name).stem,  # noqa: SLF001  # the same
            found._source_stamp,  # noqa: SLF001  # the same
        )
    return compiled


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
        compiled = numba.njit(
            cache=_is_kept(function), nogil=True, error_model="numpy", forceinline=True
        )(function)
    return cast(_F, _soundly(compiled))


def loop(function: _F) -> _F:
    """Compile a loop over customers; it lets go of the interpreter lock while it runs."""
    with _caching_in_our_folder():
        compiled = numba.njit(cache=_is_kept(function), nogil=True, error_model="numpy")(function)
    return cast(_F, _soundly(compiled))


WOVEN = "relsim_month_"
"""How names of woven months begin."""


def _is_kept(function: Callable[..., Any]) -> bool:
    """Return whether a function's own machine code is kept: relsim's, and that of woven months.

    numba would not notice a change in what a user's function calls.
    """
    return function.__module__.startswith(("relsim.", WOVEN))
