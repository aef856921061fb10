"""Claims whose study has a command and a folder of its own: what it asks and what it shows."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from experiments import five_percent_page
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
        f"Acquiring a customer costs {spread(-years.get_group(0), 1.0, 0)} USD; years 1 to "
        f"{len(told)} bring {joined(told)} USD before fixed cost. Year 5 is "
        f"{100 * (fifth / first - 1.0):.0f}% above year 1, and the steps get smaller: "
        f"{100 * (years.get_group(2).mean() / first - 1.0):.0f}% come from the first to the second."
    )


ELSEWHERE: Mapping[str, Elsewhere] = {
    "double-jeopardy": Elsewhere(
        asks=(
            "Do small firms lose customers more easily where awareness alone tells firms apart? "
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
            "nothing is simulated in the first two parts. The others give five points in seven "
            "markets, buy them in six, and look for what decides."
        ),
        command="experiments.five_percent",
        picture="five_percent/readings",
        tables=("five_percent/readings.csv", "five_percent/band.csv"),
        words=lambda results: five_percent_page.words(results / "five_percent"),
    ),
    "loyal-worth-more": Elsewhere(
        asks=(
            "What does a customer bring in each year with the firm, acquiring included? Mobile "
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
