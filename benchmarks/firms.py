"""Time by the number of firms: those who choose compare them all."""

from benchmarks.clocks import in_turns
from benchmarks.results import Section
from benchmarks.situation import after_some_months, telecom
from benchmarks.speed import compiled

COUNTS = (2, 4, 8, 32)


def measure(counts: tuple[int, ...] = COUNTS, customers: int = 50_000, rounds: int = 15) -> Section:
    """Return the time of a customer-month by the number of firms."""
    living = {
        str(count): compiled(after_some_months(telecom(customers, firms=count))) for count in counts
    }
    taken = in_turns({name: it.live for name, it in living.items()}, rounds, what="firms")
    first = taken[str(counts[0])]
    return Section(
        name="firms",
        title=f"Firms: the compiled month, {customers:,} customers",
        columns=("firms", "ns, least", "ns, median", f"over {counts[0]} firms"),
        rows=[
            [
                name,
                of.divided(customers * 1e-9).least,
                of.divided(customers * 1e-9).median,
                f"{of.over(first):.2f} x",
            ]
            for name, of in taken.items()
        ],
        notes=[
            "ns a customer-month, processor time of one thread. More firms also pull harder at",
            "each other's customers: the number who choose is part of it.",
        ],
    )
