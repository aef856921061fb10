"""What the page of studies says of five per cent: from its tables to Markdown."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.five_percent import (
    BARS,
    CARD,
    MBNA,
    METHODS,
    POINTS,
    READINGS,
    STEPS,
    STREAMS,
    Method,
)
from experiments.five_percent_paid import MORE
from experiments.five_percent_scope_figure import MOST_NOISE
from experiments.markdown import table
from experiments.studies.shared import joined

_CARD = "credit card"
_LIFE, _HAZARD = METHODS
_SHORT = 0.045
"""Realised points below which a place of the scope is called short of five."""


def words(folder: Path) -> str:
    """Return all that the page says below the first figure.

    Parameters
    ----------
    folder : Path
        Of the recorded tables of five per cent.
    """
    parts = {
        "": _readings(pd.read_csv(folder / "band.csv")),
        "What the source computed": replicated(folder),
        "Five points that are given": given(pd.read_csv(folder / "points.csv")),
        "Five points that are bought": _bought(pd.read_csv(folder / "paid_five_points.csv")),
        "What decides": _decides(pd.read_csv(folder / "scope.csv")),
    }
    return "\n\n".join(f"### {head}\n\n{text}" if head else text for head, text in parts.items())


def _percent(share: float, decimals: int = 0) -> str:
    return f"{100.0 * share:.{decimals}f}%"


def _readings(band: pd.DataFrame) -> str:
    """Return in words which base retention the famous per cent take, by reading."""
    flat = band[(band["stream"] == "flat margin") & (band["discount"] == 0.1)].set_index("reading")
    inside = [
        f"{100 * row['retention_from']:.0f} to {100 * row['retention_to']:.0f}% for {reading}"
        for reading, row in flat.dropna().iterrows()
    ]
    never = [str(reading) for reading in flat.index if pd.isna(flat.loc[reading, "retention_from"])]
    most = flat.loc[never, "highest_gain"].max()
    return (
        f"With a level margin and a discount of 10% a year, five per cent more bring 25 to 85% "
        f"more value where base retention is {joined(inside)}; for {joined(never)} nowhere up to "
        f"95%, the highest gain being {100 * most:.0f}%."
    )


# The source -----------------------------------------------------------------------------------


def replicated(folder: Path) -> str:
    """Return what the source computed: the card, the steps, the words and the bars."""
    steps, bars, readings = (
        pd.read_csv(folder / f"{name}.csv") for name in ("steps", "bars", "readings")
    )
    return "\n\n".join([_curve(steps), _steps(steps), _told(steps), _words(readings), _bars(bars)])


def _on_the_card(
    steps: pd.DataFrame, method: Method, step: tuple[float, float]
) -> "pd.Series[Any]":
    """Return what a method makes of a step in churn on the card's curve."""
    card = steps[(steps["stream"] == _CARD) & (steps["method"] == method.name)]
    before, after = (card[f"defection_{when}"] for when in ("before", "after"))
    return card[np.isclose(before, step[0]) & np.isclose(after, step[1])].iloc[0]


def _gains(steps: pd.DataFrame, step: tuple[float, float]) -> list[str]:
    """Return the gain that each method gives for a step on the card's curve."""
    return [_percent(_on_the_card(steps, method, step)["gain"]) for method in METHODS]


def _curve(steps: pd.DataFrame) -> str:
    before, after = CARD
    life, hazard = (
        "{value_before:.0f} and {value_after:.0f}".format(
            **_on_the_card(steps, method, (before, after))
        )
        for method in METHODS
    )
    first, *years = STREAMS[_CARD]
    quoted = " and ".join(f"{value:.0f}" for value in CARD.values())
    return (
        f"A customer with a credit card brings {joined([f'{year:.0f}' for year in years])} USD in "
        f"years 1 to {len(years)}, and acquiring it costs {-first:.0f} (as commonly quoted). Its "
        f"discounted value is quoted as {quoted} USD at {_percent(before)} and "
        f"{_percent(after)} churn. The discount rate and what comes after year {len(years)} "
        "are not known here; two ways to fill them in come to these values. Fixed life: every "
        "customer stays 1 / churn years, profit comes at the end of each, 51 USD a year later "
        f"on, discounted at {_percent(_LIFE.discount, 1)}: {life} USD. Constant hazard: each year "
        "the same part leaves, profit comes at the start of each, 3 USD more every later year, "
        f"discounted at {_percent(_HAZARD.discount)}: {hazard} USD. Five points less churn, "
        "given free, then bring:"
    )


