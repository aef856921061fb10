"""Awareness: its rules, and the stock of each firm."""

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.customers.accounts import CELL_FIELDS, Accounts
from relsim.customers.compiled import loop, rule
from relsim.customers.rules.choice import either
from relsim.customers.rules.response import rate_of, spend_response
from relsim.customers.terms import Term
from relsim.firms.budgets import BUDGETS, SPENT_FIELDS
from relsim.firms.ledger import Stock
from relsim.mechanisms.awareness import Awareness
from relsim.mechanisms.base import Mechanism, Page
from relsim.spec import MarketSpec

Array = npt.NDArray[np.float64]

_BRAND = SPENT_FIELDS.index("brand")
_REACHING = tuple(
    place
    for place, budget in enumerate(BUDGETS)
    if budget.line == "acquisition" and place != _BRAND
)
_ABSENT = int(Term.ABSENT)
_PEOPLE = CELL_FIELDS.index("customers")
_SHARE = 0.2  # of the firm whose path the page draws


# Rules ------------------------------------------------------------------------------------


@rule
def gain(rate: float, spend: float, presence: float, share: float) -> float:
    """Return the chance a month that somebody who is unaware of a firm becomes aware.

    ``g = 1 - exp(-k a) (1 - u s)``: through spend or through presence, two independent chances,
    so that it is one too. ``a`` is spend per person of the market on the brand, and ``spillover``
    times that to reach people; ``k = ln 2 / half_at``; ``u`` is presence, ``s`` the firm's
    customers over all people of the market. The sum ``1 - exp(-k a) + u s`` could exceed 1; it is
    more by the product of the two.

    Examples
    --------
    >>> gain(math.log(2.0), 1.0, 0.0, 0.3), gain(math.log(2.0), 1.0, 0.2, 0.5)
    (0.5, 0.55)
    """
    bought = spend_response(1.0, rate, spend) if spend > 0.0 else 0.0
    return either(bought, presence * share)


@rule
def after(awareness: float, gain: float, decay: float) -> float:
    """Return awareness a month later.

    ``A' = A + (1 - A) g - d A``. With g and d from 0 to 1 it stays from 0 to 1: what is gained is
    at most what is missing, and what is lost at most what is there. Under a constant gain
    ``A_t = A* + (A_0 - A*) (1 - g - d)^t`` around the level at rest, ``A* = g / (g + d)``.

    Examples
    --------
    >>> after(0.5, 0.0, 0.1), after(0.5, 0.2, 0.0), after(1.0, 1.0, 0.0)
    (0.45, 0.6, 1.0)
    """
    return awareness + (1.0 - awareness) * gain - decay * awareness


@rule
def at_rest(gain: float, decay: float) -> float:
    """Return the level that a constant gain keeps, ``g / (g + d)``.

    Where nothing is gained and nothing forgotten every level is one: not a number.

    Examples
    --------
    >>> round(at_rest(0.03, 0.02), 12)
    0.6
    """
    return gain / (gain + decay) if gain + decay > 0.0 else math.nan


# The mechanism ----------------------------------------------------------------------------


def _curves(m: Awareness) -> tuple[Array, dict[str, Array]]:
    months, spend = np.arange(61.0), 0.0065
    rate = rate_of(m.half_at)
    usual = gain(rate, spend, m.presence, _SHARE)
    start = at_rest(usual, m.decay)
    lines = {}
    for words, times in (("doubled", 2.0), ("as it was", 1.0), ("stopped", 0.0)):
        level, path = start, [start]
        each = gain(rate, times * spend, m.presence, _SHARE)
        for _ in months[1:]:
            level = after(level, each, m.decay)
            path.append(level)
        lines[f"spend {words}"] = np.array(path)
    return months, lines


def _share(table: pd.DataFrame) -> float:
    """Return the share of the first firm in the last month, %."""
    last = table[table["month"] == table["month"].max()]
    return float(100.0 * last["share"].iloc[0])


class Brands(Mechanism):
    """Awareness of a firm is a stock: spend and customers who are seen build it, and it fades."""

    name = "awareness"
    keys = Awareness
    stocks = (
        Stock("awareness", "who would think of it unprompted, 0 to 1", adds_up=False, public=True),
    )
    page = Page(
        title="Awareness",
        across="months since spend changed",
        up="awareness (0 to 1)",
        curves=_curves,
        key="firms.0.strategy.brand_share",
        settings=(0.0, 0.25, 0.5, 0.75, 1.0),
        measure=_share,
        measured="share gained by the brand, same money (points)",
        base={"mechanisms.awareness": {}},
    )
    rules = (gain, after, at_rest)

    def __init__(self, spec: MarketSpec, numbers: Awareness) -> None:
        super().__init__(spec, numbers)
        self._spent: Array = np.zeros((len(spec.firms), len(BUDGETS)))
        self._nothing: Array = np.zeros((len(spec.firms), 0))

    def first(self) -> Array:
        """Return what the config declares, of shape (firms, 1)."""
        return np.array([[firm.awareness] for firm in self.spec.firms])

    def spend(self, spent: Array) -> None:
        """Note what firms spend."""
        self._spent = spent

    def offer(self, table: Array, stocks: Array, month: int) -> None:  # noqa: ARG002  # alike in all
        """Let those who decide think of a firm as many of them know it."""
        here = table[1:, :, Term.ABSENT] == 0.0
        table[1:, :, Term.AWARENESS] = np.where(here, stocks, 0.0)

    def close(
        self,
        accounts: Accounts,
        table: Array,
        stocks: Array,
        month: int,  # noqa: ARG002  # alike in all
    ) -> tuple[Array, Array]:
        """Return no money, and awareness after the month."""
        m, market = self.numbers, self.spec.market
        rate = rate_of(m.half_at, market.reference_price)
        size = float(market.customers)
        terms = rate, m.spillover, m.presence, m.decay
        levels = _levels(stocks, accounts.cells, table, self._spent, size, terms)
        return self._nothing, levels


@loop
def _levels(
    stocks: Array, cells: Array, table: Array, spent: Array, size: float, terms: tuple[float, ...]
) -> Array:
    """Return the level of each firm after a month; one that is not there keeps its own."""
    rate, spillover, presence, decay = terms
    levels = np.empty((stocks.shape[0], 1))
    for firm in range(stocks.shape[0]):
        level, customers, reaching = stocks[firm, 0], 0.0, 0.0
        for rung in range(cells.shape[1]):
            for tier in range(cells.shape[2]):
                customers += cells[firm + 1, rung, tier, _PEOPLE]
        for place in _REACHING:
            reaching += spent[firm, place]
        spend = spent[firm, _BRAND] + spillover * reaching
        if table[firm + 1, 0, _ABSENT] == 0.0:
            level = after(level, gain(rate, spend / size, presence, customers / size), decay)
        levels[firm, 0] = level
    return levels
