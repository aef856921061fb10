"""The compiled choice: those of a block who choose, packed together, compare the firms."""

import numpy as np
import numpy.typing as npt

from relsim.customers import draws
from relsim.customers.block import (
    OPEN,
    ORIENTATION,
    PRICE_SENSITIVITY,
    ROW,
    SATISFACTION,
    SUPPLIER,
    TRUST,
    Floats,
    Index,
)
from relsim.customers.columns import Columns
from relsim.customers.compiled import loop, rule
from relsim.customers.draws import Luck, Purpose, uniform
from relsim.customers.network import Network
from relsim.customers.rules import choice
from relsim.customers.rules.experience import fit
from relsim.customers.terms import N_TERMS, N_TIERS, Mechanisms, Term

WARNING_OFFSET = 128  # `said` is f when firm f was recommended, 128 + f when warned of
PACK = 16  # customers that a vectorised loop takes a step

# Rows of the choosers' working space, as in `block`.
(
    WHO_SUPPLIER,
    WHO_SATISFACTION,
    WHO_TRUST,
    WHO_PRICE_SENSITIVITY,
    WHO_ORIENTATION,
    OPTIONS,  # more than 0 if there is anything to choose
) = range(0, 6 * ROW, ROW)
CHOOSER_ROWS = 6
# Rows of the outcome: shortest arrival time so far, whose it is, how it was considered.
EARLIEST, WINNER, THROUGH = range(0, 3 * ROW, ROW)
OUTCOME_ROWS = 3
# The random numbers of four firms take a row each, the ways they were considered a row a firm. What
# was heard takes two rows a firm: the chance that no recommendation moved the chooser, and
# what warnings left of the firm's standing.
LUCK_ROWS = 4
HEARD_ROWS = 2

_CONSIDER = int(Purpose.CONSIDER)
_TASTE = int(Purpose.TASTE)
_OUTSIDE = int(Purpose.OUTSIDE)
_FIRM = N_TIERS * N_TERMS
_ABSENT = int(Term.ABSENT)
_APPEAL = int(Term.APPEAL)
_AWARENESS = int(Term.AWARENESS)
_DISCOUNT = int(Term.DISCOUNT)
_OFFER = int(Term.OFFER)
_REACH_DISSATISFIED = int(Term.REACH_DISSATISFIED)
_REACH_PROSPECTS = int(Term.REACH_PROSPECTS)
_REACH_RIVALS = int(Term.REACH_RIVALS)
_RELATIVE_PRICE = int(Term.RELATIVE_PRICE)
_STANDING = int(Term.STANDING)
_SWITCHING_COST = int(Term.SWITCHING_COST)
_UNMOVED = int(Term.UNMOVED)


@rule
def padded(count: int) -> int:
    """Return count rounded up to a whole number of packs.

    Examples
    --------
    >>> [padded(count) for count in (0, 1, 16, 17)]
    [0, 16, 16, 32]
    """
    return (count + PACK - 1) // PACK * PACK


@loop
def gather(f: Floats, x: Floats, index: Index, n: int) -> int:
    """Collect those of a block who choose, and what consideration reads of them.

    Returns how many. The loops over choosers run in whole packs: the last chooser is repeated
    to fill up, and what the repetitions choose is not read.
    """
    count = 0
    for c in range(n):
        index[count] = c
        count += 1 if f[OPEN + c] > 0.0 else 0
    for k in range(count, padded(count)):
        index[k] = index[count - 1]
    for k in range(padded(count)):
        x[WHO_SUPPLIER + k] = f[SUPPLIER + index[k]]
        x[WHO_SATISFACTION + k] = f[SATISFACTION + index[k]]
        x[OPTIONS + k] = x[WHO_SUPPLIER + k]
    return count


@loop
def listen(
    said: npt.NDArray[np.uint8],
    network: Network,
    terms: Floats,
    m: Mechanisms,
    h: Floats,
    index: Index,
    firms: int,
    lo: int,
    count: int,
) -> None:
    """Let the choosers hear what the market and their neighbours said last month."""
    for g in range(firms):
        unmoved, standing = terms[(g + 1) * _FIRM + _UNMOVED], terms[(g + 1) * _FIRM + _STANDING]
        row = g * HEARD_ROWS * ROW
        for k in range(padded(count)):
            h[row + k] = unmoved
        for k in range(padded(count)):
            h[row + ROW + k] = standing
    if network.start.size < 2:
        return
    for k in range(count):
        i = np.uint64(lo + index[k])
        for edge in range(network.start[i], network.start[i + np.uint64(1)]):
            word = np.int64(said[network.neighbour[edge]])
            if word >= WARNING_OFFSET:
                warned = (word - WARNING_OFFSET - 1) * HEARD_ROWS + 1
                h[warned * ROW + k] *= 1.0 - m.warning
            elif word > 0:
                h[(word - 1) * HEARD_ROWS * ROW + k] *= 1.0 - m.persuasion


@loop
def draw_for_four(
    u: Floats, index: Index, luck: Luck, month: int, purpose: int, lo: int, count: int
) -> None:
    """Draw the choosers' random numbers with four firms at once."""
    for k in range(count):
        w0, w1, w2, w3 = draws.words(luck, lo + index[k], month, purpose)
        u[k] = uniform(w0)
        u[ROW + k] = uniform(w1)
        u[2 * ROW + k] = uniform(w2)
        u[3 * ROW + k] = uniform(w3)


