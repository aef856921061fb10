"""The schedule of a customer's month: which passes there are, in which order, and when each is on.

A market's month holds only what its config asks for: special cases are choices made once, when
the month is woven (:mod:`relsim.customers.weave`), and a mechanism that is off is no pass at all.
"""

import importlib
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from relsim.customers import traits
from relsim.customers.draws import CHANCES
from relsim.spec import MarketSpec


def at_path(path: str) -> Any:
    """Return what a dotted path names.

    Examples
    --------
    >>> at_path("relsim.customers.schedule.at_path") is at_path
    True
    """
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


class Setting(NamedTuple):
    """What of a config decides which passes the month has.

    Attributes
    ----------
    retention : str
        ``mechanisms.retention.rule``.
    counts_purchases : bool
        Non-contractual: a Poisson number of purchases, else the expected quantity.
    has_events : bool
        Whether events may change usage and needs.
    has_added_traits : bool
        Whether customers have traits that add to what they meet.
    talk_opens : bool
        Whether recommendations of rivals move customers to reconsider.
    sells_anew : bool
        Whether some firm sells sale by sale.
    sees_age : bool
        Whether customers are booked by age too, because they differ for good in how they stay.
    mixes_contracts : bool
        Whether some firm has contracts of several lengths.
    """

    retention: str
    counts_purchases: bool
    has_events: bool
    has_added_traits: bool = False
    talk_opens: bool = False
    sells_anew: bool = False
    sees_age: bool = False
    mixes_contracts: bool = False

    @property
    def follows_relationship(self) -> bool:
        """Whether customers stay by their relationship; else by a given chance."""
        return self.retention == "relationship"

    @property
    def own_retention(self) -> bool:
        """Whether the given chance is each customer's own."""
        return self.retention == "own"

    @property
    def switches_by_matrix(self) -> bool:
        """Whether the next supplier depends on the present one alone, by given chances."""
        return self.retention == "matrix"

    @property
    def drops_out(self) -> bool:
        """Whether each customer's own chance to stay is tried after each purchase."""
        return self.retention == "dropout"


def setting(spec: MarketSpec) -> Setting:
    """Return the setting that a spec describes.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> setting(starter()).follows_relationship
    True
    """
    adds = traits.adds(spec.customers.segments, spec.mechanisms.retention)
    return Setting(
        retention=spec.mechanisms.retention.rule,
        counts_purchases=spec.market.setting == "non_contractual",
        has_events=bool(spec.events),
        has_added_traits=adds,
        talk_opens=spec.mechanisms.word_of_mouth.opening > 0.0,
        sells_anew=any(firm.sells_anew for firm in spec.firms),
        sees_age=adds or spec.mechanisms.retention.rule == "own",
        mixes_contracts=any(firm.contract_mix for firm in spec.firms),
    )


class When(NamedTuple):
    """A condition: in words, and whether a setting meets it."""

    words: str
    holds: Callable[[Setting], bool]


_ALWAYS = When("always", lambda _: True)
_OTHERWISE = When("none of the choices above", lambda _: True)
_HAS_EVENTS = When("events", lambda s: s.has_events)
_HAS_ADDED_TRAITS = When("a trait that adds to a socket", lambda s: s.has_added_traits)
_TALK_OPENS = When(
    'retention rule "relationship", recommendations that open a choice',
    lambda s: s.follows_relationship and s.talk_opens,
)
_SEES_AGE = When("customers who differ for good", lambda s: s.sees_age)
_MIXES_CONTRACTS = When("a firm with several contract lengths", lambda s: s.mixes_contracts)
_SELLS_ANEW = When("a firm that sells sale by sale", lambda s: s.sells_anew)
_FOLLOWS_RELATIONSHIP = When('retention rule "relationship"', lambda s: s.follows_relationship)
_OWN_RETENTION = When('retention rule "own"', lambda s: s.own_retention)
_DROPS_OUT = When('retention rule "dropout"', lambda s: s.drops_out)
_BY_MATRIX = When('retention rule "matrix"', lambda s: s.switches_by_matrix)
_COUNTS_PURCHASES = When("non-contractual", lambda s: s.counts_purchases)
_COUNTS_UNTIL_DROPOUT = When(
    'non-contractual, retention rule "dropout"', lambda s: s.counts_purchases and s.drops_out
)


class Choice(NamedTuple):
    """One pass that a step may consist of.

    Attributes
    ----------
    function : str
        Dotted path of the compiled loop.
    when : When
        In which settings it is the step's pass.
    """

    function: str
    when: When = _ALWAYS


class Step(NamedTuple):
    """A step of the month: the first of its choices that fits the setting; none, no pass.

    Attributes
    ----------
    name : str
        What the step is called; mechanisms stand before or after it.
    choices : tuple of Choice
        In the order in which they are tried.
    """

    name: str
    choices: tuple[Choice, ...]


