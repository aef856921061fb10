"""Variants of lifetime value against closed forms, plain sums and published multiples."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.economics import equity, gains, survival, switching
from relsim.economics.customer_value import First, Timing, customer_value

CHANCE = st.floats(0.05, 0.95)
RATE = st.floats(0.02, 0.3)
WHEN: dict[Timing, float] = {"start": 0.0, "middle": 0.5, "end": 1.0}


@given(CHANCE, RATE)
def test_constant_retention_gives_the_closed_forms(r: float, d: float) -> None:
    assert customer_value(7.0, r, d) == pytest.approx(float(gains.constant_hazard_value(r, 7.0, d)))
    after = float(gains.after_first_value(r, 7.0, d))
    assert customer_value(7.0, r, d, first="none") == pytest.approx(after)
    assert customer_value(7.0, r, d, first="at risk", timing="end") == pytest.approx(after)
    assert customer_value(7.0, r, d, timing="end") == pytest.approx(7.0 / (1.0 + d - r))
    middle = 7.0 * math.sqrt(1.0 + d) / (1.0 + d - r)
    assert customer_value(7.0, r, d, timing="middle") == pytest.approx(middle)
    fee = 11.0 * (1.0 - r) / (1.0 + d - r)
    assert customer_value(0.0, r, d, leaving_fee=11.0) == pytest.approx(fee)
    ratio = r / (1.0 + d)
    finite = 7.0 * (1.0 - ratio**5) / (1.0 - ratio)
    assert customer_value(7.0, r, d, horizon=5) == pytest.approx(finite)


@pytest.mark.parametrize("timing", WHEN)
@pytest.mark.parametrize("first", ["sure", "at risk", "none"])
@pytest.mark.parametrize("horizon", [1, 2, 7, None])
def test_hazards_by_tenure_are_a_plain_sum(
    timing: Timing, first: First, horizon: int | None
) -> None:
    rates, margins, discount = [0.5, 0.7, 0.9], [10.0, 12.0, 15.0, 14.0, 13.0], 0.1
    total, alive = 0.0, 1.0
    for t in range(2000 if horizon is None else horizon):
        stay = rates[min(t, 2)]
        paid = {"sure": alive, "at risk": alive * stay, "none": alive if t else 0.0}[first]
        total += margins[min(t, 4)] * paid / (1.0 + discount) ** (t + WHEN[timing])
        total += 5.0 * alive * (1.0 - stay) / (1.0 + discount) ** (t + 1)
        alive *= stay
    found = customer_value(
        margins, rates, discount, horizon=horizon, timing=timing, first=first, leaving_fee=5.0
    )
    assert found == pytest.approx(total)


def test_the_margin_multiple_of_gupta_and_lehmann() -> None:
    """Retention of 60 to 90% at 12% discount: 1.15 to 4.09 margins."""
    multiples = [customer_value(1.0, r, 0.12, first="none") for r in (0.6, 0.7, 0.8, 0.9)]
    assert multiples == pytest.approx([1.15, 1.67, 2.50, 4.09], abs=0.005)


def test_heterogeneous_retention_is_that_of_the_closed_form() -> None:
    rates = survival.retention(np.arange(1, 4000), 0.704, 1.182)
    expected = survival.lifetime_value(3.0, 0.1, 0.704, 1.182)
    assert customer_value(3.0, rates, 0.1) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"retention": 1.2}, "retention is from 0 to 1, not 1.2"),
        ({"retention": math.nan}, "retention is from 0 to 1, not nan"),
        ({"discount": -0.1}, "discount is 0 or more, not -0.1"),
        ({"margin": math.inf}, "margin is finite, not inf"),
        ({"horizon": 0}, "horizon is 1 or more periods, or None for all, not 0"),
        ({"timing": "late"}, "timing is one of start, middle, end, not 'late'"),
        ({"first": "maybe"}, "first is one of sure, at risk, none, not 'maybe'"),
        ({"retention": 1.0, "discount": 0.0}, "not defined: with retention 1 and discount 0"),
    ],
)
def test_what_is_not_defined_is_told(given_: dict[str, object], said: str) -> None:
    values: dict[str, object] = {"margin": 1.0, "retention": 0.8, "discount": 0.1}
    with pytest.raises(ValueError, match=said):
        customer_value(**(values | given_))  # type: ignore[arg-type]


def test_closed_forms_refuse_what_they_are_not_defined_for() -> None:
    for value in (gains.constant_hazard_value, gains.after_first_value):
        with pytest.raises(ValueError, match=r"retention is from 0 to 1, not 1\.1"):
            value([0.5, 1.1], 1.0, 0.1)
        with pytest.raises(ValueError, match="has no bound"):
            value(1.0, 1.0, 0.0)
    with pytest.raises(ValueError, match=r"defection is from 0 to 1, not 1\.2"):
        gains.constant_hazard_curve_value(gains.CREDIT_CARD, 1.2, 0.1)
    with pytest.raises(ValueError, match="churn 0 and discount 0"):
        gains.constant_hazard_curve_value(gains.CREDIT_CARD, 0.0, 0.0)
    with pytest.raises(ValueError, match="alpha"):
        survival.lifetime_value(1.0, 0.0, 0.9, 1.0)


def test_equity_without_discount_is_not_defined() -> None:
    with pytest.raises(ValueError, match="customer equity is not defined: with discount 0"):
        equity.customer_equity(equity.Base(100, 20, 0.8, 10.0, 15.0, 0.0))
    with pytest.raises(ValueError, match="not defined: with rate 0"):
        switching.lifetime_values(np.array([[0.9, 0.1], [0.0, 1.0]]), [1.0, 0.0], 0.0)
    with pytest.raises(ValueError, match="has no bound"):
        gains.elasticity(1.0, 0.0)
