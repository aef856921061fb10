"""The figures of one run, each a function of its tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from relsim.errors import OutputError
from relsim.report.labels import End, Marks, end_labels, value_axis
from relsim.report.layout import About, Words, panels, single
from relsim.report.style import (
    BODY,
    DEFENCE,
    OFFENCE,
    STEPS,
    Pen,
    drawing,
    fit,
    money_scale,
    number,
    pen,
    plain,
)

Array = npt.NDArray[np.float64]

MOST_FIRMS = 30
"""Figures show so many firms, the largest; more cannot be told apart."""

YEAR = 12
_RUNGS = ("customer", "client", "supporter", "advocate", "partner")
_FEW = 30
_MOST_NAME = 1.7
_THIN = {"linewidth": 0.6, "alpha": 0.3}


@dataclass(frozen=True)
class _Run:
    """What figures are made of, and what several of them read."""

    table: pd.DataFrame
    tenure: pd.DataFrame
    about: About
    marks: Marks

    @cached_property
    def firms(self) -> list[str]:
        """The firms shown, in the config's order."""
        sizes = self.table.groupby("firm", observed=True)["customers"].sum()
        sizes = sizes.reindex(list(self.about.firms)).fillna(0.0)
        largest = set(sizes.sort_values(ascending=False, kind="stable").index[:MOST_FIRMS])
        return [firm for firm in self.about.firms if firm in largest]

    @cached_property
    def months(self) -> Array:
        """The months lived."""
        return np.unique(self.table["month"].to_numpy(dtype=np.float64))

    @cached_property
    def window(self) -> int:
        """Months in a moving average: a year, or all there are."""
        return min(YEAR, self.months.size)

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say where not every firm is shown."""
        everyone = len(self.about.firms)
        shown = f"The {MOST_FIRMS} largest of {everyone} firms."
        return (shown,) if everyone > MOST_FIRMS else ()

    def wide(self, *columns: str) -> pd.DataFrame:
        """Return a sum of columns by month and firm shown, NaN where a firm has nothing."""
        keys = [self.table["month"], self.table["firm"].astype(str)]
        values = self.table[list(columns)].sum(axis=1, skipna=False)
        wide = values.groupby(keys).sum(min_count=1).unstack()
        return wide.reindex(columns=self.firms).astype(np.float64)

    def pens(self) -> Mapping[str, Pen]:
        """Return the pens of the firms shown."""
        return {f: pen(place) for place, f in enumerate(self.about.firms) if f in self.firms}

    def names(self) -> Mapping[str, str]:
        """Return the firms' names as they are written on figures."""
        return {firm: fit(plain(firm), BODY, _MOST_NAME) for firm in self.firms}


def figures(
    table: pd.DataFrame, tenure: pd.DataFrame, about: About, marks: Marks = ()
) -> dict[str, Figure]:
    """Draw the figures of a run.

    Parameters
    ----------
    table, tenure : DataFrame
        ``Market.table`` and ``Market.tenure_table``.
    about : About
        What the run was.
    marks : sequence of (month, text), optional
        Events to mark.

    Returns
    -------
    dict
        Figures by name: share, defection, profit, budgets, ladder, tenure, cash.

    Raises
    ------
    OutputError
        If no month was lived.
    """
    if table.empty:
        raise OutputError("no month was lived: there is nothing to draw")
    run = _Run(table, tenure, about, marks)
    drawings = (share, defection, profit, budgets, ladder, tenure_years, cash)
    with drawing():
        return {name: draw(run) for name, draw in zip(NAMES, drawings, strict=True)}


NAMES = ("share", "defection", "profit", "budgets", "ladder", "tenure", "cash")
"""The figures of a run."""


