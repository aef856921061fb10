"""The map of a reading's effect over two factors, with the line of no difference."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from relsim.claims.wording import named
from relsim.report.claims.factors import unit_in
from relsim.report.claims.results import Results
from relsim.report.claims.rows import NARROW, AboutClaim
from relsim.report.claims.words import Amount
from relsim.report.lab.about import Quantity
from relsim.report.lab.surface import surface
from relsim.report.style import plain

_MOST_LEVELS = 12
_CELLS = (4, 3, 2)


def frontier(results: Results) -> Figure | None:
    """Draw the map that a claim asks for; None where there is none to draw."""
    table = cells(results)
    if table is None:
        return None
    wanted = results.spec["frontier"]
    row = results.verdicts.set_index("reading").loc[wanted["reading"]]
    amount = Amount.of(row["measure"], row["unit"])
    shown = table.assign(
        **{name: table[name] / amount.factor for name in ("effect", "low", "high")}
    )
    across, up = (
        Quantity(end, plain(named(wanted[end])), unit_in(results.spec, row.name, wanted[end]))
        for end in ("x", "y")
    )
    return surface(
        shown, AboutClaim.of(results), across, up, Quantity("effect", "Effect", amount.unit),
        effect=row["measure"] != "value",
        title="Where the sides meet",
        says=f"{row['title']}: mean effect at each combination.",
        wide=NARROW,
    )  # fmt: skip


def cells(results: Results) -> pd.DataFrame | None:
    """Return the mean effect by x and y; low and high where a cell is one point.

    Factors that were sampled, not set, are cut into bands with as many points in each, named by
    their medians: a sample along a logarithm then fills them all.
    """
    wanted = results.spec.get("frontier")
    if not wanted:
        return None
    points = results.points_of(wanted["reading"])
    if points.empty or not {wanted["x"], wanted["y"]} <= set(points):
        return None
    tables = (_cut(points, str(wanted["x"]), str(wanted["y"]), cells) for cells in _CELLS)
    # The finest cut that leaves no cell empty, or the coarsest.
    coarsest = None
    for table in tables:
        coarsest = table
        if len(table) == table["x"].nunique() * table["y"].nunique():
            break
    return coarsest


def _cut(points: pd.DataFrame, x: str, y: str, cells: int) -> pd.DataFrame:
    table = points[["effect", "low", "high"]].assign(
        x=_levels(points[x], cells), y=_levels(points[y], cells)
    )
    by_cell = table.groupby(["x", "y"])
    means = by_cell.mean()
    means.loc[by_cell.size() > 1, ["low", "high"]] = np.nan
    return means.reset_index()


def _levels(values: "pd.Series[float]", cells: int) -> "pd.Series[float]":
    if not pd.api.types.is_numeric_dtype(values) or values.nunique() <= _MOST_LEVELS:
        return values
    bands = pd.qcut(values, cells, labels=False)
    return values.groupby(bands).transform(lambda band: float(f"{band.median():.2g}"))
