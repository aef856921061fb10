"""Claim transactions-cost-more: what noise does to deals and to relationships.

Forty runs of each way, of mobile telephony and of credit cards, through a recession of a quarter in
year 4: discounted profit of seven years, the worst year from the second on, and the least cash of a
newcomer without a customer. The reading `swing` of the claim has one number for all of them. That
neither way is the cheaper as such is Pfeifer (2005), Journal of Targeting, Measurement and Analysis
for Marketing 13:2; the claim has no primary source.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import relsim
from experiments import markdown
from experiments.studies.shared import MONTHS, dressed, each, joined, money, titled
from relsim.report.style import BLUE, VERMILLION

WAYS = {"relationship": BLUE, "transaction": VERMILLION}
MEASURES = {
    "profit": "discounted profit",
    "worst_year": "worst year",
    "trough": "newcomer's least cash",
}


def table(customers: int = 10_000, seeds: Sequence[int] = tuple(range(1, 41))) -> pd.DataFrame:
    """Return results of both ways of marketing run by run, money by customer of the market.

    ``worst_year`` is the lowest profit of twelve months in a row from the second year on.
    """
    ways: Mapping[str, dict[str, Any]] = {
        "relationship": {"firms.0.strategy.kind": "defensive", "firms.0.strategy.discount": 0.0},
        "transaction": {"firms.0.strategy.kind": "conquest", "firms.0.strategy.discount": 0.2},
    }
    slump = {"kind": "recession", "month": 40, "lasts": 18, "depth": 0.25}
    rows = []
    for config, way in each(("telecom", "credit-card"), ways):
        common = {"market.customers": customers, "run.months": MONTHS, "events": [slump]}
        starting = relsim.load(config, common | ways[way] | {"firms.0.share": 0.0})
        usual = money(relsim.load(config, common | ways[way]), seeds)
        for (seed, (columns, profit)), (_, (newcomer, _)) in zip(
            usual, money(starting, seeds), strict=True
        ):
            years = np.convolve(columns["profit"], np.ones(12), mode="valid")[12:]
            rows.append(
                {
                    "config": config,
                    "way": way,
                    "seed": seed,
                    "profit": profit / customers,
                    "worst_year": float(years.min()) / customers,
                    "trough": float(newcomer["cash"].min()) / customers,
                    "market_size": customers,
                }
            )
    return pd.DataFrame(rows)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw every run's result by way of marketing."""
    configs = list(frame["config"].unique())
    figure, panels = plt.subplots(
        len(configs), len(MEASURES), figsize=(9.0, 6.0), layout="constrained"
    )
    for row, config in zip(panels, configs, strict=True):
        for axes, (measure, title) in zip(row, MEASURES.items(), strict=True):
            dressed(axes)
            for x, (way, colour) in enumerate(WAYS.items()):
                here = (frame["config"] == config) & (frame["way"] == way)
                values = frame.loc[here, measure]
                spread = np.linspace(-0.15, 0.15, len(values))
                axes.plot(x + spread, values, "os"[x], ms=3, color=colour, alpha=0.6)
                mean, deviation = values.mean(), values.std()
                axes.annotate(
                    f"{mean:,.2f}\n± {deviation:,.2f}", (x + 0.2, mean), fontsize=8, va="center"
                )
            axes.set_xticks(range(len(WAYS)), list(WAYS), fontsize=9)
            axes.set_xlim(-0.4, 1.8)
            axes.set_title(f"{config}: {title}", loc="left", fontsize=9)
        row[0].set_ylabel("USD a customer of the market")
    note = (
        f"A dot a run, {frame['seed'].nunique()} seeds; mean and standard deviation beside. "
        f"{frame['market_size'].iloc[0]:,} customers, seven years, a recession in year 4."
    )
    return titled(figure, "What noise does to marketing by deals and by relationships", note)


def words(frame: pd.DataFrame) -> str:
    """Return as a table the mean and the deviation of each result, and how far they are apart."""
    heads = ["market", "way", *MEASURES.values()]
    rows = [
        [config, way, *(f"{mine[name].mean():,.2f} ({mine[name].std():,.2f})" for name in MEASURES)]
        for (config, way), mine in frame.groupby(["config", "way"], sort=False)
    ]
    apart = "; ".join(
        f"by {joined([_apart(mine, name) for name in MEASURES])} in the {config} market"
        for config, mine in frame.groupby("config", sort=False)
    )
    return (
        f"USD a customer of the market, mean and in brackets the deviation between "
        f"runs:\n\n{markdown.table(heads, rows)}\n\nFrom relationships to deals the means move, in "
        f"deviations between runs and in the order of the columns, {apart}. The deviations of both "
        f"ways are much alike; what differs most is the hole in a newcomer's cash."
    )


def _apart(frame: pd.DataFrame, measure: str) -> str:
    """Return the difference of both ways' means, in the mean of their deviations."""
    groups = frame.groupby("way")[measure]
    mean, deviation = groups.mean(), groups.std()
    return f"{(mean['transaction'] - mean['relationship']) / deviation.mean():+.1f}"
