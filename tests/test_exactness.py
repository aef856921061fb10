"""Nothing gets lost, and draws follow from seed, replication, customer, month and purpose."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relsim.customers.columns import allocate
from relsim.customers.population import Customers
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES
from relsim.firms.quantities import PLACES
from relsim.firms.strategies import BUILT_IN
from relsim.market import ConservationError, Market
from relsim.spec import MarketSpec, override, starter

SPECS = st.fixed_dictionaries(
    {
        "market.customers": st.integers(1, 700),
        "market.setting": st.sampled_from(["contractual", "non_contractual"]),
        "market.annual_turnover": st.sampled_from([0.0, 0.05, 0.9]),
        "market.credit": st.booleans(),
        "customers.network.kind": st.sampled_from(["none", "small_world", "scale_free", "random"]),
        "mechanisms.retention.rule": st.sampled_from(["relationship", "fixed", "response", "own"]),
        "mechanisms.choice.outside_utility": st.sampled_from([-50.0, -1.5, 5.0]),
        "firms.0.share": st.sampled_from([0.0, 0.3, 0.5]),
        "firms.0.contract_months": st.sampled_from([1, 12, 250]),
        "firms.0.failure_rate": st.sampled_from([0.0, 0.1, 1.0]),
        "firms.0.strategy.kind": st.sampled_from(sorted(BUILT_IN)),
        "firms.1.strategy.kind": st.sampled_from(sorted(BUILT_IN)),
        "run.seed": st.integers(0, 2**64 - 1),
        "run.replication": st.integers(0, 2**32 - 1),
    }
)


@settings(max_examples=60)
@given(SPECS)
def test_customers_and_money_are_conserved(values: dict[str, Any]) -> None:
    spec = override(starter(), values)
    market = Market(spec).run(5)  # checks customers itself, every month
    table = market.table
    assert (table["opening"] + table["acquired"] - table["lost"] == table["customers"]).all()
    money = table[[*CUSTOMER_LINES, *FIRM_LINES]].sum(axis=1)
    np.testing.assert_allclose(table["profit"], money, rtol=1e-9, atol=1e-6)
    cash = table.groupby("firm", observed=True)["profit"].cumsum() + np.tile(
        [firm.cash * spec.market.customers for firm in spec.firms], 5
    )
    np.testing.assert_allclose(table["cash"], cash, rtol=1e-9, atol=1e-6)
    rungs = table.filter(like="rung_").sum(axis=1)
    tiers = table.filter(like="tier_").sum(axis=1)
    assert (rungs == table["customers"]).all()
    assert (tiers == table["customers"]).all()
    frame = market.customers.frame()
    last = table[table["month"] == 5].set_index("firm")["customers"]
    assert (frame["supplier"].value_counts().reindex(last.index) == last).all()
    tenure = market.tenure_table.groupby("firm", observed=True)["profit"].sum()
    overhead = table.groupby("firm", observed=True)[["fixed", "capability"]].sum().sum(axis=1)
    total = table.groupby("firm", observed=True)["profit"].sum()
    np.testing.assert_allclose(tenure + overhead, total, rtol=1e-9, atol=1e-6)


def test_ledger_is_the_sum_over_customers() -> None:
    spec = override(
        starter(),
        {"market.customers": 3000, "market.annual_turnover": 0.0, "firms.0.onboarding_cost": 7.0},
    )
    market = Market(spec).run(4)
    m, table = spec.mechanisms, market.table
    c = market.customers.frame()
    last = table[table["month"] == 4].set_index("firm")
    for firm in spec.firms:
        own = c[c["supplier"] == firm.name]
        tenure = own["tenure"].astype(float) - 1.0  # the month has ended: one more than in it
        usage = own["usage"].astype(float)
        trust = own["trust"].astype(float)
        growth = usage * m.buying.volume_growth * own["growth_potential"].astype(float) * trust
        cross = usage * m.buying.cross_sale_size * m.buying.cross_sale_rate * trust
        quantity = usage + growth + cross
        learned = m.service.learning * (1 - np.exp(-tenure / m.service.learning_months))
        serve = own["service_demand"].astype(float) * (1 - learned)
        discount = 0.1
        expected = {
            "revenue_base": firm.price * usage.sum(),
            "revenue_growth": firm.price * growth.sum(),
            "revenue_cross": firm.price * cross.sum(),
            "revenue_premium": firm.price * (quantity * m.buying.premium * trust).sum(),
            "cost_of_goods": -firm.unit_cost * quantity.sum(),
            "cost_to_serve": -firm.service_cost * serve.sum(),
            "discounts": -firm.price * discount * quantity[tenure < m.buying.discount_months].sum(),
            "onboarding": -firm.onboarding_cost * last["acquired"].to_dict()[firm.name],
        }
        for name, value in expected.items():
            assert last[name].to_dict()[firm.name] == pytest.approx(value, rel=1e-9), name


def bytes_of(market: Market) -> bytes:
    table = market.table.drop(columns="firm").to_numpy(dtype=float).tobytes()
    return table + b"".join(column.tobytes() for column in market.customers.columns)


BIG = override(starter(), {"market.customers": 9001})


def test_same_seed_same_bytes() -> None:
    assert bytes_of(Market(BIG, seed=3).run(8)) == bytes_of(Market(BIG, seed=3).run(8))


@pytest.mark.parametrize("threads", [2, 3, 16])
def test_threads_change_no_bit(threads: int) -> None:
    assert bytes_of(Market(BIG).run(8)) == bytes_of(Market(BIG, threads=threads).run(8))


def test_another_seed_or_replication_is_other_noise() -> None:
    runs = [
        bytes_of(Market(BIG, seed=seed, replication=replication).run(3))
        for seed, replication in ((0, 0), (1, 0), (0, 1), (1, 1), (2**63, 0))
    ]
    assert len(set(runs)) == len(runs)


def test_seed_zero_is_a_seed() -> None:
    spec = override(starter(), {"run.seed": 5})
    assert bytes_of(Market(spec, seed=0).run(2)) == bytes_of(Market(spec, seed=0).run(2))
    assert bytes_of(Market(spec, seed=0).run(2)) != bytes_of(Market(spec).run(2))


def isolated(values: dict[str, Any]) -> MarketSpec:
    """A market in which customers meet only their own random numbers: nothing depends on totals."""
    spec = override(
        starter(),
        {
            "customers.network.kind": "none",
            "market.annual_turnover": 0.3,
            "firms.0.strategy": {"kind": "balanced", "budget_share": 0.0},
            "firms.1.strategy": {"kind": "balanced", "budget_share": 0.0},
            "firms.0.capacity": 100.0,
            "firms.1.capacity": 100.0,
            "firms.0.awareness": 0.3,
            "mechanisms.value_tiers.error": 0.0,
            "mechanisms.value_tiers.most_valuable_from": 1000.0,
        },
    )
    return override(spec, values)


def test_one_more_customer_changes_only_who_makes_room_for_it() -> None:
    """Each firm starts with its share: of more customers, and so one more may be another's."""
    small, large = (Market(isolated({"market.customers": size})) for size in (1500, 1501))
    before, after = (market.customers.columns.supplier[:1500].copy() for market in (small, large))
    other = before != after
    assert other.sum() <= len(small.firms)
    frames = [market.run(12).customers.frame().iloc[:1500][~other] for market in (small, large)]
    pd.testing.assert_frame_equal(*frames)


