"""Outcomes beside their points, and intervals from drawing rows again."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.errors import OutputError, SpecError

Array = npt.NDArray[np.float64]


def require_columns(design: pd.DataFrame, what: str, columns: tuple[str, ...]) -> None:
    """Check that a design is of the kind that an analysis needs.

    Raises
    ------
    SpecError
        Naming the kind and the column that is missing.
    """
    missing = next((column for column in columns if column not in design.columns), None)
    if missing:
        raise SpecError(f"the design: given one without {missing!r}, allowed: one made by {what}")


def in_order(design: pd.DataFrame, y: npt.ArrayLike) -> tuple[pd.DataFrame, Array]:
    """Return design and outcomes in the order of the points.

    Parameters
    ----------
    design : DataFrame
        Any design.
    y : array_like, Series or DataFrame
        Outcomes of shape (points,) or (points, replications). A Series or DataFrame is matched by
        its index, and a point that it lacks counts as failed; anything else is in the order of
        the design.

    Returns
    -------
    DataFrame, ndarray of shape (points, replications)
        Infinite outcomes are NaN: both count as failed.

    Raises
    ------
    OutputError
        If there are not as many outcomes as points, or two for one point.
    """
    if isinstance(y, pd.Series | pd.DataFrame):
        if not y.index.is_unique:
            raise OutputError("the outcomes: a point is there twice, allowed: one row for a point")
        y = y.reindex(design.index)
    values = np.array(y, dtype=np.float64)
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or len(values) != len(design) or not values.shape[1]:
        raise OutputError(
            f"the outcomes: given the shape {np.shape(y)}, allowed: {len(design)} points, and "
            "replications beside one another"
        )
    values[~np.isfinite(values)] = np.nan
    order = np.argsort(design.index.to_numpy(), kind="stable")
    return design.iloc[order], values[order]


def complete_rows(values: Array, least: int, what: str) -> npt.NDArray[np.bool_]:
    """Return which rows, along the first axis, have all their outcomes.

    Raises
    ------
    OutputError
        If fewer than ``least`` have: how many failed and how many are left of what.
    """
    complete = np.asarray(np.isfinite(values.reshape(len(values), -1)).all(axis=1))
    left = int(complete.sum())
    if left < least:
        lost = complete.size - left
        given = (
            f"{lost} of {complete.size} {what} have runs that failed, {left} are left"
            if lost
            else f"given {left} {what}"
        )
        raise OutputError(f"the outcomes: {given}, allowed: {least} or more")
    return complete


def again(statistic: Callable[[Any], Array], rows: int, resamples: int, seed: int) -> Array:
    """Return a statistic of rows that are drawn with replacement, once for each resample."""
    rng = np.random.default_rng(seed)
    return np.stack([statistic(rng.integers(rows, size=rows)) for _ in range(resamples)])


def interval(drawn: Array, level: float) -> tuple[Array, Array]:
    """Return the ends of the middle ``level`` of what was drawn, along the first axis."""
    low, high = np.quantile(drawn, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=0)
    return low, high
