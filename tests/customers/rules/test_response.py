"""The spend response: bounds, directions and a worked case."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from relsim.customers.rules import response

share = st.floats(0.0, 1.0)
money = st.floats(0.0, 1e4)


@given(share, st.floats(0.0, 10.0), money)
def test_spend_response_lies_between_nothing_and_its_ceiling(
    ceiling: float, rate: float, spend: float
) -> None:
    assert 0.0 <= response.spend_response(ceiling, rate, spend) <= ceiling


@given(st.floats(0.01, 1.0), st.floats(0.01, 1.0), st.floats(0.0, 10.0), st.floats(0.1, 5.0))
def test_spend_response_rises_ever_less(
    ceiling: float, rate: float, spend: float, step: float
) -> None:
    nothing, less, more = (
        response.spend_response(ceiling, rate, spend + k * step) for k in range(3)
    )
    assert nothing < less < more
    assert more - less < less - nothing


def test_spend_response_halves_what_is_missing_with_every_half_life() -> None:
    half_life = np.log(2.0) / 0.3
    effects = [response.spend_response(0.8, 0.3, k * half_life) for k in range(4)]
    np.testing.assert_allclose(effects, [0.0, 0.4, 0.6, 0.7], rtol=1e-13)
