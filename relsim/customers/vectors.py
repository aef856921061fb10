"""What the compiler does not find by itself: memory asked for early, and vectors of customers.

A month waits for memory, and it turns records (what lies side by side for a customer) into rows
(what lies side by side for a quantity) and back, number by number. The instructions here do both
better, in portable terms that are lowered to what each processor has. They change no number, and
each sum adds the same numbers in the same order.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from relsim.customers.block import Floats, Index
from relsim.customers.compiled import Whole, rule

LINE = 64
"""Bytes of a line of the cache: the least that is fetched."""

LANES = 8
"""Customers, or numbers of a record, that are turned at once."""

MARKS = 64
"""Customers who are looked through at once: a bit of a word for each."""

_NUMBER = 8  # bytes; arrays are aligned for numbers, not for vectors

Rows: TypeAlias = tuple[int, ...]


@rule
def add_one(records: Floats, begin: Whole, f: Floats, rows: Rows, c: Whole) -> None:
    """Add one, and rows of customer c, to the record that begins there."""
    records[begin] += 1.0
    for j in range(len(rows)):
        records[begin + 1 + j] += f[rows[j] + c]


if numba.config.DISABLE_JIT:

    def prefetch(columns: Any, names: tuple[str, ...], first: Whole) -> None:
        """Ask for the memory of ``LINE`` customers from ``first`` on, in the columns of ``names``.

        It comes while other work is done; what lies beyond a column's end does no harm.
        """

    def prefetch_entry(column: Any, place: Whole) -> None:
        """Ask for the memory of one entry of a column; what lies beyond its end does no harm."""

    def _lay_out(records: Any, at: Any, f: Any, rows: tuple[int, ...], c: Whole) -> None:
        """Do it for the ``LANES`` customers from c on."""
        for k in range(c, c + LANES):
            for j, row in enumerate(rows):
                f[row + k] = records[int(at[k]) + j]

    def _add(records: Any, at: Any, f: Any, rows: tuple[int, ...], c: Whole) -> None:
        """Do it for the ``LANES`` customers from c on."""
        for k in range(c, c + LANES):
            add_one(records, at[k], f, rows, k)

    def _add_lanes(totals: Any, first: float, f: Any, group: int, rows: Rows, n: int) -> None:
        """Add rows to the totals of the ``LANES`` groups from ``first`` on."""
        for c in range(n):
            lane = int(f[group + c] - first)
            if 0 <= lane < LANES:
                for j, row in enumerate(rows):
                    totals[j * LANES + lane] += f[row + c]

    def _above_zero(f: Any, place: Whole) -> Any:
        """Return a bit for each of ``MARKS`` numbers from a place on: whether above zero."""
        above = np.flatnonzero(f[place : place + MARKS] > 0.0)
        return np.uint64(sum(1 << int(k) for k in above))

    def _lowest(marks: Any) -> int:
        """Return the place of the lowest bit that is set."""
        return (int(marks) & -int(marks)).bit_length() - 1

else:
    _BYTES, _WORD, _LONG = ir.IntType(8).as_pointer(), ir.IntType(32), ir.IntType(64)
    _ASK = ir.FunctionType(ir.VoidType(), [_BYTES, _WORD, _WORD, _WORD])
    _TO_READ, _SECOND_CACHE, _DATA = _WORD(0), _WORD(2), _WORD(1)

    def _vector_of(lanes: int) -> Any:
        return ir.VectorType(ir.DoubleType(), lanes)

    def _all(number: float) -> Any:
        return ir.Constant(_vector_of(LANES), [number] * LANES)

    class _Array:
        """An array as an intrinsic sees it."""

        def __init__(self, context: Any, builder: Any, kind: Any, value: Any) -> None:
            self._data = context.make_array(kind)(context, builder, value).data
            self._builder = builder

        def address(self, place: Any, more: int = 0) -> Any:
            return self._builder.gep(self._data, [self._builder.add(place, _LONG(more))])

        def whole(self, place: Any, more: int) -> Any:
            """Return an entry of an array of whole numbers without a sign."""
            return self._builder.zext(self._builder.load(self.address(place, more)), _LONG)

        def number(self, place: Any) -> Any:
            return self._builder.load(self.address(place))

        def fetch(self, place: Any, more: int = 0) -> None:
            ask = self._builder.module.declare_intrinsic("llvm.prefetch", [_BYTES], _ASK)
            pointer = self._builder.bitcast(self.address(place, more), _BYTES)
            self._builder.call(ask, [pointer, _TO_READ, _SECOND_CACHE, _DATA])

        def vector(self, place: Any, more: int = 0, lanes: int = LANES) -> Any:
            pointer = self._builder.bitcast(
                self.address(place, more), _vector_of(lanes).as_pointer()
            )
            return self._builder.load(pointer, align=_NUMBER)

        def put(self, vector: Any, place: Any, more: int = 0) -> None:
            pointer = self._builder.bitcast(self.address(place, more), vector.type.as_pointer())
            self._builder.store(vector, pointer, align=_NUMBER)

    def _shuffled(builder: Any, a: Any, b: Any, lanes: Sequence[int]) -> Any:
        mask = ir.Constant(ir.VectorType(_WORD, len(lanes)), [*lanes])
        return builder.shuffle_vector(a, b, mask)

    def _spread(builder: Any, number: Any) -> Any:
        """Return a vector of one number."""
        alone = builder.insert_element(_all(0.0), number, _WORD(0))
        return _shuffled(builder, alone, alone, [0] * LANES)

    def _transposed(builder: Any, vectors: Sequence[Any]) -> list[Any]:
        """Return ``LANES`` vectors with rows and columns exchanged."""
        turned = [*vectors]
        for step in (1, 2, 4):  # blocks of this size off the diagonal change places
            low = [LANES + k - step if k & step else k for k in range(LANES)]
            high = [LANES + k if k & step else k + step for k in range(LANES)]
            for i in (i for i in range(LANES) if not i & step):
                a, b = turned[i], turned[i | step]
                turned[i] = _shuffled(builder, a, b, low)
                turned[i | step] = _shuffled(builder, a, b, high)
        return turned

    def _groups(entries: Sequence[Any]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Yield entries by groups of ``LANES`` or fewer, and the place of each group's first."""
        for begin in range(0, len(entries), LANES):
            yield begin, entries[begin : begin + LANES]

    @intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]  # numba ships no types
    def prefetch(typing_context: Any, columns: Any, names: Any, first: Any) -> Any:
        """Ask for the memory of ``LINE`` customers from ``first`` on, in the columns of ``names``.

        It comes while other work is done; what lies beyond a column's end does no harm.
        """

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            for name in names:
                k = columns.fields.index(name.literal_value)
                kind, value = columns.types[k], builder.extract_value(arguments[0], k)
                column = _Array(context, builder, kind, value)
                for ahead in range(0, LINE, LINE * 8 // kind.dtype.bitwidth):
                    column.fetch(arguments[2], ahead)
            return context.get_dummy_value()

        return types.void(columns, names, types.int64), generate

    @intrinsic  # type: ignore[untyped-decorator]  # the same
    def prefetch_entry(typing_context: Any, column: Any, place: Any) -> Any:
        """Ask for the memory of one entry of a column; what lies beyond its end does no harm."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            _Array(context, builder, column, arguments[0]).fetch(arguments[1])
            return context.get_dummy_value()

        return types.void(column, types.int64), generate

    @intrinsic  # type: ignore[untyped-decorator]  # the same
    def _lay_out(typing_context: Any, records: Any, at: Any, f: Any, rows: Any, c: Any) -> Any:
        """Do it for the ``LANES`` customers from c on."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            source, places, target = (
                _Array(context, builder, *one)
                for one in zip(signature.args[:3], arguments[:3], strict=True)
            )
            *_, to, first = arguments
            begins = [places.whole(first, k) for k in range(LANES)]
            for number, some in _groups(cgutils.unpack_tuple(builder, to, len(rows))):
                turned = _transposed(builder, [source.vector(begin, number) for begin in begins])
                for row, vector in zip(some, turned, strict=False):
                    target.put(vector, builder.add(row, first))
            return context.get_dummy_value()

        return types.void(records, at, f, rows, types.int64), generate

    @intrinsic  # type: ignore[untyped-decorator]  # the same
    def _add(typing_context: Any, records: Any, at: Any, f: Any, rows: Any, c: Any) -> Any:
        """Do it for the ``LANES`` customers from c on."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            target, places, source = (
                _Array(context, builder, *one)
                for one in zip(signature.args[:3], arguments[:3], strict=True)
            )
            *_, of, first = arguments
            columns = [
                builder.add(row, first) for row in cgutils.unpack_tuple(builder, of, len(rows))
            ]
            vectors = [_all(1.0), *(source.vector(column) for column in columns)]
            for number, some in _groups(vectors):
                lanes = LANES // 2 if len(some) <= LANES // 2 else LANES
                filled = [*some, *[_all(0.0)] * (LANES - len(some))]
                for k, vector in enumerate(_transposed(builder, filled)):
                    begin = places.whole(first, k)
                    more = _shuffled(builder, vector, vector, range(lanes))
                    total = builder.fadd(target.vector(begin, number, lanes), more)
                    target.put(total, begin, number)
            return context.get_dummy_value()

        return types.void(records, at, f, rows, types.int64), generate

    @intrinsic  # type: ignore[untyped-decorator]  # the same
    def _add_lanes(
        typing_context: Any, totals: Any, first: Any, f: Any, group: Any, rows: Any, n: Any
    ) -> Any:
        """Add rows to the totals of the ``LANES`` groups from ``first`` on."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            sums, source = (
                _Array(context, builder, signature.args[k], arguments[k]) for k in (0, 2)
            )
            _, begin, _, which, of, count = arguments
            lanes = ir.Constant(_vector_of(LANES), [float(k) for k in range(LANES)])
            groups = builder.fadd(lanes, _spread(builder, begin))
            columns = cgutils.unpack_tuple(builder, of, len(rows))
            running = [
                cgutils.alloca_once_value(builder, sums.vector(_LONG(j * LANES)))
                for j in range(len(rows))
            ]
            with cgutils.for_range(builder, count) as customer:
                mine = _spread(builder, source.number(builder.add(which, customer.index)))
                is_here = builder.fcmp_ordered("==", groups, mine)
                for total, column in zip(running, columns, strict=True):
                    number = source.number(builder.add(column, customer.index))
                    more = builder.select(is_here, _spread(builder, number), _all(0.0))
                    builder.store(builder.fadd(builder.load(total), more), total)
            for j, total in enumerate(running):
                sums.put(builder.load(total), _LONG(j * LANES))
            return context.get_dummy_value()

        return types.void(totals, types.float64, f, types.int64, rows, types.int64), generate

    @intrinsic  # type: ignore[untyped-decorator]  # the same
    def _above_zero(typing_context: Any, f: Any, place: Any) -> Any:
        """Return a bit for each of ``MARKS`` numbers from a place on: whether above zero."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            row = _Array(context, builder, f, arguments[0])
            marks: Any = _LONG(0)
            for k in range(0, MARKS, LANES):
                above = builder.fcmp_ordered(">", row.vector(arguments[1], k), _all(0.0))
                some = builder.zext(builder.bitcast(above, ir.IntType(LANES)), _LONG)
                marks = builder.or_(marks, builder.shl(some, _LONG(k)))
            return marks

        return types.uint64(f, types.int64), generate

    @intrinsic  # type: ignore[untyped-decorator]  # the same
    def _lowest(typing_context: Any, marks: Any) -> Any:
        """Return the place of the lowest bit that is set."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.cttz(arguments[0], ir.IntType(1)(1))

        return types.int64(types.uint64), generate


