"""Help that a newcomer can follow."""

import pytest

import relsim
from relsim.cli.app import app
from tests.cli.conftest import Invoke

COMMANDS = ["run", "validate", "explain", "list", "new"]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_has_examples(invoke: Invoke, command: list[str], option: str) -> None:
    result = invoke(*command, option)
    assert result.exit_code == 0
    _, _, examples = result.stdout.partition("Examples:")
    assert " ".join(["relsim", *command]) in examples


def test_all_commands_are_tested() -> None:
    assert sorted(command.name or "" for command in app.registered_commands) == sorted(
        name if name != "list" else "list" for name in COMMANDS if name
    ) or {c.name or c.callback.__name__ for c in app.registered_commands if c.callback} == set(
        COMMANDS
    )


def test_nothing_said_is_a_cry_for_help(invoke: Invoke) -> None:
    assert "Usage: relsim" in invoke().output


def test_version(invoke: Invoke) -> None:
    assert invoke("--version").stdout == f"relsim {relsim.__version__}\n"


def test_examples_of_run_are_right(invoke: Invoke) -> None:
    words = invoke("run", "--help").stdout
    assert "relsim run telecom --customers 2000 --months 24 --out small" in words
    line = "run telecom --customers 2000 --months 24 --out small --no-figures"
    assert invoke(*line.split()).exit_code == 0
