"""What five points cost where they have to be bought: ``python -m experiments.five_percent_paid``.

In each industry one firm spends the budget of its config, a fifth of it on keeping; then some per
cent of revenue more on keeping, the sum for acquiring customers as before. The spending starts in
month 1, and so does the count: profit is net of it, discounted, over ten years. Points of annual
retention are read from month 37 on, when what care does has settled. The command writes three
tables and a figure into results/five_percent:

``paid_runs``         customers lost, those who were there, and profit, run by run;
``paid``              points and what becomes of profit, by industry and sum;
``paid_five_points``  where five points lie between two sums, what buys them and brings.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from experiments import five_percent_figure
from experiments.five_percent import POINTS, RESULTS
from experiments.studies.shared import Floats, jackknife
from relsim import lab
from relsim.economics.lifetime import MONTHS_A_YEAR, monthly_rate
from relsim.lab.statistics.intervals import t_interval
from relsim.loader import load
from relsim.market import Market
from relsim.report.run_figures import save
from relsim.spec import MarketSpec, override

BASES = (
    "telecom",
    "credit-card",
    "motor-insurance",
    "business-software",
    "industrial-distribution",
    "retail-bank",
)
"""Grocery is left out: its profit is so small a part of sales that a per cent of it says little."""
MORE = (0.0, 0.01, 0.02, 0.05, 0.10, 0.15)
"""Care on top, shares of revenue."""
MONTHS, SETTLED = 120, 36
"""Months of a run, all of whose profit counts; months before retention is read."""
CUSTOMERS, REPLICATIONS = 4_000, 24
_BUDGET, _SHARE = "firms.0.strategy.budget_share", "firms.0.strategy.retention_share"


def spending(spec: MarketSpec, more: float) -> MarketSpec:
    """Return a market whose first firm spends a share of revenue more on keeping.

    Before, a fifth of its budget goes there: what the strategy ``offensive`` does unless told.
    """
    budget = float((spec.firms[0].strategy.model_extra or {})["budget_share"])
    winning, keeping = 0.8 * budget, 0.2 * budget + more
    return override(
        spec,
        {
            "firms.0.strategy.kind": "balanced",
            _BUDGET: winning + keeping,
            _SHARE: keeping / (winning + keeping),
        },
    )


def _lived(market: Market) -> dict[str, float]:
    """Return what the first firm lost of whom once settled, and its discounted profit."""
    columns = market.run().columns
    rate = monthly_rate(market.spec.market.annual_discount_rate)
    profit = columns["profit"][:, 0]
    return {
        "lost": float(columns["churned"][SETTLED:, 0].sum()),
        "opening": float(columns["opening"][SETTLED:, 0].sum()),
        "profit": float((profit / (1.0 + rate) ** np.arange(1, profit.size + 1)).sum()),
    }


def runs(
    base: str,
    more: Sequence[float] = MORE,
    customers: int = CUSTOMERS,
    replications: int = REPLICATIONS,
) -> pd.DataFrame:
    """Return an industry's runs, a row each; replications share their random numbers."""
    spec = load(base, {"market.customers": customers, "run.months": MONTHS})
    markets = [spending(spec, extra) for extra in more]
    found = lab.evaluate(markets, _lived, replications=replications).whole()
    return pd.DataFrame(
        [
            {"base": base, "more": more[place], "replication": k, **left}
            for (place, _, k), left in zip(found.where, found.left, strict=True)
        ]
    )


