"""Vectors of customers against plain numpy, compiled and as plain Python."""

import runpy
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest

from relsim.customers import columns, vectors
from relsim.customers.accounts import CELL_FIELDS, CELL_SUMS, YEAR_FIELDS, YEAR_SUMS
from relsim.customers.terms import MET_TERMS, N_TERMS
from relsim.customers.vectors import LANES

ROOM = 40  # entries of a row
SIZES = [0, 1, 7, 8, 9, 24, 31]
WIDTHS = [1, 3, 7, 8, 13]
TAKEN = tuple(name for name, column in columns.TABLE.items() if column.row is not None)


@pytest.fixture(params=["compiled", "plain"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    if request.param == "compiled":
        return vectors
    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)
    return SimpleNamespace(**runpy.run_path(vectors.__file__))


def numbers(*shape: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.random.default_rng(1).normal(size=shape)


def places(width: int) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """Return where records of some customers begin; several share one."""
    return np.random.default_rng(2).integers(0, 6, ROOM).astype(np.uint32) * np.uint32(width)


def rows(count: int) -> tuple[int, ...]:
    return tuple(ROOM * (count - 1 - k) for k in range(count))


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("count", WIDTHS)
def test_records_are_laid_out_in_rows(kind: Any, n: int, count: int) -> None:
    width = -(-count // LANES) * LANES
    records, at = numbers(6 * width), places(width)
    f, expected = numbers(count, ROOM), numbers(count, ROOM)
    for c in range(n):
        expected[::-1, c] = records[at[c] : at[c] + count]
    kind.lay_out_records(records, at, f.reshape(-1), rows(count), n)
    np.testing.assert_array_equal(f[:, :n], expected[:, :n])
    np.testing.assert_array_equal(f[:, n + LANES :], expected[:, n + LANES :])


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("count", WIDTHS)
def test_rows_are_added_to_records_in_the_order_of_customers(kind: Any, n: int, count: int) -> None:
    width = -(-(1 + count) // LANES) * LANES
    records, expected = numbers(6 * width), numbers(6 * width)
    f, at = numbers(count, ROOM), places(width)
    for c in range(n):
        expected[at[c]] += 1.0
        for k in range(count):
            expected[at[c] + 1 + k] += f[count - 1 - k, c]
    kind.add_to_records(records, at, f.reshape(-1), rows(count), n)
    np.testing.assert_array_equal(records, expected)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("groups", [2, 8, 11])
def test_rows_are_added_to_groups_in_the_order_of_customers(kind: Any, n: int, groups: int) -> None:
    f = numbers(3, ROOM)
    f[0] = np.arange(ROOM) * 5 % groups
    sums = numbers(groups, 4)
    expected = sums.copy()
    for c in range(n):
        expected[int(f[0, c]), [3, 1]] += f[1:, c]
    kind.add_by_group(sums, (3, 1), f.reshape(-1), 0, (ROOM, 2 * ROOM), n)
    np.testing.assert_array_equal(sums, expected)


@pytest.mark.parametrize("n", [0, 1, 63, 64, 65, 128, 200])
def test_picked_are_those_above_zero(kind: Any, n: int) -> None:
    row, into = np.random.default_rng(2).normal(size=240), np.zeros(241, np.uint32)
    row[:200:7] = 0.0
    count = kind.pick(np.concatenate([-row, row]), 240, into, n)
    assert into[:count].tolist() == np.flatnonzero(row[:n] > 0.0).tolist()


def test_asking_for_memory_changes_nothing_and_may_go_beyond_the_end(kind: Any) -> None:
    customers = columns.allocate(100)

    if kind is vectors:

        @numba.njit  # type: ignore[untyped-decorator]  # numba ships no types
        def compiled(some: Any, first: int) -> None:
            vectors.prefetch(some, TAKEN, first)
            vectors.prefetch_entry(some.trust, first)

        for first in (0, 64, 10**6):
            compiled(customers, first)
        assembly = compiled.inspect_asm(compiled.signatures[0])
        lines = sum(customers._asdict()[name].itemsize for name in TAKEN)
        assert assembly.count("prefetch") + assembly.count("prfm") >= lines + 1
    else:
        kind.prefetch(customers, TAKEN, 0)
        kind.prefetch_entry(customers.trust, 0)
    assert all(not column.any() for column in customers)


def test_records_have_room_for_whole_vectors() -> None:
    assert [*MET_TERMS] == [*range(len(MET_TERMS))]
    assert -(-len(MET_TERMS) // LANES) * LANES <= N_TERMS
    for fields, sums in ((YEAR_FIELDS, YEAR_SUMS), (CELL_FIELDS, CELL_SUMS)):
        assert list(fields[1 : 1 + len(sums)]) == [*sums]
        room = LANES // 2 if 1 + len(sums) <= LANES // 2 else LANES
        assert 1 + len(sums) <= room <= len(fields)
