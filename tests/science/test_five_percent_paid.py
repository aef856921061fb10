"""Five points that are bought: the shipped table is the study's, and reads as the page says."""

import numpy as np
import pandas as pd
import pytest

from experiments import five_percent_paid as study
from experiments.five_percent import RESULTS
from relsim.loading import load
from relsim.market import Market


def test_what_is_spent_on_top_goes_to_keeping() -> None:
    spec = load("telecom", {"market.customers": 2000, "run.months": 2})
    before, after = (Market(study.spending(spec, more)).run().columns for more in (0.0, 0.05))
    for name, part in (("acquisition", 0.0), ("retention", 0.05), ("recovery", 0.05)):
        on_top = before[name][0, 0] - after[name][0, 0]
        revenue = before["acquisition"][0, 0] / -0.08
        defence = before["retention"][0, 0] + before["recovery"][0, 0]
        share = before[name][0, 0] / defence if part else 0.0
        assert on_top == pytest.approx(part * share * revenue, rel=1e-6, abs=1e-6)


def test_a_shipped_industry_is_what_the_study_gives() -> None:
    shipped = pd.read_csv(RESULTS / "paid.csv")
    mine = shipped[(shipped["base"] == "telecom") & shipped["more"].isin([0.0, 0.05])]
    fresh = study.rows("telecom", (0.0, 0.05))
    pd.testing.assert_frame_equal(mine.reset_index(drop=True), fresh, rtol=1e-4)


def test_what_buys_five_points() -> None:
    table = pd.DataFrame(
        {
            "base": ["a"] * 3 + ["b"] * 3,
            "more": [0.0, 0.1, 0.2] * 2,
            "points": [0.0, 0.04, 0.06, 0.0, 0.01, 0.02],
            "profit_effect": [0.0, 0.2, 0.1, 0.0, -0.1, -0.2],
        }
    )
    found = study.bought(table).set_index("base")
    assert found["more"].tolist() == pytest.approx([0.15, np.nan], nan_ok=True)
    assert found["profit_effect"].tolist() == pytest.approx([0.15, np.nan], nan_ok=True)
    assert found["best_more"].tolist() == [0.1, 0.0]


def test_the_shipped_answers_follow_from_the_shipped_rows() -> None:
    rows, answers = (pd.read_csv(RESULTS / f"{name}.csv") for name in ("paid", "paid_five_points"))
    pd.testing.assert_frame_equal(study.bought(rows), answers, rtol=1e-4)
