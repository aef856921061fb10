"""The choice: those of a block who choose, packed together, compare the firms."""

import numpy as np

from relsim.customers import draws
from relsim.customers.block import (
    OPEN,
    ORIENTATION,
    ROW,
    SATISFACTION,
    SUPPLIER,
    TIER,
    TRUST,
)
from relsim.customers.choosers import (
    CHANCES_A_CALL,
    EARLIEST,
    HEARD_A_FIRM,
    OPTIONS,
    STANDING,
    THROUGH,
    UNMOVED,
    WHO_ORIENTATION,
    WHO_PRICE_SENSITIVITY,
    WHO_SATISFACTION,
    WHO_SUPPLIER,
    WHO_TRUST,
    WINNER,
    padded,
)
from relsim.customers.compiled import loop
from relsim.customers.draws import Purpose, uniform
from relsim.customers.rules import choice
from relsim.customers.rules.experience import fit
from relsim.customers.rules.talk import WARNING_OFFSET
from relsim.customers.scene import FIRM, Scene, terms_place
from relsim.customers.terms import Term
from relsim.customers.vectors import pick, prefetch_entry

_CONSIDER = int(Purpose.CONSIDER)
_TASTE = int(Purpose.TASTE)
_OUTSIDE = int(Purpose.OUTSIDE)
_ABSENT = int(Term.ABSENT)
_APPEAL = int(Term.APPEAL)
_AWARENESS = int(Term.AWARENESS)
_DISCOUNT = int(Term.DISCOUNT)
_OFFER = int(Term.OFFER)
_REACH_DISSATISFIED = int(Term.REACH_DISSATISFIED)
_REACH_PROSPECTS = int(Term.REACH_PROSPECTS)
_REACH_RIVALS = int(Term.REACH_RIVALS)
_RELATIVE_PRICE = int(Term.RELATIVE_PRICE)
_TERM_STANDING = int(Term.STANDING)
_SELLS_ANEW = int(Term.SELLS_ANEW)
_SWITCHING_COST = int(Term.SWITCHING_COST)
_TERM_UNMOVED = int(Term.UNMOVED)


@loop
def gather(s: Scene) -> int:
    """Collect those of a block who choose, and what consideration reads of them.

    Returns how many. The loops over choosers run in whole packs: the last chooser is repeated
    to fill up, and what the repetitions choose is not read.
    """
    f, who, x = s.f, s.choosers.who, s.choosers.state
    count = pick(f, OPEN, who, s.n)
    if s.network.start.size > 1:
        for k in range(count):
            prefetch_entry(s.network.start, s.lo + who[k])
    for k in range(count, padded(count)):
        who[k] = who[count - 1]
    for k in range(padded(count)):
        x[WHO_SUPPLIER + k] = f[SUPPLIER + who[k]]
        x[WHO_SATISFACTION + k] = f[SATISFACTION + who[k]]
        x[OPTIONS + k] = x[WHO_SUPPLIER + k]
    return count


@loop
def listen(s: Scene, firms: int, count: int) -> None:
    """Let the choosers hear what the market and their neighbours said last month."""
    terms, heard, said, m = s.terms, s.choosers.heard, s.columns.said, s.m.word_of_mouth
    start, neighbour = s.network.start, s.network.neighbour
    lo, who = s.lo, s.choosers.who
    has_network = start.size > 1
    if has_network:
        for k in range(count):
            i = np.uint64(lo + who[k])
            prefetch_entry(neighbour, start[i])
            prefetch_entry(neighbour, start[i + np.uint64(1)])
    for g in range(firms):
        unmoved = terms[(g + 1) * FIRM + _TERM_UNMOVED]
        standing = terms[(g + 1) * FIRM + _TERM_STANDING]
        row = g * HEARD_A_FIRM
        for k in range(padded(count)):
            heard[row + UNMOVED + k] = unmoved
        for k in range(padded(count)):
            heard[row + STANDING + k] = standing
    if not has_network:
        return
    for k in range(count):
        i = np.uint64(lo + who[k])
        for edge in range(start[i], start[i + np.uint64(1)]):
            word = np.int64(said[neighbour[edge]])
            if word >= WARNING_OFFSET:
                heard[(word - WARNING_OFFSET - 1) * HEARD_A_FIRM + STANDING + k] *= 1.0 - m.warning
            elif word > 0:
                heard[(word - 1) * HEARD_A_FIRM + UNMOVED + k] *= 1.0 - m.persuasion


