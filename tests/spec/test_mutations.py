"""Configs that are damaged in any way: a sentence, exit code 2, nothing written, no traceback."""

import itertools
import random
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import relsim
from relsim.cli.app import app
from relsim.errors import RelsimError
from relsim.spec.yaml_text import parse_yaml

ROOT = Path(relsim.__file__).parents[1]
FILES = {
    "markets": "telecom",
    "experiments": "offence_defence",
    "claims": "double-jeopardy",
}
ODD = (
    *("2001-99-99", "0x_", "0b_", "9" * 5000, "!!int x", "!!float x", "!!bool x", "!!timestamp x"),
    *("!!python/object:os.system x", '"\\ud800"', '"\\U99999999"', "[" * 300 + "]" * 300),
    *("~", "[]", "{}", "[{}]", "&a [*a]", "*nope", "1e999", ".nan", "5e-324", "-1"),
    *("'" + "x" * 20000 + "'", '"a\\eb"', "yes", "190:20:30", "? [1]\n: 2", "<<: 3", "\u00b2"),
    *("\x00", "telecom", "firms.\u00b2"),
)
SEEDS = range(6)
ROUNDS = 25
RAW = re.compile(r"Traceback|valid dictionary|Input should|validation error|pydantic|<class", re.I)


def mutated(text: str, rng: random.Random) -> str:
    """Return a config with a line lost, doubled, moved or changed, or with a value that is odd."""
    lines = text.splitlines()
    full = [k for k, line in enumerate(lines) if line.strip() and not line.strip().startswith("#")]
    place = rng.choice(full)
    line = lines[place]
    kind = rng.randrange(7)
    if kind == 0:
        del lines[place]
    elif kind == 1:
        lines.insert(place, line)
    elif kind == 2:
        lines[place] = " " * rng.randrange(8) + line.strip()
    elif kind == 3 and ":" in line:
        lines[place] = f"{line.partition(':')[0]}: {rng.choice(ODD)}"
    elif kind == 4 and ":" in line:
        key, _, value = line.partition(":")
        lines[place] = f"{key[:-1]}:{value}"
    elif kind == 5:
        at = rng.randrange(len(line))
        lines[place] = line[:at] + rng.choice("{}[]&*!|>%@`'\"\\#,:?-\t") + line[at + 1 :]
    else:
        lines[place] = re.sub(
            r"[\w.]+", lambda found: rng.choice((found[0], rng.choice(ODD))), line
        )
    return "\n".join(lines)


def check(done: Result, about: str) -> None:
    """Check that a command did its work, or said in a few words why not."""
    shown = about[:3000]
    assert done.exception is None or isinstance(done.exception, SystemExit), shown
    assert done.exit_code in (0, 2), shown
    words = done.stderr
    assert not RAW.search(words), f"{words}\n{shown}"
    assert all(len(line) < 1000 for line in words.splitlines()), shown
    assert done.exit_code == 0 or words.startswith("error: "), shown


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", FILES)
def test_damaged_configs(
    kind: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "configs" / kind / f"{FILES[kind]}.yaml").read_text("utf-8")
    rng, path = random.Random(f"{kind} {seed}"), tmp_path / "mine.yaml"
    for _ in range(ROUNDS if kind != "claims" else ROUNDS // 3):
        path.write_text(mutated(text, rng), encoding="utf-8", errors="replace")
        done = CliRunner().invoke(app, ["validate", "mine.yaml"])
        check(done, path.read_text("utf-8"))
        assert [item.name for item in tmp_path.iterdir()] == ["mine.yaml"]


@pytest.mark.parametrize("value", ODD)
def test_odd_values_everywhere(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for key in ("firms.0.price", "firms.0.name", "firms", "customers.network", "events", value):
        check(CliRunner().invoke(app, ["validate", "telecom", "--set", f"{key}={value}"]), key)
    words = ["validate", "offence_defence", "--set"]
    for key in ("arms", "outcomes", "levers", "design", "replication", "base", "design.file"):
        check(CliRunner().invoke(app, [*words, f"{key}={value}"]), key)
    (tmp_path / "design.csv").write_text(f"firms.0.price\n{value}\n", errors="replace")
    check(CliRunner().invoke(app, [*words, "design.file=design.csv"]), value)
    solve = ["solve", "telecom", "--for", value, "--until", "profit@Keeper=0", "--months", "2"]
    check(CliRunner().invoke(app, [*solve, "--customers", "50", "--between", "1", "2"]), value)
    with pytest.raises(RelsimError):
        relsim.load("telecom", {value: 1, "market.customers": value})


def test_aliases_do_not_unfold_into_memory() -> None:
    names = "abcdefghijklm"
    lines = [f"a: &a [{', '.join('1' * 10)}]"]
    lines += [
        f"{name}: &{name} [{', '.join(f'*{before}' for _ in range(10))}]"
        for before, name in itertools.pairwise(names)
    ]
    with pytest.raises(RelsimError, match="unfolds into more than 200,000 values"):
        parse_yaml("\n".join(lines), "laugh")


def test_a_chain_of_configs_ends(tmp_path: Path) -> None:
    for k in range(1500):
        (tmp_path / f"{k}.yaml").write_text(f"extends: {k + 1}.yaml\n")
    with pytest.raises(RelsimError, match="extends: a chain of more than 30 configs"):
        relsim.load(tmp_path / "0.yaml")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/stdin"])
def test_devices_are_no_files(device: str, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        f"extends: telecom\ncustomers: {{network: {{kind: file, file: {device}}}}}\n"
    )
    for config in (device, str(tmp_path / "mine.yaml")):
        done = CliRunner().invoke(app, ["validate", config])
        check(done, config)
        assert done.exit_code == 2


ODD_DISTRIBUTIONS: list[tuple[str, dict[str, float]]] = [
    ("beta", {"a": 1e-300, "b": 1.0}),
    ("gamma", {"a": 0.0}),
    ("norm", {"scale": -1.0}),
    ("levy_stable", {"alpha": 3.0, "beta": 0.0}),
    ("pareto", {"b": 1e-9}),
    ("zipf", {"a": 1.0}),
    ("hypergeom", {"M": 5, "n": 9, "N": 2}),
    ("ksone", {"n": 0}),
    ("studentized_range", {"k": 2, "df": 1}),
    ("gausshyper", {"a": 1, "b": 1, "c": 1, "z": -5}),
    ("nchypergeom_wallenius", {"M": 1, "n": 1, "N": 1, "odds": 0}),
]


@pytest.mark.parametrize(("name", "parameters"), ODD_DISTRIBUTIONS, ids=lambda part: str(part)[:20])
def test_odd_distributions(
    name: str, parameters: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("relsim.lab.design.checks._PATIENCE", 1.0)
    factor = {"key": "firms.*.care.half_at", "distribution": name, "parameters": parameters}
    words = ["validate", "offence_defence", "--set", f"uncertainties={[factor]}"]
    check(CliRunner().invoke(app, words), name)
