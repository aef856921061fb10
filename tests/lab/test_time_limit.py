"""A limit stops what hangs, and never a compiler in the midst of its work."""

import threading
import time

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
