"""A claim tried otherwise: readings alone, and keys held where arms and factors allow it."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relsim.claims.config import read_claim
from relsim.claims.pipeline import Way, command_of, investigate
from relsim.claims.results import check_free
from relsim.claims.variation import Variation
from relsim.errors import OutputError, SpecError
from relsim.spec import parse_assignment
from tests.claims.conftest import tiny, written

Data = dict[str, Any]


def two_readings() -> Data:
    data = tiny()
    other = {**data["readings"]["pays"], "title": "The same, otherwise"}
    data["readings"] = {**data["readings"], "again": other}
    return data


def test_one_reading_is_tested_and_its_interval_is_that_of_all(tmp_path: Path) -> None:
    file = written(tmp_path, two_readings())
    alone, whole = (
        next(iter(investigate([read_claim(file, variation=variation)], Way(tmp_path / name))))
        for name, variation in (("alone", Variation(("again",))), ("whole", None))
    )
    assert [one.verdict.reading for one in alone.judged] == ["again"]
    (again,) = (one for one in whole.judged if one.verdict.reading == "again")
    assert alone.judged[0].details["confidence"] == again.details["confidence"] == 0.975
    assert (alone.judged[0].verdict.low, alone.judged[0].verdict.high) == pytest.approx(
        (again.verdict.low, again.verdict.high)
    )


def test_what_is_held_leaves_the_scope_and_is_the_same_in_every_run(tmp_path: Path) -> None:
    data = tiny()
    factor = data["readings"]["pays"]["experiment"]["uncertainties"][0]
    tried = read_claim(
        written(tmp_path, data), variation=Variation(settings={factor["key"]: factor["low"]})
    )
    study = tried.readings["pays"].study
    assert factor.get("name", factor["key"]) not in study.design
    markets = [study.market(point, arm) for point in study.design.index for arm in study.arms]
    assert {market.market.annual_turnover for market in markets} == {factor["low"]}
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
        (
            Variation(settings={"firms.0.switching_cost": 0.3}),
            r"--set firms\.0\.switching_cost: given, but the scope varies firms\.\*\.switc",
        ),
        (Variation(settings={"run.seed": 7}), r"--set run\.seed: given, allowed: keys of the"),
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
        ('{"quick": false, "tried": "--reading pays"}', "holds the claim tried otherwise"),
        ('{"quick": true, "tried": ""}', "holds a quick look"),
        ('{"file": "other.yaml"}', "results of another claim with that id, of other.yaml"),
        ('{"file": "tiny.yaml", "ours": true}', "results of another claim with that id"),
        ("{}", "results of another claim with that id, made by an earlier relsim"),
    ],
)
@pytest.mark.parametrize("name", ["claim.json", "asked.json"])  # when done, and before any run
def test_results_do_not_take_the_place_of_others(
    tmp_path: Path, name: str, about: str, said: str
) -> None:
    claim = read_claim(written(tmp_path, tiny()))
    folder = tmp_path / "out" / "tiny"
    folder.mkdir(parents=True)
    (folder / name).write_text(about, encoding="utf-8")
    with pytest.raises(OutputError, match=said):
        check_free(tmp_path / "out", [claim], quick=False)


def test_what_moves_along_with_a_factor_does_so_where_it_is_held() -> None:
    variation = Variation(("small",), {"firms.0.share": 0.1})
    market = read_claim("size-decides", variation=variation).readings["small"].study.markets[0]
    assert market.firms[0].share == 0.1
    assert market.firms[0].awareness == pytest.approx(0.1 + 1.5 * 0.1)
    assert market.firms[1].share == pytest.approx(0.3166 - 0.3333 * 0.1)


PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-1e6, 1e6) | st.text("a1.#:~ -")


@given(st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3), max_leaves=4))
def test_a_value_is_read_from_the_command_as_it_was(value: object) -> None:
    words = shlex.split(Variation(settings={"market.key": value}).arguments())
    assert words[0] == "--set"
    assert parse_assignment(words[1]) == ("market.key", value)


@pytest.mark.parametrize("value", ["abc", True, None, [0.1]])
def test_what_moves_along_needs_a_number(value: object) -> None:
    with pytest.raises(
        SpecError, match=r"--set firms\.0\.share: given .*, allowed: a number, with"
    ):
        read_claim("size-decides", variation=Variation(("small",), {"firms.0.share": value}))


@pytest.mark.parametrize(
    ("opposite", "said"),
    [
        ({"reading": "minds"}, "opposite.reading: given 'minds', which is not there"),
        (
            {"settings": {"firms.0.strategy.retention_share": 0.1}},
            r"opposite\.settings: --set firms\.0\.strategy\.retention_share: given for",
        ),
    ],
)
def test_an_opposite_that_cannot_be_tried_is_said(
    tmp_path: Path, opposite: Data, said: str
) -> None:
    whole = {"text": "t", "reading": "pays", "settings": {"market.annual_turnover": 0.0}}
    with pytest.raises(SpecError, match=said):
        read_claim(written(tmp_path, {**tiny(), "opposite": {**whole, **opposite}}))


def test_a_quick_look_sets_the_customers_itself(tmp_path: Path) -> None:
    variation = Variation(settings={"market.customers": 5000})
    with pytest.raises(SpecError, match=r"--set market\.customers: given with --quick"):
        read_claim(written(tmp_path, tiny()), quick=True, variation=variation)
    held = read_claim(written(tmp_path, tiny()), variation=variation).readings["pays"].study
    assert held.markets[0].market.customers == 5000
