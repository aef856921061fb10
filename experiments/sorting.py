"""Sorting against building: why retention rises with tenure, and what that makes of five points.

``python -m experiments.sorting`` simulates a market without a contract and one with, each with
customers who differ for good (frailty) and trust that does not move; with trust that grows and
customers alike; with both; and with neither. The base hazard of each is solved so that churn is
that of the market as shipped. It takes retention by year of tenure, and what five points of
retention, given free to one firm, bring; and it holds the "regular" cohort of Fader & Hardie
(2007) against the relationship rule, by sorting and by building. The command writes ``retention``,
``five_points`` and ``regular``, with a figure, into results/sorting and the page docs/sorting.md.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special

import relsim
from experiments.sorting_figure import draw
from experiments.sorting_page import page
from experiments.verification import REGULAR
from relsim import lab
from relsim.calibration import Window, simulated
from relsim.calibration.moments import YEARS
from relsim.economics import survival
from relsim.lab.statistics.goal_seek import solve
from relsim.lab.statistics.intervals import t_interval
from relsim.market import Market
from relsim.report.run_figures import save
from relsim.spec import MarketSpec, override, starter

RESULTS, PAGE = Path("results/sorting"), Path("docs/sorting.md")
MARKETS, WAYS = ("grocery", "telecom"), ("neither", "sorting", "building", "both")
SORTED, BUILT = ("sorting", "both"), ("building", "both")
FIRM = 2
"""Place of the firm that is given five points; its strategy is balanced in both markets."""

CUSTOMERS, SOLVED_ON, REPLICATIONS = 10_000, 2, 8
WINDOW = Window(skipped=120, months=120)
SPREAD, REGULAR_BASE = 1.62, 0.0283
"""Of frailty (log-odds), and the base hazard a month: those of the "regular" cohort."""

PUBLISHED = (63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3)
"""The "regular" cohort: how many of a hundred are left after each year (Fader & Hardie 2007)."""

ALONE: dict[str, Any] = {
    # Nothing but what a customer brings along: nobody comes, and who reconsiders leaves.
    "market.annual_turnover": 0.0,
    "customers.network.kind": "none",
    "customers.segments.0.price_sensitivity_spread": 0.0,
    "firms.0.share": 1.0,
    "firms.0.contract_months": 1,
    "firms.0.switching_cost": 0.0,
    "firms.1.share": 0.0,
    "mechanisms.choice.outside_utility": 50.0,
    "mechanisms.reconsider.satisfaction_effect": 0.0,
    "mechanisms.reconsider.trust_effect": 0.0,
    "mechanisms.reconsider.care_effect": 0.0,
    "mechanisms.reconsider.price_effect": 0.0,
    "mechanisms.reconsider.rival_effect": 0.0,
}
"""What is set in the starter market for a cohort on its own."""

_BASE = "mechanisms.reconsider.base_hazard"
_SEARCHED = 2.5  # log-odds on both sides of the base hazard at which the search starts
_UNBOUND = 0.2  # where it starts without a contract

Array = npt.NDArray[np.float64]


# The markets ------------------------------------------------------------------------------


def way_of(name: str, way: str, trust: float, customers: int = CUSTOMERS) -> MarketSpec:
    """Return a market in which retention rises in a given way, its base hazard as shipped.

    Parameters
    ----------
    name : str
        The market.
    way : str
        Of ``WAYS``: where it sorts, customers have frailty; where it does not build, trust stays.
    trust : float
        The level at which trust stays, if it does.
    customers : int
        Its size.
    """
    values: dict[str, Any] = {"market.customers": customers}
    if way in SORTED:
        values["customers.segments.*.frailty_spread"] = SPREAD
    if way not in BUILT:
        values |= {f"mechanisms.trust.{rate}_rate": 0.0 for rate in ("build", "break")}
        values |= {f"customers.start.{start}": trust for start in ("trust", "new_trust")}
    return relsim.load(name, values)


def resting(market: Market) -> dict[str, float]:
    """Return churn a month and mean trust of a market's customers after the warm-up."""
    columns = market.run(WINDOW.skipped + WINDOW.months).columns
    late = {name: column[WINDOW.skipped :] for name, column in columns.items()}
    trust = np.average(late["trust"], weights=late["customers"])
    return {"churn": late["churned"].sum() / late["opening"].sum(), "trust": float(trust)}


