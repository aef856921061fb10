"""Whatever a user can mend is one clear line and exit code 2."""

import errno
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from relsim.cli import memory
from relsim.market import Market
from relsim.spec import read
from tests.cli.conftest import SMALL, Invoke, error_lines


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["run", "telecmo"],
            "telecmo: no such config; did you mean 'telecom'?",
        ),
        (["run", "telecom", "--months", "0"], "--months: run.months: given 0, allowed: "),
        (["run", "telecom", "--months", "-3"], "--months: run.months: given -3, allowed: "),
        (["run", "telecom", "--customers", "0"], "--customers: market.customers: given 0, allow"),
        (["run", "telecom", "--seed", "-1"], "--seed: run.seed: given -1, allowed: "),
        (["run", "telecom", "--replication", "-1"], "--replication: run.replication: given -1, "),
        (
            ["run", "telecom", "--engine", "agent"],
            "--engine: unknown engine 'agent'; did you mean 'agents'?",
        ),
        (
            ["run", "telecom", "--engine", "quick"],
            "--engine: unknown engine 'quick'; allowed: compiled, agents",
        ),
        (
            ["run", "telecom", "--set", "run.months"],
            "--set: given 'run.months', allowed: KEY=VALUE, such as run.months=60",
        ),
        (["run", "telecom", "--set", "=3"], "--set: given '=3', allowed: KEY=VALUE"),
        (["run", "telecom", "--set", "run.months=[1"], "--set: value of run.months: not valid"),
        (
            ["run", "telecom", "--set", "firms.0.prise=3"],
            "telecom: firms.0.prise: unknown key; did you mean 'price'?",
        ),
        (["run", "telecom", "--set", "firms.9.price=3"], "telecom: firms.9: given place '9', "),
        (
            ["run", "telecom", "--set", "firms.0.strategy.kind=ofensive"],
            "telecom: firms.0.strategy.kind: unknown strategy 'ofensive'; did you mean",
        ),
        (["validate", "telecom", "--set", "firms.0.price=-1"], "telecom: firms.0.price: given -1"),
        (["validate", "nothing.yaml"], "nothing.yaml: no such config"),
        (["explain", "firms.prise"], "firms.prise: no such key or config; did you mean 'firms.pr"),
        (["explain", "..."], "...: no such key or config"),
        (
            ["validate", "telecom", "--set", "events.save.share=1"],
            "telecom: events.save: given place 'save', allowed: none, the list is empty; set it "
            "whole, as events=[...]",
        ),
        (["list", "strategy"], "list: unknown list 'strategy'; did you mean 'strategies'?"),
        (
            ["list", "x"],
            "list: unknown list 'x'; allowed: configs, experiments, claims, strategies",
        ),
        (["new", "no/such/folder/mine.yaml"], "no/such/folder/mine.yaml: cannot be written: No "),
    ],
)
def test_one_line(invoke: Invoke, here: Path, arguments: list[str], line: str) -> None:
    (said,) = error_lines(invoke(*arguments))
    assert said.startswith(line)
    assert list(here.iterdir()) == []


def test_every_fault_of_a_config_is_a_line(invoke: Invoke, here: Path) -> None:
    (here / "bad.yaml").write_text(
        "market: {customers: -5, reference_price: 1}\nfirms: []\nmonths: 3\n"
    )
    lines = error_lines(invoke("run", "bad.yaml"))
    assert len(lines) == 3
    assert all(line.startswith("bad.yaml: ") for line in lines)


@pytest.mark.parametrize("option", ["--threads=0", "--months=many", "--frobnicate"])
def test_options_that_are_none(invoke: Invoke, here: Path, option: str) -> None:
    result = invoke("run", "telecom", option)
    assert result.exit_code == 2
    assert option.partition("=")[0] in result.stderr
    assert "Traceback" not in result.stderr
    assert list(here.iterdir()) == []


def test_a_network_file_that_is_not_there(invoke: Invoke, here: Path) -> None:
    (here / "net.yaml").write_text(
        "extends: telecom\ncustomers: {network: {kind: file, file: gone.csv}}\n"
    )
    for command in ("run", "validate"):
        (line,) = error_lines(invoke(command, "net.yaml"))
        assert line.startswith("customers.network.file: ")
        assert line.endswith("gone.csv: cannot be read: No such file or directory")


def test_a_network_file_that_is_broken(invoke: Invoke, here: Path) -> None:
    (here / "edges.csv").write_text("0,1\n1,what\n")
    (here / "net.yaml").write_text(
        "extends: telecom\ncustomers: {network: {kind: file, file: edges.csv}}\n"
    )
    for command in ("run", "validate"):
        (line,) = error_lines(invoke(command, "net.yaml"))
        assert "edges.csv" in line
    assert not (here / "results").exists()


# The folder -----------------------------------------------------------------------------------


