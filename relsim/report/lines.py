"""Figures of one panel with a line a firm: share, churn, profit and cash."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relsim.economics.lifetime import annual_loss
from relsim.report.labels import End, cut_axis, end_labels, value_axis, value_limits
from relsim.report.layout import Words, single
from relsim.report.run import Run, ratio
from relsim.report.style import money_scale, number

Array = npt.NDArray[np.float64]

_ON_ONE_ANOTHER = 0.2  # of the height that lines take: what sets them apart is hard to see


def share(run: Run) -> Figure:
    """Draw each firm's share of all customers who have a supplier."""
    parts = 100.0 * run.of("share")
    words = Words(
        _title(run, parts[-1], "{} of customers", "{:.1f}%", "nobody has a supplier"),
        f"Each firm's share of all customers who have a supplier. Labels: share and number in "
        f"month {run.months[-1]:,.0f}.",
        "Share of customers (%)",
    )
    people = run.of("customers")[-1]
    labels = [f"{last:.1f}% (n = {n:,.0f})" for last, n in zip(_last(parts), people, strict=True)]
    return lines(run, words, parts, labels, from_zero=True)[0]


def churn(run: Run) -> Figure:
    """Draw customers lost a month, monthly and as a moving average."""
    opening = run.of("opening")
    lost = np.where(_gone(run.of("customers")), np.nan, run.of("churned"))
    smooth = 100.0 * ratio(run.moving(lost), run.moving(opening))
    annual = 100.0 * annual_loss(_last(smooth) / 100.0)
    labels = [f"{rate:.1f}% a year" for rate in annual]
    words = Words(
        _title(run, annual, "a churn of {} a year", "{:.1f}%", "no firm had customers to lose"),
        "Churn: customers lost in a month, % of those at its start. "
        f"{run.averages} Labels: the last average as % of customers a year.",
        "Customers lost (% a month)",
    )
    thin = 100.0 * ratio(lost, opening)
    return lines(run, words, smooth, labels, thin, from_zero=True)[0]


def _title(
    run: Run, values: Array, what: str, form: str = "", nothing: str = "no firm had customers"
) -> str:
    """Return what a run ended with, in a sentence for a title."""
    if not np.isfinite(values).any():
        return f"In this run, {nothing}"
    told = run.between(values, form.format if form else number)
    subject = "the firm" if len(run.firms) == 1 else "firms"
    return f"In this run, {subject} ended with {what.format(told)}"


def _gone(customers: Array) -> npt.NDArray[np.bool_]:
    """Return in which months a firm has nobody and never will again: it has left the market."""
    later: npt.NDArray[np.bool_] = np.cumsum(customers[::-1], axis=0)[::-1] == 0.0
    return later


def profit(run: Run) -> Figure:
    """Draw profit a month, monthly and as a moving average."""
    monthly = run.of("profit")
    scale = money_scale(monthly, run.about.currency)
    thin = monthly / scale.factor
    smooth = run.moving(thin)
    words = Words(
        _title(run, _last(smooth), f"a profit of {{}} {scale.unit} a month"),
        f"Profit: all revenue less all cost. {run.averages} Labels: the last average.",
        f"Profit ({scale.unit} a month)",
    )
    return lines(run, words, smooth, [number(last) for last in _last(smooth)], thin)[0]


