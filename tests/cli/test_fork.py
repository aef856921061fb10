"""``relsim fork``: the same random numbers, one thing changed."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from relsim.fork import changed, fork
from relsim.loader import load
from relsim.market import Market
from relsim.records import sha256
from relsim.spec import starter
from tests.cli.conftest import Invoke

RUN = ("run", "telecom", "--customers", "400", "--months", "12", "--no-figures", "--quiet")


@pytest.fixture
def run(invoke: Invoke) -> Path:
    assert invoke(*RUN, "--out", "run").exit_code == 0
    return Path("run")


def read(name: str) -> pd.DataFrame:
    return pd.read_parquet(name)


def test_months_before_are_as_they_were_and_later_ones_differ(invoke: Invoke, run: Path) -> None:
    done = invoke("fork", run, "--at", 7, "--set", "firms.0.price=40", "--out", "fork")
    assert done.exit_code == 0, done.output
    before, after = read("run/market.parquet"), read("fork/market.parquet")
    early = before["month"] < 7
    pd.testing.assert_frame_equal(after[early], before[early], check_exact=True)
    first = after["firm"] == "Attacker"
    assert (after.loc[first & ~early, "price"] == 40.0).all()
    apart = read("fork/difference.parquet")
    assert (apart.loc[early, "profit"] == 0.0).all()
    assert (apart.loc[first & ~early, "price"] == -15.0).all()
    assert {path.name for path in Path("fork/figures").iterdir()} == {
        "share.png",
        "share.svg",
        "profit.png",
        "profit.svg",
    }
    assert "Attacker" in done.output
    assert "the same random numbers" in done.output


def test_changes_carry_intervals_and_what_changes_nothing_has_none_clear(
    invoke: Invoke, run: Path
) -> None:
    for price, out in ((40, "dearer"), (55, "same")):
        words = ("--at", 7, "--set", f"firms.0.price={price}", "--replications", 4, "--no-figures")
        done = invoke("fork", run, *words, "--out", out)
        assert done.exit_code == 0, done.output
        assert "Means of 4 replications" in done.output
    profit = profit_of("dearer/changes.parquet", "Attacker")
    assert profit["low"] < profit["difference"] < profit["high"] < 0.0
    assert profit["difference"] == pytest.approx(profit["after"] - profit["before"])
    assert profit["replications"] == 4.0
    # As it was: replication 0 from the folder, months from the change on.
    months = read("run/market.parquet").query("month >= 7 and firm == 'Attacker'")
    one = invoke(
        "fork", run, "--at", 7, "--set", "firms.0.price=40", "--replications", 1, "--out", "one"
    )
    assert "One replication gives no interval" in one.output
    alone = profit_of("one/changes.parquet", "Attacker")
    assert alone["before"] == pytest.approx(months["profit"].mean())
    assert math.isnan(alone["low"])
    same = read("same/changes.parquet")
    assert same["difference"].dropna().eq(0.0).all()
    assert not same["clear"].any()


def profit_of(name: str, firm: str) -> dict[str, float]:
    rows = read(name).query("outcome == 'profit' and firm == @firm")
    numbers = ("before", "after", "difference", "low", "high", "replications")
    return {column: float(rows[column].to_numpy()[0]) for column in numbers}


def test_what_customers_do_not_feel_changes_no_customer() -> None:
    spec = starter()
    as_it_was = Market(spec, seed=3).run(10)
    other = fork(Market(spec, seed=3).run(4), {"firms.0.fixed_cost": 9.0}, 6)
    pd.testing.assert_frame_equal(other.customers.frame(), as_it_was.customers.frame())
    own = other.table["firm"] == "Attack"
    paid = (other.table["profit"] - as_it_was.table["profit"])[own].to_numpy()
    assert paid == pytest.approx([0.0] * 4 + [-9000.0] * 6)


def test_a_firm_can_leave_in_what_would_have_been() -> None:
    gone = {"events": [{"kind": "exit", "month": 5, "firm": "Attack"}]}
    other = fork(Market(starter(), seed=3).run(4), gone, 3)
    attack = other.table[other.table["firm"] == "Attack"]
    assert (attack["customers"] > 0).tolist() == [True] * 4 + [False] * 3


def test_nothing_changed_is_no_difference() -> None:
    spec = starter()
    same = Market(spec, seed=3).run(4)
    same.change(changed(spec, {"firms.0.price": spec.firms[0].price}))
    pd.testing.assert_frame_equal(same.run(6).table, Market(spec, seed=3).run(10).table)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--at", 7), "--set: missing"),
        (("--at", 13, "--set", "firms.0.price=40"), "--at: given 13, allowed"),
        (("--at", 7, "--set", "firms.0.prise=40"), "did you mean 'price'"),
        (("--at", 0, "--set", "firms.0.price=40"), "--at: given 0, allowed"),
        (
            ("--at", 7, "--set", "events=[{kind: exit, month: 6, firm: Keeper}]"),
            "firms that enter or leave before month 7 cannot be others",
        ),
        (("--at", 7, "--set", "mechanisms.retention.rule=own"), "were not given; run anew"),
        (("--at", 7, "--set", "run.months=20"), "settled before the first month"),
        (("--at", 7, "--set", "market.customers=500"), "settled before the first month"),
        (("--at", 7, "--set", "firms.0.share=0.1"), "settled before the first month"),
    ],
)
def test_what_cannot_be_forked(
    invoke: Invoke, run: Path, words: tuple[object, ...], says: str
) -> None:
    done = invoke("fork", run, *words)
    assert done.exit_code == 2
    assert says in " ".join(done.output.split())
    assert [path.name for path in Path().iterdir()] == ["run"]


def test_a_folder_without_a_run(invoke: Invoke) -> None:
    done = invoke("fork", "nowhere", "--at", 2, "--set", "firms.0.price=1")
    assert done.exit_code == 2
    assert "no results of relsim run are there" in " ".join(done.output.split())


def test_a_run_of_another_version(invoke: Invoke, run: Path) -> None:
    table = read("run/market.parquet")
    table["profit"] += 1.0
    table.to_parquet("run/market.parquet")
    done = invoke("fork", run, "--at", 2, "--set", "firms.0.price=40")
    assert done.exit_code == 2
    assert "was changed after relsim wrote it" in " ".join(done.output.split())
    about = json.loads(Path("run/manifest.json").read_text())
    about["files"]["market.parquet"] = sha256(Path("run/market.parquet"))
    Path("run/manifest.json").write_text(json.dumps(about))
    done = invoke("fork", run, "--at", 2, "--set", "firms.0.price=40")
    assert done.exit_code == 2
    assert "gave other results" in " ".join(done.output.split())


def fork_of(invoke: Invoke, run: str, out: str, *words: object) -> pd.DataFrame:
    done = invoke("fork", run, "--no-figures", "--out", out, *words)
    assert done.exit_code == 0, done.output
    return read(f"{out}/market.parquet")


def test_a_fork_of_a_fork_is_the_chain_of_changes(invoke: Invoke, run: Path) -> None:
    fork_of(invoke, "run", "one", "--at", 5, "--set", "firms.0.price=40")
    late = fork_of(invoke, "one", "two", "--at", 9, "--set", "firms.1.price=45")
    early = fork_of(invoke, "one", "three", "--at", 3, "--set", "firms.1.price=45")
    spec = load("telecom", {"market.customers": 400, "run.months": 12})
    chain = Market(spec).run(4)
    chain = fork(fork(chain, {"firms.0.price": 40.0}, 4), {"firms.1.price": 45.0}, 4)
    pd.testing.assert_frame_equal(late, chain.table, check_exact=True)
    other = Market(spec).run(2)
    other = fork(fork(other, {"firms.1.price": 45.0}, 2), {"firms.0.price": 40.0}, 8)
    pd.testing.assert_frame_equal(early, other.table, check_exact=True)
    apart = read("two/difference.parquet")
    assert (apart.loc[apart["month"] < 9, "profit"] == 0.0).all()
    third = fork_of(invoke, "two", "again", "--at", 9, "--set", "firms.1.price=50")
    assert (third.loc[(third["month"] >= 9) & (third["firm"] == "Keeper"), "price"] == 50.0).any()
    assert invoke("story", "two", "--customer", 7).exit_code == 0


def test_a_fork_goes_on_past_the_last_month(invoke: Invoke, run: Path) -> None:
    forked = fork_of(invoke, "run", "on", "--at", 15, "--months", 20, "--set", "firms.0.price=40")
    spec = load("telecom", {"market.customers": 400, "run.months": 20})
    longer = fork(Market(spec).run(14), {"firms.0.price": 40.0}, 6)
    pd.testing.assert_frame_equal(forked, longer.table, check_exact=True)
    assert read("on/difference.parquet")["month"].max() == 20
    assert invoke("story", "on", "--customer", 7).exit_code == 0
    again = fork_of(invoke, "on", "more", "--at", 21, "--months", 24, "--set", "firms.0.price=55")
    assert again["month"].max() == 24
    done = invoke("fork", "run", "--at", 3, "--months", 6, "--set", "firms.0.price=40")
    assert "--months: given 6, allowed: 12, as many as RUN has, or more" in done.stderr
