"""How often are identical firms ranked? ``python -m experiments.identical_firms``.

Markets in which all firms are the same but for their names, each with replications as
``relsim run`` has them; and markets in which one firm is cheaper, to see that the same intervals
find it. The command writes one table into results/identical_firms and prints it in Markdown.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from experiments.markdown import table as markdown
from relsim import lab
from relsim.lab.runs.standings import MEASURES, RANKED, measured
from relsim.lab.statistics.ranking import differences, leaders
from relsim.loader import load
from relsim.market import Market
from relsim.spec import MarketSpec

RESULTS = Path("results/identical_firms")
TRIALS = 200
CUSTOMERS, MONTHS = 400, 24


PRESETS = (
    "business-software", "credit-card", "grocery", "industrial-distribution", "motor-insurance",
    "retail-bank",
)  # fmt: skip


class Setting(NamedTuple):
    """Markets of one kind: from which preset, how many firms, and how many replications each.

    ``price`` is what the first firm charges, over what the others do.
    """

    preset: str
    firms: int
    replications: int
    price: float = 1.0


SETTINGS = (
    *(Setting("telecom", firms, 8) for firms in (2, 4, 6)),
    *(Setting("telecom", 2, replications) for replications in (3, 16)),
    *(Setting(preset, 2, 8) for preset in PRESETS),
    Setting("telecom", 4, 8, price=0.9),
)


class Row(NamedTuple):
    """What came of one setting: in how many trials a firm was named ahead, and a pair told apart.

    ``low`` and ``high`` are 95% bounds (Clopper and Pearson) of the share of trials with a pair
    told apart, which is 5% at most where firms are identical.
    """

    preset: str
    firms: int
    replications: int
    price: float
    trials: int
    named: int
    apart: int
    low: float
    high: float


def market(setting: Setting, seed: int) -> MarketSpec:
    """Return a market of firms that are the same, all but the first one's price."""
    spec = load(setting.preset)
    one = spec.firms[0].model_dump()
    each = sum(firm.share for firm in spec.firms) / setting.firms
    firms = [{**one, "name": f"Firm {k}", "share": each} for k in range(1, setting.firms + 1)]
    firms[0]["price"] = setting.price * one["price"]
    size = {"market.customers": CUSTOMERS, "run.months": MONTHS, "run.seed": seed}
    return spec.with_({**size, "firms": firms, "events": []})


def came_to(simulated: Market) -> np.ndarray:
    """Return what firms came to in a replication."""
    return measured(simulated.run())


def trials(setting: Setting, number: int = TRIALS) -> Row:
    """Return how often firms are ranked in a setting.

    Parameters
    ----------
    setting : Setting
        Which.
    number : int
        Of trials, each a seed of its own with its replications.
    """
    bases = [market(setting, seed) for seed in range(number)]
    done = lab.evaluate(
        bases,
        came_to,
        replications=setting.replications,
        workers=os.cpu_count() or 1,
        executor="threads",
    ).whole()
    left = np.array(done.left).reshape(number, setting.replications, len(MEASURES), -1)
    named = apart = 0
    for trial in left:
        values = {name: trial[:, k] for k, name in enumerate(MEASURES) if name in RANKED}
        table = differences(values)
        apart += bool(table["clear"].any())
        ahead = (leaders(table, name, x.mean(axis=0)) for name, x in values.items())
        named += any(len(firms) == 1 for firms in ahead)
    bounds = stats.binomtest(apart, number).proportion_ci()
    return Row(
        setting.preset, setting.firms, setting.replications, setting.price,
        number, named, apart, bounds.low, bounds.high,
    )  # fmt: skip


def rows(number: int = TRIALS) -> Iterator[Row]:
    """Yield what came of each setting."""
    for setting in SETTINGS:
        yield trials(setting, number)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study and write its table.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line; that of the process unless given.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--trials", type=int, default=TRIALS, help="trials of each setting")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the table")
    order = parser.parse_args(arguments)
    found = pd.DataFrame(rows(order.trials)).round({"low": 4, "high": 4})
    order.out.mkdir(parents=True, exist_ok=True)
    found.to_csv(order.out / "trials.csv", index=False, lineterminator="\n")
    print(markdown(list(found.columns), found.itertuples(index=False)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
