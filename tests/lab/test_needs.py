"""What a design will not tell is said before the runs, and what the runs did not tell, after."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from relsim.lab.archive.results import SENSITIVITY
from relsim.lab.archive.tables import read_table
from relsim.lab.design import designs
from relsim.lab.design.factors import Factor
from relsim.lab.design.needs import lacking, tells
from relsim.lab.statistics import sensitivity_tables
from relsim.lab.statistics.sensitivity import sobol_indices
from relsim.lab.statistics.sensitivity_tables import MEASURES, notes_of
from relsim.lab.statistics.variance import noise_share
from tests.lab.conftest import finish, study_of

REACH = {"key": "firms.*.acquisition.half_at", "name": "reach", "low": 0.2, "high": 1.0}
SENSITIVE: dict[str, Any] = {
    "levers": [],
    "panel": None,
    "uncertainties": [REACH, {"key": "market.annual_turnover", "low": 0.01, "high": 0.1}],
    "outcomes": {
        "profit": {"measure": "profit", "firm": "Attacker"},
        "price": {"measure": "price", "firm": "Attacker"},
    },
}


def design(kind: str, points: int, **more: Any) -> dict[str, Any]:
    return SENSITIVE | {"design": {"uncertainties": kind, "points": points}} | more


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (design("saltelli", 8), "8 base points are too few for Sobol's indices, which needs 16"),
        (design("morris", 3), "3 trajectories are too few for a screening by Morris's method"),
        (design("saltelli", 16) | {"replication.minimum": 1}, "how much of the variance is noise"),
        (design("one_at_a_time", 32) | {"replication.minimum": 1}, "tornado will have no interval"),
        (design("one_at_a_time", 20), "design.points: given 20, is not used: one_at_a_time has as"),
        (
            design("saltelli", 16) | {"levers": [{"key": "firms.0.price", "levels": [40, 50]}]},
            "saltelli with levers gives no table of sensitivity",
        ),
        (
            {"uncertainties": [], "design": {"uncertainties": "morris"}},
            "design.uncertainties: given morris, is not used: nothing is uncertain",
        ),
        (
            {"levers": [], "design": {"levers": "one_at_a_time"}},
            "design.levers: given one_at_a_time, is not used: there are no levers",
        ),
        ({"design": {"samples": "own"}}, "design.samples: given own, is not used: that is for"),
        (design("sobol", 1), "one point is drawn: effects will have no interval"),
        (
            {"uncertainties": [], "design": None, "replication.minimum": 1},
            "replication: one only: effects will have no interval; 2 or more give one",
        ),
    ],
)
def test_what_is_lacking_is_said(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    assert words in "\n".join(lacking(study_of(tmp_path, changes)))


@pytest.mark.parametrize("kind", ["saltelli", "morris", "one_at_a_time", "sobol"])
def test_nothing_is_said_of_a_design_that_has_enough(kind: str, tmp_path: Path) -> None:
    study = study_of(tmp_path, design(kind, 32))
    assert list(lacking(study)) == []
    assert tells(study).startswith("Sensitivity: ")


@pytest.mark.parametrize(
    ("kind", "points"), [("saltelli", 16), ("morris", 4), ("one_at_a_time", 32)]
)
def test_every_outcome_has_its_rows(kind: str, points: int, tmp_path: Path) -> None:
    study = study_of(tmp_path, design(kind, points))
    finish(study, tmp_path / "out")
    table = read_table(tmp_path / "out" / SENSITIVITY, study)
    assert list(table) == ["outcome", "factor", *MEASURES[kind], "note"]
    names = ["profit", "profit: defensive", "price", "price: defensive"]
    assert table["outcome"].tolist() == [name for name in names for _ in range(2)]
    notes = table.groupby("outcome")["note"].first()
    assert notes.to_dict() == dict.fromkeys(names[:2], "") | dict.fromkeys(names[2:], "constant")
    assert notes_of(table) == [f"Sensitivity of {name}: constant" for name in names[2:]]
    assert table.loc[table["note"] == "", list(MEASURES[kind])].notna().all(axis=None)


def test_too_few_points_are_rows_that_say_so(tmp_path: Path) -> None:
    study = study_of(tmp_path, design("saltelli", 8))
    finish(study, tmp_path / "out")
    table = read_table(tmp_path / "out" / SENSITIVITY, study)
    told = "given 8 rows, allowed: 16 or more"
    assert set(table["note"]) == {told, "constant"}
    assert table["first"].isna().all()
    assert table["factor"].tolist() == ["reach", "market.annual_turnover"] * 4


def test_every_kind_that_is_analysed_has_its_columns() -> None:
    assert sensitivity_tables._ANALYSES.keys() == MEASURES.keys()


def test_indices_and_noise_speak_of_the_same_variance() -> None:
    """With noise that all points share, indices add up to 1 and noise between points is 0."""
    factors = [Factor("a", low=0.0, high=1.0), Factor("b", low=0.0, high=1.0)]
    table = designs.saltelli(factors, 256, 1)
    points = table["a"].to_numpy() + 0.5 * table["b"].to_numpy()
    shared = np.random.default_rng(1).normal(0.0, 100.0, 10)
    y = points[:, None] + shared[None, :]
    found = sobol_indices(table, y, resamples=20)
    assert found.noise is not None
    assert found.noise.share > 0.99
    assert found.table["first"].tolist() == pytest.approx([0.8, 0.2], abs=0.02)
    analysed = sensitivity_tables._analysed("saltelli", table, y, ["a", "b"])
    assert analysed["noise_between_points"].tolist() == pytest.approx([0.0, 0.0], abs=1e-9)
    assert analysed["noise_share"].tolist() == pytest.approx([found.noise.share] * 2)


def test_noise_of_ones_own_is_what_indices_miss() -> None:
    table = designs.saltelli([Factor("a", low=0.0, high=12.0**0.5)], 2048, 1)
    noise = np.random.default_rng(2).normal(0.0, 2.0, (len(table), 4))
    y = table["a"].to_numpy()[:, None] + noise  # variances of the means: 1 and 4 / 4
    analysed = sensitivity_tables._analysed("saltelli", table, y, ["a"])
    left = noise_share(y, resamples=20).left_in_means
    assert left == pytest.approx(0.5, abs=0.03)
    assert analysed["noise_between_points"].tolist() == pytest.approx([left], abs=0.03)
    assert analysed["first"].tolist() == pytest.approx([1.0 - left], abs=0.05)
    assert analysed["total"].tolist() == pytest.approx([1.0], abs=0.05)


def test_notes_name_the_market() -> None:
    told = pd.DataFrame({"base": ["a", "b"], "outcome": "price", "note": ["constant", ""]})
    assert notes_of(told) == ["Sensitivity of a, price: constant"]


def test_outcomes_that_need_a_discount_are_told(tmp_path: Path) -> None:
    outcomes = {
        "worth": {"measure": "customer_equity", "firm": "Attacker", "aggregate": "last"},
        "profit": {"measure": "profit", "firm": "Attacker"},
    }
    free = {"outcomes": outcomes, "settings": {"market.annual_discount_rate": 0.0}, "panel": None}
    (told,) = [words for words in lacking(study_of(tmp_path, free)) if "not defined" in words]
    assert told.startswith("outcomes.worth: Customer equity is not defined at")
    usual = study_of(tmp_path, {"outcomes": outcomes, "panel": None})
    assert not any("not defined" in words for words in lacking(usual))
