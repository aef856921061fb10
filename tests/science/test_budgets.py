"""The study of profit against budget: its anchor is at rest, and its table compares pairs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import relsim
from experiments import budgets
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
