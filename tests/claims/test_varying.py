"""A claim tried otherwise: readings alone, and keys held where arms and factors allow it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from relsim.claims.conducting import command_of
from relsim.claims.reading import read_claim
from relsim.claims.results import check_free
from relsim.claims.varying import Variation
from relsim.errors import OutputError, SpecError
from tests.claims.conftest import tiny, written

Data = dict[str, Any]


def two_readings() -> Data:
    data = tiny()
    other = {**data["readings"]["pays"], "title": "The same, otherwise"}
    data["readings"] = {**data["readings"], "again": other}
    return data


def test_one_reading_is_tested_and_intervals_stay_those_of_all(tmp_path: Path) -> None:
    file = written(tmp_path, two_readings())
    tried = read_claim(file, variation=Variation(("again",)))
    assert list(tried.readings) == ["again"]
    assert set(tried.spec.readings) == {"pays", "minds", "again"}


def test_what_is_held_leaves_the_scope_and_is_the_same_in_every_run(tmp_path: Path) -> None:
    data = tiny()
    factor = data["readings"]["pays"]["experiment"]["uncertainties"][0]
    tried = read_claim(
        written(tmp_path, data), variation=Variation(settings={factor["key"]: factor["low"]})
    )
    study = tried.readings["pays"].study
    assert factor.get("name", factor["key"]) not in study.design
    assert all(one.key != factor["key"] for one in study.spec.uncertainties)
    whole = read_claim(written(tmp_path, data)).readings["pays"].study
    assert tried.readings["pays"].study.key != whole.key


@pytest.mark.parametrize(
    ("variation", "said"),
    [
        (Variation(("pay",)), r"--reading: given 'pay', which .* has not; did you mean 'pays'\?"),
        (
            Variation(settings={"firms.0.strategy.retention_share": 0.3}),
            r"--set firms\.0\.strategy\.retention_share: given for the reading 'pays', whose arm",
        ),
        (Variation(settings={"firms.*.strategy.retention_share": 0.3}), "whose arm"),
        (Variation(settings={"firms.0.prise": 3}), r"firms\.0\.prise"),
    ],
)
def test_what_cannot_be_tried_is_said(tmp_path: Path, variation: Variation, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        read_claim(written(tmp_path, tiny()), variation=variation)


def test_the_command_says_what_was_tried(tmp_path: Path) -> None:
    variation = Variation(("pays",), {"market.credit": True, "firms.*.price": 12.5})
    name = written(tmp_path, tiny())
    claim = replace(read_claim(name), variation=variation)
    assert command_of(claim, quick=True).endswith(
        "tiny.yaml --reading pays --set market.credit=true --set 'firms.*.price=12.5' --quick"
    )


def test_a_map_whose_factor_is_held_is_not_drawn(tmp_path: Path) -> None:
    claim = read_claim("cost-ratio", variation=Variation(settings={"market.annual_turnover": 0.2}))
    assert claim.spec.frontier is None
    assert claim.spec.readings["shift"].break_even is None
    assert read_claim("cost-ratio", variation=Variation(("shift",))).spec.frontier is not None


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ('{"quick": false, "varied": true}', "holds the claim tried otherwise"),
        ('{"quick": true, "varied": false}', "holds a quick look"),
        ('{"file": "other.yaml"}', "results of another claim with that id, of other.yaml"),
    ],
)
def test_results_do_not_take_the_place_of_others(tmp_path: Path, about: str, said: str) -> None:
    claim = read_claim(written(tmp_path, tiny()))
    folder = tmp_path / "out" / "tiny"
    folder.mkdir(parents=True)
    (folder / "claim.json").write_text(about, encoding="utf-8")
    with pytest.raises(OutputError, match=said):
        check_free(tmp_path / "out", [claim], quick=False)
