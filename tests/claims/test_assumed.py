"""The check of what is assumed: what is moved, how far, and what is left alone."""

from pathlib import Path

import numpy as np
import pytest

from relsim.claims.assumed import _changes, assumed_keys, check_of
from relsim.claims.config import Claim, read_claim
from relsim.lab.design.points import POINT
from relsim.spec import MarketSpec
from relsim.spec.explain import entries
from tests.claims.conftest import Data, written


def test_numbers_are_moved_from_half_to_one_and_a_half_within_bounds(claim: Claim) -> None:
    study = claim.readings["pays"].study
    check = check_of(study, 16, 2)
    assert check is not None
    design = check.study.design
    assert design.index.name == POINT
    assert len(design) == 16
    assert check.dropped > 0  # thresholds of trust out of order make no market
    trust = study.markets[0].mechanisms.trust.build_rate
    moved = design["mechanisms.trust.build_rate"] / trust
    assert moved.between(0.5, 1.5).all()
    assert moved.min() < 0.75
    assert moved.max() > 1.25
    by_key = {entry.path: entry for entry in entries(MarketSpec)}
    assert all(by_key[key].source == "assumed" for key in check.keys)
    assert "mechanisms.experience.complaint_rate" not in check.keys  # it has a source
    markets = [check.study.market(point, "keep") for point in range(16)]
    assert len({market.mechanisms.trust.build_rate for market in markets}) == 16
    assert isinstance(markets[0].mechanisms.buying.discount_months, int)


def test_the_scope_stays_at_its_centre(claim: Claim) -> None:
    check = check_of(claim.readings["pays"].study, 4, 2)
    assert check is not None
    market = check.study.market(0, "half")
    assert market.market.annual_turnover == pytest.approx(0.055)
    assert market.firms[0].switching_cost == pytest.approx(0.5)
    assert market.market.customers == 300


def test_what_the_reading_sets_is_not_moved(tmp_path: Path, data: Data) -> None:
    experiment = data["readings"]["pays"]["experiment"]
    experiment["settings"]["mechanisms.trust.build_rate"] = 0.05
    experiment["arms"]["keep"]["mechanisms.choice.price_weight"] = 2.0
    key = "mechanisms.reconsider.base_hazard"
    experiment["uncertainties"].append({"key": key, "low": 0.1, "high": 0.9})
    study = read_claim(written(tmp_path, data)).readings["pays"].study
    keys = set(assumed_keys(study))
    assert len(keys) > 30
    assert not keys & {"mechanisms.trust.build_rate", "mechanisms.choice.price_weight", key}


def test_several_markets_share_the_changes(tmp_path: Path, data: Data) -> None:
    data["readings"]["pays"]["experiment"]["base"] = ["telecom", "grocery"]
    study = read_claim(written(tmp_path, data)).readings["pays"].study
    check = check_of(study, 7, 2)
    assert check is not None
    counts = check.study.design["base"].value_counts()
    assert counts.to_dict() == {"telecom": 4, "grocery": 4}
    assert np.isfinite(check.study.design.drop(columns="base").to_numpy(dtype=float)).all()


def test_another_key_moves_no_value(claim: Claim) -> None:
    study = claim.readings["pays"].study
    keys = assumed_keys(study)
    market = study.markets[0]
    whole, few = _changes(market, keys, 32, 1), _changes(market, keys[5:9], 32, 1)
    assert few.equals(whole[list(few)])
    # Every number is spread evenly: one value in each of 32 equal intervals.
    rate = whole["mechanisms.trust.build_rate"] / market.mechanisms.trust.build_rate
    assert sorted(np.floor((rate - 0.5) * 32).astype(int)) == list(range(32))
    assert abs(whole[list(keys)].corr().fillna(0.0).to_numpy()[0, 1]) < 0.6


def test_numbers_of_what_is_switched_off_are_not_drawn(tmp_path: Path, data: Data) -> None:
    study = read_claim(written(tmp_path, data)).readings["pays"].study
    retention = {key for key in assumed_keys(study) if key.startswith("mechanisms.retention.")}
    assert retention == set()
    data["readings"]["pays"]["experiment"]["arms"]["keep"]["mechanisms.retention.rule"] = "own"
    study = read_claim(written(tmp_path, data)).readings["pays"].study
    retention = {key for key in assumed_keys(study) if key.startswith("mechanisms.retention.")}
    assert retention == {"mechanisms.retention.monthly", "mechanisms.retention.concentration"}
