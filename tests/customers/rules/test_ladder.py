"""The loyalty ladder: limits, directions and nested rungs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.customers.rules import ladder

share = st.floats(0.0, 1.0)
standing = st.tuples(st.floats(0.0, 24.0), share, st.floats(0.0, 10.0), share)
limits = st.tuples(st.floats(0.0, 12.0), share, share, st.floats(0.0, 5.0), share, share, share)


@given(standing, limits, st.integers(0, 3), share)
def test_nobody_climbs_down_by_doing_more(
    at: tuple[float, ...], limits: tuple[float, ...], which: int, more: float
) -> None:
    better = list(at)
    better[which] += more
    assert 1.0 <= ladder.rung(*at, *limits) <= ladder.rung(*better, *limits) <= 5.0


@given(standing, limits, st.integers(0, 6), share)
def test_nobody_climbs_up_by_higher_limits(
    at: tuple[float, ...], limits: tuple[float, ...], which: int, more: float
) -> None:
    stricter = list(limits)
    stricter[which] += more
    assert ladder.rung(*at, *stricter) <= ladder.rung(*at, *limits)


@given(standing, limits)
def test_each_rung_asks_for_all_that_the_one_below_asks_for(
    at: tuple[float, ...], limits: tuple[float, ...]
) -> None:
    purchases, trust, recommendations, orientation = at
    rung = ladder.RUNGS[int(ladder.rung(*at, *limits))]
    above = ladder.RUNGS.index(rung)
    if above >= ladder.RUNGS.index("client"):
        assert purchases >= limits[0]
    if above >= ladder.RUNGS.index("supporter"):
        assert trust >= limits[1]
    if above >= ladder.RUNGS.index("advocate"):
        assert trust >= limits[2]
        assert recommendations >= limits[3]
    if above >= ladder.RUNGS.index("partner"):
        assert trust >= limits[4]
        assert recommendations >= limits[5]
        assert orientation >= limits[6]


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ((5.9, 1.0, 9.0, 1.0), "customer"),
        ((6.0, 0.49, 9.0, 1.0), "client"),
        ((6.0, 0.5, 9.0, 1.0), "supporter"),
        ((6.0, 0.59, 9.0, 1.0), "supporter"),
        ((6.0, 1.0, 0.99, 1.0), "supporter"),
        ((6.0, 0.6, 1.0, 1.0), "advocate"),
        ((6.0, 0.79, 5.0, 0.6), "advocate"),
        ((6.0, 0.8, 4.95, 0.6), "advocate"),
        ((6.0, 0.8, 5.0, 0.59), "advocate"),
        ((6.0, 0.8, 5.0, 0.6), "partner"),
    ],
)
def test_a_limit_is_reached_exactly(at: tuple[float, ...], name: str) -> None:
    limits = [6.0, 0.5, 0.6, 1.0, 0.8, 5.0, 0.6]
    assert ladder.RUNGS[int(ladder.rung(*at, *limits))] == name
    assert ladder.RUNGS[0] == "prospect"
