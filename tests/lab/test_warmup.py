import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.lab.statistics.warmup import mser5


def _ar1(months: int, level: float, fade: float, seed: int, phi: float = 0.5) -> np.ndarray:
    """Return a stationary AR(1) of unit innovations on a transient that fades exponentially."""
    noise = np.random.default_rng(seed).normal(size=months)
    series = np.empty(months)
    series[0] = noise[0] / np.sqrt(1.0 - phi**2)
    for month in range(1, months):
        series[month] = phi * series[month - 1] + noise[month]
    return series + level * np.exp(-np.arange(months) / fade)


def _direct(series: np.ndarray) -> int:
    """Return the cut by the definition, batch by batch."""
    batches = series[: len(series) // 5 * 5].reshape(-1, 5).mean(axis=1)
    n = len(batches)
    statistic = [
        ((b := batches[d:]) - b.mean()) @ (b - b.mean()) / (n - d) ** 2 for d in range(n - 5)
    ]
    return 5 * int(np.argmin(statistic))


def test_the_cut_is_that_of_the_definition() -> None:
    for seed in range(200):
        series = _ar1(243, 4.0, 25.0, seed, phi=0.8)
        assert mser5(series).months == _direct(series)


@pytest.mark.parametrize(("batches", "found"), [(0, True), (9, True), (10, True), (11, False)])
def test_a_cut_in_the_second_half_is_none(batches: int, found: bool) -> None:
    series = np.append(np.full(5 * batches, 9.0), np.full(100 - 5 * batches, 1.0))
    assert mser5(series) == (5 * batches, found)


def test_a_transient_is_cut_where_it_has_faded() -> None:
    cuts = [mser5(_ar1(400, 20.0, 15.0, seed)) for seed in range(40)]
    assert np.mean([cut.found for cut in cuts]) > 0.9
    # What is left of 20 after the cut is about as large as the noise of a batch (0.8).
    rest = 20.0 * np.exp(-np.median([cut.months for cut in cuts]) / 15.0)
    assert 0.1 < rest < 1.6


def test_cutting_brings_the_mean_home() -> None:
    before: list[float] = []
    after: list[float] = []
    for seed in range(40):
        series = _ar1(400, 20.0, 15.0, seed)
        before.append(series.mean())
        after.append(series[mser5(series).months :].mean())
    assert np.mean(before) > 0.7
    assert abs(np.mean(after)) < 0.1


def test_a_series_at_rest_is_hardly_cut() -> None:
    cuts = [mser5(_ar1(400, 0.0, 1.0, seed)) for seed in range(40)]
    assert np.median([cut.months for cut in cuts]) <= 20
    assert np.mean([cut.found for cut in cuts]) > 0.9


def test_a_trend_has_no_steady_state() -> None:
    assert not mser5(np.arange(240.0)).found
    assert not mser5(1.01 ** np.arange(240.0)).found


def test_a_constant_series_needs_no_cut_and_a_short_one_tells_nothing() -> None:
    assert mser5(np.full(100, 0.1)) == (0, True)
    assert mser5(np.ones(99)) == (0, False)
    assert mser5([]) == (0, False)


@given(st.integers(0, 50), st.sampled_from([-4.0, 0.5, 1024.0]), st.integers(-1000, 1000))
def test_units_and_origin_do_not_matter(seed: int, scale: float, shift: int) -> None:
    series = np.round(_ar1(120, 8.0, 10.0, seed), 6)
    assert mser5(scale * series + shift) == mser5(series)
