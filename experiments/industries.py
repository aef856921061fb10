"""Compare the levels at which the markets of configs/markets live with published ones.

``python -m experiments.industries [--out DIR]`` runs each config for some seeds, measures what
happened after four years, and compares with ``industries.yaml``: a table as CSV, a page in
Markdown, a figure.
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

import relsim
from experiments.industries_figure import draw
from experiments.industries_page import page
from experiments.seeds import by_seed
from relsim.economics.lifetime import annual_loss
from relsim.market import Market
from relsim.report.run_figures import save
from relsim.spec.locations import shipped

BURN_IN_YEARS = 4
SEEDS = (1, 2, 3)
CUSTOMERS = 100_000  # a level is no noise of a few large accounts
FIGURE = "levels"
CURVE = range(1, 6)
PUBLISHED = Path(__file__).with_suffix(".yaml")
RESULTS = Path("results/industries")
PAGE = Path("docs/industries.md")
MARKET = "all firms"

_COSTS = {"goods": "cost_of_goods", "service": "cost_to_serve", "fixed": "fixed"}


def published() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the published levels by industry and measure, each band with its ends.

    Examples
    --------
    >>> published()["business-software"]["defection"]["low"]
    9.0
    """
    levels: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(PUBLISHED.read_text("utf-8"))
    for level in (level for each in levels.values() for level in each.values()):
        if "value" in level:
            level |= {"low": 0.9 * level["value"], "high": 1.1 * level["value"]}
    return levels


def measure(
    table: pd.DataFrame, tenure: pd.DataFrame, levels: Mapping[str, Mapping[str, Any]]
) -> dict[str, float]:
    """Return what some firms' customers did and cost, after the burn-in.

    Parameters
    ----------
    table, tenure : DataFrame
        Rows of ``Market.table`` and ``Market.tenure_table``.
    levels : mapping
        The industry's published levels: which costs ``margin`` has off, which years of tenure
        ``growth`` compares.

    Returns
    -------
    dict
        Churn in % a year; margin, cost to serve and cost to keep in % of revenue; cost to
        win in money a customer won; contribution, and profit in each of the first years of
        tenure, in money a customer and year; growth as a ratio.
    """
    late = table[table["month"] > 12 * BURN_IN_YEARS].select_dtypes("number")
    sums = {str(name): float(column.sum()) for name, column in late.items()}
    revenue = sum(money for name, money in sums.items() if name.startswith("revenue_"))
    off = sum(sums[_COSTS[name]] for name in levels["margin"].get("after", ["goods"]))
    winning = sums["acquisition"] + sums["onboarding"] + sums["rewards"]
    years = tenure[tenure["year"] > BURN_IN_YEARS].groupby("tenure_year").sum(numeric_only=True)
    lost, profit = (years[name] / years["customer_months"] for name in ("lost", "profit"))
    return {
        "defection": _annual(sums["churned"] / sums["opening"]),
        "first_year_defection": _annual(_of_year(lost, 1)),
        "margin": 100.0 * (1.0 + off / revenue),
        "cost_to_win": -winning / sums["acquired"],
        "cost_to_serve": -100.0 * sums["cost_to_serve"] / revenue,
        "cost_to_keep": -100.0 * (sums["retention"] + sums["recovery"]) / revenue,
        "contribution": 12.0
        * (revenue + sums["cost_of_goods"] + sums["cost_to_serve"])
        / sums["customers"],
        "growth": _growth(years, levels["growth"]),
    } | {f"profit_{year}": 12.0 * _of_year(profit, year) for year in CURVE}


def _annual(monthly: float) -> float:
    """Return the percentage a year of a rate a month."""
    return 100.0 * annual_loss(monthly)


def _of_year(by_year: pd.Series, year: int) -> float:
    return float(by_year[by_year.index == year].iloc[0])


