"""Figures of small panels, one a firm: budgets, ladder and years of tenure."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from relsim.report.labels import value_axis
from relsim.report.layout import Words, panels
from relsim.report.run import YEAR, Run, ratio
from relsim.report.style import (
    DEFENCE,
    OFFENCE,
    PALE_DEFENCE,
    PALE_OFFENCE,
    STEPS,
    Dash,
    money_scale,
    number,
)

Array = npt.NDArray[np.float64]

_RUNGS = ("customer", "client", "supporter", "advocate", "partner")
_SIDES: tuple[tuple[str, str, Dash], ...] = (
    ("offence", OFFENCE, "-"),
    ("defence", DEFENCE, (0.0, (5.0, 1.5))),
)
_FEW = 30  # a mean of fewer customers is drawn pale
_WRITTEN = 4  # bars of so many panels have room for their values
_NARROW = 9


def budgets(run: Run) -> Figure:
    """Draw what firms spend to win customers and to keep them."""
    sides = np.stack([-run.of("acquisition"), -run.of("retention") - run.of("recovery")])
    scale = money_scale(sides, run.about.currency)
    words = Words(
        f"Budgets: offence and defence by firm ({scale.unit} a month)",
        "Offence: spent to reach prospects and rivals' customers. Defence: spent on care for own "
        "customers and on recovery. Above each panel: offence's part of both, whole run.",
        f"Spending ({scale.unit} a month)",
        notes=run.notes,
    )
    offence, defence = np.nansum(sides, axis=1)
    parts = 100.0 * ratio(offence, offence + defence)
    heads = [
        (name, f"{number(part, 2)}% offence" if np.isfinite(part) else "nothing spent")
        for name, part in zip(run.names, parts, strict=True)
    ]
    key = [Line2D([], [], color=colour, linestyle=dash, label=s) for s, colour, dash in _SIDES]
    figure, cells = panels(run.about, words, heads, key, run.months, run.marks)
    marker = "o" if run.months.size == 1 else None
    for place, axes in enumerate(cells):
        for money, (_, colour, dash) in zip(sides[:, :, place] / scale.factor, _SIDES, strict=True):
            axes.plot(run.months, money, color=colour, linestyle=dash, marker=marker)
    cells[0].set_ylim(bottom=0.0)
    value_axis(cells, 5)
    return figure


def ladder(run: Run) -> Figure:
    """Draw on which rungs of the loyalty ladder firms' customers stand."""
    words = Words(
        "Loyalty ladder: each firm's customers by rung (%)",
        f"From customer, the lowest rung, to partner. n = customers in month "
        f"{run.months[-1]:,.0f}.",
        "Part of the firm's customers (%)",
        notes=run.notes,
    )
    counts = np.stack([run.of(f"rung_{rung}") for rung in _RUNGS])
    parts = 100.0 * ratio(counts, counts.sum(axis=0))
    # An area reaches from half a month before the first to half a month after the last.
    months = np.concatenate([[run.months[0] - 0.5], run.months, [run.months[-1] + 0.5]])
    people = np.nan_to_num(run.of("customers")[-1])
    heads = [(name, f"n = {n:,.0f}") for name, n in zip(run.names, people, strict=True)]
    key = [Patch(facecolor=c, label=rung) for c, rung in zip(STEPS, _RUNGS, strict=True)]
    figure, cells = panels(run.about, words, heads, key, run.months, run.marks)
    cells[0].set_ylim(0.0, 100.0)
    cells[0].set_yticks([0, 50, 100] if len(cells) > _NARROW else [0, 25, 50, 75, 100])
    for place, axes in enumerate(cells):
        areas = np.pad(parts[:, :, place], ((0, 0), (1, 1)), "edge")
        axes.stackplot(months, areas, colors=STEPS, linewidth=0.0)
    return figure


def tenure(run: Run) -> Figure:
    """Draw what a customer costs to win and brings in each year with the firm."""
    worth, n = _by_tenure(run)
    scale = money_scale(worth, run.about.currency)
    pale = f"Pale: fewer than {_FEW} customers won (year 0) or customer-years (later years)."
    words = Words(
        f"Profit per customer by year with the firm ({scale.unit})",
        "Year 0: all that was spent to win customers, per customer won. Later years: what a "
        "customer brought in less what serving and keeping it cost, before fixed cost and "
        "investments. n = customers won / customer-years.",
        f"Profit per customer and year ({scale.unit})",
        "Year with the firm",
        (*((pale,) if np.any((n > 0.0) & (n < _FEW)) else ()), *run.notes),
    )
    heads = [
        (name, f"n = {mine[0]:,.0f} / {mine[1:].sum():,.0f}")
        for name, mine in zip(run.names, n, strict=True)
    ]
    figure, cells = panels(run.about, words, heads, ())
    for place, axes in enumerate(cells):
        _bars(axes, worth[place] / scale.factor, n[place], written=len(cells) <= _WRITTEN)
    years = np.arange(n.shape[1])
    shown = years if len(cells) <= _WRITTEN else years[::5]
    cells[0].set_xticks(shown, [f"{y}+" if y == years[-1] else str(y) for y in shown])
    cells[0].margins(x=0.035, y=0.12)
    value_axis(cells, 5)
    return figure


def _by_tenure(run: Run) -> tuple[Array, Array]:
    """Return profit per customer and year by firm and year of tenure, and of how many."""
    sums = run.tenure.astype({"firm": str}).groupby(["firm", "tenure_year"])
    years = np.arange(int(run.tenure["tenure_year"].max()) + 1)
    cells = pd.MultiIndex.from_product([run.firms, years])
    table = sums[["customer_months", "profit"]].sum().reindex(cells).fillna(0.0)
    n, money = table.to_numpy(dtype=np.float64).T.reshape(2, len(run.firms), years.size)
    n = n / np.where(years == 0, 1.0, YEAR)
    return ratio(money, n), n


def _bars(axes: Axes, worth: Array, n: Array, *, written: bool) -> None:
    """Draw the bars of a firm, with their values ``written`` where there is room."""
    years = np.flatnonzero(np.isfinite(worth))
    full = [OFFENCE if value < 0.0 else DEFENCE for value in worth[years]]
    pale = [PALE_OFFENCE if value < 0.0 else PALE_DEFENCE for value in worth[years]]
    axes.bar(years, worth[years], 0.78, color=np.where(n[years] >= _FEW, full, pale).tolist())
    for year in years if written else ():
        up = worth[year] >= 0.0
        axes.annotate(
            number(worth[year]), (year, worth[year]), (0, 2 if up else -2),
            textcoords="offset points", ha="center", va="bottom" if up else "top", size=6,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        )  # fmt: skip
    axes.grid(visible=False, axis="x")
