"""Traits: tables of quantiles against scipy, and who draws what."""

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from relsim.agents.market import AgentCustomers, AgentMarket
from relsim.customers import draws, quantiles
from relsim.customers.columns import TABLE, Columns, allocate
from relsim.customers.draws import Purpose, random_stream
from relsim.customers.newcomers import TraitTables, draw_all_traits, draw_traits
from relsim.customers.quantiles import CELLS, quantile
from relsim.customers.traits import SEGMENT_WORD, TRAITS
from relsim.spec import override, starter

Table = npt.NDArray[np.float64]

MIDDLE = np.linspace(0.005, 0.995, 199)


def gamma(mean: float, shape: float) -> tuple[Table, Any]:
    return quantiles.gamma_table(mean, shape), stats.gamma(shape, scale=mean / shape)


def lognormal(mean: float, deviation: float) -> tuple[Table, Any]:
    log_mean = np.log(mean) - deviation**2 / 2
    return quantiles.lognormal_table(mean, deviation), stats.lognorm(
        deviation, scale=np.exp(log_mean)
    )


def beta(mean: float, concentration: float) -> tuple[Table, Any]:
    a, b = mean * concentration, (1 - mean) * concentration
    return quantiles.beta_table(mean, concentration), stats.beta(a, b)


def normal() -> tuple[Table, Any]:
    return quantiles.normal_table(), stats.norm()


CASES = {
    "usage": gamma(30.0, 2.0),
    "usage of few heavy users": gamma(1.2, 0.5),
    "usage nearly alike": gamma(5.0, 200.0),
    "price sensitivity": lognormal(1.0, 0.4),
    "service demand": lognormal(1.0, 0.8),
    "orientation": beta(0.4, 3.0),
    "orientation of two kinds": beta(0.5, 0.5),
    "retention": beta(0.97, 20.0),
    "retention of the loyal": beta(0.99, 5.0),
    "misjudgement": normal(),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))


def mean_and_variance(table: Table) -> tuple[float, float]:
    """Return those of the piecewise linear quantile function, by integration."""
    left, right = table[:-1], table[1:]
    mean = np.mean((left + right) / 2)
    return float(mean), float(np.mean((left**2 + left * right + right**2) / 3) - mean**2)


def tables(*segments: dict[str, Table], shares: tuple[float, ...] = (1.0,)) -> TraitTables:
    """Return trait tables, one dict per segment; traits not named are uniform on [0, 1]."""
    plain = np.linspace(0.0, 1.0, CELLS + 1)
    rows = [[s.get(name, plain) for s in segments] for name in TRAITS]
    return TraitTables(np.cumsum(shares), np.array(rows))


def drawn(size: int, how: TraitTables, seed: int = 1, replication: int = 0) -> Columns:
    columns = allocate(size)
    draw_all_traits(columns, how, random_stream(seed, replication), 0)
    return columns


def all_traits(columns: Columns) -> Table:
    return np.array([getattr(columns, name) for name in TRAITS], dtype=np.float64)


# --- tables ---------------------------------------------------------------------------------


@every_case
def test_a_table_keeps_mean_and_variance(case: tuple[Table, Any]) -> None:
    table, distribution = case
    mean, variance = mean_and_variance(table)
    assert mean == pytest.approx(distribution.mean(), rel=1e-12, abs=1e-12)
    assert variance == pytest.approx(distribution.var(), rel=0.015)


@every_case
def test_quantiles_are_those_of_scipy(case: tuple[Table, Any]) -> None:
    table, distribution = case
    found = [quantile(table, u) for u in MIDDLE]
    np.testing.assert_allclose(found, distribution.ppf(MIDDLE), rtol=2e-3, atol=1e-4)


@every_case
def test_a_table_rises_and_stays_within_its_distributions_bounds(case: tuple[Table, Any]) -> None:
    table, distribution = case
    low, high = distribution.support()
    assert table.shape == (CELLS + 1,)
    assert np.all(np.diff(table) >= 0.0)
    assert low <= table[0]
    assert table[-1] <= high


