"""The compiled month and the engine of agents are one market: states equal, money to 1e-9."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from relsim.agents.customer import CustomerAgent
from relsim.agents.market import AgentMarket
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter

SETTINGS: dict[str, dict[str, Any]] = {
    "contractual": {},
    "without contract term": {"firms.0.contract_months": 12, "firms.1.contract_months": 1},
    "contracts of several lengths": {
        "firms.0.contract_mix": [
            {"months": 1, "share": 0.3},
            {"months": 6, "share": 0.4},
            {"months": 12, "share": 0.3},
        ],
        "firms.1.contract_months": 3,
        "run.warm_up": 5,
        "market.annual_turnover": 0.4,
        "mechanisms.reconsider.base_hazard": 0.9,
    },
    "non-contractual": {
        "market.setting": "non_contractual",
        "customers.segments.0.usage": 2.5,
        "mechanisms.buying.cross_sale_rate": 0.5,
    },
    "scale-free network that talks": {
        "customers.network.kind": "scale_free",
        "mechanisms.word_of_mouth.recommend_rate": 0.6,
        "mechanisms.word_of_mouth.warn_rate": 0.8,
        "mechanisms.word_of_mouth.warn_satisfaction": 0.75,
        "mechanisms.word_of_mouth.opening": 0.7,
        "firms.0.share": 0.2,
        "firms.1.share": 0.3,
    },
    "random network": {"customers.network.kind": "random", "customers.network.neighbours": 4},
    "no network": {"customers.network.kind": "none"},
    "turnover": {"market.annual_turnover": 0.6},
    "trouble": {
        "firms.0.failure_rate": 0.5,
        "firms.1.failure_rate": 0.3,
        "mechanisms.experience.severity": 0.9,
        "firms.1.strategy": {"kind": "conquest"},
        "firms.0.capacity": 0.1,
    },
    "fixed retention": {"mechanisms.retention.rule": "fixed"},
    "own retention": {"mechanisms.retention.rule": "own"},
    "bought retention": {"mechanisms.retention.rule": "response"},
    "switching matrix": {
        "mechanisms.retention": {
            "rule": "matrix",
            "matrix": [[0.8, 0.15, 0.05], [0.02, 0.9, 0.08], [0.3, 0.3, 0.4]],
        },
        "market.annual_turnover": 0.4,
        "firms.0.contract_months": 3,
        "events": [{"kind": "exit", "month": 9, "firm": "Defend"}],
    },
    "dropout": {
        "market.setting": "non_contractual",
        "mechanisms.retention.rule": "dropout",
        "mechanisms.retention.monthly": 0.8,
        "mechanisms.retention.concentration": 3.0,
    },
    "everyone hears everyone": {
        "customers.network.kind": "mixed",
        "mechanisms.word_of_mouth.recommend_rate": 0.6,
        "mechanisms.word_of_mouth.warn_rate": 0.8,
        "mechanisms.word_of_mouth.warn_satisfaction": 0.75,
        "mechanisms.word_of_mouth.opening": 0.7,
    },
    "events": {
        "firms.0.contract_months": 6,
        "events": [
            {"kind": "save", "month": 2, "firm": "Attack", "share": 0.5},
            {"kind": "price_war", "month": 4, "lasts": 3, "depth": 0.3},
            {"kind": "quality_shock", "month": 5, "firm": "Defend", "change": -0.5},
            {"kind": "recession", "month": 6, "depth": 0.3},
            {"kind": "growth", "month": 3, "monthly": 0.05},
            {"kind": "changing_needs", "month": 2, "lasts": 9, "shift": 0.6},
            {"kind": "exit", "month": 12, "firm": "Attack"},
        ],
    },
    "retention that is raised": {
        "events": [
            {"kind": "save", "month": 3, "firm": 0, "annual_points": 0.2},
            {"kind": "save", "month": 1, "of_defection": 0.4},
        ],
    },
    "given retention and an exit": {
        "mechanisms.retention.rule": "own",
        "events": [{"kind": "exit", "month": 9, "firm": "Defend"}],
    },
    "customers who differ for good": {
        "market.annual_turnover": 0.4,
        "firms.0.contract_months": 6,
        "customers.segments.0.frailty_spread": 1.5,
        "mechanisms.word_of_mouth.opening": 1.0,
        "customers.correlations": [
            {"between": ["usage", "frailty"], "correlation": -0.6},
            {"between": ["frailty", "orientation"], "correlation": 0.5},
        ],
    },
    "sale by sale": {
        "firms.0.selling": "transaction",
        "firms.0.share": 0.4,
        "firms.1.contract_months": 3,
        "firms.1.strategy": {"kind": "conquest"},
        "customers.start.trust": 0.6,
        "mechanisms.word_of_mouth.recommend_rate": 0.5,
        "mechanisms.word_of_mouth.warn_rate": 0.8,
    },
    "tiers told apart": {
        "firms.0.strategy": {"kind": "life_cycle", "keep_until": 0.5, "win_until": 0.2},
        "firms.0.data.start": 0.9,
    },
}


def many_firms(spec: MarketSpec) -> MarketSpec:
    firms = [
        spec.firms[0].model_dump() | {"name": f"F{k}", "share": 0.1, "price": 28.0 + k}
        for k in range(6)
    ]
    return MarketSpec.model_validate(spec.model_dump() | {"firms": firms})


def assert_same(spec: MarketSpec, months: int = 18) -> None:
    compiled, agents = Market(spec).run(months), AgentMarket(spec).run(months)
    states = compiled.customers.frame(), agents.customers.frame()
    pd.testing.assert_frame_equal(*states, check_exact=True)
    tables = compiled.table, agents.table
    for name in tables[0].columns.drop("firm"):
        one, other = (table[name].to_numpy(dtype=float) for table in tables)
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9, err_msg=name)
    tenures = compiled.tenure_table, agents.tenure_table
    pd.testing.assert_frame_equal(*tenures, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", SETTINGS)
def test_engines_agree(name: str) -> None:
    # More customers than a block, so that blocks meet; a number that fills none.
    assert_same(override(starter(), {"market.customers": 613, **SETTINGS[name]}))


def test_engines_agree_with_more_firms_than_a_draw_has_words() -> None:
    assert_same(many_firms(override(starter(), {"market.customers": 300})))


def test_engines_agree_over_several_chunks() -> None:
    assert_same(override(starter(), {"market.customers": 4500}), months=3)


def test_a_customer_class_of_ones_own_is_used() -> None:
    class Restless(CustomerAgent):
        def reconsider(self) -> bool:
            super().reconsider()
            return True

    spec = override(starter(), {"market.customers": 200})
    calm = AgentMarket(spec).run(3).table["reconsidered"].sum()
    restless = AgentMarket(spec, customer_class=Restless).run(3).table["reconsidered"].sum()
    assert restless > 10 * calm
