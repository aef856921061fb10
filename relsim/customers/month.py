"""The compiled month: passes over blocks of customers, in the order of the schedule.

Every pass is a plain loop over a block's working space that calls one or two rules; a block
fits the second cache, so the passes together read memory once. Conditionals inside a pass
choose between values that are already there. What a customer reads of *others* is last
month's (what was said, the firms' table), so neither order nor threads matter.
"""

import numpy as np

from relsim.customers import block, choosing, draws
from relsim.customers.accounts import Accounts
from relsim.customers.block import (
    BASE_SALES,
    BLOCK,
    BOUND,
    CONTRIBUTION,
    CROSS_SALES,
    DISCOUNTED_SALES,
    EXPECTED_SALES,
    GROWTH_POTENTIAL,
    GROWTH_SALES,
    LEAVE_CHANCE,
    LEAVING,
    LETS_GO,
    MEETS,
    MET,
    MISJUDGEMENT,
    MOOD_CHANCE,
    OPEN,
    ORIENTATION,
    PREMIUM_SALES,
    PRICE_SENSITIVITY,
    PURCHASES,
    RECOMMENDATIONS,
    RECONSIDER_CHANCE,
    ROW,
    RUNG,
    RUNG_BEFORE,
    SATISFACTION,
    SAYING,
    SERVICE_DEMAND,
    SERVICE_UNITS,
    SPACE,
    SUPPLIER,
    TELL_CHANCE,
    TENURE,
    TIER,
    TROUBLE,
    TROUBLE_CHANCE,
    TRUST,
    USAGE,
    Floats,
)
from relsim.customers.booking import book, book_departure, book_move, book_saved
from relsim.customers.choosing import (
    CHOOSER_ROWS,
    HEARD_ROWS,
    LUCK_ROWS,
    OUTCOME_ROWS,
    THROUGH,
    WARNING_OFFSET,
    WHO_SUPPLIER,
    WINNER,
)
from relsim.customers.columns import Columns
from relsim.customers.compiled import Whole, loop, rule
from relsim.customers.draws import Luck, Purpose, uniform
from relsim.customers.network import Network
from relsim.customers.rules import (
    choice,
    departure,
    ladder,
    purchase,
    reconsider,
    relationship,
    service,
)
from relsim.customers.rules import experience as living
from relsim.customers.rules import talk as word_of_mouth
from relsim.customers.rules import value as valuation
from relsim.customers.terms import N_MET, N_TERMS, N_TIERS, Mechanisms, Term
from relsim.customers.traits import TraitTables, draw_traits

LONGEST_TENURE = 65535.0
MOST_RECOMMENDATIONS = 255.0

_SUPPLIER, _TIER = np.uint64(SUPPLIER), np.uint64(TIER)
_MONTH = int(Purpose.MONTH)
_PURCHASE = int(Purpose.PURCHASE)
_RETENTION = int(Term.RETENTION)
_CONTRACT = int(Term.CONTRACT)
_RIVALS = int(Term.RIVALS)
_SAVED = int(Term.SAVED)
_ABSENT = int(Term.ABSENT)
_SAVE = int(Purpose.SAVE)
(
    SERVICE,
    RECOVERY,
    FAILURE_RATE,
    OFFER,
    PULL,
    CONQUEST,
    PRICE,
    GROSS_MARGIN,
    SERVICE_COST,
    VALUATION_ERROR,
    MOST_VALUABLE_FROM,
    RECOMMEND_RATE,
    RELATIVE_PRICE,
) = MET


@rule
def terms_place(supplier: float, tier: float) -> Whole:
    """Return where the terms of a supplier for a tier start in the flat table of firms."""
    return np.int64((supplier * N_TIERS + tier) * N_TERMS)


@rule
def single(x: float) -> float:
    """Return x rounded to single precision, as the columns keep it."""
    return np.float64(np.float32(x))


@loop
def draw(f: Floats, luck: Luck, month: int, lo: int, n: int) -> None:
    """Draw the month's random numbers of a block."""
    for c in range(n):
        w0, w1, w2, w3 = draws.words(luck, lo + c, month, _MONTH)
        f[TROUBLE_CHANCE + c] = uniform(w0)
        f[RECONSIDER_CHANCE + c] = uniform(w1)
        f[LEAVE_CHANCE + c] = uniform(w2)
        mood, tell_chance = draws.coarse_and_fine(w3)
        f[MOOD_CHANCE + c] = mood
        f[TELL_CHANCE + c] = tell_chance


