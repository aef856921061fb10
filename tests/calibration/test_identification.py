"""What moments say of numbers, on slopes whose answer is known."""

import numpy as np
import pytest

from relsim.calibration.identification import identify


def test_variances_are_those_of_a_linear_model_with_a_known_prior() -> None:
    """A Bayesian regression with prior variance 1/12: (J'J + 12 I)^-1."""
    slopes = np.array([[9.0, 2.0], [1.0, 5.0], [3.0, 3.0]])
    found = identify(slopes, np.zeros_like(slopes), 8)
    covariance = np.linalg.inv(slopes.T @ slopes + 12.0 * np.eye(2))
    assert found.deviations == pytest.approx(np.sqrt(np.diagonal(covariance)))
    assert found.singular_values == pytest.approx(np.linalg.svd(slopes)[1])
    assert found.unknown == []


def test_a_number_that_no_moment_sees_is_not_identified() -> None:
    found = identify(np.array([[30.0, 0.0], [20.0, 0.0]]), np.zeros((2, 2)), 8)
    assert found.learned == pytest.approx([1.0, 0.0], abs=0.01)
    assert found.unknown == [{1: 1.0}]


def test_noise_is_not_taken_for_knowledge() -> None:
    noisy = identify(np.array([[30.0, 9.0]]), np.array([[1.0, 5.0]]), 8)
    assert noisy.learned[1] == 0.0


def test_of_two_numbers_only_the_sum_is_known() -> None:
    found = identify(np.array([[30.0, 30.0], [20.0, 20.0]]), np.zeros((2, 2)), 8)
    assert found.unknown == [pytest.approx({0: 0.7071, 1: -0.7071}, abs=1e-3)]
    assert found.learned == pytest.approx([0.5, 0.5], abs=0.01)


def test_several_numbers_that_nothing_sees_are_named_one_by_one() -> None:
    found = identify(np.array([[30.0, 0.0, 0.0, 0.0]]), np.zeros((1, 4)), 8)
    assert sorted(next(iter(one)) for one in found.unknown) == [1, 2, 3]
    assert all(len(one) == 1 for one in found.unknown)
