"""Who goes where: choices carried out, relationships begun, and who leaves the market for good."""

from typing import Any

import numpy as np

from relsim.customers import draws
from relsim.customers.block import (
    BOUND,
    LEAVING,
    LETS_GO,
    MET,
    NEXT_TIER,
    PURCHASES,
    RECOMMENDATIONS,
    RECONSIDER_CHANCE,
    RUNG,
    RUNG_BEFORE,
    SATISFACTION,
    SAYING,
    SUPPLIER,
    TALK_PUSH,
    TENURE,
    TIER,
    TROUBLE,
    TRUST,
)
from relsim.customers.choosers import THROUGH, WHO_SUPPLIER, WINNER
from relsim.customers.compiled import Whole, loop, rule
from relsim.customers.draws import Purpose, uniform
from relsim.customers.newcomers import draw_traits
from relsim.customers.passes.book import book_departure, book_move, book_saved
from relsim.customers.passes.common import meet_terms_of_one
from relsim.customers.rules import choice, departure, reconsider
from relsim.customers.rules import experience as experience_rules
from relsim.customers.rules import value as valuation
from relsim.customers.scene import Scene, single, terms_place
from relsim.customers.terms import Term
from relsim.customers.vectors import pick

LONGEST_TENURE = 65535.0

_PULL, _CONQUEST = MET[Term.PULL], MET[Term.CONQUEST]
_RELATIVE_PRICE = MET[Term.RELATIVE_PRICE]
_CONTRACT = int(Term.CONTRACT)
_RIVALS = int(Term.RIVALS)
_SAVED = int(Term.SAVED)
_ABSENT = int(Term.ABSENT)
_SAVE = int(Purpose.SAVE)
_SELLS_ANEW = int(Term.SELLS_ANEW)


@rule
def new_bound(contract: float) -> float:
    """Return months of contract left when one begins; the last of them lets the customer go.

    Without a contract (one month) there are none.

    Examples
    --------
    >>> new_bound(24.0), new_bound(1.0)
    (24.0, 0.0)
    """
    return contract if contract > 1.0 else 0.0


@rule
def start_relationship(s: Scene, c: Whole, supplier: float) -> None:
    """Set the block's customer c to the first month with a supplier, or to having none (0)."""
    f, start = s.f, s.m.start
    has_one = supplier > 0.0
    tier = valuation.ORDINARY if has_one else 0.0
    at = terms_place(supplier, tier)
    meet_terms_of_one(f, s.terms, c, at)
    f[SUPPLIER + c] = supplier
    f[TIER + c] = tier
    f[NEXT_TIER + c] = tier
    f[BOUND + c] = new_bound(s.terms[at + _CONTRACT])
    f[RUNG_BEFORE + c] = 0.0
    f[TROUBLE + c] = experience_rules.NO_TROUBLE
    f[SATISFACTION + c] = single(start.satisfaction) if has_one else 0.0
    f[TRUST + c] = single(start.trust) if has_one else 0.0
    f[TENURE + c] = 0.0
    f[PURCHASES + c] = 0.0
    f[RECOMMENDATIONS + c] = 0.0


@rule
def sell_anew(s: Scene, c: Whole) -> None:
    """Let the block's customer c, who bought from the same firm again, be new to it.

    What it felt it knows: satisfaction stays.
    """
    f = s.f
    f[RUNG_BEFORE + c] = 0.0
    f[TRUST + c] = single(s.m.start.trust)
    f[TENURE + c] = 0.0
    f[PURCHASES + c] = 0.0
    f[RECOMMENDATIONS + c] = 0.0


