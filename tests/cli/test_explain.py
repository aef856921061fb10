"""``relsim explain`` and ``relsim list``: every key, every strategy, every mechanism."""

import re
from pathlib import Path

import pytest

import relsim
from relsim.cli import completion
from relsim.cli.catalogue import EQUATIONS
from relsim.cli.keys import known, spec_values
from relsim.firms.strategies import BUILT_IN
from relsim.mechanisms.registry import BUILT_IN as MECHANISMS
from relsim.spec import FirmSpec, Mechanisms, Response
from relsim.spec.events import BY_KIND
from relsim.spec.explain import OWN_SOURCE, REQUIRED, UNSAID, Entry, comments
from relsim.spec.relationship import Relationship
from tests.cli.conftest import Invoke, error_lines

KEYS = [entry for entry in known() if not entry.section]


@pytest.mark.parametrize("entry", KEYS, ids=lambda entry: entry.path)
def test_every_key_is_explained(entry: Entry) -> None:
    assert entry.meaning.endswith(".")
    assert entry.unit
    assert entry.unit != UNSAID
    assert entry.source
    assert entry.source != UNSAID
    assert entry.allowed
    assert (entry.default == REQUIRED) == (entry.source == OWN_SOURCE)


def test_all_keys_are_there() -> None:
    paths = [entry.path for entry in KEYS]
    assert len(paths) == len(set(paths))
    on: dict[str, object] = {f"mechanisms.{name}": {} for name in MECHANISMS}
    policies = set(Relationship.model_fields) & set(MECHANISMS)
    on |= {f"firms.0.relationship.{name}": {} for name in policies}
    on["customers.correlations"] = [{"between": ["usage", "frailty"], "correlation": -0.3}]
    on["firms.0.contract_mix"] = [{"months": 24, "share": 1.0}]
    spec = relsim.load("telecom").with_(on)
    named = {value.entry.path for value in spec_values(spec)}
    configs = {
        path for path in paths if not path.startswith(("strategy.", "events.", "mechanisms.own."))
    }
    assert configs <= named
    for event, model in BY_KIND.items():
        assert {f"events.{event}.{name}" for name in model.model_fields} <= set(paths)
    for strategy, kind in BUILT_IN.items():
        own = {f"strategy.{strategy}.{name}" for name in kind.model_fields}
        assert own <= set(paths)


@pytest.mark.parametrize("key", ["firms.price", "firms.0.price", "price", " firms.17.price "])
def test_a_key_by_any_of_its_names(invoke: Invoke, key: str) -> None:
    words = invoke("explain", key).stdout
    assert words.splitlines()[0] == "firms.price"
    for part in (
        "List price of a unit",
        "money per unit",
        "above 0",
        "required",
        "--set firms.0.p",
    ):
        assert part in words


def test_a_section(invoke: Invoke) -> None:
    words = invoke("explain", "mechanisms.trust").stdout
    assert words.splitlines()[0] == "mechanisms.trust"
    assert "relsim/customers/rules/relationship.py: trust_after" in words
    assert "mechanisms.trust.build_rate" in words
    assert "a month" in words
    assert "from 0 to 1" in words


@pytest.mark.parametrize("kind", BY_KIND)
def test_an_event(invoke: Invoke, kind: str) -> None:
    section = invoke("explain", f"events.{kind}").stdout
    meaning = section.splitlines()[1].strip()
    assert meaning.endswith(".")
    for name in BY_KIND[kind].model_fields:
        assert f"events.{kind}.{name} " in section
    assert re.search(rf"^{kind} +{re.escape(meaning)} ", invoke("list", "events").stdout, re.M)
    assert f"events.{kind}.month" in invoke("explain", "events").stdout


def test_an_event_is_set_as_it_is_explained(invoke: Invoke) -> None:
    words = invoke("explain", "events.save.share").stdout
    assert "--set 'events=[{kind: save, month: MONTH, share: VALUE, ...}]'" in words
    setting = "events=[{kind: save, month: 3, share: 0.1, firm: Keeper}]"
    assert invoke("validate", "telecom", "--set", setting).exit_code == 0


