"""Figures of small panels, one a firm: budgets, ladder and years of tenure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from relsim.report.labels import value_axis
from relsim.report.layout import Words, panels
from relsim.report.run import YEAR, Run, ratio
from relsim.report.style import (
    DEFENCE,
    MUTED,
    OFFENCE,
    PALE_DEFENCE,
    PALE_OFFENCE,
    STEPS,
    money_scale,
    number,
)

Array = npt.NDArray[np.float64]

_RUNGS = ("customer", "client", "supporter", "advocate", "partner")
_SIDES = (("defence", DEFENCE), ("offence", OFFENCE))
_HIGH = 2  # rungs whose customers speak for the firm: advocates and partners
_FEW = 30  # a mean of fewer customers is drawn pale
_WRITTEN = 4  # bars of so many panels have room for their values
_NARROW = 9
_ACQUIRED = -0.5  # where the cost of acquiring stands, apart from the years
_HATCH = "////"


def budgets(run: Run) -> Figure:
    """Draw what firms spend to acquire customers and to keep them, one on top of the other."""
    sides = np.stack([-run.of("retention") - run.of("recovery"), -run.of("acquisition")])
    scale = money_scale(sides.sum(axis=0), run.about.currency)
    defence, offence = np.nansum(sides, axis=1)
    parts = 100.0 * ratio(offence, offence + defence)
    words = Words(
        f"In this run, offence took {run.between(parts, _percent)} of a budget"
        if np.isfinite(parts).any()
        else "In this run, no firm spent on offence or on defence",
        "Budgets by firm, stacked. Offence: spent to reach prospects and rivals' customers, "
        "and on the brand. Defence: spent on care for own customers and on recovery. Above each "
        "panel: offence's share of both, whole run.",
        f"Spending ({scale.unit} a month)",
        notes=run.notes,
    )
    heads = [
        (name, f"{number(part, 2)}% offence" if np.isfinite(part) else "nothing spent")
        for name, part in zip(run.names, parts, strict=True)
    ]
    key = [Patch(facecolor=colour, label=side) for side, colour in _SIDES]
    figure, cells = panels(run.about, words, heads, key, run.months, run.marks)
    for place, axes in enumerate(cells):
        money = np.nan_to_num(sides[:, :, place]) / scale.factor
        _areas(axes, run.months, money, [colour for _, colour in _SIDES])
    cells[0].set_ylim(bottom=0.0)
    value_axis(cells, 5)
    return figure


def _percent(part: float) -> str:
    return f"{part:.0f}%"


def _areas(axes: Axes, months: Array, heights: Array, colours: Sequence[str]) -> None:
    """Stack areas, each from half a month before the first month to half a month after the last."""
    ends = np.concatenate([[months[0] - 0.5], months, [months[-1] + 0.5]])
    axes.stackplot(ends, np.pad(heights, ((0, 0), (1, 1)), "edge"), colors=colours, linewidth=0.0)


def ladder(run: Run) -> Figure:
    """Draw on which rungs of the loyalty ladder firms' customers stand."""
    counts = np.stack([run.of(f"rung_{rung}") for rung in _RUNGS])
    parts = 100.0 * ratio(counts, counts.sum(axis=0))
    high = parts[-_HIGH:, -1].sum(axis=0)
    words = Words(
        f"In this run, {run.between(high, _percent)} of a firm's customers ended as advocates or "
        "partners"
        if np.isfinite(high).any()
        else "In this run, no firm ended with customers",
        "Loyalty ladder: each firm's customers by rung, from customer, the lowest, to partner. "
        f"n = customers in month {run.months[-1]:,.0f}.",
        "Share of the firm's customers (%)",
        notes=run.notes,
    )
    people = np.nan_to_num(run.of("customers")[-1])
    heads = [(name, f"n = {n:,.0f}") for name, n in zip(run.names, people, strict=True)]
    key = [Patch(facecolor=c, label=rung) for c, rung in zip(STEPS, _RUNGS, strict=True)]
    figure, cells = panels(run.about, words, heads, key, run.months, run.marks)
    cells[0].set_ylim(0.0, 100.0)
    cells[0].set_yticks([0, 50, 100] if len(cells) > _NARROW else [0, 25, 50, 75, 100])
    for place, axes in enumerate(cells):
        _areas(axes, run.months, parts[:, :, place], STEPS)
    return figure


def tenure(run: Run) -> Figure:
    """Draw what it costs to acquire a customer and, apart from it, each year's profit of one."""
    worth, n = _by_tenure(run)
    scale = money_scale(worth, run.about.currency)
    pale = f"Pale: fewer than {_FEW} customers acquired, or customer-years."
    cost = -worth[:, 0] / scale.factor
    words = Words(
        f"In this run, a customer cost {run.between(cost, number)} {scale.unit} to acquire"
        if np.isfinite(cost).any()
        else "In this run, no firm acquired a customer",
        "Left of the line: customer acquisition cost (CAC), all that was spent to acquire "
        "customers, per customer acquired. Right: profit per customer-year, what a customer "
        "brought in less what serving and keeping it cost, before fixed cost and investments. "
        "n = customers acquired / customer-years.",
        f"Money per customer ({scale.unit})",
        "Year with the firm",
        (*((pale,) if np.any((n > 0.0) & (n < _FEW)) else ()), *run.notes),
    )
    heads = [
        (name, f"n = {mine[0]:,.0f} / {mine[1:].sum():,.0f}")
        for name, mine in zip(run.names, n, strict=True)
    ]
    key = [
        Patch(
            facecolor="white", edgecolor=OFFENCE, hatch=_HATCH, label="cost per customer acquired"
        ),
        Patch(facecolor=DEFENCE, label="profit per customer-year"),
    ]
    figure, cells = panels(run.about, words, heads, key)
    for place, axes in enumerate(cells):
        _bars(axes, worth[place] / scale.factor, n[place], written=len(cells) <= _WRITTEN)
    last = n.shape[1] - 1
    shown = range(1, last + 1) if len(cells) <= _WRITTEN else range(1, last + 1, 5)
    texts = [f"{year}+" if year == last else str(year) for year in shown]
    cells[0].set_xticks([_ACQUIRED, *shown], ["CAC", *texts])
    cells[0].set_xlim(_ACQUIRED - 0.8, last + 0.8)
    cells[0].margins(y=0.12)
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
    colours = np.where(n[years] >= _FEW, full, pale).tolist()
    bars = axes.bar(np.where(years == 0, _ACQUIRED, years), worth[years], 0.78, color=colours)
    for bar, year, colour in zip(bars, years, colours, strict=True):
        if year == 0:  # another unit, another mark
            bar.set(facecolor="white", edgecolor=colour, hatch=_HATCH)
    axes.axvline(_ACQUIRED / 2.0 + 0.25, color=MUTED, linewidth=0.8)
    for year in years if written else ():
        up = worth[year] >= 0.0
        axes.annotate(
            number(worth[year]), (year or _ACQUIRED, worth[year]), (0, 2 if up else -2),
            textcoords="offset points", ha="center", va="bottom" if up else "top", size=6,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        )  # fmt: skip
    axes.grid(visible=False, axis="x")
