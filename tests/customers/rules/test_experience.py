"""Trouble, fit and noise: nested stages, rates, bounds."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from relsim.customers.rules import experience

share = st.floats(0.0, 1.0)
chance = st.floats(1e-9, 1.0 - 1e-9)  # a uniform draw


@given(chance, share, share, share)
def test_stages_of_trouble_are_nested_and_count_the_draw(
    u: float, failure: float, complaint: float, recovery: float
) -> None:
    stage = experience.trouble(u, failure, complaint, recovery)
    assert (stage >= experience.FAILED) == (u < failure)
    assert (stage >= experience.COMPLAINED) == (u < failure * complaint)
    assert (stage >= experience.RECOVERED) == (u < failure * complaint * recovery)


@given(chance, share, share, share, share)
def test_better_recovery_rescues_more_of_the_same_complaints(
    u: float, failure: float, complaint: float, recovery: float, better: float
) -> None:
    assume(better >= recovery)
    before = experience.trouble(u, failure, complaint, recovery)
    after = experience.trouble(u, failure, complaint, better)
    assert after == before or (before, after) == (experience.COMPLAINED, experience.RECOVERED)


def test_rates_of_trouble() -> None:
    u = (np.arange(10_000) + 0.5) / 10_000
    stages = np.array([experience.trouble(x, 0.2, 0.5, 0.4) for x in u])
    assert np.mean(stages >= experience.FAILED) == pytest.approx(0.2, abs=1e-3)
    assert np.mean(stages >= experience.COMPLAINED) == pytest.approx(0.1, abs=1e-3)
    assert np.mean(stages >= experience.RECOVERED) == pytest.approx(0.04, abs=1e-3)


@given(share, share)
def test_fit_is_full_where_offer_and_orientation_meet(orientation: float, offer: float) -> None:
    assert -1.0 <= experience.fit(orientation, offer) <= 1.0
    assert experience.fit(orientation, offer) == experience.fit(offer, orientation)
    assert experience.fit(orientation, orientation) == 1.0
    assert experience.fit(0.0, 1.0) == -1.0


def test_noise_of_experience_has_mean_zero_and_its_deviation() -> None:
    u = (np.arange(10_000) + 0.5) / 10_000
    lived = np.array([experience.experience(0.5, 0.0, 0.0, 0.1, x) for x in u])
    assert lived.mean() == pytest.approx(0.5, abs=1e-12)
    assert lived.std() == pytest.approx(0.1, rel=1e-6)


@given(st.floats(-3.0, 3.0), st.floats(-1.0, 1.0), share, st.floats(0.0, 2.0), chance)
def test_experience_is_a_share_and_rises_with_service(
    level: float, fit: float, loss: float, noise: float, u: float
) -> None:
    lived = experience.experience(level, fit, loss, noise, u)
    assert 0.0 <= lived <= experience.experience(level + 0.1, fit, loss, noise, u) <= 1.0
    assert experience.experience(level, fit, loss + 0.1, noise, u) <= lived
