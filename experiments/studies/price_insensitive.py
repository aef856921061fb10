"""Claim price-insensitive: whom a price war moves, by looking around and by leaving.

Customers of one mobile operator, after six years of an ordinary market, through a year in which its
three rivals are 20% cheaper, or it is itself 5, 10 or 20% dearer, against the same year in peace,
under the same random numbers; by their trust, and by their years with the firm, when the year
begins. A contract binds for two years and is signed anew by whoever looks around and stays, so that
the columns tell who looked. Rates are by month in which a contract let the customer look; whoever
leaves the market is not counted as lost. That those who trust stop comparing is handbooks' after
Reichheld & Sasser (1990), HBR 68:5; that old customers know their worth is Reinartz & Kumar (2002),
HBR 80:7. Trust and years are not given by lot here: whoever has much of either is also who has
stayed so far.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import relsim
from experiments import markdown
from experiments.seeds import by_seed
from experiments.studies.shared import Floats, dressed, each, how_many, jackknife, titled
from relsim.economics.lifetime import MONTHS_A_YEAR
from relsim.fork import changed
from relsim.market import Market
from relsim.report.style import BLUE, GREEN, INK, MUTED, VERMILLION

BEFORE = 72
PRICE = 55.0
PEACE, WAR, DEARER = "peace", "rivals 20% cheaper", "own price +10%"
_WAR = {"kind": "price_war", "month": BEFORE + 1, "depth": 0.2, "firms": [1, 2, 3]}
YEARS: Mapping[str, Mapping[str, Any]] = {
    PEACE: {},
    WAR: {"events": [_WAR]},
    "own price +5%": {"firms.0.price": 1.05 * PRICE},
    DEARER: {"firms.0.price": 1.1 * PRICE},
    "own price +20%": {"firms.0.price": 1.2 * PRICE},
}
"""What changes from the month after the six years."""
GROUPS = 10
LAST_YEAR = 7
"""The year with the firm that holds all later ones."""
LEAST = 500
"""Months free to look, all seeds together, below which a group is not drawn."""
_SUMS = ["free_months", "looked", "left"]


def _lived(values: Mapping[str, Any], market: Market) -> pd.DataFrame:
    """Return sums over the first firm's customers of what each did within the year."""
    people = market.run(BEFORE).customers.columns
    there = people.supplier == 1
    trust, tenure = people.trust.copy(), people.tenure.astype(int)
    if values:
        market.change(changed(market.spec, values, at=BEFORE + 1))
    here = there.copy()
    free, looked, left = np.zeros((3, there.size))
    for month in range(1, MONTHS_A_YEAR + 1):
        bound = people.bound.copy()
        market.step()
        people = market.customers.columns
        stayed = here & (people.supplier == 1) & (people.tenure == tenure + month)
        goes = here & ~stayed & (people.born != market.month)
        free += here & (bound <= 1)
        # A contract that is longer than a month ago was signed anew: the customer has looked.
        looked += goes | (stayed & (people.bound > bound))
        left += goes
        here = stayed
    lived = {"trust": trust, "tenure": tenure, "free_months": free, "looked": looked, "left": left}
    return _grouped(pd.DataFrame(lived)[there])


