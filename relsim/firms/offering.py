"""What plans come to: spending, its effects, and the table of terms that customers meet."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from relsim.customers.rules.choice import either
from relsim.customers.rules.experience import service_level
from relsim.customers.rules.reconsider import pull_to_stay
from relsim.customers.rules.response import spend_response
from relsim.customers.terms import N_TERMS, N_TIERS, Term
from relsim.firms.firm import Firm
from relsim.firms.plan import Plan
from relsim.spec import MarketSpec

Array = npt.NDArray[np.float64]
Standing = Mapping[str, Array]
_NO_TERMS = [0.0] * N_TERMS
_TIERS = range(N_TIERS)
_IN_ORDER = tuple(Term)
_SERVICE, _PULL, _RETENTION = int(Term.SERVICE), int(Term.PULL), int(Term.RETENTION)


@dataclasses.dataclass(frozen=True, slots=True)
class Targets:
    """Whom a firm's money can reach: counts of people."""

    prospects: float
    rivals: float
    dissatisfied: float
    tiers: tuple[float, ...]
    complaints: float


@dataclasses.dataclass(frozen=True, slots=True)
class Spending:
    """What one firm really spends: what is meant for nobody stays in its pocket. Money."""

    prospects: float
    rivals: float
    dissatisfied: float
    retention: tuple[float, ...]
    recovery: float
    data: float
    staff: float

    def row(self) -> list[float]:
        """Return the amounts in the order of ``ledger.SPENT_FIELDS``."""
        offence = (self.prospects, self.rivals, self.dissatisfied)
        return [*offence, *self.retention, self.recovery, self.data, self.staff]


def targets(spec: MarketSpec, standing: Standing) -> list[Targets]:
    """Return whom each firm can reach, as of last month."""
    customers = standing["customers"].tolist()
    dissatisfied = standing["dissatisfied"].tolist()
    tiers = standing["tiers"].tolist()
    served, unhappy = sum(customers), sum(dissatisfied)
    voice = spec.mechanisms.experience.complaint_rate
    return [
        Targets(
            prospects=spec.market.customers - served,
            rivals=served - customers[place],
            dissatisfied=unhappy - dissatisfied[place],
            tiers=tuple(tiers[place]),
            complaints=customers[place] * firm.failure_rate * voice,
        )
        for place, firm in enumerate(spec.firms)
    ]


def spending(plan: Plan, aims: Targets) -> Spending:
    """Return what of a plan finds someone to be spent on."""
    return Spending(
        prospects=plan.prospects if aims.prospects > 0.0 else 0.0,
        rivals=plan.rivals if aims.rivals > 0.0 else 0.0,
        dissatisfied=plan.dissatisfied if aims.dissatisfied > 0.0 else 0.0,
        retention=tuple(
            budget if count > 0.0 else 0.0
            for budget, count in zip(plan.retention, aims.tiers, strict=True)
        ),
        recovery=plan.recovery if aims.complaints > 0.0 else 0.0,
        data=plan.data,
        staff=plan.staff,
    )


def _effect(ceiling: float, rate: float, spend: float, people: float) -> float:
    return spend_response(ceiling, rate, spend / people) if spend > 0.0 else 0.0


def lay_out(
    spec: MarketSpec,
    firms: Sequence[Firm],
    plans: Sequence[Plan],
    spent: Sequence[Spending],
    aims: Sequence[Targets],
    standing: Standing,
) -> Array:
    """Return the table of terms that customers meet this month.

    Returns
    -------
    array of shape (firms + 1, N_TIERS, N_TERMS)
        See :class:`relsim.customers.terms.Term`; row 0 is "no supplier".
    """
    offence = [_offence(firm, out, aim) for firm, out, aim in zip(firms, spent, aims, strict=True)]
    rows = [[_NO_TERMS] * N_TIERS]
    for firm, plan, out, aim in zip(firms, plans, spent, aims, strict=True):
        pressure, on_dissatisfied = _pressure(offence, firm.place)
        shared = _offer(spec, firm, plan, float(standing["contribution"][firm.place]))
        shared |= offence[firm.place]
        shared[Term.CONQUEST] = spec.mechanisms.reconsider.rival_effect * (
            on_dissatisfied - pressure
        )
        shared[Term.RECOVERY] = _recovery(firm, out, aim)
        row = [shared.get(term, 0.0) for term in _IN_ORDER]
        crowded = congestion(spec, firm, float(standing["service"][firm.place]))
        rows.append(
            [_for_tier(row, spec, firm, out, aim, tier, pressure, crowded) for tier in _TIERS]
        )
    return np.array(rows)


