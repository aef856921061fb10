"""The fan: quantiles of runs by month and arm, how many they are, and events."""

import numpy as np
import pytest

from relsim.report.lab.fan import fan
from relsim.report.style import drawing
from tests.report.conftest import collisions, said
from tests.report.lab.conftest import ABOUT, PROFIT, runs


def test_bands_hold_the_middle_half_and_nine_tenths_of_runs() -> None:
    figure = fan(runs(("One",), 101, 6, size=100.0), ABOUT, PROFIT)
    axes = figure.axes[0]
    wide, narrow = (c.get_paths()[0].get_extents() for c in axes.collections)
    assert (wide.y0, wide.y1) == pytest.approx((5.0, 95.0))
    assert (narrow.y0, narrow.y1) == pytest.approx((25.0, 75.0))
    assert np.asarray(axes.lines[0].get_ydata()) == pytest.approx(50.0)
    assert "n = 101 runs; at the end 50.0 (5.00 to 95.0)" in said(figure)
    assert "bands hold 50% and 90% of runs" in said(figure)
    assert "Fewer than" not in said(figure)


def test_every_arm_has_a_panel_with_the_median_of_the_first_beside_its_own() -> None:
    figure = fan(runs(("One", "Two", "Three"), 5, 6, size=10.0), ABOUT, PROFIT)
    assert len(figure.axes) == 3
    medians = [np.asarray(line.get_ydata())[0] for line in figure.axes[2].lines]
    assert medians[:2] == pytest.approx([5.0, 25.0])
    assert "median of One" in said(figure)
    assert "Fewer than 20 runs, bands are rough: One, Two, Three." in said(figure)


def test_one_run_has_a_line_and_no_band_and_says_so() -> None:
    figure = fan(runs(("One",), 1, 6), ABOUT, PROFIT)
    assert "one run: no band" in said(figure)
    assert "90%" not in said(figure)


def test_events_are_marked_and_an_arm_without_values_is_named() -> None:
    table = runs(("One", "Two"), 3, 24)
    table.loc[table["arm"] == "Two", "profit"] = np.nan
    figure = fan(table, ABOUT, PROFIT, marks=[(12, "price war"), (13, "a rival"), (99, "never")])
    assert "1: price war (month 12), 2: a rival (month 13)." in said(figure)
    assert "No value, no line: Two." in said(figure)
    assert "n = 0 runs" in said(figure)
    with drawing():
        assert collisions(figure) == []


def test_a_table_without_arms_is_one_arm() -> None:
    table = runs(("One",), 3, 1).drop(columns="arm")
    assert len(fan(table, ABOUT, PROFIT).axes) == 1
