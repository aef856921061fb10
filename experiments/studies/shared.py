"""What the studies share: a firm's money, intervals over seeds, how figures and sentences look."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.console import Console
from rich.progress import track
from scipy import stats

from experiments.seeds import by_seed
from relsim.economics.lifetime import monthly_rate
from relsim.market import Market
from relsim.report.style import BLUE, GREEN, INK, MUTED, PURPLE, VERMILLION
from relsim.spec import MarketSpec

Floats = npt.NDArray[np.float64]
SEEDS = (1, 2, 3, 4, 5)
MONTHS = 84
MARKS = ("o", "s", "^", "D", "v")
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, INK)


def money(
    spec: MarketSpec, seeds: Sequence[int]
) -> Iterator[tuple[int, tuple[dict[str, Any], float]]]:
    """Yield each seed, the columns of the first firm by month, and its discounted profit."""
    yield from by_seed(spec, seeds, _money)


def _money(market: Market) -> tuple[dict[str, Any], float]:
    columns = {name: values[:, 0] for name, values in market.run().columns.items()}
    rate = monthly_rate(market.spec.market.annual_discount_rate)
    months = np.arange(1, columns["profit"].size + 1)
    return columns, float((columns["profit"] / (1.0 + rate) ** months).sum())


def each(*factors: Iterable[Any]) -> Iterator[Any]:
    """Yield every combination, with a bar of what is done and of the time left in a terminal.

    Examples
    --------
    >>> list(each("ab", (1, 2)))
    [('a', 1), ('a', 2), ('b', 1), ('b', 2)]
    """
    combinations = list(itertools.product(*factors))
    console = Console(stderr=True)
    return iter(
        track(
            combinations, "markets", console=console, transient=True,
            disable=not console.is_terminal,
        )
    )  # fmt: skip


def half_width(values: "pd.Series[float]") -> float:
    """Return the half-width of a 95% interval of the mean (Student)."""
    n = len(values)
    return float(stats.t.ppf(0.975, n - 1) * values.std() / np.sqrt(n)) if n > 1 else 0.0


def jackknife(sums: Floats, statistic: Callable[[Floats], float]) -> tuple[float, float]:
    """Return a statistic of sums over seeds and the half-width of its 95% interval.

    Parameters
    ----------
    sums : array of shape (seeds, columns)
        What each seed adds to the sums.
    statistic : callable
        From the sums to the statistic, for example a ratio of two of them.

    Examples
    --------
    >>> estimate, half = jackknife(np.array([[1.0, 2.0], [3.0, 6.0]]), lambda s: s[0] / s[1])
    >>> estimate, half
    (0.5, 0.0)
    """
    n, total = len(sums), sums.sum(axis=0)
    without = np.array([statistic(total - mine) for mine in sums])
    deviation = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    return float(statistic(total)), float(stats.t.ppf(0.975, n - 1) * deviation)


def spread(values: "pd.Series[float]", factor: float = 100.0, decimals: int = 1) -> str:
    """Return a mean over seeds and the half-width of its 95% interval, as a sentence has it.

    Examples
    --------
    >>> spread(pd.Series([0.2, 0.2, 0.2]))
    '20.0 ± 0.0'
    """
    return f"{factor * values.mean():.{decimals}f} ± {factor * half_width(values):.{decimals}f}"


def joined(parts: Sequence[str]) -> str:
    """Return parts as a sentence lists them.

    Examples
    --------
    >>> joined(["one"]), joined(["one", "two", "three"])
    ('one', 'one, two and three')
    """
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def dressed(axes: Axes) -> Axes:
    """Return axes without a frame, with a faint grid behind what is drawn."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y", color="#dddddd", lw=0.8)
    axes.set_axisbelow(True)
    return axes


def titled(figure: Figure, title: str, note: str) -> Figure:
    """Return a figure with what is seen above it and how it was made below."""
    figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    figure.supxlabel(note, x=0.01, ha="left", fontsize=9, color=MUTED)
    return figure


def how_many(frame: pd.DataFrame) -> str:
    """Return in words how many customers and seeds a figure shows."""
    seeds, size = frame["seed"].nunique(), frame["market_size"].iloc[0]
    return f"{size:,} customers; mean of {seeds} seeds, bars: 95% intervals."
