"""What plans come to: spending, its effects, and the table of terms that customers meet."""

import enum
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from relsim.customers.arithmetic import clip01
from relsim.customers.compiled import Whole, loop
from relsim.customers.rules.choice import either
from relsim.customers.rules.experience import service_level
from relsim.customers.rules.reconsider import GONE, pull_to_stay
from relsim.customers.rules.response import rate_of, spend_response
from relsim.customers.rules.value import TIERS
from relsim.customers.terms import N_TERMS, N_TIERS, Term
from relsim.events.effects import Circumstances
from relsim.firms.budgets import BUDGETS, PLAN_FIELDS, SPENT_FIELDS, Target
from relsim.firms.character import Own, characters
from relsim.firms.quantities import places
from relsim.spec import MarketSpec

Array = npt.NDArray[np.float64]

_N_SPENT = len(SPENT_FIELDS)
_LEAST = 1e-9  # people; where there is nobody, nothing is spent
_RECOVERY, _BRAND = (SPENT_FIELDS.index(name) for name in ("recovery", "brand"))
_RETENTION = np.array([SPENT_FIELDS.index(tier) for tier in TIERS])
_PRICE, _DISCOUNT, _REWARD = (
    PLAN_FIELDS.index(name) for name in ("price", "discount", "referral_reward")
)
_SEEN_CUSTOMERS, _SEEN_DISSATISFIED, _SEEN_SERVICE, _SEEN_CONTRIBUTION = places(
    "customers", "dissatisfied", "service", "running_contribution"
)
_SEEN_DATA, _SEEN_STAFF = places("data", "staff")
_SEEN_TIERS = np.array(places(*(f"tier_{tier}" for tier in TIERS)))


@enum.unique
class Times(enum.IntEnum):
    """What events make of a month, by firm (:class:`relsim.events.effects.Circumstances`)."""

    PRICE = 0
    QUALITY = 1
    SAVED = 2
    PRESENT = 3


_TARGETS = np.array([-1 if budget.whom is None else budget.whom for budget in BUDGETS])
"""For whom each budget is meant; -1 for nobody's but the firm's own."""


@enum.unique
class Reach(enum.IntEnum):
    """Chances that a firm's money reaches somebody."""

    PROSPECTS = 0
    RIVALS = 1
    DISSATISFIED = 2


BOUGHT_FIELDS = (*SPENT_FIELDS, "referral_reward")
"""What has a response with a ceiling: all budgets, and the reward for a recommendation."""
_RATES = {
    **dict.fromkeys(("prospects", "rivals", "dissatisfied"), Own.ACQUISITION_RATE),
    "brand": Own.ACQUISITION_RATE,  # a place: the market's own rate is put there
    **dict.fromkeys(TIERS, Own.CARE_RATE),
    "recovery": Own.RECOVERY_RATE,
    "data": Own.DATA_RATE,
    "staff": Own.STAFF_RATE,
}
_RATE_OF = np.array([_RATES[name] for name in SPENT_FIELDS])

_N_REACHED = len(Reach)
_REACHING = np.array([SPENT_FIELDS.index(reach.name.lower()) for reach in Reach])
"""The budget that reaches each."""


class Rules(NamedTuple):
    """The numbers of the rules that offers go through, alike for all firms."""

    size: float
    reference_price: float
    complaint_rate: float
    care_weight: float
    congestion_weight: float
    care_effect: float
    rival_effect: float
    quality_weight: float
    valuation_error: float
    most_valuable_from: float
    recommend_rate: float
    reward_ceiling: float
    reward_rate: float
    responds: bool  # whether the given retention responds to spending
    retention: float
    retention_ceiling: float
    retention_rate: float
    brand_rate: float  # 0 where awareness is no stock

    @classmethod
    def of(cls, spec: MarketSpec) -> Self:
        """Return the numbers that a market has."""
        m, price = spec.mechanisms, spec.market.reference_price
        return cls(
            size=float(spec.market.customers),
            reference_price=price,
            complaint_rate=m.experience.complaint_rate,
            care_weight=m.experience.care_weight,
            congestion_weight=m.experience.congestion_weight,
            care_effect=m.reconsider.care_effect,
            rival_effect=m.reconsider.rival_effect,
            quality_weight=m.choice.quality_weight,
            valuation_error=m.value_tiers.error,
            most_valuable_from=m.value_tiers.most_valuable_from,
            recommend_rate=m.word_of_mouth.recommend_rate,
            reward_ceiling=m.word_of_mouth.reward_ceiling,
            reward_rate=rate_of(m.word_of_mouth.reward_half_at, price),
            responds=m.retention.rule == "response",
            retention=m.retention.monthly,
            retention_ceiling=m.retention.ceiling,
            retention_rate=rate_of(m.retention.half_at, price),
            brand_rate=rate_of(m.awareness.half_at, price) if m.awareness else 0.0,
        )


