"""The numbers of the rules in one flat tuple, as the other engines of the comparison read them."""

from typing import NamedTuple

from relsim.customers.population import Customers


class Flat(NamedTuple):
    """Numbers of :class:`relsim.customers.numbers.Numbers`, each with a name of its own."""

    fit_weight: float
    severity: float
    noise: float
    complaint_rate: float
    learning_rate: float
    build_rate: float
    break_rate: float
    start_satisfaction: float
    start_trust: float
    base: float
    price_effect: float
    satisfaction_effect: float
    trust_effect: float
    dissatisfied_below: float
    price_weight: float
    choice_fit_weight: float
    satisfaction_weight: float
    trust_weight: float
    price_tolerance: float
    outside_utility: float
    discount_months: float
    volume_growth: float
    cross_sale_rate: float
    cross_sale_size: float
    premium: float
    learning: float
    learning_months: float
    persuasion: float
    warning: float
    recommend_trust: float
    warn_satisfaction: float
    warn_rate: float
    client_purchases: float
    supporter_trust: float
    advocate_trust: float
    advocate_recommendations: float
    partner_trust: float
    partner_recommendations: float
    partner_orientation: float
    growable_from: float
    turnover: float
    usage_factor: float
    needs: float


_OTHERWISE = {
    "start_satisfaction": "start.satisfaction",
    "start_trust": "start.trust",
    "choice_fit_weight": "choice.fit_weight",
    "turnover": "attrition",
    "usage_factor": "times.usage",
    "needs": "times.needs",
}


def flat(customers: Customers) -> Flat:
    """Return the numbers of the rules of a market, flat.

    Raises
    ------
    ValueError
        If the market has rules that the other engines leave out.
    """
    setting = customers.setting
    if setting.counts_purchases or not setting.follows_relationship:
        raise ValueError("the other engines know contractual markets that follow relationships")
    return Flat(**{name: _value(customers, name) for name in Flat._fields})


def _value(customers: Customers, name: str) -> float:
    if name in _OTHERWISE:
        place: object = customers.numbers
        for part in _OTHERWISE[name].split("."):
            place = getattr(place, part)
        return float(place)  # type: ignore[arg-type]  # a number at the end of the path
    for section in customers.numbers:
        if hasattr(section, name):
            return float(getattr(section, name))
    raise ValueError(f"the rules have no number {name!r}")
