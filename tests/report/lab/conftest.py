"""Studies and tables as an experiment makes them, of invented numbers."""

import numpy as np
import pandas as pd

from relsim.report.lab.about import AboutStudy, Quantity

ABOUT = AboutStudy("A study", "EUR", runs=1800, points=30, replications=20, seed=7)
ALONE = AboutStudy("A study", "EUR", runs=1, points=1, replications=1, seed=7)
PROFIT = Quantity("profit", "Profit over ten years", "money")
LONG = "a name that goes on and on and $b$ on " * 4
FACTORS = ("Switching cost", "Failure rate", "Word of mouth", "Discount rate", "顧客", LONG)


def effects(rows: int = 3, size: float = 1.0, **other: object) -> pd.DataFrame:
    """Return paired effects on two outcomes."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "outcome": np.repeat(["Profit", "Defection"], rows),
            "unit": np.repeat(["money a month", "points"], rows),
            "treatment": [FACTORS[k % 6] for k in range(2 * rows)],
            "label": ["" if k % 2 else f"level {k}" for k in range(2 * rows)],
            "difference": size * rng.normal(0.0, 2.0, 2 * rows),
            "n": 20,
        }
    )
    half = size * rng.uniform(0.5, 2.0, 2 * rows)
    table["low"], table["high"] = table["difference"] - half, table["difference"] + half
    return table.assign(**other)  # type: ignore[arg-type]  # columns of any type


def grid(columns: int = 4, rows: int = 3, size: float = 1.0) -> pd.DataFrame:
    """Return an outcome that is zero where ``x + y = 1``, over two factors from 0 to 1."""
    x, y = np.meshgrid(np.linspace(0.0, 1.0, columns), np.linspace(0.0, 1.0, rows))
    table = pd.DataFrame({"x": x.ravel(), "y": y.ravel()})
    table["profit"] = size * (table["x"] + table["y"] - 1.0)
    return table


def runs(arms: tuple[str, ...], replications: int, months: int, size: float = 1.0) -> pd.DataFrame:
    """Return an outcome of which replications 0, 1, 2... lie evenly from 0 to ``size``."""
    places = np.linspace(0.0, size, replications)
    return pd.DataFrame(
        [
            {"arm": arm, "replication": k, "month": month, "profit": place + shift * size}
            for shift, arm in enumerate(arms)
            for k, place in enumerate(places)
            for month in range(1, months + 1)
        ]
    )


def screened(factors: int = 6, size: float = 1.0) -> pd.DataFrame:
    """Return a table that tornado, indices and the screening can all read."""
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"factor": [FACTORS[k % 6] for k in range(factors)]})
    table["low_value"], table["high_value"], table["base"] = 0.25, 1234567.0, 2.0 * size
    for column in ("at_low", "at_high"):
        table[column] = size * rng.uniform(0.0, 4.0, factors)
    for column in ("mu_star", "sigma"):
        table[column] = size * rng.exponential(1.0, factors)
    table["first"] = rng.uniform(0.0, 0.3, factors)
    table["total"] = table["first"] + rng.uniform(0.0, 0.2, factors)
    for column in ("first", "total"):
        table[f"{column}_low"], table[f"{column}_high"] = table[column] - 0.1, table[column] + 0.1
    return table


def settling(replications: int, size: float = 1.0) -> pd.DataFrame:
    """Return a running mean of ``size`` whose interval narrows with the root of n."""
    n = np.arange(1, replications + 1)
    half = np.where(n > 1, size / np.sqrt(n), np.nan)
    return pd.DataFrame({"n": n, "mean": size, "low": size - half, "high": size + half})
