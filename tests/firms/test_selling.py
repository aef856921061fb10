"""Sale by sale: each purchase a fresh choice, each with its cost, and nothing learned."""

from typing import Any

import numpy as np
import pytest
from scipy import special

from relsim.errors import SpecError
from relsim.firms.worth import MEMORY
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter

CUSTOMERS, MONTHS = 20_000, 12
LOGIT: dict[str, Any] = {
    # A static logit: all are known, nothing but quality, price and the outside option counts.
    "market.customers": CUSTOMERS,
    "market.annual_turnover": 0.04,
    "run.months": MONTHS,
    "customers.network.kind": "none",
    "customers.segments.0.price_sensitivity_spread": 0.0,
    "mechanisms.choice.fit_weight": 0.0,
    "firms.0.selling": "transaction",
    "firms.1.selling": "transaction",
    "firms.0.awareness": 1.0,
    "firms.1.awareness": 1.0,
    "firms.0.contract_months": 1,
    "firms.1.contract_months": 1,
    "firms.0.price": 30.0,
    "firms.1.price": 36.0,
    "firms.0.share": 0.1,
    "firms.1.share": 0.8,
    "firms.0.strategy": {"kind": "balanced", "discount": 0.0},
    "firms.1.strategy": {"kind": "balanced", "discount": 0.0},
    "firms.*.onboarding_cost": 3.0,
}


def sale_by_sale(**values: Any) -> MarketSpec:
    return override(starter(), LOGIT | values)


def softmax(spec: MarketSpec) -> Any:
    """Return the shares of the static logit: of each firm, then of none."""
    m = spec.mechanisms.choice
    utilities = [
        m.quality_weight * firm.quality - m.price_weight * firm.price / spec.market.reference_price
        for firm in spec.firms
    ]
    return special.softmax([*utilities, m.outside_utility])


@pytest.fixture(scope="module")
def lived() -> Market:
    return Market(sale_by_sale()).run()


def test_shares_follow_the_static_logit_in_every_month(lived: Market) -> None:
    expected = softmax(lived.spec)[:2]
    assert (lived.columns["discount"] == 0.0).all()
    bought = lived.columns["customers"] + lived.columns["left_market"]
    error = np.sqrt(expected * (1.0 - expected) / CUSTOMERS)
    assert (np.abs(bought / CUSTOMERS - expected) < 4.5 * error).all()


def test_retention_is_the_share_of_choice(lived: Market) -> None:
    c = lived.columns
    kept = (c["opening"] - c["lost_to_rivals"] - c["lost_to_none"]).sum(axis=0)
    expected, opening = softmax(lived.spec)[:2], c["opening"].sum(axis=0)
    error = np.sqrt(expected * (1.0 - expected) / opening)
    assert (np.abs(kept / opening - expected) < 4.5 * error).all()


def test_every_sale_costs_and_customers_are_worth_no_more_than_anybody(lived: Market) -> None:
    c, spec = lived.columns, lived.spec
    kept = c["opening"] - c["lost_to_rivals"] - c["lost_to_none"]
    cost = np.array([firm.onboarding_cost for firm in spec.firms])
    np.testing.assert_allclose(c["onboarding"], -cost * (c["acquired"] + kept), rtol=1e-12)
    assert (c["lifetime_value"] == 0.0).all()
    assert (c["equity_present"] == 0.0).all()
    assert (c["entry_value"] > 0.0).all()


def test_equity_is_all_sales_for_ever(lived: Market) -> None:
    """A month's contribution less what selling cost, month after month, discounted."""
    c, spec = lived.columns, lived.spec
    rate = (1.0 + spec.market.annual_discount_rate) ** (1.0 / 12.0) - 1.0
    sold = c["acquired"] + c["opening"] - c["lost_to_rivals"] - c["lost_to_none"]
    spent = c["onboarding"] + c["acquisition"] + c["rewards"] + c["discounts"]
    spent += c["retention"] + c["recovery"]
    monthly = c["contribution"] * sold + spent
    recent = monthly[0]
    for month in monthly[1:]:  # months fade over a year
        recent = recent + (month - recent) / MEMORY
    # Retention budgets follow revenue, which is not at rest at first; their memory lags.
    np.testing.assert_allclose(c["customer_equity"][-1], recent / rate, rtol=0.04)


def test_nothing_is_learned(lived: Market) -> None:
    frame = lived.customers.frame()
    bought = frame[frame["supplier"].notna()]
    assert set(bought["tier"]) == {"ordinary"}
    assert (bought["tenure"] == 1).all()
    assert bought["trust"].nunique() == 1
    assert (lived.columns["rung_client"] == 0.0).all()
    assert set(np.unique(lived.columns["lost"] - lived.columns["left_market"])) == set(
        np.unique(lived.columns["lost_by_given"])
    )


@pytest.mark.parametrize(
    ("values", "given"),
    [
        ({"firms.0.contract_months": 6}, "contract_months: 6"),
        ({"mechanisms.retention.rule": "fixed"}, "mechanisms.retention.rule: fixed"),
        (
            {
                "mechanisms.loyalty_programme": {},
                "firms.0.relationship.loyalty_programme": {},
            },
            "a loyalty programme",
        ),
    ],
)
def test_what_holds_buyers_does_not_go_with_it(values: dict[str, Any], given: str) -> None:
    with pytest.raises(SpecError, match=rf"firms\.0\.selling: given 'transaction' and {given}"):
        sale_by_sale(**values)
