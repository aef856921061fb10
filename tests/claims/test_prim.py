"""Boxes whose place is known."""

import numpy as np
import pandas as pd
import pytest

from relsim.claims.prim import Limit, best_box


@pytest.fixture
def factors() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    return pd.DataFrame(
        {
            "churn": rng.random(400),
            "price": rng.random(400),
            "cost": rng.random(400),
            "base": rng.choice(["telecom", "grocery", "bank"], 400),
        }
    )


def test_a_box_of_two_limits_is_found(factors: pd.DataFrame) -> None:
    holds = (factors["churn"] < 0.6) & (factors["price"] > 0.3)
    box = best_box(factors, holds)
    assert set(box.limits) == {"churn", "price"}
    assert box.limits["churn"].high == pytest.approx(0.6, abs=0.03)
    assert box.limits["price"].low == pytest.approx(0.3, abs=0.03)
    assert np.isinf(box.limits["churn"].low)
    assert np.isinf(box.limits["price"].high)
    assert box.density >= 0.95
    assert box.coverage >= 0.95


def test_a_range_in_the_middle(factors: pd.DataFrame) -> None:
    box = best_box(factors, (factors["cost"] > 0.2) & (factors["cost"] < 0.7))
    assert list(box.limits) == ["cost"]
    assert box.limits["cost"].low == pytest.approx(0.2, abs=0.03)
    assert box.limits["cost"].high == pytest.approx(0.7, abs=0.03)


def test_names_are_limits_too(factors: pd.DataFrame) -> None:
    box = best_box(factors, (factors["base"] != "bank") & (factors["churn"] < 0.5))
    assert box.limits["base"] == Limit(names=("grocery", "telecom"))
    assert "base is grocery or telecom" in box.sentence()
    assert "churn < 0.5" in box.sentence() or "churn < 0.4" in box.sentence()


def test_a_little_noise_does_not_hide_it(factors: pd.DataFrame) -> None:
    rng = np.random.default_rng(4)
    holds = (factors["churn"] < 0.5) ^ (rng.random(400) < 0.03)
    box = best_box(factors, holds)
    assert box.limits["churn"].high == pytest.approx(0.5, abs=0.06)
    assert box.density > 0.9
    assert box.coverage > 0.8


def test_the_counts_are_those_of_the_points_inside(factors: pd.DataFrame) -> None:
    holds = factors["churn"] + factors["price"] < 0.8
    box = best_box(factors, holds)
    inside = np.ones(400, dtype=bool)
    for name, limit in box.limits.items():
        inside &= limit.allows(factors[name])
    assert box.points == inside.sum()
    assert box.held == (inside & holds).sum()
    assert box.coverage == box.held / holds.sum()
    assert box.points >= 40


@pytest.mark.parametrize("everywhere", [True, False])
def test_everywhere_and_nowhere_need_no_box(factors: pd.DataFrame, everywhere: bool) -> None:
    box = best_box(factors, np.full(400, everywhere))
    assert box.limits == {}
    assert box.sentence() == ""


def test_few_points_do(factors: pd.DataFrame) -> None:
    few = factors[["churn", "price"]].head(8)
    box = best_box(few, few["churn"] < few["churn"].median())
    assert list(box.limits) == ["churn"]
    assert box.density == 1.0
    assert "at 4 of 4 points there, which are 100% of all at which it holds" in box.sentence()
