"""The figure of a run that compares its firms: differences between them, with intervals."""

import math

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from relsim.lab.runs.standings import MEASURES, RANKED, Standings
from relsim.report.lab.about import AboutStudy
from relsim.report.lab.forest import forest
from relsim.report.layout import About
from relsim.report.standings import NO_DIFFERENCE

NAME = "differences"
"""What its files are called."""

_MOST = 15  # pairs: of more, those that the highest firm is in
_MOST_BARS = 30


def rivals(found: Standings, about: About) -> Figure:
    """Draw differences between firms over replications, with adjusted intervals.

    Parameters
    ----------
    found : Standings
        Two firms or more, and two replications or more.
    about : About
        What the run was.
    """
    study = AboutStudy(
        about.title,
        about.currency,
        runs=len(found.replications),
        points=1,
        replications=len(found.replications),
        seed=about.seed,
        confidence=found.confidence,
        interval=f"{100.0 * found.confidence:.4g}% confidence intervals, adjusted",
    )
    rows = pd.concat([_rows(found, name) for name in RANKED], ignore_index=True)
    return forest(
        rows,
        study,
        title=_finding(found),
        says=f"Firm less firm within a replication, paired; {study.level} confidence intervals, "
        "adjusted for all comparisons (Bonferroni). Market share and customer equity: the last "
        "month; profit: mean of all months.",
    )


def _finding(found: Standings) -> str:
    """Return the title: of how many differences noise could not have made."""
    known = found.differences[found.differences["replications"] > 1]
    clear = int(known["clear"].sum())
    if clear == 0:
        return f"Between firms: {NO_DIFFERENCE}"
    return f"Noise could not have made {clear:,} of {len(known):,} differences between firms"


def _rows(found: Standings, measure: str) -> pd.DataFrame:
    """Return the differences of a measure as the forest takes them, higher less lower."""
    table = found.differences[found.differences["outcome"] == measure]
    means = {
        name: one.estimate
        for name, one in zip(found.firms, found.means(measure), strict=True)
        if math.isfinite(one.estimate)
    }
    if len(table) > _MOST and means:
        highest = max(means, key=means.__getitem__)
        table = table[(table["firm"] == highest) | (table["other"] == highest)]
    size = table["difference"].abs().sort_values(ascending=False, kind="stable")
    table = table.loc[size.index].head(_MOST_BARS)
    sign = np.where(table["difference"] < 0.0, -1.0, 1.0)
    points = MEASURES[measure].unit == "share"
    scale = sign * (100.0 if points else 1.0)
    ends = np.sort(np.stack([table["low"] * scale, table["high"] * scale]), axis=0)
    pairs = zip(table["firm"], table["other"], sign, strict=True)
    label = MEASURES[measure].label
    return pd.DataFrame(
        {
            "outcome": label[0].upper() + label[1:],
            "unit": "points" if points else MEASURES[measure].unit,
            "treatment": [f"{a} less {b}" if up > 0.0 else f"{b} less {a}" for a, b, up in pairs],
            "label": "",
            "difference": table["difference"].to_numpy() * scale,
            "low": ends[0],
            "high": ends[1],
            "n": table["replications"].to_numpy(),
        }
    )
