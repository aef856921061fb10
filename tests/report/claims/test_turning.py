"""What varies, in which unit, and at how many points a reading holds by it."""

import pandas as pd
import pytest

from relsim.claims.reading import read_claim, shipped_claims
from relsim.report.claims.factors import meaning, unit, unit_in, varied
from relsim.report.claims.turning import turning


def test_counts_on_both_sides_are_all_points() -> None:
    table = pd.DataFrame({"churn": [5.0, 1.0, 4.0, 2.0, 3.0], "holds": [0, 1, 0, 1, 1]})
    assert turning(table, "churn") == "churn: holds at 3 of 3 points up to 3, at 0 of 2 above"


def test_levels_are_told_one_by_one_the_best_first() -> None:
    table = pd.DataFrame({"base": ["a", "b", "b", "c"], "holds": [False, True, True, False]})
    assert turning(table, "base") == (
        "market: holds at 2 of 2 points in b, at 0 of 1 in a, at 0 of 1 in c"
    )


@pytest.mark.parametrize("name", shipped_claims())
def test_every_factor_of_a_claim_has_a_meaning_and_a_range(name: str) -> None:
    spec = read_claim(name).spec.model_dump(mode="json")
    found = varied(spec)
    assert found
    for factor in found:
        assert factor.meaning == meaning(factor.key) != ""
        assert factor.over
        assert 1 <= factor.readings <= len(spec["readings"])


def test_a_range_is_in_the_key_s_unit_or_in_times_the_market_s_own() -> None:
    spec = read_claim("enough-kept").spec.model_dump(mode="json")
    values = {factor.key: factor.over for factor in varied(spec)}
    assert values["market.annual_turnover"] == "0.01 to 0.1 share a year"
    assert values["firms.*.care.rate"] == "0.5 to 2 times the market's own"
    assert unit_in(spec, "size", "turnover") == unit("market.annual_turnover") == "share a year"
    assert unit_in(spec, "size", "no such factor") == unit("nowhere") == meaning("nowhere") == ""
