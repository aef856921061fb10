"""Factors that multiply what is there, and keys that move along with one."""

from pathlib import Path

import pytest

from relsim.errors import SpecError
from relsim.lab.config import Config
from relsim.lab.design.values import values_of
from relsim.lab.runs.study import Study
from relsim.lab.spec import ExperimentSpec, FactorSpec, OutcomeSpec
from relsim.spec import override, starter


def test_a_relative_factor_multiplies_what_every_firm_has() -> None:
    market = override(starter(), {"firms.0.price": 10.0, "firms.1.price": 30.0})
    factor = FactorSpec(key="firms.*.price", low=0.5, high=2.0, relative=True)
    assert values_of(factor, 1.5, market) == {"firms.0.price": 15.0, "firms.1.price": 45.0}


def test_a_key_of_its_own_beats_one_that_moves_along() -> None:
    factor = FactorSpec(key="firms.0.share", low=0.1, high=0.5, also={"firms.*.share": (0.9, -1.0)})
    moved = override(starter(), values_of(factor, 0.3, starter()))
    assert [firm.share for firm in moved.firms] == pytest.approx([0.3, 0.6])


def test_without_relative_the_value_is_set_as_it_is() -> None:
    factor = FactorSpec(key="market.annual_turnover", low=0.0, high=0.2)
    assert values_of(factor, 0.07, starter()) == {"market.annual_turnover": 0.07}


@pytest.mark.parametrize("key", ["firms.7.price", "firms.0.prise", "nowhere"])
def test_nothing_to_multiply_is_an_error_that_names_the_key(key: str) -> None:
    factor = FactorSpec(key=key, low=0.5, high=2.0, relative=True)
    with pytest.raises(SpecError, match=f"{key}: relative: nothing is there"):
        values_of(factor, 1.0, starter())


@pytest.mark.parametrize("key", ["firms.0.name", "market.credit"])
def test_what_is_no_number_cannot_be_multiplied(key: str) -> None:
    factor = FactorSpec(key=key, low=0.5, high=2.0, relative=True)
    with pytest.raises(SpecError, match=f"{key}: relative: given .* allowed: a number"):
        values_of(factor, 1.0, starter())


@pytest.mark.parametrize(
    ("factor", "setting"),
    [
        # It multiplies what the setting says.
        ({"key": "firms.*.price", "low": 0.5, "high": 2.0, "relative": True}, "firms.*.price"),
        # The other firms keep the setting.
        ({"key": "firms.0.price", "low": 10.0, "high": 60.0}, "firms.*.price"),
    ],
)
def test_a_setting_that_is_not_lost_under_a_factor_may_stand(
    factor: dict[str, object], setting: str, tmp_path: Path
) -> None:
    spec = ExperimentSpec(
        base="telecom",
        settings={setting: 30.0},
        uncertainties=(FactorSpec.model_validate(factor),),
        outcomes={"profit": OutcomeSpec(measure="profit")},
    )
    study = Study.of(Config("here", tmp_path, spec))
    prices = {firm.price for firm in study.market(0, "as_is").firms}
    assert 55.0 not in prices  # that of the config, which the setting has taken the place of
    assert 30.0 in prices or (factor.get("relative") and min(prices) >= 15.0)
