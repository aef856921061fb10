"""Lasting traits of customers: one table, in which each is declared once.

A trait is drawn when a customer comes to the market. From its row here follow its column, its
place in a block, its random number, its table of quantiles, and how customers and agents show it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Generic, NamedTuple, TypeVar, get_type_hints

import numpy as np
import numpy.typing as npt

from relsim.customers import quantiles
from relsim.customers.draws import Chance

if TYPE_CHECKING:  # a config knows nothing of customers, and this table is below it
    from relsim.spec import Segment
    from relsim.spec.mechanisms import Retention

_T = TypeVar("_T")


class Added(NamedTuple):
    """What a trait adds every month to a row that customers meet: ``weight`` times the trait.

    Attributes
    ----------
    socket : str
        A name of ``block.SOCKETS`` that may be added to after the terms are met.
    weight : float
        In the socket's unit.
    """

    socket: str
    weight: float


class Trait(NamedTuple):
    """What a trait is.

    Attributes
    ----------
    meaning : str
        One line.
    word : Chance
        Which word of which call for traits is its random number. Places are for good: one trait
        more moves no other draw.
    table : callable
        Its quantiles in a segment, under the market's rule of retention.
    has_row : bool
        Whether passes meet it in a row of the block (``block.TRAIT_ROWS``); else they read its
        column in place.
    is_shown : bool
        Whether looks at customers show it: what only one rule asks for is not.
    added : Added, optional
        What it adds to a socket, so that it needs no pass of its own. Where no segment has any of
        it, the month has no such addition.
    """

    meaning: str
    word: Chance
    table: "Callable[[Segment, Retention], npt.NDArray[np.float64]]"
    has_row: bool = False
    is_shown: bool = True
    added: Added | None = None


SEGMENT_WORD = Chance(call=1, word=3)
"""The random number by which a customer is of a segment."""


def _own_retention(_: "Segment", retention: "Retention") -> npt.NDArray[np.float64]:
    if retention.rule in ("own", "dropout"):
        return quantiles.beta_table(retention.monthly, retention.concentration)
    return quantiles.constant(retention.monthly)


class Traits(Generic[_T]):
    """The traits by name: a number of a customer, a column of many.

    All are kept in single precision.
    """

    usage: Annotated[
        _T,
        Trait(
            "units a month, gamma",
            Chance(call=0, word=0),
            lambda s, _: quantiles.spread_gamma_table(s.usage, s.usage_spread),
            has_row=True,
        ),
    ]
    price_sensitivity: Annotated[
        _T,
        Trait(
            "multiplier on the weight of price, lognormal",
            Chance(call=0, word=1),
            lambda s, _: quantiles.lognormal_table(s.price_sensitivity, s.price_sensitivity_spread),
        ),
    ]
    orientation: Annotated[
        _T,
        Trait(
            "transactional (0) to collaborative (1), beta",
            Chance(call=0, word=2),
            lambda s, _: quantiles.beta_table(s.orientation, s.orientation_concentration),
            has_row=True,
        ),
    ]
    service_demand: Annotated[
        _T,
        Trait(
            "multiplier on the cost to serve, lognormal",
            Chance(call=0, word=3),
            lambda s, _: quantiles.lognormal_table(s.service_demand, s.service_demand_spread),
            has_row=True,
        ),
    ]
    growth_potential: Annotated[
        _T,
        Trait(
            "multiplier on volume growth, gamma",
            Chance(call=1, word=0),
            lambda s, _: quantiles.spread_gamma_table(
                s.growth_potential, s.growth_potential_spread
            ),
        ),
    ]
    misjudgement: Annotated[
        _T,
        Trait(
            "how a supplier errs about its value, standard normal",
            Chance(call=1, word=1),
            lambda _, __: quantiles.normal_table(),
            is_shown=False,
        ),
    ]
    retention: Annotated[
        _T,
        Trait(
            "its own monthly chance to stay, beta, where the config asks for one",
            Chance(call=1, word=2),
            _own_retention,
            is_shown=False,
        ),
    ]
    frailty: Annotated[
        _T,
        Trait(
            "what it adds for good to the log-odds of reconsidering, normal",
            Chance(call=2, word=0),
            lambda s, _: quantiles.normal_table(s.frailty_spread),
            added=Added("pull_to_stay", -1.0),
        ),
    ]


def _declared() -> dict[str, Trait]:
    hints = get_type_hints(Traits, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}


TRAITS: Mapping[str, Trait] = _declared()
"""Every trait by name."""

ADDED = {name: trait.added for name, trait in TRAITS.items() if trait.added is not None}
"""What traits add to sockets, by the trait."""

SHOWN = tuple(name for name, trait in TRAITS.items() if trait.is_shown)
"""Traits that looks at customers show."""


def adds(segments: "Iterable[Segment]", retention: "Retention") -> bool:
    """Return whether any trait of these segments adds to a socket."""
    return any(
        TRAITS[name].table(segment, retention).any() for segment in segments for name in ADDED
    )
