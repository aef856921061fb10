"""The figures of five per cent: what the bars imply, and what a word or a rate does to the gain."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relsim.report.style import BODY, GRID, MUTED, SMALL, TITLE, WIDTH, drawing, pen

_NONE = 2.0  # where a bar that no baseline reproduces is marked, % churn
_SERIES = (
    ("fixed life", 0.055, "fixed life, 5.5% a year"),
    ("constant hazard", 0.07, "constant hazard, 7%"),
    ("constant hazard", 0.0, "constant hazard, none"),
    ("constant hazard", 0.10, "constant hazard, 10%"),
    ("constant hazard", 0.15, "constant hazard, 15%"),
)
"""Method, discount rate and label; the first two give the quoted values of a card."""
_OWN = 2


def draw(tables: Mapping[str, pd.DataFrame]) -> dict[str, Figure]:
    """Return both figures.

    Parameters
    ----------
    tables : mapping
        Tables by name, as :mod:`experiments.five_percent` makes them.
    """
    return {"bars": _bars(tables["bars"]), "readings": _readings(tables["readings"])}


def _title(figure: Figure, text: str) -> None:
    figure.suptitle(text, x=0.01, ha="left", weight="bold", size=TITLE)


def _bars(table: pd.DataFrame) -> Figure:
    names = list(dict.fromkeys(table["business"]))[::-1]
    with drawing():
        figure, axes = plt.subplots(figsize=(WIDTH, 6.4), layout="constrained")
        _title(figure, "What churn the nine published bars imply, and do not say")
        for place, (method, rate, label) in enumerate(_SERIES):
            rows = table[(table["method"] == method) & (table["discount"] == rate)]
            height = np.array([names.index(name) for name in rows["business"]])
            _series(axes, rows, height + 0.18 * (2 - place), place, label)
        _scale_of_bars(axes, table, names)
        figure.supxlabel(
            "Large marks: the two methods that give the quoted 300 and 525 USD of a card. Fixed "
            "life: 1/churn years, profit at the end of each,\n51 USD after a card's year 5; "
            "constant hazard: profit at the start of each year, for a card 3 USD more each year "
            "after year 5.\nCredit cards, distribution, laundry and auto service on their quoted "
            "streams, the rest on a flat margin. Hollow marks: no churn\nfrom 5 to 40% gives "
            "the published gain; of several, the highest. Arithmetic, no simulation: no intervals.",
            size=SMALL, color=MUTED, x=0.01, ha="left",
        )  # fmt: skip
    return figure


def _series(
    axes: Axes, rows: pd.DataFrame, height: npt.NDArray[np.float64], place: int, label: str
) -> None:
    """Mark one method's baselines, hollow at the side where it has none."""
    found, drawn = 100.0 * rows["baseline_defection"].to_numpy(), pen(place)
    there, size = np.isfinite(found), 6.5 if place < _OWN else 4.0
    axes.plot(
        found[there], height[there], drawn.marker, color=drawn.colour, ms=size, label=label
    )  # fmt: skip
    axes.plot(
        np.full((~there).sum(), _NONE), height[~there], drawn.marker, color=drawn.colour,
        ms=size, mfc="white",
    )  # fmt: skip


def _scale_of_bars(axes: Axes, table: pd.DataFrame, names: list[str]) -> None:
    published = table.drop_duplicates("business").set_index("business")["published"]
    labels = [f"{name}  +{100 * published[name]:.0f}%" for name in names]
    axes.set_yticks(range(len(names)), labels, size=BODY)
    axes.set_xlim(0.0, 38.0)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.axvline(5.0, color=MUTED, lw=0.8, ls=":")
    ticks = (5, 10, 15, 20, 25, 30, 35)
    axes.set_xticks((_NONE, *ticks), ("none", *map(str, ticks)))
    axes.set_xlabel("churn from which five points less give that gain (% of customers a year)")
    axes.grid(axis="y", visible=False)
    axes.legend(
        title="method and discount rate", loc="upper right", framealpha=1.0, edgecolor="none"
    )
    for border in range(len(names) - 1):
        axes.axhline(border + 0.5, color=GRID, lw=0.6)


