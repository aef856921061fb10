"""One cause for each churn: the first that the customer would name."""

import pytest

from relsim.customers.rules import departure
from relsim.customers.rules.choice import NOBODY, REFERRAL
from relsim.customers.rules.departure import CAUSES, cause

CALM = {
    "u": 0.5,
    "log_odds": 1.0,  # reopens with the chance 0.73
    "price_push": 0.0,
    "rivals_push": 0.0,
    "talk_push": 0.0,
    "failed": False,
    "through": NOBODY,
    "contract_ended": False,
}


@pytest.mark.parametrize(
    ("lived", "named"),
    [
        ({}, "drift"),
        ({"contract_ended": True}, "contract_end"),
        ({"contract_ended": True, "through": REFERRAL}, "word_of_mouth"),
        ({"rivals_push": 2.0, "through": REFERRAL}, "rival_offer"),
        ({"talk_push": 2.0, "contract_ended": True}, "word_of_mouth"),
        ({"talk_push": 0.5}, "drift"),
        ({"talk_push": 2.0, "rivals_push": 2.0}, "rival_offer"),
        ({"rivals_push": 2.0, "price_push": 2.0}, "price"),
        ({"rivals_push": 2.0, "price_push": 2.0, "failed": True}, "failure"),
        # Without the push it would have left all the same, so the push is not the cause.
        ({"price_push": 0.5}, "drift"),
        ({"rivals_push": 0.5, "contract_ended": True}, "contract_end"),
        ({"price_push": -2.0}, "drift"),
    ],
)
def test_the_first_cause_is_named(lived: dict[str, object], named: str) -> None:
    assert CAUSES[cause(**(CALM | lived))] == named  # type: ignore[arg-type]


def test_codes_are_places() -> None:
    assert CAUSES[departure.GIVEN] == "given"
    assert CAUSES[departure.LEFT_MARKET] == "left_market"
