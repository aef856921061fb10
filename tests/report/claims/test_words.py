"""Words and numbers as they are shown: told apart without colour, readable, rounded right."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.claims.verdict import WORDS
from relsim.report.claims.words import LOOKS, SHARE, Amount, band


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, WCAG 2.2."""
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("word", WORDS)
def test_every_word_can_be_read_on_white_and_on_its_ground(word: str) -> None:
    look = LOOKS[word]
    for ground in ("#FFFFFF", look.pale):
        assert (luminance(ground) + 0.05) / (luminance(look.colour) + 0.05) >= 4.5


def test_words_are_the_rule_s_and_differ_without_colour() -> None:
    assert set(LOOKS) == set(WORDS)
    assert len({look.sign for look in LOOKS.values()}) == len(WORDS)


@given(st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-6))
def test_what_is_written_is_the_value_to_three_digits(value: float) -> None:
    for amount in (Amount.of("relative", ""), Amount.of("difference", "USD"), SHARE):
        text = re.sub(r"[,%]| USD", "", amount.write(value)).replace("−", "-")
        assert float(text) * amount.factor == pytest.approx(value, rel=0.0051)


def test_effects_have_a_sign_and_levels_only_a_minus() -> None:
    assert Amount.of("difference", "USD a year").write(12.34) == "+12.3 USD a year"
    assert Amount.of("value", "USD a year").write(12.34) == "12.3 USD a year"
    assert Amount.of("relative", "").write(-0.0) == "+0%"
    assert Amount.of("relative", "").texts([0.1, float("nan")]) == ["+10.0", "–"]


def test_regions_without_a_border_say_so() -> None:
    amount = Amount.of("relative", "")
    assert band(-0.01, 0.01, amount) == "−1 to 1%"
    assert band(-np.inf, 0.5, amount) == "below 50%"
    assert band(float("nan"), float("nan"), amount) == ""
