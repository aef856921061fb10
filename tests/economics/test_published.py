"""Closed forms against published numbers, identities, and small simulations of their processes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from relsim.economics import diffusion, gains, repeat_buying, response, survival, switching
from relsim.economics.repeat_buying import CDNOW

REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]
"""Per cent of a cohort left by year: Fader & Hardie (2007)."""

CHANCE = st.floats(0.05, 0.95)
SHAPE = st.floats(0.2, 5.0)


def test_survival_of_the_published_cohort() -> None:
    alpha, beta = survival.fit(REGULAR[:8])
    assert (alpha, beta) == pytest.approx((0.704, 1.182), abs=5e-4)
    forecast = 100 * survival.survival(range(13), alpha, beta)
    assert forecast[12] == pytest.approx(17.0, abs=0.05)
    assert np.abs(forecast - REGULAR).max() < 0.8


@given(SHAPE, SHAPE)
def test_survival_is_the_product_of_retention(alpha: float, beta: float) -> None:
    product = np.cumprod(survival.retention(range(1, 30), alpha, beta))
    np.testing.assert_allclose(product, survival.survival(range(1, 30), alpha, beta), rtol=1e-9)


@given(st.floats(0.05, 0.5), SHAPE, SHAPE)
def test_beta_geometric_value_is_its_sum(rate: float, alpha: float, beta: float) -> None:
    t = np.arange(3000)
    total = (survival.survival(t, alpha, beta) * np.exp(-t * np.log1p(rate))).sum()
    assert survival.lifetime_value(2.0, rate, alpha, beta) == pytest.approx(2 * total, rel=1e-6)


def bg_nbd_process(weeks: float, size: int) -> np.ndarray:
    r, alpha, a, b = CDNOW
    random = np.random.default_rng(5)
    counts = random.poisson(random.gamma(r, 1 / alpha, size) * weeks)
    dropout = random.beta(a, b, size)
    return np.minimum(counts, random.geometric(np.maximum(dropout, 1e-12)))


@pytest.mark.parametrize("weeks", [5.0, 39.0])
def test_bg_nbd_against_its_own_process(weeks: float) -> None:
    size = 400_000
    counts = bg_nbd_process(weeks, size)
    error = counts.std() / np.sqrt(size)
    assert abs(counts.mean() - repeat_buying.bg_nbd_mean(weeks, *CDNOW)) < 4 * error
    chances = repeat_buying.bg_nbd_counts(range(6), weeks, *CDNOW)
    seen = np.array([(counts == k).mean() for k in range(6)])
    assert (np.abs(seen - chances) < 4 * np.sqrt(chances * (1 - chances) / size)).all()


@pytest.mark.parametrize("weeks", [0.5, 5.0, 39.0])
def test_the_share_active_is_that_of_all_counts(weeks: float) -> None:
    r, alpha, a, b = CDNOW
    x = np.arange(3000)
    kept = np.exp(special.betaln(a, b + x) - special.betaln(a, b))
    bought = stats.nbinom.pmf(x, r, alpha / (alpha + weeks))
    active = float(repeat_buying.bg_nbd_active(weeks, *CDNOW))
    assert active == pytest.approx((kept * bought).sum(), rel=1e-6)


@pytest.mark.parametrize("weeks", [1.0, 39.0])
def test_the_mean_of_bg_nbd_counts(weeks: float) -> None:
    counts = np.arange(3000)
    chances = repeat_buying.bg_nbd_counts(counts, weeks, *CDNOW)
    assert chances.sum() == pytest.approx(1.0, abs=1e-6)
    mean = float(repeat_buying.bg_nbd_mean(weeks, *CDNOW))
    assert (counts * chances).sum() == pytest.approx(mean, rel=1e-4)


def test_who_has_not_bought_for_long_is_likely_gone() -> None:
    recent, old = (repeat_buying.bg_nbd_alive(4, last, 39.0, *CDNOW) for last in (38.0, 10.0))
    assert recent > 0.7
    assert old < 0.2


def test_the_fit_of_counts_finds_what_made_them() -> None:
    random = np.random.default_rng(2)
    counts = random.poisson(random.gamma(0.8, 2.0 / 0.8, 100_000))
    assert repeat_buying.fit_gamma_poisson(counts) == pytest.approx((0.8, 2.0), rel=0.03)


def test_bass_at_its_peak() -> None:
    p, q = 0.03, 0.38
    t = np.linspace(0, 30, 300_001)
    adoptions = np.gradient(diffusion.bass(t, p, q), t)
    assert t[adoptions.argmax()] == pytest.approx(diffusion.peak_time(p, q), abs=1e-3)
    assert diffusion.peak_time(p, q) == pytest.approx(6.19, abs=0.005)
    grown = (1 - np.exp(-(p + q) * t)) / (1 + q / p * np.exp(-(p + q) * t))
    np.testing.assert_allclose(diffusion.bass(t, p, q), grown, atol=1e-12)


@given(st.floats(0.001, 0.1), st.floats(0.0, 0.6), st.floats(0.0, 0.4))
def test_diffusion_solves_its_equation(p: float, q: float, d: float) -> None:
    t, step = np.linspace(0.5, 40, 80), 1e-4
    n = diffusion.with_attrition(t, p, q, d)
    ahead, behind = (diffusion.with_attrition(t + s, p, q, d) for s in (step, -step))
    slope = p * (1 - n) + q * (1 - d) * n * (1 - n) - d * n
    np.testing.assert_allclose((ahead - behind) / (2 * step), slope, atol=1e-7)
    assert diffusion.with_attrition([1e6], p, q, d)[0] == pytest.approx(
        diffusion.saturation(p, q, d), rel=1e-6
    )


@given(CHANCE, st.lists(st.floats(-3, 3), min_size=2, max_size=5))
def test_who_reconsiders_ends_where_choice_leads(hazard: float, utilities: list[float]) -> None:
    chances = switching.logit(utilities)
    chain = switching.matrix(hazard, chances)
    np.testing.assert_allclose(switching.stationary(chain), chances, atol=1e-9)
    late = switching.shares(np.eye(chances.size)[0], chain, 600)[-1]
    np.testing.assert_allclose(late, chances, atol=1e-9)


@given(CHANCE, st.floats(0.01, 0.3))
def test_the_chain_of_one_brand_is_constant_retention(retention: float, rate: float) -> None:
    chain = np.array([[retention, 1 - retention], [0.0, 1.0]])
    value = switching.lifetime_values(chain, [1.0, 0.0], rate)[0, 0]
    assert value == pytest.approx(float(gains.after_first_value(retention, 1.0, rate)))


@given(st.floats(50, 5000), CHANCE, st.floats(0.01, 0.5))
def test_at_the_optimum_a_customer_costs_its_value(value: float, top: float, rate: float) -> None:
    spend = response.acquisition_optimum(value, top, rate)
    if spend > 0.0:
        assert 1 / (top * rate * np.exp(-rate * spend)) == pytest.approx(value, rel=1e-6)
    else:
        assert top * rate * value <= 1.0 + 1e-9


@given(st.floats(50, 500), st.floats(0.05, 0.3), CHANCE, st.floats(0.02, 0.5))
def test_at_the_optimum_keeping_costs_what_a_customer_is_worth(
    margin: float, discount: float, ceiling: float, rate: float
) -> None:
    spend = response.retention_optimum(margin, discount, ceiling, rate)
    if spend > 1e-3:
        slope = ceiling * rate * np.exp(-rate * spend)
        later = float(response.retained_value(spend, margin, discount, ceiling, rate))
        assert 1 / slope == pytest.approx(margin + later, rel=1e-3)


def test_an_effect_above_its_ceiling_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 to below its ceiling"):
        response.calibrate(10.0, 0.5, 0.4)


@pytest.mark.parametrize("retention", [0.7, 0.8, 0.85, 0.9, 0.95])
def test_elasticity_is_duration_and_slope(retention: float) -> None:
    here = float(gains.elasticity(retention, 0.12))
    assert gains.duration(retention, 0.12) == pytest.approx(here, rel=1e-9)
    step = 1e-6
    up, down = (
        float(gains.after_first_value(retention * (1 + s), 1.0, 0.12)) for s in (step, -step)
    )
    assert np.log(up / down) / (2 * step) == pytest.approx(here, rel=1e-6)


def test_five_points_on_the_quoted_curve() -> None:
    """+44-48% from 20 to 15% churn, +54-56% to 10%, +74-76% to 5%; of a part, 5-8%."""

    def value(defection: float) -> float:
        return gains.fixed_life_value(gains.CREDIT_CARD, 1 / defection, 0.055, 51.0)

    steps = [value(d - 0.05) / value(d) - 1 for d in (0.20, 0.15, 0.10)]
    assert steps == pytest.approx([0.46, 0.55, 0.75], abs=0.021)
    parts = [value(0.95 * d) / value(d) - 1 for d in (0.20, 0.15, 0.10)]
    assert all(0.04 < part < 0.085 for part in parts)


def test_where_the_famous_band_holds() -> None:
    """Undiscounted, five points give 25 to 85% only from a base between 75 and 89%."""

    def gained(retention: float, discount: float) -> float:
        before, after = (
            gains.constant_hazard_value(r, 1.0, discount)
            for r in (retention, gains.points(retention))
        )
        return float(gains.gain(before, after))

    assert gained(0.75, 0.0) == pytest.approx(0.25)
    assert gained(0.891, 0.0) == pytest.approx(0.85, abs=0.01)
    assert gained(0.85, 0.1) == pytest.approx(0.25, abs=0.001)
    assert max(gained(r, 0.1) for r in np.linspace(0.5, 0.95, 46)) < 0.85