@rule
def lay_out_records(records: Floats, at: Index, f: Floats, rows: Rows, n: int) -> None:
    """Lay the records of n customers into rows.

    Parameters
    ----------
    records : array
        Records of numbers, each as long as a multiple of ``LANES`` or longer.
    at : array of shape (n + LANES,)
        Where each customer's record begins; what follows the n is written to.
    f : array
        Rows with room for n + LANES entries: number j of customer c goes to ``f[rows[j] + c]``.
    rows : tuple of int
        Where each row begins.
    n : int
        From customer 0.
    """
    at[n : n + LANES] = 0  # to fill up the last vector
    for c in range(0, n, LANES):
        _lay_out(records, at, f, rows, c)


@rule
def add_to_records(records: Floats, at: Index, f: Floats, rows: Rows, n: int) -> None:
    """Add one, and rows, to the records of n customers, in their order.

    Parameters
    ----------
    records : array
        Records of numbers, each as long as a multiple of ``LANES``, or half of it, or longer.
    at : array
        Where each customer's record begins.
    f : array
        One is added to number 0 of the record of customer c, ``f[rows[j] + c]`` to its number
        j + 1, and zero to what fills up its last vector.
    rows : tuple of int
        Where each row begins.
    n : int
        From customer 0.
    """
    whole = n // LANES * LANES
    for c in range(0, whole, LANES):
        _add(records, at, f, rows, c)
    for c in range(whole, n):
        add_one(records, at[c], f, rows, c)


