"""What a pass of the month gets: the customers of a block, and all that they may meet."""

from typing import Any, NamedTuple

import numba
import numpy as np
from numba.core import types
from numba.experimental import structref

from relsim.customers.accounts import Accounts
from relsim.customers.block import ADDRESS_SPACE, SPACE, Floats, Index
from relsim.customers.choosers import Choosers
from relsim.customers.columns import Columns
from relsim.customers.compiled import loop, rule
from relsim.customers.draws import Stream
from relsim.customers.network import Network
from relsim.customers.newcomers import TraitTables
from relsim.customers.numbers import Numbers
from relsim.customers.terms import N_TERMS, N_TIERS

FIRM = N_TIERS * N_TERMS
"""Entries of a firm in the flat table of terms."""


class People(NamedTuple):
    """What months have in common: the customers, and what they live by."""

    columns: Columns
    network: Network
    tables: TraitTables
    m: Numbers
    stream: Stream


class Scene(NamedTuple):
    """A block's month: what every pass of the schedule reads and changes.

    A pass takes what it needs out of it before its loop, as a compiler cannot: it would have to
    know that nothing in the loop changes the scene.

    ``terms`` is the flat table of firms; ``f`` the block's rows; ``address`` rows of places in the
    accounts; ``lo`` the first customer, ``n`` how many, ``chunk`` in which chunk of the
    accounts they are booked. ``month`` counts from 1, months of warm-up before all others: draws
    are of it.
    """

    columns: Columns
    network: Network
    tables: TraitTables
    terms: Floats
    m: Numbers
    account: Accounts
    stream: Stream
    month: int
    f: Floats
    choosers: Choosers
    address: Index
    chunk: int
    lo: int
    n: int


if not numba.config.DISABLE_JIT:
    _FIELDS = list(Scene._fields)
    _LASTING_FIELDS = list(People._fields)

    class _Pointer(types.StructRef):  # type: ignore[misc, name-defined]  # numba has no types
        """One pointer, where a tuple is five hundred arguments."""

        def preprocess_fields(self, fields: Any) -> Any:
            """Take numbers for what they are, and not for the constants that they may be."""
            return tuple((name, types.unliteral(kind)) for name, kind in fields)  # type: ignore[attr-defined]  # the same

    @structref.register
    class SceneType(_Pointer):
        """The compiled scene."""

    @structref.register
    class PeopleType(_Pointer):
        """The compiled people: as tuples, they took longer to hand over than a small month."""

    class People(structref.StructRefProxy):  # type: ignore[misc, no-redef]  # the same
        """The people as compiled loops know them; plain Python takes the tuple above."""

    structref.define_proxy(People, PeopleType, _LASTING_FIELDS)

    class Scene(structref.StructRefProxy):  # type: ignore[misc, no-redef]  # the same
        """The scene as compiled loops know it; plain Python takes the tuple above."""

    structref.define_proxy(Scene, SceneType, _FIELDS)


@loop
def people_of(
    columns: Columns, network: Network, tables: TraitTables, m: Numbers, stream: Stream
) -> People:
    """Return what months have in common, as compiled months take it."""
    return People(columns, network, tables, m, stream)


@rule
def block_space() -> Floats:
    """Return the rows of a block."""
    return np.empty(SPACE)


@rule
def address_space() -> Index:
    """Return room for places in the accounts."""
    return np.empty(ADDRESS_SPACE, np.uint32)


@rule
def account_of(accounts: Accounts, k: int) -> Accounts:
    """Return the accounts of one chunk."""
    return Accounts(
        accounts.years[k],
        accounts.firms[k],
        accounts.flows[k],
        accounts.sources[k],
        accounts.cells[k],
        accounts.steps[k],
        accounts.causes[k],
        accounts.ages[k],
    )


@rule
def terms_place(supplier: float, tier: float) -> Any:
    """Return where the terms of a supplier for a tier start in the flat table of firms."""
    return np.int64((supplier * N_TIERS + tier) * N_TERMS)


@rule
def single(x: float) -> float:
    """Return x rounded to single precision, as the columns keep it."""
    return np.float64(np.float32(x))
