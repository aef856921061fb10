"""Claim cost-ratio: where the best split of a budget lies, and what the ratio of costs says of it.

One mobile operator divides the same part of its revenue between acquiring and keeping in eleven
ways, in markets where a dollar of offence reaches a tenth to ten times as many as in the config.
Beside the best split stands the ratio that is quoted as 5:1 or 10:1, as it comes out: what a
customer won costs on average (reach, set-up, discounts, rewards), over what keeping one for a year
costs. That the ratio of averages implies nothing is Pfeifer (2005), "The optimal ratio of
acquisition and retention costs", Journal of Targeting, Measurement and Analysis for Marketing 13:2.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import relsim
from experiments.markdown import table as markdown_table
from experiments.studies.shared import (
    COLOURS,
    MARKS,
    MONTHS,
    SEEDS,
    dressed,
    each,
    half_width,
    how_many,
    money,
    spread,
    titled,
)
from relsim.report.style import MUTED

REACH_FOR_MONEY = (0.1, 0.3, 1.0, 3.0, 10.0)
"""What a dollar of offence reaches, as a multiple of the config's."""
SPLITS = tuple(k / 10.0 for k in range(11))
EVEN = 0.5


def costs(columns: Mapping[str, Any]) -> tuple[float, float]:
    """Return what a customer won costs on average, and what keeping one for a year does.

    Parameters
    ----------
    columns : mapping
        Columns of a firm by month.
    """
    names = ("acquisition", "onboarding", "discounts", "rewards")
    to_win = -sum(columns[name].sum() for name in names) / columns["acquired"].sum()
    keeping = -(columns["retention"] + columns["recovery"]).sum()
    return float(to_win), float(12.0 * keeping / columns["opening"].sum())


def table(customers: int = 20_000, seeds: Sequence[int] = SEEDS) -> pd.DataFrame:
    """Return discounted profit by split of the budget and by what acquiring costs.

    ``ratio`` is the average cost of a customer won over that of keeping one for a year.
    """
    rows, half_at = [], relsim.load("telecom").firms[0].acquisition.half_at
    for reach, split in each(REACH_FOR_MONEY, SPLITS):
        values = {
            "market.customers": customers,
            "run.months": MONTHS,
            "firms.0.strategy.kind": "balanced",
            "firms.0.strategy.retention_share": split,
            "firms.*.acquisition.half_at": half_at / reach,
        }
        for seed, (columns, profit) in money(relsim.load("telecom", values), seeds):
            to_win, to_keep = costs(columns)
            rows.append(
                {
                    "reach_for_money": reach,
                    "retention_share": split,
                    "seed": seed,
                    "profit": profit,
                    "to_win": to_win,
                    "to_keep_a_year": to_keep,
                    "ratio": to_win / to_keep if to_keep else np.nan,
                    "market_size": customers,
                }
            )
    return pd.DataFrame(rows)


def _over_even(rows: pd.DataFrame) -> "pd.Series[float]":
    """Return profit over that of an even split with the same random numbers, less one."""
    even = rows.loc[rows["retention_share"] == EVEN].set_index("seed")
    return rows["profit"] / rows["seed"].map(even["profit"]) - 1.0


def _ratio(rows: pd.DataFrame) -> float:
    """Return the mean ratio of costs at an even split."""
    return float(rows.loc[rows["retention_share"] == EVEN, "ratio"].mean())


def draw(frame: pd.DataFrame) -> Figure:
    """Draw profit by split, a line for each cost of acquisition."""
    figure, axes = plt.subplots(figsize=(8.0, 5.4), layout="constrained")
    dressed(axes)
    for place, (reach, mark, colour) in enumerate(
        zip(sorted(frame["reach_for_money"].unique()), MARKS, COLOURS, strict=True)
    ):
        rows = frame[frame["reach_for_money"] == reach]
        groups = _over_even(rows).groupby(rows["retention_share"])
        mean, half = 100.0 * groups.mean(), 100.0 * groups.agg(half_width)
        split = 100.0 * mean.index.to_numpy(dtype=float) + 0.8 * (place - 2)
        axes.errorbar(
            split,
            mean,
            half,
            fmt=f"{mark}-",
            color=colour,
            capsize=3,
            label=f"reach for a dollar x {reach:g}: {_ratio(rows):.1f} to 1",
        )
        best = int(mean.to_numpy().argmax())
        axes.plot(split[best], mean.iloc[best], mark, ms=13, mfc="none", mec=colour)
    axes.axhline(0.0, color=MUTED, lw=1)
    axes.set_xlabel("part of the budget for keeping (%)")
    axes.set_ylabel("discounted profit of seven years,\n% more than with an even split")
    axes.legend(
        frameon=False,
        title="cost to win a customer to cost to keep one a year, at an even split",
        fontsize=9,
        title_fontsize=9,
        loc="lower right",
    )
    note = "Mobile telephony, one firm of four. Ringed: the best split. " + how_many(frame)
    return titled(figure, "The best split of a budget against the ratio of average costs", note)


def words(frame: pd.DataFrame) -> str:
    """Return the ratios and the best splits as a table, and what it says."""
    rows, ratios = [], []
    for (reach,), mine in frame.groupby(["reach_for_money"]):
        over = _over_even(mine)
        best = float(str(over.groupby(mine["retention_share"]).mean().idxmax()))
        ratios.append(_ratio(mine))
        gain = spread(over[mine["retention_share"] == best])
        rows.append([f"{reach:g}", f"{ratios[-1]:.1f}", f"{100 * best:.0f}", gain])
    heads = [
        "a dollar reaches, times the config's",
        "cost of a customer won over that of keeping one a year",
        "best part for keeping, %",
        "more profit than with an even split, %",
    ]
    factor = frame["reach_for_money"].max() / frame["reach_for_money"].min()
    return (
        f"{markdown_table(heads, rows)}\n\n"
        f"What a dollar of offence buys differs by a factor of {factor:.0f}, "
        f"the ratio of averages by one of {max(ratios) / min(ratios):.2f}: it does not tell these "
        "markets apart. Where markets differ in how many leave and in what setting up costs, it "
        "does better, as the map below shows."
    )
