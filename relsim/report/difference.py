"""Figures of a fork: what one change in mid-run made of share and profit."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from relsim.report.labels import Marks
from relsim.report.layout import About, Words
from relsim.report.lines import lines
from relsim.report.run import Run
from relsim.report.style import decimals_for, drawing, fixed, money_scale, number


def figures(
    table: pd.DataFrame,
    apart: pd.DataFrame,
    about: About,
    changed: tuple[int, str],
    events: Marks = (),
) -> dict[str, Figure]:
    """Draw share and cumulated profit of a fork, less those of the original.

    Parameters
    ----------
    table : DataFrame
        ``Market.table`` of the fork.
    apart : DataFrame
        :func:`relsim.fork.difference`.
    about : About
        What the run was.
    changed : (int, str)
        The first month that could differ, and what was changed.
    events : sequence of (int, str), optional
        When what happened, in the fork.
    """
    month, what = changed
    run = Run(table, pd.DataFrame(), about, (*events, (month, f"changed: {what}")))
    between = Run(apart.assign(customers=table["customers"]), pd.DataFrame(), about)
    share = 100.0 * between.of("share")
    earned = np.cumsum(between.of("profit"), axis=0)
    scale = money_scale(earned, about.currency)
    with drawing():
        return {
            "share": lines(
                run,
                Words(
                    f"In this run, the change moved shares by {_moved(run, share)} points",
                    "Share of customers with the change, less that without it; common random "
                    "numbers. Labels: the last month.",
                    "Difference in share (points)",
                ),
                share,
                [fixed(last, 2, sign=True) for last in share[-1].tolist()],
            )[0],
            "profit": lines(
                run,
                Words(
                    "In this run, the change moved profits by "
                    f"{_moved(run, earned / scale.factor)} {scale.unit}",
                    "Profit with the change, less that without it, summed from the first month. "
                    "Labels: the last month.",
                    f"Cumulated difference in profit ({scale.unit})",
                ),
                earned / scale.factor,
                [number(last) for last in earned[-1] / scale.factor],
            )[0],
        }


def _moved(run: Run, apart: npt.NDArray[np.float64]) -> str:
    """Return how far firms were moved by the last month, in words for a title."""
    if not np.isfinite(apart[-1]).any():
        return "an unknown number of"
    return run.between(apart[-1], lambda value: fixed(value, decimals_for(apart[-1]), sign=True))
