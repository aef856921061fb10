"""The cost to serve: what learning saves and what it cannot."""

from hypothesis import given
from hypothesis import strategies as st

from relsim.customers.rules import service

share = st.floats(0.0, 1.0)


@given(st.floats(0.0, 20.0), share, st.floats(0.0, 600.0), st.floats(0.0, 60.0))
def test_service_falls_with_tenure_to_what_cannot_be_learned(
    demand: float, learning: float, tenure: float, later: float
) -> None:
    now = service.service_units(demand, learning, tenure, 12.0)
    then = service.service_units(demand, learning, tenure + later, 12.0)
    assert demand * (1.0 - learning) - 1e-12 <= then <= now + 1e-12
    assert now <= demand
    assert service.service_units(demand, learning, 0.0, 12.0) == demand
