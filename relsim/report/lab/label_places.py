"""Names beside points: each where it covers neither a point nor another name."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_NEAR = 0.09
_RADII = (_NEAR, 0.16, 0.26, 0.38, 0.52, 0.7, 0.9, 1.2, 1.5, 1.8)
_TURNS = np.deg2rad(
    [0, 180, 30, -30, 150, -150, 90, -90, 60, -60, 120, -120, 15, -15, 45, -45, 75, -75, 105, 165]
)
_DOT = 0.05
_STEPS = np.linspace(0.2, 1.0, 12)
"""Where on the line from a point to its name it is seen whether it crosses something."""

_THIN = np.array([-0.01, -0.01, 0.01, 0.01])


def place(
    points: Array,
    sizes: Array,
    area: tuple[float, float],
    order: Sequence[int],
    taken: Array | None = None,
) -> list[tuple[float, float] | None]:
    """Return the middle of the name beside each point, None where no place is free.

    Parameters
    ----------
    points, sizes : array of shape (n, 2)
        Points, and width and height of their names, inches.
    area : (float, float)
        Width and height of the area in which names have to stay.
    order : sequence of int
        Who is placed first.
    taken : array of shape (m, 4), optional
        What else names may not cover, though their lines may cross it: left, bottom, right, top.

    Returns
    -------
    list of (float, float) or None
        For every point.

    Examples
    --------
    >>> place(np.array([[1.0, 1.0]]), np.array([[0.32, 0.1]]), (3.0, 3.0), [0])
    [(1.25, 1.0)]
    >>> place(np.array([[1.0, 1.0]]), np.array([[9.0, 0.1]]), (3.0, 3.0), [0])
    [None]
    """
    dots = np.column_stack([points - _DOT, points + _DOT])
    taken = dots if taken is None else np.vstack([dots, taken])
    words = np.empty((0, 4))
    placed: list[tuple[float, float] | None] = [None] * len(points)
    for k in order:
        half = sizes[k] / 2.0
        around = _candidates(points[k], half)
        boxes = np.column_stack([around - half, around + half])
        inside = np.all((boxes[:, :2] >= 0.0) & (boxes[:, 2:] <= np.array(area)), axis=1)
        leaders = np.tile(points[k] + _STEPS[:, None, None] * (around - points[k]), 2) + _THIN
        far = np.linalg.norm(points - points[k], axis=1) > 2.0 * _DOT
        crossed = np.any(_covered(leaders, np.vstack([dots[far], words])), axis=0)
        free = np.flatnonzero(inside & ~_covered(boxes, np.vstack([taken, words])) & ~crossed)
        if free.size:
            x, y = around[free[0]].tolist()
            placed[k] = (x, y)
            words = np.vstack([words, boxes[free[0]], leaders[:, free[0]]])
    return placed


def _covered(boxes: Array, taken: Array) -> npt.NDArray[np.bool_]:
    """Return which boxes, left, bottom, right and top, have something in common with others."""
    low = np.maximum(boxes[..., None, :2], taken[:, :2])
    high = np.minimum(boxes[..., None, 2:], taken[:, 2:])
    covered: npt.NDArray[np.bool_] = np.any(np.all(high > low, axis=-1), axis=-1)
    return covered


def _candidates(point: Array, half: Array) -> Array:
    """Return middles at which a name would stand about a point, the nearest first."""
    turns = np.column_stack([np.cos(_TURNS), np.sin(_TURNS)])
    out: Array = np.concatenate([point + turns * (half + radius) for radius in _RADII])
    return out
