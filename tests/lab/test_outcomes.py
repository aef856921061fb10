"""Outcomes against the tables of a market, worked out a second way."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from relsim.errors import SpecError
from relsim.lab.runs.outcomes import measure, resolved
from relsim.lab.spec import OutcomeSpec
from relsim.market import Market
from relsim.spec import override, starter

MONTHS = 48


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(override(starter(), {"run.months": MONTHS}), seed=3).run()


def taken(market: Market, **keys: object) -> float:
    outcome = resolved("it", OutcomeSpec.model_validate(keys), market.spec, 0)
    return measure(outcome, market.columns, market.tenure_columns)


def by_tenure(market: Market, firm: int, year: int) -> pd.Series:
    table = market.tenure_table
    name = market.spec.firms[firm].name
    rows = table[(table["firm"] == name) & (table["tenure_year"] == year)]
    return rows.sum(numeric_only=True)


def test_measures_are_added_with_their_signs(market: Market) -> None:
    table = market.table[market.table["firm"] == market.spec.firms[0].name]
    spent = -(table["acquisition"] + table["onboarding"]) + table["acquired"]
    found = taken(market, measure="- acquisition - onboarding + acquired", firm=0, aggregate="sum")
    assert found == pytest.approx(spent.sum(), rel=1e-12)


def test_variation_is_deviation_over_mean(market: Market) -> None:
    profit = market.table.loc[market.table["firm"] == market.spec.firms[1].name, "profit"]
    found = taken(market, measure="profit", firm=1, aggregate="variation")
    assert found == pytest.approx(profit.std() / profit.mean(), rel=1e-12)


def test_variation_about_a_mean_that_is_no_profit_is_not_a_number(market: Market) -> None:
    found = taken(market, measure="- fixed + acquisition", firm=1, aggregate="variation")
    table = market.table[market.table["firm"] == market.spec.firms[1].name]
    assert np.isnan(found) == bool((table["acquisition"] - table["fixed"]).mean() <= 0.0)


def test_months_below_zero_are_counted_and_zero_is_not_below(market: Market) -> None:
    table = market.table[market.table["firm"] == market.spec.firms[0].name]
    counted = (table["customers"] < table["opening"]).sum()
    assert 0 < counted < len(table)  # or the count would tell nothing
    found = taken(market, measure="customers - opening", firm=0, aggregate="below_zero")
    assert found == counted
    nothing = taken(market, measure="customers - customers", firm=0, aggregate="below_zero")
    assert nothing == 0.0


@pytest.mark.parametrize("year", [1, 3])
def test_a_year_of_tenure_is_that_of_the_table(market: Market, year: int) -> None:
    rows = by_tenure(market, 0, year)
    found = taken(
        market, measure="profit", per="customer_months", firm=0, tenure=year, aggregate="sum"
    )
    assert found == pytest.approx(rows["profit"] / rows["customer_months"], rel=1e-12)


def test_a_year_over_another_is_their_ratio(market: Market) -> None:
    third, first = by_tenure(market, 0, 3), by_tenure(market, 0, 1)
    expected = (third["profit"] / third["customer_months"]) / (
        first["profit"] / first["customer_months"]
    )
    found = taken(
        market,
        measure="profit",
        per="customer_months",
        firm=0,
        tenure=3,
        over_tenure=1,
        aggregate="sum",
    )
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_column_of_the_wrong_table_is_named(market: Market) -> None:
    with pytest.raises(SpecError, match="accounts by tenure have no column 'share'"):
        taken(market, measure="share", firm=0, tenure=2)


def test_years_beyond_those_kept_apart_are_refused(market: Market) -> None:
    with pytest.raises(SpecError, match=r"over_tenure: given 11, allowed: 1 to 10"):
        taken(market, measure="profit", firm=0, tenure=2, over_tenure=11)


def test_every_part_of_a_sum_has_to_be_there(market: Market) -> None:
    with pytest.raises(SpecError, match="no column 'onbording'"):
        taken(market, measure="acquisition + onbording", firm=0)


def test_over_tenure_needs_tenure() -> None:
    with pytest.raises(ValidationError, match="over_tenure: needs the key tenure"):
        OutcomeSpec(measure="profit", over_tenure=1)


def test_columns_of_a_mechanism_are_measured_and_nothing_where_it_is_off() -> None:
    keys = {"measure": "-programme_cost+fixed", "firm": 0, "aggregate": "sum"}
    off = override(starter(), {"market.customers": 200, "run.months": 6})
    on = override(
        off,
        {
            "mechanisms.loyalty_programme": {"join_rate": 0.4},
            "firms.0.relationship.loyalty_programme": {"running_cost": 0.1},
        },
    )
    there, away = Market(on).run(), Market(off).run()
    paid = -there.columns["programme_cost"][:, 0].sum()
    assert paid > 0.0
    assert taken(there, **keys) == pytest.approx(paid)
    assert taken(away, **keys) == 0.0
    with pytest.raises(
        SpecError, match="no column 'programme_costs'; did you mean 'programme_cost'"
    ):
        taken(away, measure="programme_costs", firm=0)
