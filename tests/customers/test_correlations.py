"""Traits that go together: the copula by its closed form, and pairs that cannot hold."""

import itertools
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from relsim.customers.columns import allocate
from relsim.customers.draws import random_stream
from relsim.customers.newcomers import draw_all_traits, draw_traits
from relsim.customers.parameters import trait_tables
from relsim.customers.quantiles import normal_at, share_below
from relsim.customers.traits import SHOWN, TRAITS
from relsim.errors import SpecError
from relsim.spec import MarketSpec, override, starter
from relsim.spec.correlations import TraitName

SIZE = 40_000
RHO = {
    ("usage", "frailty"): -0.6,
    ("service_demand", "usage"): 0.5,
    ("price_sensitivity", "orientation"): 0.3,
    ("frailty", "growth_potential"): 0.4,
}


def spec_of(pairs: dict[tuple[str, str], float]) -> MarketSpec:
    named = [{"between": list(names), "correlation": rho} for names, rho in pairs.items()]
    values = {"customers.segments.0.frailty_spread": 1.2, "customers.correlations": named}
    return override(starter(), values)


def drawn(pairs: dict[tuple[str, str], float], seed: int = 1) -> pd.DataFrame:
    columns = allocate(SIZE)
    draw_all_traits(columns, trait_tables(spec_of(pairs)), random_stream(seed), 0)
    return pd.DataFrame({name: getattr(columns, name) for name in TRAITS})


def test_all_shown_traits_may_be_correlated() -> None:
    assert set(get_args(TraitName)) == set(SHOWN)


def test_rank_correlations_are_those_of_the_copula() -> None:
    found = drawn(RHO).corr(method="spearman")
    named = {frozenset(pair): rho for pair, rho in RHO.items()}
    for pair in itertools.combinations(SHOWN, 2):
        expected = 6.0 / np.pi * np.arcsin(named.get(frozenset(pair), 0.0) / 2.0)
        assert found.loc[pair] == pytest.approx(expected, abs=4.5 / np.sqrt(SIZE)), pair


def test_each_trait_keeps_its_own_distribution() -> None:
    mixed, plain = drawn(RHO), drawn({}, seed=2)
    for name in TRAITS:
        assert stats.ks_2samp(mixed[name], plain[name]).pvalue > 1e-3, name


def test_traits_that_go_with_none_before_them_stay_as_they_are() -> None:
    mixed, plain = drawn(RHO), drawn({})
    moved = {name for name in TRAITS if not mixed[name].equals(plain[name])}
    assert moved == {"orientation", "service_demand", "frailty"}


def test_newcomers_are_drawn_from_the_same_copula() -> None:
    tables, columns = trait_tables(spec_of(RHO)), allocate(4000)
    everyone = np.arange(4000, dtype=np.uint32)
    draw_traits(columns, tables, random_stream(1), everyone, 0, 4000, 7)
    found = stats.spearmanr(columns.usage, columns.frailty).statistic
    assert found == pytest.approx(6.0 / np.pi * np.arcsin(-0.3), abs=4.5 / np.sqrt(4000))


@given(st.floats(1.2e-10, 1.0 - 1.2e-10))
def test_normal_numbers_are_those_of_scipy(u: float) -> None:
    assert share_below(normal_at(u)) == pytest.approx(u, rel=1e-9)
    assert normal_at(u) == pytest.approx(special.ndtri(u), abs=2e-4)


@pytest.mark.parametrize("z", [-40.0, -7.0, -2.0, 0.3, 5.0, 40.0])
def test_shares_below_are_those_of_scipy(z: float) -> None:
    assert share_below(z) == pytest.approx(special.ndtr(z), abs=1e-6)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([{"between": ["usage", "frailt"], "correlation": 0.3}], "did you mean 'frailty'"),
        ([{"between": ["usage", "usage"], "correlation": 0.3}], "'usage' twice, allowed: two"),
        ([{"between": ["usage", "frailty"], "correlation": 1.0}], "given 1.0, allowed: less than"),
        (
            [
                {"between": ["usage", "frailty"], "correlation": 0.3},
                {"between": ["frailty", "usage"], "correlation": 0.2},
            ],
            "allowed: each two traits once",
        ),
        (
            [
                {"between": ["usage", "frailty"], "correlation": 0.8},
                {"between": ["service_demand", "orientation"], "correlation": 0.3},
                {"between": ["frailty", "orientation"], "correlation": 0.5},
                {"between": ["usage", "orientation"], "correlation": -0.4},
            ],
            "customers.correlations: given usage and frailty 0.8, frailty and orientation 0.5, "
            "usage and orientation -0.4, allowed",
        ),
    ],
)
def test_pairs_that_cannot_be_are_refused(pairs: Any, words: str) -> None:
    with pytest.raises(SpecError) as told:
        override(starter(), {"customers.correlations": pairs})
    assert words in str(told.value)
