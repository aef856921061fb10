"""Sorting against building: its page is its tables', and what the page says holds."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import sorting
from experiments.sorting_page import page, risen
from relsim.market import Market

ROOT = Path(sorting.__file__).resolve().parents[1]
NAMES = ("retention", "five_points", "unbound", "regular")
RECORDED = {name: pd.read_csv(ROOT / sorting.RESULTS / f"{name}.csv") for name in NAMES}


def test_the_page_is_made_from_the_tables() -> None:
    assert (ROOT / sorting.PAGE).read_text(encoding="utf-8") == page(**RECORDED)


def test_churn_is_equal_in_every_way() -> None:
    churn = RECORDED["retention"].groupby(["market", "way"])["churn"].first().unstack()
    assert churn.to_numpy() == pytest.approx(
        np.broadcast_to(churn[["building"]].to_numpy(), churn.shape), rel=0.02
    )


def test_retention_rises_by_either() -> None:
    kept = RECORDED["retention"].pivot(index=["market", "way"], columns="year", values="estimate")
    rise = risen(kept).unstack("way")
    assert rise.loc["grocery", "neither"] == pytest.approx(0.0, abs=1.0)
    assert rise.loc["grocery", "sorting"] > 2.0 * rise.loc["grocery", "building"] > 4.0
    assert rise.loc["telecom", "building"] > rise.loc["telecom", "neither"] + 2.0


def test_five_points_bring_less_under_sorting_where_no_contract_binds() -> None:
    rows = RECORDED["five_points"].to_dict("records")
    gains = {(row["market"], row["way"], row["measure"]): row for row in rows}
    for measure in ("customers", "lifetime_value", "profit_a_save"):
        sorted_, built = (gains["grocery", way, measure] for way in ("sorting", "building"))
        assert sorted_["estimate"] < 0.7 * built["estimate"]
        assert sorted_["high"] < built["low"]
        bound, free = (gains["telecom", way, measure] for way in ("sorting", "building"))
        assert bound["estimate"] > 0.85 * free["estimate"]


def test_the_contract_is_why_saves_are_worth_as_much() -> None:
    mean = RECORDED["unbound"].pivot(index="measure", columns="way", values="estimate")
    mean = mean.loc[["customers", "lifetime_value", "profit_a_save"]]
    assert (mean["sorting"] < 0.7 * mean["building"]).all()


def test_the_regular_cohort_is_kept_by_either() -> None:
    frame = RECORDED["regular"]
    off = frame[["sorting", "building"]].sub(frame["published"], axis=0).abs().max()
    assert off["sorting"] < 2.1
    assert off["building"] < 1.0


def test_trust_that_is_frozen_stays() -> None:
    market = Market(sorting.way_of("grocery", "sorting", 0.5, customers=300)).run(6)
    frame = market.customers.frame()
    assert (frame.loc[frame["supplier"].notna(), "trust"] == 0.5).all()
    assert frame["frailty"].std() == pytest.approx(sorting.SPREAD, rel=0.2)
