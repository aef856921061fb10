"""From the passes of a market to its compiled month: a small module that is written and imported.

Choosing passes at run time would either test in every loop for what is off, or call through
pointers, which costs twice the month. So the list of the passes is written as a module of some
fifty lines, kept in the cache folder under the hash of its text, and compiled like any other.
"""

import contextlib
import functools
import hashlib
import os
import sys
import tempfile
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from relsim.customers import columns
from relsim.customers.compiled import WOVEN, cache_folder
from relsim.customers.schedule import Pass, at_path

_TEMPLATE = '''"""The month of a market, woven from its passes."""

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


def text(passes: Sequence[Pass]) -> str:
    """Return the module of a month with these passes.

    Parameters
    ----------
    passes : sequence of Pass
        In their order.
    """
    modules = dict.fromkeys(one.function.rpartition(".")[0] for one in passes)
    names = {module: f"passes_{k}" for k, module in enumerate(modules)}
    calls = [*_taken(), *(_call(one, names) for one in passes), *_given_back()]
    return _TEMPLATE.format(
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


def woven(passes: tuple[Pass, ...], others: Sequence[str] = ()) -> Any:
    """Return the compiled month of these passes.

    Parameters
    ----------
    passes : tuple of Pass
        In their order.
    others : sequence of str
        Modules of the mechanisms that hand their own to the month.

    Returns
    -------
    callable
        ``live(people, terms, accounts, month, size, first, last, own)``: the chunks of ``size``
        customers from ``first`` up to ``last`` are lived; several threads may share a month.
        ``people`` is made by :func:`relsim.customers.scene.people_of`, ``own`` has one tuple a
        mechanism that adds passes.
    """
    strange = [one.function for one in passes if not _is_ours(one.function)]
    is_kept = not strange and all(map(_is_ours, others))
    return _woven(passes, is_kept, tuple(map(at_path, strange)))


@functools.lru_cache(maxsize=64)
def _woven(passes: tuple[Pass, ...], is_kept: bool, strange: tuple[Any, ...]) -> Any:  # noqa: ARG001  # a pass that is defined anew, as in a notebook, is woven anew
    return module(text(passes), is_kept).live


def _is_ours(path: str) -> bool:
    return path.startswith("relsim.")


def module(source: str, is_kept: bool = True) -> types.ModuleType:
    """Return a module of this text.

    Parameters
    ----------
    source : str
        The text.
    is_kept : bool
        Whether it is kept in the cache folder under its hash, and its machine code too. That of a
        user's own code never is: what it was made of may change in ways that nobody notices.
    """
    digest = hashlib.sha256(source.encode()).hexdigest()[:12]
    name = f"{WOVEN if is_kept else 'own_month_'}{digest}"
    path = cache_folder() / f"{name}.py"
    if is_kept:
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
