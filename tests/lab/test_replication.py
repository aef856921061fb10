import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from relsim.lab.runs.replication import Rule, needed
from relsim.lab.statistics.intervals import t_interval

values_list = st.lists(st.integers(-400, 400), max_size=60).map(lambda x: np.array(x) / 16.0)


def _live(rule: Rule, path: np.ndarray) -> int:
    """Return how many of a path's replications a rule lives, as a lab would ask for them."""
    size = rule.next_size([])
    while size is not None:
        at, size = size, rule.next_size(path[:size])
    return at


def _covered(rule: Rule, paths: np.ndarray, truth: float) -> float:
    intervals = (t_interval(path[: _live(rule, path)]) for path in paths)
    return float(np.mean([low <= truth <= high for _, low, high in intervals]))


def test_intervals_of_stopped_replications_keep_their_coverage() -> None:
    noise = np.random.default_rng(10)
    for paths in (
        noise.normal(size=(1500, 200)),
        noise.standard_t(3, (1500, 200)) / math.sqrt(3.0),
    ):
        # 36 replications would do if the variance were known.
        covered = _covered(Rule(maximum=200, absolute=1.96 / 6.0), paths, 0.0)
        assert 0.935 <= covered <= 0.97


def test_a_small_minimum_is_what_spoils_coverage() -> None:
    paths = np.random.default_rng(11).normal(size=(1000, 60))
    hasty = _covered(Rule(3, 60, 3, absolute=1.96 / 4.0), paths, 0.0)
    assert hasty < 0.925


def test_relative_precision_keeps_its_coverage_too() -> None:
    paths = np.random.default_rng(12).normal(5.0, 3.0, size=(1000, 300))
    rule = Rule(maximum=300, relative=0.15)
    assert 0.93 <= _covered(rule, paths, 5.0) <= 0.97
    sizes = [_live(rule, path) for path in paths[:200]]
    # 61.5 if mean and variance were known, two for Student's t, half a round of ten.
    assert np.mean(sizes) == pytest.approx((1.96 * 3.0 / 0.75) ** 2 + 7.0, rel=0.06)


@given(values_list, st.integers(2, 12), st.integers(1, 7), st.floats(0.5, 30.0))
def test_a_decision_is_the_textbooks(
    values: np.ndarray, minimum: int, round_size: int, width: float
) -> None:
    rule = Rule(minimum, 40, round_size, absolute=width)
    stops = [*range(minimum, 40, round_size), 40]
    expected: int | None = None
    for stop in stops:
        if stop > len(values):
            expected = stop
            break
        if t_interval(values[:stop]).half_width <= width:
            break
    assert rule.next_size(values) == expected


@given(values_list, st.integers(0, 60))
def test_what_an_unfinished_round_holds_does_not_matter(values: np.ndarray, extra: int) -> None:
    rule = Rule(10, 60, 10, absolute=4.0)
    whole = values[: len(values) // 10 * 10]
    asked = rule.next_size(whole)
    if asked is not None and len(whole) < 60:
        unfinished = np.append(whole, np.full(min(extra, 9), 1e6))
        assert rule.next_size(unfinished) == asked


def test_failed_replications_count_but_are_not_judged() -> None:
    values = [1.0, 1.1, math.nan, 0.9, 1.0]
    assert Rule(5, 20, 5, absolute=0.2).next_size(values) is None
    assert Rule(5, 20, 5, absolute=1e-3).next_size(values) == 10
    assert Rule(5, 20, 5, absolute=0.2).next_size([math.nan] * 5) == 10
    assert Rule(5, 10, 5, absolute=0.2).next_size([math.nan] * 10) is None


def test_either_precision_is_enough_and_none_is_a_fixed_number() -> None:
    values = [99.0, 100.0, 101.0, 100.0]
    assert Rule(4, 20, 4, absolute=0.1).next_size(values) == 8
    assert Rule(4, 20, 4, relative=0.05).next_size(values) is None
    assert Rule(4, 20, 4, absolute=0.1, relative=0.05).next_size(values) is None
    assert Rule(4, 20, 4).next_size(values[:3]) == 4
    assert Rule(4, 20, 4).next_size(values) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"minimum": 1}, "minimum: given 1"),
        ({"maximum": 20}, "maximum: given 20, allowed: 30 or more"),
        ({"round_size": 0}, "round_size: given 0"),
        ({"confidence": 95.0}, "confidence: given 95.0"),
        ({"absolute": 0.0}, "absolute: given 0.0, allowed: above 0"),
        ({"relative": -1.0}, "relative: given -1.0"),
    ],
)
def test_rules_out_of_bounds_are_refused(changes: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Rule(**changes)  # type: ignore[arg-type]  # wrong on purpose


@given(values_list.filter(lambda x: len(x) > 1 and np.ptp(x) > 0.0), st.floats(0.5, 50.0))
def test_needed_is_the_least_that_does(values: np.ndarray, width: float) -> None:
    size = needed(values, absolute=width)
    assert size is not None

    def half(n: int) -> float:
        return float(stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / math.sqrt(n))

    assert half(size) <= width * (1 + 1e-9)
    assert size == 2 or half(size - 1) > width * (1 - 1e-9)


def test_needed_is_relative_to_the_mean_where_asked() -> None:
    values = np.array([8.0, 12.0, 9.0, 11.0, 10.0])
    assert needed(values, relative=0.02) == needed(values, absolute=0.2)
    assert needed([5.0, 5.0], absolute=1e-9) == 2


@pytest.mark.parametrize("values", [[], [1.0], [1.0, math.nan]])
def test_what_nobody_can_say_is_not_said(values: list[float]) -> None:
    assert needed(values, absolute=1.0) is None
    assert needed([-1.0, 1.0], relative=0.1) is None
    assert needed([-1.0, 1.0]) is None
    assert needed([-1e9, 1e9], absolute=1e-9) is None


def test_precision_may_be_relative_to_a_base() -> None:
    noise = np.random.default_rng(13)
    base = noise.normal(100.0, 5.0, 40)
    apart = noise.normal(0.0, 1.0, 40)
    rule = Rule(10, 40, 10, relative=0.005)
    halves = [t_interval(apart[:n]).half_width / base[:n].mean() for n in (10, 20, 30, 40)]
    expected = next(n for n, half in zip((10, 20, 30, 40), halves, strict=True) if half <= 0.005)
    assert expected > 10
    assert rule.next_size(apart[:expected], base[:expected]) is None
    assert rule.next_size(apart[: expected - 10], base[: expected - 10]) == expected
    assert needed(apart, relative=0.005, base=base) == needed(apart, absolute=0.005 * base.mean())
    assert rule.next_size(apart[:10]) == 20
    with pytest.raises(ValueError, match="40 values, 39 of the base"):
        rule.next_size(apart, base[:39])
    base[0] = math.nan
    assert needed(apart, relative=0.005, base=base) == needed(
        apart[1:], absolute=0.005 * base[1:].mean()
    )
