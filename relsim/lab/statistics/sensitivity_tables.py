"""What moves the outcomes of an experiment, as one table; nothing is left out without a word."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.errors import OutputError, SpecError
from relsim.lab.design.points import BASE
from relsim.lab.names import response_name
from relsim.lab.runs.study import Study
from relsim.lab.statistics.sensitivity import morris_effects, sobol_indices, tornado

Array = npt.NDArray[np.float64]

CONSTANT = "constant"
"""The note on an outcome that is the same at all points: no factor moves it."""

_ENDS = ("", "_low", "_high")
MEASURES: Mapping[str, tuple[str, ...]] = {
    "morris": ("mu", *(f"mu_star{end}" for end in _ENDS), "sigma", "trajectories", "dropped"),
    "saltelli": (
        *(f"{order}{end}" for order in ("first", "total") for end in _ENDS),
        "noise_share",
        "noise_between_points",
    ),
    "one_at_a_time": (
        "low",
        "high",
        *("outcome_low", "outcome_high", "outcome_centre"),
        *(f"swing{end}" for end in _ENDS),
        *("replications", "dropped"),
    ),
}
"""Kinds of designs that tell what moves an outcome, and the columns of numbers that each gives."""


def sensitivity_of(study: Study, runs: pd.DataFrame) -> pd.DataFrame:
    """Return what moves the outcomes, if the design is one that can tell.

    Morris's effects, Sobol's indices or the swings of a tornado, by outcome and, where there are
    treatments, for the paired effects.

    Returns
    -------
    DataFrame
        A row for each outcome or effect and factor: ``base`` (if there are several), ``outcome``,
        ``factor``, the :data:`MEASURES` of the design's kind, and ``note``: empty, ``constant``,
        or why there are no numbers. No rows if the design cannot tell.
    """
    kind = study.spec.design.uncertainties
    if kind not in MEASURES or not study.spec.uncertainties or study.spec.levers:
        return pd.DataFrame()
    tables = []
    for base, design in _by_base(study):
        for name, y in _responses(study, runs, design):
            table = _analysed(kind, design.drop(columns=[BASE], errors="ignore"), y, study.factors)
            table.insert(0, "outcome", name)
            if base:
                table.insert(0, BASE, base)
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _analysed(kind: str, design: pd.DataFrame, y: Array, factors: list[str]) -> pd.DataFrame:
    """Return the analysis of one outcome; of one that cannot be analysed, the factors and why."""
    note = CONSTANT if _is_constant(y) else ""
    try:
        table = _ANALYSES[kind](design, y).assign(note=note)
    except (OutputError, SpecError) as error:
        note = note or str(error).removeprefix("the outcomes: ")
        table = pd.DataFrame({"factor": factors, "note": note})
    return table.reindex(columns=["factor", *MEASURES[kind], "note"])


def _is_constant(y: Array) -> bool:
    """Say whether the mean over replications is the same at all points that have one."""
    means = y.mean(axis=1)
    there = means[np.isfinite(means)]
    return there.size > 1 and not np.ptp(there)


def _shares(design: pd.DataFrame, y: Array) -> pd.DataFrame:
    """Return Sobol's indices, and the shares of two variances that are noise."""
    found = sobol_indices(design, y)
    noise = found.noise
    return found.table.assign(
        noise_share=noise.share if noise else np.nan,
        noise_between_points=noise.left_in_means if noise else np.nan,
    )


_ANALYSES: Mapping[str, Callable[[pd.DataFrame, Array], pd.DataFrame]] = {
    "morris": morris_effects,
    "saltelli": _shares,
    "one_at_a_time": tornado,
}


def _by_base(study: Study) -> Iterator[tuple[str, pd.DataFrame]]:
    if BASE not in study.design:
        yield "", study.design
        return
    for base, design in study.design.groupby(BASE, sort=False):
        yield str(base), design


def _responses(
    study: Study, runs: pd.DataFrame, design: pd.DataFrame
) -> Iterator[tuple[str, Array]]:
    """Yield outcomes of the control and effects of treatments, by point and replication."""
    for outcome in study.spec.outcomes:
        by_arm = {
            arm: runs[runs["arm"] == arm]
            .pivot_table(index="point", columns="replication", values=outcome, dropna=False)
            .reindex(design.index)
            .to_numpy(dtype=float)
            for arm in study.arms
        }
        yield outcome, by_arm[study.spec.reference]
        for arm in study.spec.treatments:
            yield response_name(outcome, arm), by_arm[arm] - by_arm[study.spec.reference]


def notes_of(table: pd.DataFrame) -> list[str]:
    """Return a sentence for each outcome whose sensitivity has no numbers or shows nothing.

    Examples
    --------
    >>> notes_of(pd.DataFrame({"outcome": ["price", "price"], "note": ["constant", "constant"]}))
    ['Sensitivity of price: constant']
    """
    if "note" not in table:
        return []
    told = table[table["note"] != ""]
    places = told[BASE] + ", " if BASE in told else ""
    return list(dict.fromkeys("Sensitivity of " + places + told["outcome"] + ": " + told["note"]))
