"""Bounds of what closed forms are defined for, told by the name of the argument."""

import numpy as np
import numpy.typing as npt


def within(name: str, values: npt.ArrayLike, low: float, high: float = np.inf) -> None:
    """Refuse values of an argument outside its bounds; what is not a number is outside.

    Raises
    ------
    ValueError
        With the argument's name, the first value outside, and the bounds.

    Examples
    --------
    >>> within("retention", [0.8, 1.2], 0.0, 1.0)
    Traceback (most recent call last):
    ...
    ValueError: retention is from 0 to 1, not 1.2
    """
    given = np.atleast_1d(np.asarray(values, dtype=np.float64))
    outside = ~((given >= low) & (given <= high) & np.isfinite(given))
    if outside.any():
        bounds = f"from {low:g} to {high:g}" if np.isfinite(high) else f"{low:g} or more"
        bounds = bounds if np.isfinite(low) else "finite"
        raise ValueError(f"{name} is {bounds}, not {given[outside][0]:g}")


def bounded(retention: npt.ArrayLike, discount: float) -> None:
    """Refuse a value that has no bound: retention and discount from 0, never 1 and 0 together.

    Raises
    ------
    ValueError
        If retention or discount is outside its bounds, or nobody leaves and nothing discounts.

    Examples
    --------
    >>> bounded(1.0, 0.0)
    Traceback (most recent call last):
    ...
    ValueError: the value is not defined: with retention 1 and discount 0 its sum has no bound
    """
    within("retention", retention, 0.0, 1.0)
    within("discount", discount, 0.0)
    if discount == 0.0 and (np.asarray(retention) == 1.0).any():
        raise ValueError(
            "the value is not defined: with retention 1 and discount 0 its sum has no bound"
        )