def save(drawn: Mapping[str, Figure], folder: str | Path) -> list[Path]:
    """Write figures as SVG and PNG, the same bytes for the same figures.

    Parameters
    ----------
    drawn : mapping of str to Figure
        Figures by the name of their files.
    folder : str or Path
        Where to; made if need be.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    folder, paths = Path(folder), []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with drawing():
            for name, figure in drawn.items():
                svg, png = folder / f"{name}.svg", folder / f"{name}.png"
                title = figure.get_suptitle().replace("\n", " ").replace(r"\$", "$")
                figure.savefig(svg, metadata={"Date": None, "Creator": None, "Title": title})
                figure.savefig(png, dpi=150, metadata={"Software": None})
                paths += [svg, png]
    except OSError as error:
        raise OutputError(f"{folder}: cannot write figures: {error}") from error
    return paths


# One panel, a line a firm -------------------------------------------------------------------


def _lines(
    run: _Run,
    words: Words,
    thick: pd.DataFrame,
    label: Callable[[str, float], str],
    thin: pd.DataFrame | None = None,
    *,
    from_zero: bool = False,
) -> tuple[Figure, Axes]:
    """Draw a line a firm; ``label`` says what stands at its end, from its name and last value."""
    ends = []
    for firm, mine in run.pens().items():
        known = thick[firm].dropna()
        if known.size:
            last = float(known.iloc[-1])
            ends.append(End(mine, float(known.index[-1]), last, label(firm, last)))
    shown = [lines.to_numpy().ravel() for lines in (thick, thin) if lines is not None]
    low, high = _limits(np.concatenate(shown), from_zero=from_zero)
    cut = ("The y axis does not start at 0.",) if low > 0.0 else ()
    words = words._replace(notes=(*cut, *words.notes, *run.notes))
    figure, axes = single(run.about, words, [end.text for end in ends], run.months, run.marks)
    for firm, mine in run.pens().items():
        if thin is not None:
            axes.plot(thin.index, thin[firm], color=mine.colour, **_THIN)
        axes.plot(thick.index, thick[firm], color=mine.colour, linestyle=mine.dash)
    axes.set_ylim(low, high)
    value_axis(axes)
    end_labels(axes, ends)
    return figure, axes


def _limits(values: Array, *, from_zero: bool) -> tuple[float, float]:
    """Return limits that hold all values; from zero, unless that would flatten the lines."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if from_zero and (low == high or low < high / 2):
        return 0.0, 1.06 * high or 1.0
    middle, half = (low + high) / 2, (high - low) / 2
    half = max(1.12 * half, 0.05 * abs(middle)) or 1.0
    return middle - half, middle + half


def share(run: _Run) -> Figure:
    """Draw each firm's part of all customers who have a supplier."""
    customers = run.wide("customers").iloc[-1]
    names = run.names()
    words = Words(
        "Share of customers by firm (%)",
        f"Each firm's part of all customers who have a supplier. At the ends of the lines: "
        f"month {run.months[-1]:,.0f}, with the number of customers.",
        "Share of customers (%)",
    )

    def label(firm: str, last: float) -> str:
        return f"{names[firm]} {number(last)}% (n = {customers[firm]:,.0f})"

    return _lines(run, words, 100.0 * run.wide("share"), label, from_zero=True)[0]


def defection(run: _Run) -> Figure:
    """Draw customers lost a month, monthly and as a moving average."""
    lost, opening = run.wide("lost"), run.wide("opening")
    sums = [part.rolling(run.window).sum() for part in (lost, opening)]
    names = run.names()
    words = Words(
        "Defection: customers lost a month (% of those at its start)",
        f"Thick: {run.window}-month average; thin: single months. At the ends of the lines: "
        "the last average as % of customers a year.",
        "Customers lost (% a month)",
    )

    def label(firm: str, last: float) -> str:
        annual = 1.0 - (1.0 - last / 100.0) ** YEAR
        return f"{names[firm]} {number(100.0 * annual)}% a year"

    monthly = 100.0 * lost / opening.where(opening > 0.0)
    smooth = 100.0 * sums[0] / sums[1].where(sums[1] > 0.0)
    return _lines(run, words, smooth, label, monthly, from_zero=True)[0]


