"""Consoles of few letters, closed ones, and readers who leave early."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from relsim.cli.streams import Patient
from tests.cli.conftest import environment, start

NAME = "فروشگاه ایران"
COMMANDS = (
    ("run", "mine.yaml", "--out", "out"),
    ("validate", "mine.yaml"),
    ("explain", "mine.yaml"),
    ("list", "configs"),
    ("fork", "base", "--at", 2, "--set", "firms.0.price=40", "--out", "forked", "--no-figures"),
    ("story", "base", "--customer", 1),
    ("experiment", "tiny.yaml", "--executor", "serial", "--out", "lab"),
)
CONSOLES = {
    "cp1252": {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    "ascii": {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a market of Persian names, a run of it and an experiment on it."""
    place = tmp_path_factory.mktemp("consoles")
    change = {"firms.0.name": NAME, "market.customers": 60, "run.months": 3}
    mine = {"extends": "telecom", "title": NAME, "set": change}
    (place / "mine.yaml").write_text(json.dumps(mine), encoding="utf-8")
    tiny = {
        "title": NAME, "base": "mine.yaml",
        "outcomes": {"profit": {"measure": "profit", "firm": NAME}},
        "arms": {NAME: {}, "cheap": {"firms.0.price": 40.0}}, "replication": {"minimum": 2},
    }  # fmt: skip
    (place / "tiny.yaml").write_text(json.dumps(tiny), encoding="utf-8")
    call(("run", "mine.yaml", "--out", "base", "--no-figures"), place, {})
    return place


def into(place: Path, words: tuple[object, ...]) -> tuple[object, ...]:
    """Return a command whose results go to a folder of their own."""
    return tuple(place / str(word) if word in ("out", "forked", "lab") else word for word in words)


def call(
    words: tuple[object, ...], folder: Path, more: dict[str, str]
) -> "subprocess.CompletedProcess[bytes]":
    done = subprocess.run(
        start(*words), cwd=folder, env=environment() | more, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert b"Traceback" not in done.stderr
    return done


@pytest.mark.parametrize("console", CONSOLES)
def test_letters_that_a_console_does_not_know(console: str, folder: Path, tmp_path: Path) -> None:
    for words in COMMANDS:
        given = tuple(
            str(tmp_path / word) if word in ("out", "forked", "lab") else word for word in words
        )
        done = call(given, folder, CONSOLES[console])
        if words[0] == "run":
            assert b"\\u0641" in done.stdout


def test_a_reader_who_leaves(folder: Path, tmp_path: Path) -> None:
    for words in COMMANDS:
        given = tuple(
            str(tmp_path / word) if word in ("out", "forked", "lab") else word for word in words
        )
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(
            start(*given), cwd=folder, env=environment(), stdout=write, stderr=subprocess.PIPE,
            check=False,
        )  # fmt: skip
        os.close(write)
        assert done.returncode == 0, (words, done.stderr)
        assert b"Broken" not in done.stderr
    assert (tmp_path / "out" / "market.parquet").is_file()
    assert (tmp_path / "lab" / "manifest.json").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no sh")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_streams_that_are_closed(closed: str, folder: Path, tmp_path: Path) -> None:
    words = " ".join(start("run", "mine.yaml", "--no-figures", "--out", str(tmp_path / "out")))
    done = subprocess.run(
        ["sh", "-c", f"{words} {closed}"], cwd=folder, env=environment(), capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "market.parquet").is_file()


class Full:
    """A stream on a device that is full."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_other_faults_are_not_swallowed() -> None:
    with pytest.raises(OSError, match="No space"):
        Patient(Full()).write("x")