@loop
def consider(
    terms: Floats,
    m: Mechanisms,
    x: Floats,
    h: Floats,
    u: Floats,
    ways: Floats,
    g: int,
    count: int,
) -> None:
    """Settle which choosers consider firm g, and through what."""
    row = g * _FIRM
    awareness = terms[row + _AWARENESS]
    reach_prospects, reach_rivals = terms[row + _REACH_PROSPECTS], terms[row + _REACH_RIVALS]
    reach_dissatisfied = choice.either(reach_rivals, terms[row + _REACH_DISSATISFIED])
    absent = terms[row + _ABSENT] > 0.0
    own_way = choice.INCUMBENT if m.follows_relationship and not absent else choice.NOBODY
    luck_row = (g - 1) % 4 * ROW
    unmoved = (g - 1) * HEARD_ROWS * ROW
    standing = unmoved + ROW
    way_row = (g - 1) * ROW
    for k in range(count):
        supplier = x[WHO_SUPPLIER + k]
        dissatisfied = x[WHO_SATISFACTION + k] < m.dissatisfied_below
        reach = reach_dissatisfied if dissatisfied else reach_rivals
        reach = reach_prospects if supplier == 0.0 else reach
        way = choice.considered_through(
            u[luck_row + k], 1.0 - h[unmoved + k], reach, awareness, h[standing + k]
        )
        way = own_way if (supplier == g) | absent else way
        ways[way_row + k] = way
        x[OPTIONS + k] += way


@loop
def pack(f: Floats, x: Floats, ways: Floats, index: Index, firms: int, count: int) -> int:
    """Keep only the choosers who have something to choose; return how many.

    A prospect who considers nobody stays one, whatever its taste.
    """
    kept = 0
    for k in range(count):
        if x[OPTIONS + k] > 0.0:
            index[kept] = index[k]
            x[WHO_SUPPLIER + kept] = x[WHO_SUPPLIER + k]
            for g in range(firms):
                ways[g * ROW + kept] = ways[g * ROW + k]
            kept += 1
    for k in range(kept, padded(kept)):
        index[k] = index[kept - 1]
    for k in range(padded(kept)):
        c = index[k]
        x[WHO_SATISFACTION + k] = f[SATISFACTION + c]
        x[WHO_TRUST + k] = f[TRUST + c]
        x[WHO_PRICE_SENSITIVITY + k] = f[PRICE_SENSITIVITY + c]
        x[WHO_ORIENTATION + k] = f[ORIENTATION + c]
    return kept


@loop
def weigh(
    terms: Floats, m: Mechanisms, x: Floats, u: Floats, ways: Floats, r: Floats, g: int, count: int
) -> None:
    """Let firm g compete for every chooser who considers it."""
    row = g * _FIRM
    appeal, offer = terms[row + _APPEAL], terms[row + _OFFER]
    price = terms[row + _RELATIVE_PRICE]
    introductory = price * (1.0 - terms[row + _DISCOUNT])
    switching_cost = terms[row + _SWITCHING_COST]
    luck_row = (g - 1) % 4 * ROW
    way_row = (g - 1) * ROW
    for k in range(count):
        trust = x[WHO_TRUST + k]
        own = x[WHO_SUPPLIER + k] == g
        felt = choice.felt_price(price, m.price_tolerance, trust) if own else introductory
        utility = choice.utility(
            appeal,
            m.price_weight,
            x[WHO_PRICE_SENSITIVITY + k],
            felt,
            m.choice_fit_weight,
            fit(x[WHO_ORIENTATION + k], offer),
        )
        bond = choice.relationship_utility(
            m.satisfaction_weight, x[WHO_SATISFACTION + k], m.trust_weight, trust, switching_cost
        )
        arrival = choice.arrival(u[luck_row + k], utility + (bond if own else 0.0))
        earliest, way = r[EARLIEST + k], ways[way_row + k]
        takes = (way != choice.NOBODY) & (arrival < earliest)
        r[EARLIEST + k] = arrival if takes else earliest
        r[WINNER + k] = g if takes else r[WINNER + k]
        r[THROUGH + k] = way if takes else r[THROUGH + k]


@loop
def choose(
    columns: Columns,
    network: Network,
    terms: Floats,
    m: Mechanisms,
    f: Floats,
    x: Floats,
    h: Floats,
    u: Floats,
    ways: Floats,
    r: Floats,
    index: Index,
    luck: Luck,
    month: int,
    lo: int,
    n: int,
) -> int:
    """Let every chooser of a block take the best of the suppliers it considers, or none.

    Returns how many had something to choose: ``index`` says who, ``x`` and ``r`` what.
    """
    firms = terms.size // _FIRM - 1
    count = gather(f, x, index, n)
    listen(columns.said, network, terms, m, h, index, firms, lo, count)
    for g in range(1, firms + 1):
        if (g - 1) % 4 == 0:
            draw_for_four(u, index, luck, month, _CONSIDER + (g - 1) // 4, lo, padded(count))
        consider(terms, m, x, h, u, ways, g, padded(count))
    count = pack(f, x, ways, index, firms, count)
    for k in range(padded(count)):
        w0, _, _, _ = draws.words(luck, lo + index[k], month, _OUTSIDE)
        r[EARLIEST + k] = choice.arrival(uniform(w0), m.outside_utility)
        r[WINNER + k] = 0.0
        r[THROUGH + k] = choice.NOBODY
    for g in range(1, firms + 1):
        if (g - 1) % 4 == 0:
            draw_for_four(u, index, luck, month, _TASTE + (g - 1) // 4, lo, padded(count))
        weigh(terms, m, x, u, ways, r, g, padded(count))
    return count
