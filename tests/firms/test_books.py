"""A month's figures are what its sums say, and firms see each under its own name."""

import numpy as np
import pytest

from relsim.customers.accounts import CELL_FIELDS, FIRM_FIELDS, YEAR_FIELDS
from relsim.customers.rules.departure import CAUSES
from relsim.customers.rules.ladder import RUNGS
from relsim.customers.rules.value import TIERS
from relsim.firms.ledger import CUSTOMER_LINES, FIRM_LINES
from relsim.firms.quantities import FIGURES, PLACES, TABLE
from relsim.firms.results import Record
from relsim.firms.view import FirmView, OwnMonth
from relsim.market import Market
from relsim.spec import override, starter


@pytest.fixture(scope="module")
def market() -> Market:
    values = {
        "market.customers": 3000,
        "customers.network.kind": "scale_free",
        "firms.0.strategy.kind": "referral_first",
        "firms.1.strategy.kind": "conquest",
        "market.annual_turnover": 0.2,
        "events": [{"kind": "save", "month": 3, "firm": 1, "share": 0.3}],
    }
    return Market(override(starter(), values), seed=5).run(18)


@pytest.fixture(scope="module")
def month(market: Market) -> Record:
    return market.records[-1]


def figure(month: Record, name: str) -> list[float]:
    values: list[float] = month.figures[:, PLACES[name]].tolist()
    return values


def test_every_figure_has_one_place() -> None:
    assert len(set(FIGURES)) == len(FIGURES) == len(PLACES)
    assert FIGURES[: len(TABLE)] == TABLE


def test_moves_are_the_flows_between_firms(market: Market, month: Record) -> None:
    flows, left = month.accounts.flows, month.accounts.firms[1:, FIRM_FIELDS.index("left_market")]
    before = market.records[-2]
    assert figure(month, "opening") == figure(before, "customers")
    assert figure(month, "acquired") == flows[:, 1:].sum(axis=0).tolist()
    assert figure(month, "lost") == (flows[1:].sum(axis=1) + left).tolist()
    assert figure(month, "acquired_rivals") == flows[1:, 1:].sum(axis=0).tolist()
    assert figure(month, "lost_to_none") == flows[1:, 0].tolist()
    ways = [figure(month, f"by_{way}") for way in ("recommendation", "reach", "awareness")]
    assert np.sum(ways, axis=0).tolist() == figure(month, "acquired")
    assert min(figure(month, "acquired") + figure(month, "lost")) > 0.0


def test_counts_and_causes_stand_under_their_names(month: Record) -> None:
    for k, name in enumerate(FIRM_FIELDS):
        assert figure(month, name) == month.accounts.firms[1:, k].tolist(), name
    for k, cause in enumerate(CAUSES):
        name = "left_market" if cause == "left_market" else f"lost_by_{cause}"
        assert figure(month, name) == month.accounts.causes[1:, k].tolist(), cause
    assert figure(month, "lost_by_cause") == figure(month, "lost")


def test_means_are_over_everybody_who_lived_the_month(month: Record) -> None:
    sums = month.accounts.cells[1:].sum(axis=(1, 2))
    for k, name in enumerate(CELL_FIELDS[1:], start=1):
        assert figure(month, name) == pytest.approx(sums[:, k] / sums[:, 0]), name
    assert figure(month, "running_contribution") == figure(month, "contribution")
    by_tier = month.accounts.cells[1:].sum(axis=1)
    for k, tier in enumerate(TIERS):
        there = month.accounts.cells[1:, 1:, k, 0].sum(axis=1)
        assert figure(month, f"tier_{tier}") == there.tolist()
        means = by_tier[:, k, 1] / np.maximum(by_tier[:, k, 0], 1.0)
        assert figure(month, f"contribution_{tier}") == pytest.approx(means)