def nobody_simulates(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a month was simulated")

    monkeypatch.setattr(Market, "step", never)


def test_results_are_not_overwritten(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert invoke("run", "telecom", *SMALL, "--out", "out").exit_code == 0
    before = (here / "out" / "manifest.json").read_bytes()
    nobody_simulates(monkeypatch)
    (line,) = error_lines(invoke("run", "telecom", *SMALL, "--out", "out"))
    assert line.startswith("out: this very run is there already (same config, same seed)")
    assert "--overwrite" in line
    assert "another --out" in line
    (line,) = error_lines(invoke("run", "telecom", *SMALL, "--seed", 9, "--out", "out"))
    assert line.startswith("out: the results of another run are there; --overwrite replaces")
    assert (here / "out" / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_what_relsim_did_not_write_is_never_removed(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch, overwrite: list[str]
) -> None:
    (here / "thesis").mkdir()
    (here / "thesis" / "chapter.txt").write_text("years of work")
    nobody_simulates(monkeypatch)
    for out in ("thesis", "."):
        (line,) = error_lines(invoke("run", "telecom", "--out", out, *overwrite))
        assert line == (
            f"{out}: exists and does not hold results of relsim; name another folder with --out"
        )
    assert (here / "thesis" / "chapter.txt").read_text() == "years of work"


def test_notes_among_results_are_never_removed(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke("run", "telecom", *SMALL, "--out", "out")
    (here / "out" / "notes.txt").write_text("mine")
    nobody_simulates(monkeypatch)
    (line,) = error_lines(invoke("run", "telecom", *SMALL, "--out", "out", "--overwrite"))
    assert line.startswith("out: holds 'notes.txt', which relsim did not write")
    assert (here / "out" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("out", ["file", "file/inside", "/dev/null", "x" * 250])
def test_places_where_no_folder_can_be(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    (here / "file").write_text("a file")
    nobody_simulates(monkeypatch)
    (line,) = error_lines(invoke("run", "telecom", "--out", out))
    assert line.startswith(f"{out}: ")
    assert [path.name for path in here.iterdir()] == ["file"]


def test_a_folder_that_may_not_be_written(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Path, *_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", denied)
    nobody_simulates(monkeypatch)
    (line,) = error_lines(invoke("run", "telecom", "--out", "a/b"))
    assert line == "a/b: results cannot be written: Permission denied"


def test_a_read_only_folder(invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = here / "locked"
    folder.mkdir(mode=0o500)
    try:
        (folder / "try").mkdir()
    except PermissionError:
        pass
    else:
        pytest.skip("this user may write anywhere")
    nobody_simulates(monkeypatch)
    (line,) = error_lines(invoke("run", "telecom", "--out", "locked/out"))
    assert line == "locked/out: results cannot be written: Permission denied"


def full_disk(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (pq.ParquetWriter, "write_table"),
        (pq.ParquetWriter, "close"),
        (pd.DataFrame, "to_csv"),
        (Path, "write_text"),
        (Path, "rename"),
    ],
)
def test_a_full_disk(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str
) -> None:
    monkeypatch.setattr(owner, name, full_disk)
    (line,) = error_lines(invoke("run", "telecom", *SMALL, "--csv", "--out", "deep/er/out"))
    assert line == "deep/er/out: the disk is full; no results were kept"
    assert list(here.iterdir()) == []


def test_a_full_disk_while_drawing(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", full_disk)
    (line,) = error_lines(invoke("run", "telecom", *SMALL[:-1], "--out", "out"))
    assert line == "out: the disk is full; no results were kept"
    assert list(here.iterdir()) == []


def test_results_survive_an_overwrite_that_fails(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke("run", "telecom", *SMALL, "--out", "out")
    before = {path.name: path.read_bytes() for path in (here / "out").iterdir()}
    moves: list[str] = []
    rename: Callable[[Path, Path], Path] = Path.rename

    def only_the_first(self: Path, target: Path) -> Path:
        moves.append(self.name)
        if len(moves) == 2:
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", only_the_first)
    (line,) = error_lines(invoke("run", "telecom", *SMALL, "--out", "out", "--overwrite"))
    assert line == "out: results cannot be written: Input/output error"
    assert len(moves) == 3
    assert {path.name: path.read_bytes() for path in (here / "out").iterdir()} == before
    assert [path.name for path in here.iterdir()] == ["out"]


# Memory, the keyboard, and strategies -----------------------------------------------------------


def test_more_customers_than_memory(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "memory", lambda: 16e9)
    (line,) = error_lines(invoke("run", "telecom", "--customers", 1_000_000_000))
    assert line.startswith("market.customers: 1,000,000,000 customers need about 1")
    assert line.endswith(" GB of memory, and there are 16 GB")
    assert list(here.iterdir()) == []


def test_more_months_of_firms_than_memory(
    invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four firms over 1,000 months: 4,000 firm-months of 4,850 bytes are 19 MB."""
    order = ("run", "telecom", "--customers", 100, "--months", 1000)
    monkeypatch.setattr(memory, "memory", lambda: 18e6)
    (line,) = error_lines(invoke(*order))
    assert line.startswith(
        "run.months: 1,000 months of 4 firms need about 19 MB of memory, and there are 18 MB"
    )
    assert list(here.iterdir()) == []


def test_what_a_month_of_a_firm_needs() -> None:
    """What is counted is what is measured, within a fifth."""

    def peak(months: int) -> int:
        market = Market(read("telecom", {"market.customers": 100, "run.months": months}), 1, 0)
        tracemalloc.start()
        assert len(market.run().table) == 4 * months
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(2)
    each = (peak(160) - peak(40)) / (4 * 120)
    assert each == pytest.approx(memory._A_FIRM_MONTH, rel=0.2)


def test_memory_that_runs_out(invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def allocate(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("relsim.customers.columns.allocate", allocate)
    (line,) = error_lines(invoke("run", "telecom", *SMALL))
    assert line.startswith("not enough memory; market.customers")
    assert list(here.iterdir()) == []


def test_this_machine_has_some_memory() -> None:
    assert memory.memory() > 1e8


def test_the_keyboard(invoke: Invoke, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Market, "live", interrupt)
    result = invoke("run", "telecom", *SMALL)
    assert result.exit_code == 130
    assert result.stderr == "stopped; no results were kept\n"
    assert list(here.iterdir()) == []


MOODY = """
from relsim import Plan, Strategy

class Moody(Strategy):
    '''Give up in the third month.'''

    def plan(self, view):
        if view.month == 3:
            raise ValueError("enough of this")
        return {plan}
"""


def use_strategy(here: Path, module: str, code: str) -> None:
    (here / f"{module}.py").write_text(code)
    change = {"extends": "telecom", "set": {"firms.1.strategy": {"kind": f"{module}.Moody"}}}
    (here / "mine.yaml").write_text(json.dumps(change))


MINE = ("--out", "out", "--allow-code")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("raise SystemExit(0)", "raised SystemExit: 0"),
        ("raise GeneratorExit", "raised GeneratorExit"),
        ("return Plan(data=10**400)", "data: planned a huge number, allowed: from 0"),
        ("return Plan(price=10**400)", "price: planned a huge number, allowed: from 0"),
    ],
)
def test_a_strategy_that_ends_or_overflows(
    invoke: Invoke, here: Path, line: str, said: str
) -> None:
    name = "ends_" + "".join(filter(str.isalnum, said))
    text = MOODY.replace("return {plan}", line)
    assert line in text
    use_strategy(here, name, text)
    (told,) = error_lines(invoke("run", "mine.yaml", *SMALL, *MINE))
    assert said in told
    assert not (here / "out").exists()


def test_a_strategy_whose_import_ends_the_program(invoke: Invoke, here: Path) -> None:
    use_strategy(here, "ends_at_import", "raise SystemExit(0)\n")
    (line,) = error_lines(invoke("run", "mine.yaml", *SMALL, *MINE))
    assert "'ends_at_import' cannot be imported: SystemExit: 0" in line


def test_a_strategy_that_cannot_be_made(invoke: Invoke, here: Path) -> None:
    made = "    def model_post_init(self, _):\n        raise SystemExit(0)\n"
    use_strategy(here, "unmade", MOODY.replace("{plan}", "Plan()") + "\n" + made)
    (line,) = error_lines(invoke("run", "mine.yaml", *SMALL, *MINE))
    assert "'unmade.Moody' cannot be made: SystemExit: 0" in line


def test_a_strategy_that_raises(invoke: Invoke, here: Path) -> None:
    use_strategy(here, "moody_raises", MOODY.replace("{plan}", "Plan()"))
    (line,) = error_lines(invoke("run", "mine.yaml", *SMALL, *MINE))
    assert line == (
        "firms.1.strategy (Keeper), month 3: raised ValueError: enough of this "
        "(moody_raises.py, line 9)"
    )
    assert not (here / "out").exists()


def test_a_strategy_that_plans_nonsense(invoke: Invoke, here: Path) -> None:
    use_strategy(here, "moody_nonsense", MOODY.replace("{plan}", "Plan(recovery=-1.0)"))
    (line,) = error_lines(invoke("run", "mine.yaml", *SMALL, *MINE))
    assert line.startswith("firms.1.strategy (Keeper), month 1: recovery: planned -1.0, allowed:")


def test_a_strategy_that_cannot_be_imported(invoke: Invoke, here: Path) -> None:
    use_strategy(here, "moody_broken", "import relsim\n1 / 0\n")
    (line,) = error_lines(invoke("validate", "mine.yaml", "--allow-code"))
    assert "'moody_broken' cannot be imported: ZeroDivisionError: division by zero" in line