class Offers:
    """Turns plans into what customers meet, month by month.

    Parameters
    ----------
    spec : MarketSpec
        The market; what it says of firms and rules is read once.
    """

    def __init__(self, spec: MarketSpec) -> None:
        self.own = characters(spec)
        self._rules = Rules.of(spec)

    def of(self, planned: Array, seen: Array, times: Array) -> tuple[Array, Array]:
        """Return what customers meet and what firms spend.

        Parameters
        ----------
        planned : array of shape (firms, PLAN_FIELDS)
            What firms decided.
        seen : array of shape (firms, FIGURES)
            Their figures of last month.
        times : array of shape (Times, firms)
            What events make of the month (:func:`times_of`).

        Returns
        -------
        table : array of shape (firms + 1, N_TIERS, N_TERMS)
            See :class:`relsim.customers.terms.Term`; row 0 is "no supplier".
        spent : array of shape (firms, SPENT_FIELDS)
            Money.
        """
        return lay_out(self.own, planned, times, seen, self._rules)

    def bought(self, own: Array, paid: Array, seen: Array) -> Array:
        """Return which shares of their responses' ceilings firms buy in a month.

        Parameters
        ----------
        own : array of shape (firms, Own)
            What firms are.
        paid : array of shape (firms, BOUGHT_FIELDS)
            Money: what they spend, and the reward for a recommendation.
        seen : array of shape (firms, FIGURES)
            Their figures of the month before.

        Returns
        -------
        array of shape (firms, BOUGHT_FIELDS)
            From 0 to 1.
        """
        m = self._rules
        people = _people(own, seen, m)[:, _TARGETS]
        people[:, _TARGETS < 0] = seen[:, [_SEEN_CUSTOMERS]]
        rates = own[:, _RATE_OF]
        rates[:, _BRAND] = m.brand_rate
        if m.responds:
            rates[:, _RETENTION] = m.retention_rate
        per_person = rates / np.maximum(people, _LEAST)
        rewarded = np.full((len(own), 1), m.reward_rate)
        with np.errstate(over="ignore", invalid="ignore"):  # what is bought whole may be infinite
            bought: Array = -np.expm1(-paid * np.hstack((per_person, rewarded)))
        return bought


def times_of(now: Circumstances) -> Array:
    """Return what events make of a month, by :class:`Times` and firm."""
    rows = {
        Times.PRICE: now.price,
        Times.QUALITY: now.quality,
        Times.SAVED: now.saved,
        Times.PRESENT: now.present,
    }
    return np.array([rows[time] for time in Times], dtype=np.float64)