def _steps(steps: pd.DataFrame) -> str:
    rows = [
        [f"{_percent(before)} to {_percent(after)}", *_gains(steps, (before, after))]
        for before, after in STEPS
        if np.isclose(before - after, POINTS)
    ]
    return table(["defection", *(method.name for method in METHODS)], rows)


def _told(steps: pd.DataFrame) -> str:
    told, doubled = (" and ".join(_gains(steps, step)) for step in ((0.10, 0.05), (0.20, 0.10)))
    return (
        f"One story does not fit. MBNA is said to have halved churn from 10 to 5% and to have "
        f"earned {_percent(MBNA)} more. On the card's curve that step gives {told} by the two "
        f"ways; what gives {doubled} is the step from 20 to 10%."
    )


def _words(readings: pd.DataFrame) -> str:
    base = 0.90
    mine = readings[np.isclose(readings["retention"], base)].set_index(
        ["reading", "stream", "discount"]
    )["gain"]
    rows = [
        [
            reading,
            _percent(1.0 - raised(base, POINTS), 1),
            _percent(mine[reading, _CARD, _HAZARD.discount]),
            _percent(mine[reading, "flat margin", 0.10]),
        ]
        for reading, raised in READINGS.items()
    ]
    heads = ["five ...", "churn becomes", "card, 7%", "flat margin, 10%"]
    return (
        f"And the word counts. From {_percent(1.0 - base)} churn (constant hazard), value "
        f"rises by:\n\n{table(heads, rows)}"
    )


def _bars(bars: pd.DataFrame) -> str:
    ways = ((_LIFE.name, _LIFE.discount), (_HAZARD.name, _HAZARD.discount), (_HAZARD.name, 0.0))
    heads = ["business", "published gain", "the bar is read", *map(_way, ways)]
    solved = bars.set_index(["method", "discount", "business"])["baseline_defection"].sort_index()
    found = pd.DataFrame({way: solved[way] for way in ways})
    rows = [
        [
            bar.business,
            _percent(bar.published),
            "in a quotation, seen" if bar.standing == "seen" else bar.standing,
            *map(_or_none, found.loc[bar.business]),
        ]
        for bar in BARS
    ]
    neither = found[found[list(ways[:2])].isna().all(axis=1)].index
    return (
        "Nine businesses were published with one bar each and no churn beside it. The "
        "churn below was never published: it is solved for, so that five points less give "
        "the bar, on the business's own stream where one is quoted, else on a flat margin "
        "(of several, the highest; [table](../results/five_percent/bars.csv)). For "
        f"{joined(list(neither))} neither of the two ways finds any from 5 to 40%.\n\n"
        f"{table(heads, rows)}\n\n"
        "![The baseline churn that nine published bars imply]"
        "(../results/five_percent/bars.svg)"
    )


def _way(way: tuple[str, float]) -> str:
    method, discount = way
    return f"{method}, {f'{100 * discount:g}%' if discount else 'no discount'}"


def _or_none(defection: float) -> str:
    return "none" if np.isnan(defection) else _percent(defection, 1)


# The market -----------------------------------------------------------------------------------


