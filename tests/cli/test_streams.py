"""Consoles of few letters, closed ones, and readers who leave early."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from relsim.cli.streams import Patient
from tests.cli.conftest import environment, spawn, start

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
    done = spawn("run", "mine.yaml", "--out", "base", "--no-figures", folder=place)
    assert done.returncode == 0, done.stderr
    return place


EACH = """
import json, os, sys
from relsim.cli import main

out = os.dup(1)
for words in json.loads(sys.argv[1]):
    os.dup2(out, 1)  # what main put in place of a reader who had left
    sys.argv = ["relsim", *words]
    try:
        main()
    except SystemExit as ending:
        if ending.code:
            sys.exit(f"{words}: {ending.code}")
    print("END")
    sys.stdout.flush()
"""
"""Calls one command after another: importing relsim takes longer than what they do."""


def into(place: Path, words: tuple[object, ...]) -> list[str]:
    """Return a command whose results go to a folder of their own."""
    names = map(str, words)
    return [str(place / name) if name in ("out", "forked", "lab") else name for name in names]


def call(
    folder: Path, place: Path, more: dict[str, str], stdout: int = subprocess.PIPE
) -> "subprocess.CompletedProcess[bytes]":
    """Call the commands in a process of their own, with results in another folder."""
    words = json.dumps([into(place, command) for command in COMMANDS])
    return subprocess.run(
        start(words, python=("-c", EACH)),
        cwd=folder,
        env=environment() | more,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )


@pytest.mark.parametrize("console", CONSOLES)
def test_letters_that_a_console_does_not_know(console: str, folder: Path, tmp_path: Path) -> None:
    done = call(folder, tmp_path, CONSOLES[console])
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert b"Traceback" not in done.stderr
    said = done.stdout.split(b"END")
    assert len(said) == len(COMMANDS) + 1
    for words, each in zip(COMMANDS, said, strict=False):
        if words[0] == "run":
            assert b"\\u0641" in each


def test_a_reader_who_leaves(folder: Path, tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = call(folder, tmp_path, {}, stdout=write)
    os.close(write)
    assert done.returncode == 0, done.stderr
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
