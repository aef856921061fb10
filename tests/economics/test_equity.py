"""Customer equity and its elasticities, against published ranges, identities and plain sums."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from relsim.economics import gains, lifetime, response, switching
from relsim.economics.equity import Base, customer_equity, elasticities, prospect_value

RETENTION = st.floats(0.3, 0.97)
DISCOUNT = st.floats(0.03, 0.3)


@given(RETENTION, DISCOUNT, st.floats(0.0, 0.4), st.floats(0.0, 1.0))
def test_equity_is_the_sum_over_cohorts(
    retention: float, discount: float, coming: float, cost: float
) -> None:
    t = np.arange(1, 4000)
    kept, less = retention ** t.astype(float), (1.0 + discount) ** -t.astype(float)
    present = (kept * less).sum()
    cohort = 1.0 + present - cost
    expected = present + coming * cohort * less.sum()
    base = Base(1.0, coming, retention, 1.0, cost, discount)
    assert customer_equity(base) == pytest.approx(expected, rel=1e-9)


@given(RETENTION, DISCOUNT, st.floats(0.0, 0.4), st.floats(0.0, 1.0))
def test_elasticities_are_slopes(
    retention: float, discount: float, coming: float, cost: float
) -> None:
    base = Base(1.0, coming, retention, 1.0, cost, discount)
    found, step = elasticities(base), 1e-6
    for name in found:
        value = getattr(base, name)
        up, down = (
            customer_equity(dataclasses.replace(base, **{name: value * (1.0 + s)}))
            for s in (step, -step)
        )
        slope = (up - down) / (2.0 * step) / customer_equity(base)
        assert found[name] == pytest.approx(slope, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize(
    ("retention", "published"),
    [(0.70, 2.67), (0.80, 3.50), (0.85, 4.15), (0.90, 5.09), (0.95, 6.59)],
)
def test_without_newcomers_retention_counts_as_published(
    retention: float, published: float
) -> None:
    found = elasticities(Base(1.0, 0.0, retention, 1.0, 0.3, 0.12))
    assert found["retention"] == pytest.approx(published, abs=0.005)
    assert found["margin"] == pytest.approx(1.0)
    assert found["cost"] == 0.0


@pytest.mark.parametrize("retention", [0.85, 0.90, 0.93])
@pytest.mark.parametrize("part", [0.05, 0.10, 0.25])
def test_a_steady_firm_lies_in_the_published_ranges(retention: float, part: float) -> None:
    """Gupta, Lehmann & Stuart: retention 3 to 7, margin about 1, cost to win 0.02 to 0.3."""
    worth = float(gains.constant_hazard_value(retention, 1.0, 0.12))
    found = elasticities(Base(1.0, 1.0 - retention, retention, 1.0, part * worth, 0.12))
    assert 3.0 <= found["retention"] <= 7.0
    assert 0.9 <= found["margin"] <= 1.3
    assert 0.02 <= -found["cost"] <= 0.3


@given(
    st.floats(20, 300), DISCOUNT, st.floats(0.2, 0.9), st.floats(0.02, 0.3), st.floats(0.05, 0.4)
)
def test_the_two_optima_make_a_prospect_worth_most(
    margin: float, discount: float, ceiling: float, slow: float, fast: float
) -> None:
    winning, keeping = (ceiling, slow), (0.9, fast)
    keep = response.retention_optimum(margin, discount, *keeping)
    worth = margin + float(response.retained_value(keep, margin, discount, *keeping))
    win = response.acquisition_optimum(worth, *winning)

    def loss(spends: np.ndarray) -> float:
        return -float(prospect_value(spends[0], spends[1], margin, discount, winning, keeping))

    start = (1.1 * win + 0.1, 1.1 * keep + 0.1)
    found = optimize.minimize(loss, x0=start, bounds=[(0.0, 1e4), (0.0, 1e3)])
    assert loss(np.array([win, keep])) <= found.fun + 1e-6
    assert found.fun <= loss(np.array(start)) + 1e-9


def test_the_ladder_with_one_rung_is_the_chain_is_the_formula() -> None:
    keep, rate = 0.83, 0.02
    steps = np.array([[0.0, 0.0], [1.0 - keep, keep]])
    on_ladder = lifetime.ladder_values(steps, np.array([0.0, 7.0]), rate)[1]
    chain = np.array([[keep, 1.0 - keep], [0.0, 1.0]])
    on_chain = switching.lifetime_values(chain, [7.0, 0.0], rate)[0, 0]
    formula = float(gains.after_first_value(keep, 7.0, rate))
    assert on_ladder == pytest.approx(formula)
    assert on_chain == pytest.approx(formula)


def test_the_ladder_is_its_discounted_sum() -> None:
    """Pfeifer & Carraway's matrix, with three rungs, against a plain sum of powers."""
    moves = np.array([[0.3, 0.5, 0.2, 0.0], [0.1, 0.2, 0.5, 0.2], [0.05, 0.05, 0.1, 0.8]])
    margins, rate = np.array([1.0, 4.0, 9.0]), 0.03
    steps = np.vstack([np.zeros(4), moves])
    values = lifetime.ladder_values(steps, np.append(0.0, margins), rate)[1:]
    chain, total, power = moves[:, 1:] / (1.0 + rate), np.zeros(3), np.eye(3)
    for _ in range(3000):
        power = power @ chain
        total += power @ margins
    np.testing.assert_allclose(values, total, rtol=1e-10)
