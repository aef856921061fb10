"""How many of the five points are realised: ``python -m experiments.five_percent_points``.

A firm cannot save more customers than would leave it by choice: who leaves the market for good is
lost to anyone. The command lives the scope of the claim five-percent (its reading
value-per-customer) as it is and with the save, and writes the table ``points`` into
results/five_percent: annual churn in both, and the points between them, a row for each point
of the scope.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.five_percent import RESULTS
from experiments.five_percent_scope import lived
from relsim.claims.config import Reading, read_claim
from relsim.economics.lifetime import MONTHS_A_YEAR
from relsim.lab.design.points import BASE
from relsim.lab.runs.executors import Crew

CLAIM, READING = "five-percent", "value-per-customer"
TURNOVER = "turnover"


def realised(reading: Reading, runs: pd.DataFrame) -> pd.DataFrame:
    """Return churn a year with and without the save, and the points between them.

    Parameters
    ----------
    reading : Reading
        Of the claim five-percent; its outcome ``defection`` is a share a month.
    runs : DataFrame
        Its runs.

    Returns
    -------
    DataFrame
        A row for each point of the scope: ``base``, ``turnover`` (who leaves the market for good,
        a year), ``as_is`` and ``saved`` (churn, means over replications), and ``points``.
    """
    annual = 1.0 - (1.0 - runs["defection"]) ** MONTHS_A_YEAR
    lost = annual.groupby([runs["point"], runs["arm"]]).mean().unstack()
    table = reading.study.design[[BASE, TURNOVER]].rename_axis("point").reset_index()
    table["as_is"], table["saved"] = (lost[arm].to_numpy() for arm in ("as_is", "saved"))
    return table.assign(points=table["as_is"] - table["saved"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for the table")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--quick", action="store_true", help="small markets, few points")
    order = parser.parse_args(arguments)
    reading = read_claim(CLAIM, quick=order.quick).readings[READING]
    with tempfile.TemporaryDirectory() as folder:
        runs = lived(reading.study, Path(folder), Crew("processes", order.workers))
    order.out.mkdir(parents=True, exist_ok=True)
    table = realised(reading, runs)
    table.to_csv(order.out / "points.csv", index=False, float_format="%.6g")
    print(f"{order.out}: points")
    return 0


if __name__ == "__main__":
    sys.exit(main())
