"""Randomness without state: every draw is a function of what it is for.

A draw depends on (seed, replication, customer, month, purpose) and on nothing else, through
the counter-based generator Philox 4x32-10 of Salmon, Moraes, Dror & Shaw (2011), "Parallel
random numbers: as easy as 1, 2, 3", SC'11, which passes TestU01's BigCrush. The counter is
(customer, month, purpose, replication), the key is the seed; one call gives four words.
So threads, order, chunks, more customers, more firms or more replications change no draw.
"""

import enum
import hashlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from relsim.customers.arithmetic import float_of
from relsim.customers.compiled import rule
from relsim.errors import SpecError

_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_LOW_32 = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_LOW_12 = np.uint64(0xFFF)
_TWELVE = np.uint64(12)
_TWO_52_BITS = np.int64(0x4330000000000000)
_TWO_52 = 4503599627370496.0
_ROUNDS = 10

WORDS_A_CALL = 4


@enum.unique
class Purpose(enum.IntEnum):
    """What a call of the generator is for. Each use of random numbers has a number of its own.

    ``CONSIDER`` and ``TASTE`` are the first of 64 numbers each: one per group of four firms;
    ``SHARED`` of 64 calls that relsim's mechanisms share (:data:`CHANCES`), ``OWN`` of as many as
    there are, for mechanisms of a user's own (:func:`own_purpose`). ``FURTHER_TRAITS`` is the first
    of 64 calls for traits, after the two that are named.
    """

    MONTH = 0
    PURCHASE = 1
    TRAITS = 2
    MORE_TRAITS = 3
    START = 4
    WIRING = 5
    OUTSIDE = 6
    SAVE = 7
    QUOTA = 8
    CONTRACT = 9
    CONSIDER = 1024
    TASTE = 2048
    SHARED = 4096
    FURTHER_TRAITS = 8192
    OWN = 2**31


class Chance(NamedTuple):
    """Where a mechanism's random number of the month is: a word of a shared call."""

    call: int
    word: int


CHANCES: Mapping[str, Chance] = {
    "loyalty_programme.join": Chance(call=0, word=0),
    "loyalty_programme.redeem": Chance(call=0, word=1),
    "needs.step": Chance(call=0, word=2),
    "needs.jump": Chance(call=0, word=3),
}
"""Random numbers of mechanisms by name. Places are for good: one mechanism more moves no draw."""

SHARED_CALLS = 1 + max(chance.call for chance in CHANCES.values())


def own_purpose(name: str) -> int:
    """Return the purpose of draws of a mechanism of a user's own, from its dotted path.

    Examples
    --------
    >>> own_purpose("my_module.Gifts") >= Purpose.OWN, own_purpose("a.B") == own_purpose("a.C")
    (True, False)
    """
    digest = hashlib.sha256(name.encode()).digest()
    return int(Purpose.OWN) + int.from_bytes(digest[:4], "little") % 2**31


class Stream(NamedTuple):
    """What selects one stream of draws: the seed in two halves, and the replication."""

    low: np.uint64
    high: np.uint64
    replication: np.uint64


def random_stream(seed: int, replication: int = 0) -> Stream:
    """Return the stream of a seed and a replication.

    Parameters
    ----------
    seed : int
        From 0 to 2**64 - 1.
    replication : int
        From 0 to 2**32 - 1.

    Raises
    ------
    SpecError
        If one is out of its range.

    Examples
    --------
    >>> int(random_stream(5).low)
    5
    """
    if not 0 <= seed < 2**64:
        raise SpecError(f"a seed is a whole number from 0 to 2**64 - 1, not {seed}")
    if not 0 <= replication < 2**32:
        raise SpecError(f"a replication is a whole number from 0 to 2**32 - 1, not {replication}")
    return Stream(np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32), np.uint64(replication))


@rule
def words(
    stream: Stream, customer: int, month: int, purpose: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return four random words of 32 bits: Philox 4x32-10.

    Parameters
    ----------
    stream : Stream
        Seed and replication.
    customer, month, purpose : int
        What the draw is for; each below 2**32.
    """
    # Only the low halves count, here and in the keys. They are cut out where words are multiplied,
    # which a processor does of itself, and not in every round.
    a = np.uint64(customer)
    b = np.uint64(month)
    c = np.uint64(purpose)
    d = stream.replication
    key_0 = stream.low
    key_1 = stream.high
    for _ in range(_ROUNDS):
        product_0 = _MULTIPLIER_0 * (a & _LOW_32)
        product_1 = _MULTIPLIER_1 * (c & _LOW_32)
        a = (product_1 >> _HALF) ^ b ^ key_0
        b = product_1
        c = (product_0 >> _HALF) ^ d ^ key_1
        d = product_0
        key_0 += _WEYL_0
        key_1 += _WEYL_1
    return a & _LOW_32, b & _LOW_32, c & _LOW_32, d & _LOW_32


@rule
def uniform(word: np.uint64) -> float:
    """Turn a word of 32 bits into a number in (0, 1): the middle of its cell.

    Examples
    --------
    >>> uniform(np.uint64(0)) * 2**33
    1.0
    """
    return (float_of(np.int64(word) + _TWO_52_BITS) - _TWO_52 + 0.5) * 2.0**-32


@rule
def coarse_and_fine(word: np.uint64) -> tuple[float, float]:
    """Split one word into two independent numbers in (0, 1): of 12 bits and of 20 bits.

    For a bounded noise, whose 4,096 levels are plenty, and a chance, exact to 1e-6.
    """
    coarse = (float_of(np.int64(word & _LOW_12) + _TWO_52_BITS) - _TWO_52 + 0.5) * 2.0**-12
    fine = (float_of(np.int64(word >> _TWELVE) + _TWO_52_BITS) - _TWO_52 + 0.5) * 2.0**-20
    return coarse, fine