@rule
def meet_terms_of_one(f: Floats, terms: Floats, c: Whole, at: Whole) -> None:
    """Let the block's customer c meet the terms that start at ``at`` in the table of firms."""
    # Unsigned places: a signed one would be tested for counting from the end.
    for k in range(N_MET):
        f[np.uint64(MEETS + k * ROW) + np.uint64(c)] = terms[np.uint64(at) + np.uint64(k)]


@loop
def meet_terms(f: Floats, terms: Floats, n: int) -> None:
    """Lay out for each customer what its supplier offers to its tier."""
    for c in range(np.uint64(n)):
        at = terms_place(f[_SUPPLIER + c], f[_TIER + c])
        meet_terms_of_one(f, terms, c, at)


@loop
def experience(f: Floats, m: Mechanisms, n: int) -> None:
    """Let a block live a month with its suppliers: trouble, experience, satisfaction, trust."""
    for c in range(n):
        trouble = living.trouble(
            f[TROUBLE_CHANCE + c], f[FAILURE_RATE + c], m.complaint_rate, f[RECOVERY + c]
        )
        unresolved = (trouble == living.FAILED) | (trouble == living.COMPLAINED)
        lived = living.experience(
            f[SERVICE + c],
            m.fit_weight * living.fit(f[ORIENTATION + c], f[OFFER + c]),
            m.severity if unresolved else 0.0,
            m.noise,
            f[MOOD_CHANCE + c],
        )
        satisfaction = relationship.satisfaction_after(f[SATISFACTION + c], lived, m.learning_rate)
        trust = relationship.trust_after(f[TRUST + c], satisfaction, m.build_rate, m.break_rate)
        served = f[SUPPLIER + c] > 0.0
        f[SATISFACTION + c] = single(satisfaction) if served else 0.0
        f[TRUST + c] = single(trust) if served else 0.0
        f[TROUBLE + c] = trouble if served else 0.0


@loop
def reopen_by_relationship(f: Floats, m: Mechanisms, n: int) -> None:
    """Mark who reconsiders: prospects, and customers by the hazard of their relationship."""
    for c in range(n):
        satisfaction = f[SATISFACTION + c]
        trust = f[TRUST + c]
        conquest = f[CONQUEST + c]
        pull = f[PULL + c] - (conquest if satisfaction < m.dissatisfied_below else 0.0)
        felt = choice.felt_price(f[RELATIVE_PRICE + c], m.price_tolerance, trust)
        push = reconsider.price_push(m.price_effect, f[PRICE_SENSITIVITY + c], felt)
        chance = reconsider.hazard(
            m.base, m.satisfaction_effect, satisfaction, m.trust_effect, trust, pull - push
        )
        free = (f[BOUND + c] <= 1.0) | (f[PULL + c] <= reconsider.GONE)
        wants = free & (f[RECONSIDER_CHANCE + c] < chance)
        f[OPEN + c] = 1.0 if (f[SUPPLIER + c] == 0.0) | wants else 0.0


@loop
def reopen_by_given_retention(
    columns: Columns, f: Floats, terms: Floats, m: Mechanisms, lo: int, n: int
) -> None:
    """Mark who leaves: prospects choose as ever, customers are kept with a given chance."""
    for c in range(n):
        at = terms_place(f[SUPPLIER + c], f[TIER + c])
        kept = np.float64(columns.retention[lo + c]) if m.own_retention else terms[at + _RETENTION]
        wants = (f[BOUND + c] <= 1.0) & (f[RECONSIDER_CHANCE + c] >= kept)
        # Who dropped out after a purchase has one month left, in which it goes.
        wants = f[BOUND + c] == 1.0 if m.drops_out else wants
        wants = wants | (terms[at + _ABSENT] > 0.0)
        f[OPEN + c] = 1.0 if (f[SUPPLIER + c] == 0.0) | wants else 0.0


@loop
def loosen(f: Floats, n: int) -> None:
    """Bring every contract a month nearer to its end, and mark those in their last month."""
    for c in range(n):
        f[LETS_GO + c] = 1.0 if f[BOUND + c] == 1.0 else 0.0
    for c in range(n):
        f[BOUND + c] = max(f[BOUND + c] - 1.0, 0.0)


