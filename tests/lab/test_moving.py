"""Factors that multiply what is there, and keys that move along with one."""

import pytest

from relsim.errors import SpecError
from relsim.lab.moving import check_nothing_overwritten, values_of
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


def experiment(factor: FactorSpec, **parts: object) -> ExperimentSpec:
    outcomes = {"profit": OutcomeSpec(measure="profit")}
    return ExperimentSpec.model_validate(
        {"base": "telecom", "uncertainties": (factor,), "outcomes": outcomes, **parts}
    )


PRICE = FactorSpec(key="firms.*.price", name="price", low=10.0, high=60.0)


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"settings": {"firms.0.price": 20.0}}, "settings.firms.0.price"),
        ({"settings": {"firms.*.price": 20.0}}, r"settings.firms.\*.price"),
        ({"arms": {"as_is": {}, "dear": {"firms.1.price": 70.0}}}, "arms.dear.firms.1.price"),
    ],
)
def test_a_value_that_a_factor_would_overwrite_is_an_error(
    parts: dict[str, object], where: str
) -> None:
    with pytest.raises(SpecError, match=rf"{where}: given together with the factor .*\(price\)"):
        check_nothing_overwritten(experiment(PRICE, **parts))


def test_an_arm_is_overwritten_by_a_relative_factor_too_and_a_setting_is_not() -> None:
    factor = FactorSpec(key="firms.*.price", low=0.5, high=2.0, relative=True)
    check_nothing_overwritten(experiment(factor, settings={"firms.*.price": 20.0}))
    with pytest.raises(SpecError, match=r"arms\.dear\.firms\.0\.price"):
        check_nothing_overwritten(experiment(factor, arms={"dear": {"firms.0.price": 70.0}}))


def test_what_a_factor_sets_for_one_firm_leaves_the_others_their_setting() -> None:
    one = FactorSpec(key="firms.0.price", low=10.0, high=60.0)
    check_nothing_overwritten(experiment(one, settings={"firms.*.price": 20.0}))
