"""Interventions and events: what they do in the month they are set for, and nothing before."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from relsim.errors import SpecError
from relsim.events import effects
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter

MONTH = 7


def market_with(*events: dict[str, Any], **overrides: Any) -> Market:
    spec = override(
        starter(),
        {"market.customers": 3000, "run.months": 14, "events": list(events), **overrides},
    )
    return Market(spec).run()


def of(market: Market, firm: str) -> pd.DataFrame:
    table = market.table
    return table[table["firm"] == firm].set_index("month", drop=False)


EVENTS: dict[str, dict[str, Any]] = {
    "save": {"kind": "save", "month": MONTH, "firm": "Attack", "share": 0.5},
    "exit": {"kind": "exit", "month": MONTH, "firm": "Attack"},
    "price_war": {"kind": "price_war", "month": MONTH, "depth": 0.2},
    "quality_shock": {"kind": "quality_shock", "month": MONTH, "firm": "Attack", "change": -0.4},
    "recession": {"kind": "recession", "month": MONTH, "depth": 0.3},
    "growth": {"kind": "growth", "month": MONTH, "monthly": 0.02},
    "changing_needs": {"kind": "changing_needs", "month": MONTH, "lasts": 2, "shift": 0.5},
}


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_changes_its_month_and_nothing_before(kind: str) -> None:
    calm, struck = market_with().table, market_with(EVENTS[kind]).table
    before, after = calm["month"] < MONTH, calm["month"] >= MONTH
    pd.testing.assert_frame_equal(calm[before], struck[before], check_exact=True)
    assert not calm[after].equals(struck[after])


def test_all_who_would_leave_are_saved() -> None:
    save = {"kind": "save", "month": MONTH, "lasts": 3, "firm": "Attack", "share": 1.0}
    attack = of(market_with(save), "Attack")
    gone = attack["lost_to_rivals"] + attack["lost_to_none"]
    during = attack["month"].between(MONTH, MONTH + 2)
    assert (gone[during] == 0).all()
    assert (gone[~during] > 0).all()
    assert (attack["saved"][during] > 0).all()
    assert (attack["saved"][~during] == 0).all()


def test_the_share_saved_is_the_share_asked_for() -> None:
    save = {"kind": "save", "month": 1, "firm": "Attack", "share": 0.3}
    attack = of(market_with(save, **{"market.customers": 60_000}), "Attack")
    names = ["saved", "lost_to_rivals", "lost_to_none"]
    saved, to_rivals, to_none = attack[names].to_numpy(dtype=float).sum(axis=0)
    tried = saved + to_rivals + to_none
    error = np.sqrt(0.3 * 0.7 / tried)
    assert abs(saved / tried - 0.3) < 4 * error
    assert error < 0.01


def test_a_firm_that_exits_has_nobody_and_spends_nothing() -> None:
    attack = of(market_with(EVENTS["exit"], **{"firms.0.contract_months": 24}), "Attack")
    gone = attack[attack["month"] >= MONTH]
    assert (gone["customers"] == 0).all()
    assert (gone[["acquired", "acquisition", "retention", "fixed", "profit"]] == 0).all(axis=None)
    by_choice = attack[["lost_to_rivals", "lost_to_none"]].to_numpy(dtype=float).sum(axis=1)
    assert attack["lost_by_given"].tolist() == [0.0] * 6 + [by_choice[MONTH - 1]] + [0.0] * 7
    assert by_choice[MONTH - 1] > 0
    assert (attack["customers"][attack["month"] < MONTH] > 0).all()
    assert (gone["customer_equity"] == 0).all()
    assert (attack["customer_equity"][attack["month"] < MONTH] > 0).all()


def test_a_firm_that_enters_was_not_there_before() -> None:
    entry = {"kind": "entry", "month": MONTH, "firm": "Attack"}
    attack = of(market_with(entry, **{"firms.0.share": 0.0, "firms.0.fixed_cost": 1.0}), "Attack")
    before = attack[attack["month"] < MONTH]
    assert (before[["customers", "acquired", "acquisition", "fixed", "profit"]] == 0).all(axis=None)
    assert (attack["fixed"][attack["month"] >= MONTH] == -3000.0).all()
    assert attack["customers"].iloc[-1] > 0


def test_a_price_war_of_one_leaves_the_others_price() -> None:
    war = EVENTS["price_war"] | {"firms": ["Defend"], "lasts": 2}
    market = market_with(war)
    assert of(market, "Defend")["price"].tolist() == [30.0] * 6 + [24.0] * 2 + [30.0] * 6
    assert (of(market, "Attack")["price"] == 30.0).all()


def test_a_recession_takes_its_part_of_usage() -> None:
    calm, struck = market_with(), market_with(EVENTS["recession"])
    first = of(struck, "Attack")["revenue_base"] / of(calm, "Attack")["revenue_base"]
    assert first[MONTH] == pytest.approx(0.7)


def test_growth_compounds_and_stays() -> None:
    spec = override(
        starter(), {"events": [{"kind": "growth", "month": 3, "lasts": 2, "monthly": 0.1}]}
    )
    factors = [effects.at(spec, month).usage for month in (2, 3, 4, 5, 90)]
    assert factors == pytest.approx([1.0, 1.1, 1.21, 1.21, 1.21])


def test_saves_join_as_independent_chances() -> None:
    save = EVENTS["save"] | {"month": 1}
    spec = override(starter(), {"events": [save, save]})
    assert effects.at(spec, 1).saved == (0.75, 0.0)


@pytest.mark.parametrize("kind", [kind for kind, event in EVENTS.items() if "firm" in event])
def test_a_firm_is_named_or_numbered(kind: str) -> None:
    named, numbered = market_with(EVENTS[kind]), market_with(EVENTS[kind] | {"firm": 0})
    pd.testing.assert_frame_equal(named.table, numbered.table, check_exact=True)
    assert effects.marks(named.spec) == effects.marks(numbered.spec)


def test_a_war_of_numbered_firms_and_a_save_for_everybody() -> None:
    war = EVENTS["price_war"] | {"firms": [1]}
    everybody = {"kind": "save", "month": 1, "share": 0.25}
    now = effects.at(override(starter(), {"events": [war, everybody]}), MONTH)
    assert now.price == (1.0, 0.8)
    assert now.saved == (0.25, 0.25)


def test_the_only_firm_leaves_and_nobody_has_a_supplier() -> None:
    alone = {"firms.0.share": 0.7, "firms.1.share": 0.0, "firms.1.awareness": 0.0}
    events = [EVENTS["exit"], {"kind": "exit", "month": 1, "firm": "Defend"}]
    market = market_with(*events, **alone)
    assert market.prospects == 3000
    late = market.table[market.table["month"] >= MONTH]
    money = late[["customers", "profit", "customer_equity"]]
    assert (money == 0).all(axis=None)
    given = market.why("Attack", since=MONTH).set_index("cause")["customers"]
    assert given["given"] > 0
    assert given.drop(["given", "left_market"]).sum() == 0


def test_an_event_after_the_last_month_changes_nothing() -> None:
    late = market_with(EVENTS["exit"] | {"month": 15})
    pd.testing.assert_frame_equal(late.table, market_with().table)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([{"kind": "exit", "month": 3, "firm": "Atack"}], "no firm is called 'Atack'"),
        ([{"kind": "entry", "month": 3, "firm": "Attack"}], "its share at the start has to be 0"),
        ([EVENTS["exit"], EVENTS["exit"]], "can enter once and leave once"),
        ([{"kind": "exitt", "month": 3}], "events.0.kind: given 'exitt', allowed: .*'exit'"),
        ([{"kind": "save", "month": 3, "firm": "Attack", "shar": 1}], "events.0.shar: unknown key"),
        ([{"kind": "recession", "month": 0, "depth": 0.1}], "events.0.month: given 0"),
        ([{"kind": "recession", "month": 1}], "events.0.depth: this key is required"),
        ([{"kind": "exit", "month": 3, "firm": 2}], "events.0: no firm has place 2; .* 0 to 1"),
        ([{"kind": "save", "month": 3}], "events.0: given none of them, allowed: exactly one of"),
        (
            [EVENTS["save"] | {"annual_points": 0.05}],
            "events.0: given share and annual_points, allowed: exactly one of share, annual_points",
        ),
        ([{"kind": "save", "month": 3, "annual_points": 5}], "events.0.annual_points: given 5"),
    ],
)
def test_what_cannot_happen_is_said(events: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        override(starter(), {"events": events})


def test_every_loss_has_a_cause() -> None:
    market = market_with()
    why = market.why("Attack")
    attack = of(market, "Attack")
    assert why["customers"].sum() == attack["churned"].sum()
    assert why["share"].sum() == pytest.approx(1.0)
    assert (
        why.set_index("cause")["customers"]["left_market"]
        == (attack["left_market"] - attack["left_at_once"]).sum()
    )
    assert market.why("Attack", since=3, until=4)["customers"].sum() == (
        attack.loc[3:4, "churned"].sum()
    )
    assert market.why("Attack", until=0)["customers"].sum() == 0
    assert market.why("Attack", until=-1)["customers"].sum() == 0
    with pytest.raises(SpecError, match="did you mean 'Attack'"):
        market.why("Atack")


def spec_of(**overrides: Any) -> MarketSpec:
    return override(starter(), {"market.customers": 4000, "run.months": 12} | overrides)


@pytest.mark.parametrize(
    ("overrides", "grows"),
    [
        ({"firms.0.failure_rate": 0.3}, "failure"),
        ({"firms.0.price": 36.0}, "price"),
        ({"firms.1.strategy": {"kind": "offensive", "budget_share": 0.6}}, "rival_offer"),
        ({"firms.0.contract_months": 6, "mechanisms.reconsider.base_hazard": 0.9}, "contract_end"),
    ],
)
def test_a_cause_grows_with_what_it_names(overrides: dict[str, Any], grows: str) -> None:
    def chance(spec: MarketSpec) -> float:
        why = Market(spec).run().why("Attack").set_index("cause")
        return float(why["share"][grows])

    assert chance(override(spec_of(), overrides)) > chance(spec_of()) + 0.02
