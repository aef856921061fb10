"""The month in plain Mesa: one agent per customer, rules in Python alone.

As a Mesa user would write it: attributes, ``if``, ``math.exp`` and the model's own random
numbers; nothing compiled, and none of relsim's draws. Agents are called in a fixed order, which
is Mesa's fastest. The rules are relsim's in a contractual market whose customers stay by their
relationship, so the outcome is relsim's in distribution.
"""

import math
from types import SimpleNamespace
from typing import Any

import mesa  # noqa: TID251 - Mesa itself is what is measured
import numpy as np

from benchmarks.flat import flat
from benchmarks.situation import Situation
from relsim.customers import accounts as books
from relsim.customers.accounts import FIRM_FIELDS, TENURE_YEARS, YEAR_FIELDS, Accounts
from relsim.customers.passes.move import new_bound
from relsim.customers.rules import choice, value
from relsim.customers.rules.departure import CAUSES
from relsim.customers.rules.talk import WARNING_OFFSET
from relsim.customers.terms import N_RUNGS, N_TIERS, Term

_WIDTH = math.sqrt(12.0)  # a uniform number of this width has deviation 1
_TRAITS = (
    "usage",
    "price_sensitivity",
    "orientation",
    "service_demand",
    "growth_potential",
    "misjudgement",
)
_STATE = (
    "supplier",
    "tier",
    "rung",
    "bound",
    "tenure",
    "purchases",
    "recommendations",
    "satisfaction",
    "trust",
    *_TRAITS,
)
_NOBODY, _REFERRAL, _REACH, _AWARENESS, _INCUMBENT = (
    int(way)
    for way in (choice.NOBODY, choice.REFERRAL, choice.REACH, choice.AWARENESS, choice.INCUMBENT)
)
_BELOW_ZERO, _ORDINARY, _GROWABLE, _MOST_VALUABLE = (
    int(tier) for tier in (value.BELOW_ZERO, value.ORDINARY, value.GROWABLE, value.MOST_VALUABLE)
)
_LOST, _LEFT_MARKET = YEAR_FIELDS.index("lost"), YEAR_FIELDS.index("left_market")
_FIRM = {name: place for place, name in enumerate(FIRM_FIELDS)}
_TERMS = tuple(term.name.lower() for term in Term)


class Books:
    """Lists in the shape of the accounts: what Python adds to fastest."""

    def __init__(self, firms: int) -> None:
        rows = range(firms + 1)
        self.years = [[[0.0] * len(YEAR_FIELDS) for _ in range(TENURE_YEARS)] for _ in rows]
        self.firms = [[0.0] * len(FIRM_FIELDS) for _ in rows]
        self.flows = [[0.0] * (firms + 1) for _ in rows]
        self.sources = [[0.0] * 4 for _ in rows]
        self.cells = [
            [[[0.0] * len(books.CELL_FIELDS) for _ in range(N_TIERS)] for _ in range(N_RUNGS)]
            for _ in rows
        ]
        self.steps = [[[0.0] * N_RUNGS for _ in range(N_RUNGS)] for _ in rows]
        self.causes = [[0.0] * len(CAUSES) for _ in rows]  # kept by relsim alone
        self.ages = books.allocate(1, firms).ages[0]  # nobody differs for good

    def accounts(self) -> Accounts:
        """Return them as arrays."""
        return Accounts(*(np.array(getattr(self, name)) for name in Accounts._fields))


