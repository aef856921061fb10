"""Roots whose place is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.errors import ComparisonError
from relsim.lab.statistics.goal_seek import solve


def test_the_root_of_the_mean() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.2, 10)
    root = solve(lambda x: np.exp(x) + noise, math.e, 0.0, 3.0)
    assert root.value == pytest.approx(math.log(math.e - noise.mean()), abs=0.005)
    assert root.rises
    assert root.crossings == 1


def test_a_falling_outcome() -> None:
    noise = np.array([-0.3, 0.0, 0.3])
    root = solve(lambda x: 5.0 - 2.0 * x + noise, 1.0, 0.0, 10.0)
    assert root.value == pytest.approx(2.0, abs=0.02)
    assert not root.rises
    half = 4.302653 * 0.3 / math.sqrt(3.0) / 2.0
    assert (root.low, root.high) == pytest.approx((2.0 - half, 2.0 + half), abs=0.02)


def test_the_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(200):
        slope, shift = rng.normal(2.0, 0.3, 8), rng.normal(0.0, 0.5, 8)
        root = solve(lambda x, a=slope, b=shift: a * x + b, 4.0, 0.0, 4.0)  # type: ignore[misc]
        covered += root.low < 2.0 < root.high
    assert 0.92 <= covered / 200 <= 0.985


def test_the_first_of_several_crossings() -> None:
    root = solve(lambda x: [math.sin(x), math.sin(x)], 0.5, 0.0, 9.0)
    assert root.value == pytest.approx(math.pi / 6.0, abs=0.01)
    assert root.crossings == 4


def test_an_interval_may_reach_beyond_the_range() -> None:
    root = solve(lambda x: x + np.array([-5.0, 5.0]), 1.0, 0.0, 2.0)
    assert root.value == pytest.approx(1.0, abs=0.01)
    assert (root.low, root.high) == (-math.inf, math.inf)


def test_one_replication_has_no_interval() -> None:
    root = solve(lambda x: [x], 0.3, 0.0, 1.0)
    assert math.isnan(root.low)
    assert math.isnan(root.high)


def test_without_crossing_it_says_what_it_saw() -> None:
    with pytest.raises(ComparisonError, match="profit: does not cross 9 between 0 and 2: it is 0 "):
        solve(lambda x: [x], 9.0, 0.0, 2.0, "profit")
    with pytest.raises(ComparisonError, match="given 2 1, allowed: the lower one first"):
        solve(lambda x: [x], 9.0, 2.0, 1.0)
    with pytest.raises(ComparisonError, match="is not a number at 0"):
        solve(lambda x: [math.nan], 9.0, 0.0, 1.0)


@given(st.integers(-320, 320), st.booleans())
def test_of_whole_numbers_the_first_that_reaches_the_goal_is_found(k: int, rises: bool) -> None:
    root, way = k / 8.0, 1.0 if rises else -1.0
    noise = np.array([-0.125, 0.0, 0.125])
    found = solve(lambda x: way * (x - root) + noise, 0.0, -50, 50, whole=True)
    assert found.value == math.ceil(root)
    assert (found.rises, found.crossings) == (rises, 1)
    assert found.low < found.value <= found.high <= found.low + 2.0
    assert all(seen.x.is_integer() for seen in found.seen)


@pytest.mark.parametrize("way", [1.0, -1.0])
@pytest.mark.parametrize("goal", [0, 100])
@pytest.mark.parametrize("whole", [True, False])
def test_a_goal_that_is_met_at_an_end_is_found(way: float, goal: int, whole: bool) -> None:
    found = solve(lambda x: [way * (x - goal)] * 3, 0.0, 0, 100, whole=whole)
    assert found.value == goal


def test_of_a_plateau_on_the_goal_the_first_is_found() -> None:
    found = solve(lambda x: [min(max(x, 41.0) - 41.0, 19.0) // 19.0] * 2, 1.0, 0, 100, whole=True)
    assert found.value == 60
    found = solve(lambda x: [float(x >= 41) + float(x > 60)] * 2, 1.0, 0, 100, whole=True)
    assert (found.value, found.crossings) == (41, 1)


def test_whole_numbers_lie_within_the_range_that_was_given() -> None:
    found = solve(lambda x: [x - 3.0] * 2, 0.0, 0.4, 9.6, whole=True)
    assert (found.seen[0].x, found.seen[-1].x) == (1.0, 9.0)
    with pytest.raises(ComparisonError, match=r"given 5.1 5.9, allowed: two whole numbers"):
        solve(lambda x: [x], 5.5, 5.1, 5.9, whole=True)
