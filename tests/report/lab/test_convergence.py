"""How a mean settles: the course, what was asked, and where it stopped."""

import numpy as np
import pytest

from relsim.report.lab.convergence import convergence
from tests.report.conftest import said
from tests.report.lab.conftest import ABOUT, ALONE, PROFIT, settling


def test_mean_interval_precision_and_stop_are_drawn_where_they_are() -> None:
    figure = convergence(settling(100, 2e6), ABOUT, PROFIT, precision=3e5, stopped=45)
    axes = figure.axes[0]
    courses = [np.asarray(line.get_ydata()) for line in axes.lines]
    assert courses[0] == pytest.approx(2.0)
    levels = sorted(course[0] for course in courses[1:] if course[0] == course[-1] and course[0])
    assert levels == pytest.approx([1.7, 2.3])
    assert [45, 45] in [np.asarray(line.get_xdata()).tolist() for line in axes.lines]
    band = axes.collections[0].get_paths()[0].get_extents()
    assert (band.y0, band.y1) == pytest.approx((2.0 - 2.0 / 2**0.5, 2.0 + 2.0 / 2**0.5))
    text = said(figure).replace("\n", " ")
    assert "Asked: ±0.300 million EUR, reached at n = 45." in text
    assert "At the end: ±0.200 million EUR after 100 replications." in text


def test_the_first_intervals_may_leave_the_figure_and_it_is_said() -> None:
    figure = convergence(settling(100, 2e6), ABOUT, PROFIT, precision=2e5)
    low, high = figure.axes[0].get_ylim()
    assert (2.0 - low, high - 2.0) == pytest.approx((0.9, 0.9), rel=0.25)
    text = said(figure)
    assert "reach further than is shown" in text
    assert "never reached" in text


def test_one_replication_has_a_point_and_no_interval() -> None:
    text = said(convergence(settling(1), ALONE, PROFIT, precision=0.1))
    assert "No interval: a single replication" in text
    assert "95% interval" not in text


def test_without_a_precision_only_what_was_reached_is_said() -> None:
    text = said(convergence(settling(4), ABOUT, PROFIT))
    assert "Reached: ±0.500 EUR after 4 replications." in text
    assert "asked" not in text
