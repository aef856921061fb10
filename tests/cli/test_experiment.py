"""``relsim experiment``, ``compare``, ``query`` and ``reproduce`` as a user calls them."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from relsim.lab.archive.folder import opened
from relsim.lab.archive.tables import read_table
from relsim.lab.statistics import warmup
from relsim.records import sha256
from tests.cli.conftest import Invoke, error_lines
from tests.lab.conftest import hashes, write

SERIAL = ("--executor", "serial", "--no-figures")
STRATEGY = '''
import relsim

class Mine(relsim.Strategy):
    """Fails where the fee is high."""

    fee: float = relsim.parameter("Anything.", unit="-", default=0.0)

    def plan(self, view):
        {line}
        return relsim.Plan(retention=tuple(1.0 for _ in view.tier_customers))
'''
ONE_ARM: dict[str, Any] = {
    "arms": {"as_is": {}},
    "levers": None,
    "uncertainties": None,
    "design": None,
    "panel": None,
}


def experiment(invoke: Invoke, *arguments: object, out: str = "out") -> str:
    result = invoke("experiment", "tiny.yaml", *SERIAL, "--allow-code", "--out", out, *arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.fixture
def finished(invoke: Invoke, here: Path) -> Path:
    write(here)
    experiment(invoke)
    return here / "out"


def test_tables_manifest_and_what_is_said(invoke: Invoke, here: Path) -> None:
    write(here, {"title": "Tiny"})
    said = experiment(invoke)
    assert said.startswith("Tiny: 16 runs, ")
    assert said.endswith("Tables: out\n")
    manifest = json.loads((here / "out" / "manifest.json").read_text())
    assert (manifest["runs"], manifest["failed"], manifest["warm_up"]) == (16, 0, 0)
    assert manifest["replications"] == [2, 2]
    assert (manifest["executor"], manifest["workers"]) == ("serial", 1)
    assert hashes(here / "out").items() <= manifest["files"].items()
    effects = pd.read_csv(here / "out" / "effects.csv")
    runs = pd.read_parquet(here / "out" / "runs.parquet")
    profit = runs.groupby(["budget", "arm"])["profit"].mean().unstack()
    expected = (profit["defensive"] - profit["offensive"]).to_numpy()
    found = effects.loc[effects["outcome"] == "profit", "difference"]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_workbook_holds_the_tables_of_an_experiment(invoke: Invoke, here: Path) -> None:
    write(here, {"arms": {"=1+1": {}, "defensive": {"firms.0.strategy.kind": "defensive"}}})
    experiment(invoke, "--xlsx")
    book = pd.read_excel(here / "out" / "tables.xlsx", sheet_name=None)
    assert list(book) == ["contents", "runs", "design", "effects", "replications"]
    runs = pd.read_parquet(here / "out" / "runs.parquet")
    assert set(book["runs"]["arm"]) == {"=1+1", "defensive"}
    assert book["runs"]["profit"].tolist() == pytest.approx(runs["profit"].tolist(), rel=1e-15)
    effects = pd.read_csv(here / "out" / "effects.csv")
    found = book["effects"]["difference"].tolist()
    assert found == pytest.approx(effects["difference"].tolist(), rel=1e-15)
    files = json.loads((here / "out" / "manifest.json").read_text())["files"]
    assert files["tables.xlsx"] == sha256(here / "out" / "tables.xlsx")
    out = invoke("query", "out", "select distinct arm from runs order by arm", "--csv").stdout
    assert out == "arm\n'=1+1\ndefensive\n"
    invoke("compare", "out", "--control", "defensive", "--csv", "table.csv")
    assert "'=1+1" in (here / "table.csv").read_text()


def test_tables_of_an_experiment_hold_no_formulas_and_are_read_as_they_were(
    invoke: Invoke, here: Path
) -> None:
    odd = {"as_is": {}, "=1+1": {"firms.0.price": 50}, "'+2": {"firms.0.price": 60}}
    write(here, {"arms": odd})
    experiment(invoke)
    written = pd.read_csv(here / "out" / "effects.csv", dtype=str)
    assert set(written["arm"]) == {"'=1+1", "''+2"}
    out = opened(here / "out")
    assert set(read_table(out.folder / "effects.csv", out.study)["arm"]) == {"=1+1", "'+2"}
    select = "select arm from effects where arm = '=1+1' and outcome = 'profit' limit 1"
    assert "=1+1" in invoke("query", "out", select).stdout.split()
    result = invoke("reproduce", "out", "--allow-code")
    assert result.exit_code == 0, result.output


def test_figures_and_quiet(invoke: Invoke, here: Path) -> None:
    write(here)
    result = invoke("experiment", "tiny.yaml", "--executor", "serial", "--quiet", "--out", "a/b")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "a/b\n", "")
    assert (here / "a" / "b" / "figures" / "effects.png").is_file()


@pytest.mark.parametrize(
    "changes",
    [
        ONE_ARM,
        {"replication.minimum": 1, "uncertainties": None, "design": None},
        {"settings": {"market.customers": 1, "run.months": 1, "customers.network.kind": "none"}},
    ],
    ids=["one arm", "one replication", "one customer"],
)
def test_odd_experiments_end_well(invoke: Invoke, here: Path, changes: dict[str, Any]) -> None:
    write(here, changes)
    result = invoke("experiment", "tiny.yaml", "--executor", "serial", "--out", "out")
    assert result.exit_code == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert (here / "out" / "manifest.json").is_file()


def test_figures_that_fail_lose_no_tables(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("no axis")

    monkeypatch.setattr("relsim.report.experiment.draw", fail)
    write(here)
    result = invoke("experiment", "tiny.yaml", "--executor", "serial", "--out", "out")
    assert result.exit_code == 0
    words = "figures could not be drawn (ZeroDivisionError: no axis); the tables are whole"
    assert words in result.stderr
    assert (here / "out" / "manifest.json").is_file()
    assert invoke("compare", "out").exit_code == 0


def test_a_dry_run_writes_nothing(invoke: Invoke, here: Path) -> None:
    write(here)
    before = sorted(here.iterdir())
    result = invoke("experiment", "tiny.yaml", "--dry-run", "--workers", "2")
    assert result.exit_code == 0, result.stderr
    assert sorted(here.iterdir()) == before
    assert "4 points x 2 arms x 2 replications: 16 runs" in result.stdout
    assert re.search(r"time: about \d+ s with 2 workers .*; disk: about 0\.0 MB", result.stdout)


def test_results_of_which_chunks_are_damaged(invoke: Invoke, here: Path, finished: Path) -> None:
    before = hashes(finished)
    (finished / "chunks" / "runs-000000.parquet").write_bytes(b"gone")
    command = ("experiment", "tiny.yaml", *SERIAL, "--out", "out")
    (line,) = error_lines(invoke(*command))
    assert line.startswith("out/chunks/runs-000000.parquet: is damaged (its content is not what")
    assert invoke("compare", "out").exit_code == 2  # what it would show may be another's
    result = invoke(*command, "--repair")
    assert result.exit_code == 0
    assert "1 damaged chunk: what was in it will be run again" in result.stderr
    assert hashes(finished) == before


def test_a_changed_config_is_refused(invoke: Invoke, here: Path, finished: Path) -> None:
    before = hashes(finished)
    write(here, {"replication.minimum": 3})
    (line,) = error_lines(invoke("experiment", "tiny.yaml", *SERIAL, "--out", "out"))
    assert "out: holds another experiment: its config or relsim's code has changed" in line
    assert hashes(finished) == before


# Reuse ------------------------------------------------------------------------------------


def test_reuse_gives_the_bytes_of_a_fresh_run(
    invoke: Invoke, here: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, {"replication.minimum": 3})
    experiment(invoke, out="fresh")
    result = invoke("experiment", "tiny.yaml", *SERIAL, "--out", "more", "--reuse", "out")
    assert result.exit_code == 0, result.stderr
    assert "16 runs taken over from out" in result.stderr
    assert hashes(here / "more") == hashes(here / "fresh")


def test_reuse_in_every_round(invoke: Invoke, here: Path) -> None:
    write(here, {"replication": {"minimum": 2, "maximum": 12, "absolute": 1e-6}})
    experiment(invoke, out="first")
    result = invoke("experiment", "tiny.yaml", *SERIAL, "--out", "again", "--reuse", "first")
    assert "96 runs taken over from first" in result.stderr
    assert hashes(here / "again") == hashes(here / "first")


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 5},
        {"panel": None},
        {"panel.measures": ["share", "profit"]},
        {"outcomes": {"profit": {"measure": "profit", "firm": "Keeper"}}},
    ],
)
def test_nothing_else_is_reused(
    invoke: Invoke, here: Path, finished: Path, changes: dict[str, Any]
) -> None:
    write(here, changes)
    experiment(invoke, out="fresh")
    result = invoke("experiment", "tiny.yaml", *SERIAL, "--out", "other", "--reuse", "out")
    assert "0 runs taken over from out" in result.stderr
    assert hashes(here / "other") == hashes(here / "fresh")


def test_reuse_of_nothing(invoke: Invoke, here: Path) -> None:
    write(here)
    command = ("experiment", "tiny.yaml", *SERIAL, "--out", "out", "--reuse")
    (line,) = error_lines(invoke(*command, "nowhere"))
    assert line == "--reuse: nowhere: holds no experiment"
    assert not (here / "out").exists()


# Failures ---------------------------------------------------------------------------------


def test_failures_are_rows_and_can_be_tried_again(invoke: Invoke, here: Path) -> None:
    import sys  # noqa: PLC0415

    write(
        here,
        {
            **ONE_ARM,
            "arms": {"as_is": {"firms.0.strategy": {"kind": "mine_lab.Mine"}}},
            "levers": [{"key": "firms.0.strategy.fee", "name": "fee", "levels": [0.0, 2.0]}],
        },
    )
    module = here / "mine_lab.py"
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        module.write_text(STRATEGY.format(line="assert self.fee < 1.0, 'too dear'"))
        said = experiment(invoke)
        assert "4 runs" in said
        assert "2 failed" in said
        failures = pd.read_csv(here / "out" / "failures.csv")
        assert failures["run"].tolist() == [1, 3]
        assert failures["error"].str.contains("AssertionError: too dear").all()
        assert failures["trace"].str.contains("Traceback").all()
        runs = pd.read_parquet(here / "out" / "runs.parquet")
        assert runs["failed"].tolist() == [False, True, False, True]

        forget("mine_lab")
        module.write_text(STRATEGY.format(line="pass"))
        command = ("experiment", "tiny.yaml", *SERIAL, "--allow-code", "--out")
        (line,) = error_lines(invoke(*command, "out"))
        assert "the code of mine_lab.Mine has changed since runs were finished" in line
        result = invoke(*command, "out", "--retry-failed")
        assert "2 failed runs will be tried again" in result.stderr
        assert "failed" not in result.stdout + result.stderr.replace("2 failed runs", "")
        assert not (here / "out" / "failures.csv").exists()
        experiment(invoke, out="fresh")
        assert hashes(here / "out") == hashes(here / "fresh")

        forget("mine_lab")
        module.write_text(STRATEGY.format(line="view.month"))
        result = invoke(*command, "third", "--reuse", "fresh")
        assert "0 runs taken over from fresh" in result.stderr
    finally:
        sys.dont_write_bytecode = before
        forget("mine_lab")


def forget(module: str) -> None:
    """Let a module be read anew, as a new process would."""
    import importlib  # noqa: PLC0415
    import sys  # noqa: PLC0415

    from relsim.lab.archive.own_code import code_of  # noqa: PLC0415

    sys.modules.pop(module, None)
    importlib.invalidate_caches()
    code_of.cache_clear()


def test_all_runs_failed(invoke: Invoke, here: Path) -> None:
    import sys  # noqa: PLC0415

    kind = {"kind": "hopeless.Mine"}
    write(
        here,
        {
            "arms": {
                "a": {"firms.0.strategy": kind},
                "b": {"firms.0.strategy": {**kind, "fee": 2.0}},
            },
            "levers": None,
        },
    )
    (here / "hopeless.py").write_text(STRATEGY.format(line="raise ValueError('no')"))
    command = ("experiment", "tiny.yaml", "--executor", "serial", "--out", "out", "--allow-code")
    result = invoke(*command)
    sys.modules.pop("hopeless")
    assert result.exit_code == 1, result.stderr
    assert result.stderr.splitlines()[-1].startswith(
        "error: all 8 runs failed; run 0: StrategyError: firms.0.strategy (Attacker), month 1: "
        "raised ValueError: no"
    )
    assert "8 runs" in result.stdout
    assert "8 failed" in result.stdout
    assert len(pd.read_csv(here / "out" / "failures.csv")) == 8
    assert (here / "out" / "manifest.json").is_file()


# Precision --------------------------------------------------------------------------------


def test_it_stops_when_it_is_precise(invoke: Invoke, here: Path) -> None:
    rule = {"minimum": 4, "maximum": 200, "absolute": 3.0, "outcome": "profit"}
    write(here, {"replication": rule, "uncertainties": None, "design": None, "panel": None})
    said = experiment(invoke)
    table = pd.read_csv(here / "out" / "replications.csv")
    assert (table["half_width"] <= 3.0).all()
    assert table["precise"].all()
    assert (table["replications"] < 200).all()
    assert (table["replications"] > 4).any()
    assert ((table["replications"] - 4) % 10 == 0).all()
    assert (table["would_have_done"] <= table["replications"]).all()
    before = hashes(here / "out")
    again = experiment(invoke)
    assert again.partition("\n")[0] == said.partition("\n")[0]
    assert hashes(here / "out") == before


def test_a_warm_up_is_found_once_and_reported(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, {**ONE_ARM, "warm_up": {"rule": "mser5", "measure": "lost", "replications": 2}})
    asked = []

    def pilot(series: Any) -> warmup.Warmup:
        asked.append(len(series))
        return warmup.Warmup(1, True)

    monkeypatch.setattr("relsim.lab.runs.rounds.mser5", pilot)
    experiment(invoke)
    experiment(invoke)
    assert asked == [3]
    assert json.loads((here / "out" / "manifest.json").read_text())["warm_up"] == 1
    found = pd.read_parquet(here / "out" / "runs.parquet")["lost"]
    write(here, {**ONE_ARM, "warm_up": 1})
    experiment(invoke, out="given")
    assert found.equals(pd.read_parquet(here / "given" / "runs.parquet")["lost"])


def test_a_market_that_never_settles_has_no_warm_up(invoke: Invoke, here: Path) -> None:
    write(here, {**ONE_ARM, "warm_up": {"rule": "mser5"}})
    (line,) = error_lines(invoke("experiment", "tiny.yaml", *SERIAL, "--out", "out"))
    assert "warm_up: no steady state within 3 months (profit, point 0, arm 'as_is')" in line


# Afterwards -------------------------------------------------------------------------------


def test_compare(invoke: Invoke, here: Path, finished: Path) -> None:
    options = ("--control", "defensive", "--treatment", "offensive", "--outcome", "profit")
    result = invoke("compare", "out", *options, "--csv", "table.csv")
    assert result.exit_code == 0, result.stderr
    table = pd.read_csv(here / "table.csv")
    own = pd.read_csv(finished / "effects.csv").query("outcome == 'profit'")
    np.testing.assert_allclose(table["difference"], -own["difference"].to_numpy())
    pooled = invoke("compare", "out", "--pooled", "--outcome", "profit", "--margin", "-9", "9")
    assert pooled.exit_code == 0, pooled.stderr
    assert "budget" not in pooled.stdout


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--control", "ofensive"), "--control: given 'ofensive', which is not there; did you mea"),
        (("--treatment", "offensive"), "--treatment: given 'offensive', which is not there"),
        (("--outcome", "profits"), "--outcome: given 'profits', which is not there; did you mean"),
        (("--by", "budgte"), "--by: given 'budgte', which is not there; did you mean 'budget'"),
        (("--margin", "1", "2"), "--margin: is in the units of one outcome: name it with --outco"),
        (("--margin", "2", "1", "--outcome", "profit"), "given 2.0 to 1.0, allowed: low"),
        (("--csv", "no/where.csv"), "no"),
    ],
)
def test_compare_what_is_not_there(
    invoke: Invoke, finished: Path, options: tuple[str, ...], line: str
) -> None:
    result = invoke("compare", "out", *options)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.stderr
    assert line in result.stderr


@pytest.mark.parametrize("command", [("compare",), ("reproduce",), ("query",)])
def test_of_nothing(invoke: Invoke, here: Path, command: tuple[str]) -> None:
    more = ("select 1",) if command == ("query",) else ()
    (line,) = error_lines(invoke(*command, "nowhere", *more))
    assert line == "nowhere: holds no experiment (there is no experiment.json)"


def test_query(invoke: Invoke, finished: Path) -> None:
    words = "select budget, count(*) as n from runs where budget > 0.1 group by budget"
    assert invoke("query", "out", words, "--csv").stdout == "budget,n\n0.2,8\n"
    assert "0.2" in invoke("query", "out", words).stdout
    for table, rows in (("design", 4), ("effects", 4), ("replications", 2), ("panel", 16 * 3 * 4)):
        told = invoke("query", "out", f"select count(*) as n from {table}", "--csv")
        assert told.stdout == f"n\n{rows}\n", told.stderr
    long = invoke("query", "out", "select repeat('x', 20000) as it", "--csv").stdout
    assert long == f"it\n{'x' * 20000}\n"
    there = "there are runs, design, effects, replications, panel"
    for table in ("sensitivity", "tables", "csv", "frame", "pd"):
        (line,) = error_lines(invoke("query", "out", f"select * from {table}"))
        assert line == f"query: no such table '{table}'; {there}"
    (line,) = error_lines(invoke("query", "out", "select * from efects"))
    assert line == f"query: no such table 'efects'; did you mean 'effects'?; {there}"
    for wrong in ("selct 1", "", "select 1; select 2"):
        (line,) = error_lines(invoke("query", "out", wrong))
        assert line.startswith("query: ")
        assert there in line


def test_query_reads_and_writes_nothing_else(invoke: Invoke, finished: Path, here: Path) -> None:
    (here / "secret.csv").write_text("a\n1\n")
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    for words in (
        "select * from 'secret.csv'",
        "select * from read_csv('secret.csv')",
        "select * from read_text('secret.csv')",
        "select * from glob('*')",
        "copy runs to 'stolen.csv'",
        "copy runs to 'out/runs.parquet'",
        "attach 'new.db'",
        "install httpfs",
        "set enable_external_access = true",
        "create table mine as select 1",
        "export database 'there'",
    ):
        assert error_lines(invoke("query", "out", words)), words
    assert before == {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}


def test_damaged_tables(invoke: Invoke, finished: Path) -> None:
    (finished / "runs.parquet").write_bytes(b"no table")
    for command in (("query", "out", "select * from runs"), ("compare", "out")):
        (line,) = error_lines(invoke(*command))
        assert line.startswith("out/runs.parquet: was changed after relsim wrote it")


def forge(finished: Path, *, manifest: bool) -> None:
    """Add to one outcome of a finished experiment; with the manifest's hash, if asked."""
    path = finished / "runs.parquet"
    runs = pd.read_parquet(path)
    runs["profit"] = runs["profit"].where(runs["run"] > 0, runs["profit"] + 1000.0)
    runs.to_parquet(path, index=False)
    if manifest:
        about = json.loads((finished / "manifest.json").read_text())
        about["files"]["runs.parquet"] = sha256(path)
        (finished / "manifest.json").write_text(json.dumps(about))


