"""Claim loyalty-barrier: what slows an entrant, loyalty to the others or its own obscurity.

Three firms share 93% of a market; a fourth, no better and no cheaper, enters after three years, as
in the claim. Its share of the market is followed month by month for five years: where trust has no
effect on staying (neither on looking around nor on choosing, nor on the price that is felt), where
it has the config's, and where leaving an incumbent also costs three times as much as in the config;
and for an entrant that 15 or 60 in a hundred of those who decide think of, the two levels of the
claim's reading `fame`. The claim is Reichheld & Sasser's (1990), HBR 68:5, and handbooks'; that who
is known and within reach grows, whatever the others' customers feel, is Sharp (2010).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

import relsim
from experiments import markdown
from experiments import seeds as seeded
from experiments.seeds import by_seed
from experiments.studies.shared import dressed, each, half_width, how_many, joined, spread, titled
from relsim.economics.lifetime import MONTHS_A_YEAR
from relsim.report.style import BLUE, GREEN, INK, MUTED, VERMILLION

CONFIGS = ("telecom", "credit-card", "grocery")
BEFORE, MONTHS = 36, 60
LOW, ORDINARY, HIGH = "low", "ordinary", "high"
MEANINGS = {
    LOW: "low: trust without effect",
    ORDINARY: "ordinary: as in the config",
    HIGH: "high: leaving three times as dear",
}
FAME = (0.15, 0.6)
"""Chance that someone who decides thinks of the entrant unprompted."""
FOOTHOLD = 0.05
"""Share of the market that the claim's reading `kept-out` grants an entrant at most."""
_LOOKS = {LOW: (VERMILLION, "s"), ORDINARY: (BLUE, "o"), HIGH: (GREEN, "^")}


def _loyalty(config: str) -> Mapping[str, Mapping[str, Any]]:
    """Return what the levels of loyalty to the incumbents change in a config."""
    cost = relsim.load(config).firms[0].switching_cost
    return {
        LOW: {
            "mechanisms.reconsider.trust_effect": 0.0,
            "mechanisms.choice.trust_weight": 0.0,
            "mechanisms.choice.price_tolerance": 0.0,
        },
        ORDINARY: {},
        HIGH: {f"firms.{place}.switching_cost": 3.0 * cost for place in range(3)},
    }


def table(customers: int = 10_000, seeds: Sequence[int] = tuple(range(1, 11))) -> pd.DataFrame:
    """Return the entrant's share of the market by month since its entry."""
    common: dict[str, Any] = {
        "market.customers": customers,
        "run.months": BEFORE + MONTHS,
        "firms.3.name": "Entrant",
        "firms.3.share": 0.0,
        "firms.3.strategy.kind": "offensive",
        "firms.0.share": 0.31,
        "firms.1.share": 0.31,
        "firms.2.share": 0.31,
        "events": [{"kind": "entry", "month": BEFORE + 1, "firm": "Entrant"}],
    }
    rows = []
    for config in CONFIGS:
        for (loyalty, values), fame in each(_loyalty(config).items(), FAME):
            spec = relsim.load(config, common | dict(values) | {"firms.3.awareness": fame})
            for seed, columns in by_seed(spec, seeds, seeded.columns):
                rows.append(
                    pd.DataFrame(
                        {
                            "config": config,
                            "loyalty": loyalty,
                            "fame": fame,
                            "seed": seed,
                            "month": np.arange(1, MONTHS + 1),
                            "share": columns["penetration"][BEFORE:, 3],
                        }
                    )
                )
    return pd.concat(rows, ignore_index=True).assign(market_size=customers)


def draw(frame: pd.DataFrame) -> Figure:
    """Draw the entrant's share month by month."""
    configs = list(frame["config"].unique())
    figure, panels = plt.subplots(
        1, len(configs), figsize=(9.0, 5.0), layout="constrained", sharey=True, squeeze=False
    )
    for axes, config in zip(panels[0], configs, strict=True):
        _paths(dressed(axes), frame[frame["config"] == config])
        axes.set_title(str(config), loc="left", fontsize=10)
        axes.set_xlabel("months since the entry")
    panels[0, 0].set_ylabel("entrant's share of the market (%)")
    loyal = [
        Line2D([], [], color=colour, marker=mark, label=MEANINGS[loyalty])
        for loyalty, (colour, mark) in _LOOKS.items()
    ]
    famous = [
        Line2D([], [], color=INK, ls=style, label=f"entrant thought of by {100 * fame:g}%")
        for fame, style in _styles(frame)
    ]
    panels[0, -1].legend(
        handles=loyal,
        title="loyalty to the incumbents",
        frameon=False,
        fontsize=9,
        title_fontsize=9,
        loc="upper left",
        alignment="left",
    )
    panels[0, 0].legend(handles=famous, frameon=False, fontsize=9, loc="upper left")
    panels[0, 0].set_ylim(0.0)
    note = (
        "A fourth firm, no better and no cheaper; a mark a year. Bands: 95% intervals. Dotted: the "
        "twentieth that the claim grants.\n" + how_many(frame).replace(", bars: 95% intervals", "")
    )
    title = "Loyalty slows an entrant, in no case to a halt; being known speeds it up"
    return titled(figure, title, note)


