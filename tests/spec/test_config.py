"""From YAML to a spec: what is sound is read, what is not is named with its place."""

from pathlib import Path
from typing import Any

import pytest

import relsim
from relsim.errors import SpecError, StrategyError
from relsim.spec import MarketSpec, override, parse_assignment, read, spec_hash, starter
from relsim.spec.locations import shipped

SMALL = """
market: {customers: 100, reference_price: 10}
firms:
  - {name: A, share: 0.5, price: 10, unit_cost: 4, strategy: {kind: offensive}}
  - {name: B, share: 0.4, price: 11, unit_cost: 4, strategy: {kind: defensive}}
run: {months: 3}
"""


def write(folder: Path, text: str, name: str = "market.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_config_becomes_a_spec(tmp_path: Path) -> None:
    spec = read(write(tmp_path, SMALL))
    assert isinstance(spec, MarketSpec)
    assert (spec.firms[1].price, spec.market.customers, spec.run.months) == (11.0, 100, 3)


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_config_runs(name: str) -> None:
    spec = relsim.load(name, {"market.customers": 300})
    assert relsim.Market(spec).run(months=2).month == 2


def test_overrides_reach_every_depth(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL)
    values = {
        "firms.0.strategy.retention_share": 0.7,
        "firms.1.strategy": {"kind": "marginal"},
        "customers.segments.0.usage": 3,
        "mechanisms.trust.build_rate": 1e-2,
    }
    spec = relsim.load(path, values)
    assert spec.firms[0].strategy.model_extra == {"retention_share": 0.7}
    assert spec.firms[1].strategy.kind == "marginal"
    assert spec.customers.segments[0].usage == 3.0
    assert spec.mechanisms.trust.build_rate == 0.01


def test_extends_lays_one_config_over_another(tmp_path: Path) -> None:
    write(tmp_path, SMALL, "base.yaml")
    (tmp_path / "sub").mkdir()
    top = write(
        tmp_path / "sub",
        "extends: ../base.yaml\nmarket: {annual_turnover: 0.2}\nset: {firms.1.price: 15}\n",
    )
    spec = read(top)
    assert (spec.market.customers, spec.market.annual_turnover) == (100, 0.2)
    assert [firm.price for firm in spec.firms] == [10.0, 15.0]


def test_extends_finds_a_shipped_config(tmp_path: Path) -> None:
    spec = read(write(tmp_path, "extends: telecom\nrun: {months: 7}\n"))
    assert (len(spec.firms), spec.run.months) == (4, 7)


def test_a_file_of_edges_lies_beside_its_config(tmp_path: Path) -> None:
    write(tmp_path, "0 1\n1 2\n", "edges.txt")
    path = write(tmp_path, SMALL + "customers: {network: {kind: file, file: edges.txt}}\n")
    market = relsim.Market(relsim.load(path)).run()
    assert market.customers[1].neighbours == (0, 2)


def test_numbers_as_people_write_them(tmp_path: Path) -> None:
    spec = read(write(tmp_path, SMALL.replace("unit_cost: 4,", "unit_cost: 4e-1,", 1)))
    assert spec.firms[0].unit_cost == 0.4


BROKEN = {
    "price: 10, unit": ("prise: 10, unit", "firms.0.prise: unknown key; did you mean 'price'?"),
    "customers: 100": (
        "customers: many",
        "market.customers: given 'many', allowed: a whole number",
    ),
    "share: 0.5": ("share: 1.5", "firms.0.share: given 1.5, allowed: less than or equal to 1"),
    "share: 0.4": ("share: 0.6", "their shares at the start sum to 1.1"),
    "name: B": ("name: A", "two firms are called 'A'"),
    ", strategy: {kind: offensive}": ("", "firms.0.strategy: this key is required and is missing"),
    "months: 3": ("months: 0", "run.months: given 0, allowed: greater than or equal to 1"),
    "price: 11": ("price: .nan", "firms.1.price: given nan, allowed: a finite number"),
    "run: {months: 3}": ("run: {months: 3, months: 4}", "the key 'months' stands twice"),
    "market: {": ("market: [", "not valid YAML in line"),
    "run: ": ("set: 5\nrun: ", "set: a mapping of dotted paths"),
}


@pytest.mark.parametrize("before", BROKEN)
def test_a_broken_config_is_named_with_its_place(tmp_path: Path, before: str) -> None:
    after, words = BROKEN[before]
    path = write(tmp_path, SMALL.replace(before, after, 1))
    with pytest.raises(SpecError) as error:
        read(path)
    assert words in str(error.value)
    assert str(path) in str(error.value)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("price: 10, unit", "price: -1, unit").replace("months: 3", "moths: 3")
    with pytest.raises(SpecError) as error:
        read(write(tmp_path, text))
    assert len(str(error.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a config is a mapping of keys to values, not nothing"),
        ("- 1\n", "not a list"),
        ("extends: nowhere.yaml\n", "nowhere.yaml: no such config"),
        ("extends: 5\n", "given 5, allowed: the path of another config"),
        ("extends: market.yaml\n", "extends itself: market.yaml -> market.yaml"),
    ],
)
def test_what_is_no_config_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SpecError, match=r"market\.yaml|nowhere") as error:
        read(write(tmp_path, text))
    assert words in str(error.value)


