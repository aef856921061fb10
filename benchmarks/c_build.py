"""How a month in C is compiled by the system's compiler, and told how relsim's tables lie."""

import ctypes
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.flat import Flat
from benchmarks.situation import Situation
from relsim.customers import accounts as books
from relsim.customers.draws import Purpose
from relsim.customers.newcomers import TraitTables
from relsim.customers.passes.move import LONGEST_TENURE
from relsim.customers.quantiles import CELLS
from relsim.customers.rules.talk import WARNING_OFFSET
from relsim.customers.terms import N_RUNGS, N_TERMS, N_TIERS, Term
from relsim.customers.traits import TRAITS
from relsim.spec.market import MOST_FIRMS

_FLAGS = ("-O3", "-march=native", "-std=c11", "-fPIC")
_FOLDER = Path(__file__).parent
_TYPES = {
    "uint8": "uint8_t",
    "uint16": "uint16_t",
    "uint32": "uint32_t",
    "int32": "int32_t",
    "float32": "float",
    "float64": "double",
}


class Build(NamedTuple):
    """A month in C: its source and what the compiler is told beside the usual."""

    source: str
    flags: tuple[str, ...]

    def profiled(self) -> "Build":
        """Return the same with the seconds of each pass counted."""
        return Build(self.source, (*self.flags, "-DPROFILE"))


# The compiler may take for granted what holds here (no errno, traps, NaN or -0.0), which moves no
# number: without it, it would find branches where vectors need none.
_VECTORS = (
    "-D_POSIX_C_SOURCE=200809L",
    "-fopenmp-simd",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-ffinite-math-only",
    "-fno-signed-zeros",
)
PLAIN = Build("month.c", ("-ffast-math",))
BLOCKS = Build("blocks.c", (*_VECTORS, "-ffp-contract=fast"))
FAST_BLOCKS = Build("blocks.c", (*_VECTORS, "-ffast-math"))
SINGLE_BLOCKS = Build("blocks.c", (*_VECTORS, "-ffast-math", "-DSINGLE"))


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
        ("M", Flat._fields),
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
            _struct("traits", trait_arrays(customers.tables)),
            _struct("accounts", empty),
        ]
    )


def trait_arrays(tables: TraitTables) -> Any:
    """Return what traits are drawn from as a named tuple of arrays: shares, then trait by trait."""
    arrays = {"cumulative_share": tables.cumulative_share, **{k: tables.of(k) for k in TRAITS}}
    kind: Any = NamedTuple("Arrays", [(name, Any) for name in arrays])
    return kind(**arrays)


def _struct(name: str, arrays: Any) -> str:
    """Return the declaration of a struct of pointers to the arrays of a named tuple."""
    # Two columns never share memory: C may be told so.
    members = " ".join(
        f"{_TYPES[array.dtype.name]} *restrict {field};"
        for field, array in zip(arrays._fields, arrays, strict=True)
    )
    return f"struct {name} {{ {members} }};"


def compiled(situation: Situation, build: Build) -> ctypes.CDLL:
    """Return the library of a build's month, compiled once for all situations alike.

    Raises
    ------
    NoCompilerError
        If there is no compiler, or it fails; with its first complaint.
    """
    name = os.environ.get("CC", "cc")
    compiler = shutil.which(name)
    if compiler is None:
        raise NoCompilerError(f"no C compiler called {name!r} was found")
    return _library(compiler, build, _layout(situation))


@functools.cache
def _library(compiler: str, build: Build, layout: str) -> ctypes.CDLL:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "layout.h").write_text(layout)
        source, code = str(_FOLDER / build.source), str(folder / "month.o")
        library = str(folder / "month.so")
        _call([compiler, *_FLAGS, *build.flags, f"-I{folder}", "-c", source, "-o", code])
        # Linked without -ffast-math, which would switch off the smallest numbers in this process.
        _call([compiler, "-shared", code, "-o", library, "-lm"])
        loaded = ctypes.CDLL(library)
    loaded.live.restype = None
    loaded.live.argtypes = [ctypes.c_void_p] * 7 + [ctypes.c_int64] * 3
    return loaded


def _call(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the user's own compiler
    if done.returncode != 0:
        complaint = (done.stderr.strip().splitlines() or ["no message"])[0]
        raise NoCompilerError(f"{command[0]} failed: {complaint}")
