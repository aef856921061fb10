"""The counter-based generator: known answers, what a draw depends on, and its distribution."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from relsim.customers.draws import Purpose, Stream, coarse_and_fine, random_stream, uniform, words
from relsim.spec.market import MOST_FIRMS

ALL_ONES = 0xFFFFFFFF
FIRMS_A_CALL = 4
FIRM_PURPOSES = 64  # numbers kept for each purpose that has one per group of four firms
COUNT = 20_000
# Of independent draws, a correlation passes this bound once in some 300,000.
HIGHEST_CORRELATION = 4.6 / np.sqrt(COUNT)

Floats = npt.NDArray[np.floating[Any]]
word32 = st.integers(0, ALL_ONES)


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, ...]:
    """Philox 4x32-10 in whole numbers, as in the paper's section 3.3."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c0, 2**32)
        high1, low1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


def as_stream(low: int, high: int, replication: int) -> Stream:
    return Stream(np.uint64(low), np.uint64(high), np.uint64(replication))


def drawn(stream: Stream, customer: int, month: int, purpose: int) -> tuple[int, ...]:
    return tuple(int(word) for word in words(stream, customer, month, purpose))


def uniforms(
    draw: Callable[[int], tuple[np.uint64, np.uint64, np.uint64, np.uint64]],
) -> Floats:
    """Return draw(0), draw(1) ... as uniform numbers: shape (4, COUNT)."""
    table = np.array([draw(i) for i in range(COUNT)], dtype=np.uint64)
    return (table.T + 0.5) / 2.0**32


def by_customer(seed: int = 1, replication: int = 0, month: int = 1, purpose: int = 0) -> Floats:
    stream = random_stream(seed, replication)
    return uniforms(lambda i: words(stream, i, month, purpose))


def correlation(a: Floats, b: Floats) -> float:
    return float(np.abs(np.corrcoef(a, b)[0, 1]))


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (
            (ALL_ONES, ALL_ONES, ALL_ONES, ALL_ONES),
            (ALL_ONES, ALL_ONES),
            (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
        ),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
    ids=["zeros", "ones", "digits of pi"],
)
def test_known_answers(
    counter: tuple[int, int, int, int], key: tuple[int, int], answer: tuple[int, ...]
) -> None:
    customer, month, purpose, replication = counter
    low, high = key
    assert drawn(random_stream(high << 32 | low, replication), customer, month, purpose) == answer
    assert philox(counter, key) == answer


@given(word32, word32, word32, word32, st.integers(0, 2**64 - 1))
def test_counter_is_customer_month_purpose_replication_and_key_the_seed(
    customer: int, month: int, purpose: int, replication: int, seed: int
) -> None:
    answer = philox((customer, month, purpose, replication), (seed % 2**32, seed >> 32))
    assert drawn(random_stream(seed, replication), customer, month, purpose) == answer


def test_a_seed_is_split_in_halves() -> None:
    assert random_stream(0x0123456789ABCDEF, 7) == as_stream(0x89ABCDEF, 0x01234567, 7)
    assert random_stream(0) == as_stream(0, 0, 0)
    assert random_stream(2**64 - 1, ALL_ONES) == as_stream(ALL_ONES, ALL_ONES, ALL_ONES)
    assert random_stream(5) == random_stream(5, 0)


@pytest.mark.parametrize("seed", [-1, 2**64, 10**30])
def test_a_seed_out_of_range_is_an_error(seed: int) -> None:
    with pytest.raises(ValueError, match=rf"seed.*{seed}"):
        random_stream(seed)


@pytest.mark.parametrize("replication", [-1, 2**32])
def test_a_replication_out_of_range_is_an_error(replication: int) -> None:
    with pytest.raises(ValueError, match=rf"replication.*{replication}"):
        random_stream(0, replication)


def test_no_two_purposes_share_a_number() -> None:
    per_firm = {Purpose.CONSIDER, Purpose.TASTE}
    numbers = [
        number
        for purpose in Purpose.__members__.values()
        for number in range(purpose, purpose + (FIRM_PURPOSES if purpose in per_firm else 1))
    ]
    assert len(numbers) == len(set(numbers))
    assert max(numbers) <= ALL_ONES
    assert FIRM_PURPOSES * FIRMS_A_CALL >= MOST_FIRMS


