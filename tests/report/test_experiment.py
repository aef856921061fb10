"""Figures of an experiment say what was found, in words that are read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from relsim.cli.experiment_command import Order, experiment
from relsim.lab.archive.folder import opened
from relsim.lab.archive.store import Store
from relsim.lab.runs.rounds import shape_of
from relsim.report import experiment as drawing
from relsim.report.lab.about import AboutStudy, Quantity
from relsim.report.lab.findings import effects_found, levels_found
from relsim.report.style import number
from tests.report.conftest import collisions, said

COMMON = """
title: A small one
settings: {market.customers: 200, run.months: 4}
levers: [{key: firms.0.strategy.budget_share, name: budget_share, levels: [0.05, 0.1]}]
outcomes: {monthly_profit: {measure: profit, firm: 0}, kept: {measure: share, firm: 0}}
panel: {measures: [customer_equity]}
"""
ARMS = "arms: {as_is: {}, win_them_back: {firms.0.strategy.kind: offensive, firms.0.price: 20}}\n"


def figures(folder: Path, config: str) -> dict[str, Figure]:
    """Return the figures of an experiment that is run."""
    path = folder / "own.yaml"
    path.write_text(COMMON + config, encoding="utf-8")
    out = folder / "own"
    experiment(Order(str(path), out=out, executor="serial", figures=False, quiet=True))
    study = opened(out).study
    with Store(out, study.key, shape_of(study)) as store:
        return dict(
            drawing._drawn(study, store, drawing._about(study, store))
        )  # before they are saved


@pytest.fixture(scope="module")
def two_bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    config = "base: [telecom, grocery]\nreplication: {minimum: 2, maximum: 3, absolute: 1.0e-9}\n"
    return figures(tmp_path_factory.mktemp("bases"), config + ARMS)


def test_a_figure_for_each_base(two_bases: dict[str, Figure]) -> None:
    assert {
        "effects", "response-telecom", "response-grocery", "replications-win_them_back",
        "months-customer_equity-telecom", "months-customer_equity-grocery",
    } == set(two_bases)  # fmt: skip


def test_names_are_read_not_spelled(two_bases: dict[str, Figure]) -> None:
    for figure in two_bases.values():
        assert "_" not in said(figure)
        assert not collisions(figure)
    words = " ".join(said(two_bases["effects"]).split())
    assert "win them back: base telecom, budget share 0.05" in words
    assert "each less as is" in words
    assert "()" not in words


def test_precision_that_was_not_reached_is_not_said_to_be(two_bases: dict[str, Figure]) -> None:
    words = said(two_bases["replications-win_them_back"])
    assert "never reached" in words
    assert "stopped at" not in words


def test_outcomes_over_levers_without_treatments(tmp_path: Path) -> None:
    drawn = figures(tmp_path, "base: telecom\nreplication: {minimum: 3}\n")
    assert "response" in drawn
    assert "effects" not in drawn
    runs = pd.read_parquet(tmp_path / "own" / "runs.parquet")
    means = runs.groupby("budget_share")["monthly_profit"].mean()
    lines = [line for axes in drawn["response"].axes for line in axes.lines]
    heights = [list(map(float, line.get_ydata())) for line in lines]  # type: ignore[arg-type]  # numbers
    assert any(ys == pytest.approx(list(means)) for ys in heights)


def titles(drawn: dict[str, Figure]) -> dict[str, str]:
    return {name: figure.get_suptitle().replace("\n", " ") for name, figure in drawn.items()}


def test_titles_say_what_was_found_and_claim_no_more_than_intervals_do(
    two_bases: dict[str, Figure],
) -> None:
    told = titles(two_bases)
    assert "told apart from zero" in told["effects"]
    assert told["response-telecom"].startswith("monthly profit: win them back less as is: ")
    assert "replications" in told["replications-win_them_back"]
    assert told["months-customer_equity-telecom"].startswith("customer equity of ")
    assert "medians at the end between" in told["months-customer_equity-telecom"]
    response = " ".join(said(two_bases["response-telecom"]).split())
    assert "monthly profit: win them back less as is, over budget share." in response


def test_two_replications_fill_the_frame_with_what_is_known(tmp_path: Path) -> None:
    config = "base: telecom\nreplication: {minimum: 2}\n" + ARMS
    figure = figures(tmp_path, config)["replications-win_them_back"]
    axes = figure.axes[0]
    (interval,) = [one for one in axes.collections if isinstance(one, LineCollection)]
    drawn = [segment for segment in interval.get_segments() if segment.size]
    assert len(drawn) == 1
    assert drawn[0][0][0] == 2.0  # at the second replication: the interval that the title says
    (mean,) = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(np.asarray(mean.get_ydata())) == 2
    half = (drawn[0][1][1] - drawn[0][0][1]) / 2.0
    assert f"± {number(half)} " in titles({"it": figure})["it"]


ABOUT = AboutStudy("A study", "EUR", 60, 2, 30, seed=1)


@pytest.mark.parametrize(
    ("low", "high", "title"),
    [
        ([1.0, -3.0, -1.0], [2.0, -2.0, 1.0], "2 of 3 effects are told apart from zero by their"),
        (
            [-1.0, -1.0],
            [1.0, 1.0],
            "No effect of 2 is told apart from zero: each 95% interval holds zero",
        ),
        ([-1.0], [1.0], "The effect is not told apart from zero: its 95% interval holds zero"),
        ([1.0], [2.0], "The effect is told apart from zero by its 95% interval"),
        ([np.nan], [np.nan], "No effect has an interval: nothing is told apart from noise"),
    ],
)
def test_effects_that_were_found(low: list[float], high: list[float], title: str) -> None:
    assert effects_found(pd.DataFrame({"low": low, "high": high}), ABOUT).startswith(title)


@pytest.mark.parametrize(
    ("low", "high", "title"),
    [
        ([1.0, 1.0], [2.0, 2.0], "x: above zero at all 2 levels"),
        ([1.0, -1.0], [2.0, 2.0], "x: above zero at 1, not told apart from zero at 1 of 2 levels"),
        ([-2.0, -1.0], [1.0, 2.0], "x: not told apart from zero at any of 2 levels"),
        ([-2.0], [-1.0], "x: below zero at the level shown"),
        ([np.nan], [np.nan], "x: no interval tells it apart from noise"),
    ],
)
def test_effects_over_levels(low: list[float], high: list[float], title: str) -> None:
    table = pd.DataFrame({"value": 1.5, "low": low, "high": high})
    value = Quantity("value", "x", "US$")
    assert levels_found(table, ABOUT, value, effect=True) == title
    assert levels_found(table, ABOUT, value, effect=False) == "x: 1.50 US$"
