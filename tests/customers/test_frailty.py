"""Frailty: what a customer adds for good to the log-odds of reconsidering, by its closed forms."""

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy import integrate, optimize, special, stats

from experiments import sorting
from experiments.verification import REGULAR
from relsim.economics import survival as economics
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter

CUSTOMERS = 20_000
BASE_HAZARD, SPREAD = 0.05, 1.5

_SAID = re.search(
    r"base of ([\d.]+)% a\s+month with a spread of ([\d.]+), and no other effect",
    (Path(__file__).parents[2] / "docs" / "model.md").read_text("utf-8"),
)
assert _SAID
REGULAR_BASE, REGULAR_SPREAD = float(_SAID[1]) / 100.0, float(_SAID[2])
YEARS = list(range(1, 13))


def alone(spread: float, base: float = BASE_HAZARD) -> MarketSpec:
    values = {
        "market.customers": CUSTOMERS,
        "mechanisms.reconsider.base_hazard": base,
        "customers.segments.0.frailty_spread": spread,
    }
    return override(starter(), sorting.ALONE | values)


def survival(months: int, base: float, spread: float) -> float:
    """Return the share of customers left: the mean of ``(1 - hazard)^months`` over a normal."""

    def left(z: float) -> float:
        kept = special.expit(-special.logit(base) - spread * z)
        return float(stats.norm.pdf(z) * kept**months)

    return float(integrate.quad(left, -9.0, 9.0, epsabs=1e-12)[0])


def left_of(spec: MarketSpec, months: int) -> npt.NDArray[np.float64]:
    table = Market(spec, seed=3).run(months).table
    first = table[table["firm"] == spec.firms[0].name]
    return np.asarray(first["customers"], dtype=np.float64)


@pytest.mark.parametrize("spread", [0.0, SPREAD])
def test_a_cohort_survives_as_its_closed_form_says(spread: float) -> None:
    left = left_of(alone(spread), 60)
    for month in (1, 6, 12, 24, 60):
        expected = survival(month, BASE_HAZARD, spread)
        error = np.sqrt(expected * (1.0 - expected) / CUSTOMERS)
        assert left[month - 1] / CUSTOMERS == pytest.approx(expected, abs=4.0 * error), month


def regular() -> npt.NDArray[np.float64]:
    return np.asarray(economics.survival(YEARS, *REGULAR))


def test_the_numbers_of_the_regular_cohort_are_the_best_ones() -> None:
    def off(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        base, spread = float(special.expit(numbers[0])), float(numbers[1])
        return np.array([survival(12 * year, base, spread) for year in YEARS]) - regular()

    found = optimize.least_squares(off, [special.logit(0.03), 1.5]).x
    assert special.expit(found[0]) == pytest.approx(REGULAR_BASE, abs=5e-5)
    assert found[1] == pytest.approx(REGULAR_SPREAD, abs=5e-3)
    own = (sorting.REGULAR_BASE, sorting.SPREAD)
    assert own == pytest.approx((REGULAR_BASE, REGULAR_SPREAD))


def test_the_relationship_keeps_the_regular_cohort_within_two_points() -> None:
    left = left_of(alone(REGULAR_SPREAD, REGULAR_BASE), 144)[11::12] / CUSTOMERS
    assert np.abs(left - regular()).max() < 0.02
    own = [survival(12 * year, REGULAR_BASE, REGULAR_SPREAD) for year in YEARS]
    np.testing.assert_allclose(left, own, atol=4.0 * 0.5 / np.sqrt(CUSTOMERS))


def test_those_who_stay_are_the_less_frail_and_frailty_is_lasting() -> None:
    spec = alone(SPREAD)
    market = Market(spec, seed=3)
    before = market.customers.columns.frailty.copy()
    market.run(24)
    frame = market.customers.frame()
    np.testing.assert_array_equal(frame["frailty"], before)
    assert stats.kstest(before, stats.norm(scale=SPREAD).cdf).pvalue > 1e-3
    stayed = frame["supplier"].notna()
    assert before[stayed].mean() < before[~stayed].mean() - 1.0


def test_without_spread_nothing_is_shown_and_the_month_has_no_more() -> None:
    market = Market(alone(0.0), seed=3)
    assert "frailty" not in market.customers.frame()
    assert market.customers[5].frailty == 0.0
    assert not market.customers.setting.has_added_traits
