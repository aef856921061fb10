"""What decides, in samples whose truth is known."""

from collections import Counter

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.stats import qmc

from relsim.claims.importance import deciding, shares

Places = npt.NDArray[np.int64]
MARKETS = ("bank", "grocery", "telecom", "insurance", "software", "card", "distribution")


def shared(rng: np.random.Generator, samples: int, markets: int) -> tuple[pd.DataFrame, Places]:
    """Return five parameters of samples that several markets share, and the samples."""
    drawn = qmc.LatinHypercube(5, rng=rng).random(samples)
    units = np.repeat(np.arange(samples), markets)
    table = pd.DataFrame(drawn[units], columns=[f"x{k}" for k in range(5)])
    if markets > 1:
        table.insert(0, "base", np.tile(MARKETS[:markets], samples))
    return table, units


def own(rng: np.random.Generator, samples: int, markets: int) -> tuple[pd.DataFrame, Places]:
    """Return five parameters of samples of which each market has its own, and the samples."""
    table, units = shared(rng, samples * markets, 1)
    return table.assign(base=np.tile(MARKETS[:markets], samples)), units


@pytest.fixture
def factors() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "churn": rng.random(64),
            "price": rng.random(64),
            "base": rng.choice(["telecom", "grocery", "retail-bank"], 64),
            "fixed": 1.0,
        }
    )


def test_shares_are_those_of_the_variance(factors: pd.DataFrame) -> None:
    """Of a sum of two uniform numbers with weights 2 and 1, four fifths and one fifth."""
    rng = np.random.default_rng(1)
    many = pd.DataFrame({"churn": rng.random(4000), "price": rng.random(4000)})
    found = {one.factor: one.share for one in shares(many, 2.0 * many["churn"] + many["price"])}
    assert found["churn"] == pytest.approx(0.8, abs=0.03)
    assert found["price"] == pytest.approx(0.2, abs=0.03)


def test_shares_of_what_is_sampled_and_of_markets_are_of_one_variance() -> None:
    rng = np.random.default_rng(1)
    table, units = shared(rng, 1000, 2)
    y = 2.0 * table["x0"] + (table["base"] == "bank") * np.sqrt(1.0 / 3.0) + 1e-6 * table["x1"]
    found = {one.factor: one.share for one in shares(table, y, units)}
    assert found["x0"] == pytest.approx(0.8, abs=0.03)
    assert found["base"] == pytest.approx(0.2, abs=0.03)
    assert sum(found.values()) == pytest.approx(1.0, abs=0.03)


def test_a_name_can_decide(factors: pd.DataFrame) -> None:
    y = (factors["base"] == "grocery") + 0.1 * factors["price"]
    assert deciding(shares(factors, y))[0] == "base"


def test_a_hump_is_seen(factors: pd.DataFrame) -> None:
    found = shares(factors, -((factors["churn"] - 0.5) ** 2))
    assert found[0].factor == "churn"
    assert found[0].share > 0.9


def test_noise_decides_nothing(factors: pd.DataFrame) -> None:
    rng = np.random.default_rng(2)
    named = sum(len(deciding(shares(factors, rng.normal(size=64)))) for _ in range(200))
    assert named <= 20  # one in twenty of 200 looks, give or take


@pytest.mark.parametrize(("samples", "markets"), [(24, 1), (24, 3), (12, 7)])
def test_points_that_share_a_sample_count_once(samples: int, markets: int) -> None:
    """What every market of a sample has in common makes no parameter decide that does not."""
    rng = np.random.default_rng(5)
    named: Counter[str] = Counter()
    for _ in range(200):
        table, units = shared(rng, samples, markets)
        of_sample, of_point = rng.normal(size=samples)[units], rng.normal(size=units.size)
        y = table["x0"] + 0.12 * of_sample + 0.05 * of_point
        found = set(deciding(shares(table, y, units)))
        named["real"] += "x0" in found
        named["false"] += bool(found - {"x0"})
    assert named["false"] <= 18
    assert named["real"] >= 190


def test_markets_far_apart_hide_nothing_of_what_is_sampled() -> None:
    rng = np.random.default_rng(6)
    for make in (shared, own):
        table, units = make(rng, 24, 3)
        market = table["base"].map({"bank": 0.0, "grocery": 5.0, "telecom": 11.0})
        y = table["x0"] + market + 0.1 * rng.normal(size=len(table))
        strata = pd.factorize(table["base"])[0] if make is own else None
        assert deciding(shares(table, y, units, strata)) == ["base", "x0"]


def test_what_samples_disagree_about_is_no_answer_of_a_lever() -> None:
    """Its effect is as often negative as positive, and grows with the lever."""
    rng = np.random.default_rng(7)
    named = 0
    for _ in range(200):
        table, units = shared(rng, 24, 1)
        lever = np.tile(np.arange(5.0), 24)
        many, of = table.loc[np.repeat(np.arange(24), 5)].assign(lever=lever), np.repeat(units, 5)
        y = rng.normal(size=24)[of] * lever + 0.1 * rng.normal(size=lever.size)
        named += "lever" in deciding(shares(many, y, of))
    assert named <= 6


def test_a_lever_that_matters_in_every_sample_decides() -> None:
    rng = np.random.default_rng(8)
    table, units = shared(rng, 24, 3)
    lever = np.tile([1.0, 2.0, 3.0], 72)
    many, of = table.loc[np.repeat(np.arange(72), 3)].assign(lever=lever), np.repeat(units, 3)
    y = (lever - 2.0) ** 2 + many["x0"].to_numpy() + 0.1 * rng.normal(size=lever.size)
    assert deciding(shares(many, y, of)) == ["lever", "x0"]
    found = {one.factor: one.share for one in shares(many, y, of)}
    lost = np.arange(len(many)) != 7
    fewer = {one.factor: one.share for one in shares(many[lost], y[lost], of[lost])}
    assert fewer == pytest.approx(found, abs=0.02)


def test_few_samples_that_agree_by_chance_decide_nothing() -> None:
    table, units = shared(np.random.default_rng(9), 4, 2)
    y = np.array([1, 2, 3, 4, 5, 6, 7, 8])
    assert deciding(shares(table, y, units)) == []


def test_what_does_not_vary_is_not_there(factors: pd.DataFrame) -> None:
    assert "fixed" not in [one.factor for one in shares(factors, factors["churn"])]
    assert shares(factors, np.ones(64)) == []


def test_at_most_three_are_named(factors: pd.DataFrame) -> None:
    rng = np.random.default_rng(3)
    wide = pd.DataFrame({f"x{k}": rng.random(500) for k in range(6)})
    assert len(deciding(shares(wide, wide.sum(axis=1)))) == 3
