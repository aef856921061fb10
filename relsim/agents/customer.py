"""One customer as a ``mesa.Agent``: slow, readable, open to subclassing.

It calls the same rules with the same draws as the compiled month, one customer at a time, and
agrees with it on every discrete state, and on money to rounding. It is the place to try a rule
of your own, and the oracle against which the compiled month is tested.
"""

from typing import Any, NamedTuple

import mesa
import numpy as np
import numpy.typing as npt

from relsim.agents.company import Company
from relsim.customers import accounts as books
from relsim.customers import draws
from relsim.customers.arithmetic import clip01
from relsim.customers.columns import STATE, TRAITS
from relsim.customers.contracts import length_of
from relsim.customers.draws import Purpose, uniform
from relsim.customers.numbers import Numbers
from relsim.customers.passes.age import age
from relsim.customers.passes.book import book_trouble, tenure_year
from relsim.customers.passes.move import LONGEST_TENURE, new_bound
from relsim.customers.passes.switching import next_supplier
from relsim.customers.passes.talk import MOST_RECOMMENDATIONS
from relsim.customers.rules import (
    choice,
    departure,
    experience,
    ladder,
    purchase,
    reconsider,
    relationship,
    service,
    talk,
    value,
)
from relsim.customers.rules.talk import WARNING_OFFSET
from relsim.customers.terms import Term
from relsim.customers.traits import Traits
from relsim.firms.firm import NUMBERS
from relsim.market import Market

_LEFT_MARKET, _LEFT_AT_ONCE, _RECONSIDERED, _RECOMMENDATIONS, _WARNINGS, _DISSATISFIED, _SAVED = (
    books.FIRM_FIELDS.index(name)
    for name in (
        "left_market",
        "left_at_once",
        "reconsidered",
        "recommendations",
        "warnings",
        "dissatisfied",
        "saved",
    )
)
_LOST, _LEFT = (books.YEAR_FIELDS.index(name) for name in ("lost", "left_market"))


class Bought(NamedTuple):
    """What a customer bought in a month: units by kind, and the price of one."""

    base: float
    growth: float
    cross: float
    premium: float
    price: float

    @property
    def quantity(self) -> float:
        """All units."""
        return self.base + self.growth + self.cross