@rule
def cause_by_relationship(s: Scene, c: Whole, at: Whole, through: float) -> Whole:
    """Return why the block's customer c leaves; its terms start at ``at`` in the table."""
    f, terms, m = s.f, s.terms, s.m.reconsider
    if (terms[at + _ABSENT] > 0.0) | (terms[at + _SELLS_ANEW] > 0.0):
        return np.int64(departure.GIVEN)
    satisfaction, trust = f[SATISFACTION + c], f[TRUST + c]
    dissatisfied = satisfaction < m.dissatisfied_below
    conquest = f[_CONQUEST + c] if dissatisfied else 0.0
    felt = choice.felt_price(
        f[_RELATIVE_PRICE + c], s.m.choice.price_tolerance, s.m.buying.premium, trust
    )
    sensitivity = np.float64(s.columns.price_sensitivity[s.lo + c])
    push = reconsider.price_push(m.price_effect, sensitivity, felt)
    odds = reconsider.log_odds(
        m.base,
        m.satisfaction_effect,
        satisfaction,
        m.trust_effect,
        trust,
        f[_PULL + c] - conquest - push,
    )
    talk_push = f[TALK_PUSH + c] if s.m.word_of_mouth.opening > 0.0 else 0.0
    trouble = f[TROUBLE + c]
    unresolved = (trouble == experience_rules.FAILED) | (trouble == experience_rules.COMPLAINED)
    return np.int64(
        departure.cause(
            f[RECONSIDER_CHANCE + c],
            odds,
            push,
            terms[at + _RIVALS] + conquest,
            talk_push,
            unresolved | dissatisfied,
            through,
            f[LETS_GO + c] > 0.0,
        )
    )


@rule
def _winner(s: Scene, k: Whole, c: Whole, at: Whole) -> Any:
    """Return where the k-th chooser goes, unless a save keeps it where it was."""
    before, after = s.choosers.state[WHO_SUPPLIER + k], s.choosers.outcome[WINNER + k]
    saved = s.terms[at + _SAVED]
    if (before > 0.0) & (before != after) & (saved > 0.0):
        w0, _, _, _ = draws.words(s.stream, s.lo + c, s.month, _SAVE)
        if uniform(w0) < saved:
            book_saved(s.account, np.int64(before))
            after = before
    return after


@loop
def _move(s: Scene, has_causes: bool, anew: bool) -> None:
    f, terms, r = s.f, s.terms, s.choosers.outcome
    for k in range(np.int64(s.choosers.number[0])):
        c = np.int64(s.choosers.who[k])
        before = s.choosers.state[WHO_SUPPLIER + k]
        at = terms_place(before, f[TIER + c])
        after = _winner(s, k, c, at)
        through = np.int64(r[THROUGH + k])
        book_move(s.account, f, c, np.int64(before), np.int64(after), through)
        if before == after:
            f[BOUND + c] = new_bound(terms[at + _CONTRACT])
            if anew and terms[at + _SELLS_ANEW] > 0.0:
                sell_anew(s, c)
            continue
        if before > 0.0:
            why = np.int64(departure.GIVEN)
            if has_causes:
                why = cause_by_relationship(s, c, at, r[THROUGH + k])
            s.account.causes[np.int64(before), why] += 1.0
        s.columns.came_through[s.lo + c] = through
        start_relationship(s, c, after)


@loop
def with_causes(s: Scene) -> None:
    """Carry out the choices: book who went where and why, start relationships, renew contracts."""
    _move(s, True, False)


@loop
def with_causes_and_anew(s: Scene) -> None:
    """Carry out the choices likewise; who buys again from a firm that sells sale by sale is new."""
    _move(s, True, True)


@loop
def as_given(s: Scene) -> None:
    """Carry out the choices where a given chance is the only cause of leaving."""
    _move(s, False, False)


@loop
def leave_the_market(s: Scene) -> None:
    """Let customers leave the market for good, a newcomer in each one's place; age the rest."""
    f = s.f
    count = pick(f, LEAVING, s.address, s.n)
    for k in range(count):
        c: Any = np.int64(s.address[k])
        book_departure(s.account, f, c)
        start_relationship(s, c, 0.0)
        f[SAYING + c] = 0.0
        f[RUNG + c] = 0.0
        s.columns.came_through[s.lo + c] = np.int64(choice.NOBODY)
    draw_traits(s.columns, s.tables, s.stream, s.address, s.lo, count, s.month)
    for c in range(s.n):
        month_more = 1.0 if f[SUPPLIER + c] > 0.0 else 0.0
        f[TENURE + c] = min(f[TENURE + c] + month_more, LONGEST_TENURE)
