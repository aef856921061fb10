"""What a run prints at its end: a short table, and which firms are ahead as far as noise tells."""

import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from relsim.cli.console import listing, many
from relsim.firms.worth import NO_DISCOUNT
from relsim.lab.runs.standings import MEASURES, Standings
from relsim.lab.statistics.intervals import Interval
from relsim.market import Market
from relsim.report.standings import money, verdict


def show(out: Console, market: Market, found: Standings, folder: Path) -> None:
    """Print the end of a run: table, who is ahead, and where the results lie."""
    spec = market.spec
    months, customers = many(market.month, "month"), many(spec.market.customers, "customer")
    if spec.run.warm_up:
        months = f"{months} after {many(spec.run.warm_up, 'month')} of warm-up"
    several = len(found.replications)
    size = f"{months}, {customers}, seed {spec.run.seed}, {many(several, 'replication')}"
    out.print(f"{spec.title}: {size}")
    out.print(_table(found, [firm.spec.strategy.kind for firm in market.firms]))
    if spec.market.annual_discount_rate == 0.0:
        out.print(NO_DISCOUNT)
    for sentence in verdict(found):
        out.print(sentence)
    if several > 1:
        out.print(_intervals(found))
    there = "Tables and figures" if (folder / "figures").is_dir() else "Tables"
    out.print(f"{there}: {folder}")


def _intervals(found: Standings) -> str:
    """Return what the intervals are, and of which replication the tables are."""
    level = f"{found.confidence:.0%}"
    pairs = int((found.differences["replications"] > 1).sum())
    together = (
        f" In brackets, {level} confidence intervals of differences between firms, adjusted for "
        f"all {pairs:,} comparisons (Bonferroni)."
        if pairs
        else ""
    )
    return (
        f"Means of {len(found.replications)} replications, ± half of a {level} confidence interval."
        f"{together} Months and customers are kept of replication {found.replications[0]}."
    )


def _table(found: Standings, strategies: Sequence[str]) -> Table:
    heads = [
        f"{MEASURES[name].label} ({found.unit(name)})" for name in ("profit", "customer_equity")
    ]
    table = listing("firm", "strategy", "market share", "annual churn", *heads)
    for column in table.columns[2:]:
        column.justify = "right"
    written = [
        *([_percent(one) for one in found.means(name)] for name in ("share", "churn")),
        *([_money(one) for one in found.means(name)] for name in ("profit", "customer_equity")),
    ]
    for row in zip(found.firms, strategies, *written, strict=True):
        table.add_row(*row)
    return table


def _percent(mean: Interval) -> str:
    if math.isnan(mean.estimate):
        return "-"
    half = 100.0 * mean.half_width
    return f"{100.0 * mean.estimate:.1f}{'' if math.isnan(half) else f' ± {half:.1f}'}%"


def _money(mean: Interval) -> str:
    half = mean.half_width
    return money(mean.estimate) + ("" if math.isnan(half) else f" ± {money(half)}")
