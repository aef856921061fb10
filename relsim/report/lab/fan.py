"""The fan of an outcome over months: how far runs of the same arm lie apart."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from relsim.report.lab.about import AboutStudy, Quantity, counted, numbers, require, worded
from relsim.report.labels import Marks, cut_axis, value_axis, value_limits
from relsim.report.layout import Words, panels
from relsim.report.style import BLUE, BODY, INK, STEPS, Dash, drawing, fit, number, plain

Array = npt.NDArray[np.float64]

_PARTS = (0.05, 0.25, 0.5, 0.75, 0.95)
_WIDE, _NARROW = STEPS[0], STEPS[1]
_FEW = 20  # of fewer runs, no twentieth lies outside the band of 90%
_MOST_NAME = 2.5
_SINGLE = 20.0  # points: width of the bands of a single month
_REFERENCE: Dash = (0.0, (4.0, 1.8))


@drawing()
def fan(
    panel: pd.DataFrame,
    about: AboutStudy,
    value: Quantity,
    *,
    by: str = "arm",
    marks: Marks = (),
    title: str | None = None,
    says: str = "",
) -> Figure:
    """Draw median and bands of runs over months, a panel for every arm.

    Parameters
    ----------
    panel : DataFrame
        A row for every run and month: ``month``, the arm under the name in ``by`` (all one arm
        if there is no such column), and the outcome; arms are drawn in the order met.
    about : AboutStudy
        What the study was.
    value : Quantity
        The outcome.
    by : str
        Column of the arms.
    marks : sequence of (month, text), optional
        Events to mark.
    title, says : str
        The head (the outcome's name unless given), and the sentence under it.

    Raises
    ------
    OutputError
        If there is no row, or a column is missing.
    """
    require(panel, "month", value.column)
    known = numbers(panel, value.column)
    scale = about.scaled(known, value.unit)
    arms = panel[by].astype(str) if by in panel else pd.Series(value.label, panel.index)
    months = np.unique(panel["month"].to_numpy(dtype=np.float64))
    runs = pd.DataFrame({"arm": arms, "month": panel["month"], "value": known / scale.factor})
    fans = {str(arm): _quantiles(part, months) for arm, part in runs.groupby("arm", sort=False)}
    most = max(int(bands["n"].max()) for bands in fans.values())
    shown = pd.concat(list(fans.values()))[list(_PARTS)].to_numpy(dtype=np.float64)
    low, high = value_limits(shown)
    words = Words(
        worded(title, value.words(scale.unit)),
        worded(says, f"{plain(value.label)} of every run, by month."),
        value.words(scale.unit),
        notes=(*cut_axis(low), *_notes(fans)),
    )
    heads = [(plain(arm), _head(bands)) for arm, bands in fans.items()]
    key = _key(list(fans), bands=most > 1)
    figure, cells = panels(
        replace(about, interval=_interval(most)), words, heads, key, months, marks
    )
    first = next(iter(fans.values()))
    for place, (axes, bands) in enumerate(zip(cells, fans.values(), strict=True)):
        _draw(axes, bands, first if place else None)
    cells[0].set_ylim(low, high)
    value_axis(cells, 6)
    return figure


def _quantiles(part: pd.DataFrame, months: Array) -> pd.DataFrame:
    """Return the quantiles of an arm's runs and their number, by month."""
    by_month = part.groupby("month")["value"]
    table = by_month.quantile(np.array(_PARTS)).unstack().reindex(columns=list(_PARTS))
    return table.assign(n=by_month.count()).reindex(months)


def _interval(most: int) -> str:
    """Return what the bands are, for the foot."""
    return "bands hold 50% and 90% of runs" if most > 1 else "one run: no band"


def _notes(fans: dict[str, pd.DataFrame]) -> tuple[str, ...]:
    """Return what to say of arms with few runs or none."""
    sizes = {arm: int(bands["n"].max()) for arm, bands in fans.items()}
    few = [plain(arm) for arm, n in sizes.items() if 1 < n < _FEW]
    none = [plain(arm) for arm, n in sizes.items() if n == 0]
    return (
        *((f"Fewer than {_FEW} runs, bands are rough: {', '.join(few)}.",) if few else ()),
        *((f"No value, no line: {', '.join(none)}.",) if none else ()),
    )


def _head(bands: pd.DataFrame) -> str:
    """Return how many runs an arm has, and where they end."""
    n = int(bands["n"].max())
    known = bands.dropna(subset=[0.5])
    if n == 0:
        return "n = 0 runs"
    low, middle, high = (number(known[part].iloc[-1]) for part in (0.05, 0.5, 0.95))
    reach = f" ({low} to {high})" if n > 1 else ""
    return f"n = {counted(n, 'run')}; at the end {middle}{reach}"


def _key(arms: Sequence[str], *, bands: bool) -> list[Artist]:
    """Return the entries of the key."""
    key: list[Artist] = [Line2D([], [], color=BLUE, label="median" if bands else "the run")]
    if bands:
        key += [Patch(facecolor=_NARROW, label="50%"), Patch(facecolor=_WIDE, label="90%")]
    if len(arms) > 1:
        key.append(
            Line2D(
                [],
                [],
                color=INK,
                linestyle=_REFERENCE,
                linewidth=1.0,
                label=f"median of {fit(plain(arms[0]), BODY, _MOST_NAME)}",
            )
        )
    return key


def _draw(axes: Axes, bands: pd.DataFrame, reference: pd.DataFrame | None) -> None:
    """Draw an arm's bands and median, and the median of the arm to compare it with."""
    months = bands.index.to_numpy(dtype=np.float64)
    low, lower, middle, upper, high = (bands[p].to_numpy(dtype=np.float64) for p in _PARTS)
    marker = "o" if months.size == 1 else None
    if months.size == 1:
        axes.vlines(months, low, high, color=_WIDE, linewidth=_SINGLE)
        axes.vlines(months, lower, upper, color=_NARROW, linewidth=_SINGLE)
    axes.fill_between(months, low, high, color=_WIDE, linewidth=0.0)
    axes.fill_between(months, lower, upper, color=_NARROW, linewidth=0.0)
    if reference is not None:
        axes.plot(months, reference[0.5], color=INK, linestyle=_REFERENCE, linewidth=1.0)
    axes.plot(months, middle, color=BLUE, marker=marker)
