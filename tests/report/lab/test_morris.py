"""The screening: factors at their place, names that cover nothing, or stand in the foot."""

import numpy as np
import pytest

from relsim.report.lab.label_places import place
from relsim.report.lab.morris import morris
from relsim.report.style import drawing
from tests.report.conftest import collisions, said
from tests.report.lab.conftest import ABOUT, PROFIT, screened


def test_factors_stand_at_their_means_and_spreads_with_units() -> None:
    table = screened(3, size=1e6).assign(mu_star=[1e6, 2e6, np.nan], sigma=[5e5, 1e5, 0.0])
    figure = morris(table, ABOUT, PROFIT)
    points = next(line for line in figure.axes[0].lines if line.get_marker() == "o")
    assert points.get_xydata() == pytest.approx(np.array([[1.0, 0.5], [2.0, 0.1]]))
    text = said(figure)
    assert "mu* (million EUR)" in text
    assert "sigma (million EUR)" in text
    assert "No value, no point: Word of mouth." in text
    assert "no interval" in text


def test_intervals_of_the_mean_are_drawn() -> None:
    table = screened(3).assign(low=lambda t: t["mu_star"] / 2, high=lambda t: 2 * t["mu_star"])
    assert "95% interval of mu*" in said(morris(table, ABOUT, PROFIT))


@pytest.mark.parametrize("factors", [1, 12, 60])
def test_names_cover_nothing_and_every_factor_is_named(factors: int) -> None:
    table = screened(factors)
    table["factor"] = [f"factor number {k}" for k in range(factors)]
    figure = morris(table, ABOUT, PROFIT)
    text = said(figure).replace("\n", " ")
    assert all(name in text for name in table["factor"])
    with drawing():
        assert collisions(figure) == []


def test_factors_at_one_point_keep_their_names_apart() -> None:
    table = screened(4).assign(mu_star=1.0, sigma=0.5)
    with drawing():
        assert collisions(morris(table, ABOUT, PROFIT)) == []


def test_names_are_placed_inside_off_points_and_off_one_another() -> None:
    rng = np.random.default_rng(3)
    points, sizes = rng.uniform(0.0, 4.0, (30, 2)), np.tile([0.6, 0.15], (30, 1))
    placed = place(points, sizes, (4.0, 4.0), range(30))
    boxes = [
        (np.array(m) - s / 2, np.array(m) + s / 2) for m, s in zip(placed, sizes, strict=True) if m
    ]
    assert len(boxes) > 20
    for k, (low, high) in enumerate(boxes):
        assert np.all(low >= 0.0)
        assert np.all(high <= 4.0)
        assert not np.any(np.all((points > low) & (points < high), axis=1))
        for other_low, other_high in boxes[:k]:
            assert np.any(np.minimum(high, other_high) <= np.maximum(low, other_low))
