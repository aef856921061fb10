"""Boxes of flags that mean something, and of flags that do not."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.stats import qmc

from relsim.claims.beyond import box_beyond_chance
from relsim.claims.prim import NOTHING

MARKETS = ("bank", "grocery", "telecom")

Units = npt.NDArray[np.int64]


def scope(seed: int, markets: int = 3, samples: int = 24) -> tuple[pd.DataFrame, Units]:
    """Return four parameters of samples that markets share, and the samples."""
    drawn = qmc.LatinHypercube(4, rng=np.random.default_rng(seed)).random(samples)
    units = np.repeat(np.arange(samples), markets)
    table = pd.DataFrame(drawn[units], columns=["churn", "cost", "price", "trust"])
    if markets > 1:
        table.insert(0, "base", np.tile(MARKETS[:markets], samples))
    return table, units


@pytest.mark.parametrize("markets", [1, 3])
def test_of_flags_that_mean_nothing_few_have_a_box(markets: int) -> None:
    """Samples say much the same in all markets, whatever their parameters are."""
    found = 0
    for seed in range(60):
        table, units = scope(seed, markets)
        rng = np.random.default_rng(1000 + seed)
        of_sample, of_point = rng.normal(size=24)[units], rng.normal(size=units.size)
        found += bool(box_beyond_chance(table, of_sample + 0.5 * of_point > 0.0, units).limits)
    assert found <= 7


@pytest.mark.parametrize("markets", [1, 3])
def test_what_is_sampled_has_a_box_where_it_matters(markets: int) -> None:
    table, units = scope(3, markets)
    assert list(box_beyond_chance(table, table["churn"] < 0.4, units).limits) == ["churn"]


def test_a_market_has_a_box_and_takes_no_idle_parameter_along() -> None:
    """Half of one market's points hold, by chance: which, no parameter says."""
    found = []
    for seed in range(12):
        table, units = scope(seed)
        rng = np.random.default_rng(seed)
        holds = (table["base"] == "bank") & (rng.random(len(table)) < 0.5)
        found.append(set(box_beyond_chance(table, holds, units).limits))
    assert found.count({"base"}) >= 10


def test_limits_of_both_kinds() -> None:
    table, units = scope(5)
    holds = (table["base"] != "bank") & (table["churn"] < 0.5)
    box = box_beyond_chance(table, holds, units)
    assert set(box.limits) == {"base", "churn"}
    assert box.density == 1.0


def test_points_without_samples_speak_for_themselves() -> None:
    table, units = scope(6, samples=8)
    bank = table["base"] == "bank"
    for units_or_none in (None, np.zeros_like(units)):
        assert list(box_beyond_chance(table, bank, units_or_none).limits) == ["base"]


def test_a_lost_point_is_no_obstacle() -> None:
    table, units = scope(7)
    kept = np.arange(len(table)) != 5
    found = box_beyond_chance(table[kept], (table["price"] > 0.5)[kept], units[kept])
    assert "price" in found.limits


def test_everywhere_and_nowhere_are_no_part() -> None:
    table, units = scope(8)
    for everywhere in (True, False):
        assert box_beyond_chance(table, np.full(72, everywhere), units).sentence() == ""
    assert box_beyond_chance(table, np.arange(72) == 40, units).sentence() == NOTHING


def test_the_same_flags_have_the_same_box() -> None:
    table, units = scope(9)
    holds = table["cost"] + 0.3 * np.random.default_rng(1).normal(size=72) > 0.6
    assert box_beyond_chance(table, holds, units) == box_beyond_chance(table, holds, units)