def profit(run: _Run) -> Figure:
    """Draw profit a month as a moving average."""
    monthly = run.wide("profit")
    scale = money_scale(monthly, run.about.currency)
    names = run.names()
    words = Words(
        f"Profit by firm ({scale.unit} a month)",
        f"All revenue less all cost. Thick: {run.window}-month average, with its last value; "
        "thin: single months.",
        f"Profit ({scale.unit} a month)",
    )

    def label(firm: str, last: float) -> str:
        return f"{names[firm]} {number(last)}"

    smooth = monthly.rolling(run.window).mean()
    return _lines(run, words, smooth / scale.factor, label, monthly / scale.factor)[0]


def cash(run: _Run) -> Figure:
    """Draw cumulative cash and mark its lowest point."""
    held = run.wide("cash")
    scale = money_scale(held, run.about.currency)
    held = held / scale.factor
    names = run.names()
    lows = {firm: held[firm].idxmin() for firm in held if held[firm].notna().any()}
    lows = {f: m for f, m in lows.items() if m > run.months[0] or held.loc[m, f] < 0.0}
    lowest = "Open triangle and \"low\": the lowest point, where that is not the first month."
    words = Words(
        f"Cash by firm: cash at the start and all profits since ({scale.unit})",
        lowest if lows else "Every firm's cash was lowest in the first month.",
        f"Cash ({scale.unit})",
    )

    def label(firm: str, last: float) -> str:
        if firm not in lows:
            return f"{names[firm]} {number(last)}"
        low = f"low {number(held.loc[lows[firm], firm])} in month {lows[firm]:,}"
        return f"{names[firm]} {number(last)} ({low})"

    figure, axes = _lines(run, words, held, label)
    for firm, month in lows.items():
        axes.plot(
            month, held.loc[month, firm], "v", color=run.pens()[firm].colour,
            markerfacecolor="white", markersize=6, clip_on=False, zorder=5,
        )  # fmt: skip
    return figure


# A panel a firm -----------------------------------------------------------------------------


def budgets(run: _Run) -> Figure:
    """Draw what firms spend to win customers and to keep them."""
    offence = -run.wide("acquisition")
    defence = -run.wide("retention", "recovery")
    scale = money_scale(np.stack([offence, defence]), run.about.currency)
    words = Words(
        f"Budgets: offence and defence by firm ({scale.unit} a month)",
        "Offence: spent to reach prospects and rivals' customers. Defence: spent on care for own "
        "customers and on recovery. Above each panel: offence's part of both, whole run.",
        f"Spending ({scale.unit} a month)",
        notes=run.notes,
    )
    lines = ((offence, "offence", OFFENCE, "-"), (defence, "defence", DEFENCE, (0, (5, 1.5))))
    key = [Line2D([], [], color=c, linestyle=d, label=name) for _, name, c, d in lines]
    heads = []
    for firm, name in run.names().items():
        both = offence[firm].sum() + defence[firm].sum()
        part = number(100.0 * offence[firm].sum() / both, 2) + "%" if both > 0.0 else "–"
        heads.append((name, f"{part} offence"))
    figure, cells = panels(run.about, words, heads, key, run.months, run.marks)
    for axes, firm in zip(cells, run.firms, strict=True):
        for money, _, colour, dash in lines:
            values = money[firm] / scale.factor
            marker = "o" if run.months.size == 1 else None
            axes.plot(money.index, values, color=colour, linestyle=dash, marker=marker)
    cells[0].set_ylim(bottom=0.0)
    for axes in cells:
        value_axis(axes, 4)
    return figure