def test_a_missing_file_suggests_a_near_one(tmp_path: Path) -> None:
    write(tmp_path, SMALL)
    with pytest.raises(SpecError, match=r"did you mean 'market\.yaml'\?"):
        read(tmp_path / "markt.yaml")
    with pytest.raises(SpecError, match="did you mean 'telecom'"):
        read("telcom")


def test_binary_and_folders_are_no_configs(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(SpecError, match="not a text file in UTF-8"):
        read(tmp_path / "x.yaml")
    with pytest.raises(SpecError, match="given a folder"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("run.mnths", 3, "run.mnths: unknown key; did you mean 'months'?"),
        ("firms.2.price", 3, "firms.2: given place '2', allowed: 0 to 1"),
        ("firms.x.price", 3, "firms.x: given place 'x', allowed: 0 to 1"),
        ("run.months.days", 3, "run.months has no keys inside"),
        ("mechanisms.ladder.supporter_trust", 0.9, "trust has to rise with the rung"),
        ("mechanisms.trust.build_rate", 0.5, "trust is slower to build than to lose"),
        ("customers.network.kind", "file", "kind 'file' and the key 'file' go together"),
        ("market.credit", 1, "given 1, allowed: true or false"),
    ],
)
def test_a_bad_override_is_named(path: str, value: Any, words: str) -> None:
    with pytest.raises(SpecError) as error:
        override(starter(), {path: value})
    assert words in str(error.value)


def test_a_strategy_is_checked_when_a_config_is_loaded(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL.replace("kind: defensive", "kind: defensve"))
    with pytest.raises(StrategyError, match=r"firms\.1\.strategy\.kind.*did you mean 'defensive'"):
        relsim.load(path)
    with pytest.raises(StrategyError, match=r"retention_shar: unknown key"):
        relsim.load(write(tmp_path, SMALL), {"firms.0.strategy.retention_shar": 0.2})


def test_specs_are_frozen() -> None:
    with pytest.raises(Exception, match="not changed in place"):
        starter().run.months = 3


def test_assignments_are_yaml() -> None:
    assert parse_assignment("a.b=[1, x]") == ("a.b", [1, "x"])
    with pytest.raises(SpecError, match="allowed: KEY=VALUE"):
        parse_assignment("a.b")


def test_the_hash_knows_what_decides_a_run(tmp_path: Path) -> None:
    spec = starter()
    assert spec_hash(spec) == spec_hash(starter())
    assert spec_hash(spec) != spec_hash(override(spec, {"firms.0.price": 31.0}))
    edges = write(tmp_path, "0 1\n", "edges.txt")
    with_file = override(spec, {"customers.network.kind": "random"}).model_dump() | {
        "customers": {"network": {"kind": "file", "file": str(edges)}}
    }
    one = spec_hash(MarketSpec.model_validate(with_file))
    edges.write_text("1 2\n")
    assert spec_hash(MarketSpec.model_validate(with_file)) != one
