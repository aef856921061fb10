"""Every built-in strategy keeps the contract, and does what its meaning says."""

import math
from typing import ClassVar

import pytest

from relsim.errors import StrategyError
from relsim.firms.strategies import (
    BUILT_IN,
    Adaptive,
    Balanced,
    ComplaintFirst,
    Conquest,
    Defensive,
    LifeCycle,
    Marginal,
    Offensive,
    ReferralFirst,
    Retaliator,
    build,
    find,
)
from relsim.firms.strategies.margins import best_spend, divide
from relsim.market import Market
from relsim.spec import StrategySpec, override, starter
from relsim.testing import StrategyContract


class TestOffensive(StrategyContract):
    strategy = Offensive


class TestDefensive(StrategyContract):
    strategy = Defensive


class TestBalanced(StrategyContract):
    strategy = Balanced
    parameters: ClassVar = {"retention_share": 0.4, "data_share": 0.1, "staff_share": 0.1}


class TestMarginal(StrategyContract):
    strategy = Marginal


class TestAdaptive(StrategyContract):
    strategy = Adaptive
    parameters: ClassVar = {"period": 3}


class TestLifeCycle(StrategyContract):
    strategy = LifeCycle


class TestRetaliator(StrategyContract):
    strategy = Retaliator


class TestConquest(StrategyContract):
    strategy = Conquest


class TestComplaintFirst(StrategyContract):
    strategy = ComplaintFirst


class TestReferralFirst(StrategyContract):
    strategy = ReferralFirst


def test_every_built_in_strategy_has_a_contract_test() -> None:
    tested = {
        kind.strategy for kind in StrategyContract.__subclasses__() if kind.__module__ == __name__
    }
    assert tested == set(BUILT_IN.values())


def market(first: str, **values: object) -> Market:
    spec = override(starter(), {"market.customers": 2000, "firms.0.strategy": {"kind": first}})
    return Market(override(spec, {key.replace("__", "."): v for key, v in values.items()}))


def test_offensive_spends_more_on_winning_than_defensive() -> None:
    table = Market(starter()).run(6).table
    spent = table.groupby("firm", observed=True)[["acquisition", "retention"]].sum().T.to_dict()
    assert spent["Attack"]["acquisition"] < spent["Attack"]["retention"]
    assert spent["Defend"]["acquisition"] > spent["Defend"]["retention"]


def test_fixed_split_books_exactly_its_shares() -> None:
    m = market("balanced", firms__0__strategy={"kind": "balanced", "retention_share": 0.25})
    view = m.views()[0]
    plan = m.firms[0].strategy.plan(view)
    assert plan.budget == pytest.approx(0.17 * view.revenue)
    assert plan.defence == pytest.approx(0.25 * plan.budget)
    assert plan.recovery == pytest.approx(0.15 * plan.defence)


def test_marginal_cost_of_winning_and_keeping_equals_lifetime_value() -> None:
    m = market(
        "marginal",
        firms__0__acquisition__half_at=0.154,
        firms__0__care__half_at=0.01155,
        firms__0__strategy__budget_share=1.0,
    ).run(30)
    m.month += 1
    firm = m.firms[0]
    view = m.views()[0]
    plan = firm.strategy.plan(view)
    assert isinstance(firm.strategy, Marginal)
    assert plan.budget < firm.strategy.budget(view) * 0.999, "the budget binds: no optimum to see"
    reach, care = view.know.acquisition, view.know.care
    spend = plan.prospects / view.market.prospects
    rate = math.log(2.0) / (reach.half_at * m.spec.market.reference_price)
    won = firm.strategy._won_prospects * reach.ceiling * rate * math.exp(-rate * spend)
    worth = view.entry_value - view.onboarding_cost - 0.1 * view.list_price
    assert 1.0 / won == pytest.approx(worth, rel=1e-6)
    slope = firm.strategy._slope(view)
    each = plan.defence / view.customers
    assert each > 0.0
    rate = math.log(2.0) / (care.half_at * m.spec.market.reference_price)
    kept = slope * care.ceiling * rate * math.exp(-rate * each)
    assert 1.0 / kept == pytest.approx(view.lifetime_value, rel=1e-6)


def test_marginal_gives_every_use_the_same_margin_when_the_budget_binds() -> None:
    uses = ((100.0, 80.0, 0.1), (300.0, 30.0, 0.2), (50.0, 0.1, 0.1))
    spent = divide(uses, 1000.0)
    assert sum(spent) == pytest.approx(1000.0)
    margins = [
        worth * rate * math.exp(-rate * money / people)
        for (people, worth, rate), money in zip(uses, spent, strict=True)
    ]
    assert margins[0] == pytest.approx(margins[1])
    assert spent[2] == 0.0
    assert margins[2] < margins[0]


