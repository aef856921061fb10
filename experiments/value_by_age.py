"""Whether customers who differ for good are worth what they later bring, by market and age.

``python -m experiments.value_by_age`` lets customers of each market of configs/markets differ for
good (frailty), looks at what firms hold their customers to be worth after twenty years, and waits
for thirty years more to see what these same customers bring. It writes the table ``value_by_age``
into results/value_by_age and the page docs/value_by_age.md: by market and age, the error of values
that see the rung alone, and of values that see the age of the relationship too.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

import relsim
from experiments.markdown import table
from relsim.customers.accounts import AGE_MONTHS
from relsim.customers.block import CONTRIBUTION, TENURE
from relsim.economics.lifetime import ladder_values, monthly_loss, monthly_rate
from relsim.firms.quantities import PLACES, places
from relsim.firms.worth_by_age import WorthByAge
from relsim.market import Market
from relsim.mechanisms import kit
from relsim.spec.locations import shipped

RESULTS, TABLE = Path("results/value_by_age"), "value_by_age.csv"
PAGE = Path("docs/value_by_age.md")
CUSTOMERS, WARM_UP, LATER, SPREAD, SEEDS = 40_000, 240, 360, 1.0, 4
BORDERS = (1, 12, 24, 36, 60, 120, np.inf)
"""Of classes of age, months of tenure."""

AGES = ("first year", "second", "third", "fourth and fifth", "sixth to tenth", "later")
"""What they are called."""

LONGEST = 65_535
KEPT, PRESENT = places("retention", "recovery"), PLACES["customers"]

Array = npt.NDArray[np.float64]


class Own(NamedTuple):
    """What the pass gets: a column for each thing that it notes."""

    brought: npt.NDArray[np.float64]
    brought_to: npt.NDArray[np.uint8]
    brought_at: npt.NDArray[np.uint16]


@kit.loop
def note(s: kit.Scene, own: Own) -> None:
    """Note what each customer brings this month, to whom, and after how many months."""
    f, lo = s.f, s.lo
    for c in range(s.n):
        own.brought[lo + c] = f[CONTRIBUTION + c]
        own.brought_to[lo + c] = np.int64(f[kit.SUPPLIER + c])
        own.brought_at[lo + c] = np.int64(f[TENURE + c])


class Notes(kit.Mechanism):
    """Keep what each customer brought in the month, which columns do not hold."""

    name = "notes"
    columns = {  # noqa: RUF012  # never changed
        "brought": kit.Column(np.float64, "contribution of the month, money", "state"),
        "brought_to": kit.Column(np.uint8, "the firm that it was brought to", "state"),
        "brought_at": kit.Column(np.uint16, "months of tenure when it was", "state"),
    }
    additions = (kit.Addition(f"{__name__}.note", before="book"),)

    def own(self, sums: Array) -> Own:  # noqa: ARG002  # it adds up nothing
        """Return the columns."""
        return Own(*(self.state[name] for name in self.columns))


def by_rung_alone(seen: WorthByAge, rate: float, stay: float) -> Array:
    """Return values by firm and rung of a chain that does not see age, from the same memory."""
    moves, earned = seen.moves.sum(axis=1), seen.earned.sum(axis=1)
    present = moves.sum(axis=1)
    margins = np.divide(earned, present, out=np.zeros_like(earned), where=present > 0.0)
    return ladder_values(moves, margins / stay, rate)


def brought(market: Market, months: int, rate: float) -> Array:
    """Let a market go on, and return what its customers of today bring, discounted."""
    c, notes = market.customers.columns, market.mechanisms[-1].state
    supplier, tenure = c.supplier.astype(np.int64), c.tenure.astype(np.int64)
    stays, total = supplier > 0, np.zeros(supplier.size)
    for month in range(1, months + 1):
        market.run(1)
        at = np.minimum(tenure + month - 1, LONGEST)
        stays &= (notes["brought_to"] == supplier) & (notes["brought_at"] == at)
        figures = market.figures
        each = figures[:, KEPT].sum(axis=1) / np.maximum(figures[:, PRESENT], 1.0)
        net = notes["brought"] + np.append(0.0, each)[supplier]
        total[stays] += net[stays] / (1.0 + rate) ** month
    return total


def customers_of(preset: str, customers: int, seed: int, months: tuple[int, int]) -> pd.DataFrame:
    """Return what the customers of a market are held to be worth, and what they bring.

    Parameters
    ----------
    preset : str
        The market.
    customers, seed : int
        Its size and random numbers.
    months : (int, int)
        When they are looked at, and for how long they are waited for.

    Returns
    -------
    pandas.DataFrame
        One row a customer who has a supplier: ``age``, a class of tenure; ``by_rung``, ``by_age``
        and ``brought``, money.
    """
    values = {
        "market.customers": customers,
        "run.seed": seed,
        "customers.segments.*.frailty_spread": SPREAD,
        "mechanisms.own": [{"kind": f"{Notes.__module__}.Notes"}],
    }
    spec = relsim.load(preset, values)
    rate = monthly_rate(spec.market.annual_discount_rate)
    market = Market(spec).run(months[0])
    c, seen = market.customers.columns, market.worth.by_age
    if seen is None:
        raise RuntimeError(f"{preset}: its customers do not differ for good")
    there, firm = c.supplier > 0, c.supplier.astype(np.int64) - 1
    alone = by_rung_alone(seen, rate, 1.0 - monthly_loss(spec.market.annual_turnover))
    seen_of = {
        "age": pd.cut(c.tenure, BORDERS, right=False, labels=AGES),
        "by_rung": alone[firm, c.rung],
        "by_age": seen.by_tenure[firm, np.minimum(c.tenure, AGE_MONTHS - 1), c.rung],
    }
    return pd.DataFrame(seen_of | {"brought": brought(market, months[1], rate)})[there]


def errors(preset: str, customers: int, seeds: Sequence[int]) -> pd.DataFrame:
    """Return by age what is held against what is brought, over all seeds, and noise of that.

    ``noise`` is the standard error of ``error_by_age`` between seeds.
    """
    each = []
    for seed in seeds:
        lived = customers_of(preset, customers, seed, (WARM_UP, LATER))
        sums = lived.groupby("age", observed=False)[["by_rung", "by_age", "brought"]].sum()
        each.append(pd.concat([sums, sums.sum().to_frame("all ages").T]))
    total = sum(each[1:], each[0])
    apart = np.stack([one["by_age"] / one["brought"] for one in each])
    return pd.DataFrame(
        {
            "market": preset,
            "age": total.index,
            "error_by_rung": (total["by_rung"] / total["brought"] - 1.0).to_numpy(),
            "error_by_age": (total["by_age"] / total["brought"] - 1.0).to_numpy(),
            "noise": apart.std(axis=0, ddof=1) / np.sqrt(len(seeds)),
        }
    )


def page(frame: pd.DataFrame) -> str:
    """Return docs/value_by_age.md, which follows from the table."""
    heads = ["market", "age", "rung alone, %", "rung and age, %", "standard error, points"]
    keys = ("error_by_rung", "error_by_age", "noise")
    rows = [
        [one["market"], one["age"], *(f"{100.0 * one[key]:.1f}" for key in keys)]
        for one in frame.to_dict("records")
    ]
    return _PAGE.format(spread=SPREAD, warm_up=WARM_UP, later=LATER, table=table(heads, rows))


_PAGE = """# What customers who differ for good are worth

Each market of configs/markets with a frailty of spread {spread:g}. After {warm_up} months the
lifetime values of all customers are noted, and for {later} months more what these same customers
bring until they leave, discounted. The table shows by how much the value held is above what was
brought: of a chain that sees the rung alone, and of the one that relsim uses where customers
differ for good, which sees the age of the relationship too
([how](model.md#what-a-customer-is-worth)).

{table}

The standard error is that of the column before it, between seeds. Nothing is fitted.
`python -m experiments.value_by_age` makes this page.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the table and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--markets", nargs="*", default=list(shipped()))
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    seeds = range(1, given.seeds + 1)
    found = pd.concat([errors(market, given.customers, seeds) for market in given.markets])
    given.out.mkdir(parents=True, exist_ok=True)
    found.to_csv(given.out / TABLE, index=False, float_format="%.4f")
    sys.stdout.write(found.round(3).to_string(index=False) + "\n")
    if given.out == RESULTS:
        PAGE.write_text(page(pd.read_csv(RESULTS / TABLE)), encoding="utf-8")


if __name__ == "__main__":
    main()
