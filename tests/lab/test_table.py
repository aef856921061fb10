"""Markets that share their samples, and markets that have their own."""

from typing import Any

import pytest

from relsim.errors import SpecError
from relsim.lab.design.points import BASE, SAMPLE
from relsim.lab.design.table import design_of
from relsim.lab.spec import ExperimentSpec


def spec(**design: Any) -> ExperimentSpec:
    return ExperimentSpec.model_validate(
        {
            "base": ("telecom", "grocery"),
            "levers": ({"key": "care", "levels": (1, 2, 3)},),
            "uncertainties": ({"key": "churn", "low": 0.0, "high": 1.0},),
            "design": {"points": 5, **design},
            "outcomes": {"profit": {"measure": "profit"}},
        }
    )


def test_shared_samples_are_the_same_in_every_market() -> None:
    design = design_of(spec())
    assert len(design) == 2 * 3 * 5
    assert design.groupby(SAMPLE)["churn"].nunique().eq(1).all()
    assert design[SAMPLE].nunique() == 5


def test_own_samples_are_one_sample_dealt_out() -> None:
    design = design_of(spec(samples="own"))
    assert len(design) == 2 * 3 * 5
    assert design.index.tolist() == list(range(30))
    assert design.groupby(SAMPLE)["churn"].nunique().eq(1).all()
    assert design.groupby(SAMPLE)[BASE].nunique().eq(1).all()
    assert all(sorted(rows["care"]) == [1, 2, 3] for _, rows in design.groupby([BASE, SAMPLE]))
    # A Latin hypercube still: each tenth of the range once.
    tenths = sorted((design.groupby(SAMPLE)["churn"].first() * 10).astype(int))
    assert tenths == list(range(10))


def test_own_samples_are_for_points_that_stand_for_themselves() -> None:
    with pytest.raises(SpecError, match="samples: given 'own', allowed: with uncertainties: lat"):
        design_of(spec(samples="own", uncertainties="morris"))
