"""The study of failures: its page is its table's, and only the treated meet their fate."""

import doctest
from pathlib import Path

import pandas as pd
import pytest

from experiments import failures
from experiments.failures_page import page
from relsim.market import Market
from relsim.spec import override, starter

ROOT = Path(failures.__file__).resolve().parents[1]
RECORDED = pd.read_csv(ROOT / failures.RESULTS / "failures.csv")


def test_the_page_is_made_from_the_table() -> None:
    assert (ROOT / failures.PAGE).read_text(encoding="utf-8") == page(RECORDED)


def test_the_example_is_right() -> None:
    assert doctest.testmod(failures).failed == 0


def test_the_title_and_the_default_strength_hold() -> None:
    """Two to three times as many; and some 7 to 15 points in the median market."""
    failed = RECORDED[(RECORDED["arm"] == "unresolved") & (RECORDED["contract"] == 1)]
    points = failed.pivot(index="market", columns="memory", values="points").to_numpy()
    assert ((points[:, 1] / points[:, 0]).round() >= 2.0).all()
    assert ((points[:, 1] / points[:, 0]).round() <= 3.0).all()
    assert 7.0 <= pd.Series(points[:, 1]).median() <= 15.0


def test_only_the_treated_meet_their_fate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "WARM_UP", 2)
    never = {f"firms.{k}.failure_rate": 0.0 for k in (0, 1)}
    own = {"mechanisms.own": [{"kind": "experiments.failures.Fate"}]}
    spec = override(starter(), {"market.customers": 500, "run.months": 14, **never, **own})
    market = Market(spec)
    rows = {row["arm"]: row for row in failures.futures(market)}
    assert market.columns["failures"].sum() == 0.0
    assert rows["made_good"]["lost"] == rows["none"]["lost"]
    assert rows["made_good"]["more"] == 0.0
    assert rows["unresolved"]["more"] == rows["unresolved"]["lost"] - rows["none"]["lost"] > 0
    assert 30 < rows["none"]["treated"] <= 50
    market = Market(spec).run(2)
    fate = market.mechanisms[0]
    assert isinstance(fate, failures.Fate)
    fate.arm = failures.ARMS.index("unresolved")
    assert market.run(1).columns["failures"][-1].sum() == pytest.approx(
        rows["none"]["treated"], abs=5
    )
