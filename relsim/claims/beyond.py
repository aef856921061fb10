"""The box in which a reading holds, if it says more than chance would.

Peeling finds a box in any flags. So the flags are dealt anew, in a way that leaves alone all but
what is asked about, and a box is looked for in the same way; only if few deals agree as well with
their box does the box count. What is asked about has two kinds, each with a chance of its own:

- what is sampled, and a market that has samples of its own: whole samples are dealt, each with
  what it says in all markets and at all levers that share it;
- a market or a lever that every sample meets: flags are dealt within each sample.

A box has to be beyond the chance of both kinds dealt together, and then of each kind that it has
limits of. A kind that is not is left out, and a box of the other alone is looked for. Where that
leaves nothing, a box of markets and levers alone is tried. With both kinds there, each of the two
ways has half of the doubt that is allowed, so that a box is shown of flags in which nothing
matters in 5% of cases at most.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.claims.importance import Places, Sampled
from relsim.claims.prim import Box, Columns, Flags, box_of, columns_of

DEALS = 199
"""How often flags are dealt anew."""
DOUBT = 0.05
"""Share of the deals, the flags as they are among them, that may do as well; of both ways."""

_SEED = 20


def box_beyond_chance(
    factors: pd.DataFrame, holds: npt.ArrayLike, units: npt.ArrayLike | None = None
) -> Box:
    """Return the box in which a hypothesis holds, if it says more than chance.

    Parameters
    ----------
    factors : DataFrame
        A column a parameter: numbers, or anything else as names.
    holds : array_like of shape (points,)
        Whether the hypothesis holds at each point.
    units : array_like of shape (points,), optional
        Which sample of what is uncertain a point has; none, or one only, where points are no
        sample and each speaks for itself.

    Returns
    -------
    Box
        Without limits where no share of the scope stands out.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> table = pd.DataFrame({"churn": rng.random(40), "price": rng.random(40)})
    >>> box_beyond_chance(table, table["churn"] < 0.4).limits.keys()
    dict_keys(['churn'])
    >>> box_beyond_chance(table, rng.random(40) < 0.4).sentence()
    'no combination of conditions stands out beyond noise; see the single factors'
    """
    flags = np.asarray(holds, dtype=np.bool_)
    dealer = _Dealer(columns_of(factors), flags, Sampled.of(factors, units))
    found = dealer.search(dealer.kinds)
    kept: list[bool] = []
    if dealer.beyond_chance(found, dealer.kinds, dealer.kinds):
        meant = dealer.kinds_of(found.limits)
        kept = [one for one in meant if dealer.beyond_chance(found, dealer.kinds, [one])]
        if kept == meant:
            return found
    alone = kept or dealer.kinds[1:]
    found = dealer.search(alone)
    return found if dealer.beyond_chance(found, alone, alone) else box_of({}, flags)


class _Dealer:
    """Looks for boxes in flags, and in flags dealt anew.

    Parameters
    ----------
    columns : mapping
        The parameters.
    flags : array of shape (points,)
        Where the hypothesis holds.
    sampled : Sampled
        How points come from samples.
    """

    def __init__(self, columns: Columns, flags: Flags, sampled: Sampled) -> None:
        self._columns = columns
        self._flags = flags
        self._sampled = sampled
        self._alike = _alike(sampled)
        self._by_unit = np.argsort(sampled.units, kind="stable")
        self.kinds = [False, True] if sampled.crossed else [False]
        """Kinds of parameters: whether every sample meets them."""

    def kinds_of(self, names: Iterable[str]) -> list[bool]:
        """Return the kinds of some parameters."""
        return sorted({name in self._sampled.crossed for name in names})

    def search(self, kinds: Sequence[bool]) -> Box:
        """Return the best box of some kinds of parameters."""
        return box_of(self._of(kinds), self._flags)

    def beyond_chance(self, found: Box, searched: Sequence[bool], dealt: Sequence[bool]) -> bool:
        """Return whether few deals of some kinds have a box that agrees as well as was found.

        No more is dealt than it takes to know.
        """
        if not found.limits:
            return False
        columns, rng, as_well = self._of(searched), np.random.default_rng(_SEED), 1
        for _ in range(DEALS):
            as_well += box_of(columns, self._dealt(rng, dealt)).agreement >= found.agreement
            if as_well > DOUBT / len(self.kinds) * (DEALS + 1):
                return False
        return True

    def _of(self, kinds: Sequence[bool]) -> Columns:
        return {
            name: one
            for name, one in self._columns.items()
            if (name in self._sampled.crossed) in kinds
        }

    def _dealt(self, rng: np.random.Generator, kinds: Sequence[bool]) -> Flags:
        dealt = self._flags
        for crossed in kinds:
            dealt = self._within_samples(dealt, rng) if crossed else self._whole_samples(dealt, rng)
        return dealt

    def _whole_samples(self, flags: Flags, rng: np.random.Generator) -> Flags:
        dealt = flags.copy()
        for rows in self._alike:
            dealt[rows] = flags[rows[rng.permutation(len(rows))]]
        return dealt

    def _within_samples(self, flags: Flags, rng: np.random.Generator) -> Flags:
        dealt = np.empty_like(flags)
        dealt[self._by_unit] = flags[np.lexsort((rng.random(flags.size), self._sampled.units))]
        return dealt


def _alike(sampled: Sampled) -> list[Places]:
    """Return the points of samples that may change places: tables with a row a sample.

    They meet the same markets and levers; where a point was lost, samples differ.

    Examples
    --------
    >>> table = pd.DataFrame({"base": ["bank", "shop", "bank", "shop", "bank"]})
    >>> [rows.tolist() for rows in _alike(Sampled.of(table, [3, 3, 1, 1, 2]))]
    [[[2, 3], [0, 1]], [[4]]]
    """
    order = np.lexsort((sampled.cells, sampled.units))
    groups: dict[tuple[int, ...], list[Places]] = {}
    for points in np.split(order, np.flatnonzero(np.diff(sampled.units[order])) + 1):
        groups.setdefault(tuple(sampled.cells[points].tolist()), []).append(points)
    return [np.stack(rows) for rows in groups.values()]
