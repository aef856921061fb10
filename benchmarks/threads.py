"""One thread and two: how much faster, and that the bytes are the same.

How much two threads can gain depends on who else wants the cores. So the same rounds time
something that surely runs on two cores if there are two: hashing, shared out alike.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from benchmarks.clocks import Times, in_turns, wall_clock
from benchmarks.results import Cell, Section, Target
from benchmarks.situation import after_some_months, telecom
from benchmarks.speed import Living
from relsim.customers.accounts import Accounts

_MONTHS_BEFORE = 3
_SOMETHING = bytes(1 << 20)
_NOTES = (
    "By the wall clock, rounds in turns. Hashing shows what two threads of anything gain on this",
    "machine now: below 2 where others want its cores.",
)


def same_bytes(one: Living, other: Living) -> bool:
    """Return whether two markets are alike to the last bit, state and the next month's sums."""

    def everything(living: Living) -> list[bytes]:
        accounts: Accounts = living.live()
        return [np.asarray(x).tobytes() for x in (*accounts, *living.people.columns)]

    return everything(one) == everything(other)


def _hashing(pool: ThreadPoolExecutor, threads: int, megabytes: int) -> Callable[[], object]:
    """Return a work that hashes so much, shared out among threads."""

    def some(_: int) -> None:
        for _ in range(megabytes // threads):
            hashlib.sha256(_SOMETHING).digest()  # lets go of the interpreter lock

    return lambda: list(pool.map(some, range(threads)))


def measure(customers: int = 1_000_000, rounds: int = 9, megabytes: int = 40) -> Section:
    """Return the time of a month with one thread and with two.

    Parameters
    ----------
    customers : int
        Size of the market.
    rounds : int
        How often each is timed.
    megabytes : int
        To hash.
    """
    situation = after_some_months(telecom(customers), _MONTHS_BEFORE)
    one, two = (Living(situation, situation.people(threads)) for threads in (1, 2))
    with ThreadPoolExecutor(2) as pool:
        works = {
            "month 1": one.live,
            "month 2": two.live,
            "hash 1": _hashing(pool, 1, megabytes),
            "hash 2": _hashing(pool, 2, megabytes),
        }
        taken = in_turns(works, rounds, wall_clock, "threads")
    alike = "yes" if same_bytes(one, two) else "NO"
    gain = taken["month 1"].over(taken["month 2"])
    possible = taken["hash 1"].over(taken["hash 2"])
    return Section(
        name="threads",
        title=f"Threads: a month of {customers:,} customers",
        columns=("what", "ms, 1 thread", "ms, 2 threads", "faster, median", "same bytes"),
        rows=[
            _row("a month", taken["month 1"], taken["month 2"], alike),
            _row("hashing", taken["hash 1"], taken["hash 2"], None),
        ],
        targets=[
            Target("two threads against one", gain, 1.8, "times faster", floor=1.5),
            Target("and of what hashing gains", gain / possible, 0.9, "parts"),
        ],
        notes=_NOTES,
    )


def _row(what: str, one: Times, two: Times, alike: str | None) -> list[Cell]:
    return [what, 1e3 * one.least, 1e3 * two.least, f"{one.over(two):.2f} x", alike]
