"""A month with the supplier: fit, trouble, experience, satisfaction, trust."""

from relsim.customers.block import (
    FIT,
    MET,
    MOOD_CHANCE,
    ORIENTATION,
    SATISFACTION,
    SUPPLIER,
    TROUBLE,
    TROUBLE_CHANCE,
    TRUST,
)
from relsim.customers.compiled import loop
from relsim.customers.rules import experience as rules
from relsim.customers.rules import relationship
from relsim.customers.scene import Scene, single
from relsim.customers.terms import Term

_FAILURE_RATE, _OFFER = MET[Term.FAILURE_RATE], MET[Term.OFFER]
_RECOVERY, _SERVICE = MET[Term.RECOVERY], MET[Term.SERVICE]


@loop
def fit(s: Scene) -> None:
    """Compare what each customer's supplier offers with what the customer needs."""
    f = s.f
    for c in range(s.n):
        f[FIT + c] = rules.fit(f[ORIENTATION + c], f[_OFFER + c])


@loop
def experience(s: Scene) -> None:
    """Let a block meet trouble or none, feel it, and be satisfied and trust accordingly."""
    f, m, speed = s.f, s.m.experience, s.m.trust
    for c in range(s.n):
        trouble = rules.trouble(
            f[TROUBLE_CHANCE + c], f[_FAILURE_RATE + c], m.complaint_rate, f[_RECOVERY + c]
        )
        unresolved = (trouble == rules.FAILED) | (trouble == rules.COMPLAINED)
        lived = rules.experience(
            f[_SERVICE + c],
            m.fit_weight * f[FIT + c],
            m.severity if unresolved else 0.0,
            m.noise,
            f[MOOD_CHANCE + c],
        )
        satisfaction = relationship.satisfaction_after(f[SATISFACTION + c], lived, m.learning_rate)
        trust = relationship.trust_after(
            f[TRUST + c], satisfaction, speed.build_rate, speed.break_rate
        )
        served = f[SUPPLIER + c] > 0.0
        f[SATISFACTION + c] = single(satisfaction) if served else 0.0
        f[TRUST + c] = single(trust) if served else 0.0
        f[TROUBLE + c] = trouble if served else 0.0
