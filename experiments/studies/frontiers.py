"""Where the best split of a budget lies, on maps: ``python -m experiments.studies.frontiers``.

One mobile operator divides a budget between acquiring and keeping. ``cost-ratio``: by what setting
a new customer up costs and by how many customers are lost a year, which both move what a customer
won costs over keeping one for a year. ``size-decides``: by its share of the market and the number
of firms. A line is drawn where eight tenths for keeping (defence) earn as much as two tenths
(offence). It writes a table and a figure each into results/frontiers.

At an even split, set-up and discounts apart, the ratio of average costs is the customers of a firm
over those it wins in a year: where a market stands still, one over churn. To tell the two
apart, set-up costs move the ratio at a given churn.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from scipy.stats import spearmanr

import relsim
from experiments.commanding import command
from experiments.studies.cost_ratio import costs
from experiments.studies.shared import MONTHS, each, joined, money, titled
from experiments.studies.size_decides import FIRMS, SIZES, sized
from relsim.economics.lifetime import annual_loss
from relsim.report.style import INK, STEPS, VERMILLION

Array = npt.NDArray[np.float64]

RESULTS = Path("results/frontiers")
SPLITS = tuple(k / 10.0 for k in range(11))
OFFENCE, EVEN, DEFENCE = 0.2, 0.5, 0.8
"""Parts of the budget for keeping."""
ONBOARDING = (0.0, 50.0, 100.0, 200.0, 400.0)
"""What setting a new customer up costs, USD; the config's is 100."""
LEAVING = ((0.1, 0.01), (0.4, 0.03), (0.73, 0.03), (0.73, 0.1), (0.73, 0.2), (0.73, 0.4))
"""Base hazard and the annual attrition of the market; the config's are 0.73 and 0.03."""
SEEDS = (1, 2, 3, 4)
CUSTOMERS = 8_000

_COLOURS = LinearSegmentedColormap.from_list("steps", ("#FFFFFF", *STEPS))
_LIGHT_FROM = 0.65


def by_cost(
    customers: int = CUSTOMERS,
    seeds: Sequence[int] = SEEDS,
    onboarding: Sequence[float] = ONBOARDING,
    leaving: Sequence[tuple[float, float]] = LEAVING,
    splits: Sequence[float] = SPLITS,
) -> pd.DataFrame:
    """Return discounted profit by split, cost of setting up and how many leave.

    ``y`` is the place in ``leaving``; ``ratio`` and ``defection`` (a year) are what came out of
    the run.
    """
    rows = []
    for onboard, y, split in each(onboarding, range(len(leaving)), splits):
        hazard, turnover = leaving[y]
        values = {
            "market.customers": customers,
            "run.months": MONTHS,
            "firms.0.strategy.kind": "balanced",
            "firms.0.strategy.retention_share": split,
            "firms.*.onboarding_cost": onboard,
            "mechanisms.reconsider.base_hazard": hazard,
            "market.annual_turnover": turnover,
        }
        for seed, (columns, profit) in money(relsim.load("telecom", values), seeds):
            to_win, to_keep = costs(columns)
            lost = columns["churned"].sum() / columns["opening"].sum()
            rows.append(
                {
                    "x": onboard,
                    "y": y,
                    "retention_share": split,
                    "seed": seed,
                    "profit": profit,
                    "ratio": to_win / to_keep if to_keep else np.nan,
                    "defection": annual_loss(lost),
                    "market_size": customers,
                }
            )
    return pd.DataFrame(rows)


def by_size(
    customers: int = CUSTOMERS,
    seeds: Sequence[int] = SEEDS,
    sizes: Sequence[float] = SIZES,
    firms: Sequence[int] = FIRMS,
    splits: Sequence[float] = SPLITS,
) -> pd.DataFrame:
    """Return discounted profit by split, the firm's share at the start and the number of firms."""
    rows = []
    for share, count, split in each(sizes, firms, splits):
        strategy = {"kind": "balanced", "retention_share": split}
        for seed, (_, profit) in money(sized(share, count, strategy, customers), seeds):
            rows.append(
                {
                    "x": share,
                    "y": count,
                    "retention_share": split,
                    "seed": seed,
                    "profit": profit,
                    "market_size": customers,
                }
            )
    return pd.DataFrame(rows)


class Map(NamedTuple):
    """What a table says cell by cell, rows and columns rising.

    Attributes
    ----------
    best : DataFrame
        The split with the most profit in the mean over seeds.
    as_good : DataFrame
        How many splits no seed-by-seed comparison tells from it (two standard errors).
    gain : DataFrame
        Defence over offence, a fraction of the profit of offence.
    ratio : DataFrame
        The ratio of costs at an even split; not a number where it was not taken.
    """

    best: pd.DataFrame
    as_good: pd.DataFrame
    gain: pd.DataFrame
    ratio: pd.DataFrame


def mapped(frame: pd.DataFrame) -> Map:
    """Return the best split and the gain of defence over offence at every place of a map."""
    found = []
    for (y, x), cell in frame.groupby(["y", "x"]):
        profits = cell.pivot_table(index="seed", columns="retention_share", values="profit")
        best = profits.mean().idxmax()
        behind = profits.sub(profits[best], axis=0)
        error = behind.std() / np.sqrt(len(profits))
        gain = profits[DEFENCE].mean() / profits[OFFENCE].mean() - 1.0
        as_good = int((behind.mean() >= -2.0 * error).sum())
        ratio = cell.loc[cell["retention_share"] == EVEN].get("ratio", pd.Series(dtype=float))
        found.append((y, x, best, as_good, gain, ratio.mean()))
    table = pd.DataFrame(found, columns=["y", "x", *Map._fields])
    return Map(*(table.pivot(index="y", columns="x", values=name) for name in Map._fields))


