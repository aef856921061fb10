"""What plans come to: spending, its effects, and the table of terms that customers meet."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from relsim.customers.rules.choice import either
from relsim.customers.rules.experience import service_level
from relsim.customers.rules.reconsider import pull_to_stay
from relsim.customers.rules.response import spend_response
from relsim.customers.terms import N_TIERS, Term, empty_table
from relsim.firms.firm import Firm
from relsim.firms.plan import Plan
from relsim.spec import MarketSpec

Array = npt.NDArray[np.float64]
Standing = Mapping[str, Array]


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

    @property
    def acquisition(self) -> float:
        """All offence."""
        return self.prospects + self.rivals + self.dissatisfied


@dataclasses.dataclass(frozen=True, slots=True)
class Targets:
    """Whom a firm's money can reach: counts of people."""

    prospects: float
    rivals: float
    dissatisfied: float
    tiers: tuple[float, ...]
    complaints: float


def targets(spec: MarketSpec, standing: Standing, place: int) -> Targets:
    """Return whom the firm at this place can reach, as of last month."""
    firm = spec.firms[place]
    customers = standing["customers"]
    dissatisfied = standing["dissatisfied"]
    own = float(customers[place])
    return Targets(
        prospects=float(spec.market.customers - customers.sum()),
        rivals=float(customers.sum()) - own,
        dissatisfied=float(dissatisfied.sum() - dissatisfied[place]),
        tiers=tuple(float(n) for n in standing["tiers"][place]),
        complaints=own * firm.failure_rate * spec.mechanisms.experience.complaint_rate,
    )


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
    return spend_response(ceiling, rate, spend / people) if people > 0.0 else 0.0


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
    table = empty_table(len(firms))
    for firm, plan, out, aim in zip(firms, plans, spent, aims, strict=True):
        row = table[firm.place + 1]
        _lay_out_offence(row, firm, plan, out, aim)
        _lay_out_offer(row, spec, firm, plan, standing)
    for firm, out, aim in zip(firms, spent, aims, strict=True):
        _lay_out_defence(table, spec, firm, out, aim, standing)
    return table


def _lay_out_offence(row: Array, firm: Firm, plan: Plan, out: Spending, aim: Targets) -> None:
    reach = firm.spec.acquisition
    row[:, Term.REACH_PROSPECTS] = _effect(
        reach.ceiling, reach.rate, out.prospects, aim.prospects
    )
    row[:, Term.REACH_RIVALS] = _effect(reach.ceiling, reach.rate, out.rivals, aim.rivals)
    row[:, Term.REACH_DISSATISFIED] = _effect(
        reach.ceiling, reach.rate, out.dissatisfied, aim.dissatisfied
    )
    row[:, Term.AWARENESS] = firm.spec.awareness
    row[:, Term.DISCOUNT] = plan.discount


def _lay_out_offer(
    row: Array, spec: MarketSpec, firm: Firm, plan: Plan, standing: Standing
) -> None:
    own, m = firm.spec, spec.mechanisms
    price = own.price if plan.price is None else plan.price
    row[:, Term.PRICE] = price
    row[:, Term.RELATIVE_PRICE] = price / spec.market.reference_price
    row[:, Term.GROSS_MARGIN] = price - own.unit_cost
    row[:, Term.SERVICE_COST] = own.service_cost
    row[:, Term.APPEAL] = m.choice.quality_weight * own.quality
    row[:, Term.OFFER] = own.offer
    row[:, Term.FAILURE_RATE] = own.failure_rate
    row[:, Term.SWITCHING_COST] = own.switching_cost
    row[:, Term.CONTRACT] = own.contract_months
    talk = m.word_of_mouth
    row[:, Term.RECOMMEND_RATE] = either(
        talk.recommend_rate,
        spend_response(talk.reward_ceiling, talk.reward_rate, plan.referral_reward),
    )
    mean = float(standing["contribution"][firm.place])
    row[:, Term.MOST_VALUABLE_FROM] = m.value_tiers.most_valuable_from * max(mean, 0.0)
    row[:, Term.VALUATION_ERROR] = m.value_tiers.error * (1.0 - firm.data) * abs(mean)


def _lay_out_defence(
    table: Array, spec: MarketSpec, firm: Firm, out: Spending, aim: Targets, standing: Standing
) -> None:
    own, m, row = firm.spec, spec.mechanisms, table[firm.place + 1]
    pressure, pressure_dissatisfied = _pressure(table, firm.place + 1)
    crowded = congestion(spec, firm, float(standing["service"][firm.place]))
    recovery = own.recovery
    made_good = either(
        recovery.base, _effect(recovery.ceiling, recovery.rate, out.recovery, aim.complaints)
    )
    for tier in range(N_TIERS):
        people, money = aim.tiers[tier], out.retention[tier]
        care = _effect(own.care.ceiling, own.care.rate, money, people)
        row[tier, Term.SERVICE] = service_level(
            own.quality, m.experience.care_weight, care, crowded
        )
        row[tier, Term.RECOVERY] = made_good
        row[tier, Term.PULL] = pull_to_stay(
            m.reconsider.care_effect,
            care,
            own.switching_cost,
            m.reconsider.rival_effect,
            pressure,
        )
        row[tier, Term.RETENTION] = _given_retention(spec, money, people)
    row[:, Term.CONQUEST] = m.reconsider.rival_effect * (pressure_dissatisfied - pressure)


def _given_retention(spec: MarketSpec, money: float, people: float) -> float:
    """Return the retention that the special cases of section "retention" give a tier."""
    retention = spec.mechanisms.retention
    if retention.rule == "response":
        return _effect(retention.ceiling, retention.rate, money, people)
    return retention.monthly


def _pressure(table: Array, row: int) -> tuple[float, float]:
    """Return the chance that some rival reaches a firm's customer, and a dissatisfied one."""
    unreached = dissatisfied_unreached = 1.0
    for other in range(1, table.shape[0]):
        if other != row:
            reach = float(table[other, 0, Term.REACH_RIVALS])
            more = float(table[other, 0, Term.REACH_DISSATISFIED])
            unreached *= 1.0 - reach
            dissatisfied_unreached *= 1.0 - either(reach, more)
    return 1.0 - unreached, 1.0 - dissatisfied_unreached


def congestion(spec: MarketSpec, firm: Firm, service: float) -> float:
    """Return what workload takes from an experience: ``weight max(0, load - 1)``.

    Load is last month's service units over the staff's capacity, to which skill adds.
    """
    capacity = firm.spec.capacity * spec.market.customers * (1.0 + firm.staff)
    return spec.mechanisms.experience.congestion_weight * max(0.0, service / capacity - 1.0)
