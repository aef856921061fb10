"""One thread and two: how much faster, and that the bytes are the same."""

import numpy as np

from benchmarks.clocks import in_turns, wall_clock
from benchmarks.machine import this_machine
from benchmarks.results import Section, Target
from benchmarks.situation import after_some_months, telecom
from benchmarks.speed import Living
from relsim.customers.accounts import Accounts

_MONTHS_BEFORE = 3


def same_bytes(one: Living, other: Living) -> bool:
    """Return whether two markets are alike to the last bit, state and the next month's sums."""

    def everything(living: Living) -> list[bytes]:
        accounts: Accounts = living.live()
        return [np.asarray(x).tobytes() for x in (*accounts, *living.people.columns)]

    return everything(one) == everything(other)


def measure(customers: int = 1_000_000, rounds: int = 9) -> Section:
    """Return the time of a month with one thread and with two."""
    situation = after_some_months(telecom(customers), _MONTHS_BEFORE)
    one, two = (Living(situation, situation.people(threads)) for threads in (1, 2))
    taken = in_turns({"1": one.live, "2": two.live}, rounds, wall_clock, "threads")
    alike = same_bytes(one, two)
    gain = taken["1"].least / taken["2"].least
    notes = ["ns a customer-month by the wall clock, rounds in turns."]
    if this_machine().cores < 2:
        notes.append("There is one core here: nothing to gain.")
    return Section(
        name="threads",
        title=f"Threads: {customers:,} customers",
        columns=("threads", "ns, least", "ns, median", "faster, least", "median", "same bytes"),
        rows=[
            [
                name,
                of.divided(customers * 1e-9).least,
                of.divided(customers * 1e-9).median,
                f"{taken['1'].least / of.least:.2f} x",
                f"{taken['1'].over(of):.2f} x",
                "yes" if alike else "NO",
            ]
            for name, of in taken.items()
        ],
        targets=[Target("two threads against one", gain, 1.8, "times faster", floor=1.5)],
        notes=notes,
    )
