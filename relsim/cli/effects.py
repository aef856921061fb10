"""Effects of treatments as a table on the screen."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console

from relsim.cli.console import listing
from relsim.lab.archive.results import EFFECTS, PAIRS, RUNS
from relsim.lab.archive.tables import read_table
from relsim.lab.runs.study import Study

_MOST_ROWS = 40


def show_effects(out: Console, folder: Path, study: Study) -> None:
    """Print the effects that an experiment found."""
    if (folder / EFFECTS).is_file():
        print_effects(
            out,
            read_table(folder / EFFECTS, study),
            study,
            control=study.spec.reference,
            by=study.levers,
            confidence=study.spec.replication.confidence,
            runs=pd.read_parquet(folder / RUNS),
            rest=f"{EFFECTS} has all",
        )


def print_effects(
    out: Console,
    table: pd.DataFrame,
    study: Study,
    *,
    control: str,
    by: Sequence[str],
    confidence: float,
    runs: pd.DataFrame | None = None,
    rest: str = "--csv FILE writes all",
) -> None:
    """Print a table of effects, a row an effect, and what its numbers rest on.

    Parameters
    ----------
    out : Console
        Where.
    table : DataFrame
        By :func:`relsim.lab.statistics.effects.effects`.
    study : Study
        The experiment.
    control : str
        The arm compared with.
    by : sequence of str
        Columns whose combinations have effects of their own.
    confidence : float
        Of the intervals.
    runs : DataFrame, optional
        The runs behind the table, for what the random numbers in common were worth.
    rest : str
        Where rows are to be found that the screen has no room for.
    """
    units = _units(table, study, by)
    tested = bool(table["p_equivalence"].notna().any())
    heads = ["treatment", "control", "effect", "interval", "relative", units, "p (Holm)"]
    shown = listing("outcome", *by, *heads, *(["p (outside margin)"] if tested else []))
    for row in table.head(_MOST_ROWS).to_dict(orient="records"):
        unit = study.spec.outcomes[str(row["outcome"])].unit
        shown.add_row(
            f"{row['outcome']}{f' ({unit})' if unit else ''}",
            *(str(row[name]) for name in by),
            f"{row['arm']} {number(row['treatment'])}",
            f"{control} {number(row['control'])}",
            number(row["difference"], sign=True),
            " to ".join(number(row[f"difference_{end}"], sign=True) for end in ("low", "high")),
            percent(row["relative"]),
            f"{row['clusters']:,}",
            chance(row["p_holm"]),
            *([chance(row["p_equivalence"])] if tested else []),
        )
    out.print(shown)
    if len(table) > _MOST_ROWS:
        out.print(f"... {len(table) - _MOST_ROWS:,} more rows: {rest}")
    for sentence in _explained(table, units, control, by, confidence, runs, tested):
        out.print(sentence)


def _units(table: pd.DataFrame, study: Study, by: Sequence[str]) -> str:
    """Return what the unit of inference is: a pair, or what several pairs have in common."""
    if study.spec.drawn:
        return "points" if set(study.levers) <= set(by) else "samples"
    return "pairs" if (table["clusters"] == table["pairs"]).all() else "replications"


_UNITS = {
    "pairs": "pairs of runs with the same random numbers",
    "replications": "replications: each counts once, through the mean of its points, which stay",
    "points": "points: each counts once, through the mean of its replications",
    "samples": "samples of the uncertainties: each counts once, through the mean of its points",
}


def _explained(
    table: pd.DataFrame,
    units: str,
    control: str,
    by: Sequence[str],
    confidence: float,
    runs: pd.DataFrame | None,
    tested: bool,
) -> Iterator[str]:
    """Yield what intervals are over, what tests mean, and what pairing was worth."""
    yield f"Intervals: {100 * confidence:g}% (Student), over {_UNITS[units]}."
    if tested:
        yield "p (outside margin): small where an effect is within its margin (TOST)."
    gained = _median(table["variance_reduction"])
    if math.isnan(gained):
        return
    if math.isinf(gained):
        yield "In most pairs both arms gave the same numbers: does the treatment change anything?"
        return
    if units in ("pairs", "replications"):
        what = "runs" if units == "pairs" else units
        yield (
            f"Arms with random numbers of their own would need {number(gained)} times the {what} "
            "for intervals as narrow (median)."
        )
        return
    yield (
        f"Arms at {units} of their own would need {number(gained)} times the {units} for intervals "
        "as narrow (median)."
    )
    held = math.nan if runs is None else _median(pd.Series(list(_held(runs, table, control, by))))
    if not math.isnan(held):
        yield (
            "Arms at the same points, with random numbers of their own, would need "
            f"{number(held)} times the replications for as little noise in an effect (median)."
        )


def _held(
    runs: pd.DataFrame, table: pd.DataFrame, control: str, by: Sequence[str]
) -> Iterator[float]:
    """Yield, by effect, how many times the variance within points is without common noise."""
    key = list(dict.fromkeys([*by, *PAIRS]))
    for outcome, arms in table.groupby("outcome", sort=False)["arm"]:
        wide = runs.pivot(index=key, columns="arm", values=str(outcome))
        for arm in arms.unique():
            sides = pd.DataFrame({"t": wide[arm], "c": wide[control]}).dropna()
            sides["apart"] = sides["t"] - sides["c"]
            within = sides.groupby([*by, "sample", "point"]).var(ddof=1)
            means = within.groupby(list(by)).mean() if by else within.mean().to_frame().T
            with np.errstate(divide="ignore", invalid="ignore"):
                yield from (means["t"] + means["c"]).to_numpy() / means["apart"].to_numpy()


def _median(values: pd.Series) -> float:
    there = values.dropna()
    return float(there.median()) if len(there) else math.nan


def number(value: float, *, sign: bool = False) -> str:
    """Return a number in words: four digits, thousands marked.

    Examples
    --------
    >>> number(1234567.8), number(0.0123412), number(-2.5, sign=True), number(float("nan"))
    ('1,235,000', '0.01234', '-2.5', '-')
    """
    if not math.isfinite(value):
        return "-" if math.isnan(value) else f"{value:+}".replace("inf", "infinite")
    size = abs(value)
    if size >= 1000.0:
        digits = 10 ** max(0, math.floor(math.log10(size)) - 3)
        return f"{round(value / digits) * digits:{'+' if sign else ''},.0f}"
    return f"{value:{'+' if sign else ''}.4g}"


def chance(p_value: float) -> str:
    """Return a p value in words.

    Examples
    --------
    >>> chance(0.01234), chance(1e-9), chance(float("nan"))
    ('0.012', '<0.0001', '-')
    """
    if math.isnan(p_value):
        return "-"
    return "<0.0001" if p_value < 1e-4 else f"{p_value:.2g}"


def percent(value: float) -> str:
    """Return a fraction as per cent, with its sign.

    Examples
    --------
    >>> percent(0.1234), percent(float("nan"))
    ('+12.3%', '-')
    """
    return f"{100.0 * value:+.1f}%" if math.isfinite(value) else "-"
