"""What one failure does to a year's losses: ``python -m experiments.failures``.

A tenth of the customers of each market of configs/markets meets a failure in one month, by
intervention: one that nobody makes good, one that is made good, or none. The three futures share
all random numbers, so that each customer is its own control, and nobody else is touched but by
what is said. It is done without and with memory of failures (``mechanisms.grievance``), at the
market's own contract and without one. The command writes the table and the figure ``failures``
into results/failures and the page docs/failures.md.
"""

import argparse
import copy
import itertools
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

import relsim
from experiments.failures_figure import draw
from experiments.failures_page import page
from relsim import lab
from relsim.customers.block import MET, TROUBLE_CHANCE
from relsim.customers.terms import Term
from relsim.economics.lifetime import MONTHS_A_YEAR, annual_loss
from relsim.market import Market
from relsim.mechanisms import kit
from relsim.report.run_figures import save
from relsim.spec import MarketSpec
from relsim.spec.locations import shipped

RESULTS = Path("results/failures")
PAGE = Path("docs/failures.md")
CUSTOMERS, WARM_UP, SEEDS, EVERY = 50_000, 36, (1, 2, 3), 10
ARMS = ("none", "unresolved", "made_good")
_FAILS, _MADE_GOOD = MET[Term.FAILURE_RATE], MET[Term.RECOVERY]
# By arm: the chance of failure, the chance that a complaint is made good, the random number.
_FATES = np.array([[0.0, 0.0, 0.5], [1.0, 0.0, 1.0 - 1e-12], [1.0, 1.0, 1e-12]])


# The intervention -------------------------------------------------------------------------


class Own(NamedTuple):
    """What the pass gets: whose month it is, and what befalls them."""

    month: int
    every: int
    fate: npt.NDArray[np.float64]


@kit.loop
def befall(s: kit.Scene, own: Own) -> None:
    """Let every so-manieth customer meet its fate in one month."""
    f, lo = s.f, s.lo
    if s.month != own.month:
        return
    for c in range(s.n):
        if (lo + c) % own.every == 0:
            f[_FAILS + c] = own.fate[0]
            f[_MADE_GOOD + c] = own.fate[1]
            f[TROUBLE_CHANCE + c] = own.fate[2]


class Fate(kit.Mechanism):
    """In one month some customers meet a failure, or none, whatever was drawn."""

    name = "fate"
    additions = (kit.Addition(f"{__name__}.befall", after="meet_terms"),)
    arm: int | None = None

    def own(self, sums: Any) -> Own:  # noqa: ARG002  # it adds up nothing
        """Return what befalls whom in the month after the warm-up; nothing without an arm."""
        month = 0 if self.arm is None else WARM_UP + 1
        return Own(month, EVERY, _FATES[self.arm or 0])


# One market -------------------------------------------------------------------------------


def futures(market: Market) -> list[dict[str, Any]]:
    """Return, by arm, how many of the treated are lost within a year, and of their differences.

    Parameters
    ----------
    market : Market
        Set up, with :class:`Fate`; it is simulated to the end of the warm-up.
    """
    market.run(WARM_UP)
    lost = {arm: _lost(copy.deepcopy(market), place) for place, arm in enumerate(ARMS)}
    year = market.run(MONTHS_A_YEAR).table[lambda table: table["month"] > WARM_UP]
    churn = {f"year_{name}": year[name].sum() for name in ("churned", "opening")}
    rows = []
    for arm in ARMS:
        more = lost[arm].astype(float) - lost["none"]
        sums = {"lost": lost[arm].sum(), "more": more.sum(), "squares": (more**2).sum()}
        rows.append({"arm": arm, "treated": more.size, **sums, **churn})
    return rows


def _lost(market: Market, arm: int) -> npt.NDArray[np.bool_]:
    """Return who of the treated leaves its firm within twelve months."""
    next(one for one in market.mechanisms if isinstance(one, Fate)).arm = arm
    supplier = market.customers.columns.supplier
    before = supplier[::EVERY].copy()
    lost = np.zeros(before.size, bool)
    for _ in range(MONTHS_A_YEAR):
        market.run(1)
        lost |= market.customers.columns.supplier[::EVERY] != before
    return lost[before > 0]


# All markets ------------------------------------------------------------------------------


def settings(name: str) -> Iterator[tuple[dict[str, Any], MarketSpec]]:
    """Yield what is set in a market, and its spec."""
    base = relsim.load(name, {"market.customers": CUSTOMERS})
    contract = max(firm.longest_contract for firm in base.firms)
    for months, memory in itertools.product(sorted({contract, 1}), (False, True)):
        values: dict[str, Any] = {"mechanisms.own": [{"kind": f"{Fate.__module__}.Fate"}]}
        values |= {"firms.*.contract_months": months, "firms.*.contract_mix": []}
        if memory:
            values["mechanisms.grievance"] = {}
        yield {"market": name, "contract": months, "memory": memory}, base.with_(values)


def measured(name: str) -> pd.DataFrame:
    """Return what failures do in a market, a row for each setting and arm."""
    rows = []
    for told, spec in settings(name):
        seeds = [{"run.seed": seed} for seed in SEEDS]
        found = lab.evaluate(spec, futures, seeds).whole()
        frame = pd.DataFrame(itertools.chain.from_iterable(found.left))
        rows += [told | row for row in effects(frame)]
    return pd.DataFrame(rows)


def effects(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return loss within a year and what each arm adds, in points, with its 95% interval.

    The interval is that of the mean of paired differences, a customer each.

    Examples
    --------
    >>> counts = {"treated": 100, "lost": 30, "more": 20.0, "squares": 20.0}
    >>> counts |= {"year_churned": 10, "year_opening": 1200}
    >>> row = effects(pd.DataFrame([{"arm": "unresolved", **counts}]))[0]
    >>> print(row["loss"], row["points"], round(row["points"] - row["low"], 2))
    30.0 20.0 7.84
    """
    rows = []
    for arm, sums in frame.groupby("arm", sort=False).sum(numeric_only=True).iterrows():
        n = sums["treated"]
        mean = sums["more"] / n
        half = 1.96 * math.sqrt(max(sums["squares"] / n - mean**2, 0.0) / n)
        points = {"points": mean, "low": mean - half, "high": mean + half}
        churn = annual_loss(sums["year_churned"] / sums["year_opening"])
        shares = {"churn": churn, "loss": sums["lost"] / n, **points}
        rows.append({"arm": arm, **{name: 100.0 * share for name, share in shares.items()}})
    return rows


def table() -> pd.DataFrame:
    """Return the table of all markets."""
    return pd.concat([measured(name) for name in shipped()], ignore_index=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for table and figure")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page to write")
    order = parser.parse_args(arguments)
    frame = table()
    order.out.mkdir(parents=True, exist_ok=True)
    frame.to_csv(order.out / "failures.csv", index=False, float_format="%.5g")
    save({"failures": draw(frame)}, order.out)
    order.page.write_text(page(frame), encoding="utf-8", newline="\n")
    print(f"{order.out}: failures; {order.page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