@given(st.floats(1e-9, 1.0 - 1e-9))
def test_a_quantile_is_interpolated(u: float) -> None:
    table = np.linspace(-3.0, 5.0, CELLS + 1) ** 3
    assert quantile(table, u) == pytest.approx(
        np.interp(u, np.linspace(0.0, 1.0, CELLS + 1), table), rel=1e-9, abs=1e-9
    )


@pytest.mark.parametrize("u", [2.0**-33, 1.0 - 2.0**-33])
def test_the_outermost_draws_find_the_ends_of_a_table(u: float) -> None:
    table = np.linspace(1.0, 2.0, CELLS + 1)
    assert quantile(table, u) == pytest.approx(1.0 + u, abs=1e-12)


@pytest.mark.parametrize(
    ("table", "value"),
    [
        (quantiles.constant(3.5), 3.5),
        (quantiles.gamma_table(7.0, np.inf), 7.0),
        (quantiles.gamma_table(0.0, 2.0), 0.0),
        (quantiles.lognormal_table(7.0, 0.0), 7.0),
        (quantiles.beta_table(0.3, np.inf), 0.3),
        (quantiles.beta_table(0.0, 2.0), 0.0),
        (quantiles.beta_table(1.0, 2.0), 1.0),
    ],
)
def test_a_trait_without_spread_is_the_same_for_all(table: Table, value: float) -> None:
    assert table.shape == (CELLS + 1,)
    for u in (2.0**-33, 0.3, 0.5, 1.0 - 2.0**-33):
        assert quantile(table, u) == value


# --- the table of traits --------------------------------------------------------------------


def test_each_trait_has_a_random_number_of_its_own() -> None:
    words = [SEGMENT_WORD, *(trait.word for trait in TRAITS.values())]
    assert len(set(words)) == len(words)
    assert all(0 <= word.word < draws.WORDS_A_CALL for word in words)


def test_random_numbers_of_traits_never_change() -> None:
    # Another place is another result for the same seed.
    known = {
        "usage": (0, 0),
        "price_sensitivity": (0, 1),
        "orientation": (0, 2),
        "service_demand": (0, 3),
        "growth_potential": (1, 0),
        "misjudgement": (1, 1),
        "retention": (1, 2),
    }
    assert known.items() <= {name: tuple(trait.word) for name, trait in TRAITS.items()}.items()
    assert SEGMENT_WORD == (1, 3)


def test_a_traits_word_is_the_generators() -> None:
    columns, stream = drawn(3, tables({})), random_stream(1)
    for name, trait in TRAITS.items():
        purpose = [Purpose.TRAITS, Purpose.MORE_TRAITS, Purpose.FURTHER_TRAITS][trait.word.call]
        word = draws.words(stream, 2, 0, int(purpose))[trait.word.word]
        assert getattr(columns, name)[2] == pytest.approx(draws.uniform(word), rel=1e-6), name


def test_a_trait_follows_from_its_row_everywhere() -> None:
    values = {"market.customers": 20, "customers.segments.0.frailty_spread": 1.0}
    market = AgentMarket(override(starter(), values), seed=1)
    customers = market.customers
    assert isinstance(customers, AgentCustomers)
    for name, trait in TRAITS.items():
        column, declared = getattr(customers.columns, name), TABLE[name]
        assert (declared.meaning, declared.kind) == (trait.meaning, "trait")
        assert column.dtype == np.float32
        assert (declared.row is not None) == trait.has_row
        assert (name in customers.frame()) == trait.is_shown
        assert customers.agents[7].__dict__[name] == column[7]
        if trait.is_shown:
            assert getattr(customers[7], name) == column[7]


# --- drawing --------------------------------------------------------------------------------


def test_drawn_traits_follow_their_distributions() -> None:
    names = dict(zip(TRAITS, list(CASES.values())[: len(TRAITS)], strict=True))
    columns = drawn(20_000, tables({name: table for name, (table, _) in names.items()}))
    for name, (_, distribution) in names.items():
        assert stats.kstest(getattr(columns, name), distribution.cdf).pvalue > 1e-3, name