def _is_whole(values: pd.DataFrame) -> bool:
    return bool(np.isfinite(values.to_numpy()).all())


def _drawn(frame: pd.DataFrame, title: str, x: Sequence[str], y: Sequence[str]) -> Figure:
    best, as_good, gain, ratio = mapped(frame)
    with_ratio = _is_whole(ratio)
    figure, axes = plt.subplots(figsize=(8.0, 4.8), layout="constrained")
    shown = axes.imshow(best, cmap=_COLOURS, vmin=0.0, vmax=1.0, aspect="auto", origin="lower")
    for (row, column), split in np.ndenumerate(best.to_numpy()):
        colour = "white" if split > _LIGHT_FROM else INK
        text = f"{100 * split:.0f}"
        axes.text(column, row + 0.1, text, ha="center", va="center", color=colour, zorder=4)
        below = f"{100 * gain.to_numpy()[row, column]:+.1f}; {as_good.to_numpy()[row, column]:.0f}"
        if with_ratio:
            below = f"{ratio.to_numpy()[row, column]:.1f}:1; {below}"
        axes.text(column, row - 0.25, below, ha="center", color=colour, fontsize=7, zorder=4)
    values = gain.to_numpy()
    crosses = bool(values.min() < 0.0 < values.max())
    if crosses:
        axes.contour(values, levels=[0.0], colors=[VERMILLION], linewidths=2.5, alpha=0.8)
    axes.set_xticks(range(best.shape[1]), x)
    axes.set_yticks(range(best.shape[0]), y)
    bar = figure.colorbar(shown, label="best part of the budget for keeping", shrink=0.9)
    bar.ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f}%")
    line = "Line: defence and offence earn the same." if crosses else "Defence is ahead everywhere."
    if not crosses and values.max() < 0.0:
        line = "Offence is ahead everywhere."
    note = (
        f"Best part for keeping, %; below it {'the ratio of costs, ' if with_ratio else ''}what "
        "defence (80%) earns over offence (20%), %, and how many\n"
        f"of the eleven splits are within two standard errors of the best. {line}\n"
        f"Discounted profit of seven years, {frame['market_size'].iloc[0]:,} customers, mean of "
        f"{frame['seed'].nunique()} seeds."
    )
    return titled(figure, title, note)


def draw_by_cost(frame: pd.DataFrame) -> Figure:
    """Draw the map over the cost of setting up and churn; the ratio of costs stands in it."""
    lost = frame[frame["retention_share"] == EVEN].groupby("y")["defection"].mean()
    figure = _drawn(
        frame,
        "The best split by the ratio of costs and by churn",
        [f"{x:g}" for x in sorted(frame["x"].unique())],
        [f"{100 * share:.0f}%" for share in lost],
    )
    figure.axes[0].set_xlabel(
        "what setting a new customer up costs, USD; it moves the ratio of what a customer won\n"
        "costs to what keeping one for a year does (n:1 in the map, at an even split)"
    )
    figure.axes[0].set_ylabel("customers lost a year, at an even split")
    return figure


def draw_by_size(frame: pd.DataFrame) -> Figure:
    """Draw the map over share and number of firms."""
    figure = _drawn(
        frame,
        "The best split by size and by the number of firms",
        [f"{100 * float(share):g}" for share in sorted(frame["x"].unique())],
        [str(count) for count in sorted(frame["y"].unique())],
    )
    figure.axes[0].set_xlabel("share of the market at the start (%); awareness follows it")
    figure.axes[0].set_ylabel("firms")
    return figure


def words(frame: pd.DataFrame) -> str:
    """Return in words where the best split lies and where defence is ahead of offence."""
    best, _, gain, ratio = mapped(frame)
    ahead = int((gain.to_numpy() > 0.0).sum())
    ends = joined([f"{100 * share:.0f}" for share in (best.min().min(), best.max().max())])
    return (
        f"Over {best.size} places of the map the best part for keeping lies between {ends}% "
        f"(median {100 * float(np.median(best)):.0f}%). Defence earns more than offence at {ahead} "
        f"of them, from {100 * float(gain.min().min()):+.1f}% to "
        f"{100 * float(gain.max().max()):+.1f}%."
        + (_of_ratio(gain.to_numpy(), ratio.to_numpy()) if _is_whole(ratio) else "")
    )


def _of_ratio(gain: Array, ratio: Array) -> str:
    """Return in words how far the ratio of costs tells where defence is ahead."""
    rank = float(spearmanr(ratio, gain, axis=None).statistic)
    ahead = gain > 0.0
    text = (
        f" The ratio of costs runs from {ratio.min():.1f}:1 to {ratio.max():.1f}:1; its rank "
        f"correlation with the gain of defence is {rank:.2f}."
    )
    if not ahead.any() or ahead.all():
        return text
    return text + (
        f" Defence is ahead from {ratio[ahead].min():.1f}:1 upwards, offence up to "
        f"{ratio[~ahead].max():.1f}:1."
    )


TABLES: Mapping[str, Callable[[], pd.DataFrame]] = {"cost-ratio": by_cost, "size-decides": by_size}
DRAWN = {"cost-ratio": draw_by_cost, "size-decides": draw_by_size}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return command(__doc__, "frontier", TABLES, DRAWN, RESULTS, arguments)


if __name__ == "__main__":
    sys.exit(main())