def test_marginal_earns_at_least_what_a_fixed_split_does() -> None:
    profits = {}
    for kind in ("marginal", "balanced"):
        table = market(kind, run__months=60, firms__0__onboarding_cost=5.0).run().table
        last = table[table["firm"] == "Attack"]
        profits[kind] = float(last["profit"].sum() + last["equity_present"].iloc[-1])
    assert profits["marginal"] > 0.97 * profits["balanced"]


def test_an_entrant_can_spend() -> None:
    m = market("offensive", firms__0__share=0.0)
    assert m.plan()[0].offence > 0.0
    assert m.run(24).firms[0].customers > 0


def test_best_spend_is_where_nothing_more_pays() -> None:
    worth, rate = 32.0, 0.07
    x = best_spend(worth, rate)

    def net(spend: float) -> float:
        return worth * (1.0 - math.exp(-rate * spend)) - spend

    assert net(x) > net(x * 1.01)
    assert net(x) > net(x * 0.99)


def test_what_has_no_worth_that_is_known_gets_nothing() -> None:
    """Without discount a customer may be worth more than any number, and care have no effect."""
    assert divide(((10.0, math.nan, 0.1), (10.0, 50.0, 0.1)), 1e6) == [
        0.0,
        10.0 * best_spend(50.0, 0.1),
    ]
    spent = divide(((10.0, math.inf, 0.1), (10.0, 50.0, 0.0)), 100.0)
    assert spent == [pytest.approx(100.0), 0.0]


def test_adaptive_moves_its_split() -> None:
    m = market("adaptive").run(24)
    shares = {round(p.defence / (p.offence + p.defence), 6) for p in m.firms[0].past}
    assert len(shares) > 2


def test_life_cycle_turns_from_winning_to_keeping_to_growing() -> None:
    strategy = LifeCycle()
    split = []
    for shares in ((0.1, 0.1), (0.4, 0.4), (0.5, 0.48)):
        spec = override(starter(), {"firms.0.share": shares[0], "firms.1.share": shares[1]})
        m = Market(spec)
        plan = strategy.plan(m.views()[0])
        split.append((round(plan.defence / plan.budget, 3), plan.referral_reward))
    assert split == [(0.2, 0.0), (0.7, 0.0), (0.8, 30.0)]


def test_retaliator_matches_the_rivals_last_offence() -> None:
    m = market("retaliator")
    first = m.plan()[0]
    assert first.offence == 0.0
    m.step()
    plan = m.plan()[0]
    attack = -float(m.table.query("month == 1 and firm == 'Defend'")["acquisition"].iloc[0])
    assert plan.offence == pytest.approx(attack)


def test_conquest_aims_at_the_dissatisfied_only() -> None:
    plan = market("conquest").plan()[0]
    assert plan.rivals == 0.0
    assert plan.dissatisfied > 0.0


def test_complaint_first_spends_most_of_its_defence_on_recovery() -> None:
    plan = market("complaint_first").plan()[0]
    assert plan.recovery > sum(plan.retention)


def test_referral_first_wins_more_by_recommendation() -> None:
    long = {"run__months": 60, "customers__start__trust": 0.75}
    with_reward = market("referral_first", **long).run().table
    without = market("balanced", **long).run().table
    counts = [
        t.query("firm == 'Attack'")["by_recommendation"].sum() for t in (with_reward, without)
    ]
    assert counts[0] > counts[1]
    assert with_reward["rewards"].sum() < 0.0


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("ofensive", "did you mean 'offensive'?"),
        ("nonsense", "known: offensive"),
        ("no.such.module.Thing", "cannot be imported"),
        ("relsim.firms.plan.Plam", "did you mean 'Plan'?"),
        ("relsim.firms.plan.Plan", "not a subclass of relsim.Strategy"),
        ("relsim.firms.strategies.base.Strategy", "no plan(view) of its own"),
    ],
)
def test_a_strategy_that_cannot_be_had_is_named(kind: str, words: str) -> None:
    with pytest.raises(StrategyError) as error:
        find(kind, "firms.3.strategy")
    assert str(error.value).startswith("firms.3.strategy.kind: ")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"retention_shre": 0.5}, "firms.0.strategy.retention_shre: unknown key; did you mean"),
        ({"retention_share": 1.5}, "given 1.5, allowed: less than or equal to 1"),
        ({"retention_share": "much"}, "given 'much', allowed: a valid number"),
    ],
)
def test_a_bad_parameter_is_named(parameters: dict[str, object], words: str) -> None:
    with pytest.raises(StrategyError, match=r"firms\.0\.strategy") as error:
        build(StrategySpec(kind="balanced", **parameters), "firms.0.strategy")
    assert words in str(error.value)
