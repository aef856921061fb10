"""Money is a unit: in another currency the same people do the same, and amounts are multiplied."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from relsim.agents.market import AgentMarket
from relsim.currency import amounts, in_currency
from relsim.errors import SpecError
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES
from relsim.firms.plan import Plan
from relsim.firms.quantities import WORTH
from relsim.firms.strategies import BUILT_IN, Strategy
from relsim.firms.view import FirmView
from relsim.market import Market
from relsim.mechanisms.registry import BUILT_IN as MECHANISMS
from relsim.spec import MarketSpec, StrategySpec, override, read, starter
from relsim.spec.explain import entries
from relsim.spec.fields import is_money, money
from relsim.spec.locations import shipped
from relsim.testing import StrategyContract
from tests.test_exactness import SPECS

AMOUNTS = {
    *CUSTOMER_LINES, *FIRM_LINES, *WORTH, "profit", "contribution", "cash", "price", "cac",
    "referral_reward", "running_contribution", "revenue",
}  # fmt: skip
EVENTS = [
    {"kind": "save", "month": 2, "firm": 0, "annual_points": 0.1},
    {"kind": "price_war", "month": 2, "lasts": 2, "depth": 0.3},
    {"kind": "growth", "month": 2, "monthly": 0.05},
    {"kind": "exit", "month": 5, "firm": 0},
]
PROGRAMME = {
    "mechanisms.loyalty_programme": {"join_rate": 0.4},
    "firms.1.relationship.loyalty_programme": {
        "reward_after": 2.0, "running_cost": 0.3, "earn_rate": 0.05, "expiry": 0.1,
    }
}  # fmt: skip
AWARE = {"mechanisms.awareness": {"half_at": 0.02}}
BUDGETED = sorted(set(BUILT_IN) - {"marginal"})
MORE = st.fixed_dictionaries(
    {
        "market.customers": st.integers(1, 300),
        "firms.0.price": st.floats(20.0, 40.0),
        "firms.0.cash": st.sampled_from([-3.0, 0.0, 7.5]),
        "firms.*.fixed_cost": st.sampled_from([0.0, 0.7]),
        "firms.*.onboarding_cost": st.sampled_from([0.0, 20.0, 300.0]),
        "firms.*.capacity": st.sampled_from([0.2, 1.0]),
        "firms.*.reward": st.sampled_from([0.0, 0.8]),
        "firms.1.strategy": st.builds(
            lambda data, staff, brand: {
                "data_share": data, "staff_share": staff, "brand_share": brand
            },
            st.sampled_from([0.0, 0.2]), st.sampled_from([0.0, 0.2]), st.sampled_from([0.0, 0.4]),
        ),
        "more": st.sampled_from([{}, PROGRAMME, AWARE, {"events": EVENTS}]),
    }
)  # fmt: skip


def spec_of(values: dict[str, Any], more: dict[str, Any]) -> MarketSpec:
    """Return a market; what a firm's strategy is goes before its parameters."""
    drawn = values | more
    kind, reward = (drawn.pop(f"firms.{key}") for key in ("1.strategy.kind", "*.reward"))
    known = kind if kind in BUDGETED else "balanced"
    drawn["firms.1.strategy"] = {**drawn["firms.1.strategy"], "kind": known}
    # In one kind of month alone, as other tests have them: no other is compiled for this.
    month = drawn["market.setting"], drawn["mechanisms.retention.rule"]
    more_of_it = drawn.pop("more")
    drawn |= more_of_it if month == ("contractual", "relationship") else {}
    return override(override(starter(), drawn), {"firms.*.strategy.reward_in_prices": reward})


def amounts_of(market: Market) -> set[str]:
    """Return the columns of a market's table and of its customers that are money."""
    found = AMOUNTS | {str(name) for name in market.table if str(name).startswith("spent_")}
    for one in market.mechanisms:
        found |= {line.name for line in one.lines}
        kept = {stock.name: stock for stock in one.stocks} | dict(one.columns)
        found |= {name for name, what in kept.items() if what.meaning.endswith("money")}
    return found


def hold_against(was: Market, now: Market, rate: float, *, exactly: bool) -> None:
    """Check that two markets are one in two currencies."""
    kinds = amounts_of(was)
    for old, new in (
        (was.table, now.table),
        (was.customers.frame(), now.customers.frame()),
    ):
        assert list(old) == list(new)
        for name in old:
            if name in kinds:
                np.testing.assert_allclose(
                    new[name], old[name] * rate, rtol=0.0 if exactly else 1e-8,
                    atol=0.0 if exactly else 1e-8 * rate * _size(old[name]), err_msg=str(name),
                )  # fmt: skip
            elif exactly or not pd.api.types.is_float_dtype(old[name]):
                pd.testing.assert_series_equal(new[name], old[name])
            else:
                np.testing.assert_allclose(
                    new[name], old[name], rtol=1e-6, atol=1e-9, err_msg=str(name)
                )


