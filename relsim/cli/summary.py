"""What a run prints at its end: a short table and who won on what."""

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from relsim.cli.console import listing, many
from relsim.firms.worth import NO_DISCOUNT
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
        Share of all customers with a supplier that it has at the end; NaN if nobody has one.
    churn : float
        Share of its customers lost in a mean year; NaN if it never had any.
    profit : float
        Mean profit, money a month.
    equity : float
        Customer equity at the end, money; NaN without discount.
    """

    firm: str
    strategy: str
    share: float
    churn: float
    profit: float
    equity: float


def standings(market: Market) -> list[Standing]:
    """Return how each firm of a simulated market did, in the config's order."""
    table = market.table
    found = []
    for firm in market.firms:
        own = table[table["firm"] == firm.name]
        opening = float(own["opening"].sum())
        monthly = float(own["churned"].sum()) / opening if opening else math.nan
        last = own.iloc[-1]
        found.append(
            Standing(
                firm=firm.name,
                strategy=firm.spec.strategy.kind,
                share=float(last["share"]),
                churn=1.0 - (1.0 - monthly) ** _YEAR,
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
        if 0 < len(winners) < len(firms):  # a prize that everybody gets is none
            won.setdefault(_and(winners), []).append(prize)
    if not won:
        return "All firms ended level."
    winner, all_prizes = next(iter(won.items()))
    if len(all_prizes) == len(prizes):
        return f"{winner} won on every count: {_and(all_prizes)}."
    parts = [
        f"{_and([f'the {prize}' for prize in several])}{'' if k else ' went'} to {winner}"
        for k, (winner, several) in enumerate(won.items())
    ]
    sentence = ", ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


_ONE_RUN = "One run, no interval: differences between firms may be noise; --seed gives another run."


def show(out: Console, market: Market, folder: Path) -> None:
    """Print the end of a run: table, verdict, and where the results lie."""
    firms = standings(market)
    spec = market.spec
    months, customers = many(market.month, "month"), many(spec.market.customers, "customer")
    out.print(f"{spec.title}: {months}, {customers}, seed {spec.run.seed}")
    out.print(_table(firms, spec.currency))
    if spec.market.annual_discount_rate == 0.0:
        out.print(NO_DISCOUNT)
    out.print(f"In this run: {verdict(firms)}")
    if len(firms) > 1:
        out.print(_ONE_RUN)
    there = "Tables and figures" if (folder / "figures").is_dir() else "Tables"
    out.print(f"{there}: {folder}")


def _table(firms: Sequence[Standing], currency: str) -> Table:
    heads = ("market share", "annual churn", "profit a month", "customer equity")
    money = [f"{head} ({currency})" for head in heads[2:]]
    table = listing("firm", "strategy", *heads[:2], *money)
    for column in table.columns[2:]:
        column.justify = "right"
    for firm in firms:
        table.add_row(
            firm.firm,
            firm.strategy,
            *(_percent(x) for x in (firm.share, firm.churn)),
            *(amount(x) for x in (firm.profit, firm.equity)),
        )
    return table


def _percent(x: float) -> str:
    return "-" if math.isnan(x) else f"{x:.1%}"


def amount(x: float, sign: str = "") -> str:
    """Return money in words, whatever its unit is worth: "-" if it is not defined.

    Parameters
    ----------
    x : float
        The money.
    sign : str
        "+" where that is to stand before what is above 0.

    Examples
    --------
    >>> amount(123456.7), amount(12.345, "+"), amount(0.0012345), amount(0.0)
    ('123,457', '+12.35', '0.00123', '0.00')
    """
    if math.isnan(x):
        return "-"
    size = abs(x)
    digits = ",.0f" if size >= 100.0 else ",.2f" if size >= 1.0 or size == 0.0 else ".3g"
    return format(x, f"{sign}{digits}")
