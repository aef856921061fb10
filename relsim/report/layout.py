"""The page of a figure: head, key, panels and foot.

All sizes are inches unless said. A figure grows with what it has to hold.
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relsim.report.labels import Marks, draw_marks, leader, month_axis, read_marks
from relsim.report.style import (
    BODY,
    INK,
    LINE,
    MUTED,
    SMALL,
    TITLE,
    WIDTH,
    drawing,
    fit,
    plain,
    width,
    wrapped,
)

if TYPE_CHECKING:
    from relsim.market import Market

Array = npt.NDArray[np.float64]

EDGE = 0.15
"""Room around a figure's words."""

_LEFT, _UNDER = 0.84, 0.48
_HANDLE, _BETWEEN, _ROW = 0.34, 0.19, 0.19
_HEIGHT = 3.4
_BOLD = 1.16  # wider than plain
_NONE = np.array([math.inf, -math.inf])


class Page(Figure):
    """A figure that a notebook shows, with or without pyplot."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        with drawing():
            self.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
        return buffer.getvalue()


class Subject(Protocol):
    """What a figure is of: a run or a study."""

    @property
    def title(self) -> str:
        """Name of what was run."""

    def line(self) -> str:
        """Return the line at the foot: how many, which random numbers, which interval."""


@dataclass(frozen=True)
class About:
    """What a run was, for the words on its figures.

    Attributes
    ----------
    title, currency : str
        Names of the market and of its unit of money.
    customers, months : int
        Customers that exist in the market, and months simulated.
    seed, replication : int
        Its noise.
    firms : tuple of str
        The firms in the config's order, which decides their colours.
    engine : str
        What lived the months.
    replications : int
        Of how many replications it is one.
    """

    title: str
    currency: str
    customers: int
    months: int
    seed: int
    replication: int
    firms: tuple[str, ...]
    engine: str = "compiled"
    replications: int = 1

    @classmethod
    def of(cls, market: "Market", engine: str = "compiled", replications: int = 1) -> Self:
        """Return what a simulated market says about itself, one of some replications."""
        return cls(
            title=market.spec.title,
            currency=market.spec.currency,
            customers=market.spec.market.customers,
            months=market.month,
            seed=market.random_seed,
            replication=market.replication,
            firms=tuple(firm.name for firm in market.firms),
            engine=engine,
            replications=replications,
        )

    def line(self) -> str:
        """Return the line at the foot of every figure."""
        months = "1 month" if self.months == 1 else f"{self.months:,} months"
        several = self.replications > 1
        alone = f"one of {self.replications:,} replications" if several else "one run"
        return (
            f"n = {self.customers:,} customers · {months} · seed {self.seed}, replication "
            f"{self.replication} · {plain(self.engine)} engine · {alone}: no interval"
        )


class Words(NamedTuple):
    """What a figure says: title, the sentences under it, its axes, notes at its foot."""

    title: str
    says: str
    y: str
    x: str = "Month"
    notes: tuple[str, ...] = ()


class Box(NamedTuple):
    """Where axes may stand, in inches from the lower left of a figure of some size."""

    left: float
    bottom: float
    right: float
    top: float
    height: float
    width: float = WIDTH


def frame(
    about: Subject,
    words: Words,
    body: float,
    *,
    left: float = _LEFT,
    right: float,
    key: Sequence[Artist] = (),
    above: float = 0.0,
    wide: float = WIDTH,
) -> tuple[Figure, Box]:
    """Return a figure with its head, key and foot, and the box left for axes.

    Parameters
    ----------
    about, words : Subject, Words
        What it says.
    body, left, right, above : float
        Height of the box, and room to its left, to its right and between it and the head.
    key : sequence of Artist
        Artists with labels, explained under the head, in one row where they fit.
    wide : float
        Width of the figure.
    """
    room, feet = 0.985 * (wide - 2 * EDGE), (*words.notes, about.line())
    title = wrapped(words.title, TITLE, room, _BOLD)
    says = wrapped(f"{plain(about.title)}. {words.says}", BODY, room)
    foot = [line for text in feet for line in wrapped(text, SMALL, room)]
    under_title = EDGE + len(title) * TITLE * LINE
    head = under_title + len(says) * BODY * LINE + 0.1
    bottom = EDGE + len(foot) * SMALL * LINE + 0.06 + _UNDER
    labels = [fit(str(artist.get_label()), BODY, room - _HANDLE) for artist in key]
    columns = _key_columns(labels, room)
    rows = math.ceil(len(key) / columns)
    top = head + (0.28 + _ROW * (rows - 1) if key else 0.0) + above
    height = top + body + bottom
    figure = Page(figsize=(wide, height), facecolor="white")
    x = EDGE / wide

    def down(inches: float) -> float:
        return 1.0 - inches / height

    figure.suptitle(
        "\n".join(title), x=x, y=down(EDGE), ha="left", va="top", size=TITLE, weight="bold"
    )
    figure.text(x, down(under_title), "\n".join(says), va="top", color=MUTED)
    figure.text(x, EDGE / height, "\n".join(foot), size=SMALL, color=MUTED)
    if key:
        figure.legend(
            handles=list(key), labels=labels, ncols=columns,
            loc="upper left", bbox_to_anchor=(x, down(head)),
            frameon=False, handlelength=1.8, columnspacing=1.6, borderaxespad=0.0, borderpad=0.1,
        )  # fmt: skip
    return figure, Box(left, bottom, wide - right, height - top, height, wide)


def _key_columns(labels: Sequence[str], room: float) -> int:
    """Return in how many columns the entries of a key fit the room."""
    sizes = [width(label, BODY) + _HANDLE + _BETWEEN for label in labels]
    fitting = (
        columns
        for columns in range(len(sizes), 1, -1)
        if sum(_widest(sizes, columns)) <= room + _BETWEEN
    )
    return next(fitting, 1)


def _widest(sizes: Sequence[float], columns: int) -> list[float]:
    """Return the widest entry of every column of a key, which is filled column by column."""
    rows, longer = divmod(len(sizes), columns)
    ends = np.cumsum([rows + (column < longer) for column in range(columns)]).tolist()
    return [max(sizes[a:b]) for a, b in zip([0, *ends[:-1]], ends, strict=True)]


def name_axes(figure: Figure, box: Box, words: Words) -> None:
    """Write what the axes show beside and under their box."""
    middle = (box.left + box.right) / 2.0
    figure.supxlabel(
        fit(words.x, BODY, 2.0 * (min(middle, box.width - middle) - EDGE)),
        x=middle / box.width,
        y=(box.bottom - _UNDER + 0.06) / box.height,
        va="bottom",
        size=BODY,
    )
    figure.supylabel(
        fit(words.y, BODY, box.top - box.bottom + 0.8),
        x=EDGE / box.width,
        y=(box.bottom + box.top) / 2 / box.height,
        ha="left",
        size=BODY,
    )


def axes_in(figure: Figure, box: Box) -> Axes:
    """Return axes that fill a box."""
    return figure.add_axes(
        (
            box.left / box.width,
            box.bottom / box.height,
            (box.right - box.left) / box.width,
            (box.top - box.bottom) / box.height,
        )
    )


def single(
    about: Subject, words: Words, texts: Sequence[str], months: Array, marks: Marks
) -> tuple[Figure, Axes]:
    """Return a figure of one panel of months, with room for texts at line ends."""
    column = max((width(text, BODY) for text in texts), default=0.0)
    right = column * 1.02 + leader(len(texts)) + EDGE + 0.03
    marked = read_marks(marks, months, WIDTH - _LEFT - right)
    words = words._replace(notes=(*words.notes, *marked.notes))
    body = max(_HEIGHT, len(texts) * BODY * LINE)
    above = 0.2 if marked.labels else 0.0
    figure, box = frame(about, words, body, right=right, above=above)
    name_axes(figure, box, words)
    axes = axes_in(figure, box)
    month_axis(axes, months)
    draw_marks(axes, marked)
    return figure, axes


def columns_for(panels: int) -> int:
    """Return how many panels stand side by side.

    Examples
    --------
    >>> [columns_for(n) for n in (1, 2, 4, 5, 12, 30)]
    [1, 2, 2, 3, 4, 5]
    """
    return 1 if panels == 1 else min(max(math.ceil(math.sqrt(panels)), 2), 5)


def panels(
    about: Subject,
    words: Words,
    heads: Sequence[tuple[str, str]],
    key: Sequence[Artist],
    months: Array | None = None,
    marks: Marks = (),
) -> tuple[Figure, list[Axes]]:
    """Return a figure of small panels on common axes, a name and a note above each."""
    columns = columns_for(len(heads))
    rows = math.ceil(len(heads) / columns)
    tall, between = {1: (2.9, 0.0), 2: (1.75, 0.3), 3: (1.45, 0.2)}.get(columns, (1.15, 0.16))
    tall = max(tall, 2.3) if rows == 1 else tall
    marked = read_marks(marks, _NONE if months is None else months, 0.0)
    words = words._replace(notes=(*words.notes, *marked.notes))
    lift = 0.16 if marked.labels else 0.0
    above = 2 * BODY * LINE + 0.06 + lift
    body = rows * tall + (rows - 1) * (above + 0.1)
    figure, box = frame(about, words, body, right=EDGE + 0.1, key=key, above=above)
    name_axes(figure, box, words)
    wide = (box.right - box.left - (columns - 1) * between) / columns
    grid = figure.subplots(
        rows, columns, sharex=True, sharey=True, squeeze=False,
        gridspec_kw={
            "left": box.left / WIDTH, "right": box.right / WIDTH,
            "bottom": box.bottom / box.height, "top": box.top / box.height,
            "wspace": between / wide, "hspace": (above + 0.1) / tall,
        },
    )  # fmt: skip
    cells = list(grid.flat)
    for k, empty in enumerate(cells[len(heads) :], len(heads)):
        empty.remove()
        cells[k - columns].tick_params(labelbottom=True)
    if months is not None:
        month_axis(cells[0], months, 10 // columns if columns < 4 else 3)
    for axes, head in zip(cells, heads, strict=False):
        _head(axes, *head, lift, wide)
        draw_marks(axes, marked)
    return figure, cells[: len(heads)]


def _head(axes: Axes, name: str, note: str, lift: float, wide: float) -> None:
    base = 3.0 + lift * 72.0
    for text, size, weight, up, colour in (
        (fit(name, BODY * _BOLD, wide), BODY, "bold", base + SMALL * 1.35, INK),
        (fit(note, SMALL, wide), SMALL, "normal", base, MUTED),
    ):
        axes.annotate(
            text, (0.0, 1.0), (0.0, up), xycoords="axes fraction", textcoords="offset points",
            size=size, weight=weight, color=colour,
        )  # fmt: skip
