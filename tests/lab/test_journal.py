"""A journal in which a bit has turned: what is damaged is noticed, and the rest is as it was."""

import contextlib
import random
from pathlib import Path

import numpy as np
import pytest

from relsim.errors import OutputError
from relsim.lab.archive.journal import Chunk, Journal, Loose
from relsim.lab.archive.store import JOURNAL, Store
from relsim.lab.runs.rounds import Conduct, conduct, shape_of
from relsim.lab.runs.run import Lived
from relsim.lab.runs.study import Study
from tests.lab.conftest import finish, held, study_of

FLIPS = 400


def written(path: Path) -> dict[int, Loose]:
    """Write a journal of forty runs, the first eight in a chunk; return those that are loose."""
    rng = np.random.default_rng(1)
    with Journal(path) as journal:
        journal.note("store", "2")
        journal.add(
            [
                Lived(run, tuple(rng.random(3)), rng.random((2, 2, 1)), 0.5, f"key {run}")
                for run in range(40)
            ]
        )
        journal.seal([Chunk("chunks/runs-000000.parquet", 0, 7, "a" * 64)])
        return {row.run: row for row in journal.loose(0, 100)}


@pytest.mark.parametrize("part", range(4))
def test_a_turned_bit_is_never_believed(part: int, tmp_path: Path) -> None:
    kept = written(tmp_path / "whole.sqlite")
    data = (tmp_path / "whole.sqlite").read_bytes()
    rng, noticed = random.Random(part), 0
    for k in range(FLIPS // 4):
        bit = rng.randrange(8 * len(data))
        turned = bytearray(data)
        turned[bit // 8] ^= 1 << bit % 8
        path = tmp_path / f"{k}.sqlite"
        path.write_bytes(turned)
        try:
            with Journal(path) as journal:
                damaged = journal.damaged()
                journal.forget([run for run, _ in damaged])
                rows, chunks = journal.loose(0, 2**62), journal.chunks()
                keys, about = journal.keys(), journal.noted("store")
        except OutputError:
            noticed += 1
            continue
        noticed += bool(damaged)
        assert all(kept[row.run] == row for row in rows), bit
        assert all(keys[run] == f"key {run}" for run in keys), bit
        assert about in ("2", None)
        assert chunks in ([], [Chunk("chunks/runs-000000.parquet", 0, 7, "a" * 64)]), bit
    assert noticed > FLIPS // 40


def test_runs_whose_rows_are_damaged_are_run_again(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    whole = finish(study, tmp_path / "whole")
    out = tmp_path / "out"
    with contextlib.suppress(KeyboardInterrupt), held(study, out) as store:
        store.save(study.saved())
        conduct(study, store, Conduct(each=stop))
    with Journal(out / JOURNAL) as journal:
        done = journal.done().tolist()
        words = "UPDATE runs SET outcomes = zeroblob(length(outcomes)) WHERE run = ?"
        journal._data.execute(words, done[:1])
    with Store(out, study.key, shape_of(study)) as store:
        assert store.dropped == 1
        assert store.journal.done().tolist() == done[1:]
    assert finish(study, out) == whole


def test_a_sealed_run_whose_row_is_damaged_takes_its_band_along(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    whole = finish(study, tmp_path / "out")
    with Journal(tmp_path / "out" / JOURNAL) as journal:
        journal._data.execute("UPDATE runs SET key = 'another' WHERE run = 3")
    with held(study, tmp_path / "out") as store:
        assert len(store.journal.done()) == 0
    assert finish(study, tmp_path / "out") == whole


def stop(done: int, failed: int) -> None:
    raise KeyboardInterrupt


def test_the_chunk_s_own_hash_is_guarded(tmp_path: Path) -> None:
    study: Study = study_of(tmp_path)
    finish(study, tmp_path / "out")
    with Journal(tmp_path / "out" / JOURNAL) as journal:
        journal._data.execute("UPDATE chunks SET sha256 = 'f'")
    with pytest.raises(OutputError, match=r"journal.sqlite: is damaged \(a bit has turned"):
        finish(study, tmp_path / "out")
