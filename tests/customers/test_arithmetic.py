"""The exponential and the logarithm against decimal arithmetic and the C library."""

import math
import sys
from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.customers.arithmetic import clip01, exp, expit, log

SMALLEST_NORMAL = sys.float_info.min
LARGEST = sys.float_info.max
MOST_UNITS = 2.0  # in the last place


def points(low: float, high: float, count: int = 2000) -> list[float]:
    return list(map(float, np.random.default_rng(1).uniform(low, high, count)))


def powers(low: int, high: int, count: int = 2000) -> list[float]:
    noise = np.random.default_rng(2)
    return list(
        map(float, np.ldexp(noise.uniform(0.5, 1.0, count), noise.integers(low, high, count)))
    )


def units_off(
    function: Callable[[float], float], exact: Callable[[Decimal], Decimal], xs: list[float]
) -> float:
    """Return the largest error over xs, in units of the true value's last place."""
    with localcontext(prec=50):
        errors = []
        for x in xs:
            truth = exact(Decimal(x))
            error = abs(Decimal(function(x)) - truth)
            errors.append(float(error / Decimal(math.ulp(float(truth)))))
    return max(errors)


@pytest.mark.parametrize(
    ("low", "high"), [(-700, 700), (-40, 40), (-1, 1), (-1e-8, 1e-8), (-700, -690), (690, 700)]
)
def test_exp_is_exact_to_two_units_in_the_last_place(low: float, high: float) -> None:
    assert units_off(exp, Decimal.exp, points(low, high)) < MOST_UNITS


@pytest.mark.parametrize(
    "xs",
    [
        powers(-1021, 1025),
        powers(-33, 1),  # uniform draws
        points(1 - 1e-3, 1 + 1e-3),
        points(1 - 1e-9, 1 + 1e-9),
        points(0.70, 0.72),  # where the power of two changes
        points(1.40, 1.42),
        [SMALLEST_NORMAL, LARGEST],
    ],
    ids=["all", "draws", "near 1", "nearer 1", "below", "above", "ends"],
)
def test_log_is_exact_to_two_units_in_the_last_place(xs: list[float]) -> None:
    assert units_off(log, Decimal.ln, xs) < MOST_UNITS


def test_exp_and_log_agree_with_numpy_on_many_points() -> None:
    xs = np.linspace(-700.0, 700.0, 200_001)
    np.testing.assert_allclose([exp(x) for x in xs], np.exp(xs), rtol=5e-16)
    ys = np.geomspace(SMALLEST_NORMAL, 1e308, 200_001)
    np.testing.assert_allclose([log(y) for y in ys], np.log(ys), rtol=5e-16, atol=1e-16)


def test_exp_is_one_at_zero_and_log_zero_at_one() -> None:
    assert exp(0.0) == exp(-0.0) == 1.0
    assert exp(5e-324) == 1.0
    assert log(1.0) == 0.0


def test_exp_is_held_at_its_bounds() -> None:
    assert exp(700.0) == exp(701.0) == exp(1e308) == exp(math.inf) < math.inf
    assert exp(-700.0) == exp(-701.0) == exp(-1e308) == exp(-math.inf) > 0.0


def test_not_a_number_stays_one() -> None:
    assert math.isnan(exp(math.nan))
    assert math.isnan(expit(math.nan))


def test_log_of_powers_of_two() -> None:
    for k in range(-1022, 1024):
        assert log(2.0**k) == pytest.approx(k * math.log(2.0), rel=4e-16)


@pytest.mark.parametrize(("low", "high"), [(-700, 700), (-1, 1), (0.346, 0.347)])
def test_exp_rises(low: float, high: float) -> None:
    xs = np.linspace(low, high, 100_001)
    assert np.all(np.diff([exp(x) for x in xs]) > 0.0)


@pytest.mark.parametrize(("low", "high"), [(1e-10, 1.0), (0.70, 0.72), (1.41, 1.42), (1.0, 1e300)])
def test_log_rises(low: float, high: float) -> None:
    xs = np.geomspace(low, high, 100_001)
    assert np.all(np.diff([log(x) for x in xs]) > 0.0)


@given(st.floats(-700.0, 700.0))
def test_log_undoes_exp(x: float) -> None:
    assert log(exp(x)) == pytest.approx(x, rel=1e-15, abs=1e-15)


@given(st.floats(SMALLEST_NORMAL, 1e300), st.floats(1.0, 1e8))
def test_log_turns_products_into_sums(x: float, y: float) -> None:
    assert log(x * y) == pytest.approx(log(x) + log(y), rel=1e-14, abs=1e-14)


def test_expit_is_the_logistic_function() -> None:
    xs = np.linspace(-40.0, 40.0, 8001)
    np.testing.assert_allclose([expit(x) for x in xs], 1.0 / (1.0 + np.exp(-xs)), rtol=1e-15)


@given(st.floats(-1e6, 1e6))
def test_expit_is_a_chance_and_its_complement_mirrors_it(x: float) -> None:
    assert 0.0 < expit(x) <= 1.0
    assert expit(x) + expit(-x) == pytest.approx(1.0, abs=1e-15)


@given(st.floats(allow_nan=False))
def test_clip01_holds_within_zero_and_one(x: float) -> None:
    assert clip01(x) == np.clip(x, 0.0, 1.0)
