"""What happened to one customer, and why: the market simulated again, with one customer that tells.

The columns of the compiled market say what a customer is, not how it came to be so. A story
simulates the market again with the same random numbers and lets one
:class:`relsim.agents.customer.CustomerAgent` live beside the columns: it meets the same offers and
hears the same neighbours, and after each month its state has to be what the columns say. What it
does on the way is the story.
"""

import dataclasses
import operator
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.agents.company import Company
from relsim.agents.customer import CustomerAgent
from relsim.agents.market import with_mechanisms
from relsim.customers.accounts import Accounts
from relsim.customers.columns import STATE
from relsim.customers.rules import choice, departure, experience
from relsim.customers.rules.ladder import RUNGS
from relsim.customers.rules.talk import WARNING_OFFSET
from relsim.customers.rules.value import TIERS
from relsim.errors import RelsimError, SpecError
from relsim.market import ConservationError, Market
from relsim.spec import MarketSpec

KINDS = (
    "came",
    "joined",
    "trouble",
    "stayed",
    "saved",
    "left",
    "climbed",
    "fell",
    "recommended",
    "warned",
    "left_market",
)
"""What an episode can be: came to the market, joined a firm, stayed after a new choice ..."""

_WAYS = {
    choice.REACH: "reached by its offer",
    choice.AWARENESS: "known by name",
    choice.INCUMBENT: "its supplier",
}
_WHY = {
    "failure": "trouble that was not made good, or dissatisfaction",
    "price": "its price",
    "rival_offer": "a rival's offer",
    "word_of_mouth": "word of mouth",
    "contract_end": "the end of the contract",
    "given": "the chance that the config gives",
    "drift": "a bond that was too weak for the month's random numbers",
}
_TROUBLE = {
    experience.FAILED: "it said nothing",
    experience.COMPLAINED: "it complained, and nothing was made good",
    experience.RECOVERED: "it complained, and all was made good",
}


@dataclasses.dataclass(frozen=True)
class Episode:
    """Something that a customer lived.

    Attributes
    ----------
    month : int
        When; 0 = before the first month.
    kind : str
        One of :data:`KINDS`.
    text : str
        In words.
    """

    month: int
    kind: str
    text: str


@dataclasses.dataclass(frozen=True)
class Story:
    """What a customer lived.

    Attributes
    ----------
    customer : int
        Its place; when somebody leaves the market, the story goes on with the newcomer there.
    title : str
        The market's name.
    episodes : tuple of Episode
        In their order.
    months : pandas.DataFrame
        One row a month, as the customer is at its end: ``month``, ``supplier`` and ``tier``
        (missing without one), ``rung``, ``tenure``, ``satisfaction`` and ``trust`` (0 to 1),
        ``purchases``, ``bound``, and ``contribution``, its running contribution (money).
    """

    customer: int
    title: str
    episodes: tuple[Episode, ...]
    months: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """Return the episodes as a table: ``month``, ``kind``, ``text``."""
        return pd.DataFrame(
            [dataclasses.astuple(episode) for episode in self.episodes],
            columns=["month", "kind", "text"],
        )

    def __str__(self) -> str:
        head = f"Customer {self.customer} of {self.title}, {len(self.months)} months"
        lines = [f"{e.month:>5}  {e.kind.replace('_', ' '):<12} {e.text}" for e in self.episodes]
        return "\n".join([head, "month  what", *lines])


