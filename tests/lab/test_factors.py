"""Factors: values at probabilities, ends, and errors that say what is allowed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from relsim.errors import SpecError
from relsim.lab.design.factors import Factor

EVEN = (np.arange(12_000) + 0.5) / 12_000


def test_levels_and_whole_numbers_have_equal_slices() -> None:
    levels = Factor("k", levels=["a", [1, 2], None]).at(EVEN)
    assert [sum(1 for v in levels if v == level) for level in ("a", [1, 2], None)] == [4000] * 3
    whole = Factor("k", low=-1, high=2, integer=True).at(EVEN)
    assert np.unique(whole, return_counts=True)[1].tolist() == [3000] * 4
    assert whole.dtype == np.int64
    assert whole.min() == -1


def test_whole_numbers_on_a_log_scale_have_slices_by_ratio() -> None:
    values = Factor("k", low=1, high=9, scale="log", integer=True).at(EVEN)
    shares = np.bincount(values)[1:] / EVEN.size
    assert shares == pytest.approx(np.log10(np.arange(2, 11) / np.arange(1, 10)), abs=1e-3)


def test_a_log_range_has_its_median_at_the_geometric_mean() -> None:
    factor = Factor("k", low=0.1, high=0.3, scale="log")
    assert factor.centre() == pytest.approx(np.sqrt(0.03))
    assert factor.ends() == (0.1, 0.3)
    assert np.log(factor.at(EVEN)).mean() == pytest.approx(np.log([0.1, 0.3]).mean())


def test_a_distribution_is_that_of_scipy_and_never_infinite() -> None:
    factor = Factor("k", name="gamma", parameters={"a": 2.0, "scale": 3.0})
    assert stats.kstest(factor.at(EVEN), stats.gamma(a=2.0, scale=3.0).cdf).statistic < 1e-4
    assert factor.ends() == pytest.approx(stats.gamma(a=2.0, scale=3.0).interval(0.95))
    assert factor.centre() == pytest.approx(stats.gamma(a=2.0, scale=3.0).median())
    assert np.isfinite(Factor("k", name="norm").at([0.0, 1.0])).all()
    counts = Factor("k", name="poisson", parameters={"mu": 2.0}).at([0.0, 0.5])
    assert counts.tolist() == [0, 2]
    assert counts.dtype == np.int64


def test_ends_and_centre_of_levels_are_levels() -> None:
    factor = Factor("k", levels=({"kind": "a"}, {"kind": "b"}, {"kind": "c"}, {"kind": "d"}))
    assert factor.ends() == ({"kind": "a"}, {"kind": "d"})
    assert factor.centre() == {"kind": "b"}
    assert Factor("k", levels=(True,)).ends() == (True, True)


def test_steps_go_from_end_to_end_and_count_once() -> None:
    assert Factor("k", low=0, high=1).steps(3) == [0.0, 0.5, 1.0]
    assert Factor("k", low=1, high=3, integer=True).steps(9) == [1, 2, 3]
    assert Factor("k", low=1, high=100, scale="log").steps(3) == pytest.approx([1, 10, 100])
    with pytest.raises(SpecError, match="k: steps: given 1, allowed: 2 or more"):
        Factor("k", low=0, high=1).steps(1)


@given(
    low=st.floats(1e-3, 1e3),
    ratio=st.floats(1.001, 1e3),
    scale=st.sampled_from(["linear", "log"]),
    u=st.floats(0.0, 1.0),
)
def test_values_lie_within_the_range(low: float, ratio: float, scale: str, u: float) -> None:
    factor = Factor("k", low=low, high=low * ratio, scale=scale)
    for value in (factor.at(u), factor.along(u)):
        assert low <= value <= low * ratio
    assert factor.ends() == (low, low * ratio)


@given(
    low=st.integers(1, 30),
    more=st.integers(1, 30),
    scale=st.sampled_from(["linear", "log"]),
    u=st.floats(0.0, 0.5),
)
def test_half_the_way_always_moves_a_whole_number_by_what_place_says(
    low: int, more: int, scale: str, u: float
) -> None:
    factor = Factor("k", low=low, high=low + more, scale=scale, integer=True)
    before, after = factor.along([u, min(u + 0.501, 1.0)])
    assert low <= before < after <= low + more
    assert {low, low + more} == set(factor.ends())
    scaled = np.log if scale == "log" else np.asarray
    step = (scaled(after) - scaled(before)) / (scaled(low + more) - scaled(low))
    assert np.diff(factor.place([u, min(u + 0.501, 1.0)]))[0] == pytest.approx(step)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "price: given no values, allowed: exactly one of levels"),
        ({"levels": (1,), "low": 0, "high": 1}, "price: given levels together with low and high"),
        ({"levels": ()}, r"price: levels: given \(\), allowed: a list of one value or more"),
        ({"levels": "abc"}, "price: levels: given 'abc', allowed: a list"),
        ({"levels": (1, 2, 1)}, "price: levels: given 1 twice"),
        ({"levels": (1, "1")}, "price: levels: given 1 and '1', which tables could not tell apart"),
        ({"levels": (1, 2, 1.0)}, "price: levels: given 1 and 1.0, which tables could not tell"),
        ({"levels": ("null", None)}, "price: levels: given 'null' and None, which tables could"),
        ({"levels": (True, "True")}, "price: levels: given True and 'True', which tables could"),
        ({"low": 1}, "price: high: given nothing, allowed: a finite number"),
        ({"low": True, "high": 2}, "price: low: given True"),
        ({"low": 0, "high": float("inf")}, "price: high: given inf"),
        ({"low": 2, "high": 2}, "price: the range is empty: given low 2 and high 2"),
        ({"low": 0, "high": 1, "scale": "log"}, "price: low: given 0, allowed: above 0"),
        ({"low": 0, "high": 1, "scale": "lgo"}, "price: scale: given 'lgo'.*mean 'log'"),
        ({"low": 0, "high": 1.5, "integer": True}, "price: high: given 1.5, allowed: a whole"),
        ({"levels": (1,), "integer": True}, "price: scale and integer are for a range"),
        ({"low": 0, "high": 1, "parameters": {"a": 1}}, "price: parameters are for a distrib"),
        ({"name": "nrom"}, "price: name: given 'nrom'.*did you mean 'norm'"),
        ({"name": "norm", "parameters": {"scal": 1}}, "price: parameters.scal.*mean 'scale'"),
        ({"name": "norm", "parameters": {"scale": -1}}, "price: parameters: given .*norm is def"),
        ({"name": "norm", "parameters": {"loc": "x"}}, "price: parameters.loc: given 'x'"),
        ({"name": "norm", "parameters": 3}, "price: parameters: given 3, allowed: loc, scale"),
        ({"name": "beta", "parameters": {"a": 1}}, "price: parameters.b: beta requires it"),
    ],
)
def test_a_factor_without_values_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        Factor("price", **fields)


def test_a_factor_without_a_key_is_refused() -> None:
    with pytest.raises(SpecError, match="a factor's key: given ''"):
        Factor("", levels=(1,))
