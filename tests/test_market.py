"""The Python face of a market, and what it is good for."""

import gc
import subprocess
import sys
import weakref

import mesa
import numpy as np
import pandas as pd
import pytest

import relsim
from relsim.agents.market import AgentMarket
from relsim.economics.lifetime import ladder_values
from relsim.errors import SpecError
from relsim.market import Market
from relsim.spec import override, starter


def test_steps_and_runs_are_the_same() -> None:
    stepped, run = Market(starter()), Market(starter()).run(3)
    for _ in range(3):
        stepped.step()
    assert stepped.table.equals(run.table)
    assert stepped.month == stepped.steps == 3


def test_tables_before_the_first_month_have_the_same_columns_and_no_rows() -> None:
    early, later = Market(starter()), Market(starter()).run(1)
    for one, other in (
        (early.table, later.table),
        (early.tenure_table, later.tenure_table),
        (early.why("Attack"), later.why("Attack")),
    ):
        assert len(one) == 0
        assert list(one.columns) == list(other.columns)
        assert one.dtypes.equals(other.dtypes)
    assert early.customers.frame().dtypes.equals(later.customers.frame().dtypes)
    for before, after in (
        (early.columns, later.columns),
        (early.tenure_columns, later.tenure_columns),
    ):
        assert list(before) == list(after)
        for name, column in before.items():
            assert column.shape == (0, *after[name].shape[1:]), name
            assert column.dtype == after[name].dtype, name


def test_months_must_not_be_negative() -> None:
    with pytest.raises(SpecError, match="given -1, allowed: 0 or more"):
        Market(starter()).run(months=-1)


def test_one_customer_can_be_looked_at() -> None:
    market = Market(starter()).run(6)
    frame = market.customers.frame()
    for i in (0, 17, 999, -1):
        customer, row = market.customers[i], frame.iloc[i]
        assert customer.customer == row["customer"]
        assert customer.tenure == row["tenure"]
        assert customer.rung == row["rung"]
        assert customer.trust == pytest.approx(row["trust"])
        assert len(customer.neighbours) == row["neighbours"]
        assert (customer.supplier or "none") == (
            row["supplier"] if isinstance(row["supplier"], str) else "none"
        )
    assert [c.customer for c in market.customers[2:4]] == [2, 3]
    with pytest.raises(IndexError, match="customers 0 to 999"):
        market.customers[1000]


def test_a_frame_does_not_change_when_the_market_lives_on() -> None:
    market = Market(starter()).run(1)
    frame = market.customers.frame()
    before = frame.copy(deep=True)
    market.run(2)
    pd.testing.assert_frame_equal(frame, before)


def test_firms_are_mesa_agents_and_a_data_collector_works() -> None:
    market = Market(override(starter(), {"run.months": 4}))
    collector = mesa.DataCollector(
        model_reporters={"prospects": "prospects"}, agent_reporters={"cash": "cash"}
    )
    for _ in range(4):
        market.step()
        collector.collect(market)
    assert len(list(market.agents)) == 2
    assert len(collector.get_model_vars_dataframe()) == 4
    assert list(collector.get_agent_vars_dataframe().columns) == ["cash"]


def test_customers_are_mesa_agents_in_the_other_engine() -> None:
    spec = override(starter(), {"market.customers": 40})
    assert len(list(AgentMarket(spec).agents)) == 42


@pytest.mark.parametrize(
    "values",
    [
        {"market.customers": 1},
        {"market.customers": 2, "customers.network.kind": "scale_free"},
        {"firms.0.share": 0.0, "firms.1.share": 0.0},
        {"market.annual_discount_rate": 0.0},
        {"firms.0.price": 1e9},
        {"mechanisms.choice.outside_utility": 50.0, "mechanisms.reconsider.base_hazard": 0.99},
        {"mechanisms.retention.rule": "fixed", "mechanisms.retention.monthly": 1.0},
        {"mechanisms.retention.rule": "fixed", "mechanisms.retention.monthly": 0.0},
        {"firms.0.contract_months": 250},
        {"market.credit": False, "firms.0.cash": -100.0},
    ],
)
def test_odd_markets_live(values: dict[str, object]) -> None:
    market = Market(override(starter(), values)).run(15)
    assert np.isfinite(market.table["profit"]).all()


def test_one_firm_alone_lives() -> None:
    spec = starter()
    alone = spec.model_copy(update={"firms": spec.firms[:1]})
    table = Market(alone).run(12).table
    assert (table["acquired_rivals"] == 0).all()


