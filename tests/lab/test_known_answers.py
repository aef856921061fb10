"""The known answers are those of the models: held against plain integration."""

import numpy as np
import pytest
from scipy.stats import qmc

from relsim.lab.design.factors import Array
from relsim.lab.statistics import known_answers

WEIGHTS = (0.0, 0.5, 3.0, 9.0)


def shares(f: Array) -> tuple[list[float], list[float]]:
    """Return first and total indices of a function's values on a full grid, an axis a factor."""
    axes = range(f.ndim)
    first = [f.mean(axis=tuple(a for a in axes if a != k)).var() / f.var() for k in axes]
    total = [f.var(axis=k).mean() / f.var() for k in axes]
    return first, total


def grid(low: float, high: float, places: int, factors: int) -> Array:
    middle = low + (high - low) * (np.arange(places) + 0.5) / places
    return np.stack(np.meshgrid(*[middle] * factors, indexing="ij"), axis=-1).reshape(-1, factors)


def test_ishigami() -> None:
    values = known_answers.ishigami(grid(-np.pi, np.pi, 80, 3)).reshape([80] * 3)
    first, total = shares(values)
    answers = known_answers.ishigami_indices()
    assert answers["first"].tolist() == pytest.approx(first, abs=2e-3)
    assert answers["total"].tolist() == pytest.approx(total, abs=2e-3)
    assert known_answers.ishigami([[0.5, 1.0, 2.0]])[0] == pytest.approx(
        0.479426 + 7.0 * 0.708073 + 1.6 * 0.479426, abs=1e-5
    )


def test_the_g_function() -> None:
    values = known_answers.g_function(grid(0.0, 1.0, 24, 4), WEIGHTS).reshape([24] * 4)
    first, total = shares(values)
    answers = known_answers.g_indices(WEIGHTS)
    assert answers["first"].tolist() == pytest.approx(first, abs=2e-3)
    assert answers["total"].tolist() == pytest.approx(total, abs=2e-3)
    assert values.mean() == pytest.approx(1.0)


def test_the_model_with_interactions() -> None:
    slopes = np.array([1.0, -2.0, 0.5])
    pairs = np.array([[9.0, 3.0, 0.0], [9.0, 9.0, -1.0], [9.0, 9.0, 9.0]])
    places = qmc.Sobol(3, rng=1).random(64)
    x1, x2, x3 = places.T
    expected = x1 - 2.0 * x2 + 0.5 * x3 + 3.0 * x1 * x2 - x2 * x3
    assert known_answers.with_interactions(places, slopes, pairs) == pytest.approx(expected)
    even = grid(-1.0 / 6.0, 7.0 / 6.0, 4, 3)
    effects = np.stack(
        [
            known_answers.with_interactions(even + np.eye(3)[k], slopes, pairs)
            - known_answers.with_interactions(even, slopes, pairs)
            for k in range(3)
        ]
    )
    answers = known_answers.effects_with_interactions(slopes, pairs)
    assert answers["mu"].tolist() == pytest.approx(effects.mean(axis=1).tolist())
    assert answers["sigma"].tolist() == pytest.approx(effects.std(axis=1).tolist())
