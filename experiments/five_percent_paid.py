"""What five points cost where they have to be bought: ``python -m experiments.five_percent_paid``.

In each industry one firm spends the budget of its config, a fifth of it on keeping; then some per
cent of revenue more on keeping, the sum for winning customers as before. The table says by how many
points annual retention rises, and what becomes of profit, net of it; where the points asked lie
between two sums, what buys them. The command writes two tables, ``paid`` and ``paid_five_points``,
and a figure into results/five_percent.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments import five_percent_figure
from experiments.five_percent import POINTS, RESULTS
from relsim.economics.lifetime import MONTHS_A_YEAR
from relsim.lab.intervals import t_interval
from relsim.loading import load
from relsim.market import Market
from relsim.report.figures import save
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
MONTHS, WARM_UP = 144, 36
CUSTOMERS, REPLICATIONS = 4_000, 4
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


def _lived(spec: MarketSpec, replication: int) -> tuple[float, float]:
    """Return annual retention and mean monthly profit of the first firm."""
    columns = Market(spec, replication=replication).run().columns
    mine = {name: columns[name][WARM_UP:, 0] for name in ("lost", "opening", "profit")}
    kept = 1.0 - float(mine["lost"].sum() / mine["opening"].sum())
    return kept**MONTHS_A_YEAR, float(mine["profit"].mean())


def rows(
    base: str,
    more: Sequence[float] = MORE,
    customers: int = CUSTOMERS,
    replications: int = REPLICATIONS,
) -> pd.DataFrame:
    """Return an industry's rows: points gained and what becomes of profit, by care on top.

    Intervals are Student's over replications that share their luck with the first row's.
    """
    spec = load(base, {"market.customers": customers, "run.months": MONTHS})
    found = np.array(
        [[_lived(spending(spec, extra), k) for k in range(replications)] for extra in more]
    )
    retention, profit = found[..., 0], found[..., 1]
    table = []
    for place, extra in enumerate(more):
        gained = t_interval(retention[place] - retention[0])
        # A pair's own relative effect, linear about that of the means.
        effect = t_interval((profit[place] - profit[0]) / abs(profit[0].mean()))
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
                "replications": replications,
            }
        )
    return pd.DataFrame(table)


def bought(table: pd.DataFrame, points: float = POINTS) -> pd.DataFrame:
    """Return what buys the points asked, by industry: between two rows by straight line.

    Not a number where the most that was spent does not buy them.
    """
    answers = []
    for base, mine in table.groupby("base", sort=False):
        gained = np.maximum.accumulate(mine["points"].to_numpy())
        reached = bool(gained[-1] >= points)
        more = float(np.interp(points, gained, mine["more"])) if reached else np.nan
        effect = float(np.interp(more, mine["more"], mine["profit_effect"])) if reached else np.nan
        best = int(mine["profit_effect"].to_numpy().argmax())
        answers.append(
            {
                "base": base,
                "more": more,
                "profit_effect": effect,
                "most_points": gained[-1],
                "best_more": float(mine["more"].iloc[best]),
                "best_profit_effect": float(mine["profit_effect"].iloc[best]),
            }
        )
    return pd.DataFrame(answers)


def study() -> pd.DataFrame:
    """Return all industries' rows."""
    return pd.concat([rows(base) for base in BASES], ignore_index=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for table and figure")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    table = study()
    for name, frame in (("paid", table), ("paid_five_points", bought(table))):
        frame.to_csv(out / f"{name}.csv", index=False, float_format="%.6g")
    save({"paid": five_percent_figure.draw_paid(table)}, out)
    print(f"{out}: paid, paid_five_points")
    return 0


if __name__ == "__main__":
    sys.exit(main())
