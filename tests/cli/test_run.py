"""``relsim run``: what it writes and what it says."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

import relsim
from relsim import own_code
from relsim.cli import progress, run_command
from relsim.cli.inputs import look_beside
from relsim.firms.strategies import build
from tests.cli.conftest import SMALL, Invoke

TABLES = ("market", "tenure", "customers")


def manifest(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return content


def table_bytes(folder: Path) -> dict[str, bytes]:
    tables = (*folder.glob("*.parquet"), *folder.glob("*.csv"))
    return {path.name: path.read_bytes() for path in tables}


def test_a_run_writes_the_tables_of_the_market(invoke: Invoke, here: Path) -> None:
    result = invoke("run", "telecom", *SMALL, "--seed", 5, "--out", "out")
    assert result.exit_code == 0, result.output
    spec = relsim.load("telecom", {"market.customers": 300, "run.months": 3, "run.seed": 5})
    market = relsim.Market(spec).run()
    for name, expected in (("market", market.table), ("tenure", market.tenure_table)):
        pd.testing.assert_frame_equal(pd.read_parquet(here / "out" / f"{name}.parquet"), expected)
    customers = pd.read_parquet(here / "out" / "customers.parquet")
    assert customers.pop("month").unique().tolist() == [3]
    pd.testing.assert_frame_equal(customers, market.customers.frame())


def test_figures_and_csv(invoke: Invoke, here: Path) -> None:
    result = invoke("run", "telecom", "--customers", 300, "--months", 14, "--csv", "--out", "out")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "Tables and figures: out"
    names = {path.name for path in (here / "out" / "figures").iterdir()}
    assert {"share.svg", "share.png", "profit.svg", "profit.png"} <= names
    for name in ("market", "tenure"):
        written = pd.read_csv(here / "out" / f"{name}.csv")
        table = pd.read_parquet(here / "out" / f"{name}.parquet").astype({"firm": "str"})
        pd.testing.assert_frame_equal(written, table, check_dtype=False, check_exact=True)
    assert not (here / "out" / "customers.csv").exists()


def test_a_workbook_holds_the_tables(invoke: Invoke, here: Path) -> None:
    named = ("--set", "firms.0.name==2+3", "--out", "out")
    result = invoke("run", "telecom", *SMALL, "--xlsx", "--csv-bom", *named)
    assert result.exit_code == 0, result.output
    for name in TABLES:
        table = pd.read_parquet(here / "out" / f"{name}.parquet")
        sheet = pd.read_excel(here / "out" / "tables.xlsx", sheet_name=name)
        assert list(sheet.columns) == list(table.columns)
        for column, values in table.items():
            if pd.api.types.is_numeric_dtype(values):
                wanted = values.to_numpy(dtype=float)
                assert sheet[column].to_numpy(dtype=float) == pytest.approx(
                    wanted, rel=1e-15, abs=0.0, nan_ok=True
                )
            else:
                missing = values.astype(object).where(values.notna(), "none").tolist()
                assert sheet[column].fillna("none").tolist() == missing
    csv = (here / "out" / "market.csv").read_bytes()
    assert csv.startswith(b"\xef\xbb\xbfmonth,firm,")
    assert b"\n1,'=2+3," in csv
    assert {"tables.xlsx", "market.csv"} <= set(manifest(here / "out")["files"])


def test_without_figures_there_are_none(invoke: Invoke, here: Path) -> None:
    invoke("run", "telecom", *SMALL, "--out", "out")
    assert {path.name for path in (here / "out").iterdir()} == {
        "market.parquet",
        "tenure.parquet",
        "customers.parquet",
        "replications.parquet",
        "differences.parquet",
        "manifest.json",
    }


def test_the_manifest_says_how_it_was_made(invoke: Invoke, here: Path) -> None:
    invoke("run", "telecom", *SMALL, "--seed", 7, "--replication", 2, "--out", "out")
    about = manifest(here / "out")
    spec = relsim.MarketSpec.model_validate_json(json.dumps(about["spec"]))
    assert (spec.run.seed, spec.run.replication, spec.run.months) == (7, 2, 3)
    assert relsim.spec.spec_hash(spec) == about["spec_hash"]
    assert (about["seed"], about["replication"], about["engine"]) == (7, 2, "compiled")
    assert about["threads"] == 1
    strategies = {firm.name: build(firm.strategy, "").model_dump() for firm in spec.firms}
    assert about["strategies"] == strategies
    libraries = {"python", "relsim", "numpy", "scipy", "numba", "mesa", "pandas", "pyarrow"}
    assert set(about["versions"]) == libraries
    assert {"platform", "processor", "cores"} <= set(about["machine"])
    assert about["started"].endswith("+00:00")
    assert {"place customers", "live", "write tables"} <= set(about["seconds"])
    assert about["git"] is None or len(about["git"]["commit"]) == 40
    assert about["command"][0] == "relsim"
    for name, digest in about["files"].items():
        assert hashlib.sha256((here / "out" / name).read_bytes()).hexdigest() == digest
    assert about["replications"] == list(range(2, 18))
    several = ("replications", "differences")
    assert set(about["files"]) == {f"{name}.parquet" for name in (*TABLES, *several)}


def test_same_seed_same_bytes_whatever_the_threads(invoke: Invoke, here: Path) -> None:
    size = ("--customers", 20_000, "--months", 3, "--no-figures", "--csv")
    more = ("--set", "run.customers_every=2")
    for out, threads in (("one", 1), ("two", 2), ("again", 1)):
        result = invoke("run", "telecom", *size, *more, "--threads", threads, "--out", out)
        assert result.exit_code == 0, result.output
    one = table_bytes(here / "one")
    assert len(one) == 9
    assert one == table_bytes(here / "two") == table_bytes(here / "again")
    assert manifest(here / "one")["files"] == manifest(here / "two")["files"]
    assert [manifest(here / out)["threads"] for out in ("one", "two")] == [1, 2]


def test_another_seed_other_bytes(invoke: Invoke, here: Path) -> None:
    for seed in (0, 1):
        invoke("run", "telecom", *SMALL, "--seed", seed, "--out", f"seed{seed}")
    assert table_bytes(here / "seed0") != table_bytes(here / "seed1")


def test_customers_are_kept_every_few_months_and_at_the_end(invoke: Invoke, here: Path) -> None:
    options = ("--customers", 300, "--months", 5, "--no-figures", "--out", "out")
    result = invoke("run", "telecom", *options, "--set", "run.customers_every=2")
    assert result.exit_code == 0, result.output
    kept = pd.read_parquet(here / "out" / "customers.parquet")
    assert kept.groupby("month").size().to_dict() == {2: 300, 4: 300, 5: 300}
    firms = [firm.name for firm in relsim.load("telecom").firms]
    assert kept["supplier"].cat.categories.tolist() == firms
    # Each month was written when it was over: a group of rows each.
    assert pq.ParquetFile(here / "out" / "customers.parquet").num_row_groups == 3


def test_where_results_go_unless_said(invoke: Invoke, here: Path) -> None:
    result = invoke("run", "telecom", *SMALL, "--seed", 3)
    assert result.exit_code == 0, result.output
    (folder,) = (here / "results").iterdir()
    digest = manifest(folder)["spec_hash"][:8]
    assert folder.name == f"telecom-{digest}-3"
    assert f"results/{folder.name}" in result.stdout


def test_options_go_before_the_config_and_set(invoke: Invoke, here: Path) -> None:
    assignments = (
        "--set",
        "run.months=9",
        "--set",
        "firms.0.price=41",
        "--set",
        "firms.0.price=40",
    )
    invoke("run", "telecom", *SMALL, *assignments, "--out", "out")
    spec = manifest(here / "out")["spec"]
    assert (spec["run"]["months"], spec["firms"][0]["price"]) == (3, 40.0)


def test_agents_give_the_same_customers(invoke: Invoke, here: Path) -> None:
    for engine in ("agents", "compiled"):
        result = invoke("run", "telecom", *SMALL, "--engine", engine, "--out", engine)
        assert result.exit_code == 0, result.output
    assert manifest(here / "agents")["engine"] == "agents"
    agents, compiled = (
        pd.read_parquet(here / engine / "market.parquet") for engine in ("agents", "compiled")
    )
    pd.testing.assert_frame_equal(agents, compiled, rtol=1e-9)


def test_overwrite_replaces_everything(invoke: Invoke, here: Path) -> None:
    invoke("run", "telecom", *SMALL, "--csv", "--out", "out")
    result = invoke("run", "telecom", *SMALL, "--seed", 2, "--out", "out", "--overwrite")
    assert result.exit_code == 0, result.output
    assert manifest(here / "out")["seed"] == 2
    assert not (here / "out" / "market.csv").exists()
    assert [path.name for path in here.iterdir()] == ["out"]


# A strategy of the user's own -----------------------------------------------------------------

STRATEGY = """
from relsim import Plan, Strategy, parameter

