"""Elasticities of sales to spending and price: ``python -m experiments.elasticities``.

In each market of configs/markets every firm in its turn changes one budget, or its price, by a
tenth (:mod:`relsim.calibration.futures`): what its sales then change by is its elasticity, after a
year and after five. No preset rewards recommendations; for that lever all firms give a reward of
one price. The command writes the table and the figure ``elasticities`` into results/elasticities
and the page docs/elasticities.md; ``--quick`` makes a small trial in a minute.
"""

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import relsim
from experiments.elasticities_figure import draw
from experiments.elasticities_page import page
from relsim.calibration import Window, simulated
from relsim.calibration.futures import HORIZONS, LEVERS
from relsim.lab.runs.executors import Crew, standing
from relsim.lab.statistics.intervals import t_interval
from relsim.report.run_figures import save
from relsim.spec import MarketSpec
from relsim.spec.locations import shipped

RESULTS = Path("results/elasticities")
PAGE = Path("docs/elasticities.md")
EVERYONE = "all firms"
REWARD = {"firms.*.strategy.reward_in_prices": 1.0}
"""What firms give for a recommendation where its elasticity is measured, in prices."""


class Effort(NamedTuple):
    """How large markets are, and how often each is simulated."""

    customers: int = 20_000
    replications: int = 8
    window: Window = Window(36, 1)


QUICK = Effort(3_000, 2, Window(12, 1))


def settings(name: str, customers: int) -> Iterator[tuple[MarketSpec, list[str]]]:
    """Yield a market, and the levers whose elasticities it shows."""
    spec = relsim.load(name, {"market.customers": customers})
    yield spec, [lever for lever in LEVERS if lever != "referral"]
    yield spec.with_(REWARD), ["referral"]


def measured(name: str, effort: Effort, crew: Crew) -> list[dict[str, Any]]:
    """Return the elasticities of a market, a row for each lever, horizon and firm."""
    rows = []
    for spec, levers in settings(name, effort.customers):
        keys = [
            (lever, horizon, firm)
            for lever in levers
            for horizon in HORIZONS
            for firm in (None, *(firm.name for firm in spec.firms))
        ]
        found = simulated(
            spec,
            [(f"{lever}_elasticity_{horizon}", firm) for lever, horizon, firm in keys],
            replications=effort.replications,
            window=effort.window,
            executor=crew,
        )[0]
        rows += [row(name, *key, found[:, k]) for k, key in enumerate(keys)]
    return rows


def row(name: str, lever: str, horizon: str, firm: str | None, values: Any) -> dict[str, Any]:
    """Return the row of an elasticity: mean, and 95% interval over replications.

    Examples
    --------
    >>> row("telecom", "price", "long", None, [-2.0, -2.2])["elasticity"]
    -2.1
    """
    known = np.asarray(values)[np.isfinite(values)]
    mean, low, high = t_interval(known) if known.size else (math.nan,) * 3
    keys = {"market": name, "lever": lever, "horizon": horizon, "firm": firm or EVERYONE}
    return keys | {"elasticity": mean, "low": low, "high": high, "replications": known.size}


def table(names: Sequence[str], effort: Effort, workers: int) -> pd.DataFrame:
    """Return the table of some markets."""
    rows = []
    with standing("processes" if workers > 1 else "serial", workers) as crew:
        for name in names:
            rows += measured(name, effort, crew)
            print(f"{name}: done", flush=True)
    return pd.DataFrame(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for table and figure")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write")
    parser.add_argument("--quick", action="store_true", help="small markets, two replications")
    parser.add_argument("--workers", type=int, default=2, help="runs that are at work at a time")
    order = parser.parse_args(arguments)
    frame = table(sorted(shipped()), QUICK if order.quick else Effort(), order.workers)
    order.out.mkdir(parents=True, exist_ok=True)
    path = order.out / "elasticities.csv"
    frame.to_csv(path, index=False, float_format="%.5g")
    frame = pd.read_csv(path)  # page and figure are of what is kept
    save({"elasticities": draw(frame)}, order.out)
    order.page.write_text(page(frame), encoding="utf-8", newline="\n")
    print(f"{order.out}: elasticities; {order.page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
