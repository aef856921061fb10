"""The study of elasticities: its page is its table's, and its title holds."""

import doctest
from pathlib import Path

import pandas as pd
import pytest

from experiments import elasticities
from experiments.elasticities_figure import BANDS
from experiments.elasticities_page import met, page
from relsim.calibration import Window
from relsim.calibration.futures import HORIZONS, LEVERS
from relsim.lab.runs.executors import Crew
from relsim.spec.locations import shipped

ROOT = Path(elasticities.__file__).resolve().parents[1]
RECORDED = pd.read_csv(ROOT / elasticities.RESULTS / "elasticities.csv")
MEAN = RECORDED[RECORDED["firm"] == elasticities.EVERYONE]


def test_the_page_is_made_from_the_table() -> None:
    assert (ROOT / elasticities.PAGE).read_text(encoding="utf-8") == page(RECORDED)


def test_the_example_is_right() -> None:
    assert doctest.testmod(elasticities).failed == 0


def test_every_market_and_lever_is_there() -> None:
    assert set(MEAN["market"]) == set(shipped())
    assert set(MEAN["lever"]) == set(LEVERS)
    assert len(MEAN) == len(shipped()) * len(LEVERS) * len(HORIZONS)


def test_the_title_holds() -> None:
    """Price in its band in most markets, and no elasticity to advertising in its own."""
    inside = met(MEAN)
    assert len(inside["price", "long"]) >= 0.7 * len(shipped())
    assert inside["advertising", "long"] == []
    long = MEAN[(MEAN["lever"] == "advertising") & (MEAN["horizon"] == "long")]
    assert (long["high"] < BANDS["advertising", "long"][0]).all()


def test_signs_are_those_of_the_market() -> None:
    """A higher price loses sales, care gains them, and both more in the long run."""
    means = MEAN.pivot(index="market", columns=["lever", "horizon"], values="elasticity")
    short, long = (
        {lever: means[lever, horizon].to_numpy() for lever in ("price", "retention")}
        for horizon in HORIZONS
    )
    assert (long["price"] < short["price"]).all()
    assert (short["price"] < 0.0).all()
    assert (long["retention"] > short["retention"]).all()
    assert (short["retention"] > 0.0).all()


def test_a_market_is_measured_by_lever_and_firm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HORIZONS, "long", 13)
    rows = elasticities.measured("telecom", elasticities.Effort(400, 2, Window(2, 1)), Crew())
    frame = pd.DataFrame(rows)
    assert set(frame["firm"]) == {"all firms", "Attacker", "Keeper", "Balance", "Learner"}
    priced = frame[(frame["lever"] == "price") & (frame["horizon"] == "short")]
    assert priced["replications"].eq(2).all()
    assert priced["elasticity"].iloc[0] == pytest.approx(priced["elasticity"].iloc[1:].mean())
