"""Worth where customers differ for good: the beta-geometric closed form, and what they bring."""

import itertools
from typing import Any

import numpy as np
import pytest

from relsim.customers.accounts import AGE_MONTHS, AGES, Accounts, allocate
from relsim.customers.passes.age import age
from relsim.economics import survival
from relsim.economics.lifetime import monthly_rate, tenure_values
from relsim.firms import quantities
from relsim.firms.quantities import PLACES
from relsim.firms.worth_by_age import WorthByAge
from relsim.market import Market
from relsim.spec import override, starter

RATE, MARGIN = monthly_rate(0.1), 7.0
CUSTOMER, OLDEST = 1, 1200  # a rung; months of a cohort that are followed


def at_rest(alive: Any, margin: float = MARGIN) -> tuple[Accounts, Any]:
    """Return accounts and figures of a firm whose every month brings one such cohort.

    ``alive`` is the share that is there after 0, 1, 2 ... months of tenure; those of month t pay
    in it, unless they left in it, and nobody is lost in the first.
    """
    accounts = Accounts(*(table[0] for table in allocate(1, 1, sees_age=True)))
    for t, now in enumerate(alive):
        old = int(age(float(t)))
        before = alive[t - 1] if t else 0.0
        accounts.ages[1, old, CUSTOMER if t else 0, CUSTOMER] += (now, margin * now)
        accounts.ages[1, old, CUSTOMER, 0, 0] += max(before - now, 0.0)
    figures = quantities.empty(1)
    figures[0, PLACES["acquired"]] = alive[0]
    return accounts, figures


def worth(alive: Any, stay: float = 1.0) -> tuple[WorthByAge, Any]:
    accounts, month = at_rest(alive)
    found = WorthByAge(1, 12.0)
    found.update(accounts, month, quantities.empty(1), RATE, stay)
    return found, month[0]


def regular(months: Any) -> Any:
    """Return survival of the "regular" cohort (Fader & Hardie 2007), by month."""
    return survival.survival(np.asarray(months) / 12.0, 0.704, 1.182)


@pytest.mark.parametrize("stay", [1.0, 0.98])
def test_customers_alike_are_worth_the_closed_form(stay: float) -> None:
    """Who leaves the market pays in that month too: there are ``kept / stay`` who pay."""
    kept = 0.97
    found, row = worth(kept ** np.arange(OLDEST), stay)
    later = MARGIN * (kept / stay) / (1.0 + RATE - kept)
    np.testing.assert_allclose(found.by_tenure[0, 1:, CUSTOMER], later, rtol=1e-9)
    assert row[PLACES["entry_value"]] == pytest.approx(MARGIN + later, rel=1e-9)
    assert row[PLACES["lifetime_value"]] == pytest.approx(later, rel=1e-9)


@pytest.mark.parametrize(
    "alive",
    [
        regular(np.arange(OLDEST)),
        survival.survival(np.arange(OLDEST), 1.0, 30.0),
    ],
    ids=["regular", "shifted beta-geometric by month"],
)
def test_customers_who_differ_are_worth_the_closed_form_within_two_per_cent(alive: Any) -> None:
    found, row = worth(alive)
    discounted = alive / (1.0 + RATE) ** np.arange(OLDEST)
    entry = MARGIN * discounted.sum()
    assert row[PLACES["entry_value"]] == pytest.approx(entry, rel=0.02)
    for months in (1, 6, 12, 36, 60):
        later = MARGIN * discounted[months:].sum() / discounted[months - 1]
        assert found.by_tenure[0, months, CUSTOMER] == pytest.approx(later, rel=0.02), months
    residual = sum(MARGIN * discounted[t + 1 :].sum() * (1.0 + RATE) ** t for t in range(OLDEST))
    assert row[PLACES["equity_present"]] == pytest.approx(residual, rel=0.05)


def test_the_beta_geometric_by_month_is_the_closed_form_of_the_library() -> None:
    alive = survival.survival(np.arange(OLDEST), 2.0, 60.0)
    _, row = worth(alive)
    expected = survival.lifetime_value(MARGIN, RATE, 2.0, 60.0)
    assert row[PLACES["entry_value"]] == pytest.approx(expected, rel=0.02)


def test_a_new_customer_has_a_value_before_anyone_came() -> None:
    accounts, month = at_rest(0.97 ** np.arange(OLDEST))
    accounts.ages[1, 0, 0] = 0.0
    month[0, PLACES["acquired"]] = 0.0
    found = WorthByAge(1, 12.0)
    found.update(accounts, month, quantities.empty(1), RATE, 1.0)
    kept = 0.97
    expected = MARGIN * (1.0 + RATE) / (1.0 + RATE - kept)
    assert month[0, PLACES["entry_value"]] == pytest.approx(expected, rel=1e-9)
    assert month[0, PLACES["equity_future"]] == 0.0


def test_ages_alike_are_the_ladder() -> None:
    steps = np.broadcast_to([[0.0, 0.0], [0.1, 0.9]], (AGES, 2, 2))
    last = np.array([0.0, 10.0 * 0.9 / (1.01 - 0.9)])
    ages = np.arange(AGES)
    values = tenure_values(steps, np.full((AGES, 2), 10.0), ages, last, 0.01)
    np.testing.assert_allclose(values[:, 1], last[1])


FREE: dict[str, Any] = {
    # Everybody brings the same every month, so that only how long customers stay is uncertain.
    "market.customers": 20_000,
    "market.annual_turnover": 0.1,
    "run.months": 240,
    "customers.network.kind": "none",
    "customers.segments.0.price_sensitivity_spread": 0.0,
    "customers.segments.0.usage_spread": 0.0,
    "customers.segments.0.frailty_spread": 1.5,
    "firms.*.service_cost": 0.0,
    "firms.*.awareness": 0.3,
    "firms.*.contract_months": 1,
    "firms.*.strategy": {"kind": "balanced", "budget_share": 0.0, "discount": 0.0},
    "mechanisms.buying.volume_growth": 0.0,
    "mechanisms.buying.cross_sale_rate": 0.0,
    "mechanisms.buying.premium": 0.0,
}


def test_customers_later_bring_what_they_were_worth_at_every_age() -> None:
    spec = override(starter(), FREE)
    market = Market(spec).run()
    c, by_age = market.customers.columns, market.worth.by_age
    assert by_age is not None
    margins = np.array([0.0] + [firm.price - firm.unit_cost for firm in spec.firms])
    firm, tenure, rung = c.supplier.astype(int), c.tenure.astype(int), c.rung.astype(int)
    held = by_age.by_tenure[firm - 1, np.minimum(tenure, AGE_MONTHS - 1), rung]
    stays, brought = firm > 0, np.zeros(firm.size)
    for month in range(1, 301):
        market.run(1)
        now = market.customers.columns
        stays &= (now.supplier == firm) & (now.tenure == tenure + month)
        brought += stays * margins[firm] / (1.0 + market.worth.rate) ** month
    brought /= market.worth.stay  # who leaves the market buys in its last month too
    for oldest, youngest in itertools.pairwise((1, 12, 36, 120, 10_000)):
        some = (firm > 0) & (tenure >= oldest) & (tenure < youngest)
        assert some.sum() > 500
        assert held[some].sum() == pytest.approx(brought[some].sum(), rel=0.05), oldest


def test_where_customers_are_alike_nothing_is_kept_by_age() -> None:
    market = Market(override(starter(), {"market.customers": 100})).run(2)
    assert market.worth.by_age is None
    assert market.records[-1].accounts.ages.size == 0
