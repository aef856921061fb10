"""Which study stands beside which claim."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd
from matplotlib.figure import Figure

from experiments.studies import (
    cost_ratio,
    enough_kept,
    life_cycle,
    living_advertisement,
    loyalty_barrier,
    price_insensitive,
    size_decides,
    transactions_cost_more,
)


class Study(Protocol):
    """What the module of a study holds; its docstring says what is asked, and of which source."""

    __doc__: str | None

    def table(self, customers: int = ..., seeds: Sequence[int] = ...) -> pd.DataFrame:
        """Return the table: markets of so many customers, lived once for each seed."""

    def draw(self, frame: pd.DataFrame) -> Figure:
        """Draw the table."""

    def words(self, frame: pd.DataFrame) -> str:
        """Return in Markdown what the table shows, with its numbers."""


STUDIES: Mapping[str, Study] = {
    "cost-ratio": cost_ratio,
    "enough-kept": enough_kept,
    "life-cycle": life_cycle,
    "living-advertisement": living_advertisement,
    "loyalty-barrier": loyalty_barrier,
    "price-insensitive": price_insensitive,
    "size-decides": size_decides,
    "transactions-cost-more": transactions_cost_more,
}
"""Studies by their claim; those of the other claims are in :mod:`experiments.studies.elsewhere`."""
