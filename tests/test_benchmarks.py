"""The benchmarks run, and what they compare does the same work; no time is asserted."""

import dataclasses
import functools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import firms, lab, mechanisms, passes, size, small, speed, threads, warm
from benchmarks.c_build import BLOCKS, FAST_BLOCKS, PLAIN, SINGLE_BLOCKS, Build
from benchmarks.c_month import CMonth
from benchmarks.numpy_month import NumpyMonth
from benchmarks.plain_mesa import PlainMesa
from benchmarks.results import Target
from benchmarks.situation import Situation, after_some_months, outcome, telecom
from relsim.customers.accounts import CELL_FIELDS, FIRM_FIELDS, YEAR_FIELDS, Accounts
from relsim.customers.rules.choice import WAYS
from relsim.spec import override

MONTHS = 12
# A market in which nothing is rare.
BUSY = {
    "market.annual_turnover": 0.3,
    "mechanisms.word_of_mouth.recommend_rate": 0.4,
    "mechanisms.word_of_mouth.warn_rate": 0.6,
    "mechanisms.word_of_mouth.warn_satisfaction": 0.7,
    **{
        f"firms.{k}.{key}": x
        for k in range(4)
        for key, x in (("contract_months", 3), ("failure_rate", 0.15), ("share", 0.2))
    },
}


@functools.cache
def busy(customers: int) -> Situation:
    return after_some_months(override(telecom(customers), BUSY), months=6)


def lived(it: speed.Living | NumpyMonth | PlainMesa | CMonth) -> list[Accounts]:
    return [it.live() for _ in range(MONTHS)]


def totals(months: list[Accounts]) -> dict[str, float]:
    """Return every sum of the accounts over months and firms."""
    fields = {
        "years": YEAR_FIELDS,
        "firms": FIRM_FIELDS,
        "cells": CELL_FIELDS,
        "sources": WAYS,
    }
    return {
        f"{table} {name}": sum(getattr(month, table)[1:, ..., place].sum() for month in months)
        for table, names in fields.items()
        for place, name in enumerate(names)
    }


def counts(name: str) -> bool:
    table, what = name.split()
    return table in ("firms", "sources") or what in ("lost", "left_market", "discounted")


def assert_alike(theirs: list[Accounts], ours: list[Accounts]) -> None:
    one, other = outcome(ours), outcome(theirs)
    assert other.satisfaction == pytest.approx(one.satisfaction, rel=0.005)
    assert other.defection == pytest.approx(one.defection, rel=0.1)
    expected = totals(ours)
    for name, total in totals(theirs).items():
        # What everybody adds to hardly varies; what some do is counted, with its chance errors.
        chance = 5.0 * (2.0 * expected[name]) ** 0.5 if counts(name) else 0.0
        assert total == pytest.approx(expected[name], rel=0.015, abs=chance), name


needs_a_compiler = pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler")


EXACT = [PLAIN, BLOCKS, FAST_BLOCKS]


@needs_a_compiler
@pytest.mark.parametrize("build", EXACT)
def test_c_lives_the_same_customers(build: Build) -> None:
    here = busy(20_000)
    c = CMonth(here, build)
    ours = speed.compiled(here)
    theirs, own = lived(c), lived(ours)
    # exp and log round otherwise, so that one in a million decisions might be another.
    assert np.count_nonzero(c.columns.supplier != ours.people.columns.supplier) <= 2
    assert totals(theirs) == pytest.approx(totals(own), rel=1e-4, abs=3.0)
    for name in own[0]._fields:
        if name == "causes":  # kept by relsim alone
            continue
        one, other = (sum(getattr(month, name) for month in months) for months in (own, theirs))
        np.testing.assert_allclose(other, one, rtol=1e-3, atol=3.0, err_msg=name)


@needs_a_compiler
@pytest.mark.parametrize("build", EXACT)
def test_c_of_the_first_month_is_relsims_to_the_last_digits(build: Build) -> None:
    here = busy(20_000)
    c, ours = CMonth(here, build), speed.compiled(here)
    theirs, own = c.live(), ours.live()
    for name in set(own._fields) - {"causes"}:
        np.testing.assert_allclose(getattr(theirs, name), getattr(own, name), rtol=1e-9, atol=1e-9)
    for name, column in ours.people.columns._asdict().items():
        np.testing.assert_allclose(getattr(c.columns, name), column, rtol=1e-6, err_msg=name)


@needs_a_compiler
def test_c_in_single_precision_lives_the_same_market() -> None:
    here = busy(20_000)
    theirs, own = lived(CMonth(here, SINGLE_BLOCKS)), lived(speed.compiled(here))
    assert totals(theirs) == pytest.approx(totals(own), rel=1e-3, abs=20.0)


@needs_a_compiler
def test_c_leaves_the_smallest_numbers_as_they_are() -> None:
    CMonth(busy(1000))
    assert np.nextafter(0.0, 1.0) * np.float64(1.0) > 0.0


@needs_a_compiler
@pytest.mark.parametrize("build", EXACT)
def test_c_knows_more_firms_than_a_draw_has_words(build: Build) -> None:
    here = after_some_months(telecom(2_000, firms=6), months=2)
    c = CMonth(here, build)
    ours = speed.compiled(here)
    for _ in range(3):
        c.live()
        ours.live()
    assert np.mean(c.columns.supplier == ours.people.columns.supplier) > 0.999


