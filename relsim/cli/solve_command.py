"""``relsim solve``: at which value of a key an outcome reaches a goal."""

import dataclasses
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.cli.console import console, listing
from relsim.cli.inputs import spec_of
from relsim.cli.progress import progress
from relsim.cli.run_command import cores
from relsim.errors import RelsimError, SpecError
from relsim.firms.strategies import build
from relsim.lab.design.checks import is_number
from relsim.lab.runs.executors import Crew, standing
from relsim.lab.runs.memory import evaluated
from relsim.lab.runs.outcomes import resolved
from relsim.lab.runs.run import Assignment, Recipe
from relsim.lab.runs.study import naming
from relsim.lab.spec import OutcomeSpec
from relsim.lab.statistics.goal_seek import STEPS, Root, solve
from relsim.own_class import modules_of
from relsim.own_code import places
from relsim.spec import MarketSpec, override
from relsim.spec.paths import EVERY, found, parts, place_in
from relsim.spec.validation import checked

Array = npt.NDArray[np.float64]

_TERM = re.compile(r"(?P<measure>[a-z_]+)(?:@(?P<firm>.+))?")
_LIKELY = 3 * STEPS  # values that are looked at, more or less


@dataclasses.dataclass(frozen=True)
class Order:
    """What the command line asks for; None = not said."""

    config: str
    key: str
    until: str
    between: tuple[float, float] | None = None
    assignments: tuple[str, ...] = ()
    months: int | None = None
    customers: int | None = None
    warm_up: int = 0
    aggregate: str = "mean"
    replications: int = 10
    workers: int | None = None
    quiet: bool = False


class Goal(NamedTuple):
    """What is to be reached: one outcome, or one less another, and the value."""

    terms: tuple[tuple[str, str | None], ...]
    value: float


def goal(text: str, firms: Sequence[str]) -> Goal:
    """Return the goal that ``OUTCOME=VALUE`` means.

    Parameters
    ----------
    text : str
        ``profit@Keeper=0``, ``profit@Keeper-profit@Attacker=0``, or ``customers=5000`` of all.
    firms : sequence of str
        Names of the market's firms, which may hold a hyphen themselves.

    Raises
    ------
    SpecError
        If it means none.

    Examples
    --------
    >>> goal("profit@Co-op-profit@Other=0", ["Co-op", "Other"])
    Goal(terms=(('profit', 'Co-op'), ('profit', 'Other')), value=0.0)
    """
    outcome, sign, number = text.rpartition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    cuts = [k for k, letter in enumerate(outcome) if letter == "-"]
    ways = [[outcome], *([outcome[:k], outcome[k + 1 :]] for k in cuts)]
    parsed = [[_TERM.fullmatch(part.strip()) for part in way] for way in ways]
    whole = [[one for one in way if one] for way in parsed if all(way)]
    if not sign or not math.isfinite(value) or not whole:
        raise SpecError(
            f"--until: given {text!r}, allowed: OUTCOME=VALUE, such as profit@{firms[0]}=0, or "
            f"the difference of two, such as profit@{firms[0]}-profit@{firms[-1]}=0"
        )
    there = (None, *firms, *map(str, range(len(firms))))
    known = [way for way in whole if all(one["firm"] in there for one in way)]
    best = (known or whole[-1:])[0]
    return Goal(tuple((one["measure"], one["firm"]) for one in best), value)


def find(order: Order) -> Root:
    """Find the value and print it.

    Raises
    ------
    RelsimError
        If the order is not sound, or the goal is not reached within the range.
    """
    market = _market(order)
    wanted = goal(order.until, [firm.name for firm in market.firms])
    recipe = _recipe(order, market, wanted)
    now = _value(market, order.key)
    whole = _is_whole(market, order.key, now)
    if now is None and order.between is None and EVERY not in parts(order.key):
        override(market, {order.key: 0.0}, "--for")  # a key that is none says so
    low, high = order.between or _range(order.key, now)
    ends = (math.ceil(low), math.floor(high)) if whole else (low, high)
    for end in ends if ends[0] <= ends[1] else ():  # else said where it is sought
        override(market, {order.key: end}, "--between")
    if order.replications < 1:
        raise SpecError(f"--replications: given {order.replications}, allowed: 1 or more")
    workers = order.workers or cores()
    with (
        standing("processes" if workers > 1 else "serial", workers) as crew,
        progress(_LIKELY * order.replications, quiet=order.quiet, noun="runs") as shown,
    ):
        runs = _Runs(order, recipe, crew, shown.reach, whole=whole)
        name = order.until.rpartition("=")[0]
        root = solve(runs, wanted.value, low, high, name, whole=whole)
    _say(order, root, wanted)
    return root