_PASSES = "relsim.customers.passes"


def _step(name: str, *choices: str | Choice) -> Step:
    made = (choice if isinstance(choice, Choice) else Choice(choice) for choice in choices)
    return Step(name, tuple(c._replace(function=f"{_PASSES}.{c.function}") for c in made))


SCHEDULE: tuple[Step, ...] = (
    _step("feel_the_times", Choice("common.feel_the_times", _HAS_EVENTS)),
    _step("draw", "common.draw"),
    _step(
        "meet_terms",
        Choice("common.meet_terms_and_traits", _HAS_ADDED_TRAITS),
        Choice("common.meet_terms", _OTHERWISE),
    ),
    _step("hear", Choice("reconsider.hear", _TALK_OPENS)),
    _step("fit", "experience.fit"),
    _step("experience", "experience.experience"),
    _step(
        "reconsider",
        Choice("reconsider.by_relationship", _FOLLOWS_RELATIONSHIP),
        Choice("reconsider.by_own_chance", _OWN_RETENTION),
        Choice("reconsider.by_dropping_out", _DROPS_OUT),
        Choice("switching.reconsider_by_matrix", _BY_MATRIX),
        Choice("reconsider.by_given_chance", _OTHERWISE),
    ),
    _step("loosen", "common.loosen"),
    _step(
        "choose",
        Choice("choose.among_known_own_and_anew", _SELLS_ANEW),
        Choice("choose.among_known_and_own", _FOLLOWS_RELATIONSHIP),
        Choice("switching.choose_by_matrix", _BY_MATRIX),
        Choice("choose.among_others", _OTHERWISE),
    ),
    _step(
        "move",
        Choice("move.with_causes_and_anew", _SELLS_ANEW),
        Choice("move.with_causes", _FOLLOWS_RELATIONSHIP),
        Choice("move.as_given", _OTHERWISE),
    ),
    _step("sign", Choice("sign.sign", _MIXES_CONTRACTS)),
    _step(
        "buy",
        Choice("buy.counted_until_dropout", _COUNTS_UNTIL_DROPOUT),
        Choice("buy.counted", _COUNTS_PURCHASES),
        Choice("buy.expected", _OTHERWISE),
    ),
    _step("pay", "buy.pay"),
    _step("forget", Choice("buy.forget", _SELLS_ANEW)),
    _step("talk", "talk.talk"),
    _step("climb", "talk.climb"),
    _step("book", "book.book"),
    _step("book_by_age", Choice("age.book_by_age", _SEES_AGE)),
    _step("leave_the_market", "move.leave_the_market"),
)
"""The steps of a customer's month, in their order."""

STEPS = tuple(step.name for step in SCHEDULE)


class Pass(NamedTuple):
    """A pass of a market's month.

    Attributes
    ----------
    function : str
        Dotted path of the compiled loop.
    argument : str
        What it gets besides the scene, as Python: "own[0]", the numbers and columns of the first
        mechanism that is on, or "2", the number of a shared call of the generator.
    """

    function: str
    argument: str = ""

    @property
    def meaning(self) -> str:
        """First sentence of its documentation."""
        text = inspect.getdoc(at_path(self.function)) or ""
        return text.partition("\n\n")[0].replace("\n", " ")


class Addition(NamedTuple):
    """A pass that a mechanism adds to the month.

    Attributes
    ----------
    function : str
        Dotted path of the compiled loop, of signature ``pass(scene, own)``.
    before, after : str
        The step of the schedule that it stands before, or after; one of the two.
    """

    function: str
    before: str = ""
    after: str = ""


def passes(
    setting: Setting,
    additions: Sequence[Iterable[Addition]] = (),
    chances: Iterable[str] = (),
) -> tuple[Pass, ...]:
    """Return the passes of a market's month in their order.

    Parameters
    ----------
    setting : Setting
        What decides between choices.
    additions : sequence of iterables of Addition
        What each mechanism that is on adds, in the order of the mechanisms.
    chances : iterable of str
        Random numbers of mechanisms that are needed, by their names in ``draws.CHANCES``.

    Examples
    --------
    >>> woven = passes(Setting("relationship", False, False))
    >>> [one.function.rpartition(".")[2] for one in woven][:3]
    ['draw', 'meet_terms', 'fit']
    """
    added = [(f"own[{place}]", one) for place, some in enumerate(additions) for one in some]
    calls = sorted({CHANCES[name].call for name in chances})
    found = [Pass(f"{_PASSES}.common.draw_shared", str(call)) for call in calls]
    for step in SCHEDULE:
        found += [Pass(one.function, own) for own, one in added if one.before == step.name]
        chosen = [choice.function for choice in step.choices if choice.when.holds(setting)]
        found += [Pass(function) for function in chosen[:1]]
        found += [Pass(one.function, own) for own, one in added if one.after == step.name]
    return tuple(found)
