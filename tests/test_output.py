"""A folder of results is there whole or not at all."""

import datetime
import errno
import json
import os
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from relsim import output, provenance
from relsim.errors import OutputError
from relsim.output import ResultsFolder, read_manifest, write_new
from relsim.provenance import Clock, Identity, identity, manifest
from relsim.spec import starter

RUN = Identity("0123456789abcdef", 1)
ABOUT = {"relsim": "0", "spec_hash": RUN.spec_hash, "seed": RUN.seed}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write(path: Path, text: str = "x", *, overwrite: bool = False) -> None:
    with ResultsFolder(path, overwrite=overwrite, run=RUN) as folder:
        (folder.working / "file").write_text(text)
        folder.finish(ABOUT)


def test_it_appears_when_it_is_finished(tmp_path: Path) -> None:
    with ResultsFolder(tmp_path / "a" / "out") as folder:
        (folder.working / "file").write_text("x")
        assert names(tmp_path / "a") == [f".out.partial-{os.getpid()}"]
        folder.finish(ABOUT)
        assert names(tmp_path / "a") == ["out"]
    assert names(tmp_path / "a" / "out") == ["file", "manifest.json"]
    files = json.loads((tmp_path / "a" / "out" / "manifest.json").read_text())["files"]
    assert files == {"file": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}


def test_nothing_is_left_of_what_failed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for path in (tmp_path / "new" / "er" / "out", tmp_path / "mine" / "out"):
        with pytest.raises(ZeroDivisionError), ResultsFolder(path) as folder:
            folder.table("numbers", pd.DataFrame({"x": [1 / 0]}))
    assert names(tmp_path) == ["mine"]
    assert names(tmp_path / "mine") == []


def test_nothing_is_left_of_what_was_not_finished(tmp_path: Path) -> None:
    with ResultsFolder(tmp_path / "out"):
        pass
    assert names(tmp_path) == []


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write(tmp_path / "out")
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["file", "manifest.json"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link")
    assert names(tmp_path / "real") == ["file", "manifest.json"]
    write(tmp_path / "link", "again", overwrite=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "file").read_text() == "again"


def test_leftovers_of_dead_runs_are_removed_and_those_of_living_ones_not(tmp_path: Path) -> None:
    dead = tmp_path / ".out[1].partial-1"  # the process may well be alive: it is another one
    other = tmp_path / ".out.partial-1"
    stranger = tmp_path / ".out[1].txt-1"
    for folder in (dead, other, stranger):
        (folder / "inside").mkdir(parents=True)
    with ResultsFolder(tmp_path / "out[1]") as living:
        assert not dead.exists()
        write(tmp_path / "out[1]")
        assert living.working.is_dir()
    assert names(tmp_path) == [".out.partial-1", ".out[1].txt-1", "out[1]"]


def test_results_that_made_room_for_none_come_back(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")
    (tmp_path / "out").rename(tmp_path / ".out.replaced-1")
    with pytest.raises(OutputError, match="this very run is there already"):
        write(tmp_path / "out", "new")
    assert (tmp_path / "out" / "file").read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_results_that_made_room_are_removed(tmp_path: Path) -> None:
    write(tmp_path / "out", "new")
    (tmp_path / ".out.replaced-1").mkdir()
    write(tmp_path / "out", "newer", overwrite=True)
    assert names(tmp_path) == ["out"]


def test_the_old_results_stay_until_the_new_ones_are_complete(tmp_path: Path) -> None:
    write(tmp_path / "out", "old")
    with ResultsFolder(tmp_path / "out", overwrite=True) as folder:
        (folder.working / "file").write_text("new")
        assert (tmp_path / "out" / "file").read_text() == "old"
        folder.finish(ABOUT)
        assert (tmp_path / "out" / "file").read_text() == "new"


def test_results_that_appear_meanwhile_are_kept(tmp_path: Path) -> None:
    with ResultsFolder(tmp_path / "out", run=RUN) as folder:
        write(tmp_path / "out", "first")
        with pytest.raises(OutputError, match="this very run is there already"):
            folder.finish(ABOUT)
    assert names(tmp_path) == ["out"]
    assert (tmp_path / "out" / "file").read_text() == "first"


@pytest.mark.parametrize("text", ["", "[]", "{}", "\x00", '{"relsim": "0", "seed": 1}'])
def test_what_is_no_manifest(tmp_path: Path, text: str) -> None:
    assert read_manifest(tmp_path) is None
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(OutputError, match=r"manifest.json: cannot be read[^\n]*$"):
        read_manifest(tmp_path)


def test_categories_and_missing_values_survive(tmp_path: Path) -> None:
    kinds = pd.Categorical(["b", None, "b"], categories=["c", "b", "a"])
    frame = pd.DataFrame({"kind": kinds, "x": [0.1, float("nan"), 1e300], "n": [1, 2, 3]})
    with ResultsFolder(tmp_path / "out") as folder:
        with folder.stream("twice") as stream:
            stream.add(frame)
            stream.add(frame)
        folder.table("once", frame, csv=True)
        folder.finish(ABOUT)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "once.parquet"), frame)
    twice = pd.concat([frame, frame], ignore_index=True)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "twice.parquet"), twice)
    assert (tmp_path / "out" / "once.csv").read_bytes() == b"kind,x,n\nb,0.1,1\n,,2\nb,1e+300,3\n"


