"""What decides in the scope of the claim five-percent, where it is known."""

import numpy as np
import pandas as pd
import pytest

from experiments.five_percent_scope import OUTCOMES, indices, scope
from experiments.five_percent_scope_figure import draw_scope
from relsim.claims.config import read_claim
from relsim.lab.runs.study import Study


@pytest.fixture(scope="module")
def study() -> Study:
    return scope(rows=128, replications=2, bases=["telecom", "retail-bank"])


def test_the_scope_is_the_claim_s(study: Study) -> None:
    claimed = read_claim("five-percent").readings["profit-ten-years"].study.spec
    assert study.spec.uncertainties == claimed.uncertainties
    assert study.spec.arms == claimed.arms
    assert set(OUTCOMES) <= set(claimed.outcomes)


def test_a_parameter_that_makes_all_of_the_effect_has_all_of_the_variance(study: Study) -> None:
    """The effect is a plain sum of two parameters: no more than their shares, and no noise."""
    design = study.design
    turnover = (design["turnover"] - 0.055) / 0.09
    discount = (design["discount_rate"] - 0.10) / 0.10
    effect = 0.5 + 0.4 * turnover + 0.2 * discount
    rows = [
        {"point": point, "replication": replication, "arm": arm} | dict.fromkeys(OUTCOMES, value)
        for point in design.index
        for replication in range(2)
        for arm, value in (("as_is", -100.0), ("saved", -100.0 + 100.0 * effect[point]))
    ]
    table = indices(study, pd.DataFrame(rows))
    assert len(table) == 2 * len(OUTCOMES) * 7
    shares = table.groupby("factor")["first"].mean()
    assert shares["turnover"] == pytest.approx(0.8, abs=0.05)
    assert shares["discount_rate"] == pytest.approx(0.2, abs=0.05)
    assert np.abs(shares.drop(["turnover", "discount_rate"])).max() < 0.02
    assert table["mean"].to_numpy() == pytest.approx(effect.mean(), abs=0.02)
    assert table["noise"].abs().max() < 1e-9
    panels = draw_scope(table).axes
    assert [axes.get_title(loc="left") for axes in panels] == list(OUTCOMES.values())
