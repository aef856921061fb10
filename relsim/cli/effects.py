"""Effects of treatments as a table on the screen."""

import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console

from relsim.cli.speaking import listing
from relsim.lab.finishing import EFFECTS
from relsim.lab.study import Study

_MOST_ROWS = 40


def show_effects(out: Console, folder: Path, study: Study) -> None:
    """Print the effects that an experiment found."""
    if (folder / EFFECTS).is_file():
        print_effects(
            out,
            pd.read_csv(folder / EFFECTS),
            study,
            control=study.spec.reference,
            by=study.levers,
            confidence=study.spec.replication.confidence,
        )


def print_effects(
    out: Console,
    table: pd.DataFrame,
    study: Study,
    *,
    control: str,
    by: Sequence[str],
    confidence: float,
) -> None:
    """Print a table of effects, a row an effect.

    Parameters
    ----------
    out : Console
        Where.
    table : DataFrame
        By :func:`relsim.lab.pairing.effects`.
    study : Study
        The experiment.
    control : str
        The arm compared with.
    by : sequence of str
        Columns whose combinations have effects of their own.
    confidence : float
        Of the intervals.
    """
    spec = study.spec
    shown = listing(
        "outcome",
        *by,
        "treatment",
        "control",
        "effect",
        "interval",
        "relative",
        "pairs",
        "p (Holm)",
    )
    for row in table.head(_MOST_ROWS).to_dict(orient="records"):
        unit = spec.outcomes[str(row["outcome"])].unit
        shown.add_row(
            f"{row['outcome']}{f' ({unit})' if unit else ''}",
            *(str(row[name]) for name in by),
            f"{row['arm']} {number(row['treatment'])}",
            f"{control} {number(row['control'])}",
            number(row["difference"], sign=True),
            " to ".join(number(row[f"difference_{end}"], sign=True) for end in ("low", "high")),
            percent(row["relative"]),
            f"{row['pairs']}",
            f"{row['p_holm']:.2g}",
        )
    out.print(shown)
    if len(table) > _MOST_ROWS:
        out.print(f"... {len(table) - _MOST_ROWS} more in {EFFECTS}")
    unit = "points" if (table["clusters"] < table["pairs"]).any() else "pairs"
    gained = table["variance_reduction"].median()
    out.print(
        f"Intervals: {100 * confidence:g}% (Student), over {unit}. Pairing held the variance of a "
        f"difference down by {number(gained)} (median): so many times the runs without it."
    )


def number(value: float, *, sign: bool = False) -> str:
    """Return a number in words: four digits, thousands marked.

    Examples
    --------
    >>> number(1234567.8), number(0.012345), number(-2.5, sign=True), number(float("nan"))
    ('1,235,000', '0.01234', '-2.5', '-')
    """
    if not math.isfinite(value):
        return "-" if math.isnan(value) else f"{value:+}".replace("inf", "infinite")
    size = abs(value)
    if size >= 1000.0:
        digits = 10 ** max(0, math.floor(math.log10(size)) - 3)
        return f"{round(value / digits) * digits:{'+' if sign else ''},.0f}"
    return f"{value:{'+' if sign else ''}.4g}"


def percent(value: float) -> str:
    """Return a fraction as per cent, with its sign.

    Examples
    --------
    >>> percent(0.1234), percent(float("nan"))
    ('+12.3%', '-')
    """
    return f"{100.0 * value:+.1f}%" if math.isfinite(value) else "-"