class Narrator(CustomerAgent):
    """A customer that tells what it lives."""

    def __init__(self, model: Market, place: int, people: Company) -> None:
        super().__init__(model, place, people)
        self._names = ["nobody", *(firm.name for firm in model.spec.firms)]
        self._weighed: dict[int, float] = {}
        self.begin()

    def begin(self) -> None:
        """Begin the story with the state before month 1; what was told before is not kept."""
        self.episodes: list[Episode] = []
        self.rows: list[tuple[object, ...]] = []
        self._arrive(0)

    @property
    def month(self) -> int:
        """The month that the market is in."""
        return self.people.month - self.people.before

    def _say(self, kind: str, text: str, month: int | None = None) -> None:
        self.episodes.append(Episode(self.month if month is None else month, kind, text))

    def _arrive(self, month: int) -> None:
        old = self.born <= self.people.before
        start = "in the market from the start" if old else "a newcomer"
        since = f", with {self._names[self.supplier]} for {_months(self.tenure)}"
        self._say("came", start + (since if self.supplier else ", without a supplier"), month)

    # The month as a customer lives it --------------------------------------------------

    def experience(self) -> None:
        """Live the month with the supplier, and tell of trouble."""
        super().experience()
        if self.trouble in _TROUBLE:
            self._say(
                "trouble", f"{self._names[self.supplier]} failed it; {_TROUBLE[self.trouble]}"
            )

    def considered(self, firm: int, unmoved: float, standing: float) -> float:
        """Return through what a firm comes into consideration, and remember it."""
        way = super().considered(firm, unmoved, standing)
        if way != choice.NOBODY:
            self._weighed[firm] = way
        return way

    def choose(self) -> tuple[int, int]:
        """Choose, remembering what was weighed."""
        self._weighed = {}
        return super().choose()

    def move(self, supplier: int, through: int) -> None:
        """Carry out a choice, and tell of it."""
        before, tenure = self.supplier, self.tenure
        why = self.cause_of_leaving(through) if 0 < before != supplier else departure.DRIFT
        super().move(supplier, through)
        was, now = self._names[before], self._names[self.supplier]
        if before != supplier and self.supplier == before:
            self._say("saved", f"would have left {was} for {_words(why)}, and was kept")
        elif 0 < before == supplier:
            self._say("stayed", f"with {was} after a new choice; {self._choice(before)}")
        elif before != supplier:
            if before:
                self._say("left", f"{was} after {_months(tenure)}, for {_words(why)}")
            if supplier:
                self._say("joined", f"{now}, {self._way(supplier)}; {self._choice(supplier)}")

    def _way(self, firm: int) -> str:
        """Return how a firm came into consideration, in words."""
        if firm not in self._weighed:
            return "by the switching matrix"
        way = self._weighed[firm]
        if way != choice.REFERRAL:
            return _WAYS[way]
        said = self.people.columns.said
        who = [str(k) for k in self.people.neighbours(self.place) if said[k] == firm]
        return f"recommended by {_people(who)}"

    def _choice(self, taken: int) -> str:
        others = [f"{self._names[k]} ({self._way(k)})" for k in self._weighed if k != taken]
        return f"it had weighed {', '.join(others)} too" if others else "it had weighed no other"

    def live(self) -> None:
        """Live the month after the choice, and tell of talk and of the ladder."""
        super().live()
        name = self._names[self.supplier]
        if self.saying >= WARNING_OFFSET:
            self._say("warned", f"neighbours of {name}")
        elif self.saying:
            self._say("recommended", f"{name} to its neighbours")
        if 0 < self.rung_before != self.rung > 0:
            kind = "climbed" if self.rung > self.rung_before else "fell"
            self._say(kind, f"from {RUNGS[self.rung_before]} to {RUNGS[self.rung]} of {name}")

    def turn_over(self) -> None:
        """Leave the market for good or grow older, and tell of it."""
        name, tenure, leaves = self._names[self.supplier], self.tenure + 1, self.leaving
        served = self.supplier > 0
        super().turn_over()
        if leaves:
            where = f", {name}'s customer for {_months(tenure)}" if served else ", without supplier"
            self._say("left_market", f"for good{where}")
            self._arrive(self.month)

    def keep(self) -> None:
        """Note the state at the end of a month, which has to be what the columns say.

        Raises
        ------
        ConservationError
            If it is another: a fault of relsim's.
        """
        columns = {name: getattr(self.people.columns, name) for name in STATE}
        for one in self.people.mechanisms:
            columns |= one.state
        for name, column in columns.items():
            known = column[self.place].item()
            if known != getattr(self, name):
                raise ConservationError(
                    f"month {self.month}: {name} of customer {self.place} is {known} in "
                    f"the columns, {getattr(self, name)} in its story"
                )
        self.said = self.saying
        tier = TIERS[self.tier] if self.supplier else None
        supplier = self._names[self.supplier] if self.supplier else None
        self.rows.append(
            (
                self.month,
                supplier,
                tier,
                RUNGS[self.rung],
                self.tenure,
                self.satisfaction,
                self.trust,
                self.purchases,
                self.bound,
                self.contribution,
            )
        )