@rule
def add_by_group(sums: Floats, fields: Rows, f: Floats, group: int, rows: Rows, n: int) -> None:
    """Add rows of n customers to the sums of the few groups that they are in, in their order.

    Where a customer's sums are those of the one before, memory makes each addition wait for the
    last to be written. Here the sums of ``LANES`` groups are held until all is added.

    Parameters
    ----------
    sums : array of shape (groups, fields)
        What is added to.
    fields : tuple of int
        To which fields.
    f : array
        Row ``rows[j]`` is added to field ``fields[j]`` of the group that row ``group`` names.
    group : int
        Where the row of groups begins.
    rows : tuple of int
        Where each row begins.
    n : int
        From customer 0.
    """
    totals = np.zeros(len(rows) * LANES)
    for first in range(0, sums.shape[0], LANES):
        here = min(LANES, sums.shape[0] - first)
        for k in range(here):
            for j in range(len(rows)):
                totals[j * LANES + k] = sums[first + k, fields[j]]
        _add_lanes(totals, 1.0 * first, f, group, rows, n)
        for k in range(here):
            for j in range(len(rows)):
                sums[first + k, fields[j]] = totals[j * LANES + k]


@rule
def pick(f: Floats, row: int, into: Index, n: int) -> int:
    """Collect the places of those of n customers whose entry in a row is above zero.

    Parameters
    ----------
    f : array
        Rows.
    row : int
        Where the row begins.
    into : array of shape (n + 1,)
        Receives the places, in their order.
    n : int
        From customer 0.

    Returns
    -------
    int
        How many.
    """
    count = 0
    whole = n // MARKS * MARKS
    for first in range(0, whole, MARKS):
        marks = _above_zero(f, row + first)
        while marks != 0:
            into[count] = first + _lowest(marks)
            marks &= marks - np.uint64(1)
            count += 1
    for c in range(whole, n):
        into[count] = c
        count += 1 if f[row + c] > 0.0 else 0
    return count