class CustomerAgent(mesa.Agent, Traits[float]):
    """One customer. Each method is one step of the month; override what you want to change.

    Attributes
    ----------
    place : int
        The customer's number.
    supplier : int
        Its firm, counted from 1; 0 = none.
    satisfaction, trust : float
        0 to 1; kept in single precision like the columns of the compiled engine.
    tier, rung, bound, tenure, purchases, recommendations, came_through : int
        As in :class:`relsim.customers.columns.Columns`.
    usage, price_sensitivity, orientation, ... : float
        Traits, as in :class:`relsim.customers.traits.Traits`.
    said : int
        What it said last month; neighbours who decide hear it.
    """

    _ids = NUMBERS

    supplier: int
    tier: int
    rung: int
    bound: int
    tenure: int
    purchases: int
    recommendations: int
    came_through: int
    segment: int
    born: int
    satisfaction: float
    trust: float

    def __init__(self, model: Market, place: int, people: Company) -> None:
        super().__init__(model)
        self.place = place
        self.people = people
        self.said = self.saying = 0
        self.read(STATE)
        self.read(TRAITS)
        for one in people.mechanisms:
            for name, column in one.state.items():
                setattr(self, name, column[place].item())

    def read(self, names: tuple[str, ...]) -> None:
        """Take quantities from the columns, by name."""
        for name in names:
            setattr(self, name, getattr(self.people.columns, name)[self.place].item())

    @property
    def m(self) -> Numbers:
        """The numbers of the rules."""
        return self.people.numbers

    def term(self, term: Term) -> float:
        """Return what the present supplier offers to the customer's tier."""
        return float(self.people.table[self.supplier, self.tier, term])

    @property
    def sold_anew(self) -> bool:
        """Whether the present supplier sells sale by sale."""
        return self.term(Term.SELLS_ANEW) > 0.0

    @property
    def incumbent(self) -> int:
        """The supplier that has an advantage when the customer chooses; 0 = none."""
        return 0 if self.sold_anew else self.supplier

    def own_of(self, mechanism: str) -> Any:
        """Return the numbers of a mechanism that is on, by its name."""
        return self.people.own[mechanism]

    def sums_of(self, mechanism: str) -> npt.NDArray[np.float64]:
        """Return where a mechanism's month is added up, of shape (firms + 1, sums)."""
        return self.people.sums[mechanism]

    def words(self, purpose: int) -> tuple[Any, Any, Any, Any]:
        """Return this month's four random words for a purpose."""
        return draws.words(self.people.stream, self.place, self.people.month, purpose)

    # Sockets: what mechanisms add to, as :data:`relsim.customers.block.SOCKETS` says ---------

    def service_level(self) -> float:
        """Return what the supplier delivers before fit, trouble and noise."""
        return self.term(Term.SERVICE)

    def fit(self) -> float:
        """Return how well the supplier's offer suits the customer, -1 to 1."""
        return experience.fit(self.orientation, self.term(Term.OFFER))

    def pull_to_stay(self) -> float:
        """Return what the firm and its rivals add to staying, in log-odds."""
        return self.term(Term.PULL) - self.frailty - self.talk_push()

    def demand(self) -> float:
        """Return the multiplier on the cost to serve."""
        return self.service_demand

    def recommend_rate(self) -> float:
        """Return the chance a month to recommend the supplier, if trust is high enough."""
        return self.term(Term.RECOMMEND_RATE)

    def charges(self, bought: Bought) -> float:  # noqa: ARG002  # a socket: mechanisms use it
        """Return money that the month brings or, below zero, takes beside what is bought."""
        return 0.0

    # The month ---------------------------------------------------------------------------

    def experience(self) -> None:
        """Live the month with the supplier: trouble, experience, satisfaction, trust."""
        trouble_word, reconsider_word, leave_word, mood_word = self.words(int(Purpose.MONTH))
        mood, self.tell_chance = draws.coarse_and_fine(mood_word)
        self.reconsider_chance = uniform(reconsider_word)
        self.leave_chance = uniform(leave_word)
        self.trouble = experience.NO_TROUBLE
        self.rung_before = self.rung
        self.feel_the_times()
        if self.supplier == 0:
            return
        m = self.m
        self.trouble = experience.trouble(
            uniform(trouble_word),
            self.term(Term.FAILURE_RATE),
            m.experience.complaint_rate,
            self.term(Term.RECOVERY),
        )
        unresolved = self.trouble in (experience.FAILED, experience.COMPLAINED)
        lived = experience.experience(
            self.service_level(),
            m.experience.fit_weight * self.fit(),
            m.experience.severity if unresolved else 0.0,
            m.experience.noise,
            mood,
        )
        satisfaction = relationship.satisfaction_after(
            self.satisfaction, lived, m.experience.learning_rate
        )
        trust = relationship.trust_after(
            self.trust, satisfaction, m.trust.build_rate, m.trust.break_rate
        )
        self.satisfaction, self.trust = _single(satisfaction), _single(trust)

    def feel_the_times(self) -> None:
        """Let the times change usage and orientation for the month."""
        columns, m = self.people.columns, self.m
        self.usage = columns.usage[self.place].item() * m.times.usage
        self.orientation = clip01(columns.orientation[self.place].item() + m.times.needs)

    def reconsider(self) -> bool:
        """Return whether the customer chooses this month."""
        free = self.bound <= 1 or self.term(Term.ABSENT) > 0.0
        self.lets_go = self.bound == 1
        self.bound = max(self.bound - 1, 0)
        if self.people.setting.switches_by_matrix:
            return free and self.next_by_matrix() != self.supplier
        if self.supplier == 0:
            return True
        return free and self._wants_to_choose()

    def next_by_matrix(self) -> int:
        """Return where the customer goes by the switching matrix, 0 = to no supplier."""
        absent = self.people.table[:, 0, Term.ABSENT] > 0.0
        there = np.where(absent, 0.0, 1.0)
        there[0] = 1.0
        row = self.m.switching[self.supplier]
        return int(next_supplier(self.reconsider_chance, row, there, self.supplier))

    def _wants_to_choose(self) -> bool:
        m = self.m
        if not self.people.setting.follows_relationship:
            if self.term(Term.ABSENT) > 0.0:
                return True
            if self.people.setting.drops_out:
                return self.lets_go
            kept = (
                self.retention if self.people.setting.own_retention else self.term(Term.RETENTION)
            )
            return self.reconsider_chance >= kept
        pull = self.pull_to_stay() - self.conquest() - self.price_push()
        chance = reconsider.hazard(
            m.reconsider.base,
            m.reconsider.satisfaction_effect,
            self.satisfaction,
            m.reconsider.trust_effect,
            self.trust,
            pull,
        )
        return self.reconsider_chance < chance

    def dissatisfied(self) -> bool:
        """Return whether the customer is dissatisfied."""
        return bool(self.satisfaction < self.m.reconsider.dissatisfied_below)

    def conquest(self) -> float:
        """Return what rivals' offers to the dissatisfied take from the pull to stay."""
        return self.term(Term.CONQUEST) if self.dissatisfied() else 0.0

    def talk_push(self) -> float:
        """Return what recommendations of rivals, heard last month, add to reconsidering."""
        opening = self.m.word_of_mouth.opening
        if opening == 0.0:
            return 0.0
        said = (int(self.people.columns.said[n]) for n in self.people.neighbours(self.place))
        heard = sum(0 < word < WARNING_OFFSET and word != self.supplier for word in said)
        return reconsider.talk_push(opening, self.term(Term.HEARD) + heard)

    def price_push(self) -> float:
        """Return what the price of the present supplier adds to reconsidering."""
        m = self.m
        felt = choice.felt_price(
            self.term(Term.RELATIVE_PRICE),
            m.choice.price_tolerance,
            m.buying.premium,
            self.trust,
        )
        return reconsider.price_push(m.reconsider.price_effect, self.price_sensitivity, felt)

    def cause_of_leaving(self, through: int) -> int:
        """Return why the customer leaves its supplier (``rules.leaving``)."""
        m = self.m
        relationship_decides = self.people.setting.follows_relationship
        if not relationship_decides or self.term(Term.ABSENT) > 0.0 or self.sold_anew:
            return departure.GIVEN
        push, conquest = self.price_push(), self.conquest()
        pull = self.pull_to_stay() - conquest - push
        unresolved = self.trouble in (experience.FAILED, experience.COMPLAINED)
        return departure.cause(
            self.reconsider_chance,
            reconsider.log_odds(
                m.reconsider.base,
                m.reconsider.satisfaction_effect,
                self.satisfaction,
                m.reconsider.trust_effect,
                self.trust,
                pull,
            ),
            push,
            self.term(Term.RIVALS) + conquest,
            self.talk_push(),
            unresolved or self.dissatisfied(),
            float(through),
            self.lets_go,
        )

    def is_saved(self) -> bool:
        """Return whether the customer stays although it would have left."""
        chance = self.term(Term.SAVED)
        return chance > 0.0 and uniform(self.words(int(Purpose.SAVE))[0]) < chance

    def considered(self, firm: int, unmoved: float, standing: float) -> float:
        """Return through what a firm comes into consideration (``rules.choice``)."""
        m, terms = self.m, self.people.table[firm, 0]
        if terms[Term.ABSENT] > 0.0:
            return choice.NOBODY
        if firm == self.incumbent:
            return choice.INCUMBENT if self.people.setting.follows_relationship else choice.NOBODY
        reach = float(terms[Term.REACH_RIVALS])
        if self.satisfaction < m.reconsider.dissatisfied_below:
            reach = choice.either(reach, float(terms[Term.REACH_DISSATISFIED]))
        if self.incumbent == 0:
            reach = float(terms[Term.REACH_PROSPECTS])
        word = self.words(int(Purpose.CONSIDER) + (firm - 1) // 4)[(firm - 1) % 4]
        aware = float(terms[Term.AWARENESS])
        return choice.considered_through(uniform(word), 1.0 - unmoved, reach, aware, standing)

    def utility(self, firm: int) -> float:
        """Return the systematic utility of a firm."""
        m, terms = self.m, self.people.table[firm, 0]
        own = firm == self.incumbent
        price = float(terms[Term.RELATIVE_PRICE])
        felt = price * (1.0 - float(terms[Term.DISCOUNT]))
        if own:
            felt = choice.felt_price(price, m.choice.price_tolerance, m.buying.premium, self.trust)
        utility = choice.utility(
            float(terms[Term.APPEAL]),
            m.choice.price_weight,
            self.price_sensitivity,
            felt,
            m.choice.fit_weight,
            experience.fit(self.orientation, float(terms[Term.OFFER])),
        )
        if not own:
            return utility
        return utility + choice.relationship_utility(
            m.choice.satisfaction_weight,
            self.satisfaction,
            m.choice.trust_weight,
            self.trust,
            float(terms[Term.SWITCHING_COST]),
        )

    def listen(self) -> tuple[list[float], list[float]]:
        """Return, by firm, what recommendations left unmoved and what warnings left standing."""
        unmoved, standing = (
            self.people.table[:, 0, term].tolist() for term in (Term.UNMOVED, Term.STANDING)
        )
        for neighbour in self.people.neighbours(self.place):
            word = int(self.people.columns.said[neighbour])
            if word >= WARNING_OFFSET:
                standing[word - WARNING_OFFSET] *= 1.0 - self.m.word_of_mouth.warning
            elif word > 0:
                unmoved[word] *= 1.0 - self.m.word_of_mouth.persuasion
        return unmoved, standing

    def choose(self) -> tuple[int, int]:
        """Return the firm taken (0 = none) and through what it was considered."""
        if self.people.setting.switches_by_matrix:
            taken = self.next_by_matrix()
            return taken, int(choice.AWARENESS if taken else choice.NOBODY)
        unmoved, standing = self.listen()
        word, _, _, _ = self.words(int(Purpose.OUTSIDE))
        earliest = choice.arrival(uniform(word), self.m.choice.outside_utility)
        winner, through = 0, choice.NOBODY
        for firm in range(1, self.people.table.shape[0]):
            way = self.considered(firm, unmoved[firm], standing[firm])
            if way == choice.NOBODY:
                continue
            word = self.words(int(Purpose.TASTE) + (firm - 1) // 4)[(firm - 1) % 4]
            arrival = choice.arrival(uniform(word), self.utility(firm))
            if arrival < earliest:
                earliest, winner, through = arrival, firm, way
        return winner, int(through)

    def move(self, supplier: int, through: int) -> None:
        """Carry out a choice, and book it."""
        account = self.people.account
        if supplier != self.supplier > 0 and self.is_saved():
            account.firms[self.supplier, _SAVED] += 1.0
            supplier = self.supplier
        if self.supplier > 0:
            account.firms[self.supplier, _RECONSIDERED] += 1.0
        if supplier == self.supplier:
            self.bound = self.months_signed()
            if self.sold_anew:
                self.buy_anew()
            return
        account.flows[self.supplier, supplier] += 1.0
        account.sources[supplier, through] += 1.0
        if self.supplier > 0:
            account.years[self.supplier, int(tenure_year(float(self.tenure))), _LOST] += 1.0
            account.steps[self.supplier, self.rung_before, 0] += 1.0
            if self.people.setting.sees_age:
                old = int(age(float(self.tenure)))
                account.ages[self.supplier, old, self.rung_before, 0, 0] += 1.0
            account.causes[self.supplier, self.cause_of_leaving(through)] += 1.0
            book_trouble(account, self.supplier, self.trouble)
        self.came_through = through
        self.start(supplier)

    def buy_anew(self) -> None:
        """Buy again from a firm that sells sale by sale, as somebody new to it."""
        self.rung_before = self.tenure = self.purchases = self.recommendations = 0
        self.trust = _single(self.m.start.trust)

    def start(self, supplier: int) -> None:
        """Begin the first month with a supplier, or without one (0)."""
        self.supplier = supplier
        self.tier = int(value.ORDINARY) if supplier else 0
        self.satisfaction = _single(self.m.start.satisfaction) if supplier else 0.0
        self.trust = _single(self.m.start.trust) if supplier else 0.0
        self.rung_before = self.tenure = self.purchases = self.recommendations = 0
        self.bound = self.months_signed()
        self.trouble = experience.NO_TROUBLE

    def months_signed(self) -> int:
        """Return months of the contract that begins or is renewed now."""
        if not self.people.setting.mixes_contracts:
            return int(new_bound(self.term(Term.CONTRACT)))
        stream, began = self.people.stream, self.people.month - self.tenure
        length = length_of(self.m.contracts, stream, self.place, self.supplier, began)
        return int(new_bound(length))

    def buy(self) -> tuple[float, float, float]:
        """Return what is bought: plain usage, growth, cross-sales; units.

        Sets ``expected``, the quantity of which that may be a Poisson count.
        """
        self.expected = 0.0
        if self.supplier == 0:
            return 0.0, 0.0, 0.0
        m = self.m
        more = purchase.growth_share(m.buying.volume_growth, self.growth_potential, self.trust)
        chance = purchase.cross_sale_chance(m.buying.cross_sale_rate, self.trust)
        if not self.people.setting.counts_purchases:
            self.purchases += 1
            bought = self.usage, self.usage * more, self.usage * m.buying.cross_sale_size * chance
            self.expected = bought[0] + bought[1] + bought[2]
            return bought
        count_word, cross_word, last_word, _ = self.words(int(Purpose.PURCHASE))
        count = purchase.poisson(uniform(count_word), self.usage * (1.0 + more))
        if self.people.setting.drops_out:
            last = int(purchase.last_purchase(uniform(last_word), self.retention))
            self.bound = 1 if count >= last else 0
            count = min(count, last)
        self.purchases += count
        self.expected = self.usage * (1.0 + more + m.buying.cross_sale_size * chance)
        base = count / (1.0 + more)
        crosses = uniform(cross_word) < chance and count > 0
        return base, count - base, self.usage * m.buying.cross_sale_size if crosses else 0.0

    def tell(self) -> None:
        """Talk about the supplier; it is heard next month."""
        m = self.m
        self.saying = 0
        if self.supplier == 0:
            return
        word = talk.telling(
            self.tell_chance,
            self.trust,
            self.satisfaction,
            m.word_of_mouth.recommend_trust,
            self.recommend_rate(),
            m.word_of_mouth.warn_satisfaction,
            m.word_of_mouth.warn_rate,
        )
        if word == talk.RECOMMENDS:
            self.saying = self.supplier
            self.recommendations = min(self.recommendations + 1, int(MOST_RECOMMENDATIONS))
        elif word == talk.WARNS:
            self.saying = self.supplier + WARNING_OFFSET

    def climb(self) -> int:
        """Return the rung of the ladder on which the customer stands."""
        m = self.m
        if self.supplier == 0:
            return 0
        return int(
            ladder.rung(
                float(self.purchases),
                self.trust,
                float(self.recommendations),
                self.orientation,
                m.ladder.client_purchases,
                m.ladder.supporter_trust,
                m.ladder.advocate_trust,
                m.ladder.advocate_recommendations,
                m.ladder.partner_trust,
                m.ladder.partner_recommendations,
                m.ladder.partner_orientation,
            )
        )

    def live(self) -> None:
        """Live the month after the choice: buy, pay, tell, climb, and be booked."""
        m = self.m
        # The terms of the month are those of the tier at its start.
        terms = {term: self.term(term) for term in _PAYING}
        base, growth, cross = self.buy()
        quantity = base + growth + cross
        premium_share = purchase.price_premium(m.buying.premium, self.trust)
        premium = quantity * premium_share
        units = service.service_units(
            self.demand(), m.service.learning, float(self.tenure), m.service.learning_months
        )
        contribution = value.contribution(
            terms[Term.GROSS_MARGIN],
            quantity,
            terms[Term.PRICE],
            premium,
            terms[Term.SERVICE_COST],
            units,
        )
        worth = value.contribution(
            terms[Term.GROSS_MARGIN],
            self.expected,
            terms[Term.PRICE],
            self.expected * premium_share,
            terms[Term.SERVICE_COST],
            units,
        )
        self.contribution = contribution if self.supplier > 0 else 0.0
        self.tell()
        if self.supplier > 0:
            self.tier = int(
                value.tier(
                    worth,
                    terms[Term.VALUATION_ERROR],
                    self.misjudgement,
                    terms[Term.MOST_VALUABLE_FROM],
                    self.growth_potential,
                    m.value_tiers.growable_from,
                )
            )
        if self.sold_anew:
            self.tier = int(value.ORDINARY)
        self.leaving = self.leave_chance < m.attrition
        self.rung = 0 if self.leaving else self.climb()
        # Who was there at the start was not won by an offer: its tenure is at least the month.
        introduced = self.tenure < min(m.buying.discount_months, self.people.month)
        discounted = quantity if introduced else 0.0
        served = units if self.supplier > 0 else 0.0
        bought = Bought(base, growth, cross, premium, terms[Term.PRICE])
        contribution += self.charges(bought)
        self.book((1.0, base, growth, cross, premium, discounted, served), contribution)

    def book(self, sales: tuple[float, ...], contribution: float) -> None:
        """Add the month to the accounts of the supplier."""
        account, firm = self.people.account, self.supplier
        account.years[firm, int(tenure_year(float(self.tenure))), : len(sales)] += sales
        cell = (1.0, contribution, self.satisfaction, self.trust)
        account.cells[firm, self.rung, self.tier] += cell
        account.steps[firm, self.rung_before, self.rung] += 1.0
        if self.people.setting.sees_age:
            old = int(age(float(self.tenure)))
            account.ages[firm, old, self.rung_before, self.rung] += (1.0, contribution)
        book_trouble(account, firm, self.trouble)
        if self.saying > 0:
            word = _WARNINGS if self.saying >= WARNING_OFFSET else _RECOMMENDATIONS
            account.firms[firm, word] += 1.0
        if self.rung > 0 and self.satisfaction < self.m.reconsider.dissatisfied_below:
            account.firms[firm, _DISSATISFIED] += 1.0

    def turn_over(self) -> None:
        """Leave the market for good and let a newcomer take the place, or grow older."""
        if self.leaving:
            account = self.people.account
            account.firms[self.supplier, _LEFT_MARKET] += 1.0
            account.firms[self.supplier, _LEFT_AT_ONCE] += 1.0 if self.tenure == 0 else 0.0
            account.years[self.supplier, int(tenure_year(float(self.tenure))), _LEFT] += 1.0
            account.causes[self.supplier, departure.LEFT_MARKET] += 1.0
            self.start(0)
            self.saying = self.rung = 0
            self.came_through = int(choice.NOBODY)
            self.people.renew(self.place)
            self.read(TRAITS)
        if self.supplier > 0:
            self.tenure = min(self.tenure + 1, int(LONGEST_TENURE))


_PAYING = (
    Term.GROSS_MARGIN,
    Term.PRICE,
    Term.SERVICE_COST,
    Term.VALUATION_ERROR,
    Term.MOST_VALUABLE_FROM,
)


def _single(x: float) -> float:
    """Round to single precision, as the columns of the compiled engine keep it."""
    return float(np.float32(x))
