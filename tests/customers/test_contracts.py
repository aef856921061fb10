"""Contracts of several lengths in one firm: who takes which, for how long, and clear errors."""

from typing import Any

import numpy as np
import pytest

from relsim.customers import opening_state
from relsim.errors import SpecError
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter

MIX = {1: 0.3, 6: 0.4, 12: 0.3}


def mixed(mix: Any, **values: Any) -> MarketSpec:
    lengths = [{"months": months, "share": share} for months, share in mix.items()]
    return override(starter(), {"firms.0.contract_mix": lengths, **values})


def fast(**values: Any) -> Market:
    """Return a market of one firm with a mix, whose customers renew as soon as they may."""
    at_once: dict[str, Any] = {
        "market.customers": 4_000,
        "market.annual_turnover": 0.0,
        "mechanisms.reconsider.base_hazard": 1.0 - 1e-12,
        "mechanisms.choice.outside_utility": -50.0,
        "firms.0.awareness": 1.0,
        "firms.1.awareness": 0.0,
        "firms.1.share": 0.0,
    }
    return Market(mixed(MIX, **at_once | values))


def seen(found: Any, shares: Any) -> None:
    """Check that months of contracts have the shares of the mix, within 4.5 standard errors."""
    for months, share in shares.items():
        there = np.count_nonzero(found == (months if months > 1 else 0)) / len(found)
        assert abs(there - share) < 4.5 * np.sqrt(share * (1.0 - share) / len(found)), months


def test_relationships_begin_with_the_lengths_of_the_mix() -> None:
    seen(fast(**{"firms.0.share": 0.0}).run(1).customers.columns.bound, MIX)


def test_at_the_start_each_length_runs_out_evenly() -> None:
    bound = fast(**{"firms.0.share": 1.0}).customers.columns.bound
    left = {k: sum(MIX[n] / n for n in MIX if n >= k) for k in range(2, 13)}
    seen(bound, {1: MIX[1]} | left)


def test_who_renews_keeps_its_length() -> None:
    market = fast(**{"firms.0.share": 1.0, "customers.start.tenure": 24.0})
    bound = np.array([market.run(1).customers.columns.bound.copy() for _ in range(40)])
    renewed = np.diff(bound.astype(int), axis=0) > 0
    assert renewed.sum() > 4_000
    signed = np.where(renewed, bound[1:], 0)
    longest = signed.max(axis=0)
    assert set(longest) == {0, 6, 12}
    assert (signed[renewed] == np.broadcast_to(longest, signed.shape)[renewed]).all()


def test_shares_held_in_the_warm_up_sign_lengths_of_the_mix() -> None:
    customers = fast(**{"firms.0.share": 0.0}).customers
    quota = np.array([0, 4_000, 0], np.int64)
    moved = opening_state.hold_quotas(
        customers.columns, quota, customers.numbers, customers.stream, 3
    )
    assert len(moved) == 4_000
    seen(customers.columns.bound, MIX)


def test_a_mix_of_one_length_is_that_length() -> None:
    one = mixed({12: 1.0}, **{"run.months": 6})
    plain = override(one, {"firms.0.contract_mix": [], "firms.0.contract_months": 12})
    markets = [Market(spec).run() for spec in (one, plain)]
    assert markets[0].table.equals(markets[1].table)
    assert [market.customers.setting.mixes_contracts for market in markets] == [True, False]


@pytest.mark.parametrize(
    ("mix", "more", "words"),
    [
        ({1: 0.3, 12: 0.3}, {}, r"firms\.0\.contract_mix: the shares sum to 0\.6, allowed: 1"),
        ({0: 1.0}, {}, r"firms\.0\.contract_mix\.0\.months: given 0, allowed"),
        ({251: 1.0}, {}, r"firms\.0\.contract_mix\.0\.months: given 251, allowed"),
        (
            MIX,
            {"firms.0.selling": "transaction"},
            r"selling: .* contract_mix: up to 12; sale",
        ),
        (
            MIX,
            {"market.setting": "non_contractual", "mechanisms.retention.rule": "dropout"},
            r"'dropout' is for .* firms without contract",
        ),
    ],
)
def test_a_mix_that_is_none_is_refused(mix: Any, more: Any, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        mixed(mix, **more)


def test_a_length_named_twice_is_refused() -> None:
    twice = [{"months": 6, "share": 0.5}] * 2
    with pytest.raises(SpecError, match=r"contract_mix: each length once; given months \[6, 6\]"):
        override(starter(), {"firms.0.contract_mix": twice})
