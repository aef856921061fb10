"""Purchases: Poisson counts against scipy's, and what trust adds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from relsim.customers.rules import purchase

share = st.floats(0.0, 1.0)
chance = st.floats(1e-9, 1.0 - 1e-9)  # a uniform draw


@pytest.mark.parametrize("mean", [0.0, 0.01, 0.5, 1.0, 3.7, 20.0, 150.0, 499.0])
def test_poisson_counts_are_those_of_scipy(mean: float) -> None:
    u = np.concatenate([(np.arange(500) + 0.5) / 500, [2.0**-33, 1 - 2.0**-33, 1e-6, 1 - 1e-6]])
    counts = [purchase.poisson(x, mean) for x in u]
    np.testing.assert_array_equal(counts, stats.poisson.ppf(u, mean))


@pytest.mark.parametrize("mean", [0.3, 2.0, 12.0])
def test_poisson_counts_have_mean_and_variance_alike(mean: float) -> None:
    u = (np.arange(50_000) + 0.5) / 50_000
    counts = np.array([purchase.poisson(x, mean) for x in u])
    assert counts.mean() == pytest.approx(mean, rel=1e-3)
    assert counts.var() == pytest.approx(mean, rel=2e-3)


def test_gamma_rates_make_negative_binomial_counts() -> None:
    shape, mean = 1.5, 2.0
    u = (np.arange(300) + 0.5) / 300
    rates = stats.gamma.ppf(u, shape, scale=mean / shape)
    counts = np.array([[purchase.poisson(x, rate) for x in u] for rate in rates]).ravel()
    expected = stats.nbinom.pmf(np.arange(6), shape, shape / (shape + mean))
    np.testing.assert_allclose(np.bincount(counts)[:6] / counts.size, expected, atol=3e-3)


@given(chance, st.floats(0.0, 60.0), st.floats(0.0, 10.0), chance)
def test_poisson_counts_rise_with_mean_and_draw(
    u: float, mean: float, more: float, other: float
) -> None:
    assert purchase.poisson(u, mean) <= purchase.poisson(u, mean + more)
    assert purchase.poisson(min(u, other), mean) <= purchase.poisson(max(u, other), mean)


def test_poisson_means_are_cut_at_five_hundred() -> None:
    for u in (2.0**-33, 0.5, 1 - 2.0**-33):
        assert purchase.poisson(u, 1e6) == purchase.poisson(u, 500.0) == stats.poisson.ppf(u, 500.0)


@given(st.floats(0.0, 2.0), st.floats(0.0, 3.0), share)
def test_without_trust_nothing_grows_and_nothing_more_is_paid(
    rate: float, potential: float, trust: float
) -> None:
    assert purchase.growth_share(rate, potential, 0.0) == 0.0
    assert purchase.cross_sale_chance(rate, 0.0) == 0.0
    assert purchase.price_premium(rate, 0.0) == 0.0
    assert 0.0 <= purchase.cross_sale_chance(rate, trust) <= rate
    assert 0.0 <= purchase.price_premium(rate, trust) <= rate
    assert 0.0 <= purchase.growth_share(rate, potential, trust) <= rate * potential