def test_a_long_frame_is_written_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_ROWS_AT_ONCE", 10)
    frame = pd.DataFrame({"n": range(25), "kind": pd.Categorical(["a", "b", "c", "d", "e"] * 5)})
    with ResultsFolder(tmp_path / "out") as folder:
        folder.table("long", frame)
        folder.finish(ABOUT)
    path = tmp_path / "out" / "long.parquet"
    assert pq.ParquetFile(path).num_row_groups == 3
    pd.testing.assert_frame_equal(pd.read_parquet(path), frame)


def test_a_table_without_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame({"n": pd.Series([], dtype="int64")})
    with ResultsFolder(tmp_path / "out") as folder:
        folder.table("empty", frame)
        folder.finish(ABOUT)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "empty.parquet"), frame)


def test_the_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    with clock.phase("live"):
        pass
    spec = starter()
    about = manifest(spec, identity(spec), clock, command=["relsim", "run"], engine="compiled")
    assert about["seconds"]["live"] >= 0.0
    started = datetime.datetime.fromisoformat(about["started"])
    assert started.utcoffset() == datetime.timedelta(0)
    assert about["spec"] == spec.model_dump(mode="json")
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert provenance.checkout() is None


def test_a_checkout_is_named_only_if_it_is_relsims() -> None:
    here = provenance.checkout()
    root = Path(output.__file__).parents[1]
    assert (here is not None) == ((root / ".git").exists())
    if here is not None:
        assert len(here["commit"]) == 40
        assert isinstance(here["dirty"], bool)


def test_what_a_user_put_into_a_folder_is_not_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with ResultsFolder(out) as folder:
        (folder.working / "figures").mkdir()
        (folder.working / "figures" / "share.png").write_bytes(b"drawn")
        folder.finish(ABOUT)
    mine = out / "figures" / "mine" / "share.png"
    mine.parent.mkdir()
    mine.write_bytes(b"years of work")
    with (
        pytest.raises(OutputError, match=r"holds 'figures/mine/share.png', which relsim did not"),
        ResultsFolder(out, overwrite=True),
    ):
        pass
    assert mine.read_bytes() == b"years of work"
    mine.unlink()
    mine.parent.rmdir()
    (out / "figures" / "share.png").write_bytes(b"drawn over")
    with (
        pytest.raises(OutputError, match=r"holds 'figures/share.png', which was changed after"),
        ResultsFolder(out, overwrite=True),
    ):
        pass
    (out / "figures" / "share.png").write_bytes(b"drawn")
    with ResultsFolder(out, overwrite=True) as folder:
        folder.finish(ABOUT)
    assert names(out) == ["manifest.json"]


def test_a_new_file_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object, **__: object) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match=r"mine.yaml: cannot be written: No space left"):
        write_new(tmp_path / "mine.yaml", "text")
    assert names(tmp_path) == []