@loop
def move(
    columns: Columns,
    f: Floats,
    terms: Floats,
    m: Mechanisms,
    x: Floats,
    r: Floats,
    index: block.Index,
    account: Accounts,
    luck: Luck,
    month: int,
    lo: int,
    count: int,
) -> None:
    """Carry out the choices: book who went where, start new relationships, renew contracts."""
    for k in range(count):
        c = np.int64(index[k])
        before, after = x[WHO_SUPPLIER + k], r[WINNER + k]
        at = terms_place(before, f[TIER + c])
        if (before > 0.0) & (before != after) & (terms[at + _SAVED] > 0.0):
            w0, _, _, _ = draws.words(luck, lo + int(index[k]), month, _SAVE)
            if uniform(w0) < terms[at + _SAVED]:
                book_saved(account, np.int64(before))
                after = before
        through = np.int64(r[THROUGH + k])
        book_move(account, f, c, np.int64(before), np.int64(after), through)
        if before == after:
            f[BOUND + c] = new_bound(terms[at + _CONTRACT])
            continue
        if before > 0.0:
            why = cause_of_leaving(f, terms, m, c, at, r[THROUGH + k])
            account.causes[np.int64(before), why] += 1.0
        columns.came_through[lo + c] = through
        start_relationship(f, terms, m, c, after)


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
def cause_of_leaving(
    f: Floats, terms: Floats, m: Mechanisms, c: Whole, at: Whole, through: float
) -> Whole:
    """Return why the block's customer c leaves; its terms start at ``at`` in the table."""
    if (not m.follows_relationship) | (terms[at + _ABSENT] > 0.0):
        return np.int64(departure.GIVEN)
    satisfaction, trust = f[SATISFACTION + c], f[TRUST + c]
    dissatisfied = satisfaction < m.dissatisfied_below
    conquest = f[CONQUEST + c] if dissatisfied else 0.0
    felt = choice.felt_price(f[RELATIVE_PRICE + c], m.price_tolerance, trust)
    push = reconsider.price_push(m.price_effect, f[PRICE_SENSITIVITY + c], felt)
    odds = reconsider.log_odds(
        m.base,
        m.satisfaction_effect,
        satisfaction,
        m.trust_effect,
        trust,
        f[PULL + c] - conquest - push,
    )
    trouble = f[TROUBLE + c]
    unresolved = (trouble == living.FAILED) | (trouble == living.COMPLAINED)
    return np.int64(
        departure.cause(
            f[RECONSIDER_CHANCE + c],
            odds,
            push,
            terms[at + _RIVALS] + conquest,
            unresolved | dissatisfied,
            through,
            f[LETS_GO + c] > 0.0,
        )
    )


@rule
def start_relationship(f: Floats, terms: Floats, m: Mechanisms, c: Whole, supplier: float) -> None:
    """Set the block's customer c to the first month with a supplier, or to having none (0)."""
    has_one = supplier > 0.0
    tier = valuation.ORDINARY if has_one else 0.0
    at = terms_place(supplier, tier)
    meet_terms_of_one(f, terms, c, at)
    f[SUPPLIER + c] = supplier
    f[TIER + c] = tier
    f[BOUND + c] = new_bound(terms[at + _CONTRACT])
    f[RUNG_BEFORE + c] = 0.0
    f[TROUBLE + c] = living.NO_TROUBLE
    f[SATISFACTION + c] = single(m.start_satisfaction) if has_one else 0.0
    f[TRUST + c] = single(m.start_trust) if has_one else 0.0
    f[TENURE + c] = 0.0
    f[PURCHASES + c] = 0.0
    f[RECOMMENDATIONS + c] = 0.0


@loop
def buy_expected(f: Floats, m: Mechanisms, n: int) -> None:
    """Book what a block buys under contract: expected quantities."""
    for c in range(n):
        has_one = f[SUPPLIER + c] > 0.0
        usage = f[USAGE + c]
        used = usage if has_one else 0.0
        trust = f[TRUST + c]
        growth = purchase.growth_share(m.volume_growth, f[GROWTH_POTENTIAL + c], trust)
        f[BASE_SALES + c] = used
        f[GROWTH_SALES + c] = used * growth
        chance = purchase.cross_sale_chance(m.cross_sale_rate, trust)
        f[CROSS_SALES + c] = used * m.cross_sale_size * chance
        f[EXPECTED_SALES + c] = f[BASE_SALES + c] + f[GROWTH_SALES + c] + f[CROSS_SALES + c]
        f[PURCHASES + c] += 1.0 if has_one else 0.0


