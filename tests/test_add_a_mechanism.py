"""The page on mechanisms of one's own: what stands there runs, from every command."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

PAGE = Path(__file__).parents[1] / "docs" / "add_a_mechanism.md"
PYTHON = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
YAML = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
SMALL = ["--set", "market.customers=300", "--set", "run.months=5"]
ARMS = """arms:
  none: {mechanisms.own: []}
  gifts: {mechanisms.own: [{kind: gifts.Gifts, chance: 0.5, cost: 50.0}]}
control: none
replication: {minimum: 2}
outcomes:
  profit: {measure: profit, firm: 0, unit: money a month}
"""
EXPERIMENT = f"title: Gifts\nbase: market.yaml\n{ARMS}"
CLAIM = f"""id: gifts
title: Gifts
statement: Gifts cost more than they bring.
source: {{citation: this test, standing: computed}}
against: ["nobody"]
assumptions: [{{favours: claim, text: Gifts are dear.}}]
questions: ["Who pays?"]
opposite: {{text: Cheap gifts., reading: costs, settings: {{firms.0.price: 51.0}}}}
readings:
  costs:
    title: Profit falls
    experiment:
      base: market.yaml
      settings: {{market.customers: 300, run.months: 6}}
      uncertainties: [{{key: firms.*.care.half_at, name: care_half_at, low: 0.04, high: 0.12}}]
      design: {{points: 4}}
      {ARMS.replace(chr(10), chr(10) + "      ").strip()}
    effect: {{outcome: profit, treatment: gifts, measure: relative}}
    hypothesis: {{below: 0.0}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files of the page."""
    here = tmp_path_factory.mktemp("mine")
    names = ("gifts.py", "test_gifts.py", "faithful.py")
    for name, text in zip(names, PYTHON, strict=True):
        (here / name).write_text(text, "utf-8")
    (here / "market.yaml").write_text(YAML[0], "utf-8")
    (here / "faithful.yaml").write_text(
        "extends: telecom\nset:\n  market.customers: 200\n  run.months: 4\n"
        "  market.annual_turnover: 0.0\n  customers.class: faithful.Faithful\n",
        "utf-8",
    )
    (here / "experiment.yaml").write_text(EXPERIMENT, "utf-8")
    (here / "claim.yaml").write_text(CLAIM, "utf-8")
    return here


def call(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Call relsim in the folder, as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "relsim.cli", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_example_is_short() -> None:
    assert len(PYTHON[0].splitlines()) <= 60


SEVERAL = """import json, sys
from typer.testing import CliRunner
from relsim.cli.app import app

done = [CliRunner().invoke(app, words) for words in json.loads(sys.argv[1])]
print(json.dumps([[one.exit_code, one.output] for one in done]))
"""


@pytest.fixture(scope="module")
def done(folder: Path) -> list[tuple[int, str]]:
    """Return what commands came to in one process, which compiles the month once: code, output."""
    quiet = ["--no-figures", "--allow-code", "--workers", "1"]
    at = ["--for", "firms.0.price", "--between", "40", "60", "--until", "gifts@0=-100"]
    commands = [
        ["run", "market.yaml", "--no-figures", "--out", "no", *SMALL],
        ["run", "market.yaml", "--no-figures", "--allow-code", "--out", "out", *SMALL],
        ["experiment", "experiment.yaml", *quiet, "--out", "trial"],
        ["solve", "market.yaml", *at, "--allow-code", "--replications", "3", *quiet[2:], *SMALL],
    ]
    words = [sys.executable, "-c", SEVERAL, json.dumps(commands)]
    called = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert called.returncode == 0, called.stderr
    return [(code, text) for code, text in json.loads(called.stdout.splitlines()[-1])]


def test_run(folder: Path, done: list[tuple[int, str]]) -> None:
    refused, allowed, *_ = done
    assert refused[0] == 2
    assert "gifts" in refused[1]
    assert allowed[0] == 0, allowed[1]
    table = pd.read_parquet(folder / "out" / "market.parquet")
    assert (table["gifts"] < 0.0).any()
    assert (folder / "out" / "code" / "gifts.py").is_file()


def test_experiment_and_solve(folder: Path, done: list[tuple[int, str]]) -> None:
    *_, experiment, solved = done
    assert experiment[0] == 0, experiment[1]
    runs = pd.read_parquet(folder / "trial" / "runs.parquet")
    assert set(runs["arm"]) == {"none", "gifts"}
    assert runs["profit"].notna().all()
    assert solved[0] in (0, 2), solved[1]
    assert "Traceback" not in solved[1]


def test_a_claim(folder: Path) -> None:
    done = call(folder, "claim", "claim.yaml", "--allow-code", "--quick", "--out", "claimed")
    assert done.returncode == 0, done.stderr
    assert "supported" in (folder / "claimed" / "gifts" / "claim.json").read_text("utf-8")


def test_the_contract(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_gifts.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_class_of_customers(folder: Path) -> None:
    words = ("run", "faithful.yaml", "--no-figures", "--allow-code", "--out", "loyal")
    done = call(folder, *words)
    assert done.returncode == 0, done.stderr
    table = pd.read_parquet(folder / "loyal" / "market.parquet")
    assert table["lost"].sum() == 0.0


HELPED = """from relsim.mechanisms import kit
from typing import Any, NamedTuple
from helper import bonus

import numpy as np


class Own(NamedTuple):
    sums: Any


@kit.loop
def give(s: kit.Scene, own: Own) -> None:
    for c in range(s.n):
        own.sums[s.chunk, np.int64(s.f[kit.SUPPLIER + c]), 0] += bonus(1.0)


class Helped(kit.Mechanism):
    \"\"\"Pays what a helper beside it says.\"\"\"

    name, sums = "helped", ("paid",)
    additions = (kit.Addition("helped.give", before="book"),)
    lines = (kit.Line("helped", "paid"),)

    def own(self, sums):
        return Own(sums)

    def close(self, accounts, table, stocks, month):
        return -self.sum_of("paid")[:, None], stocks
"""
FEE = """from relsim.mechanisms import kit
from typing import Any, NamedTuple


class Own(NamedTuple):
    sums: Any


class Fee(kit.Mechanism):
    \"\"\"A fee of every firm, without a pass.\"\"\"

    name = "fee"
    lines = (kit.Line("fee", "a fee"),)

    def own(self, sums):
        return Own(sums)

    def close(self, accounts, table, stocks, month):
        import numpy as np

        return np.full((stocks.shape[0], 1), -1.0), stocks
"""


def _paid(folder: Path, column: str, name: str) -> float:
    words = ("--no-figures", "--allow-code", "--overwrite", "--out", "paid", *SMALL)
    kind = f"mechanisms.own=[{{kind: {name}}}]"
    done = call(folder, "run", "telecom", "--set", kind, *words)
    assert done.returncode == 0, done.stderr
    return float(pd.read_parquet(folder / "paid" / "market.parquet")[column].sum())


def test_a_helper_that_changes_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "helped.py").write_text(HELPED, "utf-8")
    helper = "from relsim.mechanisms import kit\n\n@kit.rule\ndef bonus(x):\n    return {} * x\n"
    (tmp_path / "helper.py").write_text(helper.format("1.0"), "utf-8")
    once = _paid(tmp_path, "helped", "helped.Helped")
    (tmp_path / "helper.py").write_text(helper.format("7.0"), "utf-8")
    assert _paid(tmp_path, "helped", "helped.Helped") == pytest.approx(7.0 * once)


def test_a_mechanism_without_passes_leaves_plain_runs_alone(tmp_path: Path) -> None:
    (tmp_path / "fee.py").write_text(FEE, "utf-8")
    assert _paid(tmp_path, "fee", "fee.Fee") == -4.0 * 5
    plain = tmp_path / "elsewhere"
    plain.mkdir()
    done = call(plain, "run", "telecom", "--no-figures", "--out", "out", *SMALL)
    assert done.returncode == 0, done.stderr
