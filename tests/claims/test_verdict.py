"""The rule at its borders."""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from relsim.claims.region import Region, words
from relsim.claims.spec import HypothesisSpec
from relsim.claims.verdict import LEAST, MOST, Evidence, corrected, needed, wilson, word_of

BAND = Region(0.25, 0.85, closed=True)
ABOVE = Region(0.0, math.inf, closed=False)
CLEAR = Evidence(0.5, 0.4, 0.6, holds=1.0, surely=1.0, surely_not=0.0)
"""Well inside the band."""


def test_supported_needs_the_interval_inside() -> None:
    assert word_of(CLEAR, BAND) == "supported"
    assert word_of(replace(CLEAR, low=0.25, high=0.85), BAND) == "supported"
    assert word_of(replace(CLEAR, low=0.2499), BAND) == "inconclusive"
    assert word_of(replace(CLEAR, high=0.8501), BAND) == "inconclusive"


def test_supported_needs_nineteen_twentieths_of_the_scope() -> None:
    at_border = replace(CLEAR, holds=MOST, surely=MOST, surely_not=1.0 - MOST)
    assert word_of(at_border, BAND) == "supported"
    below = replace(CLEAR, holds=0.949, surely=0.949, surely_not=0.051)
    assert word_of(below, BAND) == "conditional"


def test_refuted_needs_the_interval_outside() -> None:
    none = Evidence(0.1, 0.0, 0.2, holds=0.0, surely=0.0, surely_not=1.0)
    assert word_of(none, BAND) == "refuted"
    assert word_of(replace(none, high=0.25), BAND) == "inconclusive"
    assert word_of(replace(none, effect=1.0, low=0.86, high=1.2), BAND) == "refuted"


def test_refuted_allows_a_twentieth_of_the_scope() -> None:
    some = Evidence(0.1, 0.0, 0.2, holds=LEAST, surely=LEAST, surely_not=0.95)
    assert word_of(some, BAND) == "refuted"
    assert word_of(replace(some, holds=0.051, surely=0.051), BAND) == "conditional"


def test_no_effect_at_all_is_not_above_nought_but_within_a_margin() -> None:
    nothing = Evidence(0.0, 0.0, 0.0, holds=0.0, surely=0.0, surely_not=1.0)
    assert word_of(nothing, ABOVE) == "refuted"
    margin = Region(-0.02, 0.02, closed=True)
    assert word_of(replace(nothing, holds=1.0, surely=1.0, surely_not=0.0), margin) == "supported"


def test_luck_alone_is_no_condition() -> None:
    """Half of the points hold, none of them beyond noise: more runs may show anything."""
    noise = Evidence(0.01, -0.2, 0.22, holds=0.5, surely=0.0, surely_not=0.05)
    assert word_of(noise, ABOVE) == "inconclusive"
    assert word_of(replace(noise, surely=0.2, surely_not=0.2), ABOVE) == "conditional"
    assert word_of(replace(noise, surely=LEAST, surely_not=0.5), ABOVE) == "inconclusive"


def test_an_interval_as_narrow_as_asked_ends_it() -> None:
    on_border = Evidence(0.001, -0.009, 0.011, holds=0.5, surely=0.0, surely_not=0.0)
    assert word_of(on_border, ABOVE) == "inconclusive"
    assert word_of(replace(on_border, precision=0.0101), ABOVE) == "conditional"
    assert word_of(replace(on_border, precision=0.0099), ABOVE) == "inconclusive"


def test_an_interval_that_is_not_known_decides_nothing() -> None:
    unknown = replace(CLEAR, low=math.nan, high=math.nan)
    assert word_of(unknown, BAND) == word_of(unknown, ABOVE) == "inconclusive"


@given(
    middle=st.floats(-2.0, 2.0),
    half=st.floats(0.0, 2.0),
    points=st.integers(1, 50),
    inside=st.integers(0, 50),
)
def test_what_is_refuted_of_a_claim_is_supported_of_its_opposite(
    middle: float, half: float, points: int, inside: int
) -> None:
    share = min(inside, points) / points
    one = Evidence(middle, middle - half, middle + half, share, share, 1.0 - share)
    other = replace(one, holds=1.0 - share, surely=1.0 - share, surely_not=share)
    turned = {"supported": "refuted", "refuted": "supported"}
    below = Region(-math.inf, 0.0, closed=True)
    assume(min(abs(one.low), abs(one.high)) > 1e-9)
    word = word_of(one, ABOVE)
    assert word_of(other, below) == turned.get(word, word)


def test_bonferroni_keeps_all_intervals_together_at_95_percent() -> None:
    assert corrected(10) == pytest.approx(0.995)
    assert corrected(0) == corrected(1) == 0.95


@pytest.mark.parametrize(("hits", "of"), [(0, 8), (3, 10), (31, 32), (5, 5)])
def test_wilson_is_that_of_scipy(hits: int, of: int) -> None:
    low, high = stats.binomtest(hits, of).proportion_ci(0.95, method="wilson")
    assert wilson(hits / of, of) == pytest.approx((low, high), abs=1e-12)


def test_runs_needed_follow_the_square_root() -> None:
    wide = Evidence(0.1, -0.2, 0.4, holds=0.9, surely=0.2, surely_not=0.0)
    assert needed(100, wide, ABOVE) == 900.0
    assert needed(100, replace(wide, precision=0.15), ABOVE) == 400.0


def test_runs_needed_for_points_in_doubt_are_those_of_the_median() -> None:
    sure = Evidence(1.0, 0.5, 1.5, holds=0.9, surely=0.5, surely_not=0.0)
    doubtful = [(0.2, 0.1), (0.3, 0.1), (5.0, 0.1)]
    assert needed(50, sure, ABOVE, doubtful) == 450.0


def test_no_number_of_runs_settles_an_effect_on_the_border() -> None:
    assert math.isnan(needed(100, Evidence(0.0, -1.0, 1.0, 0.5, 0.0, 0.0), ABOVE))


@pytest.mark.parametrize(
    ("hypothesis", "region", "said"),
    [
        ({"above": 0.1}, Region(0.1, math.inf, closed=False), "effect above 0.1"),
        ({"below": 0.1}, Region(-math.inf, 0.1, closed=False), "effect below 0.1"),
        ({"band": (1, 2)}, Region(1.0, 2.0, closed=True), "effect from 1 to 2"),
        (
            {"within": (-1, 1)},
            Region(-1.0, 1.0, closed=True),
            "no effect that matters: from -1 to 1",
        ),
    ],
)
def test_four_forms(hypothesis: dict[str, object], region: Region, said: str) -> None:
    spec = HypothesisSpec.model_validate(hypothesis)
    assert Region.of(spec) == region
    assert words(spec) == said
