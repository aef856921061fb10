"""Every key of a config changes some output: there are no dead knobs."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from relsim.firms.strategies import BUILT_IN, Strategy
from relsim.market import Market
from relsim.mechanisms.registry import BUILT_IN as MECHANISMS
from relsim.spec import FirmSpec, MarketSpec, Segment, override, starter
from relsim.spec.paths import value_at

CONTEXT: dict[str, dict[str, Any]] = {
    # What has to be on for a key to matter, by the beginning of its path; the longest wins.
    "": {
        "market.customers": 600,
        "run.months": 10,
        "firms.0.failure_rate": 0.3,
        "firms.1.failure_rate": 0.2,
        "firms.0.contract_months": 3,
        "firms.0.capacity": 0.2,
        "firms.0.strategy": {"kind": "balanced", "data_share": 0.2, "staff_share": 0.2},
        "firms.1.strategy": {"kind": "conquest"},
        "mechanisms.word_of_mouth.recommend_rate": 0.5,
        "mechanisms.word_of_mouth.warn_rate": 0.5,
        "mechanisms.word_of_mouth.recommend_trust": 0.5,
        "mechanisms.ladder.partner_trust": 0.65,
        "mechanisms.ladder.advocate_trust": 0.55,
        "firms.0.share": 0.3,
        "firms.1.share": 0.3,
        "customers.start.trust": 0.6,
    },
    "customers.segments.0.share": {
        "customers.segments": [{"name": "a"}, {"name": "b", "usage": 5.0}]
    },
    "firms.0.staff.start": {"firms.0.staff.decay": 0.0},
    "firms.0.staff.decay": {"firms.0.staff.start": 0.5},
    "mechanisms.retention.monthly": {"mechanisms.retention.rule": "fixed"},
    "mechanisms.retention.concentration": {"mechanisms.retention.rule": "own"},
    "mechanisms.retention.ceiling": {"mechanisms.retention.rule": "response"},
    "mechanisms.retention.half_at": {"mechanisms.retention.rule": "response"},
    "mechanisms.retention.matrix": {
        "mechanisms.retention": {
            "rule": "matrix",
            "matrix": [[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.1, 0.1, 0.8]],
        }
    },
    "mechanisms.word_of_mouth.reward": {
        "firms.0.strategy": {"kind": "balanced", "reward_in_prices": 1.0}
    },
    "firms.0.selling": {"firms.0.contract_months": 1},
    "market.credit": {"firms.0.cash": 0.0, "firms.0.fixed_cost": 50.0},
    "firms.0.cash": {"market.credit": False},
}
OTHER: dict[str, Any] = {
    # Another value, where a plain change of the number would not do.
    "market.setting": "non_contractual",
    "market.credit": False,
    "market.customers": 601,
    "customers.network.kind": "random",
    "customers.network.neighbours": 4,
    "mechanisms.retention.rule": "fixed",
    "mechanisms.retention.matrix": [[0.8, 0.2, 0.0], [0.1, 0.9, 0.0], [0.1, 0.1, 0.8]],
    "firms.0.contract_months": 24,
    "firms.0.contract_mix": [{"months": 3, "share": 0.5}, {"months": 24, "share": 0.5}],
    "firms.0.selling": "transaction",
    "firms.0.capacity": 0.05,
    "run.months": 11,
    "customers.correlations": [
        {"between": ["usage", "price_sensitivity"], "correlation": 0.5},
    ],
    "events": [{"kind": "recession", "month": 3, "depth": 0.5}],
    "mechanisms.ladder.advocate_trust": 0.62,  # trust rises with the rung
    "mechanisms.ladder.partner_trust": 0.9,
}
ELSEWHERE = {
    # Keys that change what is written or drawn, not the market; tested where that is done.
    "title": "in figures and the manifest: tests/report",
    "notes": "in the manifest: tests/cli",
    "currency": "in figures and the manifest: tests/report",
    "customers.network.file": "tests/customers/test_network.py",
    "customers.class": "tests/test_add_a_mechanism.py",
    "mechanisms.own": "tests/test_add_a_mechanism.py",
    "firms.0.relationship.own": "read by mechanisms of one's own: tests/mechanisms/test_own.py",
    "run.customers_every": "in customers.parquet: tests/test_output.py",
    "run.seed": "test_exactness.py",
    "run.replication": "test_exactness.py",
    "customers.segments.0.name": "in customers.parquet: below",
    "firms.0.name": "in every table: below",
}


def leaves(model: type[BaseModel], path: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        here = f"{path}{name}"
        kind = field.annotation
        if name in MECHANISMS:
            continue  # off unless it is named: its keys are those of its contract
        inners: dict[str, type[BaseModel]] = {"segments": Segment, "firms": FirmSpec}
        inner = inners.get(name)
        if inner is not None:
            yield from leaves(inner, f"{here}.0.")
        elif isinstance(kind, type) and issubclass(kind, BaseModel) and name != "strategy":
            yield from leaves(kind, f"{here}.")
        elif name != "strategy":
            yield here


KEYS = [key for key in leaves(MarketSpec) if key not in ELSEWHERE]


def context(key: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for start in sorted(CONTEXT, key=len):
        if key.startswith(start):
            values |= CONTEXT[start]
    return values


def other(key: str, value: Any) -> Any:
    if key in OTHER:
        return OTHER[key]
    if isinstance(value, int):
        return value + 2
    for candidate in (value * 0.5, value + 0.3):
        if candidate != value:
            return candidate
    raise AssertionError(f"no other value for {key}")


def outcome(spec: MarketSpec) -> str:
    market = Market(spec).run()
    return market.table.to_csv() + market.customers.frame().to_csv()


@pytest.mark.parametrize("key", KEYS)
def test_every_key_changes_the_outcome(key: str) -> None:
    spec = override(starter(), context(key))
    changed = override(spec, {key: other(key, value_at(spec, key))})
    assert outcome(changed) != outcome(spec), f"{key} changes nothing"


@pytest.mark.parametrize("key", ["firms.0.name", "customers.segments.0.name"])
def test_names_show(key: str) -> None:
    spec = override(starter(), {"market.customers": 50})
    assert "Zebra" in outcome(override(spec, {key: "Zebra"}))


STRATEGY_CONTEXT: dict[str, dict[str, Any]] = {
    # The situation in which a parameter matters: values of the config, and of the strategy.
    "step": {"period": 2},
    "smallest_step": {"period": 1, "step": 0.05},
    "period": {},
    "win_until": {"firms.0.share": 0.2, "firms.1.share": 0.2, "keep_until": 0.7},
    "keep_until": {"firms.0.share": 0.4, "firms.1.share": 0.4},
    "win_share": {"firms.0.share": 0.1, "firms.1.share": 0.1},
    "keep_share": {"firms.0.share": 0.4, "firms.1.share": 0.4},
    "grow_share": {"firms.0.share": 0.5, "firms.1.share": 0.5},
    "grow_weight": {"firms.0.share": 0.5, "firms.1.share": 0.5},
    "grow_reward_in_prices": {"firms.0.share": 0.5, "firms.1.share": 0.5},
    "data_share": {"valuable_weight": 5.0},
    "least_share": {"firms.0.share": 0.0, "firms.0.awareness": 0.0},
}


def parameters() -> Iterator[tuple[str, str]]:
    for name, kind in BUILT_IN.items():
        for parameter in kind.model_fields:
            yield name, parameter


@pytest.mark.parametrize(("name", "parameter"), list(parameters()))
def test_every_parameter_of_a_strategy_changes_the_outcome(name: str, parameter: str) -> None:
    kind: type[Strategy] = BUILT_IN[name]
    given = STRATEGY_CONTEXT.get(parameter, {})
    own = {key: value for key, value in given.items() if key in kind.model_fields}
    base = context("") | {key: value for key, value in given.items() if "." in key}
    spec = override(starter(), base | {"run.months": 14, "firms.0.strategy": {"kind": name} | own})
    value = own.get(parameter, kind.model_fields[parameter].default)
    changed = {"kind": name} | own | {parameter: other(parameter, value)}
    assert outcome(override(spec, {"firms.0.strategy": changed})) != outcome(spec)
