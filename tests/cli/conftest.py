"""The command line as a user meets it: in a folder of one's own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import relsim
from relsim.cli.app import app

Invoke = Callable[..., Result]
SMALL = ("--customers", "300", "--months", "3", "--no-figures")
"""Options of a run that takes a moment."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder in which the user stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


@pytest.fixture
def invoke(here: Path) -> Invoke:
    """Return a function that calls ``relsim`` in this process."""

    def call(*arguments: object) -> Result:
        assert Path.cwd() == here
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return call


def start(*arguments: object, python: tuple[str, ...] = ("-m", "relsim.cli")) -> list[str]:
    """Return the command that calls ``relsim`` in a process of its own."""
    return [sys.executable, *python, *map(str, arguments)]


def environment() -> dict[str, str]:
    """Return an environment in which a process of its own finds this relsim."""
    root = str(Path(relsim.__file__).parents[1])
    others = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    return others | {"PYTHONPATH": root}


def spawn(*arguments: object, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Call ``relsim`` in a process of its own and wait."""
    return subprocess.run(
        start(*arguments),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def error_lines(result: Result) -> list[str]:
    """Return the lines of an error that the user can mend, and check that it is one."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    lines = result.stderr.splitlines()
    assert all(line.startswith("error: ") for line in lines), result.stderr
    return [line.removeprefix("error: ") for line in lines]
