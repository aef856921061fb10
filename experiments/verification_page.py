"""The page of closed forms: what theory expects, what the market did, how far they are apart."""

import inspect
from collections.abc import Mapping
from typing import Any

import pandas as pd

_HEAD = """# Where theory is exact

Each case switches off what its theory does not know, simulates the compiled market, and compares.
Errors are in standard errors of the simulation (*off*); beyond 4 a test fails. With these numbers
of customers 1% in what is compared shows; `tests/science/test_seeded_fault.py` changes rules by 2%
and sees the cases fail. Made by `python -m experiments.verification --write`.

![Errors of all comparisons in standard errors](../results/verification/errors.png)
"""


def page(frame: pd.DataFrame, meanings: Mapping[str, str]) -> str:
    """Return the page in Markdown.

    Parameters
    ----------
    frame : DataFrame
        What :func:`experiments.verification.verify` returns.
    meanings : mapping
        Docstring by case.
    """
    parts = [_HEAD]
    for case, rows in frame.groupby("case", sort=False):
        parts.append(f"## {str(case).replace('_', ' ').capitalize()}\n")
        parts.append(inspect.cleandoc(meanings[str(case)]) + "\n")
        parts.append("| quantity | expected | simulated | error | off | n |")
        parts.append("|---|---|---|---|---|---|")
        parts += [_line(row) for row in rows.to_dict("records")]
        parts.append("")
    return "\n".join(parts)


def _line(row: Mapping[Any, Any]) -> str:
    error = row["simulated"] / row["expected"] - 1.0
    return (
        f"| {row['quantity']} | {row['expected']:.5g} | {row['simulated']:.5g} | {error:+.2%} "
        f"| {row['off']:+.1f} | {row['n']:,} |"
    )
