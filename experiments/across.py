"""The patterns in every industry's config, as it is: not in one market that was picked."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

import relsim
from experiments import seeds as seeded
from experiments.seeds import by_seed
from relsim.market import Market
from relsim.spec import MarketSpec, override
from relsim.spec.locations import shipped

SHARES = (0.05, 0.10, 0.20, 0.25, 0.40)
"""Shares at the start of five firms that differ in nothing but size and awareness."""

LATE = 6  # year of a relationship, and of a run, by which what is early has faded
_MONTHS = 120
_LAUNCH = 240  # months that the slowest market needs to fill


class Finding(NamedTuple):
    """One number of one market."""

    industry: str
    seed: int
    measure: str
    value: float


def alike(config: str, shares: Sequence[float], customers: int, months: int = 96) -> MarketSpec:
    """Return a config's market with firms that differ in share and awareness alone.

    All are what the config's third firm is; more people think of a larger one.
    """
    spec = relsim.load(config, {"market.customers": customers, "run.months": months})
    firm = spec.firms[2].model_dump()
    firms = [
        firm | {"name": f"Firm {k + 1}", "share": share, "awareness": min(2.2 * share, 0.9)}
        for k, share in enumerate(shares)
    ]
    return MarketSpec.model_validate(spec.model_dump() | {"firms": firms})


def by_choice(late: pd.DataFrame) -> pd.Series:
    """Return each firm's yearly churn by choice, to rivals or to nobody."""
    firms = late.groupby("firm", observed=True)[["lost_to_rivals", "lost_to_none", "opening"]].sum()
    monthly = (firms["lost_to_rivals"] + firms["lost_to_none"]) / firms["opening"]
    return 1.0 - (1.0 - monthly) ** 12


def _jeopardy(table: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """Yield share and churn of the smallest and the largest of firms alike, years 5 to 8."""
    late = table[table["month"] > 48]
    share = late.groupby("firm", observed=True)["share"].mean()
    defection = by_choice(late)
    for name, place in (("small", 0), ("large", -1)):
        yield f"share_{name}", float(share.iloc[place])
        yield f"defection_{name}", float(defection.iloc[place])


def _relationships(spec: MarketSpec, tenure: pd.DataFrame) -> Iterator[tuple[str, float]]:
    """Yield retention and profit by year with the firm, of the config's own firms."""
    sums = tenure[tenure["year"] >= LATE].groupby("tenure_year")[
        ["customer_months", "lost", "profit"]
    ]
    years = sums.sum()
    kept = (1.0 - years["lost"] / years["customer_months"]) ** 12
    profit = years["profit"] / years["customer_months"]
    longest = max(firm.longest_contract for firm in spec.firms)
    free = longest // 12 + 1  # no contract binds all of it
    yield "first_free_year", float(free)
    yield "kept_first", float(kept.loc[free])
    yield "kept_late", float(kept.loc[LATE])
    yield "profit_winning", float(profit.loc[0])
    yield "profit_first", float(12.0 * profit.loc[1])
    yield "profit_late", float(12.0 * profit.loc[LATE])


def _alone(industry: str, customers: int) -> dict[str, MarketSpec]:
    """Return markets of one of the config's firms, alone and nearly unknown."""
    spec = relsim.load(industry, {"market.customers": customers, "run.months": _LAUNCH})
    unknown = spec.firms[0].model_dump() | {"share": 0.0, "awareness": 0.001}
    silent = unknown | {"strategy": {"kind": "defensive", "budget_share": 0.0}}
    mute = override(spec, {"mechanisms.word_of_mouth.persuasion": 0.0})
    ways = {
        "usual": (spec, unknown),
        "no_talk": (mute, unknown),
        "talk_alone": (spec, silent),
        "neither": (mute, silent),
    }
    return {
        way: MarketSpec.model_validate(market.model_dump() | {"firms": [firm]})
        for way, (market, firm) in ways.items()
    }


def _launch(filled: Mapping[str, np.ndarray]) -> Iterator[tuple[str, float]]:
    """Yield how a firm without rivals fills its market, from its share of it month by month."""
    share = filled["usual"]
    top = float(share[-24:].mean())
    yield "ceiling", top
    for part in (10, 50, 90):
        yield f"month_{part}", _reached(share, top * part / 100.0)
    yield "month_50_no_talk", _reached(filled["no_talk"], top / 2.0)
    yield "talk_alone", float(filled["talk_alone"][-1])
    yield "neither", float(filled["neither"][-1])


def _filled(market: Market) -> np.ndarray:
    """Return the share of the potential that is served, month by month."""
    return market.run().table["penetration"].to_numpy(dtype=float)


def _reached(share: np.ndarray, level: float) -> float:
    """Return the first month in which a level is reached; the last one if it never is."""
    there = share >= level
    return float(there.argmax() + 1 if there.any() else share.size)


def in_all_industries(
    customers: int = 30_000, seeds: Sequence[int] = (1, 2, 3), industries: Sequence[str] = ()
) -> pd.DataFrame:
    """Return sign and size of the patterns in every industry's config, one row a number.

    ``defection_small`` and ``_large``: double jeopardy among firms alike. ``kept_first`` (in the
    first year that no contract binds) and ``kept_late`` (year 6): retention of relationships,
    where both who is left and what grew between the two sides play a part. ``profit_...``: of
    acquiring, of year 1, of year 6. ``month_10``, ``_50``, ``_90``: when a newcomer without rivals
    has so many per cent of its ``ceiling``; ``month_50_no_talk``: the same where no
    recommendation persuades. ``talk_alone``, ``neither``: what a newcomer without a budget has
    after twenty years, with and without recommendations that persuade.
    """
    rows = [
        Finding(industry, seed, measure, value)
        for industry in industries or shipped()
        for seed, found in _studied(industry, customers, seeds)
        for measure, value in found
    ]
    return pd.DataFrame(rows).assign(market_size=customers)


def _studied(
    industry: str, customers: int, seeds: Sequence[int]
) -> Iterator[tuple[int, Iterator[tuple[str, float]]]]:
    """Yield each seed and all numbers of an industry."""
    firms_alike = by_seed(alike(industry, SHARES, customers), seeds, seeded.table)
    spec = relsim.load(industry, {"market.customers": customers, "run.months": _MONTHS})
    own = by_seed(spec, seeds, seeded.tenure_table)
    launches = {
        way: dict(by_seed(alone, seeds, _filled))
        for way, alone in _alone(industry, customers).items()
    }
    for (seed, table), (_, tenure) in zip(firms_alike, own, strict=True):
        filled = {way: shares[seed] for way, shares in launches.items()}
        yield seed, itertools.chain(_jeopardy(table), _relationships(spec, tenure), _launch(filled))
