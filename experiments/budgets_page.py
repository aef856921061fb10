"""The page of budgets: from the table to Markdown, beside published spending and theory."""

import pandas as pd

from experiments.markdown import table

_HEAD = """# Budgets

What is the best marketing budget, and does a firm that spends nothing lose? In each market of
`configs/markets` one firm, the balanced one, spends another share of its revenue for ten years; all
others do what the market says. Profit is discounted and compared with spending nothing, under the
same random numbers ({replications} replications of {customers:,} customers). Each market is
simulated twice: with awareness constant, as its config has it, and with [awareness as a
stock](mechanisms/awareness.md) that spend and presence build and that fades.
`python -m experiments.budgets` makes the page anew; table:
[budgets](../results/budgets/budgets.csv).

![Profit against budget by market](../results/budgets/budgets.svg)
"""

_PUBLISHED = """## Beside published spending, and a rule of theory

| what | % of revenue | source |
|---|---|---|
| marketing budgets of US firms | 9.3 | The CMO Survey, February 2014 (Moorman) |
| the same | 9.8 | The CMO Survey, August 2019 (Moorman) |
| advertising, by the rule below | {rule:.1f} | computed: .24 / 2.62, published means |

Dorfman & Steiner 1954, "Optimal advertising and optimal quality", *American Economic Review* 44:
where price and advertising are both best, advertising over revenue is the elasticity of sales to
advertising over that to price. By market, with the long-run elasticities of [their
page](elasticities.md), where awareness is constant:
"""

_LIMITS = """## What to bear in mind

- The best budget is the best of those tried; its gain is the largest of {tried} and so a little
  flattered. Between neighbours on the grid noise may decide: it says where about, not where.
- The configs keep awareness constant. The stock is anchored: at the first month's spend the mean
  declared awareness is at rest, and half of a difference is left after a year. What the stock is
  worth in a market is only as sure as that.
- Rivals do not answer. Budgets are for acquisition and retention together, split half and half.
- The rule of theory is of one period, of advertising alone, and of a firm whose price is best. Here
  prices are given.
"""


def page(frame: pd.DataFrame, elasticities: pd.DataFrame, replications: int, customers: int) -> str:
    """Return the page.

    Parameters
    ----------
    frame : DataFrame
        Of ``experiments.budgets.table``.
    elasticities : DataFrame
        Of ``experiments.elasticities.table``.
    replications, customers : int
        Of each run.
    """
    head = _HEAD.format(replications=replications, customers=customers)
    tried = int((frame["budget"] > 0.0).groupby([frame["market"], frame["stock"]]).sum().max())
    parts = [
        head,
        _found(frame),
        _best(frame),
        _PUBLISHED.format(rule=24.0 / 2.62),
        _ruled(elasticities),
        _LIMITS.format(tried=tried),
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def best(frame: pd.DataFrame, *, stock: bool) -> pd.DataFrame:
    """Return the row of the best budget of each market, by market.

    Parameters
    ----------
    frame : DataFrame
        Of ``experiments.budgets.table``.
    stock : bool
        With awareness as a stock, or constant.
    """
    mine = frame[frame["stock"] == stock]
    return mine.loc[mine.groupby("market")["gain"].idxmax()].set_index("market")


def loses(frame: pd.DataFrame, *, stock: bool) -> list[str]:
    """Return the markets in which some budget beats spending nothing, interval clear of zero."""
    mine = frame[(frame["stock"] == stock) & (frame["low"] > 0.0)]
    return sorted(set(mine["market"]))


def inner(frame: pd.DataFrame, *, stock: bool) -> list[str]:
    """Return the markets whose best budget is neither the least nor the most that was tried."""
    found, tried = best(frame, stock=stock)["budget"], frame["budget"]
    return [str(name) for name in found.index[(found > tried.min()) & (found < tried.max())]]


def _found(frame: pd.DataFrame) -> str:
    markets = frame["market"].nunique()
    words = []
    for stock, name in ((False, "constant"), (True, "a stock")):
        lost, within = len(loses(frame, stock=stock)), len(inner(frame, stock=stock))
        words.append(
            f"Where awareness is {name}, spending nothing loses in {lost} of {markets} markets, "
            f"with an interval clear of zero, and the best budget is an inner one in {within}."
        )
    return " ".join(words) + "\n"


def _best(frame: pd.DataFrame) -> str:
    by_kind = {stock: best(frame, stock=stock) for stock in (False, True)}
    rows = [
        [
            market,
            *(
                told
                for stock in (False, True)
                for told in _told(by_kind[stock].loc[[market]].iloc[0])
            ),
        ]
        for market in by_kind[True].index
    ]
    heads = ["market", "best, awareness constant", "gain, %", "best, a stock", "gain, %"]
    return (
        "## The best budget\n\nOf 0 to 20% of revenue, and what it gains over spending nothing, in "
        "% of the revenue that there is then, with 95% confidence intervals that are adjusted "
        "for all budgets and markets (Bonferroni).\n\n"
        f"{table(heads, rows)}\n"
    )


def _told(row: "pd.Series[float]") -> tuple[str, str]:
    gain = f"{row['gain']:+.1f} ({row['low']:+.1f} to {row['high']:+.1f})"
    return f"{100.0 * row['budget']:g}%", gain if row["budget"] > 0.0 else "–"


def ruled(elasticities: pd.DataFrame) -> "pd.Series[float]":
    """Return advertising over revenue by the rule of Dorfman & Steiner, by market."""
    mean = elasticities[
        (elasticities["firm"] == "all firms") & (elasticities["horizon"] == "long")
    ].pivot(index="market", columns="lever", values="elasticity")
    return mean["advertising"] / -mean["price"]


def _ruled(elasticities: pd.DataFrame) -> str:
    rows = [[market, f"{100.0 * share:.1f}"] for market, share in ruled(elasticities).items()]
    return table(["market", "advertising by the rule, % of revenue"], rows) + "\n"