@loop
def buy_counted(
    columns: Columns, f: Floats, m: Mechanisms, luck: Luck, month: int, lo: int, n: int
) -> None:
    """Book what a block buys without contract: whole purchases, a Poisson number of them."""
    for c in range(n):
        f[BASE_SALES + c] = 0.0
        f[GROWTH_SALES + c] = 0.0
        f[CROSS_SALES + c] = 0.0
        f[EXPECTED_SALES + c] = 0.0
        if f[SUPPLIER + c] == 0.0:
            continue
        trust, usage = f[TRUST + c], f[USAGE + c]
        w0, w1, w2, _ = draws.words(luck, lo + c, month, _PURCHASE)
        more = purchase.growth_share(m.volume_growth, f[GROWTH_POTENTIAL + c], trust)
        count = 1.0 * purchase.poisson(uniform(w0), usage * (1.0 + more))
        if m.drops_out:
            last = purchase.last_purchase(uniform(w2), np.float64(columns.retention[lo + c]))
            f[BOUND + c] = 1.0 if count >= last else 0.0
            count = min(count, last)
        base = count / (1.0 + more)
        chance = purchase.cross_sale_chance(m.cross_sale_rate, trust)
        crosses = (uniform(w1) < chance) & (count > 0)
        f[EXPECTED_SALES + c] = usage * (1.0 + more + m.cross_sale_size * chance)
        f[BASE_SALES + c] = base
        f[GROWTH_SALES + c] = count - base
        f[CROSS_SALES + c] = usage * m.cross_sale_size if crosses else 0.0
        f[PURCHASES + c] += count


@loop
def pay_and_serve(f: Floats, m: Mechanisms, month: int, n: int) -> None:
    """Book premium, discount and service of a block, and review its value tiers."""
    # Who was there at the start was not won by an offer: its tenure is at least the month.
    discount_months = min(m.discount_months, np.float64(month))
    for c in range(n):
        served = f[SUPPLIER + c] > 0.0
        tenure = f[TENURE + c]
        quantity = f[BASE_SALES + c] + f[GROWTH_SALES + c] + f[CROSS_SALES + c]
        premium_share = purchase.price_premium(m.premium, f[TRUST + c])
        premium = quantity * premium_share
        units = service.service_units(f[SERVICE_DEMAND + c], m.learning, tenure, m.learning_months)
        contribution = valuation.contribution(
            f[GROSS_MARGIN + c], quantity, f[PRICE + c], premium, f[SERVICE_COST + c], units
        )
        expected = f[EXPECTED_SALES + c]
        worth = valuation.contribution(
            f[GROSS_MARGIN + c],
            expected,
            f[PRICE + c],
            expected * premium_share,
            f[SERVICE_COST + c],
            units,
        )
        tier = valuation.tier(
            worth,
            f[VALUATION_ERROR + c],
            f[MISJUDGEMENT + c],
            f[MOST_VALUABLE_FROM + c],
            f[GROWTH_POTENTIAL + c],
            m.growable_from,
        )
        f[PREMIUM_SALES + c] = premium
        f[DISCOUNTED_SALES + c] = quantity if tenure < discount_months else 0.0
        f[SERVICE_UNITS + c] = units if served else 0.0
        f[CONTRIBUTION + c] = contribution
        f[TIER + c] = tier if served else 0.0


@loop
def tell(f: Floats, m: Mechanisms, n: int) -> None:
    """Let a block talk about its suppliers; it is heard next month."""
    for c in range(n):
        supplier = f[SUPPLIER + c]
        word = word_of_mouth.telling(
            f[TELL_CHANCE + c],
            f[TRUST + c],
            f[SATISFACTION + c],
            m.recommend_trust,
            f[RECOMMEND_RATE + c],
            m.warn_satisfaction,
            m.warn_rate,
        )
        word = word if supplier > 0.0 else word_of_mouth.SILENT
        recommends = word == word_of_mouth.RECOMMENDS
        said = supplier if recommends else supplier + WARNING_OFFSET
        f[SAYING + c] = 0.0 if word == word_of_mouth.SILENT else said
        acts = f[RECOMMENDATIONS + c] + (1.0 if recommends else 0.0)
        f[RECOMMENDATIONS + c] = min(acts, MOST_RECOMMENDATIONS)


@loop
def climb(f: Floats, m: Mechanisms, n: int) -> None:
    """Set the rung of a block; who leaves the market this month steps off the ladder."""
    for c in range(n):
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
        leaves = f[LEAVE_CHANCE + c] < m.turnover
        f[LEAVING + c] = 1.0 if leaves else 0.0
        f[RUNG + c] = 0.0 if leaves | (f[SUPPLIER + c] == 0.0) else stands


