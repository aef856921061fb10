"""The study of profit against budget: its anchor is at rest, and its table compares pairs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import relsim
from experiments import budgets
from experiments.budgets_page import inner, ruled
from relsim.mechanisms.awareness import stock
from relsim.spec.locations import shipped

ROOT = Path(budgets.__file__).resolve().parents[1]


@pytest.mark.parametrize("name", shipped())
def test_the_anchor_is_at_rest(name: str) -> None:
    spec = relsim.load(name, {"market.customers": 300, "mechanisms.awareness": None})
    numbers = budgets.anchored(spec)
    spend = numbers.spillover * budgets._first_spend(spec)
    share = float(np.mean([firm.share for firm in spec.firms]))
    gain = stock.gain(np.log(2.0) / numbers.half_at, spend, numbers.presence, share)
    level = np.mean([firm.awareness for firm in spec.firms])
    assert stock.at_rest(gain, numbers.decay) == pytest.approx(level)
    assert (1.0 - gain - numbers.decay) ** 12 == pytest.approx(0.5)


def test_budgets_are_compared_with_the_first_under_the_same_noise() -> None:
    found = pd.DataFrame(budgets.rows("telecom", (0.0, 0.1), 300, 3, 2))
    first = found[found["budget"] == 0.0]
    assert (first[["gain", "low", "high"]] == 0.0).all(axis=None)
    assert found["stock"].tolist() == [False, False, True, True]
    constant = found[~found["stock"]]
    assert constant["awareness"].tolist() == [relsim.load("telecom").firms[2].awareness] * 2
    later = found[found["stock"]]["awareness"].tolist()
    assert later[0] < later[1]


def test_the_table_has_every_market_and_budget() -> None:
    recorded = pd.read_csv(ROOT / budgets.RESULTS / "budgets.csv")
    assert recorded["market"].unique().tolist() == list(shipped())
    assert len(recorded) == 2 * len(shipped()) * len(budgets.SHARES)


def test_the_page_is_made_from_the_tables_and_says_what_they_show() -> None:
    recorded = pd.read_csv(ROOT / budgets.RESULTS / "budgets.csv")
    written = (ROOT / budgets.PAGE).read_text(encoding="utf-8")
    assert written == budgets.written(recorded)
    assert inner(recorded, stock=True) == sorted(shipped())


def test_the_rule_of_dorfman_and_steiner_is_best_where_demand_has_its_elasticities() -> None:
    """Sales ``a^.24 p^-2.62``: the best advertising over the revenue that goes with it."""
    prices, spent = np.linspace(1.2, 2.4, 601), np.linspace(0.002, 0.2, 991)
    sales = spent[:, None] ** 0.24 * prices**-2.62
    profit = (prices - 1.0) * sales - spent[:, None]
    k, j = np.unravel_index(profit.argmax(), profit.shape)
    frame = pd.DataFrame(
        {
            "firm": "all firms",
            "horizon": "long",
            "market": "m",
            "lever": ["advertising", "price"],
            "elasticity": [0.24, -2.62],
        }
    )
    assert spent[k] / (prices[j] * sales[k, j]) == pytest.approx(ruled(frame)["m"], rel=0.02)
