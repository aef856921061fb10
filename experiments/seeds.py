"""A market simulated once for each of some seeds, as all studies do it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import pandas as pd

from relsim import lab
from relsim.market import Market
from relsim.spec import MarketSpec

_Left = TypeVar("_Left")


def by_seed(
    spec: MarketSpec,
    seeds: Sequence[int],
    simulate: Callable[[Market], _Left],
    engine: type[Market] = Market,
) -> Iterator[tuple[int, _Left]]:
    """Yield each seed and what its run left.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    seeds : sequence of int
        One run for each.
    simulate : callable
        Simulates a market that is set up, and returns what is to be kept of it.
    engine : type
        The market's class.

    Raises
    ------
    RelsimError
        If a run failed.
    """
    assignments = [{"run.seed": seed} for seed in seeds]
    found = lab.evaluate(spec, simulate, assignments, engine=engine).whole()
    yield from zip(seeds, found.left, strict=True)


def table(market: Market) -> pd.DataFrame:
    """Return the table of a whole run."""
    return market.run().table


def tenure_table(market: Market) -> pd.DataFrame:
    """Return the accounts by year of tenure of a whole run."""
    return market.run().tenure_table


def columns(market: Market) -> dict[str, Any]:
    """Return the columns of a whole run, arrays of shape (months, firms)."""
    return market.run().columns