def test_a_correlation_is_set_with_its_pair(invoke: Invoke) -> None:
    words = invoke("explain", "customers.correlations.between").stdout
    setting = "customers.correlations=[{between: [TRAIT, TRAIT], correlation: VALUE}]"
    assert f"--set '{setting}'" in words
    for name in ("TRAIT, TRAIT", "usage, frailty"), ("VALUE", "-0.3"):
        setting = setting.replace(*name)
    assert invoke("validate", "telecom", "--set", setting).exit_code == 0


def test_a_default_with_its_source(invoke: Invoke) -> None:
    words = invoke("explain", "strategy.offensive.budget_share").stdout
    assert "share of revenue" in words
    assert "tefficient 2015" in words
    assert "--set firms.0.strategy.budget_share=VALUE" in words


def test_the_default_of_a_section_goes_before_that_of_its_keys(invoke: Invoke) -> None:
    of_section = FirmSpec.model_fields["care"].default.half_at
    assert of_section != Response.model_fields["half_at"].default
    assert f"default   {of_section}\n" in invoke("explain", "firms.care.half_at").stdout


def test_several_keys_of_one_name(invoke: Invoke) -> None:
    words = invoke("explain", "trust").stdout
    assert "2 keys are called trust" in words
    assert "customers.start.trust" in words
    assert "mechanisms.trust" in words


def test_a_part_of_a_name(invoke: Invoke) -> None:
    words = invoke("explain", "sensitiv").stdout
    assert "customers.segments.price_sensitivity" in words
    assert "customers.segments.price_sensitivity_spread" in words


def test_a_parameter_of_whatever_strategy(invoke: Invoke) -> None:
    words = invoke("explain", "firms.0.strategy.retention_share").stdout
    assert "strategy.offensive.retention_share" in words
    assert "strategy.defensive.retention_share" in words


def rows(words: str) -> dict[str, str]:
    return {line.split()[0]: line for line in words.splitlines() if line.strip()}


def test_a_config_of_relsims(invoke: Invoke) -> None:
    words = invoke("explain", "telecom").stdout
    lines = rows(words)
    values = spec_values(relsim.load("telecom"))
    for value in values:
        assert value.path in lines
        assert ("*" in lines[value.path].split()) == value.differs
    differing = sum(value.differs for value in values)
    assert f"{len(values)} keys; * = {differing} differ from the default." in words


MERGING = """
market: {customers: 10, reference_price: 10.0}
firms:
  - &firm
    name: One
    price: 9.5  # a price list
    unit_cost: 5.0
    contract_months: 24
    failure_rate: 0.03  # measured
    strategy: {kind: offensive, discount: 0.2}
  - <<: *firm
    name: Two  # another
    strategy: {kind: defensive}
"""


def test_a_config_of_ones_own(invoke: Invoke, here: Path) -> None:
    (here / "mine.yaml").write_text(MERGING)
    lines = rows(invoke("explain", "mine.yaml").stdout)

    def cells(path: str) -> list[str]:
        return [cell for cell in re.split(r"\s{2,}", lines[path].strip()) if cell]

    price = ["9.5", "money per unit", "this config: a price list"]
    assert cells("firms.0.price") == ["firms.0.price", *price]
    assert cells("firms.1.price") == ["firms.1.price", *price]
    assert cells("firms.0.name")[1:] == ["One", "-", "this config"]
    assert cells("firms.1.name")[1:] == ["Two", "-", "this config: another"]
    assert cells("firms.1.contract_months")[1:] == ["*", "24", "months", "this config"]
    assert cells("firms.0.failure_rate")[-1] == "this config: measured"
    assert "Goodman" in cells("mechanisms.experience.complaint_rate")[-1]
    assert cells("firms.0.strategy.discount")[1:3] == ["*", "0.2"]
    default = BUILT_IN["defensive"].model_fields["discount"].default
    assert cells("firms.1.strategy.discount")[1] == str(default)


def test_a_config_that_is_a_file(invoke: Invoke, here: Path) -> None:
    (here / "mine.yaml").write_text("extends: telecom\nset: {firms.2.strategy.discount: 0.25}\n")
    lines = rows(invoke("explain", "mine.yaml").stdout)
    assert lines["firms.2.strategy.discount"].split()[1:3] == ["*", "0.25"]


