import doctest
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import industries
from experiments.industries_figure import draw
from experiments.industries_page import page
from relsim.cli.app import app
from relsim.spec.locations import shipped

ROOT = Path(industries.__file__).resolve().parents[1]
RECORDED = pd.read_csv(ROOT / industries.RESULTS / "industries.csv")
LEVELS = [
    (industry, what)
    for industry, levels in industries.published().items()
    for what, level in levels.items()
    if "low" in level
]
PROFITS = [f"profit_{year}" for year in industries.CURVE]
STATUS = {"verified", "computed", "as commonly quoted", "assumed"}
GROUNDS = re.compile(r"assumed|as commonly quoted|computed|by definition|\b(19|20)\d\d\b")
FRAME = re.compile(r"(customers|months|seed|replication|customers_every):")
NUMBER = re.compile(r"[:\[,]\s*-?\d")


@cache
def lived(industry: str) -> pd.DataFrame:
    return industries.run(industry, seeds=(1,))


@pytest.mark.parametrize(("industry", "what"), LEVELS)
def test_a_market_lives_at_the_published_level(industry: str, what: str) -> None:
    level, rows = industries.published()[industry][what], lived(industry)
    value = rows[(rows["firm"] == industries.MARKET) & (rows["measure"] == what)]["value"].item()
    assert level["low"] <= value <= level["high"]


@pytest.mark.parametrize("industry", industries.published())
def test_the_recorded_results_are_those_of_the_configs(industry: str) -> None:
    keys = ["firm", "measure"]
    mine = RECORDED[(RECORDED["industry"] == industry) & (RECORDED["seed"] == 1)]
    then, now = mine.set_index(keys)["value"], lived(industry).set_index(keys)["value"]
    assert list(then.index) == list(now.index)
    assert np.allclose(then, now, rtol=1e-3), "python -m experiments.industries makes them anew"


def test_the_page_is_that_of_the_recorded_results() -> None:
    text = (ROOT / industries.PAGE).read_text(encoding="utf-8")
    assert text == page(industries.compare(RECORDED), industries.curves(RECORDED))


def test_the_examples_in_docstrings_hold() -> None:
    assert doctest.testmod(industries) == (0, 1)


def test_all_markets_are_compared_and_all_levels_have_a_source() -> None:
    assert set(industries.published()) == set(shipped())
    for levels in industries.published().values():
        for level in levels.values():
            assert ("missing" in level) != ("low" in level)
            assert "missing" in level or level["low"] < level["high"]
            assert "missing" in level or (level["status"] in STATUS and level["source"])


def test_a_level_that_is_missed_is_said_to_be() -> None:
    rows = RECORDED.copy()
    missed = len(LEVELS) - int(industries.compare(rows)["inside"].sum())
    assert missed <= 1  # growth of a customer of industrial distribution, by a hair
    wrong = (rows["industry"] == "grocery") & (rows["measure"] == "defection")
    rows.loc[wrong & (rows["seed"] == 3), "value"] *= 1.2
    compared = industries.compare(rows).set_index(["industry", "measure"])
    assert compared["inside"].sum() == len(LEVELS) - missed - 1
    assert not compared["inside"]["grocery"]["defection"]
    assert page(compared.reset_index(), industries.curves(rows)).count("**no**") == missed + 1


def test_measures_are_what_they_are_called() -> None:
    months = np.arange(1, 73)
    late = months > 48
    table = pd.DataFrame({"month": months, "firm": "A"}).assign(
        opening=1000.0,
        customers=6.0,
        churned=np.where(late, 10.0, 500.0),  # what comes before the burn-in ends is left out
        acquired=10.0,
        revenue_base=80.0,
        revenue_growth=20.0,
        cost_of_goods=-40.0,
        cost_to_serve=-15.0,
        fixed=-5.0,
        retention=-6.0,
        recovery=-2.0,
        acquisition=-300.0,
        onboarding=-90.0,
        rewards=-10.0,
        discounts=-1000.0,  # no part of the cost to win
    )
    tenure = pd.DataFrame(
        {
            "year": [4, 5, 6, 5, 5, 5, 5],
            "tenure_year": [1, 1, 1, 2, 3, 4, 5],
            "customer_months": [100.0, 100.0, 300.0, 100.0, 1.0, 1.0, 50.0],
            "lost": [90.0, 4.0, 4.0, 1.0, 0.0, 0.0, 1.0],
            "revenue_base": [0.0, 100.0, 300.0, 110.0, 1.0, 1.0, 90.0],
            "revenue_cross": [0.0, 0.0, 0.0, 15.0, 0.0, 0.0, 0.0],
            "profit": [0.0, 20.0, 60.0, 30.0, 0.4, 0.5, 25.0],
        }
    )
    levels = {"margin": {"after": ["goods", "service", "fixed"]}, "growth": {}}
    got = industries.measure(table, tenure, levels)
    assert got == pytest.approx(
        {
            "defection": 100 * (1 - 0.99**12),
            "first_year_defection": 100 * (1 - 0.98**12),
            "margin": 40.0,
            "cost_to_win": 40.0,
            "cost_to_serve": 15.0,
            "cost_to_keep": 8.0,
            "contribution": 90.0,
            "growth": 2.5,
            **dict(zip(PROFITS, (2.4, 3.6, 4.8, 6.0, 6.0), strict=True)),
        }
    )
    other = {"margin": {}, "growth": {"of": "revenue", "years": [1, 2]}}
    assert industries.measure(table, tenure, other)["growth"] == pytest.approx(1.25)
    assert industries.measure(table, tenure, other)["margin"] == pytest.approx(60.0)


def test_the_figure_has_a_bar_for_each_level_that_it_shows() -> None:
    figure = draw(RECORDED, industries.compare(RECORDED), industries.CUSTOMERS)
    on_the_page_only = {"first_year_defection", "contribution", "profit_1"}
    shown = [what for _, what in LEVELS if what not in on_the_page_only]
    assert sum(len(axes.patches) for axes in figure.axes) == len(shown)


@pytest.mark.parametrize("name", shipped())
def test_every_config_passes_validation(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app(["validate", str(shipped()[name])], standalone_mode=False) in (None, 0)
    assert "can be run" in capsys.readouterr().out


def unfounded(text: str) -> list[str]:
    """Return lines with a number that no comment, beside them or right above, accounts for."""
    found, above = [], ""
    for line in text.splitlines():
        keys, _, beside = line.partition("#")
        if not keys.strip():
            above = f"{above} {beside}" if beside else ""
            continue
        numeric = NUMBER.search(keys) and not FRAME.match(keys.strip())
        if numeric and not GROUNDS.search(f"{above} {beside}"):
            found.append(line)
        above = ""
    return found


@pytest.mark.parametrize("name", shipped())
def test_every_number_of_a_config_has_a_source_or_says_assumed(name: str) -> None:
    assert unfounded(shipped()[name].read_text(encoding="utf-8")) == []


def test_a_number_without_source_is_found() -> None:
    text = "a: 1  # assumed\n# Hammer 2013\nb: {c: 2}\nd: 3\n  seed: 1\n# why\n\ne: 4 # because\n"
    assert unfounded(text) == ["d: 3", "e: 4 # because"]
