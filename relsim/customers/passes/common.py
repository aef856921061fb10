"""What begins and ends a block's month: columns in, random numbers, terms, columns out."""

from typing import Any

import numpy as np

from relsim.customers import columns as state
from relsim.customers import draws
from relsim.customers.arithmetic import clip01
from relsim.customers.block import (
    BLOCK,
    BOUND,
    LEAVE_CHANCE,
    LETS_GO,
    MET,
    MOOD_CHANCE,
    ORIENTATION,
    RECONSIDER_CHANCE,
    ROW,
    SHARED_CHANCES,
    SOCKETS,
    SUPPLIER,
    TELL_CHANCE,
    TIER,
    TROUBLE_CHANCE,
    USAGE,
    Floats,
)
from relsim.customers.compiled import Whole, loop, rule
from relsim.customers.draws import WORDS_A_CALL, Purpose, Stream, uniform
from relsim.customers.scene import Scene, terms_place
from relsim.customers.traits import ADDED, TRAITS
from relsim.customers.vectors import LINE, lay_out_records, prefetch

_MONTH = int(Purpose.MONTH)
_SHARED = int(Purpose.SHARED)
_TAKEN = tuple(name for name, column in state.TABLE.items() if column.row is not None)
_MET_ROWS = tuple(MET.values())  # in the order of the terms, which stand side by side
_FIRST, _END = state.DRAWN.start, state.DRAWN.stop
_ADDED_PLACES = np.array([list(TRAITS).index(name) for name in ADDED], np.int64)
_ADDED_ROWS = np.array([SOCKETS[added.socket].row for added in ADDED.values()], np.int64)
_ADDED_WEIGHTS = np.array([added.weight for added in ADDED.values()], np.float64)
_UNSIGNED_ROWS = np.array(_MET_ROWS, np.uint64)


@loop
def take(column: Any, f: Floats, row: int, lo: int, n: int) -> None:
    """Copy n customers from ``lo`` on of one column into a row."""
    part = column[lo : lo + n]
    for c in range(n):
        f[row + c] = part[c]


@loop
def give_back(column: Any, f: Floats, row: int, lo: int, n: int) -> None:
    """Copy a row of fractions back into its column."""
    part = column[lo : lo + n]
    for c in range(n):
        part[c] = f[row + c]


@loop
def give_back_whole(column: Any, f: Floats, row: int, lo: int, n: int) -> None:
    """Copy a row of codes or counts back into its column of whole numbers."""
    part = column[lo : lo + n]
    for c in range(n):
        part[c] = np.int32(f[row + c])


@loop
def feel_the_times(s: Scene) -> None:
    """Let events change usage and orientation for the month."""
    f, times = s.f, s.m.times
    for c in range(s.n):
        f[USAGE + c] *= times.usage
    for c in range(s.n):
        f[ORIENTATION + c] = clip01(f[ORIENTATION + c] + times.needs)


@loop
def draw(s: Scene) -> None:
    """Draw the month's random numbers of a block.

    It waits for no memory: meanwhile that of the next block comes.
    """
    f, stream, month, lo, n, columns = s.f, s.stream, s.month, s.lo, s.n, s.columns
    has_next = lo + BLOCK < columns.supplier.size
    for first in range(0, n, LINE):
        _draw_some(f[first:], stream, month, lo + first, min(LINE, n - first))
        if has_next:
            prefetch(columns, _TAKEN, lo + BLOCK + first)


@loop
def _draw_some(f: Floats, stream: Stream, month: int, lo: int, n: int) -> None:
    """Draw the random numbers of n customers from ``lo`` on, whose rows start where f does."""
    for c in range(n):
        w0, w1, w2, w3 = draws.words(stream, lo + c, month, _MONTH)
        f[TROUBLE_CHANCE + c] = uniform(w0)
        f[RECONSIDER_CHANCE + c] = uniform(w1)
        f[LEAVE_CHANCE + c] = uniform(w2)
        mood, tell_chance = draws.coarse_and_fine(w3)
        f[MOOD_CHANCE + c] = mood
        f[TELL_CHANCE + c] = tell_chance


@loop
def draw_shared(s: Scene, call: int) -> None:
    """Draw random numbers that mechanisms share."""
    f, stream, lo, month = s.f, s.stream, s.lo, s.month
    first = SHARED_CHANCES + call * WORDS_A_CALL * ROW
    for c in range(s.n):
        w0, w1, w2, w3 = draws.words(stream, lo + c, month, _SHARED + call)
        f[first + c] = uniform(w0)
        f[first + ROW + c] = uniform(w1)
        f[first + 2 * ROW + c] = uniform(w2)
        f[first + 3 * ROW + c] = uniform(w3)


@rule
def meet_terms_of_one(f: Floats, terms: Floats, c: Whole, at: Whole) -> None:
    """Let the block's customer c meet the terms that start at ``at`` in the table of firms."""
    # Unsigned places: a signed one would be tested for counting from the end.
    for k in range(np.uint64(len(_MET_ROWS))):
        f[_UNSIGNED_ROWS[k] + np.uint64(c)] = terms[np.uint64(at) + k]


@loop
def meet_terms(s: Scene) -> None:
    """Lay out for each customer what its supplier offers to its tier."""
    f, terms, at, n = s.f, s.terms, s.address, s.n
    for c in range(n):
        at[c] = terms_place(f[SUPPLIER + c], f[TIER + c])
    lay_out_records(terms, at, f, _MET_ROWS, n)


@loop
def meet_terms_and_traits(s: Scene) -> None:
    """Lay out what suppliers offer, and add to it what lasting traits add."""
    meet_terms(s)
    f, n = s.f, s.n
    traits: Any = s.columns[_FIRST:_END]  # of one kind: a compiler can go through them
    for k in range(_ADDED_PLACES.size):
        trait = traits[_ADDED_PLACES[k]][s.lo : s.lo + n]
        row, weight = _ADDED_ROWS[k], _ADDED_WEIGHTS[k]
        for c in range(n):
            f[row + c] += weight * np.float64(trait[c])


@loop
def loosen(s: Scene) -> None:
    """Bring every contract a month nearer to its end, and mark those in their last month."""
    f = s.f
    for c in range(s.n):
        f[LETS_GO + c] = 1.0 if f[BOUND + c] == 1.0 else 0.0
    for c in range(s.n):
        f[BOUND + c] = max(f[BOUND + c] - 1.0, 0.0)
