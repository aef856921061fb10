"""Every command and example of the page on the laboratory does what it says, in small."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy import stats

from relsim.lab.spec import ExperimentSpec

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/laboratory.md").read_text(encoding="utf-8")
SMALL = {"customers: 1000": "customers: 300", "months: 36": "months: 6", "points: 10": "points: 3"}


def blocks(language: str) -> list[str]:
    """Return the page's blocks of code in a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def ask(line: str, folder: Path) -> str:
    """Return what a command of the page prints."""
    words = shlex.split(line, comments=True)
    assert words[0] == "relsim"
    done = subprocess.run(
        [sys.executable, "-m", "relsim.cli", *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_commands_and_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One experiment, the page's own, made small: what is asked of it afterwards is answered."""
    (own,) = blocks("yaml")
    for large, small in SMALL.items():
        assert large in own
        own = own.replace(large, small)
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    said = {line.split()[1]: ask(line, tmp_path) for line in lines}
    assert set(said) == {"experiment", "compare", "query", "reproduce"}
    assert "p (outside margin)" in said["compare"]
    assert "The same." in said["reproduce"]
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for python in blocks("python"):
        exec(python, names)  # the page's own code
    assert len(names["runs"]) == 3 * 3 * 2
    assert len(names["found"].runs) == 3 * 2 * 2
    assert names["found"].effects["arm"].tolist() == ["cheaper"]


def test_the_size_that_is_said_is_that_of_the_config() -> None:
    (own,) = blocks("yaml")
    config = yaml.safe_load(own)
    points, replications = config["design"]["points"], config["replication"]["minimum"]
    runs = points * len(config["arms"]) * replications
    words = f"{points} points x {len(config['arms'])} arms x {replications} replications: {runs}"
    assert words in PAGE


def test_keys_of_the_table_are_those_of_the_config() -> None:
    table = PAGE[PAGE.index("## The config") : PAGE.index("## Pairing")]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert named <= set(ExperimentSpec.model_fields) | {"control"}
    assert set(ExperimentSpec.model_fields) - named <= {"title", "notes", "control"}


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / "docs" / link).resolve().exists()


def test_what_shared_luck_does_to_intervals_over_points() -> None:
    """24 points that spread by 1, 4 replications: noise of 1/2 that all share, 1/2 that none do."""
    found = re.search(r"With 24 points, 4\s+replications.*?(\d+)%", PAGE, flags=re.DOTALL)
    assert found
    rng, many = np.random.default_rng(1), 4000
    spread, shared = rng.normal(size=(many, 24, 1)), 0.5 * rng.normal(size=(many, 1, 4))
    points = (spread + shared + 0.5 * rng.normal(size=(many, 24, 4))).mean(axis=2)
    half = stats.t.ppf(0.975, 23) * points.std(axis=1, ddof=1) / np.sqrt(24)
    held = np.mean(np.abs(points.mean(axis=1)) <= half)
    assert 100 * held == pytest.approx(float(found[1]), abs=1.5)
