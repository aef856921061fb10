"""What is wrong with how a mechanism declares itself: found before the first month, and said."""

import inspect
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from relsim.customers.columns import TABLE, Column
from relsim.customers.draws import CHANCES
from relsim.customers.schedule import STEPS, Addition, at_path
from relsim.firms.ledger import CountsAs, Line, Stock
from relsim.firms.tables import FORMER, MARKET_COLUMNS
from relsim.mechanisms.base import Mechanism
from relsim.spec.hints import listing, nearest

_OF_FRAME = ("customer", "neighbours")
_OF_TABLE = ("month", "firm", *MARKET_COLUMNS, *FORMER)
_COUNTS_AS = (None, *get_args(CountsAs))


def faults(kind: type[Mechanism], columns: Iterable[str], figures: Iterable[str]) -> list[str]:
    """Return what is wrong with a mechanism, a sentence each.

    Parameters
    ----------
    kind : type of Mechanism
        Its class.
    columns, figures : iterable of str
        Names of columns, and of lines and stocks, that the market's other mechanisms have taken.

    Examples
    --------
    >>> class Lost(Mechanism):
    ...     additions = (Addition("lost.passes.find", after="feal_the_times"),)
    >>> faults(Lost, (), ())[0]
    "additions: no step of the month is called 'feal_the_times'; did you mean 'feel_the_times'?"
    """
    found = [*_of_kinds(kind)]
    if found:  # the rest would stumble over it
        return found
    checks = (
        _of_additions(kind.additions),
        _of_chances(kind.chances),
        _of_names("columns", list(kind.columns), (*TABLE, *_OF_FRAME, *columns)),
        _of_names("lines and stocks", _figures(kind), (*_OF_TABLE, *figures)),
        _of_lines(kind.lines),
        _of_agent(kind),
    )
    return list(itertools.chain.from_iterable(checks))


def _figures(kind: type[Mechanism]) -> list[str]:
    return [one.name for one in kind.lines] + [one.name for one in kind.stocks]


def _of_kinds(kind: type[Mechanism]) -> Iterator[str]:
    """Say what is of another kind than a mechanism's parts are."""
    columns: Any = kind.columns
    is_mapping = isinstance(columns, Mapping)
    parts: tuple[tuple[str, Any, type], ...] = (
        ("columns", tuple(columns.values()) if is_mapping else columns, Column),
        ("additions", kind.additions, Addition),
        ("lines", kind.lines, Line),
        ("stocks", kind.stocks, Stock),
        ("sums", kind.sums, str),
        ("chances", kind.chances, str),
    )
    for name, given, wanted in parts:
        is_list = isinstance(given, tuple | list) and not isinstance(given, wanted)
        for one in given if is_list else (given,):
            if not is_list or not isinstance(one, wanted):
                yield f"{name}: given {one!r}, allowed: {wanted.__name__}, in a tuple or by name"


def _of_additions(additions: Iterable[Addition]) -> Iterator[str]:
    for one in additions:
        named = [step for step in (one.before, one.after) if step]
        if len(named) != 1:
            yield f"additions: {one.function!r} stands before or after one step, not {len(named)}"
        for step in named:
            if step not in STEPS:
                hint = nearest(step, STEPS) or listing(STEPS)
                yield f"additions: no step of the month is called {step!r}{hint}"
        if not callable(_at(one.function)):
            yield f"additions: there is no pass {one.function!r}"


def _of_chances(chances: Iterable[str]) -> Iterator[str]:
    for name in chances:
        if name not in CHANCES:
            yield (
                f"chances: {name!r} is none of relsim's; a mechanism of your own draws by "
                "kit.own_purpose"
            )


def _of_names(what: str, names: list[str], taken: tuple[str, ...]) -> Iterator[str]:
    for name in dict.fromkeys(names):
        if name in taken or names.count(name) > 1:
            yield f"{what}: the name {name!r} is taken"


def _of_lines(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        if line.counts_as not in _COUNTS_AS:
            allowed = ", ".join(map(str, _COUNTS_AS))
            yield f"lines: {line.name} counts as {line.counts_as!r}, allowed: {allowed}"


def _of_agent(kind: type[Mechanism]) -> Iterator[str]:
    if kind.agent and not inspect.isclass(_at(kind.agent)):
        yield f"agent: there is no class {kind.agent!r}"


def _at(path: str) -> Any:
    """Return what a dotted path names; None if nothing."""
    try:
        return at_path(path)
    except (ImportError, ValueError, AttributeError):
        return None
