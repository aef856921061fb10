"""``relsim story``: one customer of a run."""

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Invoke, error_lines

RUN = ("run", "telecom", "--customers", "200", "--months", "24", "--no-figures", "--quiet")


@pytest.fixture
def run(invoke: Invoke) -> Path:
    assert invoke(*RUN, "--out", "run").exit_code == 0
    return Path("run")


def test_a_story_is_told(invoke: Invoke, run: Path) -> None:
    done = invoke("story", run, "--customer", 3)
    assert done.exit_code == 0, done.output
    assert "Customer 3 of Mobile telephony, postpaid, 24 months" in done.stdout
    assert "came " in done.stdout
    assert [path.name for path in Path().iterdir()] == ["run"]


def test_a_story_is_written(invoke: Invoke, run: Path) -> None:
    assert invoke("story", run, "--customer", 3, "--out", "three").exit_code == 0
    months = pd.read_parquet("three/months.parquet")
    assert months["month"].tolist() == list(range(1, 25))
    people = pd.read_parquet("run/customers.parquet").set_index("customer")
    assert months["trust"].iloc[-1] == people.loc[3, "trust"]
    assert Path("three/figures/story.png").stat().st_size > 10_000
    again = invoke("story", run, "--customer", 3, "--out", "three")
    assert "--overwrite" in " ".join(error_lines(again))


def test_the_story_of_a_fork_goes_on_from_the_same_months(invoke: Invoke, run: Path) -> None:
    change = ("--set", "firms.1.failure_rate=0.9", "--no-figures", "--quiet")
    assert invoke("fork", run, "--at", 13, *change, "--out", "fork").exit_code == 0
    before, after = (
        invoke("story", name, "--customer", 3, "--out", f"{name}-3", "--quiet")
        for name in ("run", "fork")
    )
    assert before.exit_code == after.exit_code == 0, after.output
    one, other = (pd.read_parquet(f"{name}-3/months.parquet") for name in ("run", "fork"))
    pd.testing.assert_frame_equal(one.head(12), other.head(12))
    assert not one.equals(other)
    again = invoke("fork", "fork", "--at", 2, *change)
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize("who", [-1, 200])
def test_nobody_of_that_number(invoke: Invoke, run: Path, who: int) -> None:
    done = invoke("story", run, "--customer", who)
    assert f"--customer: given {who}, allowed: from 0 to 199" in error_lines(done)[0]


def test_a_folder_without_a_run(invoke: Invoke) -> None:
    done = invoke("story", "nowhere", "--customer", 1)
    assert "no results of relsim run are there" in error_lines(done)[0]
