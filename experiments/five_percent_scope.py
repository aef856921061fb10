"""What decides how much five points bring: ``python -m experiments.five_percent_scope``.

In each industry the scope of the claim five-percent is sampled by Saltelli's design, and the
variance of the relative effect is shared out by Sobol's indices: what each parameter makes alone
(first order), and with the others (total). Runs go on where they were if the command is stopped.
It writes the table ``scope`` and a figure into results/five_percent.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.five_percent import RESULTS
from experiments.five_percent_scope_figure import draw_scope
from relsim.claims.config import read_claim
from relsim.lab.archive.results import read_runs, write_tables
from relsim.lab.archive.store import Store
from relsim.lab.config import Config
from relsim.lab.design.points import BASE
from relsim.lab.runs.executors import Crew
from relsim.lab.runs.rounds import Conduct, conduct, shape_of
from relsim.lab.runs.study import Study
from relsim.lab.statistics.variance import sobol_indices
from relsim.report.run_figures import save

OUTCOMES = {
    "value": "value per customer",
    "ten_years": "discounted profit of ten years",
    "equity": "customer equity",
}
"""Of the claim's outcomes, those whose relative effect is looked into."""
ROWS, REPLICATIONS, CUSTOMERS = 64, 2, 4_000
"""Base samples of the design, replications of each point, customers of a market."""
RUNS = Path("results/five_percent_scope")


def scope(
    rows: int = ROWS,
    replications: int = REPLICATIONS,
    customers: int = CUSTOMERS,
    bases: Sequence[str] | None = None,
) -> Study:
    """Return the experiment: the claim's own scope and arms, sampled for Sobol's indices.

    Grocery is left out, as where the claim asks for profit: its profit comes close to nothing.

    All points meet the same random numbers, so that points which differ in one parameter differ by
    nothing else, and the share of noise in the indices is small.
    """
    claimed = read_claim("five-percent").readings["profit-ten-years"].study
    spec = claimed.spec
    changes = {
        "base": tuple(bases) if bases else spec.base,
        "settings": {**spec.settings, "market.customers": customers},
        "design": spec.design.model_copy(update={"uncertainties": "saltelli", "points": rows}),
        "luck": "common",
        "replication": spec.replication.model_copy(update={"minimum": replications}),
    }
    return Study.of(Config("five-percent-scope", Path(), spec.model_copy(update=changes)))


def indices(study: Study, runs: pd.DataFrame) -> pd.DataFrame:
    """Return Sobol's indices of the relative effects, by industry and outcome.

    Parameters
    ----------
    study : Study
        As :func:`scope` makes it.
    runs : DataFrame
        Its runs.

    Returns
    -------
    DataFrame
        A row for each industry, outcome and parameter: ``first`` and ``total`` with their intervals
        (95%, bootstrap over the rows of the design), the mean effect, ``noise`` (the share of the
        variance of the points' means that is noise), and how much there was of everything.
    """
    tables = []
    for base, design in _by_base(study):
        for outcome, name in OUTCOMES.items():
            arms = {
                arm: runs[runs["arm"] == arm]
                .pivot(index="point", columns="replication", values=outcome)
                .loc[design.index]
                .to_numpy(dtype=np.float64)
                for arm in study.arms
            }
            effect = (arms["saved"] - arms["as_is"]) / abs(arms["as_is"])
            found = sobol_indices(design, effect)
            table = found.table.assign(
                noise=found.noise.left_in_means if found.noise else np.nan,
                mean=float(effect.mean()),
                points=len(design),
                replications=effect.shape[1],
            )
            table.insert(0, "outcome", name)
            table.insert(0, BASE, base)
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _by_base(study: Study) -> list[tuple[str, pd.DataFrame]]:
    if BASE not in study.design:
        return [(study.spec.bases[0], study.design)]
    groups = study.design.groupby(BASE, sort=False)
    return [(str(base), design.drop(columns=BASE)) for base, design in groups]


def lived(study: Study, folder: Path, crew: Crew) -> pd.DataFrame:
    """Return the runs of the study, living those that the folder does not hold yet."""
    with Store(folder, study.key, shape_of(study)) as store:
        conduct(study, store, Conduct(crew))
        write_tables(study, store)
        return read_runs(store)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for table and figure")
    parser.add_argument("--runs", type=Path, default=RUNS, help="folder in which runs are kept")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    order = parser.parse_args(arguments)
    study = scope()
    table = indices(study, lived(study, order.runs, Crew("processes", order.workers)))
    order.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(order.out / "scope.csv", index=False, float_format="%.6g")
    save({"scope": draw_scope(table)}, order.out)
    print(f"{order.out}: scope")
    return 0


if __name__ == "__main__":
    sys.exit(main())