def rows(lived: pd.DataFrame) -> pd.DataFrame:
    """Return points gained and what becomes of profit, by industry and care on top.

    Intervals are Student's over replications that share their random numbers with those without it.

    Parameters
    ----------
    lived : DataFrame
        As :func:`runs` makes it.
    """
    table = []
    for base, mine in lived.groupby("base", sort=False):
        sums, values = _by_sum(mine)
        retention, profit = _annual(values[..., 0], values[..., 1]), values[..., 2]
        for place, extra in enumerate(sums):
            gained = t_interval(retention[place] - retention[0])
            effect = t_interval(_relative(profit[place], profit[0]))
            table.append(
                {
                    "base": base,
                    "more": extra,
                    "defection": 1.0 - retention[place].mean(),
                    "points": gained.estimate,
                    "points_low": gained.low,
                    "points_high": gained.high,
                    "profit_effect": effect.estimate,
                    "profit_low": effect.low,
                    "profit_high": effect.high,
                    "replications": profit.shape[1],
                }
            )
    return pd.DataFrame(table)


def _by_sum(lived: pd.DataFrame) -> tuple[list[float], Floats]:
    """Return the sums on top, and lost, opening and profit by sum and replication."""
    ordered = lived.sort_values(["more", "replication"])
    sums = ordered["more"].unique().tolist()
    values = ordered[["lost", "opening", "profit"]].to_numpy(dtype=np.float64)
    return sums, values.reshape(len(sums), -1, 3)


def _annual(lost: Floats, opening: Floats) -> Floats:
    """Return annual retention."""
    retention: Floats = (1.0 - lost / opening) ** MONTHS_A_YEAR
    return retention


def _relative(treated: Floats, control: Floats) -> Floats:
    """Return the relative effect of the means, by pairs whose scatter about it is noise."""
    size, middle = abs(control.mean()), treated.mean() / control.mean()
    scatter = (treated - treated.mean()) - middle * (control - control.mean())
    effect: Floats = (treated.mean() - control.mean() + scatter) / size
    return effect


def bought(lived: pd.DataFrame, points: float = POINTS) -> pd.DataFrame:
    """Return what buys the points asked, by industry: between two sums by straight line.

    Not a number where the most that was spent does not buy them. Intervals are the jackknife's
    over replications, so that they hold for the sum as well as for what it brings.

    Parameters
    ----------
    lived : DataFrame
        As :func:`runs` makes it.
    points : float
        Points of annual retention.
    """
    answers = []
    for base, mine in lived.groupby("base", sort=False):
        sums, values = _by_sum(mine)
        by_noise = values.transpose(1, 0, 2).reshape(values.shape[1], -1)
        found: dict[str, tuple[float, float]] = {
            name: jackknife(by_noise, partial(_answer, sums, points, name))
            for name in ("more", "profit_effect", "most_points")
        }
        ends = {
            column: value
            for name, (middle, half) in found.items()
            for column, value in (
                (name, middle),
                (f"{name}_low", middle - half),
                (f"{name}_high", middle + half),
            )
        }
        answers.append({"base": base, **ends, "replications": len(by_noise)})
    return pd.DataFrame(answers)


def _answer(sums: Sequence[float], points: float, name: str, total: Floats) -> float:
    """Return one of the answers, from lost, opening and profit summed over replications."""
    lost, opening, profit = total.reshape(len(sums), 3).T
    retention = _annual(lost, opening)
    gained = np.maximum.accumulate(retention - retention[0])
    effects = (profit - profit[0]) / abs(profit[0])
    reached = bool(gained[-1] >= points)
    more = float(np.interp(points, gained, sums)) if reached else np.nan
    return {
        "more": more,
        "profit_effect": float(np.interp(more, sums, effects)) if reached else np.nan,
        "most_points": float(gained[-1]),
    }[name]


def study() -> pd.DataFrame:
    """Return all industries' runs."""
    return pd.concat([runs(base) for base in BASES], ignore_index=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for tables and figure")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    lived = study()
    table = rows(lived)
    tables = {"paid_runs": lived, "paid": table, "paid_five_points": bought(lived)}
    for name, frame in tables.items():
        frame.to_csv(out / f"{name}.csv", index=False, float_format="%.8g")
    save({"paid": five_percent_figure.draw_paid(table)}, out)
    print(f"{out}: {', '.join(tables)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
