"""``relsim new``: a config in which every key is explained, and which runs."""

from pathlib import Path

import pytest

import relsim
from relsim.cli.keys import known, spec_values
from relsim.firms.strategies import build
from relsim.spec import starter
from tests.cli.conftest import Invoke, error_lines


@pytest.mark.parametrize("full", [(), ("--full",)])
def test_what_it_writes_is_the_starter(invoke: Invoke, here: Path, full: tuple[str, ...]) -> None:
    result = invoke("new", "mine.yaml", *full)
    assert result.exit_code == 0, result.output
    assert "relsim run mine.yaml" in result.stdout
    mine, given = relsim.load("mine.yaml"), starter()
    assert mine.model_copy(update={"firms": ()}) == given.model_copy(update={"firms": ()})
    for own, other in zip(mine.firms, given.firms, strict=True):
        strategies = [build(firm.strategy, "strategy") for firm in (own, other)]
        assert strategies[0] == strategies[1]
        assert own.model_copy(update={"strategy": other.strategy}) == other


def test_every_key_stands_under_its_explanation(invoke: Invoke, here: Path) -> None:
    invoke("new", "mine.yaml", "--full")
    text = (here / "mine.yaml").read_text()
    flat = " ".join(line.strip().removeprefix("# ") for line in text.splitlines())
    entries = {entry.path: entry for entry in known()}
    for value in spec_values(starter()):
        if value.path.startswith("firms.1"):
            continue
        entry = entries.get(value.entry.path, value.entry)
        assert f"{entry.name}: " in text
        for part in (entry.meaning, entry.allowed, entry.source):
            assert part in flat or part.startswith("each config")
        assert entry.unit in flat or entry.unit == "-"
    assert max(len(line) for line in text.splitlines()) <= 100


def test_it_runs(invoke: Invoke, here: Path) -> None:
    invoke("new", "mine.yaml")
    assert invoke("validate", "mine.yaml").exit_code == 0
    result = invoke("run", "mine.yaml", "--no-figures", "--out", "out")
    assert result.exit_code == 0, result.output
    assert (here / "out" / "market.parquet").is_file()


def test_it_refuses_to_overwrite(invoke: Invoke, here: Path) -> None:
    (here / "mine.yaml").write_text("precious")
    for name in ("mine.yaml", "mine"):
        (line,) = error_lines(invoke("new", name))
        assert line == "mine.yaml: exists already and is left as it is; name another file"
    assert (here / "mine.yaml").read_text() == "precious"


@pytest.mark.parametrize("name", ["my market", "a.b.yml"])
def test_odd_names(invoke: Invoke, here: Path, name: str) -> None:
    assert invoke("new", name).exit_code == 0
    (written,) = here.iterdir()
    assert invoke("validate", written.name).exit_code == 0


def test_it_is_short(invoke: Invoke, here: Path) -> None:
    for words in ((), ("--from", "telecom")):
        assert invoke("new", f"{len(words)}.yaml", *words).exit_code == 0
        lines = (here / f"{len(words)}.yaml").read_text().splitlines()
        assert len(lines) <= 60
        assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("preset", ["telecom", "grocery"])
@pytest.mark.parametrize("full", [(), ("--full",)])
def test_it_starts_from_a_preset(
    invoke: Invoke, here: Path, preset: str, full: tuple[str, ...]
) -> None:
    assert invoke("new", "mine.yaml", "--from", preset, *full).exit_code == 0
    mine, given = (
        {value.path: value.value for value in spec_values(relsim.load(name))}
        for name in ("mine.yaml", preset)
    )
    assert {path: value for path, value in given.items() if mine[path] != value} == {}


def test_a_preset_that_is_not_there(invoke: Invoke, here: Path) -> None:
    (line,) = error_lines(invoke("new", "mine.yaml", "--from", "telekom"))
    assert "did you mean 'telecom'" in line
    assert not list(here.iterdir())