@loop
def turn_over(
    columns: Columns,
    f: Floats,
    terms: Floats,
    m: Mechanisms,
    account: Accounts,
    tables: TraitTables,
    luck: Luck,
    month: int,
    lo: int,
    n: int,
) -> None:
    """Let customers leave the market for good, a newcomer in each one's place; age the rest."""
    for c in range(n):
        if f[LEAVING + c] > 0.0:
            book_departure(account, f, c)
            start_relationship(f, terms, m, c, 0.0)
            f[SAYING + c] = 0.0
            f[RUNG + c] = 0.0
            columns.came_through[lo + c] = np.int64(choice.NOBODY)
            draw_traits(columns, tables, luck, lo + c, month)
    for c in range(n):
        month_more = 1.0 if f[SUPPLIER + c] > 0.0 else 0.0
        f[TENURE + c] = min(f[TENURE + c] + month_more, LONGEST_TENURE)


@loop
def live_block(
    columns: Columns,
    network: Network,
    tables: TraitTables,
    terms: Floats,
    m: Mechanisms,
    account: Accounts,
    luck: Luck,
    month: int,
    f: Floats,
    x: Floats,
    h: Floats,
    u: Floats,
    ways: Floats,
    r: Floats,
    index: block.Index,
    lo: int,
    n: int,
) -> None:
    """Let n customers from ``lo`` on live one month: the schedule, pass by pass."""
    block.take(columns, f, m.usage_factor, m.needs, lo, n)
    draw(f, luck, month, lo, n)
    meet_terms(f, terms, n)
    experience(f, m, n)
    if m.follows_relationship:
        reopen_by_relationship(f, m, n)
    else:
        reopen_by_given_retention(columns, f, terms, m, lo, n)
    loosen(f, n)
    count = choosing.choose(
        columns, network, terms, m, f, x, h, u, ways, r, index, luck, month, lo, n
    )
    move(columns, f, terms, m, x, r, index, account, luck, month, lo, count)
    if m.counts_purchases:
        buy_counted(columns, f, m, luck, month, lo, n)
    else:
        buy_expected(f, m, n)
    pay_and_serve(f, m, month, n)
    tell(f, m, n)
    climb(f, m, n)
    book(f, m, index, account, n)
    turn_over(columns, f, terms, m, account, tables, luck, month, lo, n)
    block.give_back(columns, f, lo, n)


@loop
def live(
    columns: Columns,
    network: Network,
    tables: TraitTables,
    terms: Floats,
    m: Mechanisms,
    accounts: Accounts,
    luck: Luck,
    month: int,
    chunk: int,
    first: int,
    last: int,
) -> None:
    """Let the chunks from ``first`` up to ``last`` live one month; several threads may share one.

    Parameters
    ----------
    columns : Columns
        The customers, changed in place.
    network : Network
        Who listens to whom.
    tables : TraitTables
        Quantiles of the newcomers' traits.
    terms : array of shape ((firms + 1) * N_TIERS * N_TERMS,)
        The table of firms, flat.
    m : Mechanisms
        The numbers of the rules.
    accounts : Accounts
        Rows ``first`` to ``last - 1`` of every table receive the month's sums.
    luck : Luck
        Seed and replication.
    month : int
        From 1; the key of the month's draws.
    chunk : int
        Customers per chunk, a whole number of blocks.
    first, last : int
        The chunks to live.
    """
    size = columns.supplier.size
    firms = terms.size // (N_TIERS * N_TERMS) - 1
    f = np.empty(SPACE)
    x = np.empty(CHOOSER_ROWS * ROW)
    h = np.empty(HEARD_ROWS * firms * ROW)
    u = np.empty(LUCK_ROWS * ROW)
    ways = np.empty(firms * ROW)
    r = np.empty(OUTCOME_ROWS * ROW)
    index = np.empty(4 * ROW, np.uint32)
    for k in range(first, last):
        account = Accounts(
            accounts.years[k],
            accounts.firms[k],
            accounts.flows[k],
            accounts.sources[k],
            accounts.cells[k],
            accounts.steps[k],
            accounts.causes[k],
        )
        for lo in range(k * chunk, min((k + 1) * chunk, size), BLOCK):
            n = min(BLOCK, size - lo)
            live_block(
                columns,
                network,
                tables,
                terms,
                m,
                account,
                luck,
                month,
                f,
                x,
                h,
                u,
                ways,
                r,
                index,
                lo,
                n,
            )
