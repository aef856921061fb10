"""Response curves: values, bands and labels of every level."""

import numpy as np
import pytest

from relsim.report.lab.about import Quantity
from relsim.report.lab.response import response
from relsim.report.style import drawing
from tests.report.conftest import collisions, said
from tests.report.lab.conftest import ABOUT, PROFIT, grid

X, BY = Quantity("x", "Budget", "%"), Quantity("y", "Cost", "money")


def test_curves_and_bands_stand_at_their_values_and_are_labelled_with_the_last() -> None:
    table = grid(3, 2, size=2e6)
    table["low"], table["high"] = table["profit"] - 5e5, table["profit"] + 5e5
    figure = response(table.sample(frac=1.0, random_state=1).sort_values("y"), ABOUT, X, PROFIT, BY)
    axes = figure.axes[0]
    assert np.asarray(axes.lines[0].get_xdata()).tolist() == [0.0, 0.5, 1.0]
    assert np.asarray(axes.lines[0].get_ydata()) == pytest.approx([-2.0, -1.0, 0.0])
    band = axes.collections[0].get_paths()[0].get_extents()
    assert (band.y0, band.y1) == pytest.approx((-2.5, 0.5))
    text = said(figure)
    assert "1: 2.00" in text
    assert "Bands: 95% intervals." in text
    assert "Cost (EUR)" in text


def test_without_intervals_there_is_no_band_and_it_is_said() -> None:
    text = said(response(grid(), ABOUT, X, PROFIT))
    assert "No interval: a single replication" in text
    assert "Bands" not in text


def test_a_level_without_values_is_named() -> None:
    table = grid(4, 2)
    table.loc[table["y"] == 1.0, "profit"] = np.nan
    assert "No value, no curve: 1." in said(response(table, ABOUT, X, PROFIT, BY))


def test_many_curves_find_room_for_their_labels() -> None:
    with drawing():
        assert collisions(response(grid(3, 30), ABOUT, X, PROFIT, BY)) == []
