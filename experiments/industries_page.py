"""The page of the industries: published levels beside realised ones, in Markdown."""

from collections.abc import Iterator

import pandas as pd

from relsim.report.style import number

NAMES = {
    "defection": "Churn, % of customers a year",
    "first_year_defection": "Churn in the first year, % a year",
    "margin": "Margin, % of revenue",
    "cost_to_win": "Cost to win a customer, USD",
    "cost_to_serve": "Cost to serve, % of revenue",
    "cost_to_keep": "Cost to keep, % of revenue",
    "contribution": "Contribution of a customer after goods and service, USD a year",
    "profit_1": "Profit of a customer in its first year, USD",
    "growth": "Growth of a customer",
}

_HEAD = """# Industries

Each config of `configs/markets` is set to levels published for its industry. This page compares
them with what the markets then do: three seeds of ten years, the first four left out, all firms
of a market together. Each is run with 100,000 customers in place of its own number: where profit
is a small difference, as in distribution, a few large accounts would decide it. `python -m
experiments.industries` makes the page anew; `experiments/industries.yaml` holds the published
levels and their status.

- *verified*: seen in a public copy of the source or in a page that quotes it. *computed*: worked
  out from such numbers. *as commonly quoted*: from memory of the field, not seen.
- A band from one published number is a tenth to each side of it; that tenth is ours.
- Levels are set through base hazard, costs, budgets and growth, alike for all firms of a market.
  They were set by trial, on the seeds shown, until they lay in their bands; profit by firm was
  seen on the way, and no level was chosen by it. That a level is met is thus no finding, and
  these seeds are no test of it; what strategies do at that level may be a finding.
- Published levels come from different years and countries; nothing is deflated.

![Published bands and realised levels by industry](../results/industries/levels.svg)

| industry | measure | published | realised | inside | status | source |
|---|---|---|---|---|---|---|
"""


_CURVES = """
## Profit by year with the firm

Profit of a customer as a multiple of its first year; in brackets dollars a year. The published
curves are Reichheld & Sasser's (1990), as commonly quoted. Of each realised curve the ends were
set, the years between were not. Accounts in this distribution market are larger than those that
were published, so that only the multiples compare.

| industry | year | published | realised |
|---|---|---|---|
"""

_LIMITS = """
## What these markets leave out

- *Grocery*: a household has one supplier at a time, its main chain. Trips elsewhere are left out,
  and loyalty to several chains shows as frequent change.
- *Motor insurance*: claims are a mean; no customer has a bad year, so nobody is repriced for one.
- *Industrial distribution*: profit is a small difference of large sums, so the growth of profit
  swings between seeds and leaves its band at the config's own 2,000 accounts. The larger market
  was chosen after that was seen; even there it can miss the band narrowly with other seeds.
- *Business software*: revenue of those who stay grows for good in the trade; here growth follows
  trust and ends with it.
- Where no published number was found, none was put in its place.
"""


def page(compared: pd.DataFrame, curves: pd.DataFrame) -> str:
    """Return the page for the tables of ``industries.compare`` and ``industries.curves``."""
    levels = "".join(_row(row) for _, row in compared.iterrows())
    return _HEAD + levels + _CURVES + "".join(_curve(curves)) + _LIMITS


def _curve(curves: pd.DataFrame) -> Iterator[str]:
    for industry, mine in curves.groupby("industry", sort=False):
        first = mine.iloc[0]
        for _, row in mine.iterrows():
            cells = (
                f"{row[side] / first[side]:.2f} ({number(row[side])})"
                for side in ("published", "realised")
            )
            yield f"| {industry} | {row['year']} | {' | '.join(cells)} |\n"


def _row(row: pd.Series) -> str:
    known = pd.notna(row["low"])
    band = f"{number(row['low'])} to {number(row['high'])}" if known else "–"
    realised = f"{number(row['least'])} to {number(row['most'])}"
    cells = (
        row["industry"],
        _measure(row),
        band,
        realised,
        ("yes" if row["inside"] else "**no**") if known else "–",
        row["status"] if known else "none",
        row["source"] if known else row["missing"],
    )
    return f"| {' | '.join(cells)} |\n"


def _measure(row: pd.Series) -> str:
    name = NAMES[row["measure"]]
    if isinstance(row.get("after"), list):
        return f"{name}, after {', '.join(row['after'])}"
    if isinstance(row.get("years"), list):
        early, late = row["years"]
        return f"{name}: {row['of']} in year {late} over year {early}"
    return f"{name}: profit in year 5 over year 1" if row["measure"] == "growth" else name