@loop
def lay_out(own: Array, planned: Array, times: Array, seen: Array, m: Rules) -> tuple[Array, Array]:
    """Return the table of terms that customers meet this month, and what firms spend.

    Parameters
    ----------
    own : array of shape (firms, Own)
        What firms are.
    planned : array of shape (firms, PLAN_FIELDS)
        Budgets in money, then price, discount and reward for a recommendation.
    times : array of shape (Times, firms)
        What events make of the month.
    seen : array of shape (firms, FIGURES)
        Figures of last month.
    m : Rules
        The numbers of the rules.

    Returns
    -------
    table : array of shape (firms + 1, N_TIERS, N_TERMS)
        Row 0 is "no supplier".
    spent : array of shape (firms, SPENT_FIELDS)
        What is meant for nobody stays in the firm's pocket.
    """
    firms = own.shape[0]
    table = np.zeros((firms + 1, N_TIERS, N_TERMS))
    people = _people(own, seen, m)
    spent = _spending(planned, people)
    reached = _reached(own, spent, people)
    for firm in range(firms):
        pressure, on_dissatisfied = _pressure(reached, firm)
        quality = clip01(own[firm, Own.QUALITY] + times[Times.QUALITY, firm])
        terms = table[firm + 1, 0]
        _offer(terms, own[firm], planned[firm], seen[firm], quality, m)
        terms[Term.REACH_PROSPECTS] = reached[firm, Reach.PROSPECTS]
        terms[Term.REACH_RIVALS] = reached[firm, Reach.RIVALS]
        terms[Term.REACH_DISSATISFIED] = reached[firm, Reach.DISSATISFIED]
        terms[Term.CONQUEST] = m.rival_effect * (on_dissatisfied - pressure)
        terms[Term.RIVALS] = m.rival_effect * pressure
        made_good = _effect(
            own[firm, Own.RECOVERY_CEILING],
            own[firm, Own.RECOVERY_RATE],
            spent[firm, _RECOVERY],
            people[firm, Target.COMPLAINTS],
        )
        terms[Term.RECOVERY] = either(own[firm, Own.RECOVERY_BASE], made_good)
        _happen(terms, times, firm)
        load = seen[firm, _SEEN_SERVICE] / _capacity(own[firm], seen[firm, _SEEN_STAFF], m)
        crowded = m.congestion_weight * max(0.0, load - 1.0)
        for tier in range(N_TIERS):
            mine = table[firm + 1, tier]
            for term in range(N_TERMS):  # a loop compiles faster than an assignment of the whole
                mine[term] = terms[term]
            each = spent[firm, _RETENTION[tier]] / max(people[firm, Target.TIERS + tier], 1.0)
            _care(mine, own[firm], each, quality, pressure, crowded, m)
            if not times[Times.PRESENT, firm] or own[firm, Own.SELLS_ANEW] > 0.0:
                mine[Term.PULL] = GONE
    return table, spent


@loop
def _people(own: Array, seen: Array, m: Rules) -> Array:
    """Return whom each firm can reach, as of last month: (firms, Target and tiers).

    Who bought sale by sale has no supplier to be won from, and is a prospect.
    """
    firms = own.shape[0]
    people = np.zeros((firms, Target.TIERS + N_TIERS))
    served = unhappy = 0.0
    for firm in range(firms):
        kept = 1.0 - own[firm, Own.SELLS_ANEW]
        served += kept * seen[firm, _SEEN_CUSTOMERS]
        unhappy += kept * seen[firm, _SEEN_DISSATISFIED]
    for firm in range(firms):
        mine, kept = seen[firm, _SEEN_CUSTOMERS], 1.0 - own[firm, Own.SELLS_ANEW]
        people[firm, Target.PROSPECTS] = m.size - served
        people[firm, Target.RIVALS] = served - kept * mine
        people[firm, Target.DISSATISFIED] = unhappy - kept * seen[firm, _SEEN_DISSATISFIED]
        people[firm, Target.EVERYBODY] = m.size
        people[firm, Target.COMPLAINTS] = mine * own[firm, Own.FAILURE_RATE] * m.complaint_rate
        for tier in range(N_TIERS):
            people[firm, Target.TIERS + tier] = seen[firm, _SEEN_TIERS[tier]]
    return people


@loop
def _spending(planned: Array, people: Array) -> Array:
    """Return what of the plans finds someone to be spent on."""
    spent = np.zeros((planned.shape[0], _N_SPENT))
    for firm in range(spent.shape[0]):
        for budget in range(_N_SPENT):
            target = _TARGETS[budget]
            if target < 0 or people[firm, target] > 0.0:
                spent[firm, budget] = planned[firm, budget]
    return spent


@loop
def _effect(ceiling: float, rate: float, spend: float, people: float) -> float:
    return spend_response(ceiling, rate, spend / people) if spend > 0.0 else 0.0


