"""What mechanisms add to the firms' books: lines of the ledger and stocks, if there are any."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import Accounts
from relsim.errors import StrategyError
from relsim.firms.ledger import CountsAs, Line, Stock
from relsim.firms.quantities import FIGURES, PLACES
from relsim.own_class import asked

Array = npt.NDArray[np.float64]

_COUNTED = {
    # Which figures a line moves beside profit, and in what direction: what is spent is positive.
    "revenue": (PLACES["revenue"], 1.0),
    "acquisition": (PLACES["winning"], -1.0),
    "retention": (PLACES["defence"], -1.0),
}
_PROFIT, _CASH = PLACES["profit"], PLACES["cash"]


class Source(Protocol):
    """Something that adds lines or stocks to the firms' books, such as a mechanism."""

    @property
    def lines(self) -> Sequence[Line]:
        """The lines of the ledger that it adds."""

    @property
    def stocks(self) -> Sequence[Stock]:
        """The stocks that it adds."""

    def first(self) -> Array:
        """Return the level of each stock before the first month, of shape (firms, stocks)."""

    def offer(self, table: Array, stocks: Array, month: int) -> None:
        """Change what customers meet this month, where it wants to.

        Parameters
        ----------
        table : array of shape (firms + 1, N_TIERS, N_TERMS)
            What firms offer, row 0 "no supplier"; to change in place. What that costs is a line,
            booked when the month closes.
        stocks : array of shape (firms, stocks)
            Its own stocks before the month.
        month : int
            From 1; months of warm-up are 0 and below.
        """

    def close(
        self, accounts: Accounts, table: Array, stocks: Array, month: int
    ) -> tuple[Array, Array]:
        """Return a month's money by line, and the level of each stock after it.

        Parameters
        ----------
        accounts : Accounts
            The month's sums over customers, chunks folded.
        table : array of shape (firms + 1, N_TIERS, N_TERMS)
            What firms offered.
        stocks : array of shape (firms, stocks)
            Its own stocks before the month.
        month : int
            From 1; months of warm-up are 0 and below.

        Returns
        -------
        money : array of shape (firms, lines)
            Money of the month, costs negative.
        stocks : array of shape (firms, stocks)
            Their levels after it.
        """


