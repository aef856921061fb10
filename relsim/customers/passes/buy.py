"""What a block buys, pays and is served, and in which value tier its firms see it."""

import numpy as np

from relsim.customers import draws
from relsim.customers.block import (
    BASE_SALES,
    BOUND,
    CONTRIBUTION,
    CROSS_SALES,
    DISCOUNTED_SALES,
    EXPECTED_SALES,
    GROWTH_SALES,
    MET,
    NEXT_TIER,
    PREMIUM_SALES,
    PURCHASES,
    SERVICE_DEMAND,
    SERVICE_UNITS,
    SUPPLIER,
    TENURE,
    TIER,
    TRUST,
    USAGE,
)
from relsim.customers.compiled import loop
from relsim.customers.draws import Purpose, uniform
from relsim.customers.rules import purchase, service
from relsim.customers.rules import value as valuation
from relsim.customers.scene import Scene, terms_place
from relsim.customers.terms import Term

_PURCHASE = int(Purpose.PURCHASE)
_GROSS_MARGIN, _PRICE = MET[Term.GROSS_MARGIN], MET[Term.PRICE]
_SERVICE_COST = MET[Term.SERVICE_COST]
_VALUATION_ERROR = MET[Term.VALUATION_ERROR]
_SELLS_ANEW = int(Term.SELLS_ANEW)
_MOST_VALUABLE_FROM = MET[Term.MOST_VALUABLE_FROM]


@loop
def expected(s: Scene) -> None:
    """Book what a block buys under contract: expected quantities."""
    f, m = s.f, s.m.buying
    potential = s.columns.growth_potential[s.lo : s.lo + s.n]
    for c in range(s.n):
        has_one = f[SUPPLIER + c] > 0.0
        usage = f[USAGE + c]
        used = usage if has_one else 0.0
        trust = f[TRUST + c]
        growth = purchase.growth_share(m.volume_growth, np.float64(potential[c]), trust)
        f[BASE_SALES + c] = used
        f[GROWTH_SALES + c] = used * growth
        chance = purchase.cross_sale_chance(m.cross_sale_rate, trust)
        f[CROSS_SALES + c] = used * m.cross_sale_size * chance
        f[EXPECTED_SALES + c] = f[BASE_SALES + c] + f[GROWTH_SALES + c] + f[CROSS_SALES + c]
        f[PURCHASES + c] += 1.0 if has_one else 0.0


@loop
def _count(s: Scene, drops_out: bool) -> None:
    f, m, stream, lo, month = s.f, s.m.buying, s.stream, s.lo, s.month
    retention = s.columns.retention
    potential = s.columns.growth_potential[lo : lo + s.n]
    for c in range(s.n):
        f[BASE_SALES + c] = 0.0
        f[GROWTH_SALES + c] = 0.0
        f[CROSS_SALES + c] = 0.0
        f[EXPECTED_SALES + c] = 0.0
        if f[SUPPLIER + c] == 0.0:
            continue
        trust, usage = f[TRUST + c], f[USAGE + c]
        w0, w1, w2, _ = draws.words(stream, lo + c, month, _PURCHASE)
        more = purchase.growth_share(m.volume_growth, np.float64(potential[c]), trust)
        count = 1.0 * purchase.poisson(uniform(w0), usage * (1.0 + more))
        if drops_out:
            kept = np.float64(retention[lo + c])
            last = purchase.last_purchase(uniform(w2), kept)
            f[BOUND + c] = 1.0 if count >= last else 0.0
            count = min(count, last)
        base = count / (1.0 + more)
        chance = purchase.cross_sale_chance(m.cross_sale_rate, trust)
        crosses = (uniform(w1) < chance) & (count > 0)
        f[EXPECTED_SALES + c] = usage * (1.0 + more + m.cross_sale_size * chance)
        f[BASE_SALES + c] = base
        f[GROWTH_SALES + c] = count - base
        f[CROSS_SALES + c] = usage * m.cross_sale_size if crosses else 0.0
        f[PURCHASES + c] += count


@loop
def counted(s: Scene) -> None:
    """Book what a block buys without contract: whole purchases, a Poisson number of them."""
    _count(s, False)


@loop
def counted_until_dropout(s: Scene) -> None:
    """Book purchases without contract, after each of which a customer may drop out."""
    _count(s, True)


@loop
def pay(s: Scene) -> None:
    """Book premium, discount and service of a block, and review its value tiers."""
    f, m, bought, tiers = s.f, s.m.service, s.m.buying, s.m.value_tiers
    potential = s.columns.growth_potential[s.lo : s.lo + s.n]
    misjudgement = s.columns.misjudgement[s.lo : s.lo + s.n]
    # Who was there at the start was not won by an offer: its tenure is at least the month.
    discount_months = min(bought.discount_months, np.float64(s.month))
    for c in range(s.n):
        served = f[SUPPLIER + c] > 0.0
        tenure = f[TENURE + c]
        quantity = f[BASE_SALES + c] + f[GROWTH_SALES + c] + f[CROSS_SALES + c]
        premium_share = purchase.price_premium(bought.premium, f[TRUST + c])
        premium = quantity * premium_share
        units = service.service_units(f[SERVICE_DEMAND + c], m.learning, tenure, m.learning_months)
        contribution = valuation.contribution(
            f[_GROSS_MARGIN + c], quantity, f[_PRICE + c], premium, f[_SERVICE_COST + c], units
        )
        expected = f[EXPECTED_SALES + c]
        worth = valuation.contribution(
            f[_GROSS_MARGIN + c],
            expected,
            f[_PRICE + c],
            expected * premium_share,
            f[_SERVICE_COST + c],
            units,
        )
        tier = valuation.tier(
            worth,
            f[_VALUATION_ERROR + c],
            np.float64(misjudgement[c]),
            f[_MOST_VALUABLE_FROM + c],
            np.float64(potential[c]),
            tiers.growable_from,
        )
        f[PREMIUM_SALES + c] = premium
        f[DISCOUNTED_SALES + c] = quantity if tenure < discount_months else 0.0
        f[SERVICE_UNITS + c] = units if served else 0.0
        f[CONTRIBUTION + c] = contribution
        f[NEXT_TIER + c] = tier if served else 0.0


@loop
def forget(s: Scene) -> None:
    """Let firms that sell sale by sale see every buyer alike."""
    f, terms = s.f, s.terms
    for c in range(s.n):
        anew = terms[terms_place(f[SUPPLIER + c], f[TIER + c]) + _SELLS_ANEW] > 0.0
        f[NEXT_TIER + c] = valuation.ORDINARY if anew else f[NEXT_TIER + c]
