"""Codes and their names, as tables hold them."""

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt
import pandas as pd


def named(codes: npt.NDArray[Any], names: Sequence[str]) -> pd.Categorical:
    """Return codes as names.

    Parameters
    ----------
    codes : array of int
        Places among the names; -1 is missing.
    names : sequence of str
        All names, also those that do not occur.

    Examples
    --------
    >>> import numpy as np
    >>> named(np.array([1, 0, -1]), ["Attack", "Defend"]).tolist()
    ['Defend', 'Attack', nan]
    """
    # What pandas' stubs say of this function is narrower than what it takes.
    return pd.Categorical.from_codes(codes, list(names))  # type: ignore[call-overload, no-any-return]
