"""The forest of effects: numbers as given, units of each outcome, claims and second intervals."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from relsim.report.lab.forest import forest
from relsim.report.style import drawing
from tests.report.conftest import collisions, said
from tests.report.lab.conftest import ABOUT, effects


def test_numbers_intervals_and_pairs_stand_beside_the_rows_in_short_units() -> None:
    table = effects(1).assign(difference=[2.5e6, 1.25], low=[1e6, -0.5], high=[4e6, 3.0], n=20)
    table = table.assign(relative=[12.0, np.nan], relative_low=[8.0, np.nan], relative_high=16.0)
    text = said(forest(table, ABOUT))
    for part in (
        "Profit (million EUR a month)", "+2.50 [+1.00, +4.00]", "+12.0 [+8.0, +16.0]",
        "Defection (points)", "+1.25 [−0.50, +3.00]", "n = 20", "Difference [95%]",
    ):  # fmt: skip
        assert part in text


def test_points_and_intervals_stand_at_their_values_and_are_open_where_they_include_zero() -> None:
    table = effects(1).assign(difference=[2.0, 1.0], low=[1.0, -1.0], high=[3.0, 3.0])
    sure, unsure = forest(table, ABOUT).axes
    for axes, low, middle, face in ((sure, 1.0, 2.0, "#0072B2"), (unsure, -1.0, 1.0, "white")):
        drawn = [np.asarray(line.get_xdata()).tolist() for line in axes.lines]
        assert [low, 3.0] in drawn
        points = [line for line in axes.lines if line.get_marker() == "o"]
        assert np.asarray(points[0].get_xdata()).tolist() == [middle]
        assert points[0].get_markerfacecolor() == face


def test_claims_are_shaded_and_said_and_a_second_interval_is_drawn() -> None:
    table = effects(2, band_low=[0.25, np.nan, np.nan, np.nan], band_high=0.85)
    table = table.assign(bootstrap_low=table["low"] - 0.5, bootstrap_high=table["high"] + 0.5)
    figure = forest(table, ABOUT)
    bands = [
        (patch.get_x(), patch.get_width())
        for patch in figure.axes[0].patches
        if isinstance(patch, Rectangle)
    ]
    assert bands == [pytest.approx((0.25, 0.6))]
    assert "claimed: 0.250 to 0.850" in said(figure)
    assert "bootstrap interval" in said(figure)
    ends = [np.asarray(line.get_xdata()).tolist() for line in figure.axes[0].lines]
    assert table[["bootstrap_low", "bootstrap_high"]].to_numpy().tolist()[0] in ends
    assert "bootstrap" not in said(forest(effects(), ABOUT))


def test_an_effect_of_one_pair_has_a_cross_and_no_interval() -> None:
    table = effects(1).iloc[:1].assign(difference=2.0, low=np.nan, high=np.nan, n=1)
    figure = forest(table, ABOUT)
    assert "+2.00 [none]" in said(figure)
    assert "Cross: no interval" in said(figure)
    assert "x" in [line.get_marker() for line in figure.axes[0].lines]


def test_rows_keep_their_order_from_above() -> None:
    figure = forest(effects(4), ABOUT)
    low, high = figure.axes[0].get_ylim()
    assert low > high
    heights = {t.get_text(): t.get_position()[1] for t in figure.axes[0].texts}
    assert heights["Switching cost: level 0"] < heights["Failure rate"]


@pytest.mark.parametrize("size", [0.0, 1e-9, 1e12])
def test_zero_width_tiny_and_huge_effects_can_be_drawn(size: float) -> None:
    table = effects(40, size)
    table["low"] = table["high"] = table["difference"]
    with drawing():
        assert collisions(forest(table, ABOUT)) == []
