"""Recommendations that open a choice: who reconsiders, customer by customer, by the closed form."""

from typing import Any

import numpy as np
import pytest
from scipy import special

from relsim.customers.draws import Purpose, uniform, words
from relsim.customers.rules.talk import WARNING_OFFSET
from relsim.market import Market
from relsim.spec import MarketSpec, override, starter

BASE_HAZARD, OPENING, MONTHS = 0.1, 0.8, 6
WORDS = "mechanisms.word_of_mouth"
ALONE: dict[str, Any] = {
    # Nothing but the base and what is heard moves anybody to reconsider; everybody recommends.
    "market.customers": 2_000,
    "customers.start.trust": 0.9,
    "firms.0.contract_months": 4,
    "firms.0.switching_cost": 0.0,
    "firms.1.switching_cost": 0.0,
    "mechanisms.reconsider.base_hazard": BASE_HAZARD,
    "mechanisms.reconsider.satisfaction_effect": 0.0,
    "mechanisms.reconsider.trust_effect": 0.0,
    "mechanisms.reconsider.care_effect": 0.0,
    "mechanisms.reconsider.price_effect": 0.0,
    "mechanisms.reconsider.rival_effect": 0.0,
    f"{WORDS}.recommend_rate": 0.5,
    f"{WORDS}.recommend_trust": 0.1,
    f"{WORDS}.opening": OPENING,
}


def talking(**values: Any) -> MarketSpec:
    return override(starter(), ALONE | values)


def heard(market: Market) -> Any:
    """Return how many recommendations of rivals each customer heard, counted one by one."""
    c, customers = market.customers.columns, market.customers
    if market.spec.customers.network.kind == "mixed":
        recommended = np.bincount(c.said, minlength=256)[1:WARNING_OFFSET] / len(customers)
        of_rivals = recommended.sum() - recommended[c.supplier.astype(int) - 1]
        return market.spec.customers.network.neighbours * of_rivals
    said = c.said.astype(int)
    count = np.zeros(len(customers))
    for i in range(len(customers)):
        told = said[customers.neighbours(i)]
        count[i] = ((told > 0) & (told < WARNING_OFFSET) & (told != c.supplier[i])).sum()
    return count


@pytest.mark.parametrize("kind", ["small_world", "mixed"])
def test_who_reconsiders_is_known_one_by_one(kind: str) -> None:
    market = Market(talking(**{"customers.network.kind": kind})).run(MONTHS)
    c, stream, month = market.customers.columns, market.customers.stream, MONTHS + 1
    chance = special.expit(special.logit(BASE_HAZARD) + OPENING * heard(market))
    u = np.array(
        [uniform(words(stream, i, month, int(Purpose.MONTH))[1]) for i in range(c.supplier.size)]
    )
    opens = (u < chance) & (c.bound <= 1)
    by_base = (u < BASE_HAZARD) & (c.bound <= 1)
    expected = [(opens & (c.supplier == firm)).sum() for firm in (1, 2)]
    assert sum(expected) > 1.3 * (by_base & (c.supplier > 0)).sum(), "it opens choices at all"
    market.run(1)
    np.testing.assert_array_equal(market.columns["reconsidered"][-1], expected)


def test_what_talk_alone_opened_is_lost_by_word_of_mouth() -> None:
    lost = [
        Market(talking(**{f"{WORDS}.opening": opening}))
        .run(MONTHS)
        .columns["lost_by_word_of_mouth"]
        .sum()
        for opening in (0.0, OPENING)
    ]
    assert lost[1] > 1.5 * lost[0] > 0.0


def test_off_is_no_pass() -> None:
    market = Market(talking(**{f"{WORDS}.opening": 0.0}))
    assert not market.customers.setting.talk_opens
    given = talking(**{"mechanisms.retention.rule": "fixed"})
    plain = override(given, {f"{WORDS}.opening": 0.0})
    assert Market(given).run(3).table.equals(Market(plain).run(3).table)
