"""What a user may get wrong in a claim is one clear sentence."""

from pathlib import Path
from typing import Any

import pytest

from relsim.claims.config import Claim, read_claim
from relsim.errors import SpecError
from relsim.spec.paths import put, split_last, value_at
from tests.claims.conftest import Data, written


def test_arms_are_filled_in(claim: Claim) -> None:
    reading = claim.readings["pays"]
    assert reading.arms == ("keep", "half")
    assert reading.unit == "USD"
    assert list(claim.readings) == ["pays"]


def test_the_value_of_an_arm_needs_no_control(tmp_path: Path, data: Data) -> None:
    pays = data["readings"]["pays"]
    pays["effect"] = {"outcome": "share", "measure": "value", "treatment": "keep"}
    assert read_claim(written(tmp_path, data)).readings["pays"].arms == ("keep", None)


def test_a_quick_look_is_smaller_and_never_larger(tmp_path: Path, data: Data) -> None:
    experiment = data["readings"]["pays"]["experiment"]
    experiment["settings"]["market.customers"] = 9000
    experiment["design"]["points"] = 30
    experiment["replication"] = {"minimum": 5, "maximum": 90, "relative": 0.1}
    study = read_claim(written(tmp_path, data), quick=True).readings["pays"].study
    assert study.markets[0].market.customers == 2000
    assert len(study.design) == 6
    assert study.spec.replication.minimum == 2
    assert not study.spec.replication.sequential
    data["quick"] = {"customers": 99999, "points": 99, "replications": 50}
    study = read_claim(written(tmp_path, data), quick=True).readings["pays"].study
    assert study.markets[0].market.customers == 9000
    assert len(study.design) == 30
    assert study.spec.replication.minimum == 5


def test_a_quick_look_at_several_markets_keeps_two_samples_of_each(
    tmp_path: Path, data: Data
) -> None:
    experiment = data["readings"]["pays"]["experiment"]
    experiment |= {"base": ["telecom", "grocery", "retail-bank"]}
    experiment["levers"] = [
        {"key": "firms.0.strategy.budget_share", "levels": [0.02, 0.05, 0.1, 0.15, 0.2]}
    ]
    study = read_claim(written(tmp_path, data), quick=True).readings["pays"].study
    assert len(study.design) == 3 * 3 * 2
    assert len(set(study.samples)) == 3 * 2
    assert sorted(set(study.design["firms.0.strategy.budget_share"])) == [0.02, 0.1, 0.2]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("titel", "x", "titel: unknown key; did you mean 'title'?"),
        ("readings.pays.efect", {}, "readings.pays.efect: unknown key; did you mean 'effect'?"),
        ("readings.pays.experiment.arns", {}, "arns: unknown key; did you mean 'arms'?"),
        (
            "readings.pays.experiment.uncertainties",
            [],
            "readings.pays.experiment: design.points: given 6, allowed: none, as there are no unc",
        ),
        ("id", "x" * 81, "allowed: small letters, digits and -, 80 of them at most"),
        (
            "readings.pays.experiment.uncertainties",
            [{"key": "firms.0.price", "name": "holds", "low": 1, "high": 2}],
            "uncertainties.0: the name 'holds' is that of a column of relsim's own tables",
        ),
        ("title", "", "title: given '', allowed: a text that is not empty"),
        ("id", "Tiny claim", "id: given the name 'Tiny claim', allowed: "),
        ("readings", {"A b": {"title": "t", "untestable": "u"}}, "readings: given the name 'A b'"),
        ("source.standing", "heard", "source.standing: given 'heard', allowed: "),
        (
            "readings.pays.effect.outcome",
            "proft",
            "readings.pays.effect.outcome: given 'proft', which is not there; "
            "did you mean 'profit'?",
        ),
        (
            "readings.pays.effect.treatment",
            "keeep",
            "readings.pays.effect.treatment: given 'keeep', which is not there; did you mean 'keep",
        ),
        ("readings.pays.effect.treatment", "half", "treatment and control are both 'half'"),
        (
            "readings.pays.hypothesis",
            {},
            "pays.hypothesis.band: missing, allowed: exactly ",
        ),
        (
            "readings.pays.hypothesis",
            {"above": 0, "below": 1},
            "readings.pays.hypothesis.below: given together with above, allowed: exactly one of",
        ),
        (
            "readings.pays.hypothesis",
            {"band": [2, 1]},
            "hypothesis.band: given [2.0, 1.0], allowed:",
        ),
        ("readings.pays.effect", None, "the reading 'Earns more' lacks effect"),
        ("readings.pays.untestable", "no", "untestable: given together with experiment"),
        ("readings.pays.experiment.base", "telecmo", "telecmo: no such config; did you mean 'tele"),
        (
            "readings.pays.experiment.replication.minimum",
            1,
            "readings.pays.experiment.replication.minimum: given 1, allowed: 2 or more",
        ),
        (
            "readings.pays.break_even",
            {"outcome": "profit"},
            "readings.pays.break_even.outcome: given alone, allowed: outcome and per together, or ",
        ),
        ("readings.pays.break_even", {"factor": "turnovr"}, "did you mean 'turnover'?"),
        ("readings.pays.break_even", {"outcome": "profit", "per": "shar"}, "break_even.per: given"),
        (
            "readings.pays.compared_with",
            [{"what": "w", "published": 1.0, "source": "s", "arm": "kept"}],
            "readings.pays.compared_with.0.arm: given 'kept', which is not there; did you mean 'ke",
        ),
        (
            "readings.pays.compared_with",
            [{"what": "w", "published": 1.0, "source": "s", "base": "telcom"}],
            "readings.pays.compared_with.0.base: given 'telcom', which is not there; did you mean "
            "'telecom'?",
        ),
        ("frontier", {"reading": "pay", "x": "cost", "y": "turnover"}, "frontier.reading: given"),
        ("frontier", {"reading": "pays", "x": "cst", "y": "turnover"}, "did you mean 'cost'?"),
    ],
)
def test_faults(tmp_path: Path, data: Data, key: str, value: Any, said: str) -> None:
    put(data, key, value, "test", lambda parts: True)
    if value is None:
        _remove(data, key)
    path = written(tmp_path, data)
    with pytest.raises(SpecError) as caught:
        read_claim(path)
    assert said in str(caught.value)
    assert all(line.startswith(path) for line in str(caught.value).splitlines())


def _remove(data: Data, key: str) -> None:
    around, last = split_last(key)
    del (value_at(data, around) if around else data)[last]


def test_three_arms_need_a_treatment(tmp_path: Path, data: Data) -> None:
    arms = data["readings"]["pays"]["experiment"]["arms"]
    arms["none"] = {"firms.0.strategy.retention_share": 0.0}
    with pytest.raises(SpecError, match="treatment: given nothing, allowed: one of keep, none"):
        read_claim(written(tmp_path, data))


def test_other_configs_are_no_claims(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="telecom: is one of the markets of relsim"):
        read_claim("telecom")
    path = tmp_path / "market.yaml"
    path.write_text("firms: []\n", encoding="utf-8")
    with pytest.raises(SpecError, match="is the config of a market, not of a claim"):
        read_claim(path)
