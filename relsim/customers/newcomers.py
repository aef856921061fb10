"""Who comes to the market: newcomers get their traits, all drawn at once."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers import draws
from relsim.customers import traits as declared
from relsim.customers.columns import DRAWN, Columns
from relsim.customers.compiled import loop, rule
from relsim.customers.draws import WORDS_A_CALL, Purpose, Stream, uniform
from relsim.customers.quantiles import normal_at, quantile, share_below

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.uint32]


class TraitTables(NamedTuple):
    """What traits are drawn from.

    Attributes
    ----------
    cumulative_share : array of shape (segments,)
        Cumulative shares of the segments.
    quantiles : array of shape (traits, segments, CELLS + 1)
        Quantiles of each trait, in the order of :data:`relsim.customers.traits.TRAITS`.
    mix : array of shape (traits, traits)
        Lower triangle by which independent normal numbers become correlated ones; of shape (0, 0)
        where all traits are independent.
    """

    cumulative_share: Floats
    quantiles: Floats
    mix: Floats = np.empty((0, 0))

    def of(self, name: str) -> Floats:
        """Return the quantiles of one trait by its name, of shape (segments, CELLS + 1)."""
        found: Floats = self.quantiles[list(declared.TRAITS).index(name)]
        return found


def _place(word: draws.Chance) -> int:
    return WORDS_A_CALL * word.call + word.word


_PLACES = np.array([_place(trait.word) for trait in declared.TRAITS.values()], np.int64)
_SEGMENT = _place(declared.SEGMENT_WORD)
_CALLS = 1 + max(_SEGMENT, int(_PLACES.max())) // WORDS_A_CALL
# The first two calls are older than the others, and their numbers of purpose are for good.
_PURPOSES = np.array(
    [Purpose.TRAITS, Purpose.MORE_TRAITS]
    + [Purpose.FURTHER_TRAITS + call for call in range(_CALLS - 2)],
    np.int64,
)
_FIRST, _END = DRAWN.start, DRAWN.stop


@rule
def correlate(mix: Floats, u: Floats) -> None:
    """Let the random numbers of traits go together: a Gaussian copula.

    Each stays uniform on its own; those of a trait that goes with none before it stay as they are.

    Parameters
    ----------
    mix : array of shape (traits, traits)
        As in :class:`TraitTables`.
    u : array
        Random numbers of a newcomer, by place; changed.
    """
    for k in range(mix.shape[0] - 1, -1, -1):  # from the last: each reads those before it
        if mix[k, k] < 1.0:
            z = 0.0
            for j in range(k + 1):
                if mix[k, j] != 0.0:  # normal numbers take time
                    z += mix[k, j] * normal_at(u[_PLACES[j]])
            u[_PLACES[k]] = share_below(z)


@loop
def draw_traits(
    columns: Columns, tables: TraitTables, stream: Stream, who: Index, lo: int, n: int, month: int
) -> None:
    """Give customers who come to the market in this month their traits.

    Parameters
    ----------
    columns : Columns
        Where they are written.
    tables : TraitTables
        What they are drawn from.
    stream : Stream
        Seed and replication.
    who : array
        Who comes: the first n of it, each counted from ``lo``.
    lo, n, month : int
        As above.
    """
    u = np.empty(_CALLS * WORDS_A_CALL)
    # Taken once and not handed on: tuples of arrays are costly to hand to a rule for each newcomer.
    drawn: Any = columns[_FIRST:_END]  # of one kind: a compiler can go through them
    for place in range(n):
        i: Any = lo + np.int64(who[place])
        for call in range(_CALLS):
            w0, w1, w2, w3 = draws.words(stream, i, month, _PURPOSES[call])
            u[WORDS_A_CALL * call] = uniform(w0)
            u[WORDS_A_CALL * call + 1] = uniform(w1)
            u[WORDS_A_CALL * call + 2] = uniform(w2)
            u[WORDS_A_CALL * call + 3] = uniform(w3)
        if tables.mix.size > 0:
            correlate(tables.mix, u)
        segment, last = 0, tables.cumulative_share.size - 1
        while segment < last and u[_SEGMENT] >= tables.cumulative_share[segment]:
            segment += 1
        columns.segment[i] = segment
        columns.born[i] = min(month, 65535)
        for k in range(len(drawn)):
            drawn[k][i] = quantile(tables.quantiles[k, segment], u[_PLACES[k]])


@loop
def draw_all_traits(columns: Columns, tables: TraitTables, stream: Stream, first: int) -> None:
    """Give every customer from ``first`` on the traits of those present from the start."""
    n = columns.supplier.size - first
    draw_traits(columns, tables, stream, np.arange(n).astype(np.uint32), first, n, 0)