def _styles(frame: pd.DataFrame) -> list[tuple[float, str]]:
    return list(zip(sorted(frame["fame"].unique()), ("--", "-"), strict=False))


def _paths(axes: Axes, frame: pd.DataFrame) -> None:
    for loyalty, (colour, mark) in _LOOKS.items():
        for fame, style in _styles(frame):
            rows = frame[(frame["loyalty"] == loyalty) & (frame["fame"] == fame)]
            groups = 100.0 * rows.set_index("month")["share"]
            mean = groups.groupby(level=0).mean()
            half = groups.groupby(level=0).agg(half_width)
            months = mean.index.to_numpy(dtype=float)
            axes.plot(
                months, mean, style, color=colour, marker=mark, ms=5, markevery=(11, MONTHS_A_YEAR)
            )
            axes.fill_between(months, mean - half, mean + half, color=colour, alpha=0.2, lw=0)
    axes.axhline(100.0 * FOOTHOLD, color=MUTED, lw=1, ls=":")
    axes.set_xticks(range(0, MONTHS + 1, MONTHS_A_YEAR))


def words(frame: pd.DataFrame) -> str:
    """Return as a table where the entrant ends and when it has its foothold."""
    heads = ["market", "think of the entrant", *(f"{loyalty} loyalty" for loyalty in MEANINGS)]
    rows = [
        [config, f"{100.0 * float(str(fame)):g}%", *(_told(rows, loyalty) for loyalty in MEANINGS)]
        for (config, fame), rows in frame.groupby(["config", "fame"], sort=False)
    ]
    return (
        f"The entrant's share of the market after {MONTHS // MONTHS_A_YEAR} years, %, and in "
        f"brackets the month in which its mean share passes a "
        f"twentieth:\n\n{markdown.table(heads, rows)}\n\nIn the middle of each row is the config's "
        f"own loyalty: taking trust's effects away makes the known entrant {_times(frame, LOW)} "
        f"times as large, and tripling what leaving an incumbent costs {_times(frame, HIGH)} "
        f"times; an entrant that a quarter as many think of ends at {_obscured(frame)} of the "
        f"known one's share, in the order of the markets. Loyalty to nobody is felt by all: "
        f"without trust's effects the entrant's own customers leave more easily too. In the third "
        f"case only those of the incumbents are dearer to take. How much each of the two does "
        f"depends on these levels of loyalty and awareness, which are no sample."
    )


def _told(frame: pd.DataFrame, loyalty: str) -> str:
    mine = frame[frame["loyalty"] == loyalty]
    mean = mine.groupby("month")["share"].mean()
    passed = mean[mean > FOOTHOLD]
    month = f"{passed.index[0]}" if len(passed) else "not in that time"
    return f"{spread(mine.loc[mine['month'] == mean.index[-1], 'share'])} ({month})"


def _ends(frame: pd.DataFrame) -> "pd.Series[float]":
    last = frame[frame["month"] == frame["month"].max()]
    ends: pd.Series[float]
    ends = last.groupby(["config", "loyalty", "fame"], sort=False)["share"].mean()
    return ends


def _times(frame: pd.DataFrame, loyalty: str) -> str:
    known = _ends(frame).xs(frame["fame"].max(), level="fame")
    times = known.xs(loyalty, level="loyalty") / known.xs(ORDINARY, level="loyalty")
    return joined([f"{value:.1f}" for value in times])


def _obscured(frame: pd.DataFrame) -> str:
    ordinary = _ends(frame).xs(ORDINARY, level="loyalty")
    least, most = frame["fame"].min(), frame["fame"].max()
    part = ordinary.xs(least, level="fame") / ordinary.xs(most, level="fame")
    return joined([f"{100 * value:.0f}%" for value in part])
