"""Satisfaction and trust: bounds, their path, the asymmetry of trust."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.customers.rules import relationship

share = st.floats(0.0, 1.0)


@given(share, share, share)
def test_satisfaction_stays_between_what_it_was_and_what_was_lived(
    before: float, lived: float, rate: float
) -> None:
    after = relationship.satisfaction_after(before, lived, rate)
    assert min(before, lived) - 1e-15 <= after <= max(before, lived) + 1e-15
    assert relationship.satisfaction_after(before, lived, 0.0) == before
    assert relationship.satisfaction_after(before, lived, 1.0) == pytest.approx(lived, abs=1e-15)


def test_satisfaction_closes_the_gap_geometrically() -> None:
    satisfaction = 0.2
    for _ in range(12):
        satisfaction = relationship.satisfaction_after(satisfaction, 0.9, 0.25)
    assert satisfaction == pytest.approx(0.9 - 0.7 * 0.75**12, rel=1e-12)


@given(share, share, share, share)
def test_trust_stays_between_what_it_was_and_satisfaction(
    trust: float, satisfaction: float, build: float, breaks: float
) -> None:
    after = relationship.trust_after(trust, satisfaction, build, breaks)
    assert min(trust, satisfaction) - 1e-15 <= after <= max(trust, satisfaction) + 1e-15


@given(st.floats(0.2, 0.8), st.floats(0.01, 0.2), st.floats(0.01, 0.4), st.floats(1.1, 2.0))
def test_trust_is_slow_to_build_and_quick_to_lose(
    trust: float, gap: float, build: float, times: float
) -> None:
    gained = relationship.trust_after(trust, trust + gap, build, build * times) - trust
    lost = trust - relationship.trust_after(trust, trust - gap, build, build * times)
    assert gained == pytest.approx(build * gap, rel=1e-9)
    assert lost == pytest.approx(times * gained, rel=1e-9)
