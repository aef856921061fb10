"""Where things stand on a figure: heads, feet, panels, labels at line ends, marks of events.

All sizes are inches unless said; a figure grows with what it has to hold, so nothing overlaps.
"""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from scipy.optimize import isotonic_regression

from relsim.report.style import (
    BODY,
    INK,
    MUTED,
    POINTS_AN_INCH,
    SMALL,
    TITLE,
    Pen,
    fit,
    plain,
    tick,
    width,
)

if TYPE_CHECKING:
    from relsim.market import Market

Array = npt.NDArray[np.float64]
Marks = Sequence[tuple[int, str]]

WIDTH, EDGE = 8.0, 0.15
_LEFT, _UNDER = 0.75, 0.5  # room for the labels of the axes
_LINE = 1.45 / POINTS_AN_INCH  # height of a line of text of one point
_MOST_NAME = 1.6
_LEADER = 0.22
_MOST_TICKS = 10
_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240, 600)


@dataclass(frozen=True)
class About:
    """What a run was, for the words on its figures.

    Attributes
    ----------
    title, currency : str
        Names of the market and of its unit of money.
    customers, months : int
        Customers that exist in the market, and months lived.
    seed, replication : int
        Its luck.
    firms : tuple of str
        The firms in the config's order, which decides colours.
    engine : str
        What lived the months.
    """

    title: str
    currency: str
    customers: int
    months: int
    seed: int
    replication: int
    firms: tuple[str, ...]
    engine: str = "compiled"

    @classmethod
    def of(cls, market: "Market", engine: str = "compiled") -> Self:
        """Return what a market that has lived says about itself."""
        return cls(
            title=market.spec.title,
            currency=market.spec.currency,
            customers=market.spec.market.customers,
            months=market.month,
            seed=market.seed_of_luck,
            replication=market.replication,
            firms=tuple(firm.name for firm in market.firms),
            engine=engine,
        )

    def line(self) -> str:
        """Return the line at the foot of every figure."""
        months = "1 month" if self.months == 1 else f"{self.months:,} months"
        return (
            f"n = {self.customers:,} customers · {months} · seed {self.seed}, replication "
            f"{self.replication} · {self.engine} engine · one run: no interval"
        )


class Words(NamedTuple):
    """What a figure says: its title, the sentences under it, its y axis, notes at its foot."""

    title: str
    says: str
    y: str
    x: str = "Month"
    notes: tuple[str, ...] = ()


class Box(NamedTuple):
    """Where axes may stand."""

    left: float
    bottom: float
    right: float
    top: float
    height: float

    def on(self) -> tuple[float, float, float, float]:
        """Return left, bottom, right and top in parts of the figure."""
        across, up = WIDTH, self.height
        return self.left / across, self.bottom / up, self.right / across, self.top / up


def _lines(text: str, size: float) -> list[str]:
    most = max(int((WIDTH - 2 * EDGE) / width("n" * 50, size) * 50 * 1.06), 20)
    return textwrap.wrap(text, most)


def frame(
    about: About,
    words: Words,
    body: float,
    right: float = EDGE,
    key: Sequence[Artist] = (),
    above: float = 0.0,
) -> tuple[Figure, Box]:
    """Return a figure with its head, key and foot, and the box left for axes.

    Parameters
    ----------
    about, words : About, Words
        What it says.
    body : float
        Height of the box.
    right : float
        Room to the right of the box.
    key : sequence of Artist
        Artists with labels, explained in one row under the head.
    above : float
        Room between head and box.
    """
    title = _lines(words.title, TITLE * 1.16)  # bold is wider
    says = _lines(f"{plain(about.title)}. {words.says}", BODY)
    foot = [line for text in (*words.notes, about.line()) for line in _lines(text, SMALL)]
    head = EDGE + len(title) * TITLE * _LINE + len(says) * BODY * _LINE + 0.08
    keyed = head + (0.26 if key else 0.0)
    under = EDGE + len(foot) * SMALL * _LINE + 0.06
    height = keyed + above + body + _UNDER + under
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    x, top = EDGE / WIDTH, 1.0 - EDGE / height
    figure.suptitle("\n".join(title), x=x, y=top, ha="left", va="top", size=TITLE, weight="bold")
    below = top - len(title) * TITLE * _LINE / height
    figure.text(x, below, "\n".join(says), va="top", size=BODY, color=MUTED)
    figure.text(x, EDGE / height, "\n".join(foot), va="bottom", size=SMALL, color=MUTED)
    if key:
        figure.legend(
            handles=list(key), loc="upper left", bbox_to_anchor=(0.0, 1.0 - head / height),
            ncols=len(key), frameon=False, handlelength=1.8, columnspacing=1.6, borderaxespad=0.0,
        )  # fmt: skip
    return figure, Box(_LEFT, under + _UNDER, WIDTH - right, height - keyed - above, height)


