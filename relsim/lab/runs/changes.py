"""What a change in mid-run makes of each firm, and what noise makes of that."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.lab.runs.standings import MEASURES, Standings
from relsim.lab.statistics.ranking import differences

_MEANS = ("before", "after", "difference")
_COLUMNS = ("outcome", "unit", "firm", *_MEANS, "low", "high", "replications", "clear")
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
        means ``before`` and ``after`` over replications of which neither failed; ``difference``,
        the mean of after less before, with ``low`` and ``high``; ``replications``; and whether it
        is ``clear`` of zero. The intervals of all rows hold together
        (:mod:`relsim.lab.statistics.ranking`).

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
    sides = [_of(one, common) for one in (after, before)]
    pairs = {
        f"{name}.{place}": np.stack([side[name][:, place] for side in sides], axis=1)
        for name in MEASURES
        for place in range(len(before.firms))
    }
    table = differences(pairs, before.confidence)
    places = [(name, firm) for name in MEASURES for firm in before.firms]
    table["outcome"], table["firm"] = zip(*places, strict=True)
    table["firm"] = pd.Categorical(table["firm"], categories=list(before.firms))
    table["unit"] = table["outcome"].map(before.unit)
    for side, column in zip(sides, ("after", "before"), strict=True):
        table[column] = np.concatenate([_means(side[name]) for name in MEASURES])
    return table[list(_COLUMNS)]


def _of(found: Standings, numbers: list[int]) -> dict[str, Array]:
    rows = [found.replications.index(number) for number in numbers]
    return {name: one[rows] for name, one in found.values.items()}  # noqa: PD011  # no frame


def _means(values: Array) -> Array:
    return np.array([column.mean() if column.size else np.nan for column in values.T])
