"""Consideration and choice: shares of ways, and the multinomial logit."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import special

from relsim.customers.draws import random_stream, uniform, words
from relsim.customers.rules import choice

Floats = npt.NDArray[np.float64]

share = st.floats(0.0, 1.0)
chance = st.floats(1e-9, 1.0 - 1e-9)  # a uniform draw
log_odds = st.floats(-4.0, 4.0)


def simulated_shares(utilities: list[float], customers: int) -> Floats:
    """Return the shares of options of these utilities when the first to arrive wins."""
    stream = random_stream(9)
    wins = np.zeros(len(utilities))
    for i in range(customers):
        chances = [uniform(np.uint64(word)) for word in words(stream, i, 1, 0)]
        arrivals = [choice.arrival(u, v) for u, v in zip(chances, utilities, strict=False)]
        wins[np.argmin(arrivals)] += 1
    return wins / customers


@given(share, share, share)
def test_either_is_a_chance_and_no_less_than_both(a: float, b: float, c: float) -> None:
    assert max(a, b) - 1e-15 <= choice.either(a, b) <= 1.0
    assert choice.either(a, b) == pytest.approx(choice.either(b, a), abs=1e-15)
    assert choice.either(choice.either(a, b), c) == pytest.approx(
        choice.either(a, choice.either(b, c)), abs=1e-15
    )


def test_shares_of_ways_into_consideration() -> None:
    u = (np.arange(100_000) + 0.5) / 100_000
    ways = np.array([choice.considered_through(x, 0.3, 0.4, 0.5, 0.8) for x in u])
    shares = [np.mean(ways == way) for way in (choice.REFERRAL, choice.REACH, choice.AWARENESS)]
    np.testing.assert_allclose(shares, [0.8 * 0.3, 0.8 * 0.7 * 0.4, 0.8 * 0.42 * 0.5], atol=1e-4)


@given(chance, share, share, share, share, st.integers(1, 4), share)
def test_more_of_anything_never_ends_consideration(
    u: float,
    recommended: float,
    reached: float,
    aware: float,
    standing: float,
    which: int,
    more: float,
) -> None:
    before = [u, recommended, reached, aware, standing]
    after = list(before)
    after[which] = max(before[which], more)
    # Up to rounding: the bound that u is compared with may fall by a last place.
    assume(abs(u - standing * choice.either(choice.either(recommended, reached), aware)) > 1e-12)
    if choice.considered_through(*before) != choice.NOBODY:
        assert choice.considered_through(*after) != choice.NOBODY


@given(log_odds, st.floats(0.1, 4.0), st.floats(0.1, 4.0), st.floats(0.5, 2.0), share, share)
def test_utility_falls_with_price_and_rises_with_fit(
    appeal: float, weight: float, sensitivity: float, price: float, fit_weight: float, fit: float
) -> None:
    now = choice.utility(appeal, weight, sensitivity, price, fit_weight, fit)
    dearer = choice.utility(appeal, weight, sensitivity, price + 0.1, fit_weight, fit)
    assert now - dearer == pytest.approx(0.1 * weight * sensitivity, rel=1e-6)
    fitter = choice.utility(appeal, weight, sensitivity, price, fit_weight, fit + 0.1)
    assert fitter - now == pytest.approx(0.1 * fit_weight, abs=1e-9)


def test_an_indifferent_customer_without_trust_is_held_by_the_switching_cost_alone() -> None:
    assert choice.relationship_utility(2.0, 0.5, 3.0, 0.0, 0.7) == 0.7


@pytest.mark.parametrize(
    "utilities",
    [[0.0, 0.0, 0.0, 0.0], [0.0, 0.5, 1.0, -1.0], [3.0, 0.0], [-2.0, -2.5, -1.5]],
    ids=str,
)
def test_shares_of_the_first_to_arrive_are_the_multinomial_logit(utilities: list[float]) -> None:
    customers = 40_000
    expected = special.softmax(utilities)
    error = np.sqrt(expected * (1 - expected) / customers)
    gap = np.abs(simulated_shares(utilities, customers) - expected)
    np.testing.assert_array_less(gap, 4.0 * error)


@given(st.lists(st.tuples(chance, log_odds), min_size=2, max_size=6))
def test_the_first_to_arrive_has_the_largest_utility_with_gumbel_noise(
    options: list[tuple[float, float]],
) -> None:
    arrivals = [choice.arrival(u, v) for u, v in options]
    totals = [v - np.log(-np.log(u)) for u, v in options]
    assert np.argmin(arrivals) == np.argmax(totals) or np.isclose(*np.sort(totals)[-2:])


@given(chance, log_odds)
def test_arrival_is_earlier_for_the_more_useful(u: float, utility: float) -> None:
    assert 0.0 < choice.arrival(u, utility + 0.1) < choice.arrival(u, utility)
