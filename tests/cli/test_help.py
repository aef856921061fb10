"""Help that a newcomer can follow."""

import pytest

import relsim
from relsim.cli.app import app
from tests.cli.conftest import Invoke

COMMANDS = [
    "run",
    "fork",
    "story",
    "experiment",
    "claim",
    "claims",
    "solve",
    "compare",
    "query",
    "reproduce",
    "validate",
    "explain",
    "list",
    "new",
]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_has_examples(invoke: Invoke, command: list[str], option: str) -> None:
    result = invoke(*command, option)
    assert result.exit_code == 0
    _, _, examples = result.stdout.partition("Examples:")
    assert examples.count(" ".join(["relsim", *command])) >= 2 or command == ["new"]


def test_all_commands_are_tested() -> None:
    callbacks = [command.callback for command in app.registered_commands]
    assert [callback.__name__.strip("_") for callback in callbacks if callback] == COMMANDS


def test_nothing_said_is_a_cry_for_help(invoke: Invoke) -> None:
    assert "Usage: relsim" in invoke().output


def test_version(invoke: Invoke) -> None:
    assert invoke("--version").stdout == f"relsim {relsim.__version__}\n"


def test_examples_of_run_are_right(invoke: Invoke) -> None:
    words = invoke("run", "--help").stdout
    assert "relsim run telecom --customers 2000 --months 24 --out small" in words
    line = "run telecom --customers 2000 --months 24 --out small --no-figures"
    assert invoke(*line.split()).exit_code == 0
