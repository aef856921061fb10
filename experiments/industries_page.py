"""The page of the industries: published levels beside realised ones, in Markdown."""

import pandas as pd

from relsim.report.style import number

NAMES = {
    "defection": "Defection, % of customers a year",
    "first_year_defection": "Defection in the first year, % a year",
    "margin": "Margin, % of revenue",
    "cost_to_win": "Cost to win a customer, USD",
    "cost_to_serve": "Cost to serve, % of revenue",
    "cost_to_keep": "Cost to keep, % of revenue",
    "growth": "Growth of a customer",
}

_HEAD = """# Industries

Each config of `configs/markets` is set to levels published for its industry. This page compares
them with what the markets then live: three seeds of ten years, the first four left out, all firms
of a market together. Each is run with 100,000 customers in place of its own number: where profit
is a small difference, as in distribution, a few large accounts would decide it. `python -m
experiments.industries` makes the page anew; `experiments/industries.yaml` holds the published
levels and their status.

- *verified*: seen in a public copy of the source or in a page that quotes it. *computed*: worked
  out from such numbers. *as commonly quoted*: from memory of the field, not seen.
- A band from one published number is a tenth to each side of it; that tenth is ours.
- Levels are set through base hazard, costs, budgets and growth, alike for all firms of a market.
  Which strategy wins was never looked at while they were set. That a level is met is thus no
  finding; what strategies do at that level may be one.
- Published levels come from different years and countries; nothing is deflated.

![Published bands and realised levels by industry](../results/industries/levels.svg)

| industry | measure | published | realised | inside | status | source |
|---|---|---|---|---|---|---|
"""


def page(compared: pd.DataFrame) -> str:
    """Return the page for a table of ``industries.compare``."""
    return _HEAD + "".join(_row(row) for _, row in compared.iterrows())


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
