"""Five points that are bought: the shipped table is the study's, and reads as the page says."""

import numpy as np
import pandas as pd
import pytest

from experiments import five_percent_paid as study
from experiments.five_percent import RESULTS
from relsim.loader import load
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
    shipped = pd.read_csv(RESULTS / "paid_runs.csv")
    few = (shipped["base"] == "telecom") & (shipped["replication"] < 3)
    mine = shipped[few & shipped["more"].isin([0.0, 0.05])]
    fresh = study.runs("telecom", (0.0, 0.05), replications=3)
    pd.testing.assert_frame_equal(mine.reset_index(drop=True), fresh, rtol=1e-4, check_dtype=False)


def test_profit_counts_from_the_first_month_of_the_spending_on() -> None:
    spec = load("telecom", {"market.customers": 2000, "run.months": study.MONTHS})
    frame = study.runs("telecom", (0.05,), customers=2000, replications=1)
    profit = Market(study.spending(spec, 0.05)).run().columns["profit"][:, 0]
    discounted = profit / 1.1 ** (np.arange(1, study.MONTHS + 1) / 12.0)
    assert spec.market.annual_discount_rate == 0.1
    assert study.MONTHS == 120
    assert frame["profit"].iloc[0] == pytest.approx(discounted.sum())


def lived(base: str, kept: list[float], profit: list[float]) -> pd.DataFrame:
    """Runs of known retention a year and profit, in two replications of different size."""
    return pd.DataFrame(
        [
            {
                "base": base,
                "more": more,
                "replication": k,
                "lost": size * (1.0 - retention ** (1.0 / 12.0)),
                "opening": size,
                "profit": size * earned,
            }
            for more, retention, earned in zip((0.0, 0.1, 0.2), kept, profit, strict=True)
            for k, size in enumerate((100.0, 300.0))
        ]
    )


def test_what_buys_five_points() -> None:
    table = pd.concat(
        [
            lived("a", [0.80, 0.84, 0.86], [10.0, 12.0, 11.0]),
            lived("b", [0.8, 0.81, 0.82], [1.0] * 3),
        ]
    )
    found = study.bought(table).set_index("base")
    for end in ("", "_low", "_high"):  # both replications say the same, whatever their size
        assert found[f"more{end}"].tolist() == pytest.approx([0.15, np.nan], nan_ok=True)
        assert found[f"profit_effect{end}"].tolist() == pytest.approx([0.15, np.nan], nan_ok=True)
        assert found[f"most_points{end}"].tolist() == pytest.approx([0.06, 0.02])


def test_luck_widens_the_interval_of_what_five_points_bring() -> None:
    table = lived("a", [0.80, 0.84, 0.86], [10.0, 12.0, 11.0])
    table.loc[(table["replication"] == 1) & (table["more"] > 0.0), "profit"] *= 1.1
    found = study.bought(table).iloc[0]
    assert found["profit_effect_low"] < found["profit_effect"] < found["profit_effect_high"]
    rows = study.rows(table)
    assert rows["points"].tolist() == pytest.approx([0.0, 0.04, 0.06])
    assert (rows["profit_low"] < rows["profit_effect"])[1:].all()


def test_the_shipped_answers_follow_from_the_shipped_runs() -> None:
    runs, rows, answers = (
        pd.read_csv(RESULTS / f"{name}.csv") for name in ("paid_runs", "paid", "paid_five_points")
    )
    pd.testing.assert_frame_equal(study.rows(runs), rows, rtol=1e-4, atol=1e-6)
    pd.testing.assert_frame_equal(study.bought(runs), answers, rtol=1e-4, atol=1e-6)
