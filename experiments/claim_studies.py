"""What claims ask and one outcome of a run cannot tell: ``python -m experiments.claim_studies``.

Each study lives ordinary markets for some seeds and returns a tidy table; the command writes it as
CSV with a figure into results/studies. Names of studies do only those.
"""

import argparse
import itertools
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import relsim
from experiments.claim_studies_figure import DRAWN
from relsim.customers.rules.choice import AWARENESS, REACH, REFERRAL
from relsim.economics.lifetime import monthly_rate
from relsim.market import Market
from relsim.report.figures import save
from relsim.spec import MarketSpec

RESULTS = Path("results/studies")
SEEDS = (1, 2, 3, 4, 5)
MONTHS = 84
REACH_FOR_MONEY = (0.1, 0.3, 1.0, 3.0, 10.0)
"""What a dollar of offence reaches, as a multiple of the config's."""
SPLITS = tuple(k / 10.0 for k in range(11))
SIZES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
FIRMS = (2, 3, 4, 6, 8)
SERVED = 0.95
"""Part of the market with a supplier at the start."""


def _money(spec: MarketSpec, seed: int, place: int = 0) -> tuple[dict[str, Any], float]:
    """Return the columns of a firm that has lived, by month, and its discounted profit."""
    market = Market(spec, seed=seed).run()
    columns = {name: values[:, place] for name, values in market.columns.items()}
    rate = monthly_rate(spec.market.annual_discount_rate)
    months = np.arange(1, columns["profit"].size + 1)
    return columns, float((columns["profit"] / (1.0 + rate) ** months).sum())


def best_split(customers: int = 20_000, seeds: Sequence[int] = SEEDS) -> pd.DataFrame:
    """Return discounted profit by split of the budget and by what winning costs.

    ``ratio`` is the average cost of a customer won (reach, set-up, discounts, rewards) over that
    of keeping one for a year, as it comes out: what is quoted as 5:1 or 10:1 (Pfeifer 2005, "The
    optimal ratio of acquisition and retention costs", JAMS 33:2).
    """
    rows = []
    for reach, split, seed in itertools.product(REACH_FOR_MONEY, SPLITS, seeds):
        values = {
            "market.customers": customers,
            "run.months": MONTHS,
            "firms.0.strategy.kind": "balanced",
            "firms.0.strategy.retention_share": split,
            "firms.*.acquisition.rate": 0.05 * reach,
        }
        columns, profit = _money(relsim.load("telecom", values), seed)
        names = ("acquisition", "onboarding", "discounts", "rewards")
        to_win = -sum(columns[name].sum() for name in names) / columns["acquired"].sum()
        keeping = -(columns["retention"] + columns["recovery"]).sum()
        to_keep = 12.0 * keeping / columns["opening"].sum()
        rows.append(
            {
                "reach_for_money": reach,
                "retention_share": split,
                "seed": seed,
                "profit": profit,
                "to_win": to_win,
                "to_keep_a_year": to_keep,
                "ratio": to_win / to_keep if to_keep else np.nan,
                "market_size": customers,
            }
        )
    return pd.DataFrame(rows)


def referred(customers: int = 50_000, seeds: Sequence[int] = SEEDS) -> pd.DataFrame:
    """Return what became of customers won in the second year, by what brought them.

    Schmitt, Skiera & Van den Bulte (2011), "Referral programs and customer value", Journal of
    Marketing 75:1, found recommended customers to be worth at least 16% more.
    """
    ways = {"recommendation": REFERRAL, "reach": REACH, "awareness": AWARENESS}
    values = {
        "market.customers": customers,
        "run.months": 60,
        "mechanisms.word_of_mouth.recommend_rate": 0.2,
    }
    rows = []
    for config, seed in itertools.product(("credit-card", "grocery"), seeds):
        market = Market(relsim.load(config, values), seed=seed).run(24)
        people = market.customers.columns
        new = (people.supplier > 0) & (people.tenure <= 12)
        firm, tenure, way = people.supplier.copy(), people.tenure.copy(), people.came_through.copy()
        market.run(24)
        people = market.customers.columns
        kept = (people.supplier == firm) & (people.tenure == tenure + 24)
        for name, code in ways.items():
            cohort = new & (way == code)
            rows.append(
                {
                    "config": config,
                    "seed": seed,
                    "came_by": name,
                    "n": int(cohort.sum()),
                    "kept": float(kept[cohort].mean()),
                    "usage": float(people.usage[cohort].mean()),
                    "trust": float(people.trust[cohort & kept].mean()),
                    "market_size": customers,
                }
            )
    return pd.DataFrame(rows)


