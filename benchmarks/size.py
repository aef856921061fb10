"""Time and memory by the size of the market, word of mouth included."""

import gc
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.clocks import Work, in_turns
from benchmarks.machine import available_memory
from benchmarks.results import Section, Target
from benchmarks.situation import after_some_months, telecom
from benchmarks.speed import compiled
from relsim import Market

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
_BYTES_TO_MEASURE = 400  # a customer: state twice, network and its building, and room
_MONTHS_BEFORE = 3
_MOST_MONTHS = 20  # that a small market lives a round, so that rounds are no shorter than others'


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Return e of the law seconds ~ size^e that fits best.

    Examples
    --------
    >>> round(exponent([10, 100, 1000], [1.0, 10.0, 100.0]), 6)
    1.0
    """
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def measure(
    sizes: tuple[int, ...] = SIZES, rounds: int = 7, weighed: int | None = 1_000_000
) -> Section:
    """Return time and bytes by size.

    Parameters
    ----------
    sizes : tuple of int
        Customers of the markets; those that do not fit into memory are left out.
    rounds : int
        How often each is timed.
    weighed : int, optional
        Customers of the market whose memory is weighed, in a process of its own; None: none is.
    """
    room = available_memory()
    fitting = [size for size in sizes if size * _BYTES_TO_MEASURE < room]
    notes = [f"{size:,} customers do not fit." for size in sizes if size not in fitting]
    works: dict[str, Work] = {}
    months: dict[str, int] = {}
    bytes_each: dict[str, float] = {}
    for size in fitting:
        name = f"{size:,}"
        living = compiled(after_some_months(telecom(size), _MONTHS_BEFORE))
        months[name] = min(_MOST_MONTHS, max(1, fitting[-1] // size))
        bytes_each[name] = living.people.nbytes / size

        def work(live: Work = living.live, count: int = months[name]) -> None:
            for _ in range(count):
                live()

        works[name] = work
    taken = in_turns(works, rounds, what="size")
    each = {
        name: of.divided(months[name] * size)
        for (name, of), size in zip(taken.items(), fitting, strict=True)
    }
    first = each[f"{fitting[0]:,}"]
    notes += [] if weighed is None else [_weigh(weighed)]
    least = [of.least * size for of, size in zip(each.values(), fitting, strict=True)]
    targets = [
        Target("bytes a customer", max(bytes_each.values()), 100.0, "bytes", more_is_better=False)
    ]
    if len(fitting) > 1:
        slope = exponent(fitting, least)
        targets.insert(0, Target("time ~ size^e", slope, 1.05, "e", more_is_better=False))
    return Section(
        name="size",
        title="Size: the compiled month, eight neighbours who talk",
        columns=("customers", "ns, least", "ns, median", "over the smallest", "bytes a customer"),
        rows=[
            [
                name,
                of.divided(1e-9).least,
                of.divided(1e-9).median,
                f"{of.over(first):.2f} x",
                bytes_each[name],
            ]
            for name, of in each.items()
        ],
        targets=targets,
        notes=[
            "ns a customer-month, processor time of one thread, rounds in turns; the exponent is",
            "fitted to the least. Bytes: state and network.",
            *notes,
        ],
    )


def _weigh(customers: int) -> str:
    grown = peak_bytes(customers)
    if grown is None:
        return "How much memory a process takes cannot be read here."
    return f"Building and living {customers:,} customers took {grown:.0f} bytes each at the peak."


def peak_bytes(customers: int) -> float | None:
    """Return by how many bytes a customer a process grows, at its peak; None if unreadable."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_grow, customers).result()


def _grow(customers: int) -> float | None:
    Market(telecom(2_000)).run(2)  # whatever is loaded and compiled once
    gc.collect()
    before = _memory("VmRSS")
    market = Market(telecom(customers)).run(3)
    peak = _memory("VmHWM")
    return None if before is None or peak is None else (peak - before) / len(market.customers)


def _memory(field: str) -> float | None:
    """Return bytes of this process: resident now (VmRSS) or at most so far (VmHWM)."""
    # The resource module's peak is no help: a child's starts at its parent's.
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    sizes = [line.split()[1] for line in lines if line.startswith(f"{field}:")]
    return float(sizes[0]) * 1024.0 if sizes else None
