"""Claim life-cycle: where the best split of the budget lies at each stage of a market.

Four mobile operators share from 10 to 95% of a market at the start. One of them puts from none to
all of a budget of a tenth of revenue into keeping, and holds to it; the others split evenly. Two
markets of the claim's scope: its middle, where 8 in a hundred of those who decide think of a firm
and a dollar of offence reaches 0.3 times as many as in the config, and its slowest, 1 in a hundred
and 0.1 times as many. The claim would have the best split rise with the stage. That the right mix
follows one's own share and what rivals do, not a calendar, is Fruchter & Zhang (2004), Journal of
Service Research 7:1.
"""

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import relsim
from experiments import seeds as seeded
from experiments.markdown import table as markdown_table
from experiments.seeds import by_seed
from experiments.studies.shared import (
    COLOURS,
    MARKS,
    Floats,
    dressed,
    each,
    half_width,
    how_many,
    titled,
)
from relsim.economics.lifetime import MONTHS_A_YEAR, monthly_rate
from relsim.report.style import BLUE, MUTED, VERMILLION

PENETRATIONS = (0.1, 0.3, 0.5, 0.7, 0.95)
SPLITS = tuple(k / 10.0 for k in range(11))
MIDDLE, SLOWEST = "middle of the scope", "slowest of the scope"
MARKETS = {MIDDLE: (0.08, 0.3), SLOWEST: (0.01, 0.1)}
"""Fame of every firm, and what a dollar of offence reaches as a multiple of the config's."""
MONTHS = 120
EARLY = 2
"""Years that a short view sees."""
HORIZONS = {"profit": "ten years", "early": "two years"}
EVEN = 0.5
_RESAMPLES = 2000


def table(customers: int = 5_000, seeds: Sequence[int] = tuple(range(1, 11))) -> pd.DataFrame:
    """Return discounted profit of ten years, and of the first two, by stage and split.

    ``filled_...`` is the share of the market with a supplier after so many years.
    """
    rows, half_at = [], relsim.load("telecom").firms[0].acquisition.half_at
    for (market, (fame, reach)), penetration, split in each(MARKETS.items(), PENETRATIONS, SPLITS):
        values = {
            "market.customers": customers,
            "run.months": MONTHS,
            "firms.*.share": penetration / 4.0,
            "firms.*.awareness": fame,
            "firms.*.acquisition.half_at": half_at / reach,
            "firms.*.strategy": {"kind": "balanced", "budget_share": 0.1},
            "firms.0.strategy.retention_share": split,
        }
        spec = relsim.load("telecom", values)
        rate = monthly_rate(spec.market.annual_discount_rate)
        for seed, columns in by_seed(spec, seeds, seeded.columns):
            profit = columns["profit"][:, 0] / (1.0 + rate) ** np.arange(1, MONTHS + 1)
            filled = columns["customers"].sum(axis=1) / customers
            rows.append(
                {
                    "market": market,
                    "penetration": penetration,
                    "retention_share": split,
                    "seed": seed,
                    "profit": profit.sum(),
                    "early": profit[: MONTHS_A_YEAR * EARLY].sum(),
                    "filled_2": filled[2 * MONTHS_A_YEAR - 1],
                    "filled_10": filled[-1],
                    "market_size": customers,
                }
            )
    return pd.DataFrame(rows)


class Best(NamedTuple):
    """The best of the splits at a stage, and in which range other random numbers would put it.

    ``low`` and ``high`` hold 95% of the best splits of resampled seeds; ``gain`` and ``half`` are
    what the best brings over an even split, part of it, and the half-width of its interval;
    ``flat`` are the least and the most keeping that bring at most a hundredth less than the best.
    """

    split: float
    low: float
    high: float
    gain: float
    half: float
    flat: tuple[float, float]


def gains(frame: pd.DataFrame, penetration: float, horizon: str) -> pd.DataFrame:
    """Return profit over that of an even split, less one: a row a seed, a column a split."""
    stage = frame[frame["penetration"] == penetration]
    wide = stage.pivot_table(index="seed", columns="retention_share", values=horizon)
    return wide.div(wide[EVEN], axis=0) - 1.0


def best(frame: pd.DataFrame, penetration: float, horizon: str) -> Best:
    """Return the best split at a stage; seeds are drawn anew 2,000 times for its range."""
    over_even = gains(frame, penetration, horizon)
    splits, values = over_even.columns.to_numpy(dtype=float), over_even.to_numpy()
    seeds = len(values)
    drawn = np.random.default_rng(1).integers(0, seeds, (_RESAMPLES, seeds))
    found: Floats = splits[values[drawn].mean(axis=1).argmax(axis=1)]
    low, high = np.quantile(found, (0.025, 0.975), method="nearest")
    means = values.mean(axis=0)
    place = int(means.argmax())
    flat = splits[means >= means[place] - 0.01]
    half = half_width(over_even[splits[place]])
    return Best(splits[place], low, high, means[place], half, (flat.min(), flat.max()))


