"""Sobol's indices: values, intervals and the part of noise."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection

from relsim.report.lab.indices import Noise, indices
from relsim.report.style import drawing
from tests.report.conftest import collisions, said
from tests.report.lab.conftest import ABOUT, PROFIT, screened


def test_indices_and_intervals_stand_at_their_values_and_luck_is_told() -> None:
    table = screened(2).assign(first=[0.5, -0.01], first_low=[0.4, -0.05], first_high=[0.6, 0.03])
    figure = indices(table, ABOUT, PROFIT, noise=Noise(0.034, 0.991, shared=True))
    axes = figure.axes[0]
    points = [
        np.asarray(line.get_xdata()) for line in axes.lines if line.get_marker() in ("o", "D")
    ]
    assert points[0] == pytest.approx([0.5, -0.01])
    assert points[1] == pytest.approx(table["total"].to_numpy())
    lines = [c for c in axes.collections if isinstance(c, LineCollection)]
    assert lines[0].get_segments()[0][:, 0] == pytest.approx([0.4, 0.6])
    text = said(figure)
    for part in (
        "0.500 [0.400, 0.600]",
        "−0.010 [−0.050, 0.030]",
        "Of the variance between points, 3.4% is what",
    ):
        assert part in text
    assert "may fall below 0" in text


def test_without_intervals_and_luck_nothing_is_said_of_them() -> None:
    table = screened(2)[["factor", "first", "total"]]
    text = said(indices(table, ABOUT, PROFIT))
    assert "[none]" in text
    assert "Luck" not in text
    with drawing():
        assert collisions(indices(screened(60), ABOUT, PROFIT)) == []


def test_what_is_said_of_noise_is_of_the_variance_that_is_divided() -> None:
    figure = indices(screened(2), ABOUT, PROFIT, noise=Noise(0.25, 0.5, shared=False))
    assert "Noise: 25% of the variance between points; first-order indices miss it" in said(figure)
    assert "Of a single run's variance it is 50%." in said(figure)
