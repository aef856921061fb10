"""Readings above one another on common axes of effects: their words over their marks."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.transforms import blended_transform_factory

from relsim.claims.wording import named
from relsim.report.claims.factors import unit_in
from relsim.report.claims.results import Results
from relsim.report.claims.words import LOOKS, SHARE, Amount
from relsim.report.lab.about import AboutStudy, counted
from relsim.report.lab.rows import across_axis
from relsim.report.layout import EDGE, Words, axes_in, frame
from relsim.report.style import (
    GRID,
    INK,
    LINE,
    MUTED,
    ORANGE,
    SMALL,
    Scale,
    inches,
    plain,
    wrapped,
)

Array = npt.NDArray[np.float64]
Says = Callable[["pd.Series[Any]"], str]
"""What makes the line of numbers of a reading from its verdict."""

NARROW = 3.6
"""Width of figures that stand side by side on a desk and alone on a phone, inches."""

BAND, BAND_EDGE = "#F7E2B5", ORANGE
"""How what is claimed is drawn."""

_MARKS, _AIR, _AXIS = 0.3, 0.1, 0.5
_LEFT = EDGE + 0.03
_BOLD = 1.16  # wider than plain


@dataclass(frozen=True)
class AboutClaim(AboutStudy):
    """What a claim's study was, for the foot of its figures."""

    readings: int = field(default=1, kw_only=True)
    fewest: int = field(default=0, kw_only=True)

    @classmethod
    def of(cls, results: Results) -> "AboutClaim":
        """Return what the study of a claim was."""
        verdicts = results.verdicts
        tested = verdicts[verdicts["runs"] > 0]
        return cls(
            str(results.spec["title"]),
            "money",
            runs=int(tested["runs"].sum()),
            points=int(tested["points"].max()) if len(tested) else 0,
            fewest=int(tested["points"].min()) if len(tested) else 0,
            replications=int(tested["replications"].max()) if len(tested) else 0,
            seed=0,
            readings=_tested(results.spec),
        )

    def line(self) -> str:
        """Return the line at the foot of every figure."""
        corrected = f", corrected for {self.readings} readings" if self.readings > 1 else ""
        several = f"{self.fewest:,} to " if self.fewest < self.points else ""
        points = f"{several}{counted(self.points, 'point')} a reading"
        counts = (f"n = {counted(self.runs, 'run')}", points)
        return " · ".join((*counts, f"{self.level} intervals{corrected}"))


def _tested(spec: Mapping[str, Any]) -> int:
    """Return for how many readings intervals are corrected: all that can be tested."""
    return sum(not one.get("untestable") for one in spec["readings"].values())


@dataclass(frozen=True)
class Group:
    """Readings whose effects have one measure and one unit.

    Attributes
    ----------
    rows : DataFrame
        Their verdicts.
    scale : Scale
        In which unit effects are shown.
    measure : str
        How they are measured.
    words : list of (int, list of str)
        For each, how many of its lines are its name, and the lines.
    """

    rows: pd.DataFrame
    scale: Scale
    measure: str
    words: list[tuple[int, list[str]]]

    @classmethod
    def of(cls, rows: pd.DataFrame, about: AboutStudy, says: Says) -> "Group":
        """Return a group of readings, with a line for each that says its numbers."""
        measure = str(rows["measure"].iloc[0])
        amount = Amount.of(measure, str(rows["unit"].iloc[0]))
        ends = rows[["effect", "low", "high", "band_low", "band_high"]].to_numpy(dtype=np.float64)
        scale = about.scaled(ends, amount.unit) if amount.unit != "%" else Scale(0.01, "%")
        room = NARROW - 2.0 * EDGE
        words = []
        for _, row in rows.iterrows():
            names = wrapped(plain(str(row["title"])), SMALL, room, _BOLD)
            words.append((len(names), [*names, *wrapped(says(row), SMALL, room)]))
        return cls(rows, scale, measure, words)

    @property
    def heights(self) -> Array:
        """Height of each row, inches."""
        return np.array([len(lines) * SMALL * LINE + _AIR + _MARKS for _, lines in self.words])

    @property
    def edges(self) -> Array:
        """Where rows begin and end, inches from the top."""
        return np.concatenate([[0.0], np.cumsum(self.heights)])

    @property
    def middles(self) -> Array:
        """Where the marks of each row stand, inches from the top."""
        return self.edges[1:] - _MARKS / 2.0 - 0.03

    @property
    def zeros(self) -> Array:
        """What an axis has to hold besides: no effect, where effects are shown."""
        return np.zeros(0 if self.measure == "value" else 1)

    @property
    def label(self) -> str:
        """What the axis shows."""
        if self.measure == "relative":
            return "Effect (% of the control)"
        name = "Effect" if self.measure == "difference" else "Outcome"
        return f"{name} ({self.scale.unit})" if self.scale.unit else name


