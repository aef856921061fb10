"""Figures of an experiment say what was found, in words that are read."""

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from relsim.cli.experimenting import Order, experiment
from relsim.lab.conducting import shape_of
from relsim.lab.opening import opened
from relsim.lab.store import Store
from relsim.report import experiment as drawing
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
    assert "Each less as is" in words
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