def test_service_spending_and_terms_stand_under_their_names(market: Market, month: Record) -> None:
    asked = month.accounts.years[1:, :, YEAR_FIELDS.index("service")].sum(axis=1)
    assert figure(month, "service") == pytest.approx(asked)
    assert asked.min() > 0.0
    plans = [firm.plan for firm in market.firms]
    assert figure(month, "referral_reward") == [plan.referral_reward for plan in plans if plan]
    assert figure(month, "discount") == [plan.discount for plan in plans if plan]
    assert figure(month, "spent_recovery") == [plan.recovery for plan in plans if plan]
    assert figure(month, "spent_ordinary") == [plan.retention[1] for plan in plans if plan]
    assert len(set(figure(month, "referral_reward"))) == len(set(figure(month, "discount"))) == 2


def test_profit_is_the_sum_of_all_lines(month: Record) -> None:
    lines = sum(np.array(figure(month, name)) for name in (*CUSTOMER_LINES, *FIRM_LINES))
    assert figure(month, "profit") == pytest.approx(lines)
    revenue = sum(np.array(figure(month, name)) for name in list(CUSTOMER_LINES)[:4])
    assert figure(month, "revenue") == pytest.approx(revenue)
    spent = ("acquisition", "onboarding", "rewards", "discounts")
    winning = -sum(np.array(figure(month, name)) for name in spent)
    assert figure(month, "winning") == pytest.approx(winning)
    assert min(figure(month, "winning")) > 0.0


def test_nobody_has_no_mean_but_a_contribution_that_was_seen_last() -> None:
    values = {"firms.1.share": 0.0, "events": [{"kind": "entry", "month": 9, "firm": 1}]}
    market = Market(override(starter(), values), seed=5)
    first = market.figures[1, PLACES["running_contribution"]]
    market.run(3)
    last = market.figures[1]
    assert np.isnan(last[[PLACES["contribution"], PLACES["trust"]]]).all()
    assert last[PLACES["running_contribution"]] == first > 0.0


def test_a_firm_sees_every_figure_under_its_own_name(market: Market, month: Record) -> None:
    known_otherwise = {"contribution": "running_contribution"}
    for place, view in enumerate(market.views()):
        row = month.figures[place]
        seen = 0
        for name in FirmView._fields:
            figure_name = known_otherwise.get(name, name)
            if figure_name in PLACES and name not in {"price", "staff", "data", "cash"}:
                assert getattr(view, name) == row[PLACES[figure_name]], name
                seen += 1
        assert seen == 17
        assert view.acquired_by == tuple(
            row[PLACES[f"by_{way}"]] for way in ("recommendation", "reach", "awareness")
        )
        assert view.tier_customers == tuple(row[PLACES[f"tier_{tier}"]] for tier in TIERS)
        assert view.tier_contributions == tuple(
            row[PLACES[f"contribution_{tier}"]] for tier in TIERS
        )
        assert view.rung_customers == tuple(row[PLACES[f"rung_{rung}"]] for rung in RUNGS[1:])
        assert len({view.rung_customers, view.tier_customers, view.tier_contributions}) == 3
        assert (view.cash, view.data, view.staff) == tuple(
            row[PLACES[name]] for name in ("cash", "data", "staff")
        )
        assert view.past[-1] == OwnMonth(18, *(row[PLACES[name]] for name in OwnMonth._fields[1:]))
        assert view.market.prices[place] == row[PLACES["price"]]
        for name in ("customers", "satisfaction", "offence", "dissatisfied"):
            assert getattr(view.market, name)[place] == row[PLACES[name]] > 0.0, name


def test_before_the_first_month_firms_know_who_is_there() -> None:
    values = {"customers.start.satisfaction": 0.1, "firms.0.share": 0.2, "firms.0.data.start": 0.4}
    market = Market(override(starter(), values), seed=5)
    people = market.customers.frame()
    first = market.firms[0]
    served = people["supplier"] == first.name
    seen = market.views()[0]
    assert seen.customers == seen.tier_customers[1] == seen.market.dissatisfied[0] == served.sum()
    assert seen.rung_customers == tuple(
        (people.loc[served, "rung"] == rung).sum() for rung in RUNGS[1:]
    )
    assert seen.contribution == seen.tier_contributions[0] > 0.0
    state = market.figures[0, [PLACES[name] for name in ("cash", "data", "staff")]]
    assert state.tolist() == [first.cash, 0.4, first.staff]