def equal_churn(spec: MarketSpec, churn: float, name: str) -> MarketSpec:
    """Return a market with the base hazard at which its churn a month is as asked."""
    start = special.logit(spec.mechanisms.reconsider.base_hazard)

    def at(log_odds: float) -> Array:
        changed = spec.with_({_BASE: float(special.expit(log_odds))})
        wanted = [("churn", None)]
        return simulated(changed, wanted, replications=SOLVED_ON, window=WINDOW)[0, :, 0]

    root = solve(at, churn, start - _SEARCHED, start + _SEARCHED, name)
    return spec.with_({_BASE: float(special.expit(root.value))})


def markets(
    name: str, ways: Sequence[str] = WAYS, *, unbound: bool = False
) -> Iterator[tuple[str, MarketSpec]]:
    """Yield each way, and the market in which retention rises so, all at the same churn.

    Parameters
    ----------
    name : str
        The market.
    ways : sequence of str
        Of ``WAYS``.
    unbound : bool
        Whether contracts are taken away; churn is still that of the market as shipped.
    """
    shipped = way_of(name, "building", 0.0)
    months = WINDOW.skipped + WINDOW.months
    found = lab.evaluate(shipped, resting, replications=SOLVED_ON, months=months).whole()
    rest = pd.DataFrame(found.left).mean()
    for way in ways:
        spec = way_of(name, way, float(rest["trust"]))
        if unbound:
            spec = spec.with_({"firms.*.contract_months": 1, _BASE: _UNBOUND})
        same = way == "building" and not unbound
        yield way, spec if same else equal_churn(spec, float(rest["churn"]), f"churn of {name}")


# Retention by year of tenure --------------------------------------------------------------


def retention(spec: MarketSpec) -> pd.DataFrame:
    """Return churn a month and retention by year of tenure, in per cent, with intervals."""
    wanted = [("churn", None), *((f"survival_{year}", None) for year in YEARS)]
    found = simulated(spec, wanted, replications=REPLICATIONS, window=WINDOW)[0]
    left = np.column_stack([np.ones(len(found)), found[:, 1:]])
    kept = 100.0 * left[:, 1:] / left[:, :-1]
    rows = [t_interval(column)._asdict() for column in kept.T]
    churn = 100.0 * found[:, 0].mean()
    return pd.DataFrame(rows).assign(year=list(YEARS), churn=churn)


# Five points ------------------------------------------------------------------------------


def earned(market: Market) -> dict[str, float]:
    """Return what the firm has, years 6 to 10 after five points came, or did not."""
    columns = market.run().columns
    late = slice(WINDOW.skipped + 60, None)
    mine = {name: column[late, FIRM] for name, column in columns.items()}
    sums = {name: float(mine[name].sum()) for name in ("profit", "churned", "opening", "saved")}
    held = {name: float(mine[name].mean()) for name in ("customers", "lifetime_value")}
    return sums | held


def five_points(spec: MarketSpec) -> pd.DataFrame:
    """Return what five points bring a firm, a row for each measure, with 95% intervals.

    ``points`` of retention a year; ``lifetime_value``, ``customers`` and ``profit`` in per cent of
    what they are without; ``saves``: customers kept a year for each hundred; ``profit_a_save``:
    added profit for each of these, in money.
    """
    event = {"kind": "save", "month": WINDOW.skipped + 1, "firm": FIRM, "annual_points": 0.05}
    months = WINDOW.skipped + WINDOW.months
    long = spec.with_({"run.months": months})
    arms = [{}, {"events": [event]}]
    found = lab.evaluate(long, earned, arms, replications=REPLICATIONS).whole()
    frame = pd.DataFrame(found.left)
    plain, saved = (
        frame.iloc[k * REPLICATIONS : (k + 1) * REPLICATIONS].reset_index(drop=True) for k in (0, 1)
    )
    kept = [100.0 * (1.0 - arm["churned"] / arm["opening"]) ** 12 for arm in (plain, saved)]
    more = saved - plain
    measures = {
        name: 100.0 * more[name] / plain[name].mean()
        for name in ("lifetime_value", "customers", "profit")
    }
    measures = {"points": kept[1] - kept[0]} | measures
    measures["saves"] = 1200.0 * saved["saved"] / saved["opening"]
    measures["profit_a_save"] = more["profit"] / saved["saved"].mean()
    rows = [{"measure": name} | t_interval(x)._asdict() for name, x in measures.items()]
    return pd.DataFrame(rows)


