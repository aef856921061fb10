"""Whatever a user calls things: right results, or a refusal that names the place."""

import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from relsim.claims.results import _FIRST, _LAST
from relsim.errors import ComparisonError, SpecError
from relsim.lab.archive.results import EFFECTS, REPLICATIONS, RUNS, SENSITIVITY
from relsim.lab.archive.tables import read_table
from relsim.lab.names import BESIDE_FACTORS, BESIDE_LEVERS, BESIDE_OUTCOMES
from relsim.lab.runs.study import Study
from relsim.lab.statistics.effects import effects
from relsim.lab.statistics.sensitivity_tables import MEASURES
from relsim.report.claims.results import _BESIDES, VERDICT_COLUMNS
from relsim.report.experiment import draw
from tests.lab.conftest import finish, held, study_of

PLAIN: dict[str, Any] = {
    "levers": [{"key": "firms.0.strategy.budget_share", "name": "x", "levels": [0.05, 0.2]}],
    "uncertainties": [{"key": "firms.0.price", "name": "y", "low": 40.0, "high": 60.0}],
    "outcomes": {"z": {"measure": "profit", "firm": "Attacker"}},
    "design": {"uncertainties": "sobol", "points": 2},
    "panel": None,
}  # fmt: skip
MOST = 12
"""Names that are tried by runs; refusals are all tried."""
OTHER = {"firms.0.strategy.kind": "defensive"}
INTERNAL = {"cell", "effect", "low", "high", "holds", "reading", "base", "outcome", "control", "n"}
INTERNAL |= {"x", "y", "shown", "unsure", "level", "middle", "month", "firm", "factor", "note", "t"}
INTERNAL |= {
    "c",
    "apart",
    "index",
    "place",
    "design",
    "design.sample",
    "point",
    "weight",
    "stratum",
}
NAMES = sorted(
    {
        *(INTERNAL | BESIDE_LEVERS | BESIDE_FACTORS | BESIDE_OUTCOMES),
        *(*VERDICT_COLUMNS, *_BESIDES, *_FIRST, *_LAST),
        *(name for columns in MEASURES.values() for name in columns),
    }
)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return runs and effects of the experiment with names that collide with nothing."""
    return results(tmp_path_factory.mktemp("plain"), PLAIN)


def results(folder: Path, changes: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    study = study_of(folder, changes)
    finish(study, folder / "out")
    runs = pd.read_parquet(folder / "out" / RUNS)
    return runs, read_table(folder / "out" / EFFECTS, study)


def renamed(old: str, new: str) -> dict[str, Any]:
    levers, uncertainties = ([dict(PLAIN[kind][0])] for kind in ("levers", "uncertainties"))
    for factor in (*levers, *uncertainties):
        factor["name"] = new if factor["name"] == old else f"{factor['name']}-"
    outcomes = {new if old == "z" else "z-": PLAIN["outcomes"]["z"]}
    return PLAIN | {"levers": levers, "uncertainties": uncertainties, "outcomes": outcomes}


@pytest.mark.parametrize("old", ["x", "y", "z"])
def test_any_name_gives_the_same_or_is_refused_with_its_place(
    old: str, plain: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    place = {"x": "levers.0", "y": "uncertainties.0", "z": "outcomes"}[old]
    taken = {"x": BESIDE_LEVERS | BESIDE_FACTORS, "y": BESIDE_FACTORS, "z": BESIDE_OUTCOMES}[old]
    runs, effects_ = plain
    refused = {name for name in NAMES if name in taken or (old != "z" and "." in name)}
    free = sorted(set(NAMES) - refused)
    for name in (*sorted(refused), *random.Random(old).sample(free, min(len(free), MOST))):
        folder = tmp_path / name
        folder.mkdir()
        if name in refused:
            with pytest.raises(SpecError) as caught:
                study_of(folder, renamed(old, name))
            assert repr(name) in str(caught.value)
            assert f"{place}: the name" in str(caught.value)
            continue
        found_runs, found = results(folder, renamed(old, name))
        assert found_runs.to_numpy().tolist() == runs.to_numpy().tolist(), name
        drop = ["outcome"]
        assert (
            found.drop(columns=drop).to_csv().split("\n")[1:]
            == (effects_.drop(columns=drop).to_csv().split("\n")[1:])
        ), name


def test_arms_may_be_called_anything(
    plain: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    _, expected = plain
    for name in [
        *sorted(INTERNAL),
        "50/50",
        "nan",
        "None",
        "1",
        "null",
        "x" * 300,
        "../up",
        "a: b",
    ]:
        folder = tmp_path / str(abs(hash(name)))
        folder.mkdir()
        arms = {"offensive": {"firms.0.strategy.kind": "offensive"}}
        arms[name] = OTHER
        _, found = results(folder, PLAIN | {"arms": arms})
        assert found["arm"].tolist() == [name] * len(found)
        drop = ["arm"]
        pd.testing.assert_frame_equal(found.drop(columns=drop), expected.drop(columns=drop))


def test_every_column_of_the_tables_is_known(tmp_path: Path) -> None:
    study = study_of(tmp_path, PLAIN | {"base": ["telecom", "grocery"]} | {
        "outcomes": {"z": {"measure": "profit", "margin": [-1, 1]}}})  # fmt: skip
    finish(study, tmp_path / "out")
    own = {"x", "y", "z"}
    for name in (EFFECTS, REPLICATIONS):
        columns = set(read_table(tmp_path / "out" / name, study))
        assert columns - own <= BESIDE_LEVERS, name
    assert set(pd.read_parquet(tmp_path / "out" / RUNS)) - own == BESIDE_OUTCOMES
    assert {*_FIRST, *_LAST, *_BESIDES} <= BESIDE_FACTORS


def test_all_faults_at_once_and_a_table_of_points_too(tmp_path: Path) -> None:
    changes = renamed("x", "control") | {"outcomes": {"run": {"measure": "profit"}}}
    with pytest.raises(SpecError) as caught:
        study_of(tmp_path, changes)
    first, second = str(caught.value).splitlines()
    words = "is that of a column of relsim's own tables, allowed: another, such as 'own_"
    assert f"levers.0: the name 'control' {words}control'" in first
    assert f"outcomes: the name 'run' {words}run'" in second
    outcomes = {name: {"measure": "profit"} for name in ("a: b", "a")}
    with pytest.raises(SpecError, match="'a: b' would head two columns of the results"):
        study_of(tmp_path, PLAIN | {"outcomes": outcomes, "arms": {"c": {}, "b": OTHER}})
    (tmp_path / "points.csv").write_text("y,holds\n0.1,1\n")
    with pytest.raises(SpecError, match=r"design.file: the name 'holds' is that of a col"):
        study_of(tmp_path, PLAIN | {"levers": [], "design": {"file": "points.csv"}})


def test_effects_refuse_what_would_head_two_columns() -> None:
    runs = pd.DataFrame(
        {"point": [0, 0], "replication": 0, "arm": ["a", "b"], "size": [1.0, 1.0], "z": [1.0, 2.0]}
    )
    with pytest.raises(ComparisonError, match="by: given 'size', which is a column of the table"):
        effects(runs, ["z"], "a", ["b"], by=["size"])
    with pytest.raises(ComparisonError, match="the outcome 'point' is also one of point, repl"):
        effects(runs, ["point"], "a", ["b"])


# Files


def files(study: Study, folder: Path) -> set[str]:
    finish(study, folder)
    with held(study, folder) as store:
        return {path.stem for path in draw(study, store)}


def test_figures_have_files_of_their_own_whatever_arms_are_called(tmp_path: Path) -> None:
    arms = {
        "50/50": {"firms.1.price": 50.0},
        "../up": {"firms.1.price": 51.0},
        "nan": {"firms.1.price": 52.0},
        "x" * 300: {"firms.1.price": 53.0},
        "50-50": {"firms.1.price": 54.0},
        "50 50": {"firms.1.price": 57.0},
        "نیمه": {"firms.1.price": 56.0},
        "as_is": {},
    }
    study = study_of(tmp_path, PLAIN | {"arms": arms, "control": "as_is"})
    found = files(study, tmp_path / "out")
    assert found == {"effects"} | {
        f"{kind}-{arm}"
        for kind in ("response", "replications")
        for arm in ("50-50", "50-50-2", "50-50-3", "up", "nan", "x" * 40, "7")
    }


def test_two_bases_of_one_stem_have_figures_of_their_own(tmp_path: Path) -> None:
    for name, customers in (("a", 60), ("b", 80)):
        (tmp_path / name).mkdir()
        text = f"extends: telecom\nset: {{market.customers: {customers}}}\n"
        (tmp_path / name / "own.yaml").write_text(text)
    study = study_of(tmp_path, PLAIN | {"base": ["a/own.yaml", "b/own.yaml"]})
    assert files(study, tmp_path / "out") == {
        "effects", "response-a-own-yaml", "response-b-own-yaml", "replications-defensive",
    }  # fmt: skip


def test_outcomes_with_a_colon_have_figures_of_sensitivity(tmp_path: Path) -> None:
    profit = PLAIN["outcomes"]["z"]
    outcomes = {"a: b": profit, "a": profit | {"aggregate": "last"}}
    changes = {"levers": [], "design": {"uncertainties": "morris", "points": 4}}
    study = study_of(tmp_path, PLAIN | changes | {"outcomes": outcomes})
    assert {f"sensitivity-{place}" for place in (1, 2, 3, 4)} <= files(study, tmp_path / "out")
    table = read_table(tmp_path / "out" / SENSITIVITY, study)
    assert table["outcome"].unique().tolist() == ["a: b", "a: b: defensive", "a", "a: defensive"]
