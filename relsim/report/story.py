"""The figure of a story: a customer's satisfaction and trust, with whom, and what happened."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relsim.agents.story import Story
from relsim.report.labels import End, Marks, end_labels, value_axis
from relsim.report.layout import About, Words, single
from relsim.report.style import (
    INK,
    MUTED,
    SMALL,
    Pen,
    drawing,
    fit,
    inches,
    pen,
    plain,
    tick_labels,
)

# Colours are the firms': the lines do without.
_LINES = (
    ("satisfaction", Pen(INK, "-", "o")),
    ("trust", Pen(MUTED, (0.0, (6.0, 1.6)), "s")),
)


class Sign(NamedTuple):
    """How an episode is drawn: matplotlib's marker, the same as a letter, and in words."""

    marker: str
    letter: str
    words: str


_SIGNS = {
    "trouble": Sign("v", "▼", "trouble"),
    "recommended": Sign("^", "▲", "recommended"),
    "warned": Sign("x", "×", "warned"),
    "stayed": Sign("D", "◆", "chose again and stayed"),
    "saved": Sign("P", "✚", "was kept"),
}
_BAND, _BELOW = 1.08, -0.07
_TICKS = np.linspace(0.0, 1.0, 6)


class Stay(NamedTuple):
    """A time with a supplier, from its first month to its last."""

    first: int
    last: int
    firm: str


def figure(story: Story, about: About, events: Marks = ()) -> Figure:
    """Draw a story.

    Parameters
    ----------
    story : Story
        Of at least a month.
    about : About
        What the market was.
    events : sequence of (int, str), optional
        When what happened to the market.
    """
    months = story.months["month"].to_numpy(dtype=np.float64)
    used = [kind for kind in _SIGNS if any(e.kind == kind for e in story.episodes)]
    signs = "; ".join(f"{_SIGNS[kind].words} {_SIGNS[kind].letter}" for kind in used)
    words = Words(
        f"Customer {story.customer}: satisfaction and trust, 0 to 1",
        "Band above: its supplier; no lines where it had none. "
        + (f"Signs below: {signs}." if signs else ""),
        "Satisfaction and trust (0 to 1)",
    )
    newcomers = [(e.month, "newcomer") for e in story.episodes if e.kind == "left_market"]
    stays = list(_stays(story.months))
    with drawing():
        shown, axes = single(
            about, words, [name for name, _ in _LINES], months, [*events, *newcomers]
        )
        ends = [end for line in _LINES for end in _draw_line(axes, story.months, stays, *line)]
        axes.set_ylim(-0.14, 1.16)
        value_axis([axes])
        axes.set_yticks(_TICKS, tick_labels(_TICKS))
        for stay in stays:
            _draw_band(axes, stay, months.size, about)
        _draw_signs(axes, story, used)
        end_labels(axes, ends)
    return shown


def _draw_line(
    axes: Axes, months: pd.DataFrame, stays: list[Stay], name: str, look: Pen
) -> list[End]:
    """Draw a line for every stay, and return the end of the last."""
    values = months[name].to_numpy(dtype=np.float64)
    for stay in stays:
        span = np.arange(stay.first, stay.last + 1)
        axes.plot(span, values[span - 1], color=look.colour, linestyle=look.dash)
    last = stays[-1].last if stays else 0
    return [End(look, float(last), float(values[last - 1]), name)] if last else []


def _draw_band(axes: Axes, stay: Stay, months: int, about: About) -> None:
    edges = [stay.first - 0.5, stay.last + 0.5]
    colour = pen(about.firms.index(stay.firm)).colour
    axes.plot(edges, [_BAND, _BAND], color=colour, linewidth=11, solid_capstyle="butt")
    room = (edges[1] - edges[0]) * inches(axes)[0] / months - 0.04
    name = fit(plain(stay.firm), SMALL, room)
    if len(name) > 1:
        axes.text(
            sum(edges) / 2, _BAND, name,
            size=SMALL, color="white", weight="bold", ha="center", va="center",
        )  # fmt: skip


def _draw_signs(axes: Axes, story: Story, kinds: list[str]) -> None:
    for kind in kinds:
        at = [episode.month for episode in story.episodes if episode.kind == kind]
        colour = INK if kind == "trouble" else MUTED
        sign = _SIGNS[kind].marker
        axes.plot(at, [_BELOW] * len(at), sign, color=colour, markersize=5, clip_on=False)


def _stays(months: pd.DataFrame) -> Iterator[Stay]:
    """Return every stay with a supplier; tenure that falls is a new one."""
    stay: Stay | None = None
    tenure = 0
    for month, firm, now in zip(months["month"], months["supplier"], months["tenure"], strict=True):
        known = firm if isinstance(firm, str) else None
        if stay and (known != stay.firm or now <= tenure):
            yield stay
            stay = None
        if known:
            stay = Stay(stay.first if stay else int(month), int(month), known)
        tenure = int(now)
    if stay:
        yield stay
