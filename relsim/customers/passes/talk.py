"""What a block says about its suppliers, and where on the loyalty ladder it then stands."""

from relsim.customers.block import (
    LEAVE_CHANCE,
    LEAVING,
    MET,
    ORIENTATION,
    PURCHASES,
    RECOMMENDATIONS,
    RUNG,
    SATISFACTION,
    SAYING,
    SUPPLIER,
    TELL_CHANCE,
    TRUST,
)
from relsim.customers.compiled import loop
from relsim.customers.rules import ladder
from relsim.customers.rules import talk as rules
from relsim.customers.scene import Scene
from relsim.customers.terms import Term

MOST_RECOMMENDATIONS = 255.0

_RECOMMEND_RATE = MET[Term.RECOMMEND_RATE]


@loop
def talk(s: Scene) -> None:
    """Let a block talk about its suppliers; it is heard next month."""
    f, m = s.f, s.m.word_of_mouth
    for c in range(s.n):
        supplier = f[SUPPLIER + c]
        word = rules.telling(
            f[TELL_CHANCE + c],
            f[TRUST + c],
            f[SATISFACTION + c],
            m.recommend_trust,
            f[_RECOMMEND_RATE + c],
            m.warn_satisfaction,
            m.warn_rate,
        )
        word = word if supplier > 0.0 else rules.SILENT
        recommends = word == rules.RECOMMENDS
        said = supplier if recommends else supplier + rules.WARNING_OFFSET
        f[SAYING + c] = 0.0 if word == rules.SILENT else said
        acts = f[RECOMMENDATIONS + c] + (1.0 if recommends else 0.0)
        f[RECOMMENDATIONS + c] = min(acts, MOST_RECOMMENDATIONS)


@loop
def climb(s: Scene) -> None:
    """Set the rung of a block; who leaves the market this month steps off the ladder."""
    f, m, attrition = s.f, s.m.ladder, s.m.attrition
    for c in range(s.n):
        stands = ladder.rung(
            f[PURCHASES + c],
            f[TRUST + c],
            f[RECOMMENDATIONS + c],
            f[ORIENTATION + c],
            m.client_purchases,
            m.supporter_trust,
            m.advocate_trust,
            m.advocate_recommendations,
            m.partner_trust,
            m.partner_recommendations,
            m.partner_orientation,
        )
        leaves = f[LEAVE_CHANCE + c] < attrition
        f[LEAVING + c] = 1.0 if leaves else 0.0
        f[RUNG + c] = 0.0 if leaves | (f[SUPPLIER + c] == 0.0) else stands
