"""The month in C: ``month.c`` compiled by the system's compiler and called through ctypes.

It changes copies of relsim's own columns and fills accounts of relsim's shape, with relsim's
draws. What it is not: the fastest C. It is the loop that is written first, one customer at a
time; cut into passes over blocks, as relsim's month is, C could be faster.
"""

import ctypes
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.situation import Situation
from relsim.customers import accounts as books
from relsim.customers.accounts import Accounts
from relsim.customers.choosing import WARNING_OFFSET
from relsim.customers.draws import Purpose
from relsim.customers.month import LONGEST_TENURE
from relsim.customers.terms import N_RUNGS, N_TERMS, N_TIERS, Mechanisms, Term
from relsim.customers.traits import CELLS
from relsim.spec.market import MOST_FIRMS

FLAGS = ("-O3", "-march=native", "-ffast-math", "-std=c11", "-fPIC")
_SOURCE = Path(__file__).with_name("month.c")
_TYPES = {
    "uint8": "uint8_t",
    "uint16": "uint16_t",
    "uint32": "uint32_t",
    "int32": "int32_t",
    "float32": "float",
    "float64": "double",
}


class NoCompilerError(RuntimeError):
    """There is no C compiler here, or it does not take the source."""


def _layout(situation: Situation) -> str:
    """Return the header that tells C how relsim's tables lie in memory."""
    customers = situation.customers
    empty = books.allocate(1, 1)
    sizes = {
        "N_TERMS": N_TERMS,
        "N_TIERS": N_TIERS,
        "N_RUNGS": N_RUNGS,
        "N_YEARS": books.TENURE_YEARS,
        "N_YEAR_FIELDS": len(books.YEAR_FIELDS),
        "N_FIRM_FIELDS": len(books.FIRM_FIELDS),
        "N_CELL_FIELDS": len(books.CELL_FIELDS),
        "N_QUANTILES": CELLS,
        "N_MOST_FIRMS": MOST_FIRMS,
        "N_WARNING_OFFSET": WARNING_OFFSET,
        "N_LONGEST_TENURE": int(LONGEST_TENURE),
    }
    places = [f"{name} = {size}" for name, size in sizes.items()]
    places += [f"P_{purpose.name} = {purpose.value}" for purpose in Purpose]
    for letter, names in (
        ("M", Mechanisms._fields),
        ("T", tuple(term.name for term in Term)),
        ("Y", books.YEAR_FIELDS),
        ("F", books.FIRM_FIELDS),
        ("C", books.CELL_FIELDS),
    ):
        places += [f"{letter}_{name.upper()} = {place}" for place, name in enumerate(names)]
    return "\n".join(
        [
            f"enum {{ {', '.join(places)} }};",
            _struct("columns", customers.columns),
            _struct("network", customers.network),
            _struct("traits", customers.tables),
            _struct("accounts", empty),
        ]
    )


def _struct(name: str, arrays: Any) -> str:
    """Return the declaration of a struct of pointers to the arrays of a named tuple."""
    # Two columns never share memory: C may be told so.
    members = " ".join(
        f"{_TYPES[array.dtype.name]} *restrict {field};"
        for field, array in zip(arrays._fields, arrays, strict=True)
    )
    return f"struct {name} {{ {members} }};"


def _compiled(situation: Situation, folder: Path) -> Any:
    """Compile the month and return the C function.

    Raises
    ------
    NoCompilerError
        If there is no compiler, or it fails; with its first complaint.
    """
    name = os.environ.get("CC", "cc")
    compiler = shutil.which(name)
    if compiler is None:
        raise NoCompilerError(f"no C compiler called {name!r} was found")
    (folder / "layout.h").write_text(_layout(situation))
    library = folder / "month.so"
    compiled = folder / "month.o"
    _call([compiler, *FLAGS, f"-I{folder}", "-c", str(_SOURCE), "-o", str(compiled)])
    # Linked without -ffast-math, which would switch off the smallest numbers in this whole process.
    _call([compiler, "-shared", str(compiled), "-o", str(library), "-lm"])
    live = ctypes.CDLL(str(library)).live
    live.restype = None
    live.argtypes = [ctypes.c_void_p] * 7 + [ctypes.c_int64] * 3
    return live


def _call(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the user's own compiler
    if done.returncode != 0:
        complaint = (done.stderr.strip().splitlines() or ["no message"])[0]
        raise NoCompilerError(f"{command[0]} failed: {complaint}")


def _pointers(arrays: Any) -> Any:
    """Return a C struct of pointers to the arrays of a named tuple."""
    return (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))


class CMonth:
    """The market of a situation, lived by C.

    Raises
    ------
    NoCompilerError
        If there is no compiler, or it fails.
    ValueError
        If the market has rules that the C loop leaves out.
    """

    def __init__(self, situation: Situation) -> None:
        m = situation.customers.mechanisms
        if m.counts_purchases or not m.follows_relationship:
            raise ValueError("the C loop knows contractual markets that follow relationships")
        with tempfile.TemporaryDirectory() as folder:
            self._live = _compiled(situation, Path(folder))
        self.customers = situation.customers
        self.columns = situation.columns()
        self.month = situation.month
        self._terms = np.ascontiguousarray(situation.table).reshape(-1)
        self._firms = situation.table.shape[0] - 1
        self._mechanisms = np.array(m, dtype=np.float64)

    def live(self) -> Accounts:
        """Live one month."""
        luck, tables = self.customers.luck, self.customers.tables
        accounts = Accounts(*(table[0] for table in books.allocate(1, self._firms)))
        words = (ctypes.c_uint32 * 4)(
            int(luck.low), int(luck.high), int(luck.replication), self.month
        )
        self._live(
            _pointers(self.columns),
            _pointers(self.customers.network),
            _pointers(tables),
            self._terms.ctypes.data,
            self._mechanisms.ctypes.data,
            _pointers(accounts),
            words,
            self.columns.supplier.size,
            self._firms,
            tables.usage.shape[0],
        )
        self.columns = self.columns._replace(said=self.columns.saying, saying=self.columns.said)
        self.month += 1
        return accounts
