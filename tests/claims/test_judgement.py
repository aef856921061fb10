"""A claim whose truth is known: effects put in by hand come out as they went in."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from relsim.claims.config import Reading, read_claim
from relsim.claims.judgement import Judged, judge, untestable
from tests.claims.conftest import Data, written

Truth = Callable[[pd.DataFrame], "pd.Series[float]"]


def runs_of(reading: Reading, truth: Truth, noise: float = 1.0) -> pd.DataFrame:
    """Return runs in which the treatment adds what is true at each point, and noise."""
    study, rng = reading.study, np.random.default_rng(8)
    true = truth(study.design).to_numpy(dtype=float)
    rows = []
    for run in study.numbers([study.spec.replication.minimum] * (int(study.cells.max()) + 1)):
        replication, point, arm = study.place(run)
        profit = 1000.0 + true[point] * (study.arms[arm] == "keep") + noise * rng.normal()
        rows.append(
            {
                "run": run, "point": point, "sample": study.samples[point],
                "arm": study.arms[arm], "replication": replication, "failed": False,
                "profit": profit, "share": 0.2 + 0.05 * (study.arms[arm] == "keep"),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def judged(tmp_path: Path, data: Data) -> Callable[..., Judged]:
    pays = data["readings"]["pays"]
    pays["experiment"]["design"]["points"] = 60
    pays["experiment"]["replication"]["minimum"] = 4

    def of(truth: Truth, noise: float = 1.0, **reading: object) -> Judged:
        pays.update({"hypothesis": {"above": 0.0}, **reading})
        read = read_claim(written(tmp_path, data)).readings["pays"]
        return judge("tiny", read, runs_of(read, truth, noise), 0.95, "relsim claim tiny")

    return of


def test_an_effect_everywhere_is_supported(judged: Callable[..., Judged]) -> None:
    verdict = judged(lambda d: 50.0 + 100.0 * d["turnover"]).verdict
    assert verdict.word == "supported"
    assert verdict.effect == pytest.approx(50.0 + 100.0 * 0.055, abs=0.5)
    assert verdict.low < 55.5 < verdict.high
    assert (verdict.holds, verdict.deciding, verdict.box) == (1.0, "turnover", "")
    assert (verdict.runs, verdict.points, verdict.replications) == (480, 60, 4)
    assert (verdict.band_low, verdict.band_high) == (0.0, math.inf)
    assert math.isnan(verdict.needed)


def test_the_opposite_everywhere_is_refuted(judged: Callable[..., Judged]) -> None:
    assert judged(lambda d: -20.0 - d["cost"]).verdict.word == "refuted"


def test_an_effect_in_a_part_of_the_scope_is_conditional_and_its_place_is_found(
    judged: Callable[..., Judged],
) -> None:
    """It is above nought where turnover is below 0.05, whatever the switching cost."""
    found = judged(
        lambda d: 1000.0 * (0.05 - d["turnover"]) + 0.5 * (d["cost"] - 0.5),
        break_even={"factor": "turnover"},
    )
    verdict, box = found.verdict, found.details["box"]
    assert verdict.word == "conditional"
    assert verdict.deciding == "turnover"
    assert verdict.holds == pytest.approx(4.0 / 9.0, abs=0.03)
    assert verdict.holds_low < 4.0 / 9.0 < verdict.holds_high
    effects = np.sort(found.points["effect"])
    assert np.searchsorted(effects, verdict.median) == 30
    assert np.searchsorted(effects, [verdict.low_tenth, verdict.high_tenth]).tolist() == [6, 54]
    assert list(box["limits"]) == ["turnover"]
    assert box["limits"]["turnover"]["high"] == pytest.approx(0.05, abs=0.002)
    assert verdict.box.startswith("holds where turnover is below 0.0")
    assert verdict.break_even == pytest.approx(0.05, abs=0.0015)
    assert "above 0 where turnover is below 0.0" in verdict.break_even_text
    assert len(found.points) == 60
    assert set(found.points.columns) == {
        "reading", "point", "base", "turnover", "cost", "effect", "low", "high", "holds",
    }  # fmt: skip


def test_two_parameters_decide(judged: Callable[..., Judged]) -> None:
    verdict = judged(lambda d: 1000.0 * (d["turnover"] - 0.05) - 60.0 * (d["cost"] - 0.5)).verdict
    assert verdict.word == "conditional"
    assert set(verdict.deciding.split("; ")) == {"turnover", "cost"}
    assert "turnover" in verdict.box
    assert "cost" in verdict.box


def test_luck_alone_is_inconclusive_and_says_how_many_runs_would_do(
    judged: Callable[..., Judged],
) -> None:
    verdict = judged(lambda d: 2.0 + 0.0 * d["cost"], noise=60.0).verdict
    assert verdict.word == "inconclusive"
    assert verdict.deciding == ""
    assert verdict.needed > verdict.runs


def test_a_price_and_a_published_number_beside_the_models(judged: Callable[..., Judged]) -> None:
    published = {"what": "value", "published": 0.3, "source": "s", "outcome": "share"}
    found = judged(
        lambda d: 30.0 + 0.0 * d["cost"],
        break_even={"outcome": "profit", "per": "share", "unit": "USD a point"},
        compared_with=[published | {"measure": "value"}, published | {"measure": "relative"}],
    )
    assert found.verdict.break_even == pytest.approx(600.0, abs=5.0)
    assert "USD a point" in found.verdict.break_even_text
    value, relative = found.comparisons
    assert (value["model"], value["published"]) == (pytest.approx(0.25), 0.3)
    assert relative["model"] == pytest.approx(0.25)
    assert relative["unit"] == "share"


def test_a_published_number_stands_beside_its_own_market(
    data: Data, judged: Callable[..., Judged]
) -> None:
    """The effect is 100 in one market and 300 in the other: a mean of both is 200."""
    data["readings"]["pays"]["experiment"]["base"] = ["telecom", "grocery"]
    published = {"what": "w", "published": 100.0, "source": "s"}
    found = judged(
        lambda d: 100.0 + 200.0 * (d["base"] == "grocery"),
        compared_with=[published, *(published | {"base": b} for b in ("telecom", "grocery"))],
    )
    models = [one["model"] for one in found.comparisons]
    assert models == pytest.approx([200.0, 100.0, 300.0], abs=1.0)
    assert [one["markets"] for one in found.comparisons] == [
        ["telecom", "grocery"],
        ["telecom"],
        ["grocery"],
    ]
    for one in found.comparisons[1:]:  # noise alone, not what markets differ by
        assert one["high"] - one["low"] < 2.0


def test_the_only_market_may_be_named(judged: Callable[..., Judged]) -> None:
    published = {"what": "w", "published": 100.0, "source": "s"}
    whole, named = judged(
        lambda d: 100.0 + 50.0 * d["cost"],
        compared_with=[published, published | {"base": "telecom"}],
    ).comparisons
    assert whole == named


def test_relative_effects_and_bands(judged: Callable[..., Judged]) -> None:
    found = judged(
        lambda d: 300.0 + 0.0 * d["cost"],
        effect={"outcome": "profit", "treatment": "keep"},
        hypothesis={"band": [0.25, 0.85]},
    )
    assert found.verdict.word == "supported"
    assert found.verdict.effect == pytest.approx(0.3, abs=0.002)
    assert (found.verdict.unit, found.verdict.measure) == ("share", "relative")


def test_what_cannot_be_tested_passes_through() -> None:
    verdict = untestable(
        "tiny", "minds", "Minds care", "Nobody minds.", "relsim claim tiny"
    ).verdict
    assert verdict.word == "untestable"
    assert math.isnan(verdict.effect)


def test_markets_of_one_name_are_told_apart() -> None:
    found = untestable("tiny", "minds", "Minds care", "Nobody minds.", "relsim claim tiny")
    markets = {"a/own.yaml": 0.5, "b/own.yaml": 0.75, "telecom": 1.0}
    told = found.with_check(0.75, markets, {}).verdict.assumed_markets
    assert told == "a/own.yaml 50%; b/own.yaml 75%; telecom 100%"
