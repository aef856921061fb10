"""The months in C, compiled by the system's compiler and called through ctypes.

They change copies of relsim's own columns and fill accounts of relsim's shape, with relsim's
draws. ``month.c`` is the loop that is written first, one customer at a time; ``blocks.c`` is the
fastest C we know: cut into passes over blocks, as relsim's month is.
"""

import ctypes
from typing import Any

import numpy as np

from benchmarks.c_build import PLAIN, Build, compiled, trait_arrays
from benchmarks.flat import flat
from benchmarks.situation import Situation
from relsim.customers import accounts as books
from relsim.customers.accounts import Accounts


def _pointers(arrays: Any) -> Any:
    """Return a C struct of pointers to the arrays of a named tuple."""
    return (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))


class CMonth:
    """The market of a situation, lived by C.

    Parameters
    ----------
    situation : Situation
        The customers, and the terms that they meet.
    build : Build
        Which month in C.

    Raises
    ------
    NoCompilerError
        If there is no compiler, or it fails.
    ValueError
        If the market has rules that C leaves out.
    """

    def __init__(self, situation: Situation, build: Build = PLAIN) -> None:
        numbers = flat(situation.customers)
        if situation.customers.network.start.size < 2:
            raise ValueError("C knows markets with a network")
        self._library = compiled(situation, build)
        self.customers = situation.customers
        self.columns = situation.columns()
        self.month = situation.month
        self._terms = np.ascontiguousarray(situation.table).reshape(-1)
        self._firms = situation.table.shape[0] - 1
        self._mechanisms = np.array(numbers, dtype=np.float64)

    def live(self) -> Accounts:
        """Live one month."""
        stream, tables = self.customers.stream, self.customers.tables
        accounts = Accounts(*(table[0] for table in books.allocate(1, self._firms)))
        words = (ctypes.c_uint32 * 4)(
            int(stream.low), int(stream.high), int(stream.replication), self.month
        )
        self._library.live(
            _pointers(self.columns),
            _pointers(self.customers.network),
            _pointers(trait_arrays(tables)),
            self._terms.ctypes.data,
            self._mechanisms.ctypes.data,
            _pointers(accounts),
            words,
            self.columns.supplier.size,
            self._firms,
            tables.cumulative_share.size,
        )
        self.columns = self.columns._replace(said=self.columns.saying, saying=self.columns.said)
        self.month += 1
        return accounts

    def seconds(self) -> dict[str, float]:
        """Return the seconds that each pass has taken so far, in all markets of a build."""
        count = ctypes.c_int.in_dll(self._library, "passes").value
        names = (ctypes.c_char_p * count).in_dll(self._library, "names")
        taken = (ctypes.c_double * count).in_dll(self._library, "seconds")
        return {name.decode(): spent for name, spent in zip(names, taken, strict=True) if name}