def test_a_forged_table_is_told(
    invoke: Invoke, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relsim.cli.compare_command.cores", lambda: 1)
    forge(finished, manifest=False)
    (line,) = error_lines(invoke("reproduce", "out", "--runs", "2"))
    assert line.startswith("out/runs.parquet: was changed after relsim wrote it")
    result = invoke("reproduce", "out")
    assert result.exit_code == 1
    assert "the same bytes, but the table in the folder was changed" in result.stdout
    assert result.stdout.splitlines()[-1] == "Not the same."


def test_reproduce(invoke: Invoke, finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relsim.cli.compare_command.cores", lambda: 1)
    result = invoke("reproduce", "out")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[-1] == "The same."
    for name in ("runs.parquet", "effects.csv", "panel/months-000000.parquet"):
        assert any(line.startswith(name) and "the same bytes" in line for line in lines)
    assert invoke("reproduce", "out", "--runs", "3").stdout.count("the same") == 3
    assert error_lines(invoke("reproduce", "out", "--runs", "0"))


def test_reproduce_says_that_it_is_not_the_same(invoke: Invoke, finished: Path) -> None:
    forge(finished, manifest=True)
    result = invoke("reproduce", "out", "--runs", "16")
    assert result.exit_code == 1
    assert "other outcomes" in result.stdout
    assert result.stdout.splitlines()[-1] == "Not the same."


ODD = ("50/50", "x" * 300, "nan", "None", "1", "../up")


def test_arms_may_be_called_anything(invoke: Invoke, here: Path) -> None:
    """Such an experiment finishes with its figures, goes on, compares and answers queries."""
    arms = {name: {"firms.1.price": 60.0 + k} for k, name in enumerate(ODD)}
    write(here, {"arms": {"as_is": {}} | arms, "panel": None, "design.points": 1})
    for _ in range(2):
        result = invoke("experiment", "tiny.yaml", "--executor", "serial", "--out", "out")
        assert result.exit_code == 0, result.stderr
        assert "could not be drawn" not in result.stderr
        assert "Tables and figures: out" in result.stdout
    assert len(list((here / "out" / "figures").glob("replications-*.svg"))) == len(ODD)
    assert all(len(path.name) < 100 for path in here.rglob("*"))
    for name in ODD:
        options = ("--control", name, "--treatment", "as_is", "--csv", "table.csv")
        result = invoke("compare", "out", *options)
        assert result.exit_code == 0, result.stderr
    words = "select distinct arm from effects order by arm"
    told = invoke("query", "out", words, "--csv").stdout.splitlines()[1:]
    assert told == sorted(ODD)


def test_a_written_design_is_run_again(invoke: Invoke, finished: Path, here: Path) -> None:
    again = ("--set", "design.file=out/design.csv")
    said = invoke("experiment", "tiny.yaml", *SERIAL, *again, "--out", "new", "--reuse", "out")
    assert said.exit_code == 0, said.stderr
    assert "16 runs taken over from out" in said.stderr
    bare = ("--set", "levers=[]", "--set", "uncertainties=[]")
    experiment(invoke, *again, *bare, out="bare")
    assert hashes(here / "bare") == hashes(here / "new") == hashes(finished)


def test_what_a_design_lacks_is_said_before_and_after(invoke: Invoke, here: Path) -> None:
    design = {"uncertainties": "saltelli", "points": 8}
    prices = [{"key": "firms.0.price", "low": 40.0, "high": 60.0}]
    write(here, {"levers": [], "uncertainties": prices, "panel": None, "design": design})
    result = invoke("experiment", "tiny.yaml", *SERIAL, "--out", "out")
    assert "note: design.points: 8 base points are too few for Sobol's indices" in result.stderr
    assert "Sensitivity of profit: given 8 rows, allowed: 16 or more" in result.stdout
    assert "Sensitivity: Sobol's indices (16" in experiment(invoke, "--dry-run")
    assert "too few for Sobol's indices" in invoke("validate", "tiny.yaml").stderr


def test_effects_too_many_for_a_figure_are_told(invoke: Invoke, here: Path) -> None:
    prices = [{"key": "firms.0.price", "levels": [40.0 + k for k in range(31)]}]
    write(here, {"levers": prices, "uncertainties": [], "design": None, "panel": None})
    result = invoke("experiment", "tiny.yaml", "--executor", "serial", "--out", "out")
    assert (
        "the figure of effects is not drawn: there are too many; effects.csv has" in result.stderr
    )
    assert not (here / "out" / "figures" / "effects.svg").exists()


def test_a_table_that_is_not_listed_is_not_believed(invoke: Invoke, finished: Path) -> None:
    about = json.loads((finished / "manifest.json").read_text())
    del about["files"]["runs.parquet"]
    (finished / "manifest.json").write_text(json.dumps(about))
    for command in (("compare", "out"), ("query", "out", "select 1")):
        (line,) = error_lines(invoke(*command))
        assert line.startswith("out/runs.parquet: is not among the files of manifest.json")


def test_names_that_have_changed_are_told(invoke: Invoke, here: Path) -> None:
    outcomes = {"lost": {"measure": "defection", "firm": 0}}
    write(here, {"luck": "common", "outcomes": outcomes, "panel": None})
    for command in (("validate", "tiny.yaml"), ("experiment", "tiny.yaml", *SERIAL, "--out", "o")):
        done = invoke(*command)
        assert done.exit_code == 0, done.output
        assert "luck is called random_numbers now" in done.stderr
        assert "the column defection is called churn now" in done.stderr
    assert "is called" not in invoke("validate", "offence_defence").stderr
    assert "luck is called" in invoke("validate", "offence_defence", "--set", "luck=common").stderr
