"""Where the time of a month goes: nanoseconds a customer of each pass of the fastest C.

A pass of relsim's that takes much longer than the same pass of C has something to gain.
"""

from collections.abc import Mapping

from benchmarks.c_build import BLOCKS, FAST_BLOCKS, SINGLE_BLOCKS, Build, NoCompilerError
from benchmarks.c_month import CMonth
from benchmarks.progress import say
from benchmarks.results import Section
from benchmarks.situation import after_some_months, telecom

_BUILDS: Mapping[str, Build] = {
    "C": BLOCKS,
    "-ffast-math": FAST_BLOCKS,
    "single precision": SINGLE_BLOCKS,
}
_NOTES = (
    "Least of the rounds of each pass, builds in turns; reading the clock is in it, some 0.02 ns a",
    "pass. Single precision comes to the same month but for rounding.",
)


def measure(customers: int = 100_000, rounds: int = 25) -> Section:
    """Return nanoseconds a customer-month of each pass in C.

    Parameters
    ----------
    customers : int
        Size of the market.
    rounds : int
        How often the month is timed.
    """
    here = after_some_months(telecom(customers))
    title = "Passes of the month in C, ns a customer"
    columns = ("pass", *_BUILDS)
    try:
        months = {name: CMonth(here, build.profiled()) for name, build in _BUILDS.items()}
    except NoCompilerError as error:
        return Section("passes", title, columns, rows=(), notes=(f"Left out: {error}.",))
    least: dict[str, dict[str, float]] = {name: {} for name in months}
    for number in range(rounds):
        say(f"passes: round {number + 1} of {rounds}")
        for name, month in months.items():
            for of, taken in _one_month(month).items():
                least[name][of] = min(taken / customers * 1e9, least[name].get(of, float("inf")))
    rows = [(of, *(least[name][of] for name in months)) for of in least["C"]]
    rows.append(("all", *(sum(least[name].values()) for name in months)))
    return Section("passes", title, columns, rows, notes=_NOTES)


def _one_month(month: CMonth) -> dict[str, float]:
    """Live one month; return the seconds of each pass."""
    before = month.seconds()
    month.live()
    return {name: taken - before[name] for name, taken in month.seconds().items()}
