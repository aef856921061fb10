"""Whole relationships, customer by customer: how long they lasted, what they brought in."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

import relsim
from experiments.seeds import by_seed
from experiments.value_by_age import Notes
from relsim.market import Market
from relsim.spec import MarketSpec
from relsim.spec.locations import shipped

WON_UNTIL, MONTHS = 12, 48


def noted(config: str, customers: int) -> MarketSpec:
    """Return a market that notes what each customer brings in, and runs for four years."""
    return relsim.load(
        config,
        {
            "market.customers": customers,
            "run.months": MONTHS,
            "mechanisms.own": [{"kind": f"{Notes.__module__}.Notes"}],
        },
    )


def relationships(
    config: str, customers: int, seeds: Sequence[int]
) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield each seed and the relationships that began in the first year, as :func:`followed`."""
    yield from by_seed(noted(config, customers), seeds, followed)


def followed(market: Market) -> pd.DataFrame:
    """Return the relationships that began in the first year, seen until the fourth.

    Parameters
    ----------
    market : Market
        Set up, with :class:`experiments.value_by_age.Notes`.

    Returns
    -------
    DataFrame
        A row each: ``lifetime`` in months, ``profit``, the sum of running contributions (money),
        and ``rate``, that a month.
    """
    notes = market.mechanisms[-1].state
    size = market.spec.market.customers
    lifetime, profit = np.zeros(size), np.zeros(size)
    going, began = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    for month in range(1, MONTHS + 1):
        market.run(1)
        tenure = market.customers.columns.tenure
        going &= tenure == lifetime + 1
        if month <= WON_UNTIL:
            new = (tenure == 1) & ~began
            began |= new
            going |= new
        lifetime[going] += 1.0
        profit[going] += notes["brought"][going]
    frame = pd.DataFrame({"lifetime": lifetime[began], "profit": profit[began]})
    return frame.assign(rate=frame["profit"] / frame["lifetime"])


def lifetime_profit(customers: int = 6_000, seeds: Sequence[int] = (1, 2, 3)) -> pd.DataFrame:
    """Return how lifetime and profit of relationships correlate, contractual and not.

    Reinartz & Kumar (2002), "The mismanagement of customer loyalty", Harvard Business Review
    80:7: 0.20 to 0.45 in four firms. ``with_rate`` correlates
    lifetime with profit a month: whether those who stay bring more while they do.
    """
    rows = []
    for config in shipped():
        for seed, frame in relationships(config, customers, seeds):
            matrix = frame.corr()
            spread = frame.std() / frame.mean()
            rows.append(
                {
                    "setting": relsim.load(config).market.setting,
                    "config": config,
                    "seed": seed,
                    "with_profit": matrix.loc["lifetime", "profit"],
                    "with_rate": matrix.loc["lifetime", "rate"],
                    "spread_of_rates": spread["rate"],
                    "spread_of_lifetimes": spread["lifetime"],
                    "n": len(frame),
                    "market_size": customers,
                }
            )
    return pd.DataFrame(rows).sort_values(["setting", "config", "seed"], ignore_index=True)