def test_numbers_of_purposes_never_change() -> None:
    # Another number is another result for the same seed.
    known = {
        "MONTH": 0,
        "PURCHASE": 1,
        "TRAITS": 2,
        "MORE_TRAITS": 3,
        "START": 4,
        "WIRING": 5,
        "OUTSIDE": 6,
        "CONSIDER": 1024,
        "TASTE": 2048,
    }
    assert known.items() <= Purpose.__members__.items()


@pytest.mark.parametrize("word", [0, 1, 2**31, ALL_ONES])
def test_uniform_is_the_middle_of_a_cell(word: int) -> None:
    u = uniform(np.uint64(word))
    assert u == (2 * word + 1) / 2**33
    assert 0.0 < u < 1.0


@given(word32)
def test_coarse_and_fine_share_out_the_bits_of_a_word(word: int) -> None:
    coarse, fine = coarse_and_fine(np.uint64(word))
    # Each word gives one pair and each pair comes from one word, so the two are independent.
    assert coarse == (word % 2**12 + 0.5) / 2**12
    assert fine == (word // 2**12 + 0.5) / 2**20
    assert 0.0 < coarse < 1.0
    assert 0.0 < fine < 1.0


def test_coarse_and_fine_of_draws_are_uniform_and_independent() -> None:
    stream = random_stream(3)
    pairs = [coarse_and_fine(np.uint64(words(stream, i, 1, 0)[3])) for i in range(COUNT)]
    coarse, fine = np.array(pairs).T
    cell = 10 * np.floor(10 * coarse) + np.floor(10 * fine)
    assert stats.chisquare(np.bincount(cell.astype(int), minlength=100)).pvalue > 1e-3
    assert correlation(coarse, fine) < HIGHEST_CORRELATION


@pytest.mark.parametrize("seed", [0, 1, 2**40])
def test_draws_are_uniform(seed: int) -> None:
    for u in by_customer(seed):
        assert u.mean() == pytest.approx(1 / 2, abs=4.5 * np.sqrt(1 / 12 / COUNT))
        assert u.var() == pytest.approx(1 / 12, abs=4.5 * np.sqrt(1 / 180 / COUNT))
        assert stats.kstest(u, "uniform").pvalue > 1e-3


def test_draws_of_one_customer_over_months_are_uniform() -> None:
    stream = random_stream(1)
    for u in uniforms(lambda month: words(stream, 12, month, Purpose.MONTH)):
        assert stats.kstest(u, "uniform").pvalue > 1e-3
        assert correlation(u[1:], u[:-1]) < HIGHEST_CORRELATION


def test_words_of_a_draw_are_uncorrelated() -> None:
    for a, b in itertools.combinations(by_customer(), 2):
        assert correlation(a, b) < HIGHEST_CORRELATION


def test_neighbouring_customers_are_uncorrelated() -> None:
    for u in by_customer():
        for lag in (1, 2, 16, 256):
            assert correlation(u[lag:], u[:-lag]) < HIGHEST_CORRELATION


@pytest.mark.parametrize(
    "other",
    [
        {"month": 2},
        {"month": 13},
        {"purpose": 1},
        {"purpose": 1024},
        {"replication": 1},
        {"seed": 2},
        {"seed": 1 + 2**32},
    ],
    ids=str,
)
def test_streams_are_uncorrelated(other: dict[str, int]) -> None:
    for a, b in itertools.product(by_customer(), by_customer(**other)):
        assert correlation(a, b) < HIGHEST_CORRELATION


def test_swapping_what_a_draw_is_for_gives_another() -> None:
    # A sum of customer and month, say, would give the same draw to many pairs of them.
    seen = {
        drawn(random_stream(seed, replication), customer, month, purpose)
        for seed, replication, customer, month, purpose in itertools.product(range(4), repeat=5)
    }
    assert len(seen) == 4**5


def test_every_bit_of_what_a_draw_is_for_flips_half_of_its_bits() -> None:
    where = (123, 45, 6, 7, 89)

    def bits(seed: int, replication: int, customer: int, month: int, purpose: int) -> int:
        a, b, c, d = drawn(random_stream(seed, replication), customer, month, purpose)
        return a << 96 | b << 64 | c << 32 | d

    before = bits(*where)
    flips = []
    for place in range(len(where)):
        for bit in range(32):
            changed = list(where)
            changed[place] ^= 1 << bit
            flips.append((before ^ bits(*changed)).bit_count())
    assert np.mean(flips) == pytest.approx(64, abs=2)
    assert min(flips) > 35
    assert max(flips) < 93
