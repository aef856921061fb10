import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from relsim.lab.statistics.intervals import (
    Array,
    bootstrap_interval,
    equivalence,
    holm,
    p_of_no_effect,
    t_interval,
)

# Student's sleep data (1908), extra hours under the second drug less the first.
SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
samples = st.lists(st.integers(-1000, 1000), min_size=2, max_size=30).map(
    lambda whole: np.array(whole) / 8.0
)


def test_students_own_data_give_the_published_numbers() -> None:
    # R: t.test(extra ~ group, data = sleep, paired = TRUE)
    interval = t_interval(SLEEP)
    assert interval.estimate == pytest.approx(1.58)
    assert (interval.low, interval.high) == pytest.approx((0.7001142, 2.4598858))
    assert p_of_no_effect(SLEEP) == pytest.approx(0.00283289)
    assert interval.half_width == pytest.approx((2.4598858 - 0.7001142) / 2)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_the_interval_is_scipys(confidence: float) -> None:
    expected = stats.ttest_1samp(SLEEP, 0.0).confidence_interval(confidence)
    assert t_interval(SLEEP, confidence)[1:] == pytest.approx(tuple(expected))


@given(samples, st.integers(-500, 500), st.sampled_from([0.25, 2.0, 1024.0]))
def test_the_interval_moves_and_grows_with_its_values(
    values: Array, shift: int, scale: float
) -> None:
    before = np.array(t_interval(values))
    after = np.array(t_interval(scale * values + shift))
    assert after == pytest.approx(scale * before + shift, rel=1e-9, abs=1e-9 * scale)


@pytest.mark.parametrize(
    ("values", "estimate", "half"), [([], math.nan, math.nan), ([3.0], 3.0, math.nan)]
)
def test_too_few_values_have_no_interval(values: list[float], estimate: float, half: float) -> None:
    for found in (t_interval(values), bootstrap_interval(values)):
        assert found.estimate == pytest.approx(estimate, nan_ok=True)
        assert found.half_width == pytest.approx(half, nan_ok=True)
    assert math.isnan(p_of_no_effect(values))
    assert math.isnan(equivalence(values, -1.0, 1.0))


@given(st.floats(-1e9, 1e9), st.integers(2, 40))
def test_equal_values_have_an_interval_of_no_width(value: float, n: int) -> None:
    values = np.full(n, value)
    assert t_interval(values) == (value, value, value)
    found = bootstrap_interval(values)
    assert found == pytest.approx((value, value, value))
    assert found.half_width == 0.0
    assert p_of_no_effect(values) == (1.0 if value == 0.0 else 0.0)
    assert equivalence(values, value - 1.0, value + 1.0) == 0.0
    assert equivalence(values, value + 1.0, value + 2.0) == 1.0


def test_equivalence_is_two_one_sided_tests() -> None:
    low, high = 0.5, 2.0
    expected = max(
        stats.ttest_1samp(SLEEP, low, alternative="greater").pvalue,
        stats.ttest_1samp(SLEEP, high, alternative="less").pvalue,
    )
    assert equivalence(SLEEP, low, high) == pytest.approx(expected)


@given(samples, st.integers(1, 200))
def test_equivalence_at_five_per_cent_is_the_ninety_per_cent_interval_inside(
    values: Array, margin: int
) -> None:
    inside = t_interval(values, 0.90)
    p = equivalence(values, -margin, margin)
    if abs(p - 0.05) > 1e-9:
        assert (p < 0.05) == (-margin < inside.low and inside.high < margin)


def test_one_side_of_a_margin_may_be_open() -> None:
    expected = stats.ttest_1samp(SLEEP, 1.0, alternative="greater").pvalue
    assert equivalence(SLEEP, 1.0, math.inf) == pytest.approx(expected)
    assert equivalence(np.ones(3), 1.0, math.inf) == 1.0
    with pytest.raises(ValueError, match="from low to high"):
        equivalence(SLEEP, 2.0, 1.0)


def test_the_bootstrap_is_efrons() -> None:
    # Against a plain BCa: DiCiccio & Efron (1996), equations 2.3 to 6.6.
    values = np.random.default_rng(3).lognormal(size=25)
    n, drawn = values.size, np.random.default_rng(4)
    means = values[drawn.integers(0, n, (40_000, n))].mean(axis=1)
    bias = stats.norm.ppf((means < values.mean()).mean())
    left_out = (values.sum() - values) / (n - 1)
    apart = left_out.mean() - left_out
    acceleration = (apart**3).sum() / (6 * (apart**2).sum() ** 1.5)
    z = bias + stats.norm.ppf([0.025, 0.975])
    levels = stats.norm.cdf(bias + z / (1 - acceleration * z))
    expected = np.quantile(means, levels)
    assert bootstrap_interval(values, resamples=40_000)[1:] == pytest.approx(expected, rel=0.02)


def test_the_bootstrap_follows_its_seed_alone() -> None:
    first, again = (bootstrap_interval(SLEEP, seed=5) for _ in range(2))
    assert first == again
    assert first != bootstrap_interval(SLEEP, seed=6)


def test_the_bootstrap_takes_other_statistics_and_pairs() -> None:
    assert bootstrap_interval(SLEEP, np.median).estimate == np.median(SLEEP)

    def ratio(a: Array, b: Array, axis: int) -> Array:
        quotient: Array = a.mean(axis=axis) / b.mean(axis=axis)
        return quotient

    sides = np.column_stack([2.0 * SLEEP, SLEEP])
    assert bootstrap_interval(sides, ratio) == pytest.approx((2.0, 2.0, 2.0))


def test_the_bootstrap_of_nearly_equal_values_is_there() -> None:
    found = bootstrap_interval([1.0] * 30 + [2.0])
    assert np.isfinite(found).all()
    assert found.low <= found.estimate <= found.high
    # A median that resampling never moves: BCa is not defined.
    assert bootstrap_interval([1.0] * 60 + [2.0], np.median) == (1.0, 1.0, 1.0)


def test_holm_is_as_published() -> None:
    # Holm (1979) as R's p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm").
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm([]).size == 0


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8), st.floats(0.001, 0.5))
def test_holm_rejects_what_stepping_down_rejects(p_values: list[float], level: float) -> None:
    p = np.array(p_values)
    rejected = np.zeros(p.size, dtype=bool)
    for step, place in enumerate(np.argsort(p, kind="stable")):
        if p[place] * (p.size - step) > level:
            break
        rejected[place] = True
    assert ((holm(p) <= level) == rejected).all()


def test_holm_leaves_out_what_was_not_tested() -> None:
    found = holm([0.02, math.nan, 0.03])
    assert found[[0, 2]] == pytest.approx([0.04, 0.04])
    assert math.isnan(found[1])
