"""From the passes of a market to its compiled month: a small module that is written and imported.

Choosing passes at run time would either test in every loop for what is off, or call through
pointers, which costs twice the month. So the list of the passes is written as a module of some
fifty lines, kept in the cache folder under the hash of its text, and compiled like any other.
"""

import ast
import contextlib
import functools
import hashlib
import inspect
import os
import sys
import tempfile
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from relsim.customers import columns
from relsim.customers.compiled import WOVEN, cache_folder
from relsim.customers.schedule import Pass

_TEMPLATE = '''"""The month of a market, woven from its passes. Sources: {sources}."""

from relsim.customers.block import BLOCK
from relsim.customers.choosers import choosers_space
from relsim.customers.compiled import loop
from relsim.customers.passes import common
from relsim.customers.scene import FIRM, Scene, account_of, address_space, block_space
{imports}

@loop
def live_block(s, own):
    columns, f, lo, n = s.columns, s.f, s.lo, s.n
{calls}


@loop
def live(people, terms, accounts, month, size, first, last, own):
    columns, network, tables = people.columns, people.network, people.tables
    m, stream = people.m, people.stream
    customers = columns.supplier.size
    f = block_space()
    choosers = choosers_space(terms.size // FIRM - 1)
    address = address_space()
    for k in range(first, last):
        account = account_of(accounts, k)
        for lo in range(k * size, min((k + 1) * size, customers), BLOCK):
            n = min(BLOCK, customers - lo)
            live_block(
                Scene(
                    columns, network, tables, terms, m, account, stream, month, f, choosers,
                    address, k, lo, n,
                ),
                own,
            )
'''


def text(passes: Sequence[Pass], others: Sequence[str] = ()) -> str:
    """Return the module of a month with these passes.

    Parameters
    ----------
    passes : sequence of Pass
        In their order.
    others : sequence of str
        Modules of mechanisms that are on: those that add no pass hand their own to the month too.
    """
    modules = dict.fromkeys(one.function.rpartition(".")[0] for one in passes)
    names = {module: f"passes_{k}" for k, module in enumerate(modules)}
    calls = [*_taken(), *(_call(one, names) for one in passes), *_given_back()]
    return _TEMPLATE.format(
        sources=_hash_of(sorted({*modules, *others})),
        imports="".join(f"import {module} as {name}\n" for module, name in names.items()),
        calls="\n".join(f"    {call}" for call in calls),
    )


def _call(one: Pass, names: dict[str, str]) -> str:
    module, _, function = one.function.rpartition(".")
    more = f", {one.argument}" if one.argument else ""
    return f"{names[module]}.{function}(s{more})"


def _taken() -> list[str]:
    return [
        f"common.take(columns.{name}, f, {column.row}, lo, n)  # {name}"
        for name, column in columns.TABLE.items()
        if column.row is not None
    ]


def _given_back() -> list[str]:
    return [
        f"common.{'give_back' if issubclass(column.dtype, np.floating) else 'give_back_whole'}"
        f"(columns.{name}, f, {column.back}, lo, n)  # {name}"
        for name, column in columns.TABLE.items()
        if column.back is not None
    ]


def _hash_of(modules: Sequence[str]) -> str:
    """Return a hash of the names and sources of modules, and of what they import from beside them.

    The sources of relsim's own are in the cache folder's name.
    """
    digest = hashlib.sha256()
    own = [name for name in modules if not name.startswith("relsim.")]
    for name, source in sorted(_sources(own).items()):
        digest.update(f"{name}\n{source}\n".encode())
    digest.update(" ".join(modules).encode())
    return digest.hexdigest()[:12]


def _sources(modules: Sequence[str]) -> dict[str, str]:
    """Return the sources of modules, and of all that they import from the same folders."""
    found: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        made = sys.modules.get(name)
        file = getattr(made, "__file__", None)
        if name in found or made is None or file is None:
            continue
        found[name] = inspect.getsource(made)
        folder = Path(file).parent
        waiting += [
            other
            for other in _imported(found[name], made.__package__ or "")
            if _is_beside(other, folder)
        ]
    return found


def _imported(source: str, package: str) -> Iterator[str]:
    """Yield the names of what a source imports: modules, and what may be modules in packages."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            around = package.rsplit(".", node.level - 1)[0] if node.level else ""
            base = ".".join(part for part in (around, node.module or "") if part)
            yield base
            yield from (f"{base}.{one.name}" for one in node.names)


def _is_beside(name: str, folder: Path) -> bool:
    file = getattr(sys.modules.get(name), "__file__", None)
    return file is not None and folder in Path(file).parents


@functools.lru_cache(maxsize=64)
def woven(passes: tuple[Pass, ...], others: tuple[str, ...] = ()) -> Any:
    """Return the compiled month of these passes.

    Parameters
    ----------
    passes : tuple of Pass
        In their order.
    others : tuple of str
        Modules of the mechanisms that are on.

    Returns
    -------
    callable
        ``live(people, terms, accounts, month, size, first, last, own)``: the chunks of ``size``
        customers from ``first`` up to ``last`` are lived; several threads may share a month.
        ``people`` is made by :func:`relsim.customers.scene.people_of`, ``own`` has one tuple a
        mechanism that is on.
    """
    return module(text(passes, others)).live


def module(source: str) -> types.ModuleType:
    """Return a module of this text, kept in the cache folder under its hash."""
    name = f"{WOVEN}{hashlib.sha256(source.encode()).hexdigest()[:12]}"
    path = cache_folder() / f"{name}.py"
    _keep(path, source)
    made = types.ModuleType(name)
    made.__file__ = str(path)
    # The text is compiled and not the file read, so that nobody else's text is ever run.
    exec(compile(source, str(path), "exec"), made.__dict__)  # noqa: S102  # our own text
    sys.modules[name] = made
    return made


def _keep(path: Path, source: str) -> None:
    """Write a file whole or not at all; one that is there and the same stays as it is."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if path.read_text(encoding="utf-8") == source:
            return
    handle, other = tempfile.mkstemp(dir=path.parent, suffix=".py")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(source)
    os.replace(other, path)  # noqa: PTH105  # of two processes that write it, both win
