"""Needs that drift: the contract, the closed forms, and what they are told apart from."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.market import Market
from relsim.mechanisms.needs import Needs, drift
from relsim.mechanisms.needs.drift import DriftingNeeds
from relsim.spec import override, starter
from relsim.testing import MechanismContract

ON = "mechanisms.needs"
SHARES = st.floats(0.0, 1.0)


class TestContract(MechanismContract):
    mechanism = DriftingNeeds
    on = {  # noqa: RUF012  # never changed
        ON: {"step": 0.1, "jump_rate": 0.05},
        # Everybody's needs move too: both add up.
        "events": [{"kind": "changing_needs", "month": 3, "lasts": 4, "shift": 0.3}],
    }
    others = {  # noqa: RUF012  # the same
        f"{ON}.half_life": 2.0,
        f"{ON}.step": 0.02,
        f"{ON}.jump_rate": 0.5,
        f"{ON}.jump": 0.9,
    }


@given(st.floats(-1.0, 1.0), SHARES, SHARES, SHARES, SHARES, SHARES, SHARES)
def test_drifted(
    away: float, kept: float, step: float, u: float, rate: float, jump: float, v: float
) -> None:
    jumped = 0.0 if v >= rate else jump if v < rate / 2.0 else -jump
    expected = kept * away + step * (u - 0.5) * np.sqrt(12.0) + jumped
    assert drift.drifted(away, kept, step, u, rate, jump, v) == pytest.approx(expected)


def drifts(months: tuple[int, ...], m: Needs) -> list[Any]:
    """Return the drift of customers who all stay in the market, after so many months each."""
    values = {"market.customers": 20_000, "market.annual_turnover": 0.0, ON: m.model_dump()}
    market = Market(override(starter(), values))
    found = []
    for before, month in zip((0, *months), months, strict=False):
        market.run(month - before)
        found.append(market.customers.frame()["need_drift"].to_numpy(dtype=float))
    return found


@pytest.mark.parametrize("m", [Needs(half_life=4.0), Needs(half_life=6.0, jump_rate=0.0)])
def test_variance_and_autocorrelation_are_their_closed_forms(m: Needs) -> None:
    """An error of the standard deviation is that of its fourth moment; of a correlation, 1/n."""
    kept = 0.5 ** (1.0 / m.half_life)
    rest = (m.step**2 + m.jump_rate * m.jump**2) / (1.0 - kept**2)
    three, sixty, later = drifts((3, 60, 66), m)
    for found, t in ((three, 3), (sixty, 60), (later, 66)):
        error = np.sqrt(np.var(found**2) / found.size)
        assert np.mean(found**2) == pytest.approx(rest * (1.0 - kept ** (2 * t)), abs=4.0 * error)
        assert found.mean() == pytest.approx(0.0, abs=4.0 * found.std() / np.sqrt(found.size))
    correlation = np.corrcoef(sixty, later)[0, 1]
    assert correlation == pytest.approx(kept**6, abs=4.0 / np.sqrt(sixty.size))
    assert drift.spread_after(60, m) == pytest.approx(np.sqrt(rest), rel=1e-3)


def test_needs_that_neither_step_nor_jump_change_nothing() -> None:
    spec = override(starter(), {"market.customers": 1_000, "run.months": 12})
    plain = Market(spec).run().table
    assert Market(override(spec, {ON: {"step": 0.0, "jump_rate": 0.0}})).run().table.equals(plain)


def test_who_comes_is_at_its_own_level() -> None:
    values = {"market.customers": 2_000, "market.annual_turnover": 0.5, ON: {}}
    market = Market(override(starter(), values)).run(6)
    frame = market.customers.frame()
    came = frame["born"] == frame["born"].max()
    assert 0 < came.sum() < 500
    assert (frame.loc[came, "need_drift"] == 0.0).all()
    assert (frame.loc[~came, "need_drift"] != 0.0).mean() > 0.9


def test_an_offer_that_fitted_fits_less_and_less() -> None:
    """Where all need what the firm offers, drift can only take away from the fit."""
    values: dict[str, Any] = {
        "market.customers": 5_000,
        "market.annual_turnover": 0.0,
        "run.months": 24,
        "firms.0.share": 1.0,
        "firms.1.share": 0.0,
        "mechanisms.retention": {"rule": "fixed", "monthly": 1.0},
        "mechanisms.experience.fit_weight": 0.3,
        "customers.segments.0.orientation_concentration": 1000.0,
    }
    spec = override(starter(), values)
    offer = spec.customers.segments[0].orientation
    spec = override(spec, {"firms.0.offer": offer})
    still, moving = (
        Market(one).run().columns["satisfaction"][-1, 0]
        for one in (spec, override(spec, {ON: {"step": 0.05}}))
    )
    assert moving < still - 0.02