@loop
def draw_for_four(s: Scene, purpose: int, count: int) -> None:
    """Draw the choosers' random numbers with four firms at once."""
    u, who, stream, lo, month = s.choosers.chances, s.choosers.who, s.stream, s.lo, s.month
    for k in range(count):
        w0, w1, w2, w3 = draws.words(stream, lo + who[k], month, purpose)
        u[k] = uniform(w0)
        u[ROW + k] = uniform(w1)
        u[2 * ROW + k] = uniform(w2)
        u[3 * ROW + k] = uniform(w3)


@loop
def consider(s: Scene, g: int, count: int, incumbent: float) -> None:
    """Settle which choosers consider firm g, and through what; its own through ``incumbent``."""
    terms, x, h, u = s.terms, s.choosers.state, s.choosers.heard, s.choosers.chances
    ways, dissatisfied_below = s.choosers.ways, s.m.reconsider.dissatisfied_below
    row = g * FIRM
    awareness = terms[row + _AWARENESS]
    reach_prospects, reach_rivals = terms[row + _REACH_PROSPECTS], terms[row + _REACH_RIVALS]
    reach_dissatisfied = choice.either(reach_rivals, terms[row + _REACH_DISSATISFIED])
    absent = terms[row + _ABSENT] > 0.0
    own_way = choice.NOBODY if absent else incumbent
    chance_row = (g - 1) % CHANCES_A_CALL * ROW
    unmoved = (g - 1) * HEARD_A_FIRM + UNMOVED
    standing = (g - 1) * HEARD_A_FIRM + STANDING
    way_row = (g - 1) * ROW
    for k in range(count):
        supplier = x[WHO_SUPPLIER + k]
        dissatisfied = x[WHO_SATISFACTION + k] < dissatisfied_below
        reach = reach_dissatisfied if dissatisfied else reach_rivals
        reach = reach_prospects if supplier == 0.0 else reach
        way = choice.considered_through(
            u[chance_row + k], 1.0 - h[unmoved + k], reach, awareness, h[standing + k]
        )
        way = own_way if (supplier == g) | absent else way
        ways[way_row + k] = way
        x[OPTIONS + k] += way


@loop
def pack(s: Scene, firms: int, count: int) -> int:
    """Keep only the choosers who have something to choose; return how many.

    A prospect who considers nobody stays one, whatever its taste.
    """
    f, x, who, ways = s.f, s.choosers.state, s.choosers.who, s.choosers.ways
    sensitivity = s.columns.price_sensitivity[s.lo : s.lo + s.n]
    kept = 0
    for k in range(count):
        if x[OPTIONS + k] > 0.0:
            who[kept] = who[k]
            x[WHO_SUPPLIER + kept] = x[WHO_SUPPLIER + k]
            for g in range(firms):
                ways[g * ROW + kept] = ways[g * ROW + k]
            kept += 1
    for k in range(kept, padded(kept)):
        who[k] = who[kept - 1]
    for k in range(padded(kept)):
        c = who[k]
        x[WHO_SATISFACTION + k] = f[SATISFACTION + c]
        x[WHO_TRUST + k] = f[TRUST + c]
        x[WHO_PRICE_SENSITIVITY + k] = sensitivity[c]
        x[WHO_ORIENTATION + k] = f[ORIENTATION + c]
    return kept


