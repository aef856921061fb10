"""What varies, in which unit, and at how many points a reading holds by it."""

import pandas as pd
import pytest

from relsim.claims.config import read_claim, shipped_claims
from relsim.lab.spec import FactorSpec
from relsim.report.claims.factors import meaning, unit, unit_in, varied
from relsim.report.claims.turning_points import turning


def test_counts_on_both_sides_are_all_points() -> None:
    table = pd.DataFrame({"churn": [5.0, 1.0, 4.0, 2.0, 3.0], "holds": [0, 1, 0, 1, 1]})
    assert turning(table, "churn") == "churn: holds in 3 of 3 conditions up to 3, in 0 of 2 above"


def test_levels_are_told_one_by_one_the_best_first() -> None:
    table = pd.DataFrame({"base": ["a", "b", "b", "c"], "holds": [False, True, True, False]})
    assert turning(table, "base") == (
        "market: holds in 2 of 2 conditions in b, in 0 of 1 in a, in 0 of 1 in c"
    )


@pytest.mark.parametrize("name", shipped_claims())
def test_every_factor_of_a_claim_has_a_meaning_and_a_range(name: str) -> None:
    spec = read_claim(name).spec.model_dump(mode="json")
    found = varied(spec, set(spec["readings"]))
    assert found
    for factor in found:
        assert meaning(factor.key)
        assert factor.meaning.startswith(meaning(factor.key))
        assert factor.over
        assert 1 <= factor.readings <= len(spec["readings"])


def test_a_number_that_is_mostly_the_highest_is_cut_below_it_and_nothing_is_lost() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, float("nan")]
    table = pd.DataFrame({"n": values, "holds": [True] * 5 + [False] * 6})
    assert turning(table, "n") == "n: holds in 4 of 4 conditions up to 4, in 1 of 6 above"


def test_only_factors_of_readings_that_were_tested_are_told() -> None:
    spec = read_claim("size-decides").spec.model_dump(mode="json")
    (size,) = (factor for factor in varied(spec, {"small"}) if factor.name == "size")
    assert size.readings == 1
    assert size.meaning.endswith("Moves along: firms.*.share, firms.0.awareness.")


def test_levels_have_a_unit_too() -> None:
    lever = FactorSpec(key="market.annual_turnover", levels=(0.01, 0.3)).model_dump(mode="json")
    spec = {"readings": {"one": {"experiment": {"levers": [lever]}}}}
    assert varied(spec, {"one"})[0].over == "0.01, 0.3 share a year"


def test_a_range_is_in_the_key_s_unit_or_in_times_the_market_s_own() -> None:
    spec = read_claim("enough-kept").spec.model_dump(mode="json")
    values = {factor.key: factor.over for factor in varied(spec, {"size"})}
    assert values["market.annual_turnover"] == "0.01 to 0.1 share a year"
    assert values["firms.*.care.half_at"] == "0.5 to 2 times the market's own"
    assert unit_in(spec, "size", "turnover") == unit("market.annual_turnover") == "share a year"
    assert unit_in(spec, "size", "no such factor") == unit("nowhere") == meaning("nowhere") == ""