def cash(run: Run) -> Figure:
    """Draw cumulative cash and mark its lowest point.

    Where the lines would lie on one another, what is drawn is each firm's cash less the mean
    firm's.
    """
    money = run.of("cash")
    scale = money_scale(money, run.about.currency)
    held = money / scale.factor
    lows = [_low(column) for column in held.T]
    drawn, what, axis = _apart(held)
    found = any(low is not None for low in lows)
    words = Words(
        _title(run, _last(held), f"{{}} {scale.unit} in cash"),
        f"{what} "
        + (
            "Labels: last cash; and the lowest (open triangle), if below zero or the first month's."
            if found
            else "Every firm's cash was lowest in the first month, and above zero. Labels: last."
        ),
        f"{axis} ({scale.unit})",
    )
    labels = []
    for low, column, last in zip(lows, held.T, _last(held), strict=True):
        where = "" if low is None else f" (low {number(column[low])}, month {run.months[low]:,.0f})"
        labels.append(number(last) + (" (lowest)" if low == held.shape[0] - 1 else where))
    figure, axes = lines(run, words, drawn, labels)
    for low, column, pen in zip(lows, drawn.T, run.pens, strict=True):
        if low is not None and low < held.shape[0] - 1:
            axes.plot(
                run.months[low], column[low], "v", color=pen.colour,
                markerfacecolor="white", markersize=6, clip_on=False, zorder=5,
            )  # fmt: skip
    return figure


def _apart(held: Array) -> tuple[Array, str, str]:
    """Return lines of cash that can be told apart, what they are, and the name of their axis."""
    known = held[:, np.isfinite(held).any(axis=0)]
    if known.shape[1] > 1:
        spread = float(np.nanmax(np.nanmax(known, axis=1) - np.nanmin(known, axis=1)))
        if spread < _ON_ONE_ANOTHER * float(np.nanmax(known) - np.nanmin(known)):
            mean = np.nanmean(known, axis=1, keepdims=True)
            return (
                held - mean,
                "Each firm's cash, at the start and all profits since, less that of the mean firm: "
                "the lines of cash itself lie on one another.",
                "Cash less the mean firm's",
            )
    return held, "Cash at the start and all profits since.", "Cash"


def _low(held: Array) -> int | None:
    """Return where cash is lowest, unless it starts there and is not below zero."""
    if np.isnan(held).all():
        return None
    low = int(np.nanargmin(held))
    return low if low > 0 or held[low] < 0.0 else None


def _last_place(line: Array) -> int:
    """Return the place of a line's last known value, -1 if there is none."""
    known = np.flatnonzero(np.isfinite(line))
    return int(known[-1]) if known.size else -1


def _last(lines: Array) -> Array:
    """Return the last known value of each firm's line, NaN if there is none."""
    return np.array([line[_last_place(line)] for line in lines.T])


def lines(
    run: Run,
    words: Words,
    thick: Array,
    labels: Sequence[str],
    thin: Array | None = None,
    *,
    from_zero: bool = False,
) -> tuple[Figure, Axes]:
    """Draw a line a firm, labelled with its name and what stands in ``labels``.

    Parameters
    ----------
    run : Run
        Firms, months and marks.
    words : Words
        What the figure says.
    thick : array of shape (months, firms)
        The lines.
    labels : sequence of str
        What stands behind each firm's name.
    thin : array of shape (months, firms), optional
        Single months behind averages.
    from_zero : bool
        Whether the axis starts at 0 unless that would flatten the lines.
    """
    ends, missing = [], []
    for name, pen, line, label in zip(run.names, run.pens, thick.T, labels, strict=True):
        place = _last_place(line)
        if place < 0:
            missing.append(name)
        else:
            ends.append(End(pen, run.months[place], line[place], f"{name}: {label}"))
    thin = None if run.crowded else thin
    low, high = value_limits(
        thick if thin is None else np.stack([thick, thin]), from_zero=from_zero
    )
    empty = (f"No customers, no line: {', '.join(missing)}.",) if missing else ()
    words = words._replace(notes=(*cut_axis(low), *empty, *run.notes))
    figure, axes = single(run.about, words, [end.text for end in ends], run.months, run.marks)
    for place, pen in enumerate(run.pens):
        if thin is not None:
            axes.plot(run.months, thin[:, place], color=pen.colour, linewidth=0.5, alpha=0.18)
        axes.plot(run.months, thick[:, place], color=pen.colour, linestyle=pen.dash)
    axes.set_ylim(low, high)
    value_axis([axes])
    end_labels(axes, ends)
    return figure, axes
