"""Figures of a card: marks stand where the tables say, and nothing stands on anything."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from relsim.report.claims.effects import effects
from relsim.report.claims.frontier import cells, frontier
from relsim.report.claims.importance import deciding, deciding_reading
from relsim.report.claims.results import Results, read
from relsim.report.claims.strip import FAILS, HOLDS, strip
from relsim.report.style import drawing
from tests.report.conftest import collisions, said

Array = npt.NDArray[np.float64]
DRAWINGS: list[Callable[[Results], Figure | None]] = [effects, strip, deciding, frontier]
LONG = "a reading whose name goes on and on, for $5 and more, " * 3


def drawn(draw: Callable[[Results], Figure | None], results: Results) -> Figure:
    figure = draw(results)
    assert figure is not None
    return figure


def markers(axes: Axes, marker: str) -> Array:
    """Return x and y of all marks of a kind."""
    lines = [line for line in axes.lines if line.get_marker() == marker]
    return np.concatenate([line.get_xydata() for line in lines] or [np.zeros((0, 2))])


@pytest.mark.parametrize("draw", DRAWINGS)
@pytest.mark.parametrize("claim", ["five-percent", "cost-ratio", "size-decides"])
@pytest.mark.parametrize("long", [False, True])
def test_nothing_stands_on_anything(
    folder: Path, draw: Callable[[Results], Figure | None], claim: str, long: bool
) -> None:
    results = read(folder / claim)
    if long:
        verdicts = results.verdicts.assign(title=LONG, unit="US$ a customer saved a year")
        results = replace(results, verdicts=verdicts)
    figure = draw(results)
    if figure is None:
        return
    with drawing():
        assert collisions(figure) == []
    assert f"n = {results.verdicts['runs'].sum():,} runs" in said(figure).replace("\n", " ")


def test_effects_stand_in_their_place_against_what_is_claimed(results: Results) -> None:
    figure = drawn(effects, results)
    relative, money = figure.axes
    rows = results.verdicts.iloc[:3]
    ends = markers(relative, "|")[:, 0]
    assert ends == pytest.approx(100.0 * rows[["low", "high"]].to_numpy().ravel())
    means = np.concatenate([markers(relative, marker)[:, 0] for marker in "oX"])
    assert sorted(means) == pytest.approx(sorted(100.0 * rows["effect"]))
    bands = [patch for patch in relative.patches if isinstance(patch, Rectangle)]
    assert bands[0].get_x() == pytest.approx(25.0)
    assert bands[0].get_width() == pytest.approx(60.0)
    assert bands[1].get_x() == pytest.approx(0.0)
    assert bands[1].get_x() + bands[1].get_width() == pytest.approx(relative.get_xlim()[1])
    assert "USD a year" in money.get_xlabel()
    assert "+41.2% [+34.6, +47.9] · ✓ supported · n = 1,284 runs" in said(figure)


def test_an_interval_that_dwarfs_all_others_ends_in_arrows(results: Results) -> None:
    verdicts = results.verdicts.copy()
    verdicts.loc[1, ["low", "high"]] = [-100.0, 100.0]
    axes = drawn(effects, replace(results, verdicts=verdicts)).axes[0]
    low, high = axes.get_xlim()
    assert -300.0 < low < high < 300.0
    assert markers(axes, "<")[:, 0] == pytest.approx([low])
    assert markers(axes, ">")[:, 0] == pytest.approx([high])
    assert len(markers(axes, "|")) == 4


def test_effects_in_percent_share_an_axis_whatever_their_outcomes(results: Results) -> None:
    verdicts = results.verdicts.copy()
    verdicts.loc[[0, 1], "unit"] = ["share", "USD a year"]
    assert len(drawn(effects, replace(results, verdicts=verdicts)).axes) == 2


def test_points_stand_above_where_the_reading_holds_and_below_where_not(results: Results) -> None:
    alone = replace(results, verdicts=results.verdicts.iloc[:1])
    axes = drawn(strip, alone).axes[0]
    points = results.points_of("free-alone")
    low, high = axes.get_xlim()
    highest = []
    for marker, holds in ((str(HOLDS["marker"]), True), (str(FAILS["marker"]), False)):
        effect = 100.0 * points.loc[points["holds"] == holds, "effect"].to_numpy()
        inside = effect[(effect > low) & (effect < high)]
        marks = markers(axes, marker)
        assert sorted(marks[:, 0]) == pytest.approx(sorted(inside), rel=1e-3)
        highest.append((marks[:, 1].min(), marks[:, 1].max()))
    assert highest[0][1] < highest[1][0]  # inches from the top


def test_points_beyond_the_axis_are_arrows(results: Results) -> None:
    far = results.points.copy()
    far.loc[far.index[0], "effect"] = 900.0
    axes = drawn(strip, replace(results, points=far)).axes[0]
    assert axes.get_xlim()[1] < 9000.0
    assert len(markers(axes, ">")) >= 1


def test_what_decides_is_shown_of_the_first_conditional_reading(results: Results) -> None:
    assert deciding_reading(results) == ("paid", ["turnover", "discount_rate"])
    figure = drawn(deciding, results)
    points = results.points_of("paid")
    marks = markers(figure.axes[0], "o")
    assert sorted(marks[:, 0]) == pytest.approx(
        sorted(100.0 * points.loc[points["holds"], "effect"])
    )
    assert sorted(marks[:, 1]) == pytest.approx(sorted(points.loc[points["holds"], "turnover"]))


def test_industries_that_decide_have_a_row_each(results: Results) -> None:
    verdicts = results.verdicts.assign(deciding="base")
    figure = drawn(deciding, replace(results, verdicts=verdicts))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["insurance", "retail_banking", "supermarket", "telecom"]
    marks = markers(figure.axes[0], "o")
    points = results.points_of("paid")
    held = points[points["holds"]].groupby("base").size()
    rows = pd.Series(np.round(marks[:, 1])).value_counts().sort_index()
    assert rows.tolist() == held.sort_index().tolist()


def test_the_map_has_the_mean_of_each_cell(folder: Path) -> None:
    results = read(folder / "cost-ratio")
    figure = drawn(frontier, results)
    mesh = next(c for c in figure.axes[0].collections if isinstance(c, QuadMesh))
    points = results.points_of("map").sort_values(["share", "cost_ratio"])
    values = mesh.get_array()
    assert values is not None
    assert np.ravel(np.ma.getdata(values)) == pytest.approx(100.0 * points["effect"].to_numpy())
    assert deciding(results) is None


def test_factors_that_were_sampled_are_cut_into_bands(results: Results) -> None:
    spec = {**results.spec, "frontier": {"reading": "paid", "x": "turnover", "y": "base"}}
    table = cells(replace(results, spec=spec))
    assert table is not None
    points = results.points_of("paid")
    quarter = np.argsort(np.argsort(points["turnover"])) * 4 // len(points)
    weight = points.groupby([quarter, "base"]).size()
    assert len(table) == len(weight)
    assert float((table["effect"].to_numpy() * weight.to_numpy()).sum()) == pytest.approx(
        float(points["effect"].sum())
    )


def test_a_claim_that_cannot_be_tested_has_no_figure(results: Results) -> None:
    alone = replace(results, verdicts=results.verdicts.iloc[-1:])
    assert [draw(alone) for draw in DRAWINGS] == [None, None, None, None]