def _market(order: Order) -> MarketSpec:
    options = {"--months": ("run.months", order.months)}
    options |= {"--customers": ("market.customers", order.customers)}
    return spec_of(order.config, order.assignments, options)


def _recipe(order: Order, market: MarketSpec, wanted: Goal) -> Recipe:
    outcomes = []
    for measure, firm in wanted.terms:
        at = None if firm is None else place_in(firm, len(market.firms))
        place = firm if at is None else at
        data = {"measure": measure, "firm": place, "aggregate": order.aggregate}
        with naming("--until"):
            spec = checked(OutcomeSpec, data, measure)
            outcomes.append(resolved(measure, spec, market, order.warm_up))
    code = tuple(modules_of(market))
    shared = Recipe((market,), (tuple(outcomes),), (), 1, market.run.seed)
    return shared._replace(paths=places(), code=code, keyed=False)


def _value(market: MarketSpec, key: str) -> Any:
    """Return what the config says of a key; None where it says nothing, or of several at once."""
    if EVERY in parts(key):
        return None
    return next((value for _, value in found(market, key)), None)


def _is_whole(market: MarketSpec, key: str, now: Any) -> bool:
    """Return whether a key takes whole numbers only: none of the fractions next to its value."""
    if not is_number(now) or now != int(now):
        return False
    return not any(_takes(market, key, now + half) for half in (-0.5, 0.5))


def _takes(market: MarketSpec, key: str, value: float) -> bool:
    try:
        spec = override(market, {key: value})
        for place, firm in enumerate(spec.firms):
            build(firm.strategy, f"firms.{place}.strategy")
    except RelsimError:
        return False
    return True


def _range(key: str, now: Any) -> tuple[float, float]:
    """Return half to double what the config says."""
    if not is_number(now) or not now:
        raise SpecError(f"--between: {key} has no value to start from: say the range to look in")
    ends = sorted((now / 2.0, now * 2.0))
    return ends[0], ends[1]


class _Runs:
    """The outcome at a value, in all replications."""

    def __init__(
        self,
        order: Order,
        recipe: Recipe,
        crew: Crew,
        reach: Callable[[int], None],
        *,
        whole: bool,
    ) -> None:
        self.order, self.recipe = order, recipe
        self.crew, self.reach = crew, reach
        self.whole = whole
        self.count = 0

    def __call__(self, x: float) -> Array:
        changed = {self.order.key: int(x) if self.whole else x}
        given = [Assignment(run, 0, changed, run) for run in range(self.order.replications)]
        lived = evaluated(self.recipe, given, self.crew)
        failed = next((one.error for one in lived if one.error), "")
        if failed:
            raise RelsimError(f"{self.order.key}={x:g}: a run failed: {failed}")
        self.count += len(lived)
        self.reach(self.count)
        values = np.array([one.outcomes for one in lived])
        found: Array = values[:, 0] - (values[:, 1] if values.shape[1] > 1 else 0.0)
        return found


# What is said -----------------------------------------------------------------------------


def _say(order: Order, root: Root, wanted: Goal) -> None:
    out = console()
    if order.quiet:
        out.print(f"{root.value:.6g}")
        return
    name = order.until.rpartition("=")[0]
    table = listing(order.key, name, "95% interval")
    for seen in root.seen:
        ends = "" if math.isnan(seen.low) else f"{seen.low:,.5g} to {seen.high:,.5g}"
        table.add_row(f"{seen.x:.5g}", f"{seen.mean:,.5g}", ends)
    out.print(table)
    way = "rises" if root.rises else "falls"
    out.print(
        f"{order.key} = {root.value:.5g} ({_interval(root)}): there {name} {way} through "
        f"{wanted.value:g}, in the mean of {order.replications} replications"
    )
    if root.crossings > 1:
        out.print(f"It crosses {root.crossings} times in that range; this is the first.")


def _interval(root: Root) -> str:
    if math.isnan(root.low) or math.isnan(root.high):
        return "one replication has no interval"
    ends = root.seen[0].x, root.seen[-1].x
    low = f"{root.low:.5g}" if math.isfinite(root.low) else f"below {ends[0]:.5g}"
    high = f"{root.high:.5g}" if math.isfinite(root.high) else f"above {ends[1]:.5g}"
    return f"95% interval {low} to {high}"
