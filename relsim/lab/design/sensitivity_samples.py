"""Designs that tell how much of an outcome each factor makes: Morris's and Saltelli's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from relsim.errors import SpecError
from relsim.lab.design.factors import Array, Factor
from relsim.lab.design.points import (
    MATRIX,
    MOVED,
    ROW,
    STEP,
    TRAJECTORY,
    check_count,
    keys_of,
    table_of,
)
from relsim.lab.design.samples import sobol_sequence


def morris(factors: Sequence[Factor], trajectories: int, seed: int, grid: int = 4) -> pd.DataFrame:
    """Return Morris's trajectories: each moves every factor once, in random order.

    Morris (1991), Technometrics 33:2. On a grid from end to end of each factor a move goes
    ``grid / (2 (grid - 1))`` of the way, up or down. More trajectories leave the first ones as
    they are; a factor more is another design.

    Parameters
    ----------
    factors : sequence of Factor
        Each with at least two values.
    trajectories : int
        Points are this times one more than there are factors. Ten are few, fifty are many.
    seed : int
        From 0.
    grid : int
        Number of places on the way, even.

    Returns
    -------
    DataFrame
        With ``design.trajectory``; ``design.moved``, the factor in which a point differs from the
        one before it, "" at the start; and ``design.step``, the part of the way that it moved,
        with its sign: for levels and whole numbers that between the places they stand on.

    Raises
    ------
    SpecError
        If a factor has one level only, the grid is odd, or a number is too small.
    """
    keys = keys_of(factors)
    check_count("trajectories", trajectories, 1)
    check_count("seed", seed, 0)
    check_count("grid", grid, 2)
    if grid % 2:
        raise SpecError(f"grid: given {grid}, allowed: an even number")
    single = next((f for f in factors if f.levels is not None and len(f.levels) == 1), None)
    if single:
        raise SpecError(f"{single.key}: levels: given one, allowed: two or more, to move between")
    rng = np.random.default_rng(seed)
    paths = [_trajectory(rng, len(keys), grid) for _ in range(trajectories)]
    u = np.concatenate([path for path, _ in paths])
    order = np.concatenate([np.append(-1, order) for _, order in paths])
    columns: dict[str, Any] = {
        factor.key: factor.along(u[:, k]) for k, factor in enumerate(factors)
    }
    steps = np.zeros(order.size)
    for k, factor in enumerate(factors):
        here = np.flatnonzero(order == k)
        steps[here] = factor.place(u[here, k]) - factor.place(u[here - 1, k])
    columns[TRAJECTORY] = np.repeat(np.arange(trajectories), len(keys) + 1)
    columns[MOVED] = ["" if k < 0 else keys[k] for k in order]
    columns[STEP] = steps
    return table_of(columns)


def _trajectory(
    rng: np.random.Generator, factors: int, grid: int
) -> tuple[Array, np.ndarray[Any, np.dtype[np.int64]]]:
    """Return the points of a trajectory, each row a point, and the order in which factors move."""
    half = grid // 2
    low = rng.integers(half, size=factors)
    up = rng.integers(2, size=factors) == 1
    order = rng.permutation(factors)
    start, end = np.where(up, low, low + half), np.where(up, low + half, low)
    turn = np.argsort(order)
    moved = np.arange(factors + 1)[:, None] > turn[None, :]
    path: Array = np.where(moved, end, start) / (grid - 1)
    return path, order


def saltelli(
    factors: Sequence[Factor], rows: int, seed: int, *, second_order: bool = False
) -> pd.DataFrame:
    """Return the points from which Sobol's indices are computed.

    Two independent samples, A and B, and for each factor AB: A with that factor's column from B
    (Saltelli et al. 2010, Computer Physics Communications 181:2). A and B are the halves of a
    scrambled Sobol sequence, of which what :func:`sobol` says holds. Points come row by row (A,
    then AB for each factor, then BA, then B), so that more rows leave the first ones as they are.

    Parameters
    ----------
    factors : sequence of Factor
        What is varied.
    rows : int
        Rows of A; a power of two for balance. Points are rows times (factors + 2).
    seed : int
        From 0.
    second_order : bool
        Whether to add BA, B with one column from A, for the indices of pairs: rows times
        (2 factors + 2) points.

    Returns
    -------
    DataFrame
        With ``design.row``; ``design.matrix``: A, AB, BA or B; and ``design.moved``: the factor
        whose column comes from the other sample, "" in A and B.
    """
    keys = keys_of(factors)
    check_count("rows", rows, 1)
    check_count("seed", seed, 0)
    count = len(keys)
    sequence = sobol_sequence(2 * count, rows, seed)
    mixed = [("AB", k) for k in range(count)]
    mixed += [("BA", k) for k in range(count)] if second_order else []
    blocks = [("A", -1), *mixed, ("B", -1)]
    columns: dict[str, Any] = {}
    for k, factor in enumerate(factors):
        a, b = factor.at(sequence[:, k]), factor.at(sequence[:, count + k])
        from_a = [(matrix[0] == "A") == (moved != k) for matrix, moved in blocks]
        columns[factor.key] = np.stack([a if yes else b for yes in from_a], axis=1).ravel()
    columns[ROW] = np.repeat(np.arange(rows), len(blocks))
    columns[MATRIX] = [matrix for matrix, _ in blocks] * rows
    columns[MOVED] = ["" if k < 0 else keys[k] for _, k in blocks] * rows
    return table_of(columns)
