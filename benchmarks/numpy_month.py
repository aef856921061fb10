"""The month in numpy: whole columns at a time, as one would write it without a compiler.

The rules are relsim's in a contractual market whose customers stay by their relationship. State
is kept in double precision, as numpy does unless told otherwise, and the noise is numpy's own
Generator: five draws a customer-month, more for those who choose. So the outcome is relsim's in
distribution, not customer by customer.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.flat import flat
from benchmarks.situation import Situation
from relsim.customers import accounts as books
from relsim.customers.accounts import CELL_FIELDS, FIRM_FIELDS, TENURE_YEARS, YEAR_FIELDS, Accounts
from relsim.customers.passes.move import LONGEST_TENURE
from relsim.customers.passes.talk import MOST_RECOMMENDATIONS
from relsim.customers.rules import choice, value
from relsim.customers.rules.experience import COMPLAINED, FAILED, RECOVERED
from relsim.customers.rules.talk import WARNING_OFFSET
from relsim.customers.terms import N_RUNGS, N_TIERS, Term

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_WIDTH = 12**0.5  # a uniform number of this width has deviation 1
_TRAITS = (
    "usage",
    "price_sensitivity",
    "orientation",
    "service_demand",
    "growth_potential",
    "misjudgement",
)


class Sales(NamedTuple):
    """What the customers buy and what it is worth, in the order of the accounts by year."""

    usage: Floats
    growth: Floats
    cross_sales: Floats
    premium: Floats
    discounted: Floats
    service: Floats


def _felt(m: Any, trust: Floats) -> Floats:
    """Return the price of the own firm as felt, in its list prices."""
    felt: Floats = (1.0 + m.premium * trust) * (1.0 - m.price_tolerance * trust)
    return felt


class NumpyMonth:
    """The market of a situation, lived by numpy.

    Raises
    ------
    ValueError
        If the market has rules that are left out here.
    """

    def __init__(self, situation: Situation, seed: int = 1) -> None:
        self.m = flat(situation.customers)
        # relsim's columns and thresholds hold single precision: who starts at one is to be there.
        self.start_satisfaction = float(np.float32(self.m.start_satisfaction))
        self.start_trust = float(np.float32(self.m.start_trust))
        self.random = np.random.default_rng(seed)
        self.network = situation.customers.network
        self.tables = situation.customers.tables
        self.terms = situation.table
        self.firms = situation.table.shape[0] - 1
        self.month = situation.month - 1
        columns = situation.columns()
        self.supplier = columns.supplier.astype(np.int64)
        self.tier = columns.tier.astype(np.int64)
        self.rung = columns.rung.astype(np.int64)
        self.said = columns.said.astype(np.int64)
        self.bound = columns.bound.astype(np.float64)
        self.recommendations = columns.recommendations.astype(np.float64)
        self.tenure = columns.tenure.astype(np.float64)
        self.purchases = columns.purchases.astype(np.float64)
        self.satisfaction = columns.satisfaction.astype(np.float64)
        self.trust = columns.trust.astype(np.float64)
        self.traits = {name: getattr(columns, name).astype(np.float64) for name in _TRAITS}

    def live(self) -> Accounts:
        """Live one month."""
        self.month += 1
        self.account = Accounts(*(table[0] for table in books.allocate(1, self.firms)))
        self.rung_before = self.rung.copy()
        trouble = self._experience()
        self._choose(self._reopen(), trouble)
        sales, contribution = self._buy()
        self._review(contribution)
        saying = self._tell()
        leaving = self.random.random(self.supplier.size) < self.m.turnover
        self._climb(leaving)
        self._book(sales, contribution, trouble, saying)
        self._turn_over(leaving, saying)
        self.said = saying
        return self.account

    def _met(self, term: Term) -> Floats:
        """Return what each customer meets of a term."""
        met: Floats = self.terms[:, :, term].reshape(-1)[self.supplier * N_TIERS + self.tier]
        return met

    def _count(self, field: str, who: Flags) -> None:
        """Count customers by supplier."""
        counts = np.bincount(self.supplier[who], minlength=self.firms + 1)
        self.account.firms[:, FIRM_FIELDS.index(field)] += counts

    # The month ---------------------------------------------------------------------------

    def _experience(self) -> Whole:
        m, served = self.m, self.supplier > 0
        chance = self.random.random(served.size)
        fails = self._met(Term.FAILURE_RATE)
        complains = fails * m.complaint_rate
        trouble = (chance < fails).astype(np.int64) + (chance < complains)
        trouble += chance < complains * self._met(Term.RECOVERY)
        unresolved = (trouble == FAILED) | (trouble == COMPLAINED)
        fit = 1.0 - 2.0 * np.abs(self.traits["orientation"] - self._met(Term.OFFER))
        mood = self.random.random(served.size) - 0.5
        lived = self._met(Term.SERVICE) + m.fit_weight * fit + m.noise * _WIDTH * mood
        lived = np.clip(lived - m.severity * unresolved, 0.0, 1.0)
        satisfaction = self.satisfaction + m.learning_rate * (lived - self.satisfaction)
        rate = np.where(satisfaction > self.trust, m.build_rate, m.break_rate)
        trust = self.trust + rate * (satisfaction - self.trust)
        self.satisfaction = np.where(served, satisfaction, 0.0)
        self.trust = np.where(served, trust, 0.0)
        return np.where(served, trouble, 0)

    def _reopen(self) -> Whole:
        """Return the numbers of those who choose."""
        m = self.m
        dissatisfied = self.satisfaction < m.dissatisfied_below
        pull = self._met(Term.PULL) - np.where(dissatisfied, self._met(Term.CONQUEST), 0.0)
        felt = self._met(Term.RELATIVE_PRICE) * _felt(m, self.trust)
        push = m.price_effect * self.traits["price_sensitivity"] * (felt - 1.0)
        odds = m.satisfaction_effect * (self.satisfaction - 0.5) + m.trust_effect * self.trust
        hazard = 1.0 / (1.0 + np.exp(odds + pull - push - m.base))
        wants = (self.bound <= 1.0) & (self.random.random(hazard.size) < hazard)
        self.bound = np.maximum(self.bound - 1.0, 0.0)
        return np.flatnonzero((self.supplier == 0) | wants)

    def _listen(self, who: Whole) -> tuple[Floats, Floats]:
        """Return, by chooser and firm, what is left unmoved and what is left standing."""
        start = self.network.start.astype(np.int64)
        shape = (who.size, self.firms + 1)
        if start.size < 2:
            return np.ones(shape), np.ones(shape)
        links = start[who + 1] - start[who]
        first = np.repeat(start[who] - (np.cumsum(links) - links), links)
        word = self.said[self.network.neighbour[first + np.arange(first.size)]]
        hearer = np.repeat(np.arange(who.size), links) * (self.firms + 1)
        size = shape[0] * shape[1]
        warned, told = word >= WARNING_OFFSET, (word > 0) & (word < WARNING_OFFSET)
        moved = np.bincount(hearer[told] + word[told], minlength=size)
        shaken = np.bincount((hearer + word - WARNING_OFFSET)[warned], minlength=size)
        unmoved = (1.0 - self.m.persuasion) ** moved.reshape(shape)
        standing = (1.0 - self.m.warning) ** shaken.reshape(shape)
        return unmoved, standing

    def _ways(self, who: Whole) -> Whole:
        """Return through what each chooser considers each firm; shape (choosers, firms)."""
        unmoved, standing = (heard[:, 1:] for heard in self._listen(who))
        terms = self.terms[1:, 0]
        supplier = self.supplier[who, None]
        rivals, aware = terms[:, Term.REACH_RIVALS], terms[:, Term.AWARENESS]
        singled_out = 1.0 - (1.0 - rivals) * (1.0 - terms[:, Term.REACH_DISSATISFIED])
        dissatisfied = self.satisfaction[who, None] < self.m.dissatisfied_below
        reach = np.where(dissatisfied, singled_out, rivals)
        reach = np.where(supplier == 0, terms[:, Term.REACH_PROSPECTS], reach)
        chance = self.random.random(reach.shape)
        by_recommendation = standing * (1.0 - unmoved)
        by_reach = standing * (1.0 - unmoved * (1.0 - reach))
        by_awareness = standing * (1.0 - unmoved * (1.0 - reach) * (1.0 - aware))
        ways = np.where(chance < by_awareness, int(choice.AWARENESS), int(choice.NOBODY))
        ways[chance < by_reach] = int(choice.REACH)
        ways[chance < by_recommendation] = int(choice.REFERRAL)
        own = supplier == np.arange(1, self.firms + 1)
        return np.where(own, int(choice.INCUMBENT), ways)

    def _choose(self, who: Whole, trouble: Whole) -> None:
        """Let the choosers take the best of what they consider, and carry it out."""
        m, terms = self.m, self.terms[1:, 0]
        ways = self._ways(who)
        options = ways.any(axis=1)
        who, ways = who[options], ways[options]
        own = self.supplier[who, None] == np.arange(1, self.firms + 1)
        satisfaction, trust = self.satisfaction[who, None], self.trust[who, None]
        felt = np.where(own, _felt(m, trust), 1.0 - terms[:, Term.DISCOUNT])
        price = self.traits["price_sensitivity"][who, None] * terms[:, Term.RELATIVE_PRICE] * felt
        fit = 1.0 - 2.0 * np.abs(self.traits["orientation"][who, None] - terms[:, Term.OFFER])
        utility = terms[:, Term.APPEAL] - m.price_weight * price + m.choice_fit_weight * fit
        bond = m.satisfaction_weight * (satisfaction - 0.5) + m.trust_weight * trust
        utility += np.where(own, bond + terms[:, Term.SWITCHING_COST], 0.0)
        arrival = np.empty((who.size, self.firms + 1))
        arrival[:, 0] = np.exp(-m.outside_utility)
        arrival[:, 1:] = np.where(ways == int(choice.NOBODY), np.inf, np.exp(-utility))
        arrival *= self.random.standard_exponential(arrival.shape)
        winner = arrival.argmin(axis=1)
        through = np.where(winner > 0, ways[np.arange(who.size), winner - 1], int(choice.NOBODY))
        self._move(who, winner, through, trouble)

    def _move(self, who: Whole, winner: Whole, through: Whole, trouble: Whole) -> None:
        account, before = self.account, self.supplier[who]
        reconsidered = np.bincount(before[before > 0], minlength=self.firms + 1)
        account.firms[:, FIRM_FIELDS.index("reconsidered")] += reconsidered
        contract = self.terms[winner, 1, Term.CONTRACT]
        stays = winner == before
        kept = who[stays]
        contract[stays] = self.terms[self.supplier[kept], self.tier[kept], Term.CONTRACT]
        self.bound[who] = np.where(contract > 1.0, contract, 0.0)
        who, before, winner, through = (x[~stays] for x in (who, before, winner, through))
        np.add.at(account.flows, (before, winner), 1.0)
        np.add.at(account.sources, (winner, through), 1.0)
        lost = who[before > 0]
        self._book_lost(lost, "lost")
        np.add.at(account.steps, (self.supplier[lost], self.rung_before[lost], 0), 1.0)
        self._book_trouble(lost, trouble)
        self._start(who, winner)
        trouble[who] = 0

    def _start(self, who: Whole, supplier: Whole) -> None:
        has_one = supplier > 0
        self.supplier[who] = supplier
        self.tier[who] = has_one * int(value.ORDINARY)
        self.satisfaction[who] = has_one * self.start_satisfaction
        self.trust[who] = has_one * self.start_trust
        self.rung_before[who] = 0
        for column in (self.tenure, self.purchases, self.recommendations):
            column[who] = 0.0

    def _buy(self) -> tuple[Sales, Floats]:
        """Return what is bought under contract, and each customer's contribution."""
        m, served = self.m, self.supplier > 0
        used = np.where(served, self.traits["usage"], 0.0)
        growth = used * m.volume_growth * self.traits["growth_potential"] * self.trust
        cross = used * m.cross_sale_size * m.cross_sale_rate * self.trust
        quantity = used + growth + cross
        premium = quantity * m.premium * self.trust
        learned = m.learning * (1.0 - np.exp(-self.tenure / m.learning_months))
        units = self.traits["service_demand"] * (1.0 - learned)
        discounted = np.where(self.tenure < min(m.discount_months, self.month), quantity, 0.0)
        contribution = self._met(Term.GROSS_MARGIN) * quantity + self._met(Term.PRICE) * premium
        contribution -= self._met(Term.SERVICE_COST) * units
        self.purchases += served
        sales = Sales(used, growth, cross, premium, discounted, np.where(served, units, 0.0))
        return sales, contribution

    def _tell(self) -> Whole:
        """Return what is said this month."""
        m, served = self.m, self.supplier > 0
        chance = self.random.random(served.size)
        dissatisfied = self.satisfaction <= m.warn_satisfaction
        rate = np.where(self.trust >= m.recommend_trust, self._met(Term.RECOMMEND_RATE), 0.0)
        recommends = served & ~dissatisfied & (chance < rate)
        warns = served & dissatisfied & (chance < m.warn_rate)
        self.recommendations = np.minimum(self.recommendations + recommends, MOST_RECOMMENDATIONS)
        return np.where(recommends, self.supplier, 0) + np.where(
            warns, self.supplier + WARNING_OFFSET, 0
        )

    def _review(self, contribution: Floats) -> None:
        """Set the value tiers as the firms see them."""
        m, growth_potential = self.m, self.traits["growth_potential"]
        seen = contribution + self._met(Term.VALUATION_ERROR) * self.traits["misjudgement"]
        growable = growth_potential >= m.growable_from
        tier = np.where(growable, int(value.GROWABLE), int(value.ORDINARY))
        tier[seen >= self._met(Term.MOST_VALUABLE_FROM)] = int(value.MOST_VALUABLE)
        tier[seen < 0.0] = int(value.BELOW_ZERO)
        self.tier = np.where(self.supplier > 0, tier, 0)

    def _climb(self, leaving: Flags) -> None:
        """Set the rungs of the ladder."""
        m = self.m
        client = self.purchases >= m.client_purchases
        supporter = client & (self.trust >= m.supporter_trust)
        advocate = supporter & (self.trust >= m.advocate_trust)
        advocate &= self.recommendations >= m.advocate_recommendations
        partner = advocate & (self.trust >= m.partner_trust)
        partner &= self.recommendations >= m.partner_recommendations
        partner &= self.traits["orientation"] >= m.partner_orientation
        stands = 1 + client.astype(np.int64) + supporter + advocate + partner
        self.rung = np.where(leaving | (self.supplier == 0), 0, stands)

    # The books ---------------------------------------------------------------------------

    def _book_lost(self, who: Whole, field: str) -> None:
        year = np.minimum(self.tenure[who] // 12.0, TENURE_YEARS - 1.0).astype(np.int64)
        lost = self.account.years[:, :, YEAR_FIELDS.index(field)]
        np.add.at(lost, (self.supplier[who], year), 1.0)

    def _book_trouble(self, who: Whole, trouble: Whole) -> None:
        for field, least in (
            ("failures", FAILED),
            ("complaints", COMPLAINED),
            ("recovered", RECOVERED),
        ):
            met = self.supplier[who[trouble[who] >= least]]
            counts = np.bincount(met, minlength=self.firms + 1)
            self.account.firms[:, FIRM_FIELDS.index(field)] += counts

    def _book(self, sales: Sales, contribution: Floats, trouble: Whole, saying: Whole) -> None:
        account, supplier = self.account, self.supplier
        year = np.minimum(self.tenure // 12.0, TENURE_YEARS - 1.0).astype(np.int64)
        place = supplier * TENURE_YEARS + year
        years = account.years.reshape(-1, len(YEAR_FIELDS))
        years[:, 0] += np.bincount(place, minlength=len(years))
        for k, quantity in enumerate(sales, start=1):
            years[:, k] += np.bincount(place, quantity, len(years))
        place = (supplier * N_RUNGS + self.rung) * N_TIERS + self.tier
        cells = account.cells.reshape(-1, len(CELL_FIELDS))
        cells[:, 0] += np.bincount(place, minlength=len(cells))
        for k, felt in enumerate((contribution, self.satisfaction, self.trust), start=1):
            cells[:, k] += np.bincount(place, felt, len(cells))
        place = (supplier * N_RUNGS + self.rung_before) * N_RUNGS + self.rung
        steps = account.steps.reshape(-1)
        steps += np.bincount(place, minlength=steps.size)
        self._book_trouble(np.flatnonzero(trouble), trouble)
        self._count("recommendations", (saying > 0) & (saying < WARNING_OFFSET))
        self._count("warnings", saying >= WARNING_OFFSET)
        self._count(
            "dissatisfied", (self.satisfaction < self.m.dissatisfied_below) & (self.rung > 0)
        )

    def _turn_over(self, leaving: Flags, saying: Whole) -> None:
        """Let some leave the market for good, newcomers in their places; age the rest."""
        who = np.flatnonzero(leaving)
        self._count("left_market", leaving)
        self._count("left_at_once", leaving & (self.tenure == 0))
        self._book_lost(who, "left_market")
        self._start(who, np.zeros(who.size, np.int64))
        self.bound[who] = saying[who] = 0
        shares = self.tables.cumulative_share
        segment = np.searchsorted(shares[:-1], self.random.random(who.size), side="right")
        for name, trait in self.traits.items():
            table = self.tables.of(name)
            cells = table.shape[1] - 1
            place = self.random.random(who.size) * cells
            cell = np.minimum(place.astype(np.int64), cells - 1)
            low, high = table[segment, cell], table[segment, cell + 1]
            trait[who] = low + (place - cell) * (high - low)
        self.tenure = np.minimum(self.tenure + (self.supplier > 0), LONGEST_TENURE)
