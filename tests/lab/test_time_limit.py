"""A limit stops what hangs, and never a compiler in the midst of its work."""

import gc
import signal
import threading
import time
from collections.abc import Callable

import numba
import pytest

from relsim.errors import TimeExceeded
from relsim.lab.runs.time_limit import within


def _compiled() -> float:
    def summed(n: int) -> float:
        total = 0.0
        for k in range(n):
            total += k * 0.5
        return total

    return float(numba.njit(summed)(3))


def _work(found: list[object]) -> None:
    for _ in range(8):
        try:
            with within(0.005):
                found.append(_compiled())
                time.sleep(0.2)
                found.append(sum(range(10)))
        except TimeExceeded as error:
            found.append(error)


@pytest.mark.parametrize("threads", [0, 3])
def test_a_limit_leaves_no_compiler_locked(threads: int) -> None:
    found: list[object] = []
    if threads:
        pool = [threading.Thread(target=_work, args=(found,)) for _ in range(threads)]
        for one in pool:
            one.start()
        for one in pool:
            one.join(60.0)
        assert not any(one.is_alive() for one in pool)
    else:
        _work(found)
    assert any(isinstance(one, TimeExceeded) for one in found)
    assert 1.5 in found  # what was begun in the compiler came to its end


def _deaf(found: list[object]) -> None:
    begun = time.monotonic()
    try:
        with within(0.05):
            for _ in range(2):  # the first is dropped, as Python does while it tidies up
                try:
                    while time.monotonic() < begun + 30.0:
                        time.sleep(0.01)
                except TimeExceeded:
                    if found:
                        raise
                    found.append("dropped")
    except TimeExceeded as error:
        found.append(error)


@pytest.mark.parametrize("in_a_thread", [False, True])
def test_a_limit_that_was_not_heard_is_said_again(in_a_thread: bool) -> None:
    found: list[object] = []
    if in_a_thread:
        one = threading.Thread(target=_deaf, args=(found,))
        one.start()
        one.join(20.0)
        assert not one.is_alive()
    else:
        _deaf(found)
    assert [type(one) for one in found] == [str, TimeExceeded]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers of this kind")
def test_an_alarm_that_is_early_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that was put back: the first alarm comes before its time."""
    clock, begun = time.monotonic, time.monotonic()
    monkeypatch.setattr(
        time, "monotonic", lambda: clock() - (1.0 if clock() < begun + 0.3 else 0.0)
    )
    with pytest.raises(TimeExceeded), within(0.1):
        _rest_until(begun + 20.0, clock)
    assert clock() < begun + 10.0


def _rest_until(end: float, clock: Callable[[], float]) -> None:
    while clock() < end:
        time.sleep(0.01)


def _met_in_compiled_code(found: list[object]) -> None:
    try:
        with within(0.05):
            try:
                while True:
                    time.sleep(0.01)
            except TimeExceeded as error:  # as Python does for a compiled function
                raise SystemError("returned a result with an exception set") from error
    except (TimeExceeded, SystemError) as error:
        found.append(error)


@pytest.mark.parametrize("in_a_thread", [False, True])
def test_a_limit_that_is_met_in_compiled_code_is_the_limit(in_a_thread: bool) -> None:
    found: list[object] = []
    if in_a_thread:
        thread = threading.Thread(target=_met_in_compiled_code, args=(found,))
        thread.start()
        thread.join(30.0)
    else:
        _met_in_compiled_code(found)
    assert [type(one) for one in found] == [TimeExceeded]
    assert "0.05 s" in str(found[0])


def test_a_limit_waits_for_what_tidies_up() -> None:
    """An exception in a callback of Python's own tidying is dropped with a warning."""
    waited: list[float] = []

    def tidies(phase: str, _: object) -> None:
        if phase == "start" and not waited:
            begun = time.monotonic()
            while time.monotonic() < begun + 0.3:
                pass
            waited.append(time.monotonic() - begun)

    gc.callbacks.append(tidies)
    try:
        with pytest.raises(TimeExceeded):
            _collect_and_rest()
    finally:
        gc.callbacks.remove(tidies)
    assert waited[0] >= 0.3


def _collect_and_rest() -> None:
    with within(0.05):
        gc.collect()
        time.sleep(20.0)
