"""Designs on a grid: every combination, one factor at a time, decisions at every sample."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from relsim.errors import SpecError
from relsim.lab.design.factors import Factor, objects
from relsim.lab.design.points import LEVER, MOVED, POINT, SAMPLE, check_count, keys_of, table_of


def full_factorial(
    factors: Sequence[Factor], steps: int | Mapping[str, int] | None = None
) -> pd.DataFrame:
    """Return every combination of the factors' values; the last factor changes fastest.

    Parameters
    ----------
    factors : sequence of Factor
        Of levels all are taken.
    steps : int or mapping, optional
        How many values of a range or distribution, from end to end; one number for all, or one
        for each key. Whole numbers that coincide count once.

    Raises
    ------
    SpecError
        If a range or distribution has no number of steps, or fewer than two.

    Examples
    --------
    >>> design = full_factorial([Factor("a", levels=("x", "y")), Factor("b", low=0, high=1)], 2)
    >>> list(design.itertuples(name=None))
    [(0, 'x', 0.0), (1, 'x', 1.0), (2, 'y', 0.0), (3, 'y', 1.0)]
    """
    keys = keys_of(factors)
    combinations = list(itertools.product(*(_steps_of(factor, steps) for factor in factors)))
    return _listed(keys, factors, combinations)


def one_at_a_time(
    factors: Sequence[Factor],
    steps: int | Mapping[str, int] | None = None,
    centre: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Return the centre, then each factor moved alone, from its low end to its high one.

    Parameters
    ----------
    factors : sequence of Factor
        What is varied.
    steps : int or mapping, optional
        How many values, and of levels all; the two ends unless said.
    centre : mapping, optional
        Where the factors stand that are not moved; :meth:`Factor.centre` unless said.

    Returns
    -------
    DataFrame
        With the column ``design.moved``: the factor that was moved, "" at the centre. Point 0 is
        the centre. A value that is the centre's is there again, so that a factor has all it has.

    Raises
    ------
    SpecError
        If ``centre`` names what is no factor, or steps are fewer than two.
    """
    keys = keys_of(factors)
    unknown = sorted(set(centre or {}) - set(keys))
    if unknown:
        raise SpecError(f"centre: {unknown[0]!r} is no factor, allowed: {', '.join(keys)}")
    middle = {factor.key: factor.centre() for factor in factors} | dict(centre or {})
    moved, points = [""], [tuple(middle.values())]
    for factor in factors:
        for value in factor.ends() if steps is None else _steps_of(factor, steps):
            moved.append(factor.key)
            points.append(tuple((middle | {factor.key: value}).values()))
    return _listed(keys, factors, points).assign(**{MOVED: moved})


def _steps_of(factor: Factor, steps: int | Mapping[str, int] | None) -> list[Any]:
    count = steps.get(factor.key) if isinstance(steps, Mapping) else steps
    if factor.levels is not None:
        return list(factor.levels)
    check_count(f"{factor.key}: steps", count, 2)
    return factor.steps(int(count or 0))


def _listed(
    keys: list[str], factors: Sequence[Factor], points: list[tuple[Any, ...]]
) -> pd.DataFrame:
    columns = zip(keys, factors, zip(*points, strict=True), strict=True)
    return table_of(
        {key: objects(values) if factor.levels else values for key, factor, values in columns}
    )


def cross(levers: pd.DataFrame, sample: pd.DataFrame) -> pd.DataFrame:
    """Return every point of the sample at every point of the levers.

    Levers are what somebody decides, uncertainties what is uncertain: all decisions meet the same
    uncertain values, so that they can be compared pair by pair. The points of a sample's point
    stand together, so that a longer sample leaves the first points as they are.

    Parameters
    ----------
    levers, sample : DataFrame
        Two designs without a factor in common.

    Returns
    -------
    DataFrame
        With as many points as the product, their columns, ``design.lever`` and ``design.sample``:
        which points of the two a point is made of.

    Raises
    ------
    SpecError
        If the two have a column in common, or one has no point.

    Examples
    --------
    >>> levers = full_factorial([Factor("care", levels=(0.2, 0.8))])
    >>> sample = full_factorial([Factor("trust", levels=(1, 2, 3))])
    >>> cross(levers, sample)[["care", "trust"]].values.tolist()
    [[0.2, 1], [0.8, 1], [0.2, 2], [0.8, 2], [0.2, 3], [0.8, 3]]
    """
    common = [name for name in sample.columns if name in set(levers.columns)]
    if common:
        raise SpecError(f"{common[0]}: in both designs, allowed: a lever or an uncertainty")
    for what, design in (("levers", levers), ("sample", sample)):
        if design.empty:
            raise SpecError(f"{what}: given no points, allowed: one or more")
        nested = next((name for name in (LEVER, SAMPLE) if name in design.columns), None)
        if nested:
            raise SpecError(f"{what}: crossed already, allowed: a design that is not")
    of_lever = np.tile(np.arange(len(levers)), len(sample))
    of_sample = np.repeat(np.arange(len(sample)), len(levers))
    parts = [
        levers.iloc[of_lever].reset_index(drop=True),
        sample.iloc[of_sample].reset_index(drop=True),
    ]
    crossed = pd.concat(parts, axis=1)
    crossed[LEVER] = levers.index.to_numpy()[of_lever]
    crossed[SAMPLE] = sample.index.to_numpy()[of_sample]
    crossed.index.name = POINT
    return crossed
