"""Brand switching by a matrix: rows as given, firms that are away, prospects, and clear errors."""

from typing import Any

import numpy as np
import pytest
from scipy import special

from relsim.customers.passes.switching import next_supplier
from relsim.economics import switching
from relsim.errors import SpecError
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter

ROW = np.array([0.1, 0.4, 0.3, 0.2])
GRID = (np.arange(10_000) + 0.5) / 10_000
KEPT = [[0.9, 0.1], [0.2, 0.8]]
FULL = {"firms.0.share": 0.5, "firms.1.share": 0.5, "market.annual_turnover": 0.0}


def given(matrix: Any, **values: Any) -> MarketSpec:
    rule = {"mechanisms.retention": {"rule": "matrix", "matrix": matrix}}
    return override(starter(), {"market.customers": 1_000} | rule | values)


@pytest.mark.parametrize("present", range(4))
@pytest.mark.parametrize("away", [(), (2,), (1, 3), (1, 2, 3)])
def test_next_suppliers_have_the_chances_of_the_row(present: int, away: tuple[int, ...]) -> None:
    there = np.ones(4)
    there[list(away)] = 0.0
    found = [next_supplier(u, ROW, there, present) for u in GRID]
    expected = ROW * there / (ROW * there).sum()
    np.testing.assert_allclose(np.bincount(found, minlength=4) / GRID.size, expected, atol=2e-4)
    if there[present]:
        assert found[0] == present  # the smallest numbers stay: one noise for all matrices


def test_where_nothing_of_a_row_is_left_customers_stay_or_have_no_supplier() -> None:
    row, there = np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 1.0])
    assert [next_supplier(0.5, row, there, present) for present in (0, 1, 2)] == [0, 0, 2]


def test_a_market_of_certain_moves_goes_round() -> None:
    everyone_moves = given([[0, 1, 0], [0, 0, 1], [1, 0, 0]], **{"firms.0.share": 0.6})
    spec = override(everyone_moves, {"firms.1.share": 0.1, "market.annual_turnover": 0.0})
    customers = Market(spec).run(3).columns["customers"]
    assert customers.tolist() == [[300, 600], [100, 300], [600, 100]]


def test_shares_follow_the_chain() -> None:
    market = Market(given(KEPT, **FULL, **{"market.customers": 20_000})).run(12)
    expected = switching.shares([0.5, 0.5], np.array(KEPT), 12)[1:, 0]
    left = market.columns["customers"][:, 0] / 20_000
    np.testing.assert_allclose(left, expected, atol=4 * np.sqrt(0.25 / 20_000))


def test_switching_costs_and_utilities_give_matrices_of_one_kind() -> None:
    costs, prices, hazard, size = [0.0, 0.6, 1.2], [28.0, 30.0, 33.0], 0.4, 60_000
    undiscounted = {"kind": "balanced", "discount": 0.0}
    first = starter().firms[0].model_dump() | {"awareness": 1.0, "share": 1 / 3}
    firms = [
        first | {"name": f"F{k}", "switching_cost": cost, "price": price, "strategy": undiscounted}
        for k, (cost, price) in enumerate(zip(costs, prices, strict=True))
    ]
    held = {"base_hazard": hazard, "care_effect": 0.0, "price_effect": 0.0, "rival_effect": 0.0}
    held |= {"satisfaction_effect": 0.0, "trust_effect": 0.0}
    choice = {"satisfaction_weight": 0.0, "trust_weight": 0.0, "price_tolerance": 0.0}
    choice |= {"fit_weight": 0.0, "outside_utility": -50.0}
    more = {
        "market.customers": size,
        "market.annual_turnover": 0.0,
        "customers.network.kind": "none",
        "customers.segments.0.price_sensitivity_spread": 0.0,
        "mechanisms.buying.premium": 0.0,
        "firms": firms,
        "mechanisms.reconsider": held,
        "mechanisms.choice": choice,
    }
    market = Market(override(starter(), more))
    before = market.customers.columns.supplier.astype(int) - 1
    market.run(1)
    pairs = np.zeros((3, 3))
    np.add.at(pairs, (before, market.customers.columns.supplier.astype(int) - 1), 1.0)
    m, frame = market.spec.mechanisms.choice, market.spec.market
    utilities = -m.price_weight * np.array(prices) / frame.reference_price
    opened = special.expit(special.logit(hazard) - np.array(costs))[:, np.newaxis]
    chain = (1.0 - opened) * np.eye(3) + opened * switching.logit(utilities + np.diag(costs))
    assert chain[0, 1] * chain[1, 2] * chain[2, 0] == pytest.approx(
        chain[0, 2] * chain[2, 1] * chain[1, 0]
    )
    error = np.sqrt(chain * (1.0 - chain) / (size / 3))
    assert (np.abs(pairs / (size / 3) - chain) < 4.5 * error).all()


@pytest.mark.parametrize(
    ("matrix", "more", "words"),
    [
        ([[0.9, 0.1], [0.2, 0.7]], FULL, r"retention\.matrix\.1: the chances sum to 0\.9, allowed"),
        ([[0.9, 0.1], [0.2]], FULL, r"retention\.matrix\.1: given 1 chances, allowed: 2"),
        ([[1.1, -0.1], [0.2, 0.8]], FULL, r"retention\.matrix\.0: given -0\.1, allowed: chances"),
        ([[1.0]], FULL, r"retention\.matrix: given 1 rows, allowed: 2, .* or 3"),
        ([], FULL, r"retention\.matrix: given 0 rows, allowed: 2"),
        (
            KEPT,
            FULL | {"firms.0.share": 0.4},
            r"shares at the start sum to 0\.9, .*allowed: 3 rows",
        ),
        (KEPT, FULL | {"market.annual_turnover": 0.1}, r"annual_turnover is 0\.1.*allowed: 3 rows"),
        ([["a", 0.1], [0.2, 0.8]], FULL, r"retention\.matrix\.0\.0: given 'a', allowed"),
        ([[float("nan"), 0.1], [0.2, 0.8]], FULL, r"retention\.matrix\.0\.0: given nan, allowed"),
    ],
)
def test_a_matrix_that_is_none_is_refused(matrix: Any, more: Any, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        given(matrix, **more)