@needs_a_compiler
@pytest.mark.parametrize("build", EXACT)
def test_c_feels_what_the_times_bring(build: Build) -> None:
    here = busy(2_000)
    people = here.people()
    people.feel(0.7, 0.2)
    times = dataclasses.replace(here, customers=people)
    theirs, own = CMonth(times, build).live(), speed.compiled(times).live()
    np.testing.assert_allclose(theirs.years, own.years, rtol=1e-9, atol=1e-9)


@needs_a_compiler
def test_passes_of_c_are_timed() -> None:
    section = passes.measure(customers=3_000, rounds=1)
    *of_passes, whole = section.rows
    assert whole[0] == "all"
    assert len(of_passes) == 11
    for place in range(1, len(section.columns)):
        taken = [float(row[place] or 0.0) for row in of_passes]
        assert min(taken) > 0.0
        assert sum(taken) == pytest.approx(float(whole[place] or 0.0))


def test_numpy_lives_the_same_market() -> None:
    here = busy(60_000)
    assert_alike(lived(NumpyMonth(here)), lived(speed.compiled(here)))


def test_plain_mesa_lives_the_same_market() -> None:
    here = busy(6_000)
    assert_alike(lived(PlainMesa(here)), lived(speed.compiled(here)))


def test_agents_live_the_same_customers() -> None:
    here = busy(500)
    ours, theirs = speed.compiled(here), speed.agents(here)
    for _ in range(3):
        ours.live()
        theirs.live()
    np.testing.assert_array_equal(theirs.people.columns.supplier, ours.people.columns.supplier)
    np.testing.assert_array_equal(theirs.people.columns.trust, ours.people.columns.trust)


@pytest.mark.parametrize("engine", [NumpyMonth, PlainMesa, CMonth])
def test_rules_that_are_left_out_are_refused(engine: type) -> None:
    spec = override(telecom(50), {"market.setting": "non_contractual"})
    with pytest.raises(ValueError, match="contractual"):
        engine(after_some_months(spec, months=1))


def test_without_a_compiler_c_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    section = speed.measure(customers=600, objects=20, rounds=1)
    assert not [row[0] for row in section.rows if str(row[0]).startswith("C,")]
    assert any("no-such-compiler" in note for note in section.notes)
    assert any("no-such-compiler" in note for note in passes.measure(customers=600).notes)


def test_the_command_prints_and_writes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    tiny = functools.partial(speed.measure, customers=600, objects=20, rounds=2)
    file = tmp_path / "speed.json"
    arguments = ["--quick", "--only", "speed", "--json", str(file)]
    command.main(arguments, quick=command.QUICK | {"speed": tiny})
    assert speed.MONTH in capsys.readouterr().out
    measured = json.loads(file.read_text())
    (section,) = measured["sections"]
    assert section["name"] == "speed"
    assert {target["verdict"] for target in section["targets"]} <= {"met", "floor", "missed"}
    assert measured["machine"]["cores"] >= 1


def test_sizes_firms_and_threads_run() -> None:
    sized = size.measure(sizes=(200, 400), rounds=1, weighed=None)
    assert [row[0] for row in sized.rows] == ["200", "400"]
    assert len(firms.measure(counts=(2, 5), customers=300, rounds=1).rows) == 2
    # More customers than a chunk, so that both threads have something to do.
    shared = threads.measure(customers=9_000, rounds=1, megabytes=2)
    assert [row[-1] for row in shared.rows] == ["yes", None]


def test_a_mechanism_is_timed_off_and_on() -> None:
    section = mechanisms.measure(customers=3_000, rounds=1)
    assert section.rows[0][0] == "off"
    assert all(float(row[1] or 0.0) > 0.0 for row in section.rows)


def test_small_markets_are_timed() -> None:
    section = small.measure(rounds=1, times=2)
    assert len(section.rows) == 4
    assert [target.measure for target in section.targets] == ["around a month", "setting up"]


def test_a_market_too_large_for_memory_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "available_memory", lambda: 200_000.0)
    section = size.measure(sizes=(200, 4_000), rounds=1, weighed=None)
    assert [row[0] for row in section.rows] == ["200"]
    assert any("4,000 customers do not fit" in note for note in section.notes)


@pytest.mark.slow
def test_fresh_processes_are_timed_and_weighed() -> None:
    waited = warm.measure(100, months=2, rounds=1, starts=1, compiles=False)
    assert [target.measured > 0.0 for target in waited.targets] == [True, True, True]
    weighed = size.measure(sizes=(200,), rounds=1, weighed=20_000)
    assert any("20,000 customers" in note for note in weighed.notes)


def test_less_is_more_for_some_targets() -> None:
    verdicts = [
        Target("wait", s, 0.1, floor=0.2, more_is_better=False).verdict for s in (0.1, 0.2, 0.3)
    ]
    assert verdicts == ["met", "floor", "missed"]


@pytest.mark.slow
def test_the_laboratory_is_timed() -> None:
    section = lab.measure(200, 2, rounds=1, objects=20, kills=False)
    assert len(section.rows) == 6
    assert all(target.measured > 0.0 for target in section.targets)
