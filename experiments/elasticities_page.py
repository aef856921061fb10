"""The page of elasticities: from the table to Markdown, beside what meta-analyses found."""

from typing import Any

import pandas as pd

from experiments.elasticities_figure import BANDS, LEVERS, levers_of
from experiments.markdown import table
from experiments.studies.shared import joined

_HEAD = """# Elasticities

By how many per cent do a firm's sales change if it spends, or asks, one per cent more? In each
market of `configs/markets` every firm in its turn changes one budget, or its price, by a tenth, up
and down, from month 37 on. All other plans and all random numbers stay the same
([calibration](calibration.md) has the definition). Sales are units, of the quarter that ends a year
after the change (short run) and five years after it (long run). Advertising is all that is spent to
acquire customers, to reach them and on the brand.
`python -m experiments.elasticities` makes the page anew; table, with each firm's own:
[elasticities](../results/elasticities/elasticities.csv).

![Elasticities of sales by lever and market](../results/elasticities/elasticities.svg)
"""

_PUBLISHED = """## Published values

| what | mean | source |
|---|---|---|
| advertising, short run | .12 | Sethuraman, Tellis & Briesch 2011, JMR |
| advertising, long run | .24 | Sethuraman, Tellis & Briesch 2011, JMR |
| advertising | .09 | Henningsen et al. 2011 |
| personal selling | .34 | Albers, Mantrala & Sridhar 2010, JMR |
| price | -2.62 | Bijmolt, van Heerde & Pieters 2005, JMR |

No meta-analysis was found for retention spend, recovery and rewards for recommendations.
"""

_LIMITS = """## What to bear in mind

- Elasticities are partial: no firm answers, and budgets do not follow revenue.
- Published elasticities are mostly of brands of consumer goods, within the same period or year;
  those of price are of brands in stores. Here customers reconsider only now and then, and contracts
  bind some of them: an answer takes years. Compare the long run.
- Bands from half to twice a published mean are ours; single estimates differ by much more.
- Recovery spend is a small budget. No preset rewards recommendations: for that lever all firms give
  one price as a reward.
- Intervals are over replications. They say nothing of how sure the parameters are.
"""


def page(frame: pd.DataFrame) -> str:
    """Return the page.

    Parameters
    ----------
    frame : DataFrame
        Of ``experiments.elasticities.table``.
    """
    mean = frame[frame["firm"] == "all firms"]
    parts = [_HEAD, _found(mean), _tables(mean), _PUBLISHED, _misses(mean), _limits(mean)]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _of(frame: pd.DataFrame, lever: str, horizon: str) -> pd.DataFrame:
    return frame[(frame["lever"] == lever) & (frame["horizon"] == horizon)]


def _span(values: "pd.Series[float]") -> str:
    return f"{values.min():.2f} to {values.max():.2f} (median {values.median():.2f})"


def _found(mean: pd.DataFrame) -> str:
    """Return in words what was found."""
    each = [
        f"{LEVERS[lever]} {_span(_of(mean, lever, 'long')['elasticity'])}"
        for lever in levers_of(mean)
    ]
    return f"Long-run elasticities over {mean['market'].nunique()} markets: {'; '.join(each)}.\n"


def _tables(mean: pd.DataFrame) -> str:
    levers = levers_of(mean)
    parts = []
    for horizon, words in (("short", "After a year"), ("long", "After five years")):
        rows = [
            [market, *(_told(_of(mine, lever, horizon)) for lever in levers)]
            for market, mine in mean.groupby("market")
        ]
        heads = ["market", *(LEVERS[lever] for lever in levers)]
        parts.append(f"## {words}\n\n{table(heads, rows)}\n")
    return "\n".join(parts)


def _told(rows: pd.DataFrame) -> str:
    one: dict[Any, Any] = rows.iloc[0].to_dict()
    if pd.isna(one["elasticity"]):
        return "–"
    return f"{one['elasticity']:.3f} ({one['low']:.3f} to {one['high']:.3f})"


def _limits(mean: pd.DataFrame) -> str:
    """Return what to bear in mind, with the levers that no preset pulls."""
    if "brand" in levers_of(mean):
        return _LIMITS
    return _LIMITS + "- No preset spends on the brand: advertising is acquisition spend.\n"


def met(mean: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """Return the markets whose elasticity lies in its band, by lever and horizon."""
    found = {}
    for (lever, horizon), (low, high) in BANDS.items():
        mine = _of(mean, lever, horizon)
        if mine["elasticity"].notna().any():
            inside = mine["elasticity"].between(low, high)
            found[lever, horizon] = mine["market"][inside].tolist()
    return found


def _misses(mean: pd.DataFrame) -> str:
    markets = sorted(set(mean["market"]))
    rows = []
    for (lever, horizon), inside in met(mean).items():
        low, high = BANDS[lever, horizon]
        outside = [market for market in markets if market not in inside]
        run = {"short": "a year", "long": "five years"}[horizon]
        names = joined(outside) if outside else "none"
        rows.append(
            [LEVERS[lever], run, f"{low:g} to {high:g}", f"{len(inside)} of {len(markets)}", names]
        )
    heads = ["lever", "after", "half to twice the mean", "inside", "outside"]
    return f"## Which bands are met\n\n{table(heads, rows)}\n\n{_WHY}"


_WHY = """Two things keep the answer to advertising small where it is. A firm that buys most of what
reaching prospects can bring (`relsim validate` says which) gains little by more: an effect
`1 - exp(-y)` has the elasticity `y / (exp(y) - 1)`, .34 at y = 1.9, .12 at y = 3.4, .01 at
y = 6.6. And awareness is given, unless `mechanisms.awareness` makes it a stock: who decides thinks
of most firms unprompted, and money reaches only those who do not, in the month in which they
decide. The answer to price is slow where few customers decide in a year, or contracts bind them:
five years are then not yet the long run. See [calibration](calibration.md) for how such numbers are
fitted.
"""
