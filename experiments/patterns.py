"""Patterns that the field has seen, in markets not told so: ``python -m experiments.patterns``.

Each study lives ordinary markets for some seeds and returns a tidy table; the command writes it as
CSV with a figure into results/patterns. Names of patterns do only those.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import relsim
from experiments import seeds as seeded
from experiments.across import SHARES, alike, by_choice, in_all_industries
from experiments.commanding import command
from experiments.patterns_figure import DRAWN
from experiments.relationships import lifetime_profit
from experiments.seeds import by_seed
from experiments.segments import four_segments
from relsim.economics import repeat_buying
from relsim.market import Market
from relsim.spec import override, starter

RESULTS = Path("results/patterns")
SEEDS = (1, 2, 3, 4, 5)


def _joined(rows: Sequence[pd.DataFrame], customers: int) -> pd.DataFrame:
    """Return all rows, with the size of the market beside them."""
    return pd.concat(rows, ignore_index=True).assign(market_size=customers)


def double_jeopardy(customers: int = 50_000, seeds: Sequence[int] = SEEDS) -> pd.DataFrame:
    """Return share and yearly churn of firms that differ in awareness alone, years 5 to 8.

    Small brands have fewer buyers who are slightly less loyal (Ehrenberg, Goodhardt & Barwise
    1990, "Double jeopardy revisited", Journal of Marketing 54:3). ``expected`` is proportional
    redistribution: ``k (1 - share)``, k fitted to the market as a whole.
    """
    spec = alike("telecom", SHARES, customers)
    rows = []
    for seed, table in by_seed(spec, seeds, seeded.table):
        late = table[table["month"] > 48]
        shares = late.groupby("firm", observed=True)["share"].mean()
        share, defection = shares.to_numpy(), by_choice(late).to_numpy(dtype=float)
        k = float(share @ defection / (share @ (1.0 - share)))
        rows.append(
            pd.DataFrame(
                {
                    "seed": seed,
                    "firm": list(shares.index),
                    "share": share,
                    "defection": defection,
                    "expected": k * (1.0 - share),
                }
            )
        )
    return _joined(rows, customers)


def adoption(customers: int = 50_000, seeds: Sequence[int] = SEEDS) -> pd.DataFrame:
    """Return the share that are customers by month: one firm nobody knows, customers who talk.

    With and without attrition of 20% a year and ordinary churn, on a small-world network.
    """
    talk: dict[str, Any] = {
        "market.customers": customers,
        "run.months": 60,
        "firms.0.share": 0.0,
        "firms.1.share": 0.0,
        "firms.0.awareness": 0.001,
        "firms.1.awareness": 0.0,
        "firms.0.strategy": {"kind": "defensive", "budget_share": 0.0},
        "firms.1.strategy": {"kind": "defensive", "budget_share": 0.0},
        "mechanisms.word_of_mouth.recommend_rate": 0.5,
        "mechanisms.word_of_mouth.recommend_trust": 0.3,
        "mechanisms.choice.outside_utility": -20.0,
    }
    kept = {"mechanisms.retention.rule": "fixed", "market.annual_turnover": 0.0}
    worlds = {
        "nobody leaves": talk | kept | {"mechanisms.retention.monthly": 1.0},
        "some leave": talk | kept | {"mechanisms.retention.monthly": 0.97},
    }
    rows = []
    for world, values in worlds.items():
        for seed, table in by_seed(override(starter(), values), seeds, seeded.table):
            own = table[table["firm"] == "Attack"]
            rows.append(
                own[["month", "penetration"]]
                .rename(columns={"penetration": "market_share"})
                .assign(world=world, seed=seed)
            )
    return _joined(rows, customers)


def cohort_retention(customers: int = 50_000, seeds: Sequence[int] = SEEDS) -> pd.DataFrame:
    """Return a cohort's yearly retention by age: chances of their own, or all alike.

    Nobody's own chance changes; the cohort's rises, for who leaves easily has gone.
    """
    alone = {
        "market.customers": customers,
        "run.months": 120,
        "market.annual_turnover": 0.0,
        "firms.0.share": 1.0,
        "firms.1.share": 0.0,
        "firms.0.awareness": 0.0,
        "firms.1.awareness": 0.0,
        "firms.0.strategy": {"kind": "defensive", "budget_share": 0.0},
        "firms.1.strategy": {"kind": "defensive", "budget_share": 0.0},
        "mechanisms.retention.monthly": 0.97,
        "mechanisms.retention.concentration": 20.0,
        "customers.network.kind": "none",
    }
    rows = []
    for world, rule in (("each its own", "own"), ("all alike", "fixed")):
        spec = override(starter(), alone | {"mechanisms.retention.rule": rule})
        for seed, table in by_seed(spec, seeds, seeded.table):
            left = table.loc[table["firm"] == "Attack", "customers"].to_numpy()
            yearly = np.append(table["opening"].iloc[0], left[11::12])
            rows.append(
                pd.DataFrame(
                    {
                        "world": world,
                        "seed": seed,
                        "age": np.arange(1, yearly.size),
                        "retention": yearly[1:] / yearly[:-1],
                    }
                )
            )
    return _joined(rows, customers)


def tenure_profit(customers: int = 50_000, seeds: Sequence[int] = SEEDS) -> pd.DataFrame:
    """Return profit per customer by year with the firm, telecom; year 0 is what acquiring costs.

    Per customer won in year 0, else per customer-year.
    """
    spec = relsim.load("telecom", {"market.customers": customers})
    rows = []
    for seed, tenure in by_seed(spec, seeds, seeded.tenure_table):
        late = tenure[(tenure["year"] > 5) & (tenure["tenure_year"] <= 6)]
        sums = late.groupby("tenure_year")[["customer_months", "profit"]].sum()
        people: pd.Series = sums["customer_months"] / np.where(sums.index == 0, 1.0, 12.0)
        rows.append(
            pd.DataFrame(
                {"seed": seed, "year": sums.index, "profit": (sums["profit"] / people).to_numpy()}
            )
        )
    return _joined(rows, customers)


def purchase_counts(customers: int = 50_000, seeds: Sequence[int] = SEEDS) -> pd.DataFrame:
    """Return how many customers of a grocery market bought how often in a quarter.

    ``expected`` is the negative binomial fitted to the counts: Ehrenberg (1959).
    """
    spec = relsim.load("grocery", {"market.customers": customers, "run.months": 27})
    rows = []
    for seed, counts in by_seed(spec, seeds, _bought):
        shape, mean = repeat_buying.fit_gamma_poisson(counts)
        k = np.arange(int(counts.max()) + 1)
        rows.append(
            pd.DataFrame(
                {
                    "seed": seed,
                    "purchases": k,
                    "customers": np.bincount(counts, minlength=k.size) / counts.size,
                    "expected": repeat_buying.gamma_poisson(k, shape, mean),
                    "n": counts.size,
                }
            )
        )
    return _joined(rows, customers)


def _bought(market: Market) -> np.ndarray:
    """Return what those who stayed bought in the quarter after two years."""
    columns = market.run(24).customers.columns
    before, firm = columns.purchases.astype(int), columns.supplier.copy()
    columns = market.run(3).customers.columns
    stayed = (firm > 0) & (columns.supplier == firm) & (columns.tenure >= 3)
    counts: np.ndarray = columns.purchases[stayed].astype(int) - before[stayed]
    return counts[counts >= 0]  # who left and came back began anew


STUDIES: dict[str, Callable[..., pd.DataFrame]] = {
    study.__name__: study
    for study in (
        double_jeopardy,
        adoption,
        cohort_retention,
        tenure_profit,
        purchase_counts,
        lifetime_profit,
        four_segments,
        in_all_industries,
    )
}
"""All patterns by name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    return command(__doc__, "pattern", STUDIES, DRAWN, RESULTS, arguments)


if __name__ == "__main__":
    sys.exit(main())
