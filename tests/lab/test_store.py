"""The folder of an experiment: what it refuses, what it mends, and what a full disk does to it."""

import contextlib
import errno
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from relsim.errors import OutputError
from relsim.lab.archive import store as stores
from relsim.lab.archive.journal import Journal
from relsim.lab.archive.store import Store
from relsim.lab.runs.study import Study
from tests.lab.conftest import finish, hashes, held, study_of


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return study_of(tmp_path)


def test_two_at_once(study: Study, tmp_path: Path) -> None:
    with (
        held(study, tmp_path / "out"),
        pytest.raises(OutputError, match="another process works on this experiment; wait until"),
        held(study, tmp_path / "out"),
    ):
        pass


def test_a_folder_that_holds_something_else(study: Study, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work")
    with pytest.raises(OutputError, match=r"out: holds 'thesis.tex' and no experiment; name ano"):
        finish(study, out)
    assert [item.name for item in out.iterdir()] == ["thesis.tex"]
    with pytest.raises(OutputError, match="is a file; name another folder"):
        finish(study, out / "thesis.tex")


def test_another_experiment(study: Study, tmp_path: Path) -> None:
    before = finish(study, tmp_path / "out")
    other = study_of(tmp_path, {"seed": 2, "panel": None})
    words = "holds another experiment: its config or relsim's code has changed since .*--reuse"
    with pytest.raises(OutputError, match=words):
        finish(other, tmp_path / "out")
    assert hashes(tmp_path / "out") == before


def test_a_title_is_no_other_experiment(study: Study, tmp_path: Path) -> None:
    before = finish(study, tmp_path / "out")
    assert finish(study_of(tmp_path, {"title": "Better"}), tmp_path / "out") == before


def test_other_code(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(study, tmp_path / "out")
    monkeypatch.setattr("relsim.lab.runs.study.code_version", lambda: "0123456789abcdef")
    with pytest.raises(OutputError, match="relsim's code has changed since"):
        finish(study_of(tmp_path), tmp_path / "out")


def test_another_version_of_the_store(study: Study, tmp_path: Path) -> None:
    with held(study, tmp_path / "out") as store:
        store.journal.note("store", "0")
    with pytest.raises(OutputError, match=r"by another version of relsim \(store 0, here 2\)"):
        finish(study, tmp_path / "out")


def test_a_journal_that_is_none(study: Study, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "journal.sqlite").write_text("not a journal" * 200)
    with pytest.raises(OutputError, match=r"journal.sqlite: is damaged .*begin anew in another"):
        finish(study, tmp_path / "out")


@pytest.mark.parametrize("kind", ["chunks/runs", "panel/months"])
@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_a_damaged_chunk(
    study: Study, tmp_path: Path, small_bands: None, kind: str, harm: str
) -> None:
    out = tmp_path / "out"
    before = finish(study, out)
    chunk = out / f"{kind}-000002.parquet"
    why = "its content is not what was written"
    if harm == "missing":
        chunk.unlink()
        why = "No such file or directory"
    else:
        data = bytearray(chunk.read_bytes())
        data[len(data) // 2] ^= 1
        chunk.write_bytes(data)
    words = rf"{kind}-000002.parquet: is damaged \({why}\); it held runs 8 to 11: .*--repair"
    with held(study, out) as store, pytest.raises(OutputError, match=words):
        list(store.frames(kind.partition("/")[0]))
    with held(study, out) as store:
        assert store.repair() == 1
        assert store.journal.done().tolist() == [*range(8), *range(12, 16)]
        assert store.repair() == 0
    assert finish(study, out) == before


def test_a_kill_in_the_middle_of_a_repair_loses_nothing(
    study: Study, tmp_path: Path, small_bands: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = finish(study, tmp_path / "out")
    (tmp_path / "out" / "chunks" / "runs-000001.parquet").unlink()

    class Killed(BaseException):
        pass

    class Dying(sqlite3.Connection):
        def execute(self, words: str, *more: Any) -> sqlite3.Cursor:
            if words.startswith("DELETE FROM runs"):
                raise Killed
            return super().execute(words, *more)

    connect = sqlite3.connect
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=Dying, **k))
        with held(study, tmp_path / "out") as store, pytest.raises(Killed):
            store.repair()
    with held(study, tmp_path / "out") as store:
        store.repair()
    assert finish(study, tmp_path / "out") == before


def test_a_kill_before_anything_was_noted(study: Study, tmp_path: Path) -> None:
    """Whatever a first start leaves, a second one goes on with it."""
    out = tmp_path / "out"
    with held(study, out):
        pass
    with contextlib.closing(sqlite3.connect(out / "journal.sqlite")) as data:
        data.executescript("DELETE FROM meta")
    assert finish(study, out) == finish(study, tmp_path / "fresh")


# A full disk ------------------------------------------------------------------------------


class Full(sqlite3.Connection):
    """A database on a disk that is full after some runs."""

    room = 3

    def executemany(self, words: str, rows: Any) -> sqlite3.Cursor:
        if words.startswith("INSERT OR REPLACE INTO runs"):
            Full.room -= 1
            if Full.room < 0:
                raise sqlite3.OperationalError("database or disk is full")
        return super().executemany(words, rows)


def test_a_disk_that_is_full_for_the_journal(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Full.room, connect = 3, sqlite3.connect
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=Full, **k))
        words = "out: the disk is full; runs that were finished are kept: make room and give the sa"
        with pytest.raises(OutputError, match=words):
            finish(study, tmp_path / "out")
    with held(study, tmp_path / "out") as store:
        assert 3 <= len(store.journal.done()) < 16
    assert finish(study, tmp_path / "out") == finish(study, tmp_path / "fresh")


@pytest.mark.parametrize("name", ["runs-000001", "months-000000", "effects.csv", "design.csv"])
def test_a_disk_that_is_full_for_files(
    study: Study, tmp_path: Path, small_bands: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write = stores.write_whole

    def full(path: Path, data: bytes) -> None:
        if path.name.startswith(name):
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(stores, "write_whole", full)
        patch.setattr("relsim.lab.archive.results.write_whole", full)
        with pytest.raises(OutputError, match="out: the disk is full; runs that were finished are"):
            finish(study, tmp_path / "out")
    assert finish(study, tmp_path / "out") == finish(study, tmp_path / "fresh")


def test_a_disk_that_is_full_for_the_table_of_runs(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no such device")
    (tmp_path / "out").mkdir()
    with held(study, tmp_path / "out"):
        pass
    (tmp_path / "out" / ".runs.parquet.partial").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="the disk is full"):
        finish(study, tmp_path / "out")
    (tmp_path / "out" / ".runs.parquet.partial").unlink()
    assert finish(study, tmp_path / "out") == finish(study, tmp_path / "fresh")


def test_a_folder_that_cannot_be_written(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(OutputError, match="out: results cannot be written: Permission denied"):
        finish(study, tmp_path / "out")


# What it is -------------------------------------------------------------------------------

LEVELS: dict[str, list[Any]] = {
    "numbers": [0.05, 0.2],
    "whole numbers": [1, 2],
    "of two kinds": [1, 0.5],
    "texts": ["offensive", "defensive"],
    "switches": [True, False],
    "something or nothing": [None, 5.0],
    "mappings": [{"kind": "offensive"}, {"kind": "defensive", "budget_share": 0.2}],
}


@pytest.mark.parametrize("kind", LEVELS)
def test_a_design_survives_its_file(kind: str, tmp_path: Path) -> None:
    study = study_of(tmp_path)
    levels = LEVELS[kind]
    design = pd.DataFrame(
        {"a": pd.Series(levels, dtype=object), "b": pd.Series([0.1 + 0.2, 1e-20])}
    ).rename_axis("point")
    made = Study(study.name, study.spec, study.markets, design, study.paths)
    again = Study.restored(json.loads(json.dumps(made.saved())))
    pd.testing.assert_frame_equal(again.design, design)
    assert again.key == made.key
    assert again.assignment(0) == made.assignment(0)
    assert again._rows == made._rows


def test_a_study_without_factors_survives_its_file(tmp_path: Path) -> None:
    study = study_of(tmp_path, {"levers": None, "uncertainties": None, "design": None})
    again = Study.restored(json.loads(json.dumps(study.saved())))
    assert (again.key, len(again.design)) == (study.key, 1)


def test_tiny_differences_make_another_experiment(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    keys = {
        Study("", study.spec, study.markets, pd.DataFrame({"a": [tiny]}), ()).key
        for tiny in (1e-20, 2e-20, 0.1, 0.1 + 2e-17)
    }
    assert len(keys) == 4


# The journal ------------------------------------------------------------------------------


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.sqlite") as it:
        yield it


def test_the_journal_does_all_or_nothing(journal: Journal) -> None:
    from relsim.lab.runs.run import Lived  # noqa: PLC0415

    good = Lived(1, (1.0,), None, 0.5, "key")
    bad = Lived(2, (1.0,), None, None, "key")  # type: ignore[arg-type]
    with pytest.raises(OutputError):
        journal.add([good, bad])
    assert journal.done().tolist() == []
    journal.add([good])
    journal.add([Lived(3, (float("nan"),), None, 1.5, error="no", trace="why")], tries=3)
    assert journal.counted() == (2, 1, 2.0)
    assert [tuple(one) for one in journal.failures()] == [(3, 3, "no", "why")]
    assert journal.keys() == {1: "key"}


def test_a_store_of_whatever_is_there(study: Study, tmp_path: Path) -> None:
    finish(study, tmp_path / "out")
    from relsim.lab.runs.rounds import shape_of  # noqa: PLC0415

    with Store(tmp_path / "out", None, shape_of(study)) as store:
        assert len(store.journal.done()) == 16