def _growth(years: pd.DataFrame, level: Mapping[str, Any]) -> float:
    """Return a customer's profit, or revenue, in a later year of tenure over an earlier one."""
    revenues = years.filter(like="revenue_").sum(axis=1)
    money = revenues if level.get("of") == "revenue" else years["profit"]
    early, late = level.get("years", (1, 5))
    each = money / years["customer_months"]
    return _of_year(each, late) / _of_year(each, early)


def run(name: str, seeds: Iterable[int], customers: int = CUSTOMERS) -> pd.DataFrame:
    """Run a config for some seeds and return what was measured.

    Parameters
    ----------
    name : str
        A config of ``configs/markets``.
    seeds : iterable of int
        One run for each.
    customers : int
        Size of the market, in place of the config's own.

    Returns
    -------
    DataFrame
        ``industry``, ``seed``, ``firm`` (each, and all together), ``measure``, ``value``.
    """
    levels, rows = published()[name], []
    spec = relsim.load(name, {"market.customers": customers})
    for seed, (table, tenure) in by_seed(spec, tuple(seeds), _tables):
        for firm in (MARKET, *(firm.name for firm in spec.firms)):
            mine = [t if firm == MARKET else t[t["firm"] == firm] for t in (table, tenure)]
            values = measure(mine[0], mine[1], levels)
            rows += [(name, seed, firm, what, value) for what, value in values.items()]
    return pd.DataFrame(rows, columns=["industry", "seed", "firm", "measure", "value"])


def _tables(market: Market) -> tuple[pd.DataFrame, pd.DataFrame]:
    market.run()
    return market.table, market.tenure_table


def compare(realised: pd.DataFrame) -> pd.DataFrame:
    """Return the published bands beside what was realised by all firms of each market.

    Returns
    -------
    DataFrame
        One row an industry and measure: ``low``, ``high``, ``least``, ``most``, ``inside``
        (whether every seed lies in the band), ``status``, ``source``, or ``missing``.
    """
    whole = realised[realised["firm"] == MARKET].groupby(["industry", "measure"])["value"]
    rows = []
    for industry, levels in published().items():
        for what, level in levels.items():
            values = whole.get_group((industry, what))
            inside = "low" in level and bool(values.between(level["low"], level["high"]).all())
            row = {"least": values.min(), "most": values.max(), "inside": inside}
            rows.append({"industry": industry, "measure": what, **level, **row})
    return pd.DataFrame(rows)


def curves(realised: pd.DataFrame) -> pd.DataFrame:
    """Return published profit curves beside realised ones, money a customer and year.

    Returns
    -------
    DataFrame
        ``industry``, ``year`` of tenure, ``published``, ``realised`` (mean over the seeds).
    """
    means = realised[realised["firm"] == MARKET].groupby(["industry", "measure"])["value"].mean()
    rows = [
        (industry, year, profit, float(means[industry, f"profit_{year}"]))
        for industry, levels in published().items()
        for year, profit in zip(CURVE, levels["growth"].get("curve", ()), strict=False)
    ]
    return pd.DataFrame(rows, columns=["industry", "year", "published", "realised"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run every config, and write the table, the page and the figure."""
    parser = argparse.ArgumentParser(description="Published levels and realised ones.")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of table and figure")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    realised = pd.concat([run(name, SEEDS) for name in shipped() if name in published()])
    realised.to_csv(out / "industries.csv", index=False, float_format="%.6g", lineterminator="\n")
    realised = pd.read_csv(out / "industries.csv")
    compared = compare(realised)
    text = page(compared, curves(realised))
    (PAGE if out == RESULTS else out / PAGE.name).write_text(text, encoding="utf-8")
    save({FIGURE: draw(realised, compared, CUSTOMERS)}, out)
    outside = compared[compared["low"].notna() & ~compared["inside"]]
    print(f"{len(compared)} levels; outside their band: {len(outside)}")
    for row in outside.itertuples():
        print(f"  {row.industry} {row.measure}: {row.least:.4g} to {row.most:.4g}")


if __name__ == "__main__":
    main()