# The regular cohort -----------------------------------------------------------------------


def cohort(customers: int, **more: float) -> Array:
    """Return how many of a hundred are left of a cohort after each of twelve years.

    Parameters
    ----------
    customers : int
        In the cohort.
    more
        Base hazard, ``spread`` of frailty, ``trust_effect`` and ``build_rate``.
    """
    values = {
        "market.customers": customers,
        _BASE: more["base"],
        "customers.segments.0.frailty_spread": more.get("spread", 0.0),
        "mechanisms.reconsider.trust_effect": more.get("trust_effect", 0.0),
        "mechanisms.trust.build_rate": more.get("build_rate", 0.0),
        "customers.start.trust": 0.0,
    }
    table = Market(override(starter(), ALONE | values), seed=3).run(144).table
    left = table.loc[table["firm"] == starter().firms[0].name, "customers"].to_numpy()
    return 100.0 * np.asarray(left[11::12], dtype=np.float64) / customers


def regular(customers: int = 20_000) -> pd.DataFrame:
    """Return the "regular" cohort, as published and by the relationship rule.

    By sorting with the base hazard and the spread of the closed form; by building, with base
    hazard, trust effect and build rate as near to what was published as they come.
    """

    def built(numbers: Array) -> Array:
        base, effect, rate = (
            special.expit(numbers[0]),
            np.exp(numbers[1]),
            special.expit(numbers[2]),
        )
        return cohort(
            customers, base=float(base), trust_effect=float(effect), build_rate=float(rate)
        )

    def off(numbers: Array) -> Array:
        apart: Array = built(numbers) - np.array(PUBLISHED)
        return apart

    first = [special.logit(0.05), np.log(3.0), special.logit(0.05)]
    found = optimize.least_squares(off, first, diff_step=np.full(len(first), 0.03), max_nfev=12)
    years = np.arange(1, len(PUBLISHED) + 1)
    return pd.DataFrame(
        {
            "year": years,
            "published": PUBLISHED,
            "closed_form": 100.0 * np.asarray(survival.survival(years, *REGULAR)),
            "sorting": cohort(customers, base=REGULAR_BASE, spread=SPREAD),
            "building": built(found.x),
        }
    )


# The command ------------------------------------------------------------------------------


def tables() -> dict[str, pd.DataFrame]:
    """Return all tables by name."""
    curves, gains = [], []
    for name in MARKETS:
        for way, spec in markets(name):
            told = {"market": name, "way": way}
            base = spec.mechanisms.reconsider.base_hazard
            curves.append(retention(spec).assign(base_hazard=base, **told))
            gains.append(five_points(spec).assign(**told))
    first = ["market", "way"]
    made = {"retention": pd.concat(curves), "five_points": pd.concat(gains)}
    front = {name: frame.set_index(first).reset_index() for name, frame in made.items()}
    return front | {"unbound": unbound(), "regular": regular()}


def unbound() -> pd.DataFrame:
    """Return what five points bring in telecom without its contract, at the same churn."""
    told = [
        five_points(spec).assign(market="telecom", way=way)
        for way, spec in markets("telecom", ("sorting", "building"), unbound=True)
    ]
    return pd.concat(told).set_index(["market", "way"]).reset_index()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for tables and figure")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write")
    order = parser.parse_args(arguments)
    made = tables()
    order.out.mkdir(parents=True, exist_ok=True)
    for name, frame in made.items():
        frame.to_csv(order.out / f"{name}.csv", index=False, float_format="%.5g")
    recorded = {name: pd.read_csv(order.out / f"{name}.csv") for name in made}
    save({"sorting": draw(made["retention"])}, order.out)
    order.page.write_text(page(**recorded), encoding="utf-8", newline="\n")
    print(f"{order.out}: {', '.join(made)}, sorting; {order.page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
