"""Claims whose study has a command and a folder of its own: what it asks and what it shows."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from experiments.five_percent_paid import MORE
from experiments.five_percent_scope_figure import MOST_LUCK
from experiments.studies.shared import joined, spread


class Elsewhere(NamedTuple):
    """A study beside a claim.

    Attributes
    ----------
    asks : str
        What it asks, with the source.
    command : str
        The module that makes it, and its name there.
    picture : str
        Its figure, under results, without suffix.
    tables : tuple of str
        Its tables, under results.
    words : callable
        From the folder of results to what the tables show.
    """

    asks: str
    command: str
    picture: str
    tables: tuple[str, ...]
    words: Callable[[Path], str]


def double_jeopardy(results: Path) -> str:
    """Return in words what the smallest and the largest of five firms lose."""
    frame = pd.read_csv(results / "patterns" / "double_jeopardy.csv")
    firms = list(frame.groupby("firm")["share"].mean().sort_values().index)
    small, large = (frame[frame["firm"] == firm] for firm in (firms[0], firms[-1]))
    size = large["share"].mean() / small["share"].mean()
    defection = small["defection"].mean() / large["defection"].mean()
    return (
        f"The smallest firm, with {_loses(small)}; the largest, with {_loses(large)}. The largest "
        f"has {size:.1f} times as many customers, and the smallest loses {defection:.2f} times as "
        f"large a part of its own. Expected is proportional redistribution, `k (1 - share)`."
    )


def _loses(firm: pd.DataFrame) -> str:
    return (
        f"{spread(firm['share'])}% of the customers, loses {spread(firm['defection'])}% a year by "
        f"choice (expected: {100 * firm['expected'].mean():.1f}%)"
    )


def loyal_worth_more(results: Path) -> str:
    """Return in words what a customer brings by year with the firm."""
    frame = pd.read_csv(results / "patterns" / "tenure_profit.csv")
    years = frame.groupby("year")["profit"]
    told = [spread(mine, 1.0, 0) for year, mine in years if int(str(year)) > 0]
    first, fifth = years.get_group(1).mean(), years.get_group(5).mean()
    return (
        f"Winning a customer costs {spread(-years.get_group(0), 1.0, 0)} USD; years 1 to "
        f"{len(told)} bring {joined(told)} USD before fixed cost. Year 5 is "
        f"{100 * (fifth / first - 1.0):.0f}% above year 1, and the steps get smaller: "
        f"{100 * (years.get_group(2).mean() / first - 1.0):.0f}% come from the first to the second."
    )


def five_percent(results: Path) -> str:
    """Return in words what the famous per cent take, and what five points cost."""
    folder = results / "five_percent"
    band = pd.read_csv(folder / "band.csv")
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
        f"95%, the highest gain being {100 * most:.0f}%.\n\n{_bought(folder)}\n\n{_decides(folder)}"
    )


def _bought(folder: Path) -> str:
    """Return in words what five points cost that are bought, and what they bring."""
    paid = pd.read_csv(folder / "paid_five_points.csv")
    found = paid.dropna()
    never = paid[paid["more"].isna()]
    told = [_paid(row) for _, row in found.iterrows()]
    most = [f"{_points(row)} in {row['base']}" for _, row in never.iterrows()]
    return (
        "A second study, `python -m experiments.five_percent_paid`, buys the points with care "
        "instead of giving them ([table](../results/five_percent/paid_five_points.csv)). The "
        "spending begins in month 1, and so does the count: discounted profit of ten years, net "
        "of it; what those who were kept bring later is left out. Five points cost, and bring: "
        f"{'; '.join(told)}. Up to {100 * max(MORE):.0f}% of revenue more does not buy them "
        f"elsewhere: {joined(most)} at the most. How far care reaches for a dollar is assumed.\n\n"
        "![Five points that are bought](../results/five_percent/paid.svg)"
    )


def _points(row: "pd.Series[float]") -> str:
    half = (row["most_points_high"] - row["most_points_low"]) / 2.0
    return f"{100 * row['most_points']:.1f} ± {100 * half:.1f} points"


def _decides(folder: Path) -> str:
    """Return in words which parameter has the largest part in the variance of the gain."""
    scope = pd.read_csv(folder / "scope.csv")
    known = scope[scope["noise"] <= MOST_LUCK]
    strongest = known.loc[known.groupby(["outcome", "base"], sort=False)["total"].idxmax()]
    told = [
        f"of {outcome}, {joined([_part(row) for _, row in rows.iterrows()])}"
        for outcome, rows in strongest.groupby("outcome", sort=False)
    ]
    lucky = sorted(set(scope["base"]) - set(known["base"]))
    return (
        "A third study, `python -m experiments.five_percent_scope`, shares out the variance of the "
        "gain over the claim's scope by Sobol's indices "
        "([table](../results/five_percent/scope.csv)). The parameter with the largest part in it "
        f"(total index, 95% interval) is: {'; '.join(told)}. In {joined(lucky)} more than half of "
        "that variance is luck, and the indices say nothing.\n\n"
        "![What decides how much five points bring](../results/five_percent/scope.svg)"
    )


def _part(row: "pd.Series[float]") -> str:
    total, low, high = (
        100.0 * min(row[name], 1.0) for name in ("total", "total_low", "total_high")
    )
    return (
        f"in {row['base']} {str(row['factor']).replace('_', ' ')} "
        f"({total:.0f}%, {low:.0f} to {high:.0f})"
    )


def _paid(row: "pd.Series[float]") -> str:
    half = (row["profit_effect_high"] - row["profit_effect_low"]) / 2.0
    return (
        f"in {row['base']} {100 * row['more']:.1f}% of revenue, "
        f"{100 * row['profit_effect']:+.1f} ± {100 * half:.1f}% of profit"
    )


ELSEWHERE: Mapping[str, Elsewhere] = {
    "double-jeopardy": Elsewhere(
        asks=(
            "Do small firms lose customers more easily where nothing but fame tells firms apart? "
            'Five mobile operators, years 5 to 8. Ehrenberg, Goodhardt & Barwise (1990), "Double '
            'jeopardy revisited", Journal of Marketing 54:3.'
        ),
        command="experiments.patterns double_jeopardy",
        picture="patterns/double_jeopardy",
        tables=("patterns/double_jeopardy.csv",),
        words=double_jeopardy,
    ),
    "five-percent": Elsewhere(
        asks=(
            "Which five per cent, of what, from which base? Reichheld & Sasser's arithmetic (1990, "
            "Harvard Business Review 68:5) with each reading of the words, by base retention; "
            "nothing is simulated. Further studies buy five points in the markets of six "
            "industries, and look for what decides."
        ),
        command="experiments.five_percent",
        picture="five_percent/readings",
        tables=("five_percent/readings.csv", "five_percent/band.csv"),
        words=five_percent,
    ),
    "loyal-worth-more": Elsewhere(
        asks=(
            "What does a customer bring in each year with the firm, winning included? Mobile "
            "telephony, years 6 to 10. Reichheld & Sasser (1990), Harvard Business Review 68:5; "
            "Reinartz & Kumar (2000), Journal of Marketing 64:4, against it."
        ),
        command="experiments.patterns tenure_profit",
        picture="patterns/tenure_profit",
        tables=("patterns/tenure_profit.csv",),
        words=loyal_worth_more,
    ),
}
"""Those studies by their claim."""
