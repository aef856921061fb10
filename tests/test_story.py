"""Stories: the one who tells lives what its columns say, month by month."""

import pickle

import pandas as pd
import pytest

from relsim import AgentMarket, CustomerAgent, Market
from relsim.agents.story import KINDS, Relived, Story
from relsim.errors import RelsimError, SpecError
from relsim.spec import override, starter
from tests.test_engines import SETTINGS, many_firms

MONTHS = 18


def stories(market: Market, places: range) -> list[Story]:
    return [market.story(place) for place in places]


@pytest.mark.parametrize("name", SETTINGS)
def test_the_one_who_tells_is_the_one_in_the_columns(name: str) -> None:
    # Every month of every story is compared with the columns while it is told.
    spec = override(starter(), {"market.customers": 60, **SETTINGS[name]})
    market = Market(spec).run(MONTHS)
    told = stories(market, range(12))
    for story in told:
        last = story.months.iloc[-1]
        now = market.customers[story.customer]
        supplier = None if pd.isna(last["supplier"]) else last["supplier"]
        assert (supplier, last["rung"]) == (now.supplier, now.rung)
        assert (last["trust"], last["satisfaction"]) == (now.trust, now.satisfaction)
        assert list(story.months["month"]) == list(range(1, MONTHS + 1))
        assert {episode.kind for episode in story.episodes} <= set(KINDS)


LOYAL = {
    "market.customers": 60,
    "market.annual_turnover": 0.3,
    "firms.0.failure_rate": 0.2,
    "mechanisms.loyalty_programme": {"join_rate": 0.4},
    "firms.0.relationship.loyalty_programme": {"reward_after": 3.0, "expiry": 0.02},
    "firms.1.relationship.loyalty_programme": {"launch": 4},
}


def test_members_of_loyalty_programmes_have_stories() -> None:
    market = Market(override(starter(), LOYAL)).run(MONTHS)
    assert (market.customers.frame()["effect"] != 0.0).any()
    for story in stories(market, range(30)):
        last, now = story.months.iloc[-1], market.customers[story.customer]
        assert (last["trust"], last["satisfaction"]) == (now.trust, now.satisfaction)


def test_customers_of_a_class_of_one_s_own_have_no_stories() -> None:
    spec = override(starter(), {"customers.class": "tests.test_story.Restless"})
    with pytest.raises(SpecError, match=r"customers\.class: stories are told of relsim's own"):
        Relived([(1, spec)], 1, 0, customer=0)


def test_stories_with_many_firms() -> None:
    market = Market(many_firms(override(starter(), {"market.customers": 50}))).run(6)
    assert len(stories(market, range(8))) == 8


def test_all_stories_together_are_the_table() -> None:
    changes = {
        "market.customers": 40,
        "market.annual_turnover": 0.3,
        "firms.0.failure_rate": 0.3,
        "mechanisms.word_of_mouth.recommend_rate": 0.5,
        "events": [{"kind": "save", "month": 1, "firm": "Attack", "share": 0.5}],
    }
    market = Market(override(starter(), changes)).run(24)
    table = market.table
    kinds = pd.concat([story.frame() for story in stories(market, range(40))])["kind"]
    counts = kinds.value_counts()
    assert counts["left"] == table["lost"].sum() - table["left_market"].sum()
    assert counts["joined"] == table["acquired"].sum()
    assert counts["trouble"] == table["failures"].sum()
    assert counts["recommended"] == table["recommendations"].sum()
    assert counts["saved"] == table["saved"].sum() > 0
    assert counts["came"] == 40 + counts["left_market"]


def test_money_told_is_money_booked() -> None:
    spec = override(starter(), {"market.customers": 30, "market.annual_turnover": 0.2})
    market = Market(spec).run(12)
    told = sum(story.months["contribution"].sum() for story in stories(market, range(30)))
    booked = sum(float(record.accounts.cells[1:, ..., 1].sum()) for record in market.records)
    assert told == pytest.approx(booked, rel=1e-9)


def test_reasons_are_those_of_the_books() -> None:
    market = Market(override(starter(), {"market.customers": 40})).run(24)
    left = [
        episode.text
        for story in stories(market, range(40))
        for episode in story.episodes
        if episode.kind == "left"
    ]
    causes = [market.why(firm.name).set_index("cause")["customers"] for firm in market.firms]
    why = pd.concat(causes).groupby("cause").sum()
    assert sum("dissatisfaction" in text for text in left) == why["failure"]
    assert sum("rival's offer" in text for text in left) == why["rival_offer"]


def test_a_story_over_a_change_in_mid_run() -> None:
    market = Market(override(starter(), {"market.customers": 50}), seed=3).run(5)
    market.change(override(market.spec, {"firms.0.failure_rate": 0.9}))
    market.run(7)
    troubles = [
        episode.month
        for story in stories(market, range(10))
        for episode in story.episodes
        if episode.kind == "trouble" and "Attack" in episode.text
    ]
    assert sum(month > 5 for month in troubles) > 5 * sum(month <= 5 for month in troubles)


def test_telling_changes_nothing_and_agents_tell_the_same() -> None:
    spec = override(starter(), {"market.customers": 50})
    market, agents = Market(spec, seed=2).run(9), AgentMarket(spec, seed=2).run(9)
    before = market.table
    assert str(market.story(4)) == str(agents.story(4))
    pd.testing.assert_frame_equal(market.table, before)


def test_seed_0_one_customer_and_no_month() -> None:
    market = Market(override(starter(), {"market.customers": 1}), seed=0)
    assert [episode.kind for episode in market.story(0).episodes] == ["came"]


def test_who_has_no_story() -> None:
    class Restless(CustomerAgent):
        def reconsider(self) -> bool:
            super().reconsider()
            return True

    spec = override(starter(), {"market.customers": 50})
    with pytest.raises(SpecError, match="given 50, allowed: 0 to 49"):
        Market(spec).story(50)
    with pytest.raises(RelsimError, match="has another history"):
        stories(AgentMarket(spec, customer_class=Restless).run(6), range(50))


def test_a_market_that_travelled_still_tells() -> None:
    market = Market(override(starter(), {"market.customers": 20})).run(3)
    again = pickle.loads(pickle.dumps(market))
    assert type(again) is Market
    assert str(again.story(1)) == str(market.story(1))


def test_a_market_is_lived_again_in_steps() -> None:
    spec = starter()
    steps = Relived([(1, spec)], 1, 0, customer=3)
    for month in (0, 2, 6):
        steps.until(month)
    assert str(steps.told()) == str(Market(spec, seed=1).run(6).story(3))
