"""What is said on the screen about effects is true of the runs behind them."""

import io
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from relsim.cli.effects import print_effects
from relsim.lab.archive.results import PAIRS
from relsim.lab.config import read_experiment
from relsim.lab.runs.study import Study
from relsim.lab.statistics.effects import effects

CONFIG = """
base: telecom
settings: {market.customers: 100, run.months: 6}
arms: {as_is: {}, cheaper: {firms.0.price: 52}}
levers:
  - {key: firms.0.strategy.budget_share, name: spent, levels: [1, 2]}
outcomes: {profit: {measure: profit, firm: Attacker}}
"""
SAMPLED = "uncertainties: [{key: market.annual_turnover, name: turnover, low: 0.01, high: 0.1}]\n"


def a_study(folder: Path, text: str) -> Study:
    """Return a study of a config whose levers are ones that a market takes."""
    path = folder / "own.yaml"
    path.write_text(text.replace("levels: [1, 2]", "levels: [0.05, 0.1]"), encoding="utf-8")
    return Study.of(read_experiment(str(path), {}))


def some_runs(points: int, replications: int) -> pd.DataFrame:
    """Return runs whose points spread by 10, common noise by 3 and a pair's own noise by 1."""
    rng = np.random.default_rng(3)
    rows = []
    for spent in (1, 2):
        for point in range(points):
            spread = rng.normal(0.0, 10.0)
            for replication in range(replications):
                noise = rng.normal(0.0, 3.0)
                where = {"sample": point, "point": 100 * spent + point, "replication": replication}
                for arm in ("as_is", "cheaper"):
                    value = 50.0 + (arm == "cheaper") + spread + noise + rng.normal()
                    rows.append(where | {"spent": spent, "arm": arm, "profit": value})
    return pd.DataFrame(rows)


def said(study: Study, runs: pd.DataFrame, by: Sequence[str], **how: object) -> str:
    """Return what is printed on the effects of runs."""
    cluster = study.unit
    about = {"by": by, "pair_on": PAIRS, "cluster_on": cluster, "resamples": 50, **how}
    table = effects(runs, ["profit"], "as_is", ["cheaper"], **about)  # type: ignore[arg-type]  # keywords of several types
    written = io.StringIO()
    screen = Console(file=written, width=200)
    print_effects(screen, table, study, control="as_is", by=by, confidence=0.95, runs=runs)
    return written.getvalue()


def reduction(t: pd.Series, c: pd.Series) -> float:
    """Return how many times the variance of a difference is without pairs."""
    return (t.var() + c.var()) / (t - c).var()


def test_points_are_the_unit_and_luck_is_told_apart(tmp_path: Path) -> None:
    study, runs = a_study(tmp_path, CONFIG + SAMPLED), some_runs(12, 5)
    words = said(study, runs, ["spent"])
    assert "over points" in words
    over_points, over_noise = map(float, re.findall(r"would need ([\d.]+) times", words))
    wide = runs.pivot(index=["spent", "point", "replication"], columns="arm", values="profit")
    means = wide.groupby(["spent", "point"]).mean()
    expected = [reduction(means.loc[k]["cheaper"], means.loc[k]["as_is"]) for k in (1, 2)]
    assert over_points == pytest.approx(np.mean(expected), rel=1e-3)
    within = wide - wide.groupby(["spent", "point"]).transform("mean")
    expected = [reduction(within.loc[k]["cheaper"], within.loc[k]["as_is"]) for k in (1, 2)]
    assert over_noise == pytest.approx(np.mean(expected), rel=1e-3)
    assert over_points > 2.0 * over_noise


def test_pairs_are_the_unit_of_one_point(tmp_path: Path) -> None:
    words = said(a_study(tmp_path, CONFIG), some_runs(1, 9), ["spent"])
    assert "over pairs of runs with the same random numbers" in words
    assert "Arms with random numbers of their own would need" in words


def test_pooled_levers_count_a_replication_once(tmp_path: Path) -> None:
    study, runs = a_study(tmp_path, CONFIG), some_runs(1, 9)
    words = said(study, runs, [])
    assert "over replications: each counts once" in words
    means = runs.groupby(["replication", "arm"])["profit"].mean().unstack()
    shown = re.search(r"would need ([\d.]+) times the replications", words)
    assert shown
    expected = reduction(means["cheaper"], means["as_is"])
    assert float(shown[1]) == pytest.approx(expected, rel=1e-3)


def test_the_test_of_a_margin_is_shown_where_there_is_one(tmp_path: Path) -> None:
    study, runs = a_study(tmp_path, CONFIG), some_runs(1, 9)
    assert "outside margin" not in said(study, runs, ["spent"])
    words = said(study, runs, ["spent"], margins={"profit": (-50.0, 50.0)})
    assert "p (outside margin)" in words
    assert "<0.0001" in words