def test_trust_grows_with_care_and_defection_falls() -> None:
    table = Market(override(starter(), {"market.customers": 20_000, "run.months": 36})).run().table
    late = table[table["month"] > 24].groupby("firm", observed=True)[["trust", "churn"]].mean()
    attack, defend = (late.T.to_dict()[name] for name in ("Attack", "Defend"))
    assert defend["trust"] > attack["trust"]
    assert defend["churn"] < attack["churn"]


def test_ladder_values_in_closed_form() -> None:
    """One rung, kept with chance r: V = m r / (1 + i - r) (Gupta & Lehmann 2003)."""
    m, r, i = 12.0, 0.97, 0.008
    steps = np.array([[0.0, 0.0], [1.0 - r, r]])
    assert ladder_values(steps, np.array([0.0, m]), i)[1] == pytest.approx(m * r / (1 + i - r))


@pytest.mark.parametrize("turnover", [0.0, 0.5])
def test_lifetime_value_in_the_market_is_the_closed_form(turnover: float) -> None:
    """With retention r fixed, chance q to leave the market, nothing else: the closed form.

    A customer who is kept pays, then leaves the market with chance q:
    V = m r / (1 + i - r (1 - q)), which is m r / (1 + i - r) where nobody leaves.
    """
    quiet = {
        "market.customers": 200_000,
        "market.annual_turnover": turnover,
        "mechanisms.retention.rule": "fixed",
        "mechanisms.retention.monthly": 0.96,
        "mechanisms.buying.volume_growth": 0.0,
        "mechanisms.buying.cross_sale_rate": 0.0,
        "mechanisms.buying.premium": 0.0,
        "mechanisms.service.learning": 0.0,
        "customers.network.kind": "none",
        "firms.0.share": 1.0,
        "firms.1.share": 0.0,
        "firms.0.awareness": 0.0,
        "firms.1.awareness": 0.0,
        "firms.0.strategy": {"kind": "balanced", "budget_share": 0.0},
        "firms.1.strategy": {"kind": "balanced", "budget_share": 0.0},
    }
    market = Market(override(starter(), quiet)).run(24)
    table = market.table.query("firm == 'Attack'")
    rate, stay = 1.1 ** (1 / 12) - 1, (1 - turnover) ** (1 / 12)
    kept = 0.96 * stay
    expected = (20.0 - 5.0) * 0.96 / (1 + rate - kept)
    # From the first month on, and best with a year's memory.
    assert table["lifetime_value"].iloc[0] == pytest.approx(expected, rel=0.05)
    assert table["lifetime_value"].iloc[11] == pytest.approx(expected, rel=0.01)
    alive = kept ** np.arange(1, 25)
    error = 4 * np.sqrt(200_000 * alive * (1 - alive))
    assert (np.abs(table["customers"].to_numpy() - 200_000 * alive) < error).all()


def test_what_relsim_offers_by_name() -> None:
    for name in relsim.__all__:
        assert getattr(relsim, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Markt'"):
        _ = relsim.Markt
    assert set(relsim.__all__) <= set(dir(relsim))


def test_import_is_light() -> None:
    code = "import sys, relsim; print(any(m in sys.modules for m in ('mesa', 'numba', 'pandas')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_discount_and_loss_a_customer_is_worth_without_bound() -> None:
    steps = np.zeros((3, 3))
    steps[1, 2] = steps[2, 2] = 5.0  # all climb to a rung that nobody leaves
    assert ladder_values(steps, np.ones(3), 0.0).tolist() == [0.0, np.inf, np.inf]
    steps[1, 0] = 5.0
    assert ladder_values(steps, np.ones(3), 0.0).tolist() == [0.0, np.inf, np.inf]
    steps[2, 0] = 5.0
    assert ladder_values(steps, np.ones(3), 0.0).tolist() == pytest.approx([0.0, 1.0, 1.0])


def test_a_market_that_nobody_needs_leaves_nothing_behind() -> None:
    """Of thousands of runs in one process only the outcomes may stay in memory."""
    market = Market(override(starter(), {"market.customers": 50}), seed=1)
    market.step()
    gone, numbers = weakref.ref(market), [firm.unique_id for firm in market.firms]
    assert numbers == list(range(1, len(numbers) + 1))
    del market
    gc.collect()
    assert gone() is None