@loop
def _reached(own: Array, spent: Array, people: Array) -> Array:
    """Return the chances that each firm reaches a prospect, a rival's customer, an unhappy one."""
    reached = np.zeros((own.shape[0], _N_REACHED))
    for firm in range(own.shape[0]):
        ceiling, rate = own[firm, Own.ACQUISITION_CEILING], own[firm, Own.ACQUISITION_RATE]
        for k in range(_N_REACHED):
            budget = _REACHING[k]
            whom = people[firm, _TARGETS[budget]]
            reached[firm, k] = _effect(ceiling, rate, spent[firm, budget], whom)
    return reached


@loop
def _pressure(reached: Array, place: Whole) -> tuple[float, float]:
    """Return the chance that some rival reaches a firm's customer, and a dissatisfied one."""
    unreached = dissatisfied_unreached = 1.0
    for other in range(reached.shape[0]):
        if other != place:
            reach, more = reached[other, Reach.RIVALS], reached[other, Reach.DISSATISFIED]
            unreached *= 1.0 - reach
            dissatisfied_unreached *= 1.0 - either(reach, more)
    return 1.0 - unreached, 1.0 - dissatisfied_unreached


@loop
def _offer(terms: Array, own: Array, plan: Array, seen: Array, quality: float, m: Rules) -> None:
    """Put in what a firm offers to everyone alike."""
    price, contribution = plan[_PRICE], seen[_SEEN_CONTRIBUTION]
    rewarded = _effect(m.reward_ceiling, m.reward_rate, plan[_REWARD], 1.0)
    terms[Term.FAILURE_RATE] = own[Own.FAILURE_RATE]
    terms[Term.OFFER] = own[Own.OFFER]
    terms[Term.PRICE] = price
    terms[Term.GROSS_MARGIN] = price - own[Own.UNIT_COST]
    terms[Term.SERVICE_COST] = own[Own.SERVICE_COST]
    terms[Term.VALUATION_ERROR] = m.valuation_error * (1.0 - seen[_SEEN_DATA]) * abs(contribution)
    terms[Term.MOST_VALUABLE_FROM] = m.most_valuable_from * max(contribution, 0.0)
    terms[Term.RECOMMEND_RATE] = either(m.recommend_rate, rewarded)
    terms[Term.CONTRACT] = own[Own.CONTRACT_MONTHS]
    terms[Term.SELLS_ANEW] = own[Own.SELLS_ANEW]
    terms[Term.APPEAL] = m.quality_weight * quality
    terms[Term.RELATIVE_PRICE] = price / m.reference_price
    terms[Term.SWITCHING_COST] = own[Own.SWITCHING_COST]
    terms[Term.AWARENESS] = own[Own.AWARENESS]
    terms[Term.DISCOUNT] = plan[_DISCOUNT]
    terms[Term.UNMOVED] = terms[Term.STANDING] = 1.0


@loop
def _happen(terms: Array, times: Array, firm: Whole) -> None:
    """Let events change a firm's terms."""
    if not times[Times.PRESENT, firm]:
        terms[Term.ABSENT] = 1.0
        terms[Term.AWARENESS] = 0.0
        return
    terms[Term.SAVED] = times[Times.SAVED, firm]
    factor = times[Times.PRICE, firm]
    cut = terms[Term.PRICE] * (1.0 - factor)
    if cut != 0.0:
        terms[Term.PRICE] -= cut
        terms[Term.GROSS_MARGIN] -= cut
        terms[Term.RELATIVE_PRICE] *= factor


@loop
def _capacity(own: Array, skill: float, m: Rules) -> float:
    """Return the service units that a firm's staff can do in a month; skill adds to them."""
    capacity: float = own[Own.CAPACITY] * m.size * (1.0 + skill)
    return capacity


@loop
def _care(
    terms: Array,
    own: Array,
    each: float,
    quality: float,
    pressure: float,
    crowded: float,
    m: Rules,
) -> None:
    """Put in what a firm does for a customer of its own on whom it spends ``each``."""
    care = spend_response(own[Own.CARE_CEILING], own[Own.CARE_RATE], each)
    terms[Term.SERVICE] = service_level(quality, m.care_weight, care, crowded)
    terms[Term.PULL] = pull_to_stay(
        m.care_effect, care, own[Own.SWITCHING_COST], m.rival_effect, pressure
    )
    terms[Term.RETENTION] = (
        spend_response(m.retention_ceiling, m.retention_rate, each) if m.responds else m.retention
    )
