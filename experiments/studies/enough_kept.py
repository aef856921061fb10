"""Claim enough-kept: what becomes, year by year, of a firm that stops acquiring.

One firm of the market splits its budget evenly for three years. Then it spends nothing on acquiring
any more, neither on reach nor on introductory discounts, and puts 50, 80 or 100% of what was its
budget into keeping (50% is what it did before). Twenty years are set against the same firm, under
the same random numbers, that goes on as before; once as it is, and once where from that month on
nobody comes unasked: nobody thinks of the firm unprompted and recommendations move nobody, as in
the reading `nobody-new`. There the number kept can be held against the closed form r^t, r being the
retention that was realised. That growth and decline come from acquiring more than from churn is
Riebe, Wright, Stern & Sharp (2014), Journal of Business Research 67:5; the claim has no primary
source.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

import relsim
from experiments import markdown
from experiments.seeds import by_seed
from experiments.studies.shared import dressed, each, half_width, how_many, spread, titled
from relsim.economics.lifetime import MONTHS_A_YEAR
from relsim.fork import changed
from relsim.market import Market
from relsim.report.style import BLUE, GREEN, INK, MUTED, VERMILLION
from relsim.spec import MarketSpec

CONFIGS = ("telecom", "grocery")
WARM_UP, YEARS = 36, 20
GOES_ON = "goes on winning"
KEEPING: Mapping[str, float | None] = {
    GOES_ON: None,
    "keeps with 50%": 0.5,
    "keeps with 80%": 0.8,
    "keeps with 100%": 1.0,
}
"""Share of the former budget that goes to keeping when acquiring has stopped."""
AS_IT_IS, NOBODY = "as it is", "nobody comes unasked"
UNASKED: Mapping[str, Mapping[str, Any]] = {
    AS_IT_IS: {},
    NOBODY: {"firms.0.awareness": 0.0, "mechanisms.word_of_mouth.persuasion": 0.0},
}
"""What changes beside the firm's own plan, from the month in which it stops."""


def _started(config: str, customers: int) -> MarketSpec:
    values = {
        "market.customers": customers,
        "run.months": WARM_UP + MONTHS_A_YEAR * YEARS,
        "firms.0.strategy.kind": "balanced",
    }
    return relsim.load(config, values)


def _lived(after: Mapping[str, Any], market: Market) -> dict[str, Any]:
    """Return the columns of a market simulated a warm-up, and then under other values."""
    market.run(WARM_UP)
    if after:
        market.change(changed(market.spec, after, at=WARM_UP + 1))
    return market.run(MONTHS_A_YEAR * YEARS).columns


def _stopped(config: str, part: float | None) -> dict[str, Any]:
    """Return the plan of a firm that keeps with part of its budget; of none, as it was."""
    if part is None:
        return {}
    budget = float((relsim.load(config).firms[0].strategy.model_extra or {})["budget_share"])
    plan = {"kind": "balanced", "budget_share": part * budget}
    return {"firms.0.strategy": plan | {"retention_share": 1.0, "discount": 0.0}}


def table(customers: int = 10_000, seeds: Sequence[int] = tuple(range(1, 11))) -> pd.DataFrame:
    """Return the firm's customers by year after it stopped, and what it won and lost in it."""
    rows = []
    for config, (unasked, world), (way, part) in each(CONFIGS, UNASKED.items(), KEEPING.items()):
        lived = partial(_lived, dict(world) | _stopped(config, part))
        for seed, columns in by_seed(_started(config, customers), seeds, lived):
            mine = {
                name: columns[name][WARM_UP:, 0].reshape(YEARS, MONTHS_A_YEAR)
                for name in ("opening", "customers", "acquired", "lost")
            }
            start = mine["opening"][0, 0]
            rows.append(
                pd.DataFrame(
                    {
                        "config": config,
                        "unasked": unasked,
                        "way": way,
                        "seed": seed,
                        "year": np.arange(YEARS + 1),
                        "customers": np.append(start, mine["customers"][:, -1]),
                        "won": np.append(0.0, mine["acquired"].sum(axis=1)),
                        "lost": np.append(0.0, mine["lost"].sum(axis=1)),
                    }
                )
            )
    return pd.concat(rows, ignore_index=True).assign(market_size=customers)


