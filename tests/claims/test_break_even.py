"""Break-evens whose place is known."""

import math

import numpy as np
import pandas as pd
import pytest

from relsim.claims.break_even import BreakEven, crossing, price, price_words, turn_words
from relsim.claims.region import Region
from relsim.claims.scope import Pairs

NOUGHT = Region(0.0, math.inf, closed=False)


def sample(n: int = 64) -> pd.DataFrame:
    rng = np.random.default_rng(9)
    table = pd.DataFrame({"cost": rng.random(n), "churn": rng.random(n)})
    return table.assign(effect=2.0 * (0.4 - table["cost"]) + 1.5 * (table["churn"] - 0.5))


def test_the_crossing_of_a_line_in_two_factors() -> None:
    """The effect is 0 at cost 0.4 with churn at its mean: the other factor is taken out."""
    table = sample()
    found = crossing(table, "cost", ["churn"], NOUGHT, np.arange(64))
    truth = 0.4 + 0.75 * (table["churn"].mean() - 0.5)
    assert found.value == pytest.approx(truth, abs=0.01)
    assert found.low < truth < found.high
    assert found.direction == -1


def test_the_crossing_of_a_curve() -> None:
    table = sample(200)
    table["effect"] = np.exp(3.0 * table["cost"]) - np.exp(1.8)
    found = crossing(table, "cost", ["churn"], NOUGHT, np.arange(200))
    assert found.value == pytest.approx(0.6, abs=0.01)
    assert found.direction == 1


def test_without_crossing_there_is_none() -> None:
    table = sample()
    found = crossing(table, "cost", ["churn"], Region(9.0, math.inf, closed=False), np.arange(64))
    assert math.isnan(found.value)
    assert turn_words(found, "cost", "USD") == (
        "no turn along cost within the scope that is more than noise"
    )


def test_of_a_band_the_border_that_is_crossed() -> None:
    table = sample().assign(effect=lambda t: t["cost"])
    found = crossing(table, "cost", [], Region(-1.0, 0.7, closed=True), np.arange(64))
    assert found.value == pytest.approx(0.7, abs=0.02)
    assert found.border == 0.7


def test_a_lever_with_few_levels() -> None:
    table = pd.DataFrame({"cost": np.tile([1.0, 2.0, 4.0], 10)})
    table["effect"] = 3.0 - table["cost"] + np.repeat(np.linspace(-0.1, 0.1, 10), 3)
    found = crossing(table, "cost", [], NOUGHT, np.repeat(np.arange(10), 3))
    assert found.value == pytest.approx(3.0, abs=0.01)
    assert 2.9 < found.low <= found.value <= found.high < 3.1


def test_a_price_is_the_ratio_of_mean_differences() -> None:
    rng = np.random.default_rng(6)
    number = np.arange(40)
    c = rng.normal(100.0, 1.0, (40, 3))
    saved = rng.uniform(1.0, 3.0, (40, 1)) + 0.0 * c
    worth = Pairs(number, c + 12.0 * saved + rng.normal(0.0, 1.0, c.shape), c, 0)
    found = price(worth, Pairs(number, 5.0 + saved, 5.0 + 0.0 * saved, 0), number)
    assert found.value == pytest.approx(12.0, rel=0.02)
    assert found.low < 12.0 < found.high
    assert found.high - found.low < 1.0


def test_a_price_is_told() -> None:
    assert price_words(BreakEven(-3.0, -4.0, -2.0), "saved", "USD") == (
        "pays at no price: it brings -3 USD (95% interval -4 to -2)"
    )
    nothing = BreakEven(math.nan, math.nan, math.nan)
    assert price_words(nothing, "saved", "USD") == "no price: there is no difference of saved"
