"""A written design, run again, gives the same runs."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from relsim.errors import SpecError
from relsim.lab.archive.reuse import Earlier
from relsim.lab.archive.store import Store
from relsim.lab.runs.rounds import Conduct, conduct, recipe_of, shape_of
from relsim.lab.runs.study import Study
from tests.lab.conftest import finish, study_of

DRAWN: dict[str, Any] = {"levers": [], "design.points": 4, "panel": None}
NAMED = [
    {
        "key": "firms.0.switching_cost",
        "name": "cost",
        "low": 0.5,
        "high": 1.5,
        "relative": True,
        "also": {"firms.1.switching_cost": [0.1, 0.2]},
    },
    {"key": "firms.*.acquisition.half_at", "name": "reach", "low": 0.2, "high": 1.0},
]
KINDS: dict[str, dict[str, Any]] = {
    "crossed": {"panel": None},
    "latin hypercube": DRAWN,
    "sobol": DRAWN | {"design.uncertainties": "sobol"},
    "halton": DRAWN | {"design.uncertainties": "halton"},
    "morris": DRAWN | {"design.uncertainties": "morris", "uncertainties": NAMED},
    "saltelli": DRAWN | {"design.uncertainties": "saltelli", "design.points": 2},
    "one at a time": DRAWN | {"design.uncertainties": "one_at_a_time", "uncertainties": NAMED},
    "grid of uncertainties": DRAWN | {"design.uncertainties": "full_factorial"},
    "levers alone": {"uncertainties": [], "design": None, "panel": None},
    "common": DRAWN | {"luck": "common"},
    "independent": DRAWN | {"design.uncertainties": "morris", "luck": "independent"},
    "levers, independent": {"uncertainties": [], "luck": "independent", "design": None},
    "several bases": {"base": ["telecom", "grocery"], "uncertainties": NAMED, "outcomes": {
        "profit": {"measure": "profit"}}},
    "bases with samples of their own": {
        "base": ["telecom", "grocery"], "design.samples": "own",
        "outcomes": {"profit": {"measure": "profit"}}},
    "words": {
        "design": None,
        "uncertainties": [],
        "levers": [
            {
                "key": "firms.1.strategy.kind",
                "name": "rival",
                "levels": ["marginal", "adaptive"],
            },
            {
                "key": "title",
                "name": " called ",
                "levels": ["", "\U0001f600", "1", "nan", "None", "yes", " a, b", "2001-01-01"],
            },
        ],
        "replication.minimum": 1,
    },
}  # fmt: skip


def again(tmp_path: Path, changes: dict[str, Any], **more: Any) -> Study:
    """Return the study whose design is that which the first one wrote."""
    return study_of(
        tmp_path, changes | {"design": {"file": str(tmp_path / "out" / "design.csv")}} | more
    )


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_written_design_gives_the_same_runs(kind: str, bare: bool, tmp_path: Path) -> None:
    changes = {key: value for key, value in KINDS[kind].items() if not key.startswith("design")}
    first = study_of(tmp_path, KINDS[kind])
    before = finish(first, tmp_path / "out")
    none: dict[str, Any] = {"levers": [], "uncertainties": []} if bare else {}
    second = again(tmp_path, changes, **none)
    earlier = Earlier.read(tmp_path / "out", shape_of(second))
    assert finish(second, tmp_path / "again") == before
    with Store(tmp_path / "reused", second.key, shape_of(second)) as store:
        count = second.size(second.spec.replication.minimum)
        earlier.take(second, recipe_of(second, 0), store, iter(range(count)))
        assert earlier.taken == count
    assert second.unit == first.unit
    assert second.spec.common_noise == first.spec.common_noise
    assert Study.restored(second.saved()).saved() == second.saved()


def test_some_points_of_a_written_design_keep_their_runs(tmp_path: Path) -> None:
    finish(study_of(tmp_path, DRAWN), tmp_path / "out")
    path = tmp_path / "out" / "design.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[3], lines[1]]))
    study = again(tmp_path, {"levers": [], "panel": None})
    with Store(tmp_path / "again", study.key, shape_of(study)) as store:
        conduct(study, store, Conduct())
        found = pd.concat(store.frames()).set_index("run")["profit"]
    runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
    whole = runs.set_index(["point", "arm", "replication"])["profit"]
    for run, profit in found.items():
        replication, point, arm = study.place(int(str(run)))
        assert profit == whole[{0: 2, 1: 0}[point], study.arms[arm], replication]


def test_a_table_of_points_without_a_word_on_how_it_was_made(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("reach\n0.03\n0.05\n")
    study = study_of(tmp_path, {"levers": [], "design": {"file": "points.csv"}})
    assert study.spec.design.uncertainties == "listed"
    assert study.unit == "replication"
    assert study.spec.common_noise
    reachs = [study.market(point, study.arms[0]).firms[1].acquisition.half_at for point in (0, 1)]
    assert reachs == [0.03, 0.05]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cost\n1\n", "points.csv: has no column for the factor 'reach'; there are: cost"),
        ("reachs\n1\n", "points.csv: has no column for the factor 'reach'; did you mean 'reachs'"),
        (
            "reach,design.sample\n1,-1\n",
            "row 1, column 'design.sample': given -1, allowed: a whole",
        ),
        ("reach,design.made\n1,\n", "'design.made' is empty: the row that says how the design was"),
        ("reach,design.made\n1,x\n", "column 'design.made': is not what relsim wrote there"),
        ('reach,design.made\n1,"{""levers"": 1}"\n', "column 'design.made': levers: given 1"),
    ],
)
def test_a_table_that_is_not_sound(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(text)
    with pytest.raises(SpecError, match=message):
        study_of(tmp_path, {"levers": [], "design": {"file": "points.csv"}})


def test_only_a_file_lists(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"design.uncertainties: given 'listed', allowed: with des"):
        study_of(tmp_path, {"design.uncertainties": "listed"})


def test_a_word_is_not_multiplied(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("cost,reach\nmuch,0.03\n")
    changes = {"levers": [], "uncertainties": NAMED, "design": {"file": "points.csv"}}
    with pytest.raises(SpecError, match="cost: given 'much', allowed: a number"):
        study_of(tmp_path, changes)
