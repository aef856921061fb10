"""Effects by point, and the interval of their mean."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from relsim.claims.scope import Pairs, crossed_interval, measured, pairs
from relsim.errors import OutputError
from relsim.lab.statistics.effects import paired


def table(t: np.ndarray, c: np.ndarray) -> pd.DataFrame:
    """Return the runs of two arms, values by point and replication, in no order."""
    rows = [
        {"point": p, "replication": r, "arm": arm, "profit": values[p, r]}
        for arm, values in (("keep", t), ("win", c))
        for p, r in np.ndindex(*values.shape)
    ]
    return pd.DataFrame(rows).sample(frac=1.0, random_state=1)


def test_pairs_are_those_whose_sides_are_both_there() -> None:
    t, c = np.array([[1.0, 2.0], [3.0, math.nan]]), np.array([[5.0, math.nan], [7.0, 8.0]])
    found = pairs(table(t, c), "profit", "keep", "win")
    np.testing.assert_array_equal(found.treatment, [[1.0, math.nan], [3.0, math.nan]])
    np.testing.assert_array_equal(found.control, [[5.0, math.nan], [7.0, math.nan]])
    assert found.lost == 0


def test_points_without_a_pair_are_counted_and_left_out() -> None:
    t, c = np.array([[1.0, 2.0], [math.nan, math.inf]]), np.ones((2, 2))
    found = pairs(table(t, c), "profit", "keep", "win")
    assert found.points.tolist() == [0]
    assert found.lost == 1
    with pytest.raises(OutputError, match="no pair of runs is whole"):
        pairs(table(t * math.nan, c), "profit", "keep", "win")


def test_measures() -> None:
    t, c = np.array([[12.0, 14.0]]), np.array([[10.0, 12.0]])
    found = pairs(table(t, c), "profit", "keep", "win")
    assert measured(found, "difference").tolist() == [[2.0, 2.0]]
    assert measured(found, "relative").mean() == pytest.approx(13.0 / 11.0 - 1.0)
    alone = pairs(table(t, c), "profit", "keep", None)
    assert measured(alone, "value").tolist() == t.tolist()


def test_a_smaller_loss_is_a_better_result() -> None:
    found = Pairs(np.array([0]), np.array([[-5.0]]), np.array([[-10.0]]), 0)
    assert measured(found, "relative").tolist() == [[0.5]]


def test_the_scatter_of_a_relative_effect_is_that_of_fieller() -> None:
    """Beside the interval that the lab has for one point: another way to the same."""
    rng = np.random.default_rng(5)
    c = rng.normal(100.0, 4.0, 400)
    t = 1.1 * c + rng.normal(0.0, 2.0, 400)
    found = Pairs(np.array([0]), t[None, :], c[None, :], 0)
    values = measured(found, "relative")[0]
    half = 1.96 * values.std(ddof=1) / 20.0
    other = paired(t, c).relative
    assert values.mean() == pytest.approx(other.estimate)
    assert half == pytest.approx(other.half_width, rel=0.02)


def test_points_alone_have_students_interval() -> None:
    x = np.array([1.0, 2.0, 4.0, 8.0])
    found = crossed_interval(x[:, None], np.arange(4), 0.9, common=True)
    low, high = stats.t.interval(0.9, 3, loc=x.mean(), scale=stats.sem(x))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_points_that_are_no_sample_have_the_interval_of_their_noise() -> None:
    values = np.array([[1.0, 2.0, 4.0], [11.0, 12.0, 14.0]])
    found = crossed_interval(values, np.zeros(2, dtype=np.int64), 0.95, common=True)
    low, high = stats.t.interval(0.95, 2, loc=22.0 / 3.0, scale=stats.sem([6.0, 7.0, 9.0]))
    assert (found.low, found.high) == pytest.approx((low, high))


def test_points_of_one_sample_count_once() -> None:
    once = np.array([[1.0], [2.0], [6.0]])
    twice = np.repeat(once, 2, axis=0)
    one = crossed_interval(once, np.arange(3), 0.95, common=True)
    two = crossed_interval(twice, np.repeat(np.arange(3), 2), 0.95, common=True)
    assert one == pytest.approx(two)


@pytest.mark.parametrize("noise", [0.0, 0.3, 2.0])
def test_the_interval_covers_the_truth(noise: float) -> None:
    """Points and replications are drawn anew 600 times; the noise of one moves all points."""
    rng = np.random.default_rng(3)
    covered = alone = 0
    for _ in range(600):
        values = (
            rng.normal(1.0, 1.0, (16, 1))
            + noise * rng.normal(0.0, 1.0, (1, 6))
            + rng.normal(0.0, 0.5, (16, 6))
        )
        found = crossed_interval(values, np.arange(16), 0.95, common=True)
        naive = crossed_interval(values, np.arange(16), 0.95, common=False)
        covered += found.low < 1.0 < found.high
        alone += naive.low < 1.0 < naive.high
    assert 0.93 <= covered / 600 <= 0.985
    # What it is for: without it, noise that all points share would be overlooked.
    assert noise < 1.0 or alone / 600 < 0.6


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_the_interval_of_markets_with_samples_of_their_own(noise: float) -> None:
    """Four markets that differ for good, three samples each: only these are drawn anew."""
    rng = np.random.default_rng(4)
    markets = np.repeat(np.arange(4), 3)
    widths, covered = [], 0
    for _ in range(600):
        values = (
            10.0 * markets[:, None]
            + rng.normal(1.0, 1.0, (12, 1))
            + noise * rng.normal(0.0, 1.0, (1, 5))
            + rng.normal(0.0, 0.5, (12, 5))
        )
        found = crossed_interval(values, np.arange(12), 0.95, common=True, strata=markets)
        covered += found.low < 16.0 < found.high
        widths.append(found.half_width)
    assert 0.93 <= covered / 600 <= 0.985
    assert np.mean(widths) < 2.0  # were markets chance, it would be about 7


def test_strata_with_one_unit_each_tell_nothing_of_what_was_drawn() -> None:
    found = crossed_interval(
        np.arange(6.0).reshape(3, 2), np.arange(3), 0.95, common=True, strata=np.arange(3)
    )
    assert math.isnan(found.low)


def test_nothing_that_differs_has_no_width() -> None:
    found = crossed_interval(np.zeros((5, 3)), np.arange(5), 0.95, common=True)
    assert found == (0.0, 0.0, 0.0)
