"""The check of what is assumed: what is moved, how far, and what is left alone."""

from pathlib import Path

import numpy as np
import pytest

from relsim.claims import assumed
from relsim.claims.assumed import _changes, assumed_keys, check_of, unread
from relsim.claims.config import Claim, read_claim
from relsim.lab.design.points import POINT
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter
from relsim.spec.explain import Entry, entries
from relsim.spec.paths import value_at
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
    held = {"mechanisms.retention.rule": "fixed"}
    data["readings"]["pays"]["experiment"]["arms"]["keep"].pop("mechanisms.retention.rule")
    data["readings"]["pays"]["experiment"]["settings"] |= held
    study = read_claim(written(tmp_path, data)).readings["pays"].study
    used = assumed_keys(study)
    assert "mechanisms.retention.monthly" in used
    assert "mechanisms.reconsider.dissatisfied_below" in used
    assert not {"mechanisms.reconsider.trust_effect", "mechanisms.choice.trust_weight"} & set(used)


def test_a_mechanism_that_is_off_has_no_numbers(
    claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = claim.readings["pays"].study
    before = assumed_keys(study)
    off = Entry("mechanisms.not_there.rate", "A rate.", "-", "from 0 to 1", 0.5, "assumed")
    monkeypatch.setattr(assumed, "entries", lambda model: [*entries(model), off])
    assert assumed_keys(study) == before


def outcome(spec: MarketSpec) -> str:
    market = Market(spec).run(8)
    return market.table.to_csv() + market.customers.frame().to_csv()


@pytest.mark.parametrize("rule", assumed._RULES)
def test_what_a_rule_does_not_read_changes_nothing(rule: str) -> None:
    values = {"market.customers": 400, "mechanisms.retention.rule": rule}
    if rule == "dropout":
        values |= {"market.setting": "non_contractual", "firms.*.contract_months": 1}
    if rule == "matrix":
        values["mechanisms.retention.matrix"] = np.full((3, 3), 1 / 3).tolist()
    spec = override(starter(), values)
    moved = {key: 0.5 * value_at(spec, key) for key in unread([rule])}
    assert outcome(override(spec, moved)) == outcome(spec)
    for key in unread(()) - unread([rule]):
        assert outcome(override(spec, {key: 0.5 * value_at(spec, key)})) != outcome(spec), key
