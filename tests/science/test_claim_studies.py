"""The studies beside the claims, small: their tables against what has to hold."""

import numpy as np
import pytest

from experiments import claim_studies
from experiments.claim_studies_figure import DRAWN


def test_the_average_cost_ratio_does_not_follow_what_a_dollar_reaches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(claim_studies, "SPLITS", (0.5, 0.9))
    monkeypatch.setattr(claim_studies, "REACH_FOR_MONEY", (0.3, 3.0))
    frame = claim_studies.best_split(3000, (1, 2))
    assert frame["ratio"].to_numpy() == pytest.approx(frame["to_win"] / frame["to_keep_a_year"])
    ratios = frame[frame["retention_share"] == 0.5].groupby("reach_for_money")["ratio"].mean()
    # Reach for a dollar differs tenfold, the ratio of averages by less than a fifth.
    assert ratios.max() / ratios.min() < 1.2


def test_those_who_were_recommended_are_like_the_others() -> None:
    frame = claim_studies.referred(20_000, (1, 2))
    use = frame[frame["config"] == "grocery"].groupby("came_by")["usage"].mean()
    assert use["reach"] == pytest.approx(use["awareness"], rel=0.05)
    assert ((frame["kept"] > 0.0) & (frame["kept"] < 1.0)).all()


def test_defence_pays_a_large_firm_more_than_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_studies, "SIZES", (0.05, 0.5))
    monkeypatch.setattr(claim_studies, "FIRMS", (2,))
    gain = claim_studies.size_and_rivals(3000, (1, 2)).groupby("share")["gain"].mean()
    assert gain[0.05] < 0.0 < gain[0.5]


def test_a_newcomer_sinks_deeper_by_deals() -> None:
    trough = claim_studies.risk(2000, (1, 2)).groupby(["config", "way"])["trough"].mean()
    for config in ("telecom", "credit-card"):
        assert trough[config, "transaction"] < trough[config, "relationship"] < 0.0


def test_every_study_has_a_figure() -> None:
    assert set(DRAWN) == set(claim_studies.STUDIES)
    assert np.unique(list(DRAWN)).size == len(DRAWN)
