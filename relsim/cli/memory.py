"""Whether what is asked for fits into memory, before the system ends the process without a word."""

import os
from pathlib import Path

from relsim.errors import SpecError
from relsim.lab.spec import ExperimentSpec
from relsim.spec import MarketSpec

_A_CUSTOMER = {"compiled": 60, "agents": 3_000}
_A_NEIGHBOUR = 9
_A_FIRM_MONTH = 4_850
"""Bytes of a month of a firm: what is kept of it, and the table that is made of it."""
_A_CELL = 260
"""Bytes of a value in a design, where it is at its largest: while it is made."""
_A_RUN, _A_VALUE = 200, 40
"""Bytes of a run in the tables, and of each of its values."""

_CGROUP = Path("/sys/fs/cgroup/memory.max")


def check_memory(spec: MarketSpec, engine: str, at_once: int = 1) -> None:
    """Refuse a market that cannot fit.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    engine : str
        Which of the engines simulates it.
    at_once : int
        How many such markets are simulated at the same time.

    Raises
    ------
    SpecError
        If its customers, or the months of its firms, need more memory than there is.
    """
    network = spec.customers.network
    links = 0 if network.kind in ("none", "file") else network.neighbours
    customers, firms, months = spec.market.customers, len(spec.firms), spec.run.months
    of_customers = customers * (_A_CUSTOMER[engine] + _A_NEIGHBOUR * links)
    of_months = firms * months * _A_FIRM_MONTH
    if of_customers >= of_months:
        what = f"market.customers: {customers:,} customers"
    else:
        what = f"run.months: {months:,} months of {firms:,} firms"
    each = f", {at_once} times at once," if at_once > 1 else ""
    _refuse_beyond(at_once * (of_customers + of_months), f"{what}{each} need")


def check_design(name: str, spec: ExperimentSpec, points: int) -> None:
    """Refuse a design whose points, or the table of whose runs, cannot fit.

    Parameters
    ----------
    name : str
        How errors call the experiment.
    spec : ExperimentSpec
        What its config says.
    points : int
        How many points its design has.

    Raises
    ------
    SpecError
        If it needs more memory than there is.
    """
    columns = len(spec.factors) + 4
    runs = points * len(spec.arms) * spec.replication.minimum
    of_runs = runs * (_A_RUN + _A_VALUE * (columns + len(spec.outcomes)))
    _refuse_beyond(
        points * columns * _A_CELL + of_runs,
        f"{name}: the design: {points:,} points and {runs:,} runs need",
    )


def _refuse_beyond(needed: float, what: str) -> None:
    there = memory()
    if needed > there:
        raise SpecError(f"{what} about {_size(needed)} of memory, and there are {_size(there)}")


def _size(count: float) -> str:
    """Return a number of bytes in words.

    Examples
    --------
    >>> _size(25.2e6), _size(1.34e9), _size(16e9), _size(3e12)
    ('25 MB', '1.3 GB', '16 GB', '3,000 GB')
    """
    if count < 1e9:
        return f"{count / 1e6:.0f} MB"
    return f"{count / 1e9:.1f} GB" if count < 10e9 else f"{count / 1e9:,.0f} GB"


def memory() -> float:
    """Return the bytes of memory that there are for this process; infinite if unknown."""
    try:
        total = float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return float("inf")
    try:
        limit = _CGROUP.read_text(encoding="ascii").strip()
    except OSError:
        return total
    return min(total, float(limit)) if limit.isdigit() else total