class Thrifty(Strategy):
    '''Spend next to nothing.'''
    spend: float = parameter("What it spends.", unit="money a month", default=1.0, ge=0.0)
    mood: str = "good"

    def plan(self, view):
        return Plan(recovery=self.spend)
"""


@pytest.mark.parametrize("place", ["beside the config", "where the user stands"])
def test_a_strategy_of_ones_own_is_found(invoke: Invoke, here: Path, place: str) -> None:
    folder = here / "configs"
    folder.mkdir()
    module = f"thrifty_{'beside' if 'beside' in place else 'here'}"
    ((folder if "beside" in place else here) / f"{module}.py").write_text(STRATEGY)
    config = folder / "mine.yaml"
    config.write_text(
        f"extends: telecom\nset:\n  firms.0.strategy: {{kind: {module}.Thrifty, spend: 5.0}}\n"
    )
    result = invoke("run", "configs/mine.yaml", *SMALL, "--out", "out", "--allow-code")
    assert result.exit_code == 0, result.output
    assert manifest(here / "out")["strategies"]["Attacker"] == {"spend": 5.0, "mood": "good"}
    explained = invoke("explain", "configs/mine.yaml").stdout
    assert "firms.0.strategy.spend" in explained
    assert "money a month" in explained


# What it says ---------------------------------------------------------------------------------


def test_without_discount_equity_is_not_defined_and_said_why(invoke: Invoke, here: Path) -> None:
    free = ("market.annual_discount_rate=0", "market.annual_turnover=0")
    result = invoke("run", "telecom", *SMALL, "--set", free[0], "--set", free[1], "--out", "free")
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "Customer equity is not defined at market.annual_discount_rate 0" in said
    table = pd.read_parquet(here / "free" / "market.parquet")
    assert table["customer_equity"].isna().all()
    assert not table["lifetime_value"].isin([float("inf")]).any()
    assert "not defined" not in invoke("run", "telecom", *SMALL, "--out", "paid").stdout


def test_the_table_at_the_end(invoke: Invoke, here: Path) -> None:
    result = invoke("run", "telecom", *SMALL, "--replications", 1, "--out", "out")
    words = result.stdout
    table = pd.read_parquet(here / "out" / "market.parquet")
    keeper = table[table["firm"] == "Keeper"]
    monthly = keeper["lost"].sum() / keeper["opening"].sum()
    (line,) = [line for line in words.splitlines() if line.startswith("Keeper ")]
    assert line.split() == [
        "Keeper",
        "defensive",
        f"{keeper['share'].iloc[-1]:.1%}",
        f"{1 - (1 - monthly) ** 12:.1%}",
        f"{keeper['profit'].mean():,.0f}",
        f"{keeper['customer_equity'].iloc[-1]:,.0f}",
    ]
    assert "USD" in words
    assert "One replication gives no interval" in words
    assert not any(word in words for word in ("Highest", "Largest", "above"))
    assert words.splitlines()[-1] == "Tables: out"
    assert result.stderr == ""


def test_a_run_comes_with_replications_and_intervals(invoke: Invoke, here: Path) -> None:
    result = invoke("run", "telecom", *SMALL, "--replications", 3, "--csv", "--out", "out")
    assert result.exit_code == 0, result.output
    several = pd.read_parquet(here / "out" / "replications.parquet")
    assert several["replication"].tolist() == [0] * 4 + [1] * 4 + [2] * 4
    invoke("run", "telecom", *SMALL, "--replication", 2, "--replications", 1, "--out", "last")
    last = pd.read_parquet(here / "last" / "market.parquet").tail(4)
    mine = several[several["replication"] == 2]
    assert mine["share"].tolist() == last["share"].tolist()
    assert mine["customer_equity"].tolist() == last["customer_equity"].tolist()
    keeper = several[several["firm"] == "Keeper"]["profit"]
    half = 4.302653 * keeper.std() / 3**0.5
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("Keeper ")]
    assert f"{keeper.mean():,.0f} ± {half:,.0f}" in line
    apart = pd.read_csv(here / "out" / "differences.csv")
    assert len(apart) == 18  # three outcomes of six pairs
    assert set(apart["unit"]) == {"share", "USD a month", "USD"}
    profit = several.pivot(index="replication", columns="firm", values="profit")
    row = apart[(apart["outcome"] == "profit") & (apart["other"] == "Keeper")].iloc[0]
    assert row["difference"] == pytest.approx((profit["Attacker"] - profit["Keeper"]).mean())
    assert "adjusted for all 18 comparisons" in result.stdout
    assert manifest(here / "out")["replications"] == [0, 1, 2]


def test_the_first_replication_is_the_same_whatever_is_beside_it(
    invoke: Invoke, here: Path
) -> None:
    for number in (1, 4):
        invoke("run", "telecom", *SMALL, "--replications", number, "--out", f"of-{number}")
    for name in TABLES:
        file = f"{name}.parquet"
        assert (here / "of-1" / file).read_bytes() == (here / "of-4" / file).read_bytes()


def test_identical_firms_are_not_ranked(invoke: Invoke, here: Path) -> None:
    same = "{kind: balanced}"
    assignments = [f"firms.{k}.strategy={same}" for k in range(4)]
    assignments += [f"firms.{k}.share=0.235" for k in range(4)]
    words = [word for one in assignments for word in ("--set", one)]
    size = ("--customers", 400, "--months", 12, "--no-figures")
    result = invoke("run", "telecom", *size, *words, "--out", "out")
    assert result.exit_code == 0, result.output
    assert (
        "Profit, market share and customer equity: no difference that noise could not have made."
        in result.stdout
    )
    assert not pd.read_parquet(here / "out" / "differences.parquet")["clear"].any()


def test_a_replication_that_fails_does_not_count_and_is_told(invoke: Invoke, here: Path) -> None:
    (here / "fragile.py").write_text(
        "from relsim import Plan, Strategy\n"
        "class Fragile(Strategy):\n"
        "    def plan(self, view):\n"
        "        if view.month == 2 and view.customers % 2:\n"
        "            raise ValueError('odd')\n"
        "        return Plan()\n"
    )
    own = ("--set", "firms.0.strategy={kind: fragile.Fragile}", "--allow-code")
    failed = {}
    for seed in range(4):  # the first replication of some seed is sound
        out = f"out-{seed}"
        result = invoke("run", "telecom", *SMALL, *own, "--seed", seed, "--out", out)
        if result.exit_code == 0:
            failed[out] = result
    assert failed
    for out, result in failed.items():
        kept = manifest(here / out)["replications"]
        gone = sorted({*range(16)} - {*kept})
        assert gone
        for number in gone:
            assert f"note: replication {number} failed and does not count: " in result.stderr
        assert "odd" in result.stderr


def test_replications_that_memory_cannot_hold(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(spec: relsim.MarketSpec, engine: str, at_once: int = 1) -> None:
        if at_once > 1:
            raise relsim.errors.SpecError(f"{spec.title}, {engine}: no room")

    monkeypatch.setattr(run_command, "check_memory", check)
    result = invoke("run", "telecom", *SMALL, "--out", "usual")
    assert result.exit_code == 0, result.output
    assert "no memory for a second market" in result.stderr
    assert manifest(here / "usual")["replications"] == [0]
    assert invoke("run", "telecom", *SMALL, "--replications", 2, "--out", "two").exit_code == 2
    assert not (here / "two").exists()


def test_equity_without_discount_is_told_with_its_reason(invoke: Invoke, here: Path) -> None:
    free = invoke(
        "run", "telecom", *SMALL, "--out", "free", "--set", "market.annual_discount_rate=0"
    )
    reason = "Customer equity is not defined at market.annual_discount_rate 0: customers to come"
    assert reason in free.stdout
    assert pd.read_parquet(here / "free" / "market.parquet")["customer_equity"].isna().all()
    assert "not defined" not in invoke("run", "telecom", *SMALL, "--out", "usual").stdout
    meaning = invoke("explain", "market.annual_discount_rate").stdout
    assert "at 0 customer equity is not defined" in meaning


def test_quiet_prints_the_folder(invoke: Invoke, here: Path) -> None:
    result = invoke("run", "telecom", *SMALL, "--quiet")
    (folder,) = (here / "results").iterdir()
    assert result.stdout == f"results/{folder.name}\n"
    assert result.stderr == ""


def test_a_long_run_says_how_far_it_is(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_PATIENCE", -1.0)
    options = ("--customers", 300, "--months", 10, "--no-figures", "--replications", 1)
    result = invoke("run", "telecom", *options, "--out", "loud")
    assert "5 of 10 months, about " in result.stderr
    assert sum("months, about " in line for line in result.stderr.splitlines()) == 9
    assert invoke("run", "telecom", *options, "--out", "quiet", "--quiet").stderr == ""


def test_spending_that_buys_all_it_can_is_told(invoke: Invoke) -> None:
    bought = ("--set", "firms.1.care.half_at=0.0001")
    told = "note: telecom: care: Keeper"
    run = invoke("run", "telecom", *SMALL, *bought, "--out", "all", "--no-figures")
    assert f"{told} (" in run.stderr
    valid = invoke("validate", "telecom", *bought)
    assert valid.exit_code == 0
    assert f"{told} buys more than 95% of care.ceiling: more spend adds little" in valid.stderr


def test_the_last_replication_is_alone(invoke: Invoke, here: Path) -> None:
    last = ("run", "telecom", *SMALL, "--replication", 2**32 - 1, "--no-figures")
    assert invoke(*last, "--out", "last").exit_code == 0
    assert manifest(here / "last")["replications"] == [2**32 - 1]
    more = invoke(*last, "--replications", 2, "--out", "more")
    assert more.exit_code == 2
    assert "--replications: given 2, allowed: up to 1" in more.stderr
    assert not (here / "more").exists()


def test_sums_that_a_strategy_of_ones_own_plans_are_not_judged_on_a_small_market(
    invoke: Invoke, here: Path
) -> None:
    (here / "sums.py").write_text(
        "import relsim\n\n\nclass Sums(relsim.Strategy):\n"
        "    def plan(self, view):\n        return relsim.Plan(prospects=400_000.0)\n"
    )
    words = ("--set", "firms.0.strategy={kind: sums.Sums}", "--set", "firms.0.cash=1e9")
    done = invoke("validate", "telecom", *words, "--allow-code")
    assert done.exit_code == 0, done.output
    assert "95%" not in done.stderr


def test_a_bar_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress.progress(10, quiet=False) as bar:
        assert isinstance(bar, progress.Bar)
        bar.phase("living")
        bar.reach(7)
    shown = capsys.readouterr()
    assert "7 of 10 months" in shown.err
    assert "living" in shown.err
    assert shown.out == ""


# Threads --------------------------------------------------------------------------------------


def test_threads_unless_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_command, "cores", lambda: 6)
    assert run_command.default_threads(19_999) == 1
    assert run_command.default_threads(20_000) == 6


def test_names_are_printed_as_they_are(invoke: Invoke) -> None:
    name = "[bold]A[/bold] :smile:"
    result = invoke("run", "telecom", *SMALL, "--set", f"firms.0.name='{name}'")
    assert result.exit_code == 0, result.output
    assert name in result.stdout


def test_modules_of_the_users_come_last(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "configs").mkdir()
    (here / "configs" / "mine.yaml").touch()
    look_beside("configs/mine.yaml")
    look_beside("telecom")
    assert own_code._places == [str(here / "configs"), str(here)]
    assert not {str(here), str(here / "configs")} & set(sys.path)
