"""Profit against budget: ``python -m experiments.budgets``.

In each market of configs/markets one firm, the balanced one, spends another share of its revenue
for ten years, from nothing to a fifth; all others do what the market says. Profit is discounted and
compared with spending nothing, under the same random numbers. It is done with awareness constant
and with awareness as a stock. Where a market says nothing of the stock it is anchored: at the first
month's spend the mean declared awareness of its firms is at rest, and half of a difference is left
after a year, as the ratio of short- to long-run elasticity of advertising, .12 to .24, asks
(Sethuraman, Tellis & Briesch 2011). The command writes the table and the figure ``budgets`` into
results/budgets, and the page docs/budgets.md.
"""

import argparse
import itertools
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import relsim
from experiments.budgets_figure import draw
from experiments.budgets_page import page
from experiments.elasticities import RESULTS as ELASTICITIES
from relsim import lab
from relsim.economics.lifetime import MONTHS_A_YEAR, left_after_a_month, monthly_rate
from relsim.firms.budgets import BUDGETS
from relsim.lab.statistics.intervals import CONFIDENCE, t_interval
from relsim.market import Market
from relsim.mechanisms.awareness import Awareness
from relsim.report.run_figures import save
from relsim.spec import MarketSpec
from relsim.spec.locations import shipped

RESULTS = Path("results/budgets")
PAGE = Path("docs/budgets.md")
SHARES = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2)
"""Budgets, as shares of revenue."""
CUSTOMERS, MONTHS, REPLICATIONS = 4_000, 120, 20
ADJUSTED = 1.0 - (1.0 - CONFIDENCE) / (2 * (len(SHARES) - 1) * len(shipped()))
"""Level of each interval, so that all of the study's hold together (Bonferroni)."""
_ACQUIRING = [place for place, one in enumerate(BUDGETS) if one.line == "acquisition"]
_FOCAL = "balanced"


# The stock, anchored ----------------------------------------------------------------------


def anchored(spec: MarketSpec) -> Awareness:
    """Return numbers of the stock that keep a market's mean declared awareness at rest.

    Gain and decay together leave half of a difference after a year; presence is at most half of
    the gain.

    Parameters
    ----------
    spec : MarketSpec
        The market, without the stock.
    """
    level = float(np.mean([firm.awareness for firm in spec.firms]))
    share = float(np.mean([firm.share for firm in spec.firms]))
    both = 1.0 - left_after_a_month(MONTHS_A_YEAR)
    gain, plain = level * both, Awareness()
    presence = min(plain.presence, gain / (2.0 * share))
    bought = 1.0 - (1.0 - gain) / (1.0 - presence * share)
    spend = plain.spillover * _first_spend(spec)
    half_at = spend / -math.log2(1.0 - bought)
    return Awareness(half_at=half_at, presence=presence, decay=both - gain)


def _first_spend(spec: MarketSpec) -> float:
    """Return what a firm plans to spend on acquisition, in prices a person of the market."""
    market = Market(spec)
    market.month = 1
    _, spent = market.offer(market.plan())
    mean = float(spent[:, _ACQUIRING].sum(axis=1).mean())
    return mean / spec.market.customers / spec.market.reference_price


# All markets ------------------------------------------------------------------------------


def focal(spec: MarketSpec) -> int:
    """Return the place of the firm whose budget is varied: the balanced one, or the first."""
    kinds = [firm.strategy.kind for firm in spec.firms]
    return kinds.index(_FOCAL) if _FOCAL in kinds else 0


def left(market: Market) -> dict[str, list[float]]:
    """Return discounted profit and revenue, last share and last awareness, by firm."""
    columns = market.run().columns
    rate = monthly_rate(market.spec.market.annual_discount_rate)
    worth = (1.0 + rate) ** -np.arange(1.0, market.month + 1.0)[:, None]
    revenue = sum(columns[f"revenue_{kind}"] for kind in ("base", "growth", "cross", "premium"))
    declared = np.array([[firm.awareness for firm in market.spec.firms]])
    return {
        "profit": (columns["profit"] * worth).sum(axis=0).tolist(),
        "revenue": (revenue * worth).sum(axis=0).tolist(),
        "share": columns["share"][-1].tolist(),
        "awareness": columns.get("awareness", declared)[-1].tolist(),
    }


def rows(
    name: str,
    shares: Sequence[float] = SHARES,
    customers: int = CUSTOMERS,
    months: int = MONTHS,
    replications: int = REPLICATIONS,
) -> list[dict[str, Any]]:
    """Return what budgets bring in a market: one row for each, without and with the stock.

    Parameters
    ----------
    name : str
        The market.
    shares : sequence of float
        Budgets as shares of revenue; the first is what the others are compared with.
    customers, months, replications : int
        Of each run, and of each budget.
    """
    spec = relsim.load(name, {"market.customers": customers, "run.months": months})
    own = spec.mechanisms.awareness
    constant = spec.with_({"mechanisms.awareness": None})
    numbers = own or anchored(constant)
    stock = spec.with_({"mechanisms.awareness": numbers.model_dump()})
    place = focal(spec)
    budgets = [{f"firms.{place}.strategy.budget_share": share} for share in shares]
    found = lab.evaluate([constant, stock], left, budgets, replications=replications).whole()
    values = np.array([[one[key][place] for key in one] for one in found.left])
    values = values.reshape(2, len(shares), replications, -1)
    return [
        {"market": name, "stock": bool(is_stock), "budget": shares[k]} | _row(values[is_stock], k)
        for is_stock, k in itertools.product((0, 1), range(len(shares)))
    ]


def _row(values: "np.ndarray[Any, np.dtype[np.float64]]", k: int) -> dict[str, float]:
    """Return the numbers of a budget; gains in % of the revenue under the first one."""
    profit, revenue = values[..., 0], values[0, :, 1].mean()
    gained = t_interval(100.0 * (profit[k] - profit[0]) / revenue, ADJUSTED)
    return {
        "profit": profit[k].mean(),
        "gain": gained.estimate,
        "low": gained.low,
        "high": gained.high,
        "share": values[k, :, 2].mean(),
        "awareness": values[k, :, 3].mean(),
    }


def table() -> pd.DataFrame:
    """Return the table of all markets."""
    return pd.DataFrame(list(itertools.chain.from_iterable(map(rows, shipped()))))


def written(frame: pd.DataFrame) -> str:
    """Return the page of a table that was kept."""
    return page(frame, pd.read_csv(ELASTICITIES / "elasticities.csv"), REPLICATIONS, CUSTOMERS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for table and figure")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write")
    order = parser.parse_args(arguments)
    frame = table()
    order.out.mkdir(parents=True, exist_ok=True)
    path = order.out / "budgets.csv"
    frame.to_csv(path, index=False, float_format="%.8g")
    save({"budgets": draw(frame)}, order.out)
    order.page.write_text(written(pd.read_csv(path)), encoding="utf-8", newline="\n")
    print(f"{order.out}: budgets; {order.page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