class Person(mesa.Agent):  # type: ignore[misc]  # mesa ships no types
    """A customer."""

    supplier: int
    tier: int
    rung: int
    bound: int
    tenure: int
    purchases: int
    recommendations: int
    satisfaction: float
    trust: float
    usage: float
    price_sensitivity: float
    orientation: float
    service_demand: float
    growth_potential: float
    misjudgement: float
    neighbours: list["Person"]
    said: int  # the firm that was recommended last month, negative if it was warned of

    def __init__(self, model: "PlainMesa", state: dict[str, Any]) -> None:
        super().__init__(model)
        self.__dict__.update(state)
        self.said = self.saying = 0

    def live(self) -> None:
        """Live one month."""
        m, random = self.model.m, self.random.random
        self.rung_before = self.rung
        self.trouble = 0
        if self.supplier > 0:
            self.experience()
        chooses = self.supplier == 0 or (self.bound <= 1 and random() < self.hazard())
        if self.bound > 0:
            self.bound -= 1
        if chooses:
            self.choose()
        leaves = random() < m.turnover
        self.buy(leaves)
        if leaves:
            self.leave()
        if self.supplier > 0:
            self.tenure += 1

    def terms(self) -> SimpleNamespace:
        """Return what the supplier offers to the customer's tier."""
        terms: SimpleNamespace = self.model.terms[self.supplier][self.tier]
        return terms

    def experience(self) -> None:
        """Meet trouble or not; satisfaction and trust follow."""
        m, t, random = self.model.m, self.terms(), self.random.random
        u = random()
        loss = 0.0
        if u < t.failure_rate:
            complained = t.failure_rate * m.complaint_rate
            self.trouble = 1 + (u < complained) + (u < complained * t.recovery)
            loss = m.severity if self.trouble < 3 else 0.0
        fit = 1.0 - 2.0 * abs(self.orientation - t.offer)
        lived = t.service + m.fit_weight * fit - loss + m.noise * _WIDTH * (random() - 0.5)
        lived = min(max(lived, 0.0), 1.0)
        self.satisfaction += m.learning_rate * (lived - self.satisfaction)
        rate = m.build_rate if self.satisfaction > self.trust else m.break_rate
        self.trust += rate * (self.satisfaction - self.trust)

    def hazard(self) -> float:
        """Return the chance to reconsider."""
        m, t = self.model.m, self.terms()
        pull = t.pull
        if self.satisfaction < m.dissatisfied_below:
            pull -= t.conquest
        felt = t.relative_price * self.felt()
        pull -= m.price_effect * self.price_sensitivity * (felt - 1.0)
        bond = m.satisfaction_effect * (self.satisfaction - 0.5) + m.trust_effect * self.trust
        return 1.0 / (1.0 + math.exp(bond + pull - m.base))

    def listen(self) -> tuple[list[float], list[float]]:
        """Return, by firm, what is left unmoved and what is left standing."""
        m = self.model.m
        unmoved = [1.0] * len(self.model.terms)
        standing = unmoved.copy()
        for neighbour in self.neighbours:
            word = neighbour.said
            if word > 0:
                unmoved[word] *= 1.0 - m.persuasion
            elif word < 0:
                standing[-word] *= 1.0 - m.warning
        return unmoved, standing

    def way_to(self, firm: int, unmoved: float, standing: float) -> int:
        """Return through what a firm comes into consideration."""
        if firm == self.supplier:
            return _INCUMBENT
        t = self.model.terms[firm][0]
        if self.supplier == 0:
            unreached = 1.0 - t.reach_prospects
        else:
            unreached = 1.0 - t.reach_rivals
            if self.satisfaction < self.model.m.dissatisfied_below:
                unreached *= 1.0 - t.reach_dissatisfied
        u = self.random.random()
        if u < standing * (1.0 - unmoved):
            return _REFERRAL
        if u < standing * (1.0 - unmoved * unreached):
            return _REACH
        if u < standing * (1.0 - unmoved * unreached * (1.0 - t.awareness)):
            return _AWARENESS
        return _NOBODY

    def felt(self) -> float:
        """Return the price of the own firm as felt, in its list prices."""
        m = self.model.m
        return float((1.0 + m.premium * self.trust) * (1.0 - m.price_tolerance * self.trust))

    def utility(self, firm: int) -> float:
        """Return the systematic utility of a firm."""
        m, t = self.model.m, self.model.terms[firm][0]
        own = firm == self.supplier
        felt = self.felt() if own else 1.0 - t.discount
        fit = 1.0 - 2.0 * abs(self.orientation - t.offer)
        utility: float = (
            t.appeal
            - m.price_weight * self.price_sensitivity * t.relative_price * felt
            + m.choice_fit_weight * fit
        )
        if own:
            bond = m.satisfaction_weight * (self.satisfaction - 0.5) + m.trust_weight * self.trust
            utility += bond + t.switching_cost
        return utility

    def choose(self) -> None:
        """Take the best of what is considered."""
        model, expovariate = self.model, self.random.expovariate
        unmoved, standing = self.listen()
        earliest = expovariate(math.exp(model.m.outside_utility))
        winner, through = 0, _NOBODY
        options = self.supplier > 0
        for firm in range(1, len(model.terms)):
            way = self.way_to(firm, unmoved[firm], standing[firm])
            if way == _NOBODY:
                continue
            options = True
            arrival = expovariate(math.exp(self.utility(firm)))
            if arrival < earliest:
                earliest, winner, through = arrival, firm, way
        if options:
            self.move(winner, through)

    def move(self, winner: int, through: int) -> None:
        """Carry out a choice, and book it."""
        account, before = self.model.account, self.supplier
        if before > 0:
            account.firms[before][_FIRM["reconsidered"]] += 1.0
        if winner == before:
            self.bound = int(new_bound(self.terms().contract))
            return
        account.flows[before][winner] += 1.0
        account.sources[winner][through] += 1.0
        if before > 0:
            account.years[before][self.year()][_LOST] += 1.0
            account.steps[before][self.rung_before][0] += 1.0
            self.book_trouble()
        self.start(winner)

    def year(self) -> int:
        """Return the year of tenure."""
        return min(self.tenure // 12, TENURE_YEARS - 1)

    def start(self, supplier: int) -> None:
        """Begin the first month with a supplier, or without one (0)."""
        model = self.model
        self.supplier = supplier
        self.tier = _ORDINARY if supplier else 0
        self.bound = int(new_bound(self.terms().contract))
        self.satisfaction = model.start_satisfaction if supplier else 0.0
        self.trust = model.start_trust if supplier else 0.0
        self.rung_before = self.tenure = self.purchases = self.recommendations = 0
        self.trouble = 0

    def buy(self, leaves: bool) -> None:
        """Buy, be served, be reviewed, tell, climb, and be booked."""
        model, trust, tenure = self.model, self.trust, self.tenure
        m, t, supplier = model.m, self.terms(), self.supplier
        used = self.usage if supplier else 0.0
        growth = used * m.volume_growth * self.growth_potential * trust
        cross = used * m.cross_sale_size * m.cross_sale_rate * trust
        quantity = used + growth + cross
        premium = quantity * m.premium * trust
        learned = m.learning * (1.0 - math.exp(-tenure / m.learning_months))
        units = self.service_demand * (1.0 - learned)
        contribution = t.gross_margin * quantity + t.price * premium - t.service_cost * units
        self.saying = rung = 0
        if supplier:
            self.purchases += 1
            self.review(contribution, t)
            self.tell(t)
            rung = 0 if leaves else self.climb()
        self.rung = rung
        year = model.account.years[supplier][self.year()]
        year[0] += 1.0
        year[1] += used
        year[2] += growth
        year[3] += cross
        year[4] += premium
        year[5] += quantity if tenure < model.discount_months else 0.0
        year[6] += units if supplier else 0.0
        cell = model.account.cells[supplier][rung][self.tier]
        cell[0] += 1.0
        cell[1] += contribution
        cell[2] += self.satisfaction
        cell[3] += trust
        model.account.steps[supplier][self.rung_before][rung] += 1.0
        if supplier:
            self.book_what_is_notable()

    def book_what_is_notable(self) -> None:
        """Book trouble, talk and dissatisfaction."""
        row = self.model.account.firms[self.supplier]
        self.book_trouble()
        if self.saying > 0:
            row[_FIRM["recommendations"]] += 1.0
        elif self.saying < 0:
            row[_FIRM["warnings"]] += 1.0
        if self.rung > 0 and self.satisfaction < self.model.m.dissatisfied_below:
            row[_FIRM["dissatisfied"]] += 1.0

    def book_trouble(self) -> None:
        """Book a failure, and the complaint and recovery that followed."""
        if self.trouble > 0:
            row = self.model.account.firms[self.supplier]
            row[_FIRM["failures"]] += 1.0
            row[_FIRM["complaints"]] += self.trouble > 1
            row[_FIRM["recovered"]] += self.trouble > 2

    def review(self, contribution: float, t: SimpleNamespace) -> None:
        """Be put into a value tier."""
        seen = contribution + t.valuation_error * self.misjudgement
        if seen < 0.0:
            self.tier = _BELOW_ZERO
        elif seen >= t.most_valuable_from:
            self.tier = _MOST_VALUABLE
        elif self.growth_potential >= self.model.m.growable_from:
            self.tier = _GROWABLE
        else:
            self.tier = _ORDINARY

    def tell(self, t: SimpleNamespace) -> None:
        """Talk about the supplier; it is heard next month."""
        m, u = self.model.m, self.random.random()
        if self.satisfaction <= m.warn_satisfaction:
            if u < m.warn_rate:
                self.saying = -self.supplier
        elif self.trust >= m.recommend_trust and u < t.recommend_rate:
            self.saying = self.supplier
            self.recommendations += 1

    def climb(self) -> int:
        """Return the rung of the ladder."""
        m, trust, recommendations = self.model.m, self.trust, self.recommendations
        if self.purchases < m.client_purchases:
            return 1
        if trust < m.supporter_trust:
            return 2
        if trust < m.advocate_trust or recommendations < m.advocate_recommendations:
            return 3
        if (
            trust < m.partner_trust
            or recommendations < m.partner_recommendations
            or self.orientation < m.partner_orientation
        ):
            return 4
        return 5

    def leave(self) -> None:
        """Leave the market for good, a newcomer in one's place."""
        account = self.model.account
        account.firms[self.supplier][_FIRM["left_market"]] += 1.0
        account.firms[self.supplier][_FIRM["left_at_once"]] += 1.0 if self.tenure == 0 else 0.0
        account.years[self.supplier][self.year()][_LEFT_MARKET] += 1.0
        self.start(0)
        self.rung = self.saying = 0
        self.__dict__.update(self.model.traits())

    def speak(self) -> None:
        """Let what was said this month be heard."""
        self.said = self.saying


class PlainMesa(mesa.Model):  # type: ignore[misc]  # mesa ships no types
    """The market of a situation, lived by plain Mesa agents.

    Raises
    ------
    ValueError
        If the market has rules that are left out here.
    """

    def __init__(self, situation: Situation, seed: int = 1) -> None:
        super().__init__(rng=seed)
        customers = situation.customers
        self.m = flat(customers)
        # relsim's columns and thresholds hold single precision: who starts at one is to be there.
        self.start_satisfaction = float(np.float32(self.m.start_satisfaction))
        self.start_trust = float(np.float32(self.m.start_trust))
        self.terms = [
            [SimpleNamespace(**dict(zip(_TERMS, tier, strict=True))) for tier in firm]
            for firm in situation.table.tolist()
        ]
        self.tables = customers.tables
        self.month = situation.month - 1
        state = {name: getattr(customers.columns, name).tolist() for name in _STATE}
        people = [
            Person(self, dict(zip(_STATE, one, strict=True)))
            for one in zip(*state.values(), strict=True)
        ]
        for person, word in zip(people, customers.columns.said.tolist(), strict=True):
            person.said = word if word < WARNING_OFFSET else WARNING_OFFSET - word
        start = customers.network.start.tolist()
        neighbour = customers.network.neighbour.tolist()
        for i, person in enumerate(people):
            some = neighbour[start[i] : start[i + 1]] if len(start) > 1 else []
            person.neighbours = [people[k] for k in some]

    def traits(self) -> dict[str, float]:
        """Draw the traits of a newcomer."""
        u = self.random.random()
        segment = int(np.searchsorted(self.tables.cumulative_share[:-1], u, side="right"))
        drawn = {}
        for name in _TRAITS:
            table = self.tables.of(name)[segment]
            place = self.random.random() * (table.size - 1)
            cell = int(place)
            drawn[name] = float(table[cell] + (place - cell) * (table[cell + 1] - table[cell]))
        return drawn

    def step(self) -> None:
        """Live one month."""
        self.month += 1
        self.discount_months = min(self.m.discount_months, self.month)
        self.account = Books(len(self.terms) - 1)
        self.agents.do("live")
        self.agents.do("speak")

    def live(self) -> Accounts:
        """Live one month and return its accounts."""
        self.step()
        return self.account.accounts()