_COLUMNS = [
    "month",
    "supplier",
    "tier",
    "rung",
    "tenure",
    "satisfaction",
    "trust",
    "purchases",
    "bound",
    "contribution",
]


def _months(number: int) -> str:
    return "1 month" if number == 1 else f"{number} months"


def _people(numbers: list[str]) -> str:
    """Return whom the numbers name; in a fully mixed market nobody in particular."""
    if not numbers:
        return "word of mouth"
    return f"customer{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def _words(cause: int) -> str:
    return _WHY[departure.CAUSES[cause]]


class _Watched(Company):
    """The customers of a compiled market, one of whom also lives as a narrator."""

    narrator: Narrator

    def live(self, table: npt.NDArray[np.float64], month: int) -> Accounts:
        """Live one month: the narrator first, on what the columns say of the month before."""
        self.begin(table, month)
        teller = self.narrator
        teller.experience()
        if teller.reconsider():
            teller.move(*teller.choose())
        teller.live()
        accounts = super().live(table, month)
        teller.turn_over()  # draws a newcomer's traits as the columns just did
        teller.keep()
        return accounts

    def hold_shares(self, month: int) -> npt.NDArray[np.int64]:
        """Bring every firm back to its share; after the last month of warm-up the story begins."""
        moved = super().hold_shares(month)
        if self.narrator.place in moved:
            self.narrator.read(STATE)
        if month == 0:
            self.narrator.begin()
        return moved


class Relived(Market):
    """A market simulated again, with one customer that tells.

    Parameters
    ----------
    chapters : sequence of (int, MarketSpec)
        From which month on which spec is simulated under; the first from month 1.
    seed, replication : int
        The random numbers.
    customer : int
        Who tells.
    threads : int
        Threads that share a month.

    Raises
    ------
    SpecError
        If there is no such customer, or customers are of a class of the user's own.
    StrategyError
        If a mechanism has passes and no part for agents.
    """

    def __init__(
        self,
        chapters: Sequence[tuple[int, MarketSpec]],
        seed: int,
        replication: int,
        customer: int,
        threads: int = 1,
    ) -> None:
        spec = chapters[0][1]
        size, customer = spec.market.customers, operator.index(customer)
        if not 0 <= customer < size:
            raise SpecError(f"customer: given {customer}, allowed: 0 to {size - 1}")
        self._customer, self._to_come = customer, list(chapters[1:])
        super().__init__(spec, seed, replication, threads)

    def _people(self, threads: int) -> _Watched:
        if self.spec.customers.own_class is not None:
            raise SpecError(
                "customers.class: stories are told of relsim's own customers, not of those of a "
                "class of one's own"
            )
        people = _Watched(self.spec, self.random_seed, self.replication, threads, self.mechanisms)
        people.month = 0
        kind = with_mechanisms(Narrator, self.mechanisms)
        people.narrator = self.narrator = kind(self, self._customer, people)
        return people

    def until(self, month: int, each: Callable[[int], None] | None = None) -> "Relived":
        """Live up to a month, turning to each chapter's spec where it begins."""
        while self._to_come and self._to_come[0][0] <= month:
            start, spec = self._to_come.pop(0)
            self.run(start - 1 - self.month, each)
            self.change(spec)
        self.run(month - self.month, each)
        return self

    def told(self) -> Story:
        """Return the story so far."""
        months = pd.DataFrame(self.narrator.rows, columns=_COLUMNS)
        return Story(self._customer, self.spec.title, tuple(self.narrator.episodes), months)


def tell(market: Market, customer: int) -> Story:
    """Return the story of a customer of a market: the market is simulated again.

    Parameters
    ----------
    market : Market
        Of either engine.
    customer : int
        The customer's place.

    Raises
    ------
    RelsimError
        If there is no such customer, or simulating again gave another market: one with a class, a
        strategy or a state of the user's own that its spec does not know of.
    """
    again = Relived(
        market.chapters,
        market.random_seed,
        market.replication,
        customer,
        market.customers.threads,
    ).until(market.month)
    if again.customers[customer] != market.customers[customer]:
        raise RelsimError(
            f"customer {customer}: simulated again it has another history; a market changed by "
            "hand, or with a customer class of one's own, has no stories"
        )
    return again.told()