def test_one_more_firm_changes_only_those_who_take_it() -> None:
    two = isolated({"market.customers": 2000, "market.annual_turnover": 0.0})
    entrant = two.firms[0].model_dump() | {"name": "Entrant", "share": 0.0}
    three = MarketSpec.model_validate(
        two.model_dump() | {"firms": [*two.model_dump()["firms"], entrant]}
    )
    before, after = (Market(spec).run(1).customers.frame() for spec in (two, three))
    went = (after["supplier"] == "Entrant").to_numpy()
    assert 0 < went.sum() < 600
    stayed = before.drop(columns="supplier")[~went], after.drop(columns="supplier")[~went]
    pd.testing.assert_frame_equal(*stayed)
    names = before["supplier"].astype(object)[~went], after["supplier"].astype(object)[~went]
    pd.testing.assert_series_equal(*names)


def test_one_more_replication_leaves_the_first_as_it_was() -> None:
    first = bytes_of(Market(BIG, replication=0).run(2))
    Market(BIG, replication=1).run(2)
    assert bytes_of(Market(BIG, replication=0).run(2)) == first


def test_one_more_mechanism_leaves_other_luck_as_it_was() -> None:
    """Word of mouth that nobody heeds changes no one's state but the talk itself."""
    silent = isolated({"mechanisms.word_of_mouth.recommend_rate": 0.0, "run.months": 6})
    talking = override(silent, {"mechanisms.word_of_mouth.recommend_rate": 1.0})
    one, other = (Market(spec).run().customers.frame() for spec in (silent, talking))
    touched = ["recommendations", "rung"]
    pd.testing.assert_frame_equal(one.drop(columns=touched), other.drop(columns=touched))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_market_saved_half_way_goes_on_as_if_it_had_not_been(threads: int) -> None:
    market = Market(BIG, threads=threads).run(4)
    copy = pickle.loads(pickle.dumps(market))
    assert bytes_of(market.run(4)) == bytes_of(copy.run(4))


def test_a_lost_customer_is_noticed() -> None:
    market = Market(starter()).run(1)
    market.figures[0, PLACES["customers"]] += 1.0
    with pytest.raises(ConservationError):
        market.step()


def test_customers_take_at_most_100_bytes_each() -> None:
    customers = Customers(override(starter(), {"market.customers": 100_000}))
    assert customers.nbytes / 100_000 <= 100.0
    assert sum(column.itemsize for column in allocate(1)) <= 60