def ladder(run: _Run) -> Figure:
    """Draw on which rungs of the loyalty ladder firms' customers stand."""
    words = Words(
        "Loyalty ladder: each firm's customers by rung (%)",
        f"From customer, the lowest rung, to partner. n = customers in month "
        f"{run.months[-1]:,.0f}.",
        "Part of the firm's customers (%)",
        notes=run.notes,
    )
    counts = np.stack([run.wide(f"rung_{rung}") for rung in _RUNGS])
    total = counts.sum(axis=0)
    parts = 100.0 * counts / np.where(total > 0.0, total, np.nan)
    months = np.concatenate([[run.months[0] - 0.5], run.months, [run.months[-1] + 0.5]])
    last = run.wide("customers").iloc[-1]
    heads = [(name, f"n = {np.nan_to_num(last[firm]):,.0f}") for firm, name in run.names().items()]
    key = [Patch(facecolor=c, label=rung) for c, rung in zip(STEPS, _RUNGS, strict=True)]
    figure, cells = panels(run.about, words, heads, key, run.months, run.marks)
    for k, axes in enumerate(cells):
        axes.stackplot(months, np.pad(parts[:, :, k], ((0, 0), (1, 1)), "edge"), colors=STEPS)
        axes.set_ylim(0.0, 100.0)
        axes.set_yticks([0, 25, 50, 75, 100] if len(cells) < 10 else [0, 50, 100])
    return figure


def tenure_years(run: _Run) -> Figure:
    """Draw what a customer costs to win and brings in each year with the firm."""
    tenure = run.tenure.astype({"firm": str}).groupby(["firm", "tenure_year"])
    sums = tenure[["customer_months", "profit"]].sum()
    worth = {firm: _of_tenure(sums, firm) for firm in run.firms}
    scale = money_scale([value for value, _ in worth.values()], run.about.currency)
    pale = any(np.any((n > 0.0) & (n < _FEW)) for _, n in worth.values())
    note = f"Pale: fewer than {_FEW} customers won (year 0) or customer-years (later years)."
    words = Words(
        f"Profit per customer by year with the firm ({scale.unit} per customer and year)",
        "Year 0: all that was spent to win customers, per customer won. Later years: what a "
        "customer brought in less what serving and keeping it cost, before fixed cost. "
        "n = customers won / customer-years.",
        f"Profit ({scale.unit} per customer and year)",
        "Year with the firm",
        (*((note,) if pale else ()), *run.notes),
    )
    heads = [
        (name, f"n = {worth[firm][1][0]:,.0f} / {worth[firm][1][1:].sum():,.0f}")
        for firm, name in run.names().items()
    ]
    figure, cells = panels(run.about, words, heads, ())
    for axes, firm in zip(cells, run.firms, strict=True):
        _tenure_bars(axes, worth[firm][0] / scale.factor, worth[firm][1], len(cells))
    return figure


def _of_tenure(sums: pd.DataFrame, firm: str) -> tuple[Array, Array]:
    """Return profit per customer and year by year of tenure, and how many it is a mean of."""
    years = np.arange(sums.index.get_level_values("tenure_year").max() + 1)
    mine = sums.reindex(pd.MultiIndex.from_product([[firm], years])).fillna(0.0)
    n = mine["customer_months"].to_numpy(dtype=np.float64)
    n = np.where(years == 0, n, n / YEAR)
    money = mine["profit"].to_numpy(dtype=np.float64)
    return np.divide(money, n, out=np.full(n.shape, np.nan), where=n > 0.0), n


def _tenure_bars(axes: Axes, worth: Array, n: Array, panels: int) -> None:
    years = np.arange(n.size)
    colours = np.where(np.nan_to_num(worth) < 0.0, OFFENCE, DEFENCE)
    for year in years[np.isfinite(worth)]:
        axes.bar(year, worth[year], 0.78, color=colours[year], alpha=1.0 if n[year] >= _FEW else 0.4)
        if panels <= 4:
            axes.annotate(
                number(worth[year]), (year, worth[year]), (0, 2 if worth[year] >= 0 else -2),
                textcoords="offset points", ha="center", size=6,
                va="bottom" if worth[year] >= 0 else "top",
            )  # fmt: skip
    axes.margins(x=0.035, y=0.12)
    axes.grid(visible=False, axis="x")
    shown = years if panels <= 4 else years[::5]
    axes.set_xticks(shown, [f"{y}+" if y == years[-1] else str(y) for y in shown])
    value_axis(axes, 4)
