"""What decides a reading: its effect along the factors that move it most."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from relsim.report.claims.results import Results
from relsim.report.claims.rows import BAND, BAND_EDGE, NARROW, AboutClaim, Group, labelled
from relsim.report.claims.strip import FAILS, HOLDS
from relsim.report.lab.rows import across_axis
from relsim.report.labels import value_limits, value_ticks
from relsim.report.layout import EDGE, Words, axes_in, frame
from relsim.report.style import (
    BODY,
    LINE,
    SMALL,
    drawing,
    fit,
    plain,
    tick_labels,
    width,
)

Array = npt.NDArray[np.float64]

_TALL, _BETWEEN, _CATEGORY, _MOST_NAME = 1.45, 0.34, 0.19, 1.2
_MOST = 2
_TURN = 0.5 * (np.sqrt(5.0) - 1.0)


def deciding_reading(results: Results) -> tuple[str, list[str]] | None:
    """Return the reading to show and the factors that decide it.

    The first conditional one that has some, else the first of all; None where there is none.
    """
    rows = results.verdicts
    ordered = pd.concat([rows[rows["word"] == "conditional"], rows[rows["word"] != "conditional"]])
    for reading, names in zip(ordered["reading"], ordered["deciding"], strict=True):
        there = results.factors_of(reading)
        factors = [name for name in factors_in(names) if name in there][:_MOST]
        if factors:
            return str(reading), factors
    return None


def factors_in(text: str) -> list[str]:
    """Return the factors that a verdict names, the strongest first.

    Examples
    --------
    >>> factors_in("turnover; discount_rate"), factors_in("")
    (['turnover', 'discount_rate'], [])
    """
    return [name.strip() for name in text.split(";") if name.strip()]


@drawing()
def deciding(results: Results) -> Figure | None:
    """Draw the effect at every point of a reading along its deciding factors.

    A panel for each factor, the effect from left to right on a common axis; None if the reading
    has no such factor, or a map shows them already.
    """
    found = deciding_reading(results)
    if found is None or results.spec.get("frontier"):
        return None
    reading, factors = found
    about = AboutClaim.of(results)
    row = results.verdicts[results.verdicts["reading"] == reading]
    group = Group.of(row, about, lambda _: "")
    points = results.points_of(reading)
    title = plain(str(row["title"].iloc[0]))
    words = Words(
        "What decides", f"{title}: every point of the scope along what moves it most.", "", ""
    )
    key = [
        Line2D([], [], linewidth=0.0, markersize=5, **HOLDS),  # type: ignore[arg-type]  # keywords of several types
        Line2D([], [], linewidth=0.0, markersize=5, **FAILS),  # type: ignore[arg-type]  # the same
        Patch(facecolor=BAND, edgecolor=BAND_EDGE, label="claimed"),
    ]
    panels = [_Panel(labelled(results, reading, name), points[name]) for name in factors]
    left = EDGE + max(panel.left for panel in panels) + 0.1
    body = sum(panel.tall for panel in panels) + _BETWEEN * (len(panels) - 1)
    figure, box = frame(
        about, words, body, left=left, right=EDGE + 0.05, key=key, above=_BETWEEN - 0.1, wide=NARROW
    )
    effect = points["effect"].to_numpy(dtype=np.float64) / group.scale.factor
    borders = row[["band_low", "band_high"]].to_numpy(dtype=np.float64).ravel() / group.scale.factor
    top = box.top
    for panel in panels:
        axes = axes_in(figure, box._replace(top=top, bottom=top - panel.tall))
        across_axis(
            axes, np.concatenate([effect, borders]), group.label, zero=group.measure != "value"
        )
        panel.draw(axes, effect, points["holds"].to_numpy(dtype=bool), borders, left - EDGE)
        if panel is not panels[-1]:
            axes.set_xlabel("")
            axes.tick_params(labelbottom=False)
        top -= panel.tall + _BETWEEN
    return figure


class _Panel:
    """A factor from below to above."""

    def __init__(self, name: str, values: "pd.Series[Any]") -> None:
        self.name = name
        self.numeric = bool(pd.api.types.is_numeric_dtype(values))
        if self.numeric:
            self.places: Array = values.to_numpy(dtype=np.float64)
            self.limits = value_limits(self.places)
            self.ticks = value_ticks(*self.limits, 5)
            self.labels = tick_labels(self.ticks)
        else:
            codes, levels = pd.factorize(values.astype(str), sort=True)
            turns = (np.arange(codes.size) * _TURN) % 1.0
            self.places = codes + 0.5 * (turns - 0.5)
            self.limits = (-0.6, len(levels) - 0.4)
            self.ticks = np.arange(len(levels), dtype=np.float64)
            self.labels = [fit(plain(str(level)), SMALL, _MOST_NAME) for level in levels]

    @property
    def tall(self) -> float:
        """Height, inches."""
        return _TALL if self.numeric else max(_TALL, _CATEGORY * len(self.ticks))

    @property
    def left(self) -> float:
        """Room that the labels take, inches."""
        return max((width(label, SMALL) for label in self.labels), default=0.0)

    def draw(
        self,
        axes: Axes,
        effect: Array,
        holds: npt.NDArray[np.bool_],
        borders: Array,
        left: float,
    ) -> None:
        """Draw the points, what is claimed, and the factor's name above."""
        axes.set_ylim(*self.limits)
        axes.set_yticks(self.ticks, self.labels)
        ends = axes.get_xlim()
        low, high = np.where(np.isfinite(borders), borders, ends)
        axes.axvspan(low, high, facecolor=BAND, edgecolor=BAND_EDGE, linewidth=0.6, zorder=0.5)
        for which, look in ((holds, HOLDS), (~holds, FAILS)):
            axes.plot(
                effect[which], self.places[which], linestyle="", marker=look["marker"],
                color=look["color"], markersize=3.5, markeredgewidth=0.9, zorder=3,
            )  # fmt: skip
        axes.annotate(
            fit(self.name, BODY, NARROW - 2.0 * EDGE), (0.0, 1.0), (-72.0 * left, BODY * LINE * 20),
            xycoords="axes fraction", textcoords="offset points", size=BODY, weight="bold",
        )  # fmt: skip
