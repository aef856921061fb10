"""The figure of sorting and building: retention by year of tenure, in each way."""

import pandas as pd
from matplotlib.figure import Figure

from relsim.report.style import BLUE, MUTED, PURPLE, SMALL, TITLE, VERMILLION, WIDTH, drawing

PENS = {
    "neither": (MUTED, (0.0, (1.6, 1.2)), "neither"),
    "sorting": (VERMILLION, "-", "sorting: frailty, trust does not move"),
    "building": (BLUE, (0.0, (6.0, 1.6)), "building: trust grows, customers alike"),
    "both": (PURPLE, (0.0, (7.0, 1.5, 1.5, 1.5)), "both"),
}
NAMES = {"grocery": "Grocery, no contract", "telecom": "Telecom, contract of 24 months"}


def draw(frame: pd.DataFrame) -> Figure:
    """Return the figure.

    Parameters
    ----------
    frame : DataFrame
        Table ``retention`` of ``experiments.sorting``.
    """
    with drawing():
        figure = Figure(figsize=(WIDTH, 3.9), facecolor="white")
        figure.suptitle(
            "Without a contract sorting raises retention more than growing trust does",
            x=0.02, y=0.98, ha="left", va="top", size=TITLE, weight="bold",
        )  # fmt: skip
        figure.text(
            0.02, 0.905, "Retention at equal churn; bands are 95% intervals over replications.",
            va="top", color=MUTED, size=SMALL,
        )  # fmt: skip
        figure.subplots_adjust(0.08, 0.13, 0.98, 0.7, wspace=0.12)
        panels = figure.subplots(1, len(NAMES), sharey=True)
        for axes, (name, title) in zip(panels, NAMES.items(), strict=True):
            for way, (colour, dash, label) in PENS.items():
                mine = frame[(frame["market"] == name) & (frame["way"] == way)]
                axes.plot(mine["year"], mine["estimate"], color=colour, ls=dash, label=label)
                axes.fill_between(
                    mine["year"], mine["low"], mine["high"], color=colour, alpha=0.2, lw=0
                )
            axes.set_title(title, loc="left", size=SMALL)
            axes.set_xlabel("year of tenure")
        panels[0].set_ylabel("retention (% a year)")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="upper left", bbox_to_anchor=(0.015, 0.865), ncols=4,
            frameon=False, borderaxespad=0.0, columnspacing=1.4,
        )  # fmt: skip
    return figure
