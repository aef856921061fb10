"""What a mechanism is: columns, numbers, passes of the month, money, and its agent's part."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel

from relsim.customers.accounts import Accounts
from relsim.customers.columns import Column
from relsim.customers.schedule import Addition
from relsim.firms.ledger import Line, Stock
from relsim.firms.plan import Plan
from relsim.spec import MarketSpec
from relsim.spec.fields import SpecModel

Array = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Page:
    """What the page of a mechanism draws: its equation as curves, and its effect on a market.

    Attributes
    ----------
    title : str
        Of the page.
    across, up : str
        What the axes of the curves mean, with units.
    curves : callable
        From the mechanism's numbers to x and the lines by name.
    key : str
        The key that is varied in the telecom market.
    settings : tuple
        Its values.
    measure : callable
        From the market's table to a number.
    measured : str
        What that is, with its unit; the figure shows its difference from the first setting.
    base : mapping
        What else is changed in that market.
    """

    title: str
    across: str
    up: str
    curves: Callable[[Any], tuple[Array, Mapping[str, Array]]]
    key: str
    settings: tuple[Any, ...]
    measure: Callable[[pd.DataFrame], float]
    measured: str
    base: Mapping[str, Any]


class NoKeys(SpecModel):
    """The section of a mechanism that has no numbers."""


class Mechanism:
    """A mechanism of a market, switched on by its config; subclass it to write one.

    The class says what there is, and an instance holds one market's numbers and columns. A pass
    (``additions``) is a compiled loop over a block of customers, ``pass(scene, own)``; it adds to
    rows that :data:`relsim.customers.block.SOCKETS` names, and to nothing else of the core's. The
    same rules, one customer at a time, are a mixin of :class:`relsim.CustomerAgent` (``agent``),
    so that both engines can be held against each other.

    Attributes
    ----------
    name : str
        Its key under ``mechanisms``; for one of a user's own, what its class is called.
    keys : type of BaseModel
        Its numbers, alike for all firms: the keys of its section in the config.
    columns : mapping of str to Column
        What is kept for each customer, by name: "state" of kind.
    sums : tuple of str
        What passes add up by firm in a month: the last axis of ``sums``.
    chances : tuple of str
        Its random numbers, by their names in :data:`relsim.customers.draws.CHANCES`.
    additions : tuple of Addition
        Its passes, and where they stand in the schedule.
    lines : tuple of Line
        Lines that it adds to the firms' ledgers.
    stocks : tuple of Stock
        What it keeps for each firm from month to month.
    agent : str
        Dotted path of the mixin for agents; "" for none.
    rules : tuple of callable
        The scalar rules that both engines call.
    page : Page
        What its page draws.
    """

    name: ClassVar[str] = ""
    keys: ClassVar[type[BaseModel]] = NoKeys
    columns: ClassVar[Mapping[str, Column]] = {}
    sums: ClassVar[tuple[str, ...]] = ()
    chances: ClassVar[tuple[str, ...]] = ()
    additions: ClassVar[tuple[Addition, ...]] = ()
    lines: Sequence[Line] = ()
    stocks: Sequence[Stock] = ()
    agent: ClassVar[str] = ""
    rules: ClassVar[tuple[Callable[..., Any], ...]] = ()
    page: ClassVar[Page | None] = None

    def __init__(self, spec: MarketSpec, numbers: Any) -> None:
        self.spec = spec
        self.numbers = numbers
        self.state = {
            name: np.zeros(spec.market.customers, column.dtype)
            for name, column in self.columns.items()
        }
        self.month_sums: Array = np.zeros((len(spec.firms) + 1, len(self.sums)))

    def use(self, spec: MarketSpec, numbers: Any) -> None:
        """Take the numbers of another spec, from the next month on."""
        self.spec, self.numbers = spec, numbers

    def decide(self, plans: Mapping[int, Plan]) -> None:
        """Read what strategies of a user's own planned, by the firm's place in the config."""

    def spend(self, spent: Array) -> None:
        """Read what firms spend this month, of shape (firms, SPENT_FIELDS)."""

    def first(self) -> Array:
        """Return the level of each stock before the first month, of shape (firms, stocks)."""
        return np.zeros((len(self.spec.firms), len(self.stocks)))

    def own(self, sums: Array) -> Any:
        """Return what its passes get: a named tuple of its columns, numbers and sums.

        One without passes is not asked.

        Parameters
        ----------
        sums : array of shape (chunks, firms + 1, sums)
            Where the month is added up; firm 0 is "no supplier".
        """
        raise NotImplementedError

    def offer(self, table: Array, stocks: Array, month: int) -> None:
        """Change what customers meet this month (:meth:`relsim.firms.extras.Source.offer`)."""

    def close(
        self,
        accounts: Accounts,  # noqa: ARG002  # for those that need it
        table: Array,  # noqa: ARG002  # the same
        stocks: Array,
        month: int,  # noqa: ARG002  # the same
    ) -> tuple[Array, Array]:
        """Return a month's money by line and the stocks after it, both of shape (firms, ...).

        ``self.month_sums`` holds the sums of the month, of shape (firms + 1, sums).
        """
        return np.zeros((stocks.shape[0], len(self.lines))), stocks.copy()

    def sum_of(self, name: str) -> Array:
        """Return one sum of the month by firm, of shape (firms,)."""
        total: Array = self.month_sums[1:, self.sums.index(name)]
        return total
