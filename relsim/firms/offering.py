"""What plans come to: spending, its effects, and the table of terms that customers meet."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from relsim.circumstances import Circumstances
from relsim.customers.arithmetic import clip01
from relsim.customers.compiled import loop
from relsim.customers.rules.choice import either
from relsim.customers.rules.experience import service_level
from relsim.customers.rules.reconsider import GONE, pull_to_stay
from relsim.customers.rules.response import spend_response
from relsim.customers.terms import N_TERMS, N_TIERS, Term
from relsim.firms.firm import Firm
from relsim.firms.plan import Plan
from relsim.spec import MarketSpec, Mechanisms

Array = npt.NDArray[np.float64]
Standing = Mapping[str, Array]
_NO_TERMS = [0.0] * N_TERMS
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
    now: Circumstances,
) -> Array:
    """Return the table of terms that customers meet this month.

    Returns
    -------
    array of shape (firms + 1, N_TIERS, N_TERMS)
        See :class:`relsim.customers.terms.Term`; row 0 is "no supplier".
    """
    offence = [_offence(firm, out, aim) for firm, out, aim in zip(firms, spent, aims, strict=True)]
    rows = [_NO_TERMS]
    around = []
    for firm, plan, out, aim in zip(firms, plans, spent, aims, strict=True):
        pressure, on_dissatisfied = _pressure(offence, firm.place)
        quality = clip01(firm.spec.quality + now.quality[firm.place])
        shared = _offer(spec, firm, plan, float(standing["contribution"][firm.place]), quality)
        shared |= offence[firm.place]
        shared[Term.CONQUEST] = spec.mechanisms.reconsider.rival_effect * (
            on_dissatisfied - pressure
        )
        shared[Term.RIVALS] = spec.mechanisms.reconsider.rival_effect * pressure
        if spec.events:
            shared |= _times(now, firm.place, shared)
        shared[Term.RECOVERY] = _recovery(firm, out, aim)
        rows.append([shared.get(term, 0.0) for term in _IN_ORDER])
        crowded = congestion(spec, firm, float(standing["service"][firm.place]))
        own = firm.spec
        around.append(
            (own.care.ceiling, own.care.rate, quality, own.switching_cost, pressure, crowded)
        )
    table = np.repeat(np.array(rows)[:, None, :], N_TIERS, axis=1)
    care_for_tiers(
        table,
        np.array([out.retention for out in spent]),
        np.array([aim.tiers for aim in aims]),
        np.array(around),
        _Caring.of(spec.mechanisms),
    )
    for place, present in enumerate(now.present, start=1):
        if not present:
            table[place, :, _PULL] = GONE
    return table


def _times(now: Circumstances, place: int, offered: Mapping[Term, float]) -> dict[Term, float]:
    """Return the terms that events set or change."""
    if not now.present[place]:
        return {Term.ABSENT: 1.0, Term.AWARENESS: 0.0}
    cut = offered[Term.PRICE] * (1.0 - now.price[place])
    if cut == 0.0:
        return {Term.SAVED: now.saved[place]}
    return {
        Term.SAVED: now.saved[place],
        Term.PRICE: offered[Term.PRICE] - cut,
        Term.GROSS_MARGIN: offered[Term.GROSS_MARGIN] - cut,
        Term.RELATIVE_PRICE: offered[Term.RELATIVE_PRICE] * now.price[place],
    }


class _Caring(NamedTuple):
    """The numbers of the rules that care goes through."""

    on_service: float
    on_staying: float
    rival_effect: float
    retention: float
    response: bool
    ceiling: float
    rate: float

    @classmethod
    def of(cls, m: Mechanisms) -> Self:
        kept = m.retention
        return cls(
            m.experience.care_weight,
            m.reconsider.care_effect,
            m.reconsider.rival_effect,
            kept.monthly,
            kept.rule == "response",
            kept.ceiling,
            kept.rate,
        )


@loop
def care_for_tiers(table: Array, spend: Array, people: Array, around: Array, m: _Caring) -> None:
    """Put into the table what each firm does for its own customers of each value tier.

    Parameters
    ----------
    table : array of shape (firms + 1, N_TIERS, N_TERMS)
        Changed in place: service, pull to stay and given retention.
    spend, people : array of shape (firms, N_TIERS)
        Money of the month, and customers whom it is for.
    around : array of shape (firms, 6)
        Ceiling and rate of care, quality, switching cost, rivals' pressure, congestion.
    """
    for firm in range(spend.shape[0]):
        ceiling, care_rate, quality, switching_cost, pressure, crowded = (
            around[firm, 0],
            around[firm, 1],
            around[firm, 2],
            around[firm, 3],
            around[firm, 4],
            around[firm, 5],
        )
        for tier in range(spend.shape[1]):
            each = spend[firm, tier] / max(people[firm, tier], 1.0)
            care = spend_response(ceiling, care_rate, each)
            terms = table[firm + 1, tier]
            terms[_SERVICE] = service_level(quality, m.on_service, care, crowded)
            terms[_PULL] = pull_to_stay(
                m.on_staying, care, switching_cost, m.rival_effect, pressure
            )
            terms[_RETENTION] = (
                spend_response(m.ceiling, m.rate, each) if m.response else m.retention
            )


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


def _offer(
    spec: MarketSpec, firm: Firm, plan: Plan, contribution: float, quality: float
) -> dict[Term, float]:
    """Return what a firm offers to everyone alike."""
    own, m = firm.spec, spec.mechanisms
    price = own.price if plan.price is None else plan.price
    talk = m.word_of_mouth
    rewarded = _effect(talk.reward_ceiling, talk.reward_rate, plan.referral_reward, 1.0)
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
        Term.APPEAL: m.choice.quality_weight * quality,
        Term.RELATIVE_PRICE: price / spec.market.reference_price,
        Term.SWITCHING_COST: own.switching_cost,
        Term.AWARENESS: own.awareness,
        Term.DISCOUNT: plan.discount,
        Term.UNMOVED: 1.0,
        Term.STANDING: 1.0,
    }


def _recovery(firm: Firm, out: Spending, aim: Targets) -> float:
    """Return the chance that a complaint is made good."""
    how = firm.spec.recovery
    return either(how.base, _effect(how.ceiling, how.rate, out.recovery, aim.complaints))


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