def test_traits_of_a_customer_are_independent() -> None:
    size = 20_000
    correlations = np.asarray(np.corrcoef(all_traits(drawn(size, tables({})))))[
        np.triu_indices(len(TRAITS), 1)
    ]
    assert np.abs(correlations).max() < 4.6 / np.sqrt(size)


def test_traits_do_not_depend_on_how_many_customers_there_are() -> None:
    few, many = drawn(50, tables({})), drawn(5000, tables({}))
    for field, column in zip(few._fields, few, strict=True):
        np.testing.assert_array_equal(column, getattr(many, field)[:50], field)


def test_only_customers_from_the_first_on_are_drawn() -> None:
    columns, whole = allocate(100), drawn(100, tables({}))
    draw_all_traits(columns, tables({}), random_stream(1), 60)
    assert not all_traits(columns)[:, :60].any()
    np.testing.assert_array_equal(all_traits(columns)[:, 60:], all_traits(whole)[:, 60:])


def test_a_newcomer_changes_nobody_else_and_gets_traits_of_its_own() -> None:
    columns, before = drawn(100, tables({})), all_traits(drawn(100, tables({})))
    draw_traits(columns, tables({}), random_stream(1), np.array([42], np.uint32), 0, 1, 7)
    changed = all_traits(columns) != before
    assert changed[:, 42].all()
    assert changed.sum() == len(TRAITS)
    assert columns.born[42] == 7
    assert columns.born.sum() == 7


def test_a_newcomer_is_the_same_in_a_market_of_any_size() -> None:
    small, large = allocate(43), drawn(1000, tables({}), seed=2)
    for columns in (small, large):
        draw_traits(columns, tables({}), random_stream(1), np.array([42], np.uint32), 0, 1, 7)
    np.testing.assert_array_equal(all_traits(small)[:, 42], all_traits(large)[:, 42])


def test_seeds_replications_and_months_give_other_traits() -> None:
    size = 2000
    later = allocate(size)
    draw_traits(later, tables({}), random_stream(1), np.arange(size, dtype=np.uint32), 0, size, 1)
    markets = [
        drawn(size, tables({})),
        drawn(size, tables({}), seed=2),
        drawn(size, tables({}), replication=1),
        later,
    ]
    for a, b in itertools.combinations(markets, 2):
        correlations = np.asarray(np.corrcoef(all_traits(a), all_traits(b)))
        assert np.abs(correlations[: len(TRAITS), len(TRAITS) :]).max() < 4.6 / np.sqrt(size)


def test_segments_have_their_shares_and_their_own_traits() -> None:
    size, shares = 30_000, np.array([0.5, 0.3, 0.2])
    kinds = [{"usage": quantiles.constant(k)} for k in (1.0, 20.0, 300.0)]
    columns = drawn(size, tables(*kinds, shares=tuple(shares)))
    counts = np.bincount(columns.segment, minlength=3)
    assert stats.chisquare(counts, shares * size).pvalue > 1e-3
    np.testing.assert_array_equal(columns.usage, np.array([1.0, 20.0, 300.0])[columns.segment])


def test_a_segment_says_nothing_about_traits_that_all_segments_share() -> None:
    columns = drawn(20_000, tables({}, {}, shares=(0.4, 0.6)))
    for name in TRAITS:
        trait = getattr(columns, name)
        first, second = trait[columns.segment == 0], trait[columns.segment == 1]
        assert stats.ks_2samp(first, second).pvalue > 1e-3, name


@pytest.mark.parametrize(("shares", "segment"), [((1.0, 0.0), 0), ((0.0, 1.0), 1)])
def test_a_segment_without_share_stays_empty(shares: tuple[float, float], segment: int) -> None:
    assert np.all(drawn(2000, tables({}, {}, shares=shares)).segment == segment)


def test_columns_start_empty_and_of_one_length() -> None:
    columns = allocate(17)
    assert {column.shape for column in columns} == {(17,)}
    assert not any(column.any() for column in columns)
    assert columns.supplier.dtype == np.uint8
    assert columns.tenure.dtype == columns.born.dtype == np.uint16
    assert columns.purchases.dtype == np.int32
    assert columns.retention.dtype == columns.satisfaction.dtype == np.float32
