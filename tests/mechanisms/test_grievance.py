"""Grievance: the contract, the memory of a known sequence, its mean, and what it does."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.customers.rules.experience import FAILED, NO_TROUBLE, RECOVERED
from relsim.market import Market
from relsim.mechanisms.grievance import Grievance
from relsim.mechanisms.grievance import memory as rules
from relsim.mechanisms.grievance.memory import Grievances
from relsim.spec import MarketSpec, override, starter
from relsim.testing import MechanismContract

ON = "mechanisms.grievance"


class TestContract(MechanismContract):
    mechanism = Grievances
    on = {ON: {}, "firms.1.contract_months": 3}  # noqa: RUF012  # never changed
    others = {  # noqa: RUF012  # the same
        f"{ON}.strength": 3.0,
        f"{ON}.kept_after_recovery": 0.9,
        f"{ON}.softening": 0.2,
        f"{ON}.least_effect": 0.9,
        f"{ON}.double_deviation": 3.0,
        f"{ON}.half_life": 8.0,
        f"{ON}.half_life_bound": 1.0,
    }


# Rules are their equations ----------------------------------------------------------------


@given(st.floats(0.0, 1e6), st.floats(0.0, 50.0), st.floats(0.0, 1.0))
def test_softened(purchases: float, softening: float, least_effect: float) -> None:
    left = rules.softened(purchases, softening, least_effect)
    assert left == pytest.approx(max(np.exp(-softening * purchases), least_effect))


@given(st.floats(0.0, 100.0), st.floats(0.0, 50.0), st.floats(0.0, 50.0), st.floats(0.0, 10.0))
def test_remembered(
    memory: float, failure: float, strength: float, double_deviation: float
) -> None:
    after = rules.remembered(memory, failure, strength, double_deviation)
    still = min(memory / max(strength, 1e-30), 1.0)
    assert after == pytest.approx(memory + failure * (1.0 + double_deviation * still))


# Exact cases ------------------------------------------------------------------------------


def held(grievance: dict[str, Any], **more: Any) -> MarketSpec:
    """Return a market of one firm that nobody leaves."""
    values = {
        "market.customers": 20_000,
        "market.annual_turnover": 0.0,
        "run.months": 40,
        "mechanisms.retention": {"rule": "fixed", "monthly": 1.0},
        "firms.0.share": 1.0,
        "firms.1.share": 0.0,
        ON: grievance,
    }
    return override(starter(), values | more)


def memory_of(market: Market) -> Any:
    return market.customers.frame()["grievance"].to_numpy()


def test_the_memory_after_a_known_sequence() -> None:
    """Failed in month 1, made good in month 3, failed in month 4: worked out by hand."""
    free = 0.5**0.5  # a half-life of two months
    m = Grievance(
        strength=1.5, kept_after_recovery=0.4, double_deviation=1.0, softening=0.0, half_life=2.0
    )
    told = {1: FAILED, 2: NO_TROUBLE, 3: RECOVERED, 4: FAILED}
    rates = {FAILED: (1.0, 0.0), NO_TROUBLE: (0.0, 0.0), RECOVERED: (1.0, 1.0)}
    recovery = {"firms.0.recovery": {"ceiling": 1.0, "half_at": 1e-6}}
    market = Market(held(m.model_dump(), **{"market.customers": 50} | recovery))
    seen = []
    for trouble in told.values():
        failure_rate, complaint_rate = rates[trouble]
        values = {
            "firms.0.failure_rate": failure_rate,
            "mechanisms.experience.complaint_rate": complaint_rate,
        }
        market.change(override(market.spec, values))
        market.run(1)
        seen.append(memory_of(market))
    a = 1.5 * free
    b = a * free
    c = (b + 0.6 * (1.0 + b / 1.5)) * free
    d = (c + 1.5 * (1.0 + min(c / 1.5, 1.0))) * free
    for found, expected in zip(seen, (a, b, c, d), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("double_deviation", [0.0, 1.0, 5.0])
def test_the_mean_memory_at_rest(double_deviation: float) -> None:
    """Failures come with chance p, each softened to a tenth of the strength: the closed form."""
    p, m = (
        0.1,
        Grievance(
            strength=1.5, double_deviation=double_deviation, softening=50.0, least_effect=0.1
        ),
    )
    values = {"firms.0.failure_rate": p, "mechanisms.experience.complaint_rate": 0.0}
    found = memory_of(Market(held(m.model_dump(), **values)).run())
    left, mean_effect = 0.5 ** (1.0 / m.half_life), 0.1 * m.strength
    mean = (
        left
        * p
        * mean_effect
        / (1.0 - left * (1.0 + p * mean_effect * double_deviation / m.strength))
    )
    assert found.mean() == pytest.approx(mean, abs=4.0 * found.std() / np.sqrt(found.size))


def test_a_contract_keeps_the_memory() -> None:
    spec = held({}, **{"firms.0.contract_months": 24, "run.months": 20})
    bound, free = (
        memory_of(Market(override(spec, {"firms.0.contract_months": n})).run()).mean()
        for n in (24, 1)
    )
    assert bound > 1.5 * free


def test_it_ends_with_the_relationship() -> None:
    values = {"market.customers": 2_000, "run.months": 12, ON: {}, "firms.0.failure_rate": 0.3}
    market = Market(override(starter(), values)).run()
    frame = market.customers.frame()
    fresh = (frame["tenure"] <= 1) | (frame["supplier"].isna())
    assert fresh.any()
    assert (frame.loc[fresh, "grievance"] == 0.0).all()
    assert (frame["grievance"] > 0.0).any()


def test_failures_that_are_remembered_cost_customers() -> None:
    values = {"market.customers": 5_000, "run.months": 24, "firms.0.failure_rate": 0.1}
    spec = override(starter(), values)
    memories: list[dict[str, Any]] = [{}, {ON: {}}, {ON: {"strength": 4.0}}]
    plain, mild, strong = (
        Market(override(spec, more)).run().columns["lost"][:, 0].sum() for more in memories
    )
    assert plain < mild < strong


def test_a_memory_of_no_strength_changes_nothing() -> None:
    spec = override(starter(), {"market.customers": 1_000, "run.months": 12})
    plain = Market(spec).run().table
    assert Market(override(spec, {ON: {"strength": 0.0}})).run().table.equals(plain)
