"""The hazard to reconsider: directions and log-odds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from relsim.customers.rules import reconsider

share = st.floats(0.0, 1.0)
log_odds = st.floats(-4.0, 4.0)


@given(log_odds, st.floats(0.1, 6.0), share, st.floats(0.1, 6.0), share, log_odds)
def test_hazard_falls_with_satisfaction_trust_and_pull(
    base: float, by_satisfaction: float, s: float, by_trust: float, t: float, pull: float
) -> None:
    now = reconsider.hazard(base, by_satisfaction, s, by_trust, t, pull)
    assert 0.0 < now < 1.0
    assert reconsider.hazard(base, by_satisfaction, s + 0.1, by_trust, t, pull) < now
    assert reconsider.hazard(base, by_satisfaction, s, by_trust, t + 0.1, pull) < now
    assert reconsider.hazard(base, by_satisfaction, s, by_trust, t, pull + 0.1) < now
    assert reconsider.hazard(base + 0.1, by_satisfaction, s, by_trust, t, pull) > now


@given(log_odds, st.floats(0.0, 6.0), share, st.floats(0.0, 6.0), share, log_odds)
def test_effects_on_the_hazard_add_up_in_log_odds(
    base: float, by_satisfaction: float, s: float, by_trust: float, t: float, pull: float
) -> None:
    now = reconsider.hazard(base, by_satisfaction, s, by_trust, t, pull)
    expected = base - by_satisfaction * (s - 0.5) - by_trust * t - pull
    assert special.logit(now) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(log_odds, share, st.floats(0.0, 3.0), st.floats(0.0, 4.0), share)
def test_rivals_pull_away_what_care_and_switching_cost_hold(
    effect: float, care: float, cost: float, rivals: float, pressure: float
) -> None:
    alone = reconsider.pull_to_stay(effect, care, cost, rivals, 0.0)
    assert alone == effect * care + cost
    assert reconsider.pull_to_stay(effect, care, cost, rivals, pressure) <= alone
