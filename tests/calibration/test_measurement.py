"""Moments are what the market's tables say."""

import numpy as np
import pytest

from relsim.calibration.measurement import Window, simulated
from relsim.calibration.moments import MOMENTS
from relsim.errors import SpecError
from relsim.market import Market
from relsim.spec import override, starter

SPEC = override(starter(), {"market.customers": 500})
WINDOW = Window(6, 24)
PLAIN = [name for name, one in MOMENTS.items() if one.change is None]


@pytest.mark.parametrize("firm", [None, "Attack"])
def test_moments_are_those_of_the_table(firm: str | None) -> None:
    found = dict(
        zip(
            PLAIN,
            simulated(SPEC, [(name, firm) for name in PLAIN], window=WINDOW)[0, 0],
            strict=True,
        )
    )
    market = Market(override(SPEC, {"run.months": 30})).run()
    table = market.table[market.table["month"] > 6]
    served = table["customers"].sum()
    mine = table if firm is None else table[table["firm"] == firm]
    sums = mine.select_dtypes("number").sum()
    revenue = sums.filter(like="revenue_").sum()
    spent = -sums[["acquisition", "onboarding", "discounts", "rewards"]].sum()
    expected = {
        "churn": sums["churned"] / sums["opening"],
        "cac": spent / sums["acquired"],
        "share": sums["customers"] / served,
        "penetration": sums["customers"] / (500 * 24),
        "cost_to_serve": -sums["cost_to_serve"] / revenue,
        "profit_margin": sums["profit"] / revenue,
        "revenue_per_customer": revenue / sums["customers"],
        "switchers": sums["acquired_rivals"] / sums["acquired"],
        "referred": sums["by_recommendation"] / sums["acquired"],
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-12)
    assert set(PLAIN) - set(expected) == {f"survival_{year}" for year in range(1, 11)}


def test_survival_is_the_closed_form_where_churn_is_constant() -> None:
    """With a given monthly retention a cohort is its power: (1 - lost) ** 12 a year."""
    constant = {
        "market.customers": 20_000,
        "market.annual_turnover": 0.0,
        "mechanisms.retention": {"rule": "fixed", "monthly": 0.98},
    }
    found = simulated(
        override(SPEC, constant),
        [("survival_1", None), ("survival_2", None)],
        window=Window(12, 24),
    )[0, 0]
    assert found == pytest.approx([0.98**12, 0.98**24], rel=0.02)


def test_elasticity_of_all_firms_is_the_mean_of_theirs() -> None:
    name = "price_elasticity_short"
    found = simulated(SPEC, [(name, None), (name, "Attack"), (name, "Defend")], window=Window(2, 1))
    assert found[0, 0, 0] == pytest.approx(found[0, 0, 1:].mean(), rel=1e-12)
    assert (found[0, 0, 1:] < 0.0).all()


def test_a_moment_that_is_not_defined_is_no_number() -> None:
    never = {"firms.*.strategy.budget_share": 0.0}
    found = simulated(override(SPEC, never), [("acquisition_elasticity_short", None)])
    assert np.isnan(found).all()


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (("chrun", None), "given 'chrun', no moment is called so; did you mean 'churn'?"),
        (("churn", "Atack"), "churn: firm: given 'Atack'.*did you mean 'Attack'?"),
    ],
)
def test_a_moment_or_firm_that_is_not_there_is_said(
    wanted: tuple[str, str | None], words: str
) -> None:
    with pytest.raises(SpecError, match=words):
        simulated(SPEC, [wanted])


def test_a_window_without_months_is_refused() -> None:
    with pytest.raises(SpecError, match="window: months: given 0, allowed: a whole number from 1"):
        Window(3, 0)
