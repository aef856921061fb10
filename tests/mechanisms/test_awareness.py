"""Awareness as a stock: the contract, its closed forms, its bounds, and what firms see of it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.customers.terms import Term
from relsim.errors import SpecError
from relsim.firms.plan import Plan
from relsim.firms.strategies import Strategy
from relsim.firms.view import FirmView
from relsim.fork import changed
from relsim.lab.runs.outcomes import check_measure
from relsim.market import Market
from relsim.mechanisms.awareness import Awareness, stock
from relsim.mechanisms.awareness.stock import Brands
from relsim.spec import MarketSpec, override, starter
from relsim.testing import MechanismContract

ON = "mechanisms.awareness"
CHANCE = st.floats(0.0, 1.0)


class TestContract(MechanismContract):
    mechanism = Brands
    on = {ON: {}, "firms.0.strategy.brand_share": 0.3}  # noqa: RUF012  # never changed
    others = {  # noqa: RUF012  # the same
        f"{ON}.half_at": 0.1,
        f"{ON}.spillover": 0.1,
        f"{ON}.presence": 0.2,
        f"{ON}.decay": 0.1,
    }


# Bounds -----------------------------------------------------------------------------------


@given(CHANCE, st.floats(1e-12, 1e12), st.floats(0.0, 1e12), CHANCE, CHANCE, CHANCE)
def test_it_stays_between_nobody_and_everybody(
    level: float, rate: float, spend: float, presence: float, share: float, decay: float
) -> None:
    gained = stock.gain(rate, spend, presence, share)
    assert 0.0 <= gained <= 1.0
    assert 0.0 <= stock.after(level, gained, decay) <= 1.0
    if gained + decay > 0.0:
        rest = stock.at_rest(gained, decay)
        assert 0.0 <= rest <= 1.0
        assert stock.after(rest, gained, decay) == pytest.approx(rest, abs=1e-12)


def test_where_nothing_moves_no_level_is_at_rest() -> None:
    assert np.isnan(stock.at_rest(0.0, 0.0))


# Closed forms -----------------------------------------------------------------------------


class Brand(Strategy):
    """Spend so many prices a person of the market, on the brand and on reaching prospects."""

    brand: float = 0.0
    reach: float = 0.0

    def plan(self, view: FirmView) -> Plan:
        price = view.know.price * view.market.size
        return Plan(brand=self.brand * price, prospects=self.reach * price)


def kept(**more: Any) -> MarketSpec:
    """Return a market that nobody enters or leaves: shares stay what they were at the start."""
    values = {
        "market.customers": 200,
        "market.annual_turnover": 0.0,
        "run.months": 60,
        "mechanisms.retention": {"rule": "fixed", "monthly": 1.0},
        "mechanisms.choice.outside_utility": 50.0,
        "firms.0.share": 0.3,
        "firms.1.share": 0.5,
        "firms.0.awareness": 0.9,
        "firms.1.awareness": 0.0,
        ON: {},
    }
    return override(starter(), values | more)


def simulated(spec: MarketSpec, brand: float, reach: float = 0.0) -> Market:
    market = Market(spec)
    market.firms[0].strategy = Brand(brand=brand, reach=reach)
    market.firms[1].strategy = Brand(brand=2.0 * brand, reach=reach)
    return market.run()


def shares_of(market: Market) -> list[float]:
    customers = market.columns["customers"]
    assert (customers == customers[0]).all()
    return [each / market.spec.market.customers for each in customers[0].tolist()]


@pytest.mark.parametrize("presence", [0.0, 0.1])
def test_the_path_is_the_closed_form(presence: float) -> None:
    spec = kept(**{f"{ON}.presence": presence})
    market = simulated(spec, 0.02, reach=0.005)
    found, m = market.columns["awareness"], spec.mechanisms.awareness
    assert m is not None
    shares, months = shares_of(market), np.arange(1, 61)
    for firm, (start, brand) in enumerate(((0.9, 0.02), (0.0, 0.04))):
        bought = 1.0 - 0.5 ** ((brand + m.spillover * 0.005) / m.half_at)
        gain = 1.0 - (1.0 - bought) * (1.0 - presence * shares[firm])
        rest = gain / (gain + m.decay)
        path = rest + (start - rest) * (1.0 - gain - m.decay) ** months
        np.testing.assert_allclose(found[:, firm], path, rtol=1e-12)


def test_a_start_at_rest_stays_there() -> None:
    spec = kept()
    m = spec.mechanisms.awareness
    assert m is not None
    first, second = (
        stock.at_rest(stock.gain(np.log(2.0) / m.half_at, spend, m.presence, share), m.decay)
        for spend, share in zip((0.02, 0.04), shares_of(simulated(spec, 0.02)), strict=True)
    )
    rest = override(spec, {"firms.0.awareness": first, "firms.1.awareness": second})
    found = simulated(rest, 0.02).columns["awareness"]
    np.testing.assert_allclose(found, [[first, second]] * 60, rtol=1e-12)


def test_a_year_leaves_half_of_a_difference_where_gain_and_decay_are_a_twentieth() -> None:
    m = Awareness()
    gain = stock.gain(np.log(2.0) / m.half_at, 0.0065, m.presence, 0.2)
    assert (1.0 - gain - m.decay) ** 12 == pytest.approx(0.5, abs=0.02)


# In a market ------------------------------------------------------------------------------


def test_customers_meet_the_stock() -> None:
    market = simulated(kept(**{"run.months": 3}), 0.02)
    seen = market.columns["awareness"]
    table, _ = market.offer(market.plan())
    np.testing.assert_array_equal(table[1:, 0, Term.AWARENESS], seen[-1])


def test_brand_money_is_booked_as_acquisition_and_is_no_gift() -> None:
    settings: list[Any] = [{}, None]
    on, off = (simulated(kept(**{"run.months": 2, ON: one}), 0.02) for one in settings)
    for market in (on, off):
        books = market.columns
        assert (books["spent_brand"] > 0.0).all()
        np.testing.assert_allclose(books["acquisition"], -books["spent_brand"])
    assert on.columns["profit"][0].tolist() == off.columns["profit"][0].tolist()


def test_spending_nothing_loses_customers() -> None:
    values = {"market.customers": 3_000, "run.months": 60, "firms.*.awareness": 0.5, ON: {}}
    spec = override(starter(), values)
    usual, nothing = (
        Market(override(spec, more)).run().columns["customers"][-1, 0]
        for more in ({}, {"firms.0.strategy.budget_share": 0.0})
    )
    assert nothing < 0.8 * usual


def test_who_is_not_there_yet_keeps_its_level() -> None:
    entry = {"kind": "entry", "month": 4, "firm": 1}
    values = {"events": [entry], "firms.1.share": 0.0, "firms.1.awareness": 0.4, ON: {}}
    market = Market(override(starter(), values | {"market.customers": 200})).run(5)
    level = market.columns["awareness"][:, 1]
    assert level[:3].tolist() == [0.4] * 3
    assert level[3] != 0.4
    assert market.columns["by_awareness"][:3, 1].sum() == 0


class Curious(Strategy):
    """Note what is known of awareness."""

    def plan(self, view: FirmView) -> Plan:
        SEEN.append((view.stocks, view.market.stocks))
        return Plan()


SEEN: list[Any] = []


@pytest.mark.parametrize("on", [True, False])
def test_firms_see_their_own_and_their_rivals(on: bool) -> None:
    SEEN.clear()
    market = Market(kept(**{"run.months": 2, ON: {} if on else None}))
    market.firms[0].strategy = Curious()
    market.run()
    if not on:
        assert SEEN == [({}, {})] * 2
        return
    after = market.columns["awareness"][0].tolist()
    assert SEEN[0] == ({"awareness": 0.9}, {"awareness": (0.9, 0.0)})
    assert SEEN[1] == ({"awareness": after[0]}, {"awareness": tuple(after)})


def test_a_brand_that_buys_all_is_told() -> None:
    told = simulated(kept(**{"run.months": 1}), 2.0).saturation()
    assert told == [
        "brand: Attack, Defend buy more than 95% of what is left to gain in mechanisms.awareness: "
        "more spend adds little"
    ]
    assert simulated(kept(**{"run.months": 1, ON: None}), 2.0).saturation() == []


def test_it_does_not_add_up_over_firms() -> None:
    check_measure("awareness", True, "here", kept())
    with pytest.raises(SpecError, match="'awareness' does not add up over firms"):
        check_measure("awareness", False, "here", kept())


def test_a_fork_cannot_change_where_it_started() -> None:
    with pytest.raises(SpecError, match=r"firms\.0\.awareness: settled before the first month"):
        changed(kept(), {"firms.0.awareness": 0.1})
    off = kept(**{ON: None})
    assert changed(off, {"firms.0.awareness": 0.1}).firms[0].awareness == 0.1


@pytest.mark.parametrize(
    ("key", "value"),
    [("half_at", 0.0), ("presence", 1.5), ("decay", -0.1), ("spillover", 2.0), ("fades", 0.1)],
)
def test_numbers_that_make_no_sense_are_refused(key: str, value: float) -> None:
    with pytest.raises(SpecError, match=rf"mechanisms\.awareness\.{key}"):
        kept(**{f"{ON}.{key}": value})