def _sized(share: float, count: int, strategy: str, customers: int) -> MarketSpec:
    """Return the telecom market with one firm of some size among so many, rivals alike."""
    spec = relsim.load("telecom", {"market.customers": customers, "run.months": MONTHS})
    firm = spec.firms[2].model_dump()
    rivals = [
        firm | {"name": f"Rival {k}", "share": (SERVED - share) / (count - 1)}
        for k in range(1, count)
    ]
    own = firm | {
        "name": "Own",
        "share": share,
        "awareness": 0.1 + 1.5 * min(share, 0.6),
        "strategy": firm["strategy"] | {"kind": strategy},
    }
    return MarketSpec.model_validate(spec.model_dump() | {"firms": [own, *rivals]})


def size_and_rivals(customers: int = 10_000, seeds: Sequence[int] = SEEDS) -> pd.DataFrame:
    """Return what defence brings over attack, by a firm's size and the number of firms.

    The firm's fame follows its size as in the claim size-decides; rivals split evenly.
    """
    rows = []
    for share, count, seed in itertools.product(SIZES, FIRMS, seeds):
        profits = {
            strategy: _money(_sized(share, count, strategy, customers), seed)[1]
            for strategy in ("offensive", "defensive")
        }
        gain = profits["defensive"] / profits["offensive"] - 1.0
        rows.append(
            {
                "share": share,
                "firms": count,
                "seed": seed,
                "gain": gain,
                "market_size": customers,
            }
        )
    return pd.DataFrame(rows)


def risk(customers: int = 10_000, seeds: Sequence[int] = tuple(range(1, 41))) -> pd.DataFrame:
    """Return results of both ways of marketing run by run: what luck does to each.

    ``worst_year`` is the lowest profit of twelve months in a row from the second year on; markets
    meet a recession of a quarter in year 4. Money by customer of the market.
    """
    ways: Mapping[str, dict[str, Any]] = {
        "relationship": {"firms.0.strategy.kind": "defensive", "firms.0.strategy.discount": 0.0},
        "transaction": {"firms.0.strategy.kind": "conquest", "firms.0.strategy.discount": 0.2},
    }
    slump = {"kind": "recession", "month": 40, "lasts": 18, "depth": 0.25}
    rows = []
    for config, way, seed in itertools.product(("telecom", "credit-card"), ways, seeds):
        common = {"market.customers": customers, "run.months": MONTHS, "events": [slump]}
        columns, profit = _money(relsim.load(config, common | ways[way]), seed)
        years = np.convolve(columns["profit"], np.ones(12), mode="valid")[12:]
        starting = relsim.load(config, common | ways[way] | {"firms.0.share": 0.0})
        newcomer, _ = _money(starting, seed)
        rows.append(
            {
                "config": config,
                "way": way,
                "seed": seed,
                "profit": profit / customers,
                "worst_year": float(years.min()) / customers,
                "trough": float(newcomer["cash"].min()) / customers,
                "market_size": customers,
            }
        )
    return pd.DataFrame(rows)


STUDIES: dict[str, Callable[..., pd.DataFrame]] = {
    study.__name__: study for study in (best_split, referred, size_and_rivals, risk)
}
"""All studies by name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=", ".join(STUDIES))
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for tables and figures")
    order = parser.parse_args(arguments)
    unknown = [name for name in order.studies if name not in STUDIES]
    if unknown:
        parser.error(f"{unknown[0]}: no such study; known: {', '.join(STUDIES)}")
    order.out.mkdir(parents=True, exist_ok=True)
    for name in order.studies or STUDIES:
        frame = STUDIES[name]()
        frame.to_csv(order.out / f"{name}.csv", index=False, float_format="%.8g")
        save({name: DRAWN[name](frame)}, order.out)
        print(f"{name}: {order.out / name}.csv, .png, .svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