def _offence(firm: Firm, out: Spending, aim: Targets) -> dict[Term, float]:
    """Return whom a firm reaches."""
    reach = firm.spec.acquisition
    return {
        Term.REACH_PROSPECTS: _effect(reach.ceiling, reach.rate, out.prospects, aim.prospects),
        Term.REACH_RIVALS: _effect(reach.ceiling, reach.rate, out.rivals, aim.rivals),
        Term.REACH_DISSATISFIED: _effect(
            reach.ceiling, reach.rate, out.dissatisfied, aim.dissatisfied
        ),
    }


def _offer(spec: MarketSpec, firm: Firm, plan: Plan, contribution: float) -> dict[Term, float]:
    """Return what a firm offers to everyone alike."""
    own, m = firm.spec, spec.mechanisms
    price = own.price if plan.price is None else plan.price
    talk = m.word_of_mouth
    rewarded = spend_response(talk.reward_ceiling, talk.reward_rate, plan.referral_reward)
    return {
        Term.FAILURE_RATE: own.failure_rate,
        Term.OFFER: own.offer,
        Term.PRICE: price,
        Term.GROSS_MARGIN: price - own.unit_cost,
        Term.SERVICE_COST: own.service_cost,
        Term.VALUATION_ERROR: m.value_tiers.error * (1.0 - firm.data) * abs(contribution),
        Term.MOST_VALUABLE_FROM: m.value_tiers.most_valuable_from * max(contribution, 0.0),
        Term.RECOMMEND_RATE: either(talk.recommend_rate, rewarded),
        Term.CONTRACT: float(own.contract_months),
        Term.APPEAL: m.choice.quality_weight * own.quality,
        Term.RELATIVE_PRICE: price / spec.market.reference_price,
        Term.SWITCHING_COST: own.switching_cost,
        Term.AWARENESS: own.awareness,
        Term.DISCOUNT: plan.discount,
    }


def _recovery(firm: Firm, out: Spending, aim: Targets) -> float:
    """Return the chance that a complaint is made good."""
    how = firm.spec.recovery
    return either(how.base, _effect(how.ceiling, how.rate, out.recovery, aim.complaints))


def _for_tier(
    row: list[float],
    spec: MarketSpec,
    firm: Firm,
    out: Spending,
    aim: Targets,
    tier: int,
    pressure: float,
    crowded: float,
) -> list[float]:
    """Return a firm's terms with what it does for its own customers of one value tier."""
    own, m = firm.spec, spec.mechanisms
    people, spend = aim.tiers[tier], out.retention[tier]
    care = _effect(own.care.ceiling, own.care.rate, spend, people)
    row = row.copy()
    row[_SERVICE] = service_level(own.quality, m.experience.care_weight, care, crowded)
    row[_PULL] = pull_to_stay(
        m.reconsider.care_effect, care, own.switching_cost, m.reconsider.rival_effect, pressure
    )
    row[_RETENTION] = m.retention.monthly
    if m.retention.rule == "response":
        row[_RETENTION] = _effect(m.retention.ceiling, m.retention.rate, spend, people)
    return row


def _pressure(offence: Sequence[dict[Term, float]], place: int) -> tuple[float, float]:
    """Return the chance that some rival reaches a firm's customer, and a dissatisfied one."""
    unreached = dissatisfied_unreached = 1.0
    for other, terms in enumerate(offence):
        if other != place:
            reach, more = terms[Term.REACH_RIVALS], terms[Term.REACH_DISSATISFIED]
            unreached *= 1.0 - reach
            dissatisfied_unreached *= 1.0 - either(reach, more)
    return 1.0 - unreached, 1.0 - dissatisfied_unreached


def congestion(spec: MarketSpec, firm: Firm, service: float) -> float:
    """Return what workload takes from an experience: ``weight max(0, load - 1)``.

    Load is last month's service units over the staff's capacity, to which skill adds.
    """
    capacity = firm.spec.capacity * spec.market.customers * (1.0 + firm.staff)
    return spec.mechanisms.experience.congestion_weight * max(0.0, service / capacity - 1.0)
