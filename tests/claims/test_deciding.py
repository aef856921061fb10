"""What decides, in samples whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from relsim.claims.deciding import deciding, shares


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


def test_what_does_not_vary_is_not_there(factors: pd.DataFrame) -> None:
    assert "fixed" not in [one.factor for one in shares(factors, factors["churn"])]
    assert shares(factors, np.ones(64)) == []


def test_at_most_three_are_named(factors: pd.DataFrame) -> None:
    rng = np.random.default_rng(3)
    wide = pd.DataFrame({f"x{k}": rng.random(500) for k in range(6)})
    assert len(deciding(shares(wide, wide.sum(axis=1)))) == 3