def _grouped(frame: pd.DataFrame) -> pd.DataFrame:
    """Return sums by tenth of trust and by year with the firm."""
    rank = frame["trust"].rank(method="first")
    by = {
        "trust": np.ceil(GROUPS * rank / len(frame)).astype(int),
        "tenure": np.minimum((frame["tenure"] - 1) // MONTHS_A_YEAR + 1, LAST_YEAR),
    }
    rows = []
    for name, group in by.items():
        found = frame.groupby(group)
        sums = found[_SUMS].sum().assign(n=found.size(), mean_trust=found["trust"].mean())
        rows.append(sums.rename_axis("group").reset_index().assign(by=name))
    return pd.concat(rows, ignore_index=True)


def table(customers: int = 40_000, seeds: Sequence[int] = tuple(range(1, 21))) -> pd.DataFrame:
    """Return months free to look, looks and losses by year lived, group and seed."""
    months = BEFORE + MONTHS_A_YEAR
    spec = relsim.load("telecom", {"market.customers": customers, "run.months": months})
    rows = [
        sums.assign(year=year, seed=seed)
        for ((year, values),) in each(YEARS.items())
        for seed, sums in by_seed(spec, seeds, partial(_lived, values))
    ]
    frame = pd.concat(rows, ignore_index=True).astype(dict.fromkeys(_SUMS, int))
    columns = ["year", "by", "group", "seed", "n", "mean_trust", *_SUMS]
    return frame[columns].assign(market_size=customers)


def _looks(sums: Floats) -> float:
    return float(100.0 * sums[1] / sums[0])


def _goes(sums: Floats) -> float:
    return float(100.0 * sums[2] / sums[1])


def _lost(sums: Floats) -> float:
    return float(100.0 * sums[2] / sums[0])


def _more(sums: Floats) -> float:
    """Return losses beyond those of peace, whose sums come last."""
    return _lost(sums[:3]) - _lost(sums[3:])


def _part_more(sums: Floats) -> float:
    return 100.0 * (_lost(sums[:3]) / _lost(sums[3:]) - 1.0)


RATES: Mapping[str, Callable[[Floats], float]] = {
    "look around\n(% a month that they may)": _looks,
    "leave\n(% of those who look)": _goes,
    "leave more than in peace\n(points of % a month)": _more,
    "leave more than in peace\n(% of peace)": _part_more,
}
"""Rates by their names; sums of peace stand behind those of the year."""


def rate(
    frame: pd.DataFrame, year: str, by: str, group: int, what: Callable[[Floats], float]
) -> tuple[float, float]:
    """Return a rate of a group in a year, and the half-width of its 95% interval."""
    mine = frame[(frame["by"] == by) & (frame["group"] == group)].sort_values("seed")
    own, peace = (mine.loc[mine["year"] == name, _SUMS].to_numpy(float) for name in (year, PEACE))
    return jackknife(np.hstack([own, peace]), what)


_LOOKS = {
    PEACE: (INK, "D"),
    WAR: (VERMILLION, "s"),
    DEARER: (BLUE, "o"),
    "own price +20%": (GREEN, "^"),
}
_BY = {
    "trust": "tenth of the customers by trust before it (1 = least)",
    "tenure": f"year with the firm before it ({LAST_YEAR} = {LAST_YEAR} or later)",
}


def shown(frame: pd.DataFrame, by: str) -> list[int]:
    """Return the groups of which enough could look."""
    peace = frame[(frame["by"] == by) & (frame["year"] == PEACE)]
    free = peace.groupby("group")["free_months"].sum()
    return [int(str(group)) for group in free[free >= LEAST].index]


def draw(frame: pd.DataFrame) -> Figure:
    """Draw who looks, who of them leaves, and how many more than in peace."""
    figure, panels = plt.subplots(
        len(RATES), len(_BY), figsize=(9.0, 11.0), layout="constrained", sharey="row", sharex="col"
    )
    for row, (name, what) in zip(panels, RATES.items(), strict=True):
        for axes, by in zip(row, _BY, strict=True):
            _points(dressed(axes), frame, by, what)
        row[0].set_ylabel(name)
        row[0].set_ylim(0.0)
    for axes, across in zip(panels[-1], _BY.values(), strict=True):
        axes.set_xlabel(across)
    panels[0, 0].legend(frameon=False, fontsize=9, ncols=2, loc="lower right")
    note = (
        f"Mobile telephony, one firm of four, {frame['n'].min():,} or more customers a group and "
        f"seed. Groups with fewer than {LEAST} months\nfree to look in all (bound by contract) are "
        "left out. " + how_many(frame).replace("mean of", "sums over")
    )
    title = "Prices move the trusting less in points, and as much in per cent of peace"
    return titled(figure, title, note)


def _points(axes: Axes, frame: pd.DataFrame, by: str, what: Callable[[Floats], float]) -> None:
    groups = shown(frame, by)
    for place, (year, (colour, mark)) in enumerate(_LOOKS.items()):
        if year == PEACE and what in (_more, _part_more):
            continue
        found = np.array([rate(frame, year, by, group, what) for group in groups])
        across = np.array(groups) + 0.12 * (place - 1.5)
        axes.errorbar(
            across,
            found[:, 0],
            found[:, 1],
            fmt=f"{mark}-",
            lw=1,
            color=colour,
            ms=4.5,
            capsize=2,
            label=year,
        )
    axes.axhline(0.0, color=MUTED, lw=1)
    axes.set_xticks(groups)


def words(frame: pd.DataFrame) -> str:
    """Return as a table what the least and the most trusting do, and the new and the old."""
    heads = [
        "customers",
        "year",
        "look, % a month",
        "of these leave, %",
        "leave more, points a month",
        "% of peace",
    ]
    lines = []
    for by, name in (("trust", "tenth of trust"), ("tenure", "year with the firm")):
        groups = shown(frame, by)
        for group, year in itertools.product((groups[0], groups[-1]), YEARS):
            trust = frame[(frame["by"] == by) & (frame["group"] == group)]["mean_trust"].mean()
            lines.append(
                [f"{name} {group} (trust {trust:.2f})", year, *_cells(frame, by, group, year)]
            )
    return (
        f"Of those who may look in a month:\n\n{markdown.table(heads, lines)}\n\n{_bound(frame)} A "
        f"rival's price is seen by those alone who look, and so a war makes nobody look; a higher "
        f"price of one's own does both. Those who trust more look less, and leave less when they "
        f"look, in peace as in war: that is the difference in points. As part of what leaves in "
        f"peace, a war adds {_range(frame, WAR)} and a tenth on the price {_range(frame, DEARER)} "
        f"over the tenths of trust; the war multiplies leaving among those who look by "
        f"{_times(frame, 0)} in the least trusting tenth shown and by {_times(frame, -1)} in the "
        f"most. A firm that counts who stayed cannot tell those who did not look from those who "
        f"looked and stayed."
    )


def _cells(frame: pd.DataFrame, by: str, group: int, year: str) -> list[str]:
    found = [rate(frame, year, by, group, what) for what in RATES.values()]
    told = [
        f"{mean:.{k}f} ± {half:.{k}f}" for (mean, half), k in zip(found, (1, 1, 2, 0), strict=True)
    ]
    return [*told[:2], "–", "–"] if year == PEACE else told


def _range(frame: pd.DataFrame, year: str) -> str:
    found = [rate(frame, year, "trust", group, _part_more)[0] for group in shown(frame, "trust")]
    return f"{min(found):.0f} to {max(found):.0f}%"


def _times(frame: pd.DataFrame, place: int) -> str:
    group = shown(frame, "trust")[place]
    war, peace = (rate(frame, year, "trust", group, _goes)[0] for year in (WAR, PEACE))
    return f"{war / peace:.2f}"


def _bound(frame: pd.DataFrame) -> str:
    """Return in words who could not look at all."""
    peace = frame[(frame["by"] == "trust") & (frame["year"] == PEACE)]
    sums = peace.groupby("group")[["free_months", "n"]].sum()
    part = 100.0 * sums["free_months"] / (MONTHS_A_YEAR * sums["n"])
    return (
        f"The tenth that trusts least are new customers, whom a contract lets look in "
        f"{part.iloc[0]:.1f}% of the months of the year, the next in {part.iloc[1]:.0f}% and the "
        f"most trusting in {part.iloc[-1]:.0f}%: over the year as a whole the contract decides "
        f"more than trust."
    )