BASE = """
market: {customers: 10, reference_price: 1.0}  # of the base
currency: EUR # of the base
notes: |
  A text # and no comment
  of two lines.
run:
  months: 7 # of the base
  seed: 3   # of the base
firms:
  - {name: "A # B", price: 1.0, unit_cost: 0.5, strategy: {kind: offensive}}  # of the base
set:
  run.replication: 4  # set by the base
  firms.0.quality: 0.5  # set by the base
"""
TOP = """
extends: base.yaml
run:
  seed: 5     # of the top
  months: 8
set: {firms.0.quality: 0.6}  # set by the top
"""


def test_comments_are_those_of_the_config_that_has_the_last_word(here: Path) -> None:
    (here / "base.yaml").write_text(BASE)
    (here / "top.yaml").write_text(TOP)
    (here / "other.yaml").write_text("extends: top.yaml\nfirms: []  # of the other\n")
    said = {path: comment for path, comment in comments("top.yaml").items() if comment}
    of_the_base = {
        "market.customers",
        "market.reference_price",
        "currency",
        "firms.0.name",
        "firms.0.price",
        "firms.0.unit_cost",
        "firms.0.strategy.kind",
    }
    assert said == dict.fromkeys(of_the_base, "of the base") | {
        "run.seed": "of the top",
        "run.replication": "set by the base",
        "firms.0.quality": "set by the top",
    }
    assert "firms.0.price" not in comments("other.yaml")
    relsim.load("top.yaml")


# Lists ----------------------------------------------------------------------------------------


def test_configs(invoke: Invoke) -> None:
    lines = rows(invoke("list", "configs").stdout)
    assert "Mobile telephony" in lines["telecom"]
    assert set(relsim.spec.locations.shipped()) <= set(lines)


def test_strategies(invoke: Invoke) -> None:
    lines = rows(invoke("list", "strategies").stdout)
    for name, kind in BUILT_IN.items():
        assert kind.meaning() in lines[name]


def test_mechanisms(invoke: Invoke) -> None:
    lines = rows(invoke("list", "mechanisms").stdout)
    package = Path(relsim.__file__).parents[1]
    assert set(EQUATIONS) == set(Mechanisms.model_fields) - {"own"}
    assert "how customers respond to points" in " ".join(lines["loyalty_programme"].split())
    for name, rules in EQUATIONS.items():
        for rule in rules:
            file = rule.__module__.replace(".", "/") + ".py"
            assert file in lines[name]
            assert rule.__name__ in lines[name]
            assert f"def {rule.__name__}(" in (package / file).read_text()


def test_validate(invoke: Invoke) -> None:
    result = invoke(
        "validate", "telecom", "--set", "market.customers=1234", "--set", "run.months=7"
    )
    assert result.exit_code == 0
    assert "telecom: can be run (4 firms, 1,234 customers, 7 months, spec " in result.stdout


def test_validate_experiments_and_claims(invoke: Invoke, here: Path) -> None:
    result = invoke("validate", "offence_defence")
    assert result.stdout.startswith("offence_defence: can be run (2 arms, ")
    result = invoke("validate", "cost-ratio")
    assert result.stdout.startswith("cost-ratio: can be tested (5 readings, ")
    assert invoke("claim", "new", "mine.yaml").exit_code == 0
    assert "mine.yaml: can be tested (1 reading, " in invoke("validate", "mine.yaml").stdout
    (line,) = error_lines(invoke("validate", "mine.yaml", "--set", "firms.0.prise=3"))
    assert "firms.0.prise: unknown key; did you mean 'price'?" in line
    text = (here / "mine.yaml").read_text().replace("hypothesis:", "hypotesis:")
    (here / "mine.yaml").write_text(text)
    (line,) = error_lines(invoke("validate", "mine.yaml"))
    assert "readings.pays.hypotesis: unknown key; did you mean 'hypothesis'?" in line


# The tab key ----------------------------------------------------------------------------------


def test_completion(here: Path) -> None:
    (here / "tele.yaml").touch()
    (here / "tables.csv").touch()
    (here / "studies").mkdir()
    (here / "studies" / "one.yml").touch()
    assert completion.configs("te") == ["telecom", "tele.yaml"]
    assert completion.configs("st") == ["studies/"]
    assert completion.configs("studies/") == ["studies/one.yml"]
    assert completion.configs("nowhere/") == []
    assert completion.keys("firms.pri") == ["firms.price"]
    assert completion.keys("strategy.conq")[0] == "strategy.conquest"
    assert completion.lists("") == [
        "configs",
        "experiments",
        "claims",
        "strategies",
        "mechanisms",
        "events",
    ]
