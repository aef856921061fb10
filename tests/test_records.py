"""Files that relsim reads again, damaged or forged: a sentence names the file, no traceback."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from relsim.cli.app import app
from relsim.errors import OutputError
from relsim.records import ExperimentManifest, altered, check_unaltered, read_record, sha256
from relsim.report.claims.page import write_page
from tests.lab.conftest import write

MUTATIONS = 60
"""Of each file, in each run of the tests."""
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**400,
    1.5,
    "",
    "../victim",
    "nan",
    "\x00",
    [],
    [[]],
    {},
    {"a": []},
)

Change = Callable[[Any], Any]


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a run, an experiment and a claim."""
    folder = tmp_path_factory.mktemp("results")
    small = ("--customers", 60, "--months", 3, "--no-figures", "--quiet")
    assert call("run", "telecom", *small, "--out", folder / "run").exit_code == 0
    config = write(folder)
    done = call("experiment", config, "--quiet", "--no-figures", "--out", folder / "lab")
    assert done.exit_code == 0, done.output
    claims = Path(__file__).parents[1] / "results" / "claims"
    shutil.copytree(claims / "double-jeopardy", folder / "claims" / "double-jeopardy")
    return folder


def mutated(text: str, rng: random.Random) -> str:
    """Return a file of JSON in which one thing is otherwise, or which is cut."""
    if rng.random() < 0.1:
        return text[: rng.randrange(len(text))]
    data = json.loads(text)
    inside: Any = data
    while True:
        keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
        key = rng.choice(keys)
        deeper = inside[key]
        if not isinstance(deeper, dict | list) or not deeper or rng.random() < 0.25:
            break
        inside = deeper
    if rng.random() < 0.3:
        del inside[key]
    else:
        inside[key] = rng.choice(ODD)
    return json.dumps(data)


ALONE = ("--replications", 1, "--no-figures")  # what is looked at is the folder


def commands(folder: Path) -> dict[str, tuple[tuple[object, ...], ...]]:
    return {
        "lab/manifest.json": (("compare", folder / "lab"), ("query", folder / "lab", "select 1")),
        "lab/experiment.json": (
            ("compare", folder / "lab"),
            ("reproduce", folder / "lab", "--runs", 1),
        ),
        "run/manifest.json": (
            ("story", folder / "run", "--customer", 1),
            ("fork", folder / "run", "--at", 2, "--set", "firms.0.price=40", *ALONE),
        ),
    }


@pytest.mark.parametrize("name", list(commands(Path())))
def test_damaged_files_end_in_a_sentence(name: str, results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    shutil.copytree(results, folder)
    text, rng = (folder / name).read_text(encoding="utf-8"), random.Random(name)
    for _ in range(MUTATIONS):
        (folder / name).write_text(mutated(text, rng), encoding="utf-8")
        for words in commands(folder)[name]:
            done = call(*words)
            changed = (folder / name).read_text()[:400]
            assert done.exception is None or isinstance(done.exception, SystemExit), changed
            assert done.exit_code in (0, 1, 2), changed
            if done.exit_code == 2:
                assert done.stderr.startswith("error: "), done.stderr
                assert len(done.stderr) < 2000
        for left in folder.glob("run-fork-*"):
            shutil.rmtree(left)


def test_damaged_claims_end_in_a_sentence(results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "here" / "claims"
    shutil.copytree(results / "claims", folder)
    path = folder / "double-jeopardy" / "claim.json"
    text, rng = path.read_text(encoding="utf-8"), random.Random("claim")
    refused = []
    for _ in range(MUTATIONS):
        path.write_text(mutated(text, rng), encoding="utf-8")
        try:
            write_page(folder)
        except OutputError as error:
            refused.append(str(error))
    assert len(refused) > 5
    assert all(words.startswith(str(path)) and "\n" not in words for words in refused)
    assert [item.name for item in (tmp_path / "here").iterdir()] == ["claims"]


def test_a_claim_writes_into_its_own_folder_only(results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "claims"
    shutil.copytree(results / "claims", folder)
    path = folder / "double-jeopardy" / "claim.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    about["claim"]["id"] = "../victim"
    path.write_text(json.dumps(about), encoding="utf-8")
    with pytest.raises(OutputError, match=r"is of the claim '../victim', allowed: 'double-jeop"):
        write_page(folder)
    assert [item.name for item in tmp_path.iterdir()] == ["claims"]


def test_names_of_files_lead_inside(results: Path, tmp_path: Path) -> None:
    about = json.loads((results / "lab" / "manifest.json").read_text(encoding="utf-8"))
    for name in ("../there", "/etc/passwd", "a/../../b", "", "..\\there"):
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps({**about, "files": {name: "0" * 64}}), encoding="utf-8")
        with pytest.raises(OutputError, match="cannot be read, being damaged"):
            read_record(path, ExperimentManifest)


def test_altered_files_are_named(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    files = {name: sha256(tmp_path / name) for name in ("a", "b", "c")}
    assert list(altered(tmp_path, files)) == []
    (tmp_path / "b").write_text("B")
    (tmp_path / "c").unlink()
    assert list(altered(tmp_path, files)) == [
        ("b", "was changed after relsim wrote it"),
        ("c", "is missing"),
    ]
    with pytest.raises(OutputError, match=r"b: was changed after relsim wrote it .*manifest.json"):
        check_unaltered(tmp_path, files)
