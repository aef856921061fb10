"""Churn: what is lost of those who were there when the month opened."""

import pytest

import relsim
from relsim.agents.market import AgentMarket
from relsim.market import Market


@pytest.mark.parametrize("engine", [Market, AgentMarket])
def test_newcomers_lost_at_once_are_no_churn(engine: type[Market]) -> None:
    spec = relsim.load("telecom").with_(
        {
            "market.customers": 400,
            "market.annual_turnover": 0.9,
        }
    )
    table = engine(spec).run(4).table
    assert table["left_at_once"].sum() > 0
    assert (table["churned"] == table["lost"] - table["left_at_once"]).all()
    assert (table["left_at_once"] <= table["acquired"]).all()
    assert (table["churned"] <= table["opening"]).all()
    assert table["churn"].tolist() == (table["churned"] / table["opening"]).tolist()


def test_with_everybody_new_nobody_churned() -> None:
    """A firm that begins with nobody has no churn, however many newcomers go at once."""
    spec = relsim.load("telecom").with_(
        {"market.customers": 400, "market.annual_turnover": 0.9, "firms.*.share": 0.0}
    )
    first = Market(spec).run(1).table
    assert first["left_at_once"].sum() > 0
    assert first["churned"].sum() == 0
    assert first["churn"].isna().all()
