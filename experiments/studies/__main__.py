"""What claims ask and one outcome of a run cannot tell: ``python -m experiments.studies``.

Each study stands beside a claim and has its name; the command writes its table as CSV with a figure
into results/studies. Names of studies do only those.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.commanding import command
from experiments.studies.elsewhere import ELSEWHERE
from experiments.studies.registry import STUDIES

RESULTS = Path("results/studies")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    tables = {claim: study.table for claim, study in STUDIES.items()}
    figures = {claim: study.draw for claim, study in STUDIES.items()}
    others = {claim: f"python -m {other.command}" for claim, other in ELSEWHERE.items()}
    return command(__doc__, "study", tables, figures, RESULTS, arguments, others)


if __name__ == "__main__":
    sys.exit(main())