_PANELS = (
    ("flat margin", 0.0, "Flat margin, no discount"),
    ("flat margin", 0.10, "Flat margin, 10% discount"),
    ("credit card", 0.07, "Credit card stream, 7% discount"),
)


def _readings(table: pd.DataFrame) -> Figure:
    with drawing():
        figure, axes = plt.subplots(1, 3, figsize=(WIDTH, 3.6), sharey=True, layout="constrained")
        _title(
            figure, "\u201cFive per cent better\u201d: the gain hangs on the word and on the base"
        )
        for place, (stream, discount, title) in enumerate(_PANELS):
            rows = table[(table["stream"] == stream) & (table["discount"] == discount)]
            _panel(axes[place], rows, title)
        axes[0].set_ylabel("gain in value per customer (%, log scale)")
        axes[0].legend(frameon=False, loc="upper left", fontsize=SMALL)
        figure.supxlabel(
            "Shaded: the claimed 25 to 85%. Constant hazard, profit at the start of each year; "
            "arithmetic, not simulation: no intervals.",
            size=SMALL, color=MUTED, x=0.01, ha="left",
        )  # fmt: skip
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, title: str) -> None:
    axes.axhspan(25.0, 85.0, color=GRID, zorder=0)
    for place, (reading, line) in enumerate(rows.groupby("reading", sort=False)):
        drawn = pen(place)
        axes.plot(
            100.0 * line["retention"], 100.0 * line["gain"], color=drawn.colour,
            linestyle=drawn.dash, label=str(reading),
        )  # fmt: skip
    axes.set_yscale("log")
    axes.set_ylim(1.0, 1000.0)
    ticks = (1, 2, 5, 10, 25, 50, 85, 200, 500)
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("retention before (% a year)")
    axes.set_title(title, loc="left", size=BODY)


def draw_paid(table: pd.DataFrame) -> Figure:
    """Return the figure of bought points: what they do to profit, by industry.

    Parameters
    ----------
    table : DataFrame
        As :func:`experiments.five_percent_paid.study` makes it.
    """
    with drawing():
        figure, axes = plt.subplots(2, 3, figsize=(WIDTH, 5.0), sharex=True, layout="constrained")
        _title(figure, "Five points that are bought: a small gain, a loss, or out of reach")
        for panel, (base, rows) in zip(axes.flat, table.groupby("base", sort=False), strict=False):
            _paid_panel(panel, rows, str(base))
        for panel in axes[:, 0]:
            panel.set_ylabel("ten years' profit (%)")
        for panel in axes[-1]:
            panel.set_xlabel("points of retention bought")
        n = int(table["replications"].iloc[0])
        figure.supxlabel(
            f"Marks: 0 to 15% of revenue more for care. Bars: 95% intervals, n = {n} paired runs "
            "of 4,000 customers. Profit: discounted,\nof ten years from the first month of the "
            "spending on; points: months 37 to 120. Shaded: the claimed 25 to 85%.\nDotted: five "
            "points. Axes of profit differ. How care works is assumed.",
            size=SMALL, color=MUTED, x=0.01, ha="left",
        )  # fmt: skip
    return figure


def _paid_panel(axes: Axes, rows: pd.DataFrame, base: str) -> None:
    drawn = pen(1)
    points, effect = 100.0 * rows["points"], 100.0 * rows["profit_effect"]
    low, high = 100.0 * rows["profit_low"], 100.0 * rows["profit_high"]
    axes.axhspan(25.0, 85.0, color=GRID, zorder=0)
    axes.axhline(0.0, color=MUTED, lw=0.8)
    axes.axvline(5.0, color=MUTED, lw=0.8, ls=":")
    axes.errorbar(
        points, effect, [effect - low, high - effect], color=drawn.colour, marker=drawn.marker,
        ms=3.5, capsize=2, lw=1.2,
    )  # fmt: skip
    axes.set_ylim(min(-60.0, 1.1 * float(effect.min())), max(100.0, 1.1 * float(effect.max())))
    axes.set_xlim(-0.5, 12.0)
    axes.set_title(base.replace("-", " "), loc="left", size=BODY)
