"""Value tiers and contribution."""

from hypothesis import given
from hypothesis import strategies as st

from relsim.customers.rules import value


@given(st.floats(-1e3, 1e3), st.floats(0.0, 100.0), st.floats(-3.0, 3.0), st.floats(0.0, 500.0))
def test_tiers_follow_the_value_that_is_seen(
    worth: float, error: float, misjudgement: float, most: float
) -> None:
    seen = worth + error * misjudgement
    names = {
        value.TIERS[int(value.tier(worth, error, misjudgement, most, growth, 1.5))]
        for growth in (1.4, 1.5)
    }
    if seen < 0.0:
        assert names == {"below_zero"}
    elif seen >= most:
        assert names == {"most_valuable"}
    else:
        assert names == {"ordinary", "growable"}


def test_a_customer_worth_nothing_is_not_below_zero() -> None:
    assert value.tier(0.0, 1.0, 0.0, 50.0, 1.0, 1.5) == value.ORDINARY
    assert value.tier(-1e-9, 1.0, 0.0, 50.0, 1.0, 1.5) == value.BELOW_ZERO


def test_contribution_of_a_worked_example() -> None:
    # 10 units at a margin of 3; 0.5 units' worth of premium at a price of 8; 2 services at 7.
    assert value.contribution(3.0, 10.0, 8.0, 0.5, 7.0, 2.0) == 30.0 + 4.0 - 14.0