def _size(values: Iterable[float]) -> float:
    found = np.abs(np.asarray(values, dtype=float))
    return float(np.nanmax(found)) if np.isfinite(found).any() else 0.0


@settings(max_examples=80)
@given(SPECS, MORE, st.integers(-9, 9))
def test_in_a_currency_worth_a_power_of_two_nothing_differs_but_amounts(
    values: dict[str, Any], more: dict[str, Any], power: int
) -> None:
    spec, rate = spec_of(values, more), 2.0**power
    was, now = (Market(one).run(6) for one in (spec, in_currency(spec, rate)))
    hold_against(was, now, rate, exactly=True)


@settings(max_examples=50)
@given(SPECS, MORE, st.floats(0.001, 1000.0))
def test_in_any_currency_counts_are_equal_and_amounts_but_for_rounding(
    values: dict[str, Any], more: dict[str, Any], rate: float
) -> None:
    spec = spec_of(values, more)
    was, now = (Market(one).run(6) for one in (spec, in_currency(spec, rate)))
    hold_against(was, now, rate, exactly=False)


@settings(max_examples=8)
@given(SPECS, MORE, st.sampled_from([0.125, 256.0]))
def test_agents_do_the_same_in_another_currency(
    values: dict[str, Any], more: dict[str, Any], rate: float
) -> None:
    spec = spec_of(values | {"market.customers": 60}, more | {"market.customers": 60})
    was, now = (AgentMarket(one).run(4) for one in (spec, in_currency(spec, rate)))
    hold_against(was, now, rate, exactly=True)


@pytest.mark.parametrize("name", shipped())
@pytest.mark.parametrize("rate", [10.0, 0.001])
def test_shipped_markets_are_the_same_in_another_currency(name: str, rate: float) -> None:
    spec = read(name, {"market.customers": 400})
    was, now = (Market(one).run(12) for one in (spec, in_currency(spec, rate)))
    hold_against(was, now, rate, exactly=False)


def test_no_key_hides_a_unit_of_money() -> None:
    parts: list[tuple[str, type[BaseModel]]] = [
        ("", MarketSpec),
        *((f"{name}.", kind) for name, kind in BUILT_IN.items()),
    ]
    known = [entry for prefix, part in parts for entry in entries(part, prefix)]
    known += [entry for one in MECHANISMS.values() for entry in entries(one.keys)]
    named = [entry for entry in known if "money" in entry.unit and entry.unit != "money per money"]
    assert [entry.path for entry in named if not is_money(entry.unit)] == []
    hidden = [entry.path for entry in named if entry.default not in (None, "required", 0.0)]
    assert hidden == [], "a default is an amount: what it is worth hangs on the currency"


class Stubborn(Strategy):
    """Spend a sum whose unit nobody knows."""

    def plan(self, view: FirmView) -> Plan:
        return Plan(prospects=500.0, rivals=2.0 * view.customers)


class ContractOfStubborn(StrategyContract):
    strategy = Stubborn


def test_the_contract_finds_a_strategy_with_a_hidden_unit() -> None:
    with pytest.raises(AssertionError, match="hangs on the unit of money"):
        ContractOfStubborn().test_money_is_a_unit()


class Gifts(Strategy):
    """Give something to everybody, whoever asks."""

    each: float = money("A gift.", per="customer", default=2.0)

    def plan(self, view: FirmView) -> Plan:
        each = min(self.each, view.money / max(view.customers, 1.0))
        return Plan(retention=tuple(each * n for n in view.tier_customers))


class TestGifts(StrategyContract):
    strategy = Gifts


def test_amounts_of_ones_own_strategies_are_known_even_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(BUILT_IN, "gifts", Gifts)
    spec = override(starter(), {"firms.0.strategy": {"kind": "gifts"}})
    assert dict(amounts(spec))["firms.0.strategy.each"] == 2.0
    other = in_currency(spec, 3.0, "crowns")
    assert other.currency == "crowns"
    assert other.firms[0].strategy == StrategySpec.model_validate({"kind": "gifts", "each": 6.0})


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_currency_is_worth_something(rate: float) -> None:
    with pytest.raises(SpecError, match="rate: given"):
        in_currency(starter(), rate)


def test_policies_of_which_no_unit_is_known_are_refused() -> None:
    spec = override(starter(), {"firms.1.relationship": {"own": {"gifts": {"sum": 3.0}}}})
    with pytest.raises(SpecError, match=r"firms\.1\.relationship\.own"):
        in_currency(spec, 2.0)
