"""The points of a design as a table: a row a point, a column a factor, and its own notes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from relsim.errors import SpecError
from relsim.lab.design.factors import Factor, Values

POINT = "point"
"""Name of the index: the number of a point, by which its outcomes are found again."""
NOTE = "design."
"""How the columns begin that are no factors, but say what a point is in its design."""
MOVED = NOTE + "moved"
"""The factor in which a point differs from the one it is compared with; "" for none."""
STEP = NOTE + "step"
"""By how much it was moved, in parts of the way from one end to the other, with its sign."""
TRAJECTORY = NOTE + "trajectory"
"""The Morris trajectory that a point lies on."""
ROW = NOTE + "row"
"""The row of Saltelli's matrices that a point comes from."""
MATRIX = NOTE + "matrix"
"""The matrix that a point comes from: A, B, AB or BA."""
LEVER = NOTE + "lever"
"""The point of the levers' design that a point of a crossed design has."""
SAMPLE = NOTE + "sample"
"""The point of the sample of uncertainties that a point of a crossed design has."""
MADE = NOTE + "made"
"""How the design of a written table was made: in its first row, empty in the others."""
WORDS = (MOVED, MATRIX, MADE)
"""Notes that are texts, whatever they look like."""

BASE = "base"
"""The column of a design that names the market, where there are several."""


def factor_columns(design: pd.DataFrame) -> list[str]:
    """Return the columns of a design that are factors, in order."""
    return [name for name in design.columns if not str(name).startswith(NOTE)]


def keys_of(factors: Sequence[Factor]) -> list[str]:
    """Return the factors' keys.

    Raises
    ------
    SpecError
        If there is no factor, a key is there twice, or one could be taken for a note.
    """
    keys = [factor.key for factor in factors]
    if not keys:
        raise SpecError("a design: given no factor, allowed: one factor or more")
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise SpecError(f"{twice}: given for two factors, allowed: one factor for each key")
    reserved = next((key for key in keys if key == POINT or key.startswith(NOTE)), None)
    if reserved:
        raise SpecError(
            f"{reserved}: a factor's key, allowed: any but {POINT!r} and those that begin with "
            f"{NOTE!r}, which designs keep for themselves"
        )
    return keys


def table_of(columns: Mapping[str, Values | Sequence[Any]]) -> pd.DataFrame:
    """Return a design from its columns, its points numbered from 0."""
    frame = pd.DataFrame({name: _as_given(column) for name, column in columns.items()})
    frame.index.name = POINT
    return frame


def _as_given(column: Values | Sequence[Any]) -> Any:
    # Else pandas makes text of objects that are text or nothing, and NaN of nothing.
    is_object = isinstance(column, np.ndarray) and column.dtype == object
    return pd.Series(column, dtype=object) if is_object else column


def check_count(what: str, given: Any, least: int) -> None:
    """Check a number of points, steps or the like.

    Raises
    ------
    SpecError
        If it is not a whole number of at least ``least``.
    """
    if not isinstance(given, int | np.integer) or isinstance(given, bool) or given < least:
        raise SpecError(f"{what}: given {given!r}, allowed: a whole number from {least}")