def draw(frame: pd.DataFrame) -> Figure:
    """Draw profit by split, a line for each stage, and the best splits beside it."""
    markets = list(frame["market"].unique())
    figure, panels = plt.subplots(
        len(markets), 2, figsize=(9.0, 8.4), width_ratios=(1.6, 1.0), layout="constrained"
    )
    for (left, right), market in zip(panels, markets, strict=True):
        rows = frame[frame["market"] == market]
        _lines(dressed(left), rows)
        _optima(dressed(right), rows)
        fame, reach = MARKETS[str(market)]
        left.set_title(
            f"{market}: thought of by {100 * fame:g}%, reach for a dollar x {reach:g}",
            loc="left",
            fontsize=10,
        )
    panels[0, 0].legend(
        frameon=False,
        title="market with a supplier at the start",
        fontsize=9,
        title_fontsize=9,
        loc="lower center",
        ncols=3,
    )
    panels[0, 1].legend(
        frameon=False, fontsize=9, loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=2
    )
    panels[-1, 0].set_xlabel("part of the budget for keeping (%)")
    panels[-1, 1].set_xlabel("market with a supplier at the start (%)")
    note = (
        "Mobile telephony, one firm of four. Ringed: the best of eleven splits. Right: the best "
        "and 95% of those of 2,000 resamples\nof the seeds; grey: splits within 1% of the best, "
        "ten "
        "years. " + how_many(frame)
    )
    title = "Ten years: no clear trend of the best split with the stage, and little hangs on it"
    return titled(figure, title, note)


def _lines(axes: Axes, frame: pd.DataFrame) -> None:
    stages = zip(sorted(frame["penetration"].unique()), MARKS, COLOURS, strict=False)
    for place, (penetration, mark, colour) in enumerate(stages):
        over_even = 100.0 * gains(frame, penetration, "profit")
        mean, half = over_even.mean(), over_even.apply(half_width)
        split = 100.0 * mean.index.to_numpy(dtype=float) + 0.8 * (place - 2)
        label = f"{100.0 * penetration:g}%"
        axes.errorbar(
            split, mean, half, fmt=f"{mark}-", color=colour, capsize=2, ms=4.5, label=label
        )
        top = int(mean.to_numpy().argmax())
        axes.plot(split[top], mean.iloc[top], mark, ms=12, mfc="none", mec=colour)
    axes.axhline(0.0, color=MUTED, lw=1)
    axes.set_ylabel("discounted profit of ten years,\n% more than with an even split")


def _optima(axes: Axes, frame: pd.DataFrame) -> None:
    stages = sorted(frame["penetration"].unique())
    looks = zip(HORIZONS.items(), ("o", "s"), (BLUE, VERMILLION), (-1.5, 1.5), strict=True)
    for (horizon, years), mark, colour, shift in looks:
        found = [best(frame, stage, horizon) for stage in stages]
        across = 100.0 * np.array(stages) + shift
        split = 100.0 * np.array([one.split for one in found])
        ends = 100.0 * np.array([[one.split - one.low, one.high - one.split] for one in found]).T
        if horizon == "profit":
            flat = 100.0 * np.array([one.flat for one in found])
            axes.vlines(across, flat[:, 0], flat[:, 1], color="#cccccc", lw=8, zorder=1)
        axes.errorbar(
            across, split, ends, fmt=mark, color=colour, capsize=4, ms=7, label=f"profit of {years}"
        )
    axes.set_ylabel("best part of the budget for keeping (%)")
    axes.set_ylim(-5.0, 105.0)
    axes.set_xlim(0.0, 105.0)


def words(frame: pd.DataFrame) -> str:
    """Return in words where the best splits are and how much hangs on them."""
    return "\n\n".join(
        _told(str(market), rows) for market, rows in frame.groupby("market", sort=False)
    )


def _told(market: str, frame: pd.DataFrame) -> str:
    stages = sorted(frame["penetration"].unique())
    found = [best(frame, stage, "profit") for stage in stages]
    early = [best(frame, stage, "early") for stage in stages]
    first = frame[(frame["penetration"] == stages[0]) & (frame["retention_share"] == EVEN)]
    most, gain = max((one.gain, one.half) for one in found)
    heads = [
        "start, % of the market",
        "best part for keeping over ten years, %",
        "as good within 1%",
        "best by the first two years alone, %",
    ]
    rows = [
        [f"{100 * stage:g}", _split(whole), _flat(whole), _split(short)]
        for stage, whole, short in zip(stages, found, early, strict=True)
    ]
    return (
        f"In the {market} a market that starts at {100 * stages[0]:g}% is at "
        f"{100 * first['filled_2'].mean():.0f}% after two years and at "
        f"{100 * first['filled_10'].mean():.0f}% after ten. In brackets: where 95% of the "
        f"resamples put it.\n\n{markdown_table(heads, rows)}\n\n"
        f"Over ten years the best brings at most {100 * most:.1f} ± {100 * gain:.1f}% more than an "
        "even split."
    )


def _split(one: Best) -> str:
    return f"{100 * one.split:.0f} ({100 * one.low:.0f} to {100 * one.high:.0f})"


def _flat(one: Best) -> str:
    return f"{100 * one.flat[0]:.0f} to {100 * one.flat[1]:.0f}"