def grouped(results: Results, about: AboutStudy, says: Says) -> list[Group]:
    """Return the readings that were tested, in their order, those side by side that share an axis.

    Readings of one measure and unit share one, unless the effect or the border of one is so far
    away that another would be a point at zero.
    """
    tested = results.verdicts[np.isfinite(results.verdicts["effect"])]
    groups: list[list[int]] = []
    for place in range(len(tested)):
        if not groups or not _share_axis(tested.iloc[[*groups[-1], place]]):
            groups.append([])
        groups[-1].append(place)
    return [Group.of(tested.iloc[places], about, says) for places in groups]


def _share_axis(rows: pd.DataFrame) -> bool:
    relative = rows["measure"] == "relative"  # percent, whatever the outcome's unit is
    if len(set(zip(rows["measure"], rows["unit"].mask(relative, ""), strict=True))) > 1:
        return False
    ends = rows[["effect", "band_low", "band_high"]].to_numpy(dtype=np.float64)
    reach = np.abs(np.where(np.isfinite(ends), ends, 0.0)).max(axis=1)
    return bool(reach.max() <= _FARTHEST * reach.min())


_FARTHEST = 30.0
"""As many times as far as another may a reading reach on the same axis."""


def stacked(
    groups: Sequence[Group],
    about: AboutStudy,
    words: Words,
    key: Sequence[Artist],
    draw: Callable[[Axes, Group], None],
    shown: Callable[[Group], Array],
) -> Figure:
    """Return a figure of groups of readings above one another.

    Parameters
    ----------
    groups : sequence of Group
        The readings.
    about, words, key
        What it says.
    draw : callable
        Draws the marks of a group on its axes.
    shown : callable
        Returns the values that the axis of a group has to hold, in the unit shown.
    """
    tall = [float(group.heights.sum()) for group in groups]
    body = sum(tall) + _AXIS * (len(groups) - 1)
    figure, box = frame(about, words, body, left=_LEFT, right=_LEFT + 0.1, key=key, wide=NARROW)
    top = box.top
    for group, height in zip(groups, tall, strict=True):
        axes = axes_in(figure, box._replace(top=top, bottom=top - height))
        _write(axes, group)
        across_axis(axes, np.append(shown(group), group.zeros), group.label, zero=False)
        _draw_bands(axes, group)
        draw(axes, group)
        top -= height + _AXIS
    return figure


def _write(axes: Axes, group: Group) -> None:
    """Write the words of readings over the place of their marks."""
    _, tall = inches(axes)
    axes.set_ylim(tall, 0.0)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    for top, (names, lines) in zip(group.edges, group.words, strict=False):
        if top:
            axes.axhline(top, color=GRID, linewidth=0.6)
        for place, line in enumerate(lines):
            axes.text(
                0.0, top + 0.05 + place * SMALL * LINE, line,
                transform=beside, size=SMALL, va="top",
                color=INK if place < names else MUTED, weight="bold" if place < names else "normal",
            )  # fmt: skip


def _draw_bands(axes: Axes, group: Group) -> None:
    """Shade what is claimed of each reading; a side without border reaches the axis' end."""
    ends = axes.get_xlim()
    for (_, row), middle in zip(group.rows.iterrows(), group.middles, strict=True):
        low, high = (
            value / group.scale.factor if math.isfinite(value) else end
            for value, end in zip((row["band_low"], row["band_high"]), ends, strict=True)
        )
        axes.add_patch(
            Rectangle(
                (low, middle - _MARKS / 2.0 + 0.02), high - low, _MARKS - 0.04,
                facecolor=BAND, edgecolor=BAND_EDGE, linewidth=0.6, zorder=1.2,
            )
        )  # fmt: skip
        for zero in group.zeros:
            axes.vlines(
                zero, middle - _MARKS / 2.0, middle + _MARKS / 2.0, color=INK, linewidth=0.9
            )


def labelled(results: Results, reading: str, factor: str) -> str:
    """Return the name of a factor with its unit, for an axis."""
    unit = unit_in(results.spec, reading, factor)
    return plain(f"{named(factor)} ({unit})" if unit else named(factor))


def says_verdict(row: "pd.Series[Any]") -> str:
    """Return effect, interval, word and number of runs of a reading."""
    amount = Amount.of(row["measure"], plain(row["unit"]))
    effect, low, high = amount.texts([row["effect"], row["low"], row["high"]])
    sign = LOOKS[row["word"]].sign
    runs = counted(int(row["runs"]), "run")
    return f"{amount.with_unit(effect)} [{low}, {high}] · {sign} {row['word']} · n = {runs}"


def says_share(row: "pd.Series[Any]") -> str:
    """Return in which share of the scope a reading holds."""
    holds, low, high = SHARE.texts([row["holds"], row["holds_low"], row["holds_high"]])
    points = counted(int(row["points"]), "point")
    return f"holds at {holds}% of points [{low}, {high}] · n = {points}"
