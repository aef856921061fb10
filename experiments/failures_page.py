"""The page of failures: what one does to the losses of a year, from the table to Markdown."""

from typing import Any

import pandas as pd

from experiments.failures_figure import BEHAVIOUR, STATED
from experiments.markdown import table
from experiments.studies.shared import joined

_HEAD = """# Failures

A tenth of the customers of each market of `configs/markets` meets a failure in month 37, by
intervention: one that nobody makes good, one that is made good, or none. The three futures share
all random numbers, so that each customer is its own control; the difference of its losses within
twelve months is what the failure did. It is measured without memory of failures and with it
([grievance](mechanisms/grievance.md), at its defaults), at the market's own contract and without
one. `python -m experiments.failures` makes the page anew; table:
[failures](../results/failures/failures.csv).

![What one failure adds to the loss of twelve months](../results/failures/failures.svg)
"""

_PUBLISHED = """## Published values

| what | value | source |
|---|---|---|
| what a problem costs, as customers state their loyalty | 15 to 30 points | Goodman, O'Brien & \
Segal 2000 (TARP) |
| in behaviour | expect a third to half: 5 to 15 points | assumed |
| a complaint raises the chance to stop buying at once; who does not leave soon is back to normal; \
earlier purchases soften it, a recent complaint sharpens it | sign | Knox & van Oest 2014 |
| recovery softens, in almost all cases not fully | sign | Knox & van Oest 2014 |
| recovery raises satisfaction above what it was, repurchase not | sign | de Matos, Henrique & \
Rossi 2007 |
"""

_LIMITS = """## What to bear in mind

- Only the strength was set by this page's effects, on the markets without a contract and on no
  claim; the other numbers of grievance carry published signs and assumed sizes.
- A failure is forced upon customers whoever they are, new and old alike. Its effect is smallest
  where they stay long: the hazard is low, and many purchases soften the failure.
- Those of the tenth who are neighbours hear each other's warnings: a small share of the effect.
- Taking the contract away makes another market: telecom without one loses about 40% of its
  customers within a year, and its levels were set with it. Its row shows what a contract holds
  back, not a market that is.
- Intervals are those of customers, over all seeds together: they say nothing of how sure the
  parameters are.
- No preset has grievance on. Switching it on raises churn as the last table says; base hazards
  would have to be set anew.
"""


def page(frame: pd.DataFrame) -> str:
    """Return the page.

    Parameters
    ----------
    frame : DataFrame
        Of ``experiments.failures.table``.
    """
    parts = [_HEAD, _found(frame), _effects(frame), _PUBLISHED, _churn(frame), _LIMITS]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _found(frame: pd.DataFrame) -> str:
    """Return in words what was found."""
    failed = frame[frame["arm"] == "unresolved"]
    made_good = frame[frame["arm"] == "made_good"].pivot(
        index=["market", "contract"], columns="memory", values="points"
    )
    made_good = made_good.set_axis(["off", "on"], axis=1)
    free, bound = (
        failed[chosen]
        .pivot(index="market", columns="memory", values="points")
        .set_axis(["off", "on"], axis=1)
        for chosen in (failed["contract"] == 1, failed["contract"] > 1)
    )
    inside = int(free["on"].between(*BEHAVIOUR).sum())
    names = joined([str(name) for name in bound.index])
    return (
        f"Where no contract binds, a failure that nobody makes good adds {_span(free['off'])} "
        f"points to the loss of twelve months if it is forgotten, and {_span(free['on'])} (median "
        f"{free['on'].median():.1f}) if it is remembered. Stated loyalty falls by {STATED[0]:.0f} "
        f"to {STATED[1]:.0f} points; a third to half of that, {BEHAVIOUR[0]:.0f} to "
        f"{BEHAVIOUR[1]:.0f}, is met in {inside} of {len(free)} markets. Under the contracts of "
        f"{names} it is {_span(bound['off'])} and {_span(bound['on'])}: the contract outlasts most "
        f"of the memory. Made good, a failure that is remembered adds {_span(made_good['on'])} "
        f"points, one that is forgotten {made_good['off'].abs().max():.1f}.\n"
    )


def _span(points: "pd.Series[float]") -> str:
    return f"{points.min():.1f} to {points.max():.1f}"


def _effects(frame: pd.DataFrame) -> str:
    heads = [
        "market",
        "contract, months",
        "memory",
        "loss of twelve months without the failure, %",
        "unresolved adds, points",
        "made good adds, points",
    ]
    arms = ("none", "unresolved", "made_good")
    each = (frame[frame["arm"] == arm].to_dict("records") for arm in arms)
    rows = [
        [
            none["market"],
            none["contract"] if none["contract"] > 1 else "none",
            "on" if none["memory"] else "off",
            f"{none['loss']:.1f}",
            _told(unresolved),
            _told(made_good),
        ]
        for none, unresolved, made_good in zip(*each, strict=True)
    ]
    return f"## Effect of one failure\n\n{table(heads, rows)}\n"


def _told(row: dict[Any, Any]) -> str:
    return f"{row['points']:.1f} ({row['low']:.1f} to {row['high']:.1f})"


def _churn(frame: pd.DataFrame) -> str:
    none = frame[frame["arm"] == "none"]
    own = none[none["contract"] == none.groupby("market")["contract"].transform("max")]
    churn = own.pivot(index="market", columns="memory", values="churn")
    rows = [
        [market, f"{off:.1f}", f"{on:.1f}", f"{on - off:+.1f}"]
        for market, off, on in churn.itertuples()
    ]
    heads = ["market", "churn without memory, % a year", "with it", "points"]
    return f"## What it does to churn\n\nAt each market's own contract.\n\n{table(heads, rows)}\n"
