"""Who reopens the choice of its supplier: by the relationship, or by a given chance."""

import numpy as np

from relsim.customers.block import (
    BOUND,
    MET,
    OPEN,
    RECONSIDER_CHANCE,
    SATISFACTION,
    SUPPLIER,
    TALK_PUSH,
    TIER,
    TRUST,
    Floats,
)
from relsim.customers.compiled import loop, rule
from relsim.customers.rules import choice, reconsider
from relsim.customers.rules.talk import WARNING_OFFSET
from relsim.customers.scene import Scene, terms_place
from relsim.customers.terms import Term

_PULL, _CONQUEST = MET[Term.PULL], MET[Term.CONQUEST]
_RELATIVE_PRICE = MET[Term.RELATIVE_PRICE]
_RETENTION = int(Term.RETENTION)
_GONE = reconsider.GONE / 2.0  # whatever mechanisms add to the pull
_ABSENT = int(Term.ABSENT)
_HEARD = int(Term.HEARD)


@loop
def hear(s: Scene) -> None:
    """Let customers whom no contract binds be moved by last month's recommendations of rivals."""
    f, terms, said, opening = s.f, s.terms, s.columns.said, s.m.word_of_mouth.opening
    start, neighbour = s.network.start, s.network.neighbour
    has_network = start.size > 1
    for c in range(s.n):
        supplier, heard = f[SUPPLIER + c], 0.0
        if (supplier > 0.0) & (f[BOUND + c] <= 1.0):
            heard = terms[terms_place(supplier, f[TIER + c]) + _HEARD]
            if has_network:
                i = np.uint64(s.lo + c)
                for edge in range(start[i], start[i + np.uint64(1)]):
                    word = np.int64(said[neighbour[edge]])
                    of_rival = (word > 0) & (word < WARNING_OFFSET) & (word != supplier)
                    heard += 1.0 if of_rival else 0.0
        push = reconsider.talk_push(opening, heard)
        f[TALK_PUSH + c] = push
        f[_PULL + c] -= push


@loop
def by_relationship(s: Scene) -> None:
    """Mark who reconsiders: prospects, and customers by the hazard of their relationship."""
    f, m, tolerance = s.f, s.m.reconsider, s.m.choice.price_tolerance
    premium = s.m.buying.premium
    sensitivity = s.columns.price_sensitivity[s.lo : s.lo + s.n]
    for c in range(s.n):
        satisfaction = f[SATISFACTION + c]
        trust = f[TRUST + c]
        conquest = f[_CONQUEST + c]
        pull = f[_PULL + c] - (conquest if satisfaction < m.dissatisfied_below else 0.0)
        felt = choice.felt_price(f[_RELATIVE_PRICE + c], tolerance, premium, trust)
        push = reconsider.price_push(m.price_effect, np.float64(sensitivity[c]), felt)
        chance = reconsider.hazard(
            m.base, m.satisfaction_effect, satisfaction, m.trust_effect, trust, pull - push
        )
        free = (f[BOUND + c] <= 1.0) | (f[_PULL + c] <= _GONE)
        wants = free & (f[RECONSIDER_CHANCE + c] < chance)
        f[OPEN + c] = 1.0 if (f[SUPPLIER + c] == 0.0) | wants else 0.0


@rule
def _reopens(f: Floats, terms: Floats, c: int, wants: bool) -> float:
    """Return 1 for a prospect, for who wants to choose, and for whose firm is gone; else 0."""
    absent = terms[terms_place(f[SUPPLIER + c], f[TIER + c]) + _ABSENT] > 0.0
    return 1.0 if (f[SUPPLIER + c] == 0.0) | wants | absent else 0.0


@loop
def by_given_chance(s: Scene) -> None:
    """Mark who reconsiders: prospects, and customers that a firm's given retention let go."""
    f, terms = s.f, s.terms
    for c in range(s.n):
        kept = terms[terms_place(f[SUPPLIER + c], f[TIER + c]) + _RETENTION]
        wants = (f[BOUND + c] <= 1.0) & (f[RECONSIDER_CHANCE + c] >= kept)
        f[OPEN + c] = _reopens(f, terms, c, wants)


@loop
def by_own_chance(s: Scene) -> None:
    """Mark who reconsiders: prospects, and customers by a chance that is a trait of each."""
    f, terms, lo, retention = s.f, s.terms, s.lo, s.columns.retention
    for c in range(s.n):
        kept = np.float64(retention[lo + c])
        wants = (f[BOUND + c] <= 1.0) & (f[RECONSIDER_CHANCE + c] >= kept)
        f[OPEN + c] = _reopens(f, terms, c, wants)


@loop
def by_dropping_out(s: Scene) -> None:
    """Mark who reconsiders: prospects, and who dropped out after a purchase.

    Who did has one month left, in which it goes.
    """
    f, terms = s.f, s.terms
    for c in range(s.n):
        f[OPEN + c] = _reopens(f, terms, c, f[BOUND + c] == 1.0)