def compared(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with customers as part of the start, and of those it would have had.

    ``closed`` is r^t, r being the mean realised retention a year over all years and customers.
    """
    by = ["config", "unasked", "way", "seed"]
    start = frame.groupby(by)["customers"].transform("first")
    keys = ["config", "unasked", "seed", "year"]
    on = frame.loc[frame["way"] == GOES_ON, [*keys, "customers"]]
    paired = frame[keys].merge(on, on=keys, how="left")["customers"].to_numpy()
    before = frame.groupby(by)["customers"].shift(1)
    lost = frame["lost"].groupby([frame[name] for name in by]).transform("sum")
    opening = before.groupby([frame[name] for name in by]).transform("sum")
    return frame.assign(
        of_start=frame["customers"] / start,
        of_other=frame["customers"] / paired,
        closed=(1.0 - lost / opening) ** frame["year"],
    )


_LOOKS = {
    GOES_ON: (INK, "D"),
    "keeps with 100%": (GREEN, "^"),
    "keeps with 80%": (BLUE, "o"),
    "keeps with 50%": (VERMILLION, "s"),
}
_PANELS = (
    (AS_IT_IS, "of_other", "as it is: % of those it\nwould have, had it gone on"),
    (AS_IT_IS, "of_start", "as it is: % of its start"),
    (NOBODY, "of_start", "nobody comes unasked:\n% of its start, log scale"),
)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw the customers of the firm by year, a line for each way."""
    rows = compared(frame)
    configs = list(rows["config"].unique())
    figure, panels = plt.subplots(
        len(configs), 3, figsize=(9.0, 6.6), layout="constrained", sharex=True, sharey="col"
    )
    for line, config in zip(panels, configs, strict=True):
        for axes, (unasked, measure, title) in zip(line, _PANELS, strict=True):
            here = rows[(rows["config"] == config) & (rows["unasked"] == unasked)]
            _paths(dressed(axes), here, measure)
            if config == configs[0]:
                axes.set_title(title, loc="left", fontsize=10)
        line[0].set_ylabel(f"{config}: customers (%)")
    for axes in panels[-1]:
        axes.set_xlabel("years since it stopped acquiring")
    panels[0, 0].legend(frameon=False, fontsize=9, loc="lower left")
    for axes in panels[0, :2]:
        axes.set_ylim(0.0, 112.0)
    panels[0, 2].set_yscale("log")  # on which r^t is a straight line
    panels[0, 2].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    note = (
        "One firm; what goes to keeping is in % of its former budget. Bars: 95% intervals. Dotted: "
        "r^t, r the retention that was realised.\n"
        + how_many(frame).replace(", bars: 95% intervals", "")
    )
    title = (
        "Without acquisition: a slow decline while customers come unasked, a fast one where none do"
    )
    return titled(figure, title, note)


def _paths(axes: Axes, frame: pd.DataFrame, measure: str) -> None:
    for place, (way, (colour, mark)) in enumerate(_LOOKS.items()):
        if (way, measure) == (GOES_ON, "of_other"):
            axes.plot([], [], f"{mark}-", color=colour, ms=4, label=way)
            continue
        groups = frame[frame["way"] == way].groupby("year")
        mean, half = 100.0 * groups[measure].mean(), 100.0 * groups[measure].agg(half_width)
        years = mean.index.to_numpy(dtype=float) + 0.1 * (place - 1.5)
        axes.errorbar(years, mean, half, fmt=f"{mark}-", color=colour, ms=4, capsize=2, label=way)
        if frame.loc[frame["way"] == way, "won"].sum() == 0.0:
            axes.plot(mean.index, 100.0 * groups["closed"].mean(), ":", color=colour, lw=1.5)
    axes.axhline(100.0, color=MUTED, lw=1)
    axes.set_xticks(range(0, YEARS + 1, 5))


def words(frame: pd.DataFrame) -> str:
    """Return as a table what is left, and in words how far the closed form carries."""
    rows = compared(frame)
    last = rows[rows["year"] == YEARS]
    heads = ["market", "", "way", "of its start", "of what it would have had", "won a year"]
    lines = [
        [config, unasked, way, spread(mine["of_start"]), spread(mine["of_other"]), _won(rows, mine)]
        for (config, unasked, way), mine in last.groupby(["config", "unasked", "way"], sort=False)
    ]
    closed = [
        f"{_realised(mine)} a year in {config}, where after {YEARS} years "
        f"{spread(mine['of_start'], decimals=2)}% are left and r^t gives "
        f"{100 * mine['closed'].mean():.2f}%"
        for config, mine in last[
            (last["unasked"] == NOBODY) & (last["way"] == "keeps with 50%")
        ].groupby("config", sort=False)
    ]
    return (
        f"Customers after {YEARS} years, %, and customers won in a mean year, % of the start:\n\n"
        f"{markdown.table(heads, lines)}\n\n"
        f"Where nobody is won, retention alone counts. With half of the budget it is "
        f"{'; '.join(closed)}. A likely reason why more are left, not tested: those who leave "
        f"easily go first, and the rest are kept better than the mean."
    )


def _won(rows: pd.DataFrame, last: pd.DataFrame) -> str:
    mine = rows.merge(last[["config", "unasked", "way"]].drop_duplicates())
    start = mine.groupby("seed")["customers"].first()
    return spread(mine.groupby("seed")["won"].sum() / YEARS / start)


def _realised(last: pd.DataFrame) -> str:
    return f"{spread(last['closed'] ** (1.0 / YEARS))}%"
