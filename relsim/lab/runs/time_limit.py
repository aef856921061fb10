"""A time limit for a run: what hangs is stopped, where Python can be stopped at all."""

import _weakrefset
import contextlib
import ctypes
import gc
import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Iterable, Iterator
from types import FrameType

from relsim.errors import TimeExceeded

_EARLY = 0.001  # seconds that a clock may be off
_AGAIN = 0.05  # seconds after which it is looked again whether a thread still compiles
_REPEAT = 1.0  # seconds after which what was not heard is said again
_at_work: set[int] = set()
"""Threads, other than the main one, that are under a limit."""
_abandoned: set[int | None] = set()
"""Threads whose results are not wanted any more."""


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Stop what is done here after some seconds.

    In a process's main thread a signal does it, which ends even a sleep; in another thread, the
    next step of Python does, so that a single call of a library's is waited for.

    Parameters
    ----------
    seconds : float
        How long it may take; 0 = as long as it does.

    Raises
    ------
    TimeExceeded
        If it takes longer.

    Examples
    --------
    >>> with within(0.05):
    ...     while True:
    ...         pass
    Traceback (most recent call last):
        ...
    relsim.errors.TimeExceeded: it took longer than the 0.05 s that a run may take
    """
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        with _by_signal(seconds) if seconds > 0.0 else contextlib.nullcontext():
            yield
    else:
        _at_work.add(threading.get_ident())
        try:
            with _by_watch(seconds) if seconds > 0.0 else contextlib.nullcontext():
                yield
        finally:
            _at_work.discard(threading.get_ident())


def abandon(threads: Iterable[threading.Thread], patience: float = 1.0) -> None:
    """End the work of threads whose results are not wanted any more.

    What they are at may come to its end; what does not is stopped, if Python can stop it.

    Parameters
    ----------
    threads : iterable of Thread
        Those of a pool that is shut down.
    patience : float
        Seconds that they have to end by themselves, and then to be stopped.
    """
    pool = [thread for thread in threads if thread.ident is not None]
    _abandoned.update(thread.ident for thread in pool if thread.ident is not None)
    _wait(pool, patience)
    for thread in pool:
        deaf = _is_deaf(sys._current_frames().get(thread.ident or 0))  # noqa: SLF001  # as below
        if thread.is_alive() and thread.ident in _at_work and not deaf:
            _raise_in(thread.ident)
    _wait(pool, patience)
    _abandoned.difference_update(thread.ident for thread in pool if not thread.is_alive())


def _wait(threads: Iterable[threading.Thread], seconds: float) -> None:
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0.0))


def is_abandoned() -> bool:
    """Return whether nobody wants what this thread does any more."""
    return threading.get_ident() in _abandoned


def _words(seconds: float) -> str:
    return f"it took longer than the {seconds:g} s that a run may take"


@contextlib.contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    before = signal.getsignal(signal.SIGALRM)
    done = threading.Event()

    def ring(number: int, frame: FrameType | None) -> None:
        left = end - time.monotonic()
        if done.is_set():
            return
        if signal.getitimer(signal.ITIMER_REAL)[1] == 0.0:  # somebody else's alarm: it rings once
            signal.setitimer(signal.ITIMER_REAL, max(left, _AGAIN), _AGAIN)
            if callable(before):
                before(number, frame)
        elif left < _EARLY and not _is_deaf(frame):
            signal.setitimer(signal.ITIMER_REAL, _REPEAT, _REPEAT)
            raise TimeExceeded(_words(seconds))

    signal.signal(signal.SIGALRM, ring)
    # It rings until it is heard: an exception that comes while Python tidies up, or where a library
    # calls back, is dropped there, and a clock that is put back rings too early.
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    except BaseException as error:
        if _comes_of_the_limit(error):
            raise TimeExceeded(_words(seconds)) from None
        raise
    finally:
        done.set()
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _by_watch(seconds: float) -> Iterator[None]:
    done, guard, rung = threading.Event(), threading.Lock(), threading.Event()
    thread = threading.get_ident()

    def watch() -> None:
        patience = seconds
        while not done.wait(patience):  # until it is heard, as above
            patience = _AGAIN
            if _is_deaf(sys._current_frames().get(thread)):  # noqa: SLF001  # there is no other way to look
                continue
            with guard:  # nothing is raised once what was watched is over
                if not done.is_set():
                    rung.set()
                    _raise_in(thread)
            patience = _REPEAT

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    except BaseException as error:
        if _comes_of_the_limit(error):
            raise TimeExceeded(_words(seconds)) from None
        raise
    finally:
        with guard:
            done.set()
        if rung.is_set():  # it may come a step after all was done
            with contextlib.suppress(TimeExceeded):
                time.sleep(_EARLY)


def _comes_of_the_limit(error: BaseException) -> bool:
    """Return whether an exception is the limit's, or was raised because of it.

    Compiled code that the limit meets half-way says in words of its own that a call went wrong.
    """
    links: list[BaseException | None] = [error]
    seen: list[BaseException] = []
    while links:
        link = links.pop()
        if link is None or any(link is known for known in seen):
            continue
        if isinstance(link, TimeExceeded):
            return True
        seen.append(link)
        links += [link.__cause__, link.__context__]
    return False


_TIDIES = (weakref.__file__, _weakrefset.__file__)
"""Files whose functions Python calls when it lets go of something."""


def _is_deaf(frame: FrameType | None) -> bool:
    """Return whether a thread that is at a frame compiles, or does what drops any exception.

    Stopped in a compiler it could leave its lock locked, and all that wait for it for ever. What
    tidies up drops exceptions with a warning.
    """
    tidying = {getattr(one, "__code__", None) for one in gc.callbacks}
    while frame is not None:
        code = frame.f_code
        if f"{os.sep}numba{os.sep}" in code.co_filename:
            return True
        if code in tidying or code.co_name == "__del__" or code.co_filename in _TIDIES:
            return True
        frame = frame.f_back
    return False


def _raise_in(thread: int) -> None:
    set_exception = ctypes.pythonapi.PyThreadState_SetAsyncExc
    set_exception(ctypes.c_ulong(thread), ctypes.py_object(TimeExceeded))