def spread(wanted: Array, sizes: Array, low: float, high: float) -> Array:
    """Return the places nearest to those wanted at which things of some size do not overlap.

    Least squares under order and bounds: an isotonic regression of the places less the sizes
    below them, cut to the bounds (Barlow & Brunk 1972).

    Parameters
    ----------
    wanted, sizes : array of shape (n,)
        Wanted middles, and sizes; shrunk together where they do not fit.
    low, high : float
        Between which all have to stand.

    Examples
    --------
    >>> spread(np.array([5.0, 5.0, 0.0]), np.ones(3), 0.0, 10.0).tolist()
    [4.5, 5.5, 0.5]
    """
    if wanted.size == 0:
        return wanted
    order = np.argsort(wanted, kind="stable")
    size = sizes[order] * min(1.0, (high - low) / sizes.sum())
    middles = np.cumsum(size) - size / 2.0
    free = isotonic_regression(wanted[order] - middles).x
    placed = np.empty_like(wanted)
    placed[order] = np.clip(free, low, max(high - size.sum(), low)) + middles
    return placed


def month_axis(axes: Axes, months: Array, most: int = _MOST_TICKS) -> None:
    """Set an axis of months, with ticks at whole years where they fit."""
    first, last = float(months[0]), float(months[-1])
    span = last - first + 1.0
    coarse = 1200 * math.ceil(span / (1200 * most))
    step = next((step for step in _STEPS if span / step <= most), coarse)
    ticks = np.arange(step * math.ceil(first / step), last + 0.5, step)
    axes.set_xlim(first - 0.5, last + 0.5)
    axes.set_xticks(ticks if ticks.size else [first])
    axes.xaxis.set_major_formatter(FuncFormatter(tick))


def value_axis(axes: Axes, most: int = 6) -> None:
    """Set an axis of values, with a line at zero where zero is inside."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(tick))
    if low < 0.0 < high:
        axes.axhline(0.0, color=INK, linewidth=0.9, zorder=1.5)


class End(NamedTuple):
    """The end of a line, months and value, and what stands beside it."""

    pen: Pen
    month: float
    value: float
    text: str


def single(
    about: About, words: Words, texts: Sequence[str], months: Array, marks: Marks
) -> tuple[Figure, Axes]:
    """Return a figure of one panel of months, with room for texts at line ends."""
    column = max((width(text, BODY) for text in texts), default=0.0)
    right = column + _LEADER + EDGE + 0.1
    labels, notes = _mark_labels(marks, months, WIDTH - _LEFT - right)
    body = max(3.4, len(texts) * BODY * _LINE)
    words = words._replace(notes=(*words.notes, *notes))
    figure, box = frame(about, words, body, right, above=0.2 if labels else 0.0)
    left, bottom, end, top = box.on()
    axes = figure.add_axes((left, bottom, end - left, top - bottom))
    axes.set_xlabel(words.x)
    figure.text(EDGE / WIDTH, (bottom + top) / 2, words.y, rotation=90, va="center", color=INK)
    month_axis(axes, months)
    draw_marks(axes, labels, end - left)
    return figure, axes


def end_labels(axes: Axes, ends: Sequence[End]) -> None:
    """Write a text beside each line's end, none over another; the axis has its limits."""
    place = axes.get_position()
    across = place.width * WIDTH
    up = place.height * axes.figure.get_figure(root=True).get_figheight()
    (low, high), edge = axes.get_ylim(), axes.get_xlim()[1]
    wanted = np.array([(end.value - low) / (high - low) * up for end in ends])
    sizes = np.full(len(ends), BODY * _LINE * 0.95)
    for end, y in zip(ends, spread(wanted, sizes, -0.1, up + 0.1), strict=True):
        axes.plot(
            [end.month], [end.value], end.pen.marker, color=end.pen.colour, markersize=5,
            clip_on=False, zorder=4,
        )  # fmt: skip
        start = (end.month, edge)
        axes.annotate(
            end.text, (end.month, end.value), (1.0 + _LEADER / across, y / up),
            textcoords="axes fraction", va="center", size=BODY, annotation_clip=False,
            arrowprops={
                "arrowstyle": "-", "color": end.pen.colour, "linewidth": 0.8, "relpos": (0.0, 0.5),
                "shrinkA": 1.0, "shrinkB": 0.0,
                "linestyle": "-" if start[0] > edge - 1.0 else ":",
            },
        )  # fmt: skip