@loop
def weigh(s: Scene, g: int, count: int) -> None:
    """Let firm g compete for every chooser who considers it."""
    terms, m, x, u = s.terms, s.m.choice, s.choosers.state, s.choosers.chances
    premium = s.m.buying.premium
    ways, r = s.choosers.ways, s.choosers.outcome
    row = g * FIRM
    appeal, offer = terms[row + _APPEAL], terms[row + _OFFER]
    price = terms[row + _RELATIVE_PRICE]
    introductory = price * (1.0 - terms[row + _DISCOUNT])
    switching_cost = terms[row + _SWITCHING_COST]
    chance_row = (g - 1) % CHANCES_A_CALL * ROW
    way_row = (g - 1) * ROW
    for k in range(count):
        trust = x[WHO_TRUST + k]
        own = x[WHO_SUPPLIER + k] == g
        felt = choice.felt_price(price, m.price_tolerance, premium, trust) if own else introductory
        utility = choice.utility(
            appeal,
            m.price_weight,
            x[WHO_PRICE_SENSITIVITY + k],
            felt,
            m.fit_weight,
            fit(x[WHO_ORIENTATION + k], offer),
        )
        bond = choice.relationship_utility(
            m.satisfaction_weight, x[WHO_SATISFACTION + k], m.trust_weight, trust, switching_cost
        )
        arrival = choice.arrival(u[chance_row + k], utility + (bond if own else 0.0))
        earliest, way = r[EARLIEST + k], ways[way_row + k]
        takes = (way != choice.NOBODY) & (arrival < earliest)
        r[EARLIEST + k] = arrival if takes else earliest
        r[WINNER + k] = g if takes else r[WINNER + k]
        r[THROUGH + k] = way if takes else r[THROUGH + k]


@loop
def _release(s: Scene, count: int) -> None:
    """Let buyers of firms that sell sale by sale choose as if they had no supplier."""
    f, terms, who, x = s.f, s.terms, s.choosers.who, s.choosers.state
    for k in range(count):
        supplier = x[WHO_SUPPLIER + k]
        anew = terms[terms_place(supplier, f[TIER + who[k]]) + _SELLS_ANEW] > 0.0
        x[WHO_SUPPLIER + k] = 0.0 if anew else supplier


@loop
def _remember(s: Scene, count: int) -> None:
    """Note again whose customers the choosers are, for those who carry out the choices."""
    f, who, x = s.f, s.choosers.who, s.choosers.state
    for k in range(count):
        x[WHO_SUPPLIER + k] = f[SUPPLIER + who[k]]


@loop
def _choose(s: Scene, incumbent: float, anew: bool) -> None:
    r, who = s.choosers.outcome, s.choosers.who
    firms = s.terms.size // FIRM - 1
    count = gather(s)
    if anew:
        _release(s, padded(count))
    listen(s, firms, count)
    for g in range(1, firms + 1):
        if (g - 1) % CHANCES_A_CALL == 0:
            draw_for_four(s, _CONSIDER + (g - 1) // CHANCES_A_CALL, padded(count))
        consider(s, g, padded(count), incumbent)
    count = pack(s, firms, count)
    stream, lo, month, outside = s.stream, s.lo, s.month, s.m.choice.outside_utility
    for k in range(padded(count)):
        w0, _, _, _ = draws.words(stream, lo + who[k], month, _OUTSIDE)
        r[EARLIEST + k] = choice.arrival(uniform(w0), outside)
        r[WINNER + k] = 0.0
        r[THROUGH + k] = choice.NOBODY
    for g in range(1, firms + 1):
        if (g - 1) % CHANCES_A_CALL == 0:
            draw_for_four(s, _TASTE + (g - 1) // CHANCES_A_CALL, padded(count))
        weigh(s, g, padded(count))
    if anew:
        _remember(s, count)
    s.choosers.number[0] = count


@loop
def among_known_and_own(s: Scene) -> None:
    """Let every chooser take the best of its own supplier and those it considers, or none."""
    _choose(s, choice.INCUMBENT, False)


@loop
def among_known_own_and_anew(s: Scene) -> None:
    """Let every chooser choose likewise; who bought sale by sale has no supplier of its own."""
    _choose(s, choice.INCUMBENT, True)


@loop
def among_others(s: Scene) -> None:
    """Let every chooser take the best of the other firms that it considers, or none."""
    _choose(s, choice.NOBODY, False)
