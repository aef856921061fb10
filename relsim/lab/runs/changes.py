"""What a change in mid-run makes of each firm, and what noise makes of that."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.lab.runs.standings import MEASURES, Standings
from relsim.lab.statistics.ranking import adjusted, sizes_of

Array = npt.NDArray[np.float64]


def changes(before: Standings, after: Standings) -> pd.DataFrame:
    """Return what became of firms by a change, paired by replication.

    Parameters
    ----------
    before, after : Standings
        The same replications of a market as it was, and with the change.

    Returns
    -------
    DataFrame
        A row an outcome and firm: ``outcome`` (one of ``MEASURES``) and its ``unit``; ``firm``;
        means ``before`` and ``after`` over replications that know both; ``difference``, after less
        before, with ``low`` and ``high``; ``replications``; and whether it is ``clear`` of zero.
        The intervals of all rows are simultaneous (:mod:`relsim.lab.statistics.ranking`); they are
        infinite where a change is the same in all replications, but of too few.

    Examples
    --------
    >>> from relsim.fork import chapters_of, simulated
    >>> from relsim.lab.runs.standings import standings
    >>> from relsim.spec import starter
    >>> small = starter().with_({"market.customers": 200, "run.months": 6})
    >>> cheaper = chapters_of([(1, small)], {"firms.0.price": 20.0}, at=3)
    >>> sides = (standings(simulated(one), 3, since=3) for one in ([(1, small)], cheaper))
    >>> found = changes(*sides).set_index(["outcome", "firm"])
    >>> bool(found.loc[("profit", "Attack"), "high"] < 0.0)
    True
    """
    common = [number for number in before.replications if number in after.replications]
    was, is_now = (_of(one, common) for one in (before, after))
    places = pd.MultiIndex.from_product([MEASURES, before.firms], names=["outcome", "firm"])
    table = places.to_frame(index=False)
    table["firm"] = pd.Categorical(table["firm"], categories=list(before.firms))
    table.insert(1, "unit", table["outcome"].map(before.unit))
    known = np.isfinite(is_now - was)
    for name, one in (("before", was), ("after", is_now)):
        table[name] = _means(one, known)
    # Random numbers are common: what is the same in all replications is so for certain, but for
    # counts of few customers.
    found = adjusted(
        is_now - was, sizes_of(is_now, was), before.confidence, alike=1.0 - before.confidence
    )
    return pd.concat([table, found], axis=1)


def _of(found: Standings, numbers: list[int]) -> Array:
    """Return what all firms have in all measures, a row a replication."""
    rows = [found.replications.index(number) for number in numbers]
    return np.hstack([found.values[name][rows] for name in MEASURES])  # noqa: PD011  # no frame


def _means(x: Array, known: Array) -> Array:
    counts = known.sum(axis=0)
    found = np.full(counts.size, np.nan)
    np.divide(np.where(known, x, 0.0).sum(axis=0), counts, out=found, where=counts > 0)
    return found
