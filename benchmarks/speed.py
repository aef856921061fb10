"""Speed of one core: relsim's month beside C, numpy, agents and plain Mesa.

What is comparable: all live the same months of the same market from the same state, under the
same terms of firms, with the same rules, network and accounts, and come to the same mean
satisfaction and defection (the tests check it; C comes to the very same customers).

What is not: numpy and plain Mesa draw from generators of their own, in order, where relsim's
random numbers are a function of what they are for. C in single precision is relsim's month but for
rounding. The agents and plain Mesa live a smaller
market: what an agent costs does not fall with their number. The whole step has the planning and
books of the firms on top, which the others leave out.
"""

from typing import TYPE_CHECKING, cast

from benchmarks.c_build import BLOCKS, FAST_BLOCKS, PLAIN, SINGLE_BLOCKS, NoCompilerError
from benchmarks.c_month import CMonth
from benchmarks.clocks import Times, Work, in_turns
from benchmarks.numpy_month import NumpyMonth
from benchmarks.plain_mesa import PlainMesa
from benchmarks.results import Cell, Section, Target
from benchmarks.show import number
from benchmarks.situation import MONTHS_BEFORE, Situation, after_some_months, telecom
from relsim import AgentMarket, CustomerAgent, Market
from relsim.customers.accounts import Accounts
from relsim.customers.population import Customers

if TYPE_CHECKING:
    from relsim.agents.market import AgentCustomers

MONTH = "relsim, the compiled month"
STEP = "relsim, a whole step of the market"
C = "C, one plain loop"
C_BLOCKS = "C, passes over blocks"
C_FAST = "C, passes over blocks, -ffast-math"
C_SINGLE = "C, passes over blocks, single precision"
NUMPY = "numpy, whole columns"
AGENTS = "relsim's agents, compiled rules"
MESA = "plain Mesa, rules in Python"
_BUILDS = {C: PLAIN, C_BLOCKS: BLOCKS, C_FAST: FAST_BLOCKS, C_SINGLE: SINGLE_BLOCKS}
_EXACT = (C, C_BLOCKS, C_FAST)
_NOTES = (
    "Processor time of one thread, rounds in turns; the last column is the median of the rounds'",
    "ratios. All live one market from one state with the same rules, network and accounts.",
    "C (-O3 -march=native; the plain loop with -ffast-math) draws the same random numbers and",
    "comes to the same customers. The plain loop is what one writes first; passes over blocks, as",
    "relsim's month is cut, are the fastest C known here. In single precision rounding differs.",
    "numpy and plain Mesa draw from generators of their own; their outcomes agree in distribution.",
    "The step has the firms' planning and books on top, which no other row has.",
)


class Living:
    """Customers who live month after month under the terms of a situation."""

    def __init__(self, situation: Situation, people: Customers) -> None:
        self.people = people
        self.table = situation.table
        self.month = situation.month

    def live(self) -> Accounts:
        """Live one month."""
        accounts = self.people.live(self.table, self.month)
        self.month += 1
        return accounts


def compiled(situation: Situation) -> Living:
    """Return relsim's compiled customers in a situation."""
    return Living(situation, situation.people())


def agents(situation: Situation) -> Living:
    """Return relsim's customers as agents in a situation."""
    market = AgentMarket(situation.spec)
    people = cast("AgentCustomers", market.customers)
    people.columns = situation.columns()
    people.agents = [CustomerAgent(market, place, people) for place in range(len(people))]
    for agent, said in zip(people.agents, people.columns.said.tolist(), strict=True):
        agent.said = said
    return Living(situation, people)


def measure(customers: int = 100_000, objects: int = 2_000, rounds: int = 25) -> Section:
    """Return customer-months a second of every engine.

    Parameters
    ----------
    customers : int
        Size of the market of relsim, C and numpy.
    objects : int
        Size of the market of those with an object per customer.
    rounds : int
        How often each is timed.
    """
    large = after_some_months(telecom(customers))
    small = after_some_months(telecom(objects))
    works: dict[str, Work] = {
        MONTH: compiled(large).live,
        STEP: Market(large.spec).run(MONTHS_BEFORE).step,
        NUMPY: NumpyMonth(large).live,
        AGENTS: agents(small).live,
        MESA: PlainMesa(small).live,
    }
    skipped: tuple[str, ...] = ()
    try:
        works |= {name: CMonth(large, build).live for name, build in _BUILDS.items()}
    except NoCompilerError as error:
        skipped = (f"C was left out: {error}.",)
    sizes = dict.fromkeys(works, customers) | {AGENTS: objects, MESA: objects}
    taken = in_turns(works, rounds, what="speed")
    times = {name: of.divided(sizes[name]) for name, of in taken.items()}
    rows = [
        _row(name, sizes[name], times[name], times[MONTH])
        for name in (MONTH, STEP, *_BUILDS, NUMPY, AGENTS, MESA)
        if name in times
    ]
    return Section(
        name="speed",
        title="Speed of one core: telecom, four firms, full rules",
        columns=("engine", "customers", "ns, least", "ns, median", "M a second", "relsim faster"),
        rows=rows,
        targets=_targets(times),
        notes=(*skipped, *_NOTES),
    )


def _row(name: str, size: int, times: Times, ours: Times) -> list[Cell]:
    faster = None if times is ours else f"{number(times.over(ours))} x"
    nanoseconds = times.divided(1e-9)
    return [
        name,
        f"{size:,}",
        nanoseconds.least,
        nanoseconds.median,
        1e-6 / times.least,
        faster,
    ]


def _targets(times: dict[str, Times]) -> list[Target]:
    ours, unit = times[MONTH], "M customer-months a second"
    targets = [
        Target("the compiled month", 1e-6 / ours.least, 40.0, unit, floor=20.0),
        Target("against plain Mesa", times[MESA].over(ours), 100.0, "times faster"),
        Target("against relsim's agents", times[AGENTS].over(ours), 100.0, "times faster"),
    ]
    if C in times:
        best = min((times[name] for name in _EXACT), key=lambda taken: taken.median)
        targets.append(Target("against the best C", best.over(ours), 0.9, "times faster"))
    return targets