@dataclasses.dataclass(frozen=True, slots=True)
class Extras:
    """The lines and stocks that a market has beside those of every market.

    Their figures come behind :data:`relsim.firms.quantities.FIGURES`: first the lines, then the
    stocks, each in the order of its source.

    Parameters
    ----------
    sources : tuple of Source
        Where they come from.

    Examples
    --------
    >>> Extras().names, bool(Extras())
    ((), False)
    """

    sources: tuple[Source, ...] = ()

    @classmethod
    def of(cls, sources: Iterable[Source]) -> Self:
        """Return the extras of some sources.

        Raises
        ------
        ValueError
            If two lines or stocks have one name, or one that every market has.
        """
        found = cls(tuple(sources))
        added = [line.name for line in found.lines] + [stock.name for stock in found.stocks]
        names = [*FIGURES, *added]
        twice = sorted({name for name in added if names.count(name) > 1})
        if twice:
            raise ValueError(f"more than one figure is called {', '.join(twice)}")
        return found

    def __bool__(self) -> bool:
        return bool(self.sources)

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines."""
        return tuple(line for source in self.sources for line in source.lines)

    def counted(self, kind: CountsAs) -> tuple[str, ...]:
        """Return the names of the lines that count as something."""
        return tuple(line.name for line in self.lines if line.counts_as == kind)

    @property
    def stocks(self) -> tuple[Stock, ...]:
        """All stocks."""
        return tuple(stock for source in self.sources for stock in source.stocks)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of their figures, and of their columns in the market's table."""
        return tuple(self.meanings)

    @property
    def meanings(self) -> dict[str, str]:
        """What each means, by name."""
        lines = {line.name: line.meaning for line in self.lines}
        return lines | {stock.name: stock.meaning for stock in self.stocks}

    def first(self, figures: Array) -> Array:
        """Return figures before the first month with these: no money, and what stocks begin at.

        Raises
        ------
        StrategyError
            If a source gives levels of another shape, or some that are not finite.
        """
        firms = figures.shape[0]
        levels = []
        for source in self.sources:
            where = f"{_called(source)}: first"
            with asked(where):
                levels.append(source.first())
            _check(levels[-1], (firms, len(source.stocks)), where)
        return np.hstack((figures, np.zeros((firms, len(self.lines))), *levels))

    def stocks_of(self, row: Sequence[float]) -> dict[str, float]:
        """Return the stocks in a firm's row of figures, by name."""
        at = len(FIGURES) + len(self.lines)
        return {stock.name: row[at + k] for k, stock in enumerate(self.stocks)}

    def offer(self, table: Array, before: Array, month: int) -> None:
        """Let every source change what customers meet; see :meth:`Source.offer`.

        Parameters
        ----------
        table : array of shape (firms + 1, N_TIERS, N_TERMS)
            What firms offer; changed in place.
        before : array of shape (firms, FIGURES and names)
            Figures of the month before.
        month : int
            From 1; months of warm-up are 0 and below.
        """
        for source, stocks in self._stocks(before):
            with asked(f"{_called(source)}, month {month}: offer"):
                source.offer(table, stocks, month)

    def close(
        self, figures: Array, accounts: Accounts, table: Array, before: Array, month: int
    ) -> Array:
        """Return a month's figures with the money and the stocks of these in them.

        Parameters
        ----------
        figures : array of shape (firms, FIGURES)
            The month's, without them.
        accounts : Accounts
            The month's sums over customers.
        table : array of shape (firms + 1, N_TIERS, N_TERMS)
            What firms offered.
        before : array of shape (firms, FIGURES and names)
            Figures of the month before.
        month : int
            From 1; months of warm-up are 0 and below.

        Returns
        -------
        array of shape (firms, FIGURES and names)
            ``profit``, ``cash`` and what each line counts as include them.
        """
        figures = figures.copy()
        money, levels = [], []
        for source, stocks in self._stocks(before):
            where = f"{_called(source)}, month {month}: close"
            with asked(where):
                paid, held = source.close(accounts, table, stocks, month)
            _check(paid, (figures.shape[0], len(source.lines)), f"{where}: money")
            _check(held, stocks.shape, f"{where}: stocks")
            for k, line in enumerate(source.lines):
                _count(figures, line, paid[:, k])
            money.append(paid)
            levels.append(held)
        return np.hstack((figures, *money, *levels))

    def _stocks(self, figures: Array) -> Iterator[tuple[Source, Array]]:
        at = len(FIGURES) + len(self.lines)
        for source in self.sources:
            yield source, figures[:, at : at + len(source.stocks)]
            at += len(source.stocks)


def _called(source: Source) -> str:
    return f"mechanisms: {getattr(source, 'name', type(source).__name__)}"


def _check(given: Array, shape: tuple[int, ...], where: str) -> None:
    """Check what a source gave.

    Raises
    ------
    StrategyError
        If it is of another shape, or not finite.
    """
    if np.shape(given) != shape:
        raise StrategyError(f"{where}: given an array of shape {np.shape(given)}, allowed: {shape}")
    if not np.isfinite(given).all():
        raise StrategyError(f"{where}: given a number that is not finite")


def _count(figures: Array, line: Line, paid: Array) -> None:
    """Add a line to profit and cash, and to what it counts as."""
    figures[:, _PROFIT] += paid
    figures[:, _CASH] += paid
    if line.counts_as is not None:
        place, sign = _COUNTED[line.counts_as]
        figures[:, place] += sign * paid


NO_EXTRAS = Extras()
"""What a market without such mechanisms has."""
