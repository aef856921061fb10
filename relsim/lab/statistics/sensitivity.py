"""How much of an outcome each factor makes: tornado, Morris's effects, Sobol's indices.

Outcomes have the shape (points,) or (points, replications); with replications their mean is
analysed. Runs that failed (NaN) are never filled in: what they belong to is left out and counted.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from relsim.errors import OutputError, SpecError
from relsim.lab.design.points import MATRIX, MOVED, STEP, TRAJECTORY, factor_columns
from relsim.lab.statistics.resampling import (
    Array,
    again,
    complete_rows,
    in_order,
    interval,
    require_columns,
)
from relsim.lab.statistics.variance import (
    LEAST_ROWS,
    Noise,
    SobolIndices,
    noise_share,
    sobol_indices,
)

__all__ = [
    "LEAST_ROWS",
    "LEAST_TRAJECTORIES",
    "Noise",
    "SobolIndices",
    "morris_effects",
    "noise_share",
    "sobol_indices",
    "tornado",
]

LEAST_TRAJECTORIES = 4
"""Fewer complete trajectories say nothing about how an effect varies."""


def tornado(design: pd.DataFrame, y: npt.ArrayLike, *, level: float = 0.95) -> pd.DataFrame:
    """Return what each factor does to the outcome, moved alone from its low end to its high one.

    Parameters
    ----------
    design : DataFrame
        By :func:`relsim.lab.design.designs.one_at_a_time`.
    y : array_like
        Outcomes. Replications are taken to share their random numbers, and are compared pair by
        pair.
    level : float
        Of the interval of the swing.

    Returns
    -------
    DataFrame
        ``factor``, ``low`` and ``high`` (values), ``outcome_low``, ``outcome_high``,
        ``outcome_centre``, ``swing`` (outcome at high less that at low), ``swing_low`` and
        ``swing_high`` (its t interval over replications; NaN with one), ``replications`` (pairs
        that count) and ``dropped`` (pairs in which a run failed). Largest swing first, factors
        without a complete pair last. The outcomes are those of the pairs that count.

    Raises
    ------
    SpecError
        If the design is of another kind.
    OutputError
        If no factor has a complete pair.
    """
    require_columns(design, "one_at_a_time", (MOVED,))
    if {TRAJECTORY, MATRIX} & set(design.columns) or not (design[MOVED] == "").any():
        raise SpecError("the design: given another kind, allowed: one made by one_at_a_time")
    design, values = in_order(design, y)
    moved = design[MOVED].to_numpy()
    centre = values[np.flatnonzero(moved == "")[0]]
    rows = []
    for key in [name for name in factor_columns(design) if (moved == name).any()]:
        ends = np.flatnonzero(moved == key)[[0, -1]]
        rows.append(
            {
                "factor": key,
                "low": design[key].iloc[ends[0]],
                "high": design[key].iloc[ends[1]],
                **_swing(values[ends[0]], values[ends[1]], centre, level),
            }
        )
    table = pd.DataFrame(rows)
    if not table["replications"].any():
        raise OutputError("the outcomes: no factor has an outcome at both its ends")
    return table.sort_values(
        "swing", key=abs, ascending=False, na_position="last", kind="stable", ignore_index=True
    )


def _swing(low: Array, high: Array, centre: Array, level: float) -> dict[str, float]:
    pairs = np.isfinite(low) & np.isfinite(high)
    apart = (high - low)[pairs]
    count = apart.size
    there = centre[np.isfinite(centre)]
    half = np.nan
    if count > 1:
        half = stats.t.ppf((1.0 + level) / 2.0, count - 1) * apart.std(ddof=1) / np.sqrt(count)
    swing = apart.mean() if count else np.nan
    return {
        "outcome_low": low[pairs].mean() if count else np.nan,
        "outcome_high": high[pairs].mean() if count else np.nan,
        "outcome_centre": there.mean() if there.size else np.nan,
        "swing": swing,
        "swing_low": swing - half,
        "swing_high": swing + half,
        "replications": count,
        "dropped": pairs.size - count,
    }


def morris_effects(
    design: pd.DataFrame,
    y: npt.ArrayLike,
    *,
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return Morris's measures of elementary effects, in outcome per whole way from end to end.

    Morris (1991), Technometrics 33:2; ``mu_star`` by Campolongo, Cariboni & Saltelli (2007),
    Environmental Modelling & Software 22:10.

    Parameters
    ----------
    design : DataFrame
        By :func:`relsim.lab.design.designs.morris`.
    y : array_like
        Outcomes.
    level : float
        Of the interval.
    resamples : int
        How often trajectories are drawn again.
    seed : int
        Of that drawing.

    Returns
    -------
    DataFrame
        A row a factor: ``mu``, the mean effect; ``mu_star``, the mean of its size, with
        ``mu_star_low`` and ``mu_star_high``; ``sigma``, the standard deviation of effects, that
        is, curvature and interaction; ``trajectories``, those that count; ``dropped``, those
        with a run that failed. The interval is the bootstrap's percentiles over trajectories:
        with ten or fewer it is somewhat too narrow.

    Raises
    ------
    SpecError
        If the design is of another kind, or trajectories are not whole.
    OutputError
        If fewer than four trajectories are complete.
    """
    require_columns(design, "morris", (TRAJECTORY, MOVED, STEP))
    design, values = in_order(design, y)
    keys, effects = _elementary_effects(design, values.mean(axis=1))
    complete = complete_rows(effects, LEAST_TRAJECTORIES, "trajectories")
    effects = effects[complete]
    sizes = np.abs(effects)
    drawn = again(lambda rows: sizes[rows].mean(axis=0), len(sizes), resamples, seed)
    low, high = interval(drawn, level)
    return pd.DataFrame(
        {
            "factor": keys,
            "mu": effects.mean(axis=0),
            "mu_star": sizes.mean(axis=0),
            "mu_star_low": low,
            "mu_star_high": high,
            "sigma": effects.std(axis=0, ddof=1),
            "trajectories": len(effects),
            "dropped": int((~complete).sum()),
        }
    )


def _elementary_effects(design: pd.DataFrame, y: Array) -> tuple[list[str], Array]:
    """Return the factors that move, and their effects: trajectories x factors."""
    moved = design[MOVED].to_numpy()
    keys = [name for name in factor_columns(design) if (moved == name).any()]
    length = len(keys) + 1
    whole = len(design) % length == 0
    labels = moved.reshape(-1, length) if whole else moved[None, :]
    trajectory = design[TRAJECTORY].to_numpy()
    if not (
        whole
        and (trajectory == np.repeat(trajectory[::length], length)).all()
        and all(row[0] == "" and sorted(row[1:]) == sorted(keys) for row in labels)
    ):
        raise SpecError("the design: its trajectories are not whole, allowed: all of their points")
    steps = design[STEP].to_numpy(dtype=np.float64).reshape(-1, length)[:, 1:]
    effects = np.diff(y.reshape(-1, length), axis=1) / steps
    place = {key: k for k, key in enumerate(keys)}
    columns = np.array([[place[key] for key in row[1:]] for row in labels])
    result = np.empty_like(effects)
    np.put_along_axis(result, columns, effects, axis=1)
    return keys, result
