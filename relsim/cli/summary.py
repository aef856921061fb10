"""What a run prints at its end: a short table and who won on what."""

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from relsim.market import Market

_YEAR = 12


@dataclasses.dataclass(frozen=True)
class Standing:
    """How a firm did.

    Attributes
    ----------
    firm, strategy : str
        Names.
    share : float
        Part of all customers with a supplier that it has at the end; NaN if nobody has one.
    defection : float
        Part of its customers lost in a mean year; NaN if it never had any.
    profit : float
        Mean profit, money a month.
    equity : float
        Customer equity at the end, money.
    """

    firm: str
    strategy: str
    share: float
    defection: float
    profit: float
    equity: float


def standings(market: Market) -> list[Standing]:
    """Return how each firm of a market that has lived did, in the config's order."""
    table = market.table
    found = []
    for firm in market.firms:
        own = table[table["firm"] == firm.name]
        opening = float(own["opening"].sum())
        monthly = float(own["lost"].sum()) / opening if opening else math.nan
        last = own.iloc[-1]
        found.append(
            Standing(
                firm=firm.name,
                strategy=firm.spec.strategy.kind,
                share=float(last["share"]),
                defection=1.0 - (1.0 - monthly) ** _YEAR,
                profit=float(own["profit"].mean()),
                equity=float(last["customer_equity"]),
            )
        )
    return found


def verdict(firms: Sequence[Standing]) -> str:
    """Return one sentence: who won, and on what.

    Examples
    --------
    >>> verdict([Standing("A", "", 0.6, 0.1, 5.0, 9.0), Standing("B", "", 0.4, 0.1, 7.0, 9.5)])
    'The most profit and the highest customer equity went to B, the most customers to A.'
    """
    if len(firms) == 1:
        return f"{firms[0].firm} is the only firm: there was nobody to win against."
    losing = max(firm.profit for firm in firms) < 0.0
    prizes = {
        "smallest loss" if losing else "most profit": [firm.profit for firm in firms],
        "most customers": [firm.share for firm in firms],
        "highest customer equity": [firm.equity for firm in firms],
    }
    won: dict[str, list[str]] = {}
    for prize, figures in prizes.items():
        best = max((x for x in figures if not math.isnan(x)), default=math.nan)
        winners = [firm.firm for firm, x in zip(firms, figures, strict=True) if x == best]
        if winners:
            won.setdefault(_and(winners), []).append(prize)
    if len(won) == 1:
        (winner, all_prizes), *_ = won.items()
        return f"{winner} won on every count: {_and(all_prizes)}."
    parts = [
        f"{_and([f'the {prize}' for prize in several])}{' went' if not k else ''} to {winner}"
        for k, (winner, several) in enumerate(won.items())
    ]
    sentence = ", ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def show(out: Console, market: Market, folder: Path) -> None:
    """Print the end of a run: table, verdict, and where the results lie."""
    firms = standings(market)
    spec = market.spec
    months = "1 month" if market.month == 1 else f"{market.month:,} months"
    out.print(f"{spec.title}: {months}, {spec.market.customers:,} customers, seed {spec.run.seed}")
    out.print(_table(firms, spec.currency))
    out.print(verdict(firms))
    out.print(f"Tables and figures: {folder}")


def _table(firms: Sequence[Standing], currency: str) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("firm")
    table.add_column("strategy")
    for head in (
        "share of customers",
        "lost a year",
        f"profit a month ({currency})",
        f"customer equity ({currency})",
    ):
        table.add_column(head, justify="right")
    for firm in firms:
        table.add_row(
            firm.firm,
            firm.strategy,
            *(_percent(x) for x in (firm.share, firm.defection)),
            *(_money(x) for x in (firm.profit, firm.equity)),
        )
    return table


def _percent(x: float) -> str:
    return "-" if math.isnan(x) else f"{x:.1%}"


def _money(x: float) -> str:
    if math.isnan(x):
        return "-"
    return f"{x:,.2f}" if abs(x) < 100.0 else f"{x:,.0f}"
