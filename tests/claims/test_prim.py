"""Boxes whose place is known."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relsim.claims.prim import NOTHING, Limit, best_box


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
    assert "market is grocery or telecom" in box.sentence()
    assert re.search(r"churn is below 0\.[45]", box.sentence())


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


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), points=st.integers(6, 40), levels=st.integers(2, 9))
def test_the_order_of_columns_and_rows_decides_nothing(seed: int, points: int, levels: int) -> None:
    """Few levels make many steps equally good."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(0, levels, (points, 4)), columns=list("abcd")).astype(float)
    table["base"] = rng.choice(["telecom", "grocery", "bank"], points)
    holds = rng.random(points) < 0.5
    rows, columns = rng.permutation(points), rng.permutation(table.columns)
    assert best_box(table[columns].iloc[rows], holds[rows]) == best_box(table, holds)


def test_a_part_of_which_nothing_can_be_said(factors: pd.DataFrame) -> None:
    assert best_box(factors[[]], factors["churn"] < 0.5).sentence() == NOTHING


def test_agreement_is_the_correlation_of_inside_and_holds(factors: pd.DataFrame) -> None:
    holds = (factors["churn"] + 0.3 * factors["price"] < 0.6).to_numpy()
    box = best_box(factors, holds)
    inside = np.ones(400, dtype=bool)
    for name, limit in box.limits.items():
        inside &= limit.allows(factors[name])
    assert box.agreement == pytest.approx(np.corrcoef(inside, holds)[0, 1])


def test_few_points_do(factors: pd.DataFrame) -> None:
    few = factors[["churn", "price"]].head(8)
    box = best_box(few, few["churn"] < few["churn"].median())
    assert list(box.limits) == ["churn"]
    assert box.density == 1.0
    assert (
        "at 4 of the 4 points there; they are 100% of all points at which it holds"
        in box.sentence()
    )