def given(points: pd.DataFrame) -> str:
    """Return how many points a save of five realises, by market.

    Parameters
    ----------
    points : DataFrame
        As :func:`experiments.five_percent_points.realised` makes it.
    """
    heads = [
        "market",
        "churn as it is, % a year",
        "with five points given",
        "points realised",
        "lowest to highest",
        f"places below {100 * _SHORT:.1f}",
    ]
    by_market = points.groupby("base", sort=False)
    rows = [
        [
            market,
            *(f"{100 * mine[name].mean():.1f}" for name in ("as_is", "saved", "points")),
            f"{100 * mine['points'].min():.1f} to {100 * mine['points'].max():.1f}",
            f"{(mine['points'] < _SHORT).sum()} of {len(mine)}",
        ]
        for market, mine in by_market
    ]
    return (
        "The claim gives a firm of the market five points "
        "(`python -m experiments.five_percent_points`, "
        "[table](../results/five_percent/points.csv)). No more can be saved than would leave by "
        "choice: who leaves the market for good is lost. Over the scope of the reading "
        f"value-per-customer, {len(points) // by_market.ngroups} places a market:\n\n"
        f"{table(heads, rows)}\n\n"
        "Where fewer than five in a hundred would leave by choice, all of them stay, and five "
        "points are not reached. Elsewhere it is mostly somewhat more than five. That who was "
        "saved comes to trust the firm more does not explain it: with trust frozen the gain is "
        "5.44 points."
    )


def _bought(paid: pd.DataFrame) -> str:
    """Return in words what five points cost that are bought, and what they bring."""
    heads = ["market", "five points cost, % of revenue", "profit of ten years, %"]
    rows = [_paid(row) for _, row in paid.iterrows()]
    return (
        "The points are bought with care instead of given "
        "(`python -m experiments.five_percent_paid`, "
        "[table](../results/five_percent/paid_five_points.csv)). The spending begins in month 1, "
        "and so does the count: discounted profit of ten years, net of it; what those who were "
        f"kept bring later is left out. At most {_percent(max(MORE))} of revenue more was "
        "spent.\n\n"
        f"{table(heads, rows)}\n\n"
        "How far care reaches for a dollar is assumed.\n\n"
        "![Five points that are bought](../results/five_percent/paid.svg)"
    )


def _most(row: "pd.Series[float]") -> str:
    half = (row["most_points_high"] - row["most_points_low"]) / 2.0
    return f"{100 * row['most_points']:.1f} ± {100 * half:.1f} points"


def _paid(row: "pd.Series[float]") -> list[str]:
    if np.isnan(row["more"]):
        return [str(row["base"]), f"not to be had: {_most(row)} at the most", "–"]
    half = (row["profit_effect_high"] - row["profit_effect_low"]) / 2.0
    gain = f"{100 * row['profit_effect']:+.1f} ± {100 * half:.1f}"
    return [str(row["base"]), f"{100 * row['more']:.1f}", gain]


def _decides(scope: pd.DataFrame) -> str:
    """Return which parameter has the largest part in the variance of the gain, as a table."""
    known = scope[scope["noise"] <= MOST_NOISE]
    strongest = known.loc[known.groupby(["outcome", "base"], sort=False)["total"].idxmax()]
    outcomes, markets = (list(strongest[name].unique()) for name in ("outcome", "base"))
    by_place = {(row["outcome"], row["base"]): _part(row) for _, row in strongest.iterrows()}
    rows = [
        [market, *(by_place.get((outcome, market), "–") for outcome in outcomes)]
        for market in markets
    ]
    noisy = sorted(set(scope["base"]) - set(known["base"]))
    return (
        "`python -m experiments.five_percent_scope` shares out the variance of the gain over the "
        "claim's scope by Sobol's indices "
        "([table](../results/five_percent/scope.csv)). The parameter with the largest part in it, "
        "with its total index and 95% interval, in %:\n\n"
        f"{table(['market', *(f'of {outcome}' for outcome in outcomes)], rows)}\n\n"
        f"In {joined(noisy)} more than half of that variance is noise, and the indices say "
        "nothing.\n\n"
        "![What decides how much five points bring](../results/five_percent/scope.svg)"
    )


def _part(row: "pd.Series[float]") -> str:
    total, low, high = (
        100.0 * min(row[name], 1.0) for name in ("total", "total_low", "total_high")
    )
    return f"{str(row['factor']).replace('_', ' ')} {total:.0f} ({low:.0f} to {high:.0f})"
