"""Retention that rises as asked: the share that stays, and what comes of it in markets."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import relsim
from relsim.economics import gains
from relsim.events import save
from relsim.events.save import Losses, share_that_stays
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter
from relsim.spec.events import Save

START = 25
WAYS = {
    "annual_points": gains.points,
    "of_retention": gains.part_of_retention,
    "of_defection": gains.part_of_defection,
}
chances = st.floats(0.0, 0.2)


def raised(spec: MarketSpec, **way: Any) -> MarketSpec:
    return override(spec, {"events": [{"kind": "save", "month": START, "firm": 0} | way]})


def kept(market: Market, since: int) -> tuple[float, float, float]:
    """Annual retention of firm 0: as it was, as it would have been, and its standard error."""
    mine = {name: column[since - 1 :, 0] for name, column in market.columns.items()}
    opening, lost, saved = (mine[name].sum() for name in ("opening", "lost", "saved"))
    realised, would = (1 - lost / opening) ** 12, (1 - (lost + saved) / opening) ** 12
    # Among those who would go, staying is Binomial; 12 R^(11/12) is the slope of annual retention.
    tried = mine["saved"] + mine["lost_to_rivals"] + mine["lost_to_none"]
    noise = np.sqrt(saved * (1 - saved / tried.sum())) / opening
    return realised, would, float(12 * realised ** (11 / 12) * noise)


@given(chances, chances, st.floats(0.0, 1.0), st.sampled_from(list(WAYS)))
def test_the_share_gives_what_is_asked_or_all(
    by_choice: float, left: float, gain: float, way: str
) -> None:
    lost = Losses(by_choice, left)
    share = share_that_stays(lost, lambda retention: WAYS[way](retention, gain))
    before = (1 - by_choice - left) ** 12
    after = (1 - by_choice * (1 - share) - left) ** 12
    assert 0.0 <= share <= 1.0
    most = (1 - left) ** 12
    if by_choice > 1e-6:
        assert after == pytest.approx(min(WAYS[way](before, gain), most), abs=1e-9)


def test_in_a_year_of_one_step_the_share_is_points_over_defection() -> None:
    """The thought experiment's own arithmetic, where months hardly compound."""
    small = Losses(1e-5, 0.0)
    annual = 1 - (1 - 1e-5) ** 12
    share = share_that_stays(small, lambda retention: retention + 0.05 * annual)
    assert share == pytest.approx(0.05, rel=1e-3)


def test_losses_are_those_of_the_last_twelve_months() -> None:
    market = Market(raised(starter(), annual_points=0.03), seed=3).run(40)
    table = market.table[market.table["firm"] == "Attack"].iloc[-12:]
    would = table[["lost_to_rivals", "lost_to_none", "saved"]].to_numpy(dtype=float).sum()
    lost = save.losses(market.records, 0)
    assert lost.by_choice == would / table["opening"].sum()
    assert lost.left_market == table["left_market"].sum() / table["opening"].sum()
    assert market.now.saved[0] == pytest.approx(
        save.chance(Save(kind="save", month=1, annual_points=0.03, firm=0), market.records[:-1], 0)
    )


def test_nobody_is_saved_before_anything_is_known() -> None:
    spec = override(starter(), {"events": [{"kind": "save", "month": 1, "annual_points": 0.5}]})
    columns = Market(spec, seed=1).run(3).columns
    assert columns["saved"][0].tolist() == [0.0, 0.0]
    assert (columns["saved"][1:].sum(axis=0) > 0.0).all()


@pytest.mark.parametrize("way", WAYS)
def test_no_gain_changes_nothing(way: str) -> None:
    calm, saved = Market(starter()).run(40), Market(raised(starter(), **{way: 0.0})).run(40)
    pd.testing.assert_frame_equal(calm.table, saved.table, check_exact=True)
    pd.testing.assert_frame_equal(calm.customers.frame(), saved.customers.frame(), check_exact=True)


@pytest.mark.parametrize(
    ("name", "way", "gain"),
    [
        ("telecom", "annual_points", 0.05),
        ("telecom", "of_retention", 0.05),
        ("credit-card", "annual_points", 0.05),
        ("grocery", "of_defection", 0.2),
    ],
)
def test_realised_retention_rises_as_asked(name: str, way: str, gain: float) -> None:
    """Against the market's own would-be churn, after the first year of looking back."""
    spec = relsim.load(name, {"market.customers": 16_000, "run.months": 120})
    realised, would, error = kept(Market(raised(spec, **{way: gain}), seed=5).run(), START + 12)
    asked = WAYS[way](would, gain) - would
    assert realised - would == pytest.approx(asked, abs=3 * error)
    assert error < 0.06 * asked


def test_more_than_all_cannot_stay() -> None:
    """Who leaves the market for good is lost all the same; customers are conserved throughout."""
    market = Market(raised(starter(), annual_points=1.0), seed=2).run(40)
    late = market.table[(market.table["firm"] == "Attack") & (market.table["month"] >= START)]
    assert (late[["lost_to_rivals", "lost_to_none"]] == 0).all(axis=None)
    assert late["left_market"].sum() == late["lost"].sum() > 0
