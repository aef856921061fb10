"""The loyalty programme: its rules, its passes of the month, and its books."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.customers.accounts import Accounts
from relsim.customers.arithmetic import exp, expit
from relsim.customers.block import (
    BASE_SALES,
    BLOCK,
    CROSS_SALES,
    GROWTH_SALES,
    LEAVING,
    MET,
    PREMIUM_SALES,
    SCRATCH,
    SOCKETS,
    SUPPLIER,
    chance_row,
)
from relsim.customers.choosers import WHO_SUPPLIER
from relsim.customers.columns import Column
from relsim.customers.compiled import loop, rule
from relsim.customers.parameters import mean_usage
from relsim.customers.scene import Scene, single
from relsim.customers.schedule import Addition
from relsim.customers.terms import Term
from relsim.customers.vectors import LANES, LINE, add_by_group, lay_out_records, pick, prefetch
from relsim.economics.lifetime import left_after_a_month
from relsim.firms.ledger import Line, Stock
from relsim.firms.plan import Plan
from relsim.mechanisms.base import Array, Mechanism, Page
from relsim.mechanisms.loyalty_programme import LoyaltyProgramme, Programme
from relsim.spec import MarketSpec

_PULL, _USAGE, _CHARGES = (SOCKETS[name].row for name in ("pull_to_stay", "usage", "charges"))
_PRICE = MET[Term.PRICE]
_JOIN, _REDEEM = chance_row("loyalty_programme.join"), chance_row("loyalty_programme.redeem")
_LOGISTIC_OF_NORMAL = 1.702  # Camilli 1994: a logistic this much steeper is near the normal
_LEAST_EFFECT = 1e-30
_USUAL_RATE = 0.01
_USUAL_DEVIATIONS = 1.5  # of usage above its mean; who uses more is looked at singly

Singles = npt.NDArray[np.float32]


# Rules ------------------------------------------------------------------------------------


@rule
def pace(progress: float, steepness: float) -> float:
    """Return how far a member has sped up, 0 to 1: ``p / (p + steepness (1 - p))``.

    ``progress`` p is the share of the way to the reward. The goal gradient of Hull (1932) in
    reward programmes: Kivetz, Urminsky & Zheng (2006), Journal of Marketing Research 43:1.

    Examples
    --------
    >>> pace(0.0, 0.075), pace(1.0, 0.075), pace(0.5, 1.0)
    (0.0, 1.0, 0.5)
    """
    return progress / (progress + steepness * (1.0 - progress))


@rule
def usage_factor(effect: float, paced: float, gain: float, slump: float) -> float:
    """Return by what a member's usage is multiplied this month.

    ``1 + effect gain pace`` on the way to the reward; right after one, when the effect is below
    zero, ``1 + effect slump``, and never less than nothing.

    Examples
    --------
    >>> usage_factor(1.0, 1.0, 0.25, 0.1), usage_factor(-1.0, 1.0, 0.25, 0.1)
    (1.25, 0.9)
    >>> usage_factor(-2.0, 1.0, 0.25, 1.0)
    0.0
    """
    return max(1.0 + effect * (gain * paced if effect > 0.0 else slump), 0.0)


@rule
def pull_of(effect: float, paced: float, pressure: float) -> float:
    """Return what the reward in sight adds to staying, in log-odds: ``pressure effect pace``.

    Nothing right after a reward, when the effect is below zero.

    Examples
    --------
    >>> pull_of(0.5, 1.0, 0.3), pull_of(-0.5, 1.0, 0.3)
    (0.15, 0.0)
    """
    return pressure * max(effect, 0.0) * paced


@rule
def weight_of(usage: float, reward_after: float, horizon: float) -> float:
    """Return how much the reward moves a customer: ``4 q (1 - q)``.

    q is the chance that a Poisson number of purchases at the usual pace reaches the reward within
    the horizon, by the normal approximation: who gets it anyway, or never, is not moved
    (Lal & Bell 2003, Quantitative Marketing and Economics 1:2).

    Examples
    --------
    >>> weight_of(1.0, 12.0, 12.0), weight_of(100.0, 12.0, 12.0) < 1e-6
    (1.0, True)
    """
    expected = usage * horizon
    q = expit(_LOGISTIC_OF_NORMAL * (expected - reward_after) / math.sqrt(expected + 1e-9))
    return 4.0 * q * (1.0 - q)


@rule
def joins(u: float, base: float, slope: float, usage: float, mean: float, scale: float) -> bool:
    """Return whether a customer joins: ``u < expit(base + slope (usage - mean) scale)``.

    ``scale`` is one over the standard deviation of usage, 0 where all are alike: heavy buyers
    join, which a naive comparison takes for the effect (Leenheer et al. 2007, International
    Journal of Research in Marketing 24:1). Written without a division: ``u (1 + exp(-z)) < 1``.

    Examples
    --------
    >>> joins(0.4, 0.0, 1.0, 2.0, 2.0, 0.5), joins(0.6, 0.0, 1.0, 2.0, 2.0, 0.5)
    (True, False)
    """
    return u * (1.0 + exp(-(base + slope * (usage - mean) * scale))) < 1.0


@rule
def worth_it(earn_rate: float, satiation: float) -> float:
    """Return what the size of a reward makes of its effect: 1 at 1% of spend, at most some more.

    ``(1 - exp(-r / s)) / (1 - exp(-0.01 / s))``, r the earn rate: nothing for nothing, and high
    discounts add little (Leenheer 2002).

    Examples
    --------
    >>> worth_it(0.0, 0.01), worth_it(0.01, 0.01), round(worth_it(1.0, 0.01), 2)
    (0.0, 1.0, 1.58)
    """
    return (1.0 - exp(-earn_rate / satiation)) / (1.0 - exp(-_USUAL_RATE / satiation))


@rule
def faded(effect: float, fading: float, progress: float, rest: float) -> float:
    """Return the effect on a member after a month: ``fading`` of it is left.

    Below zero it rests after a reward, until one unit (``rest`` of the way) is bought.

    Examples
    --------
    >>> faded(0.5, 0.5, 0.0, 0.1), faded(-0.5, 0.5, 0.0, 0.1), faded(-0.5, 0.5, 0.2, 0.1)
    (0.25, -0.25, 0.25)
    """
    size = max(abs(effect) * fading, _LEAST_EFFECT)
    return -size if (effect < 0.0) & (progress < rest) else size


# Passes -----------------------------------------------------------------------------------


class Own(NamedTuple):
    """What the passes get: columns, one entry a customer; policies, one a firm; numbers."""

    points: Array
    progress: Singles
    effect: Singles
    sums: npt.NDArray[np.float64]
    policies: Array  # a record a firm: earn rate, way of a unit, what lapses, 1 = closed
    reward_after: Array  # units
    worth: Array  # what the size of the reward makes of its effect
    is_open: Array
    gain: float
    slump: float
    pressure: float
    steepness: float
    fading: float  # what is left of the effect after a month
    horizon: float
    breakage: float
    join_base: float
    join_slope: float
    mean_usage: float
    scale_usage: float
    usual_usage: float  # up to which a customer joins with no more than ...
    usual_chance: float  # ... this chance


SUMS = ("earned", "lapsed", "redeemed", "forfeited", "joined", "left", "claims")
"""By firm and month: points earned, lapsed, claimed and lost by leaving, in money; who joined and
who left; rewards claimed."""

_RATE, _STEP, _LAPSES, _RARE = SCRATCH

_EARNED, _LAPSED, _REDEEMED, _FORFEITED, _JOINED, _LEFT, _CLAIMS = (
    SUMS.index(name)
    for name in ("earned", "lapsed", "redeemed", "forfeited", "joined", "left", "claims")
)


@loop
def press(s: Scene, own: Own) -> None:
    """Let the reward in sight hold members and quicken their usage, and those just paid rest."""
    f, lo, n = s.f, s.lo, s.n
    progress, effect = own.progress[lo : lo + n], own.effect[lo : lo + n]
    gain, slump, pressure, steepness = own.gain, own.slump, own.pressure, own.steepness
    for first in range(0, n, LINE):
        prefetch(own, ("points",), lo + first)  # for ``earn``, and the next block's for this loop
        prefetch(own, ("progress", "effect"), lo + first + BLOCK)
    for c in range(n):
        paced = pace(np.float64(progress[c]), steepness)
        moved = np.float64(effect[c])
        f[_USAGE + c] *= usage_factor(moved, paced, gain, slump)
        f[_PULL + c] += pull_of(moved, paced, pressure)


@rule
def _give_up(own: Own, sums: Array, i: Any, firm: Any) -> None:
    """Take the points of a member who leaves its firm, and its membership."""
    sums[firm, _FORFEITED] += own.points[i]
    sums[firm, _LEFT] += 1.0
    own.points[i] = 0.0
    own.progress[i] = 0.0
    own.effect[i] = 0.0


@loop
def part(s: Scene, own: Own) -> None:
    """Let who moved to another firm lose the card, its points and the haste."""
    f, lo, choosers = s.f, s.lo, s.choosers
    usage, factor, sums = s.columns.usage, s.m.times.usage, own.sums[s.chunk]
    for k in range(np.int64(choosers.number[0])):
        c = np.int64(choosers.who[k])
        before = choosers.state[WHO_SUPPLIER + k]
        if before != f[SUPPLIER + c] and own.effect[lo + c] != 0.0:
            f[_USAGE + c] = np.float64(usage[lo + c]) * factor
            _give_up(own, sums, lo + c, np.int64(before))


@rule
def _reward(s: Scene, own: Own, sums: Array, c: Any, firm: Any) -> None:
    """Let a member claim the reward, unless it never does; the way begins anew."""
    i = s.lo + c
    claims = s.f[_REDEEM + c] >= own.breakage
    sums[firm, _REDEEMED if claims else _LAPSED] += own.points[i]
    sums[firm, _CLAIMS] += 1.0 if claims else 0.0
    s.f[_CHARGES + c] -= own.points[i] if claims else 0.0
    own.points[i] = 0.0
    own.progress[i] -= np.floor(own.progress[i])
    own.effect[i] = -abs(own.effect[i]) if claims else abs(own.effect[i])


@loop
def earn(s: Scene, own: Own) -> None:
    """Let members earn points of what they spend, come nearer to the reward, and claim it."""
    f, lo, n, at = s.f, s.lo, s.n, s.address
    sums, fading = own.sums[s.chunk], own.fading
    points, progress, effect = (
        own.points[lo : lo + n],
        own.progress[lo : lo + n],
        own.effect[lo : lo + n],
    )
    for c in range(n):
        at[c] = np.int32(f[SUPPLIER + c]) * LANES
    lay_out_records(own.policies, at, f, (_RATE, _STEP, _LAPSES, _RARE), n)
    # Who is no member goes along at a rate of 0: which customers are members is not foreseeable,
    # and a processor that guesses wrong loses more than the arithmetic takes.
    for c in range(n):
        moved = np.float64(effect[c])
        is_member = 1.0 if moved != 0.0 else 0.0
        quantity = f[BASE_SALES + c] + f[GROWTH_SALES + c] + f[CROSS_SALES + c]
        earned = is_member * f[_RATE + c] * f[_PRICE + c] * (quantity + f[PREMIUM_SALES + c])
        held = points[c] + earned
        lapsed = held * f[_LAPSES + c]
        way = single(np.float64(progress[c]) + is_member * (quantity * f[_STEP + c]))
        points[c] = held - lapsed
        progress[c] = way
        effect[c] = is_member * faded(moved, fading, way, f[_STEP + c])
        f[_RATE + c] = earned
        f[_LAPSES + c] = lapsed
        f[_RARE + c] = 1.0 if way >= 1.0 else is_member * max(f[LEAVING + c], f[_RARE + c])
    add_by_group(sums, (_EARNED, _LAPSED), f, SUPPLIER, (_RATE, _LAPSES), n)
    for k in range(pick(f, _RARE, at, n)):
        i: Any = np.int64(at[k])
        firm = np.int64(f[SUPPLIER + i])
        is_closed = own.is_open[firm] == 0.0
        if (progress[i] >= 1.0) & (not is_closed):
            _reward(s, own, sums, i, firm)
        if is_closed | (f[LEAVING + i] > 0.0):
            _give_up(own, sums, lo + i, firm)


@loop
def join(s: Scene, own: Own) -> None:
    """Let customers join the programme of their firm."""
    f, lo, n, sums, at = s.f, s.lo, s.n, own.sums[s.chunk], s.address
    usage, effect = s.columns.usage[lo : lo + n], own.effect[lo : lo + n]
    base, slope, mean, scale = own.join_base, own.join_slope, own.mean_usage, own.scale_usage
    usual_chance, usual_usage = own.usual_chance, own.usual_usage
    # Few join, so the chance itself is worked out only of those who may.
    for c in range(n):
        may = (f[_JOIN + c] < usual_chance) | (np.float64(usage[c]) > usual_usage)
        f[_RARE + c] = 1.0 if may & (np.float64(effect[c]) == 0.0) else 0.0
    for k in range(pick(f, _RARE, at, n)):
        i: Any = np.int64(at[k])
        firm = np.int64(f[SUPPLIER + i])
        if (own.is_open[firm] == 0.0) | (f[LEAVING + i] > 0.0):
            continue
        used = np.float64(usage[i])
        if joins(f[_JOIN + i], base, slope, used, mean, scale):
            weight = weight_of(used, own.reward_after[firm], own.horizon)
            effect[i] = max(weight * own.worth[firm], _LEAST_EFFECT)
            sums[firm, _JOINED] += 1.0


# The mechanism ----------------------------------------------------------------------------


def _curves(m: LoyaltyProgramme) -> tuple[Array, dict[str, Array]]:
    way = np.linspace(0.0, 1.0, 101)

    def faster(effect: float) -> Array:
        paced = (pace(p, m.steepness) for p in way.tolist())
        return np.array([usage_factor(effect, each, m.acceleration, m.slump) for each in paced])

    return way, {"moved in full": faster(1.0), "moved by half": faster(0.5)}


def _profit_a_customer(table: pd.DataFrame) -> float:
    mine = table[table["firm"] == table["firm"].iloc[0]]
    return float(mine["profit"].sum() / mine["opening"].sum())


REDEEMED = Line("points_redeemed", "points turned into rewards", "retention")
RUNNING = Line("programme_cost", "running the loyalty programme", "retention")
MEMBERS = Stock("programme_members", "members of the loyalty programme")
HELD = Stock("points_held", "points that members hold, money")
LIABILITY = Stock("points_liability", "those of them that are going to be claimed, money")


class LoyaltyProgrammes(Mechanism):
    """Points, rewards in sight, members by usage, and a liability in the books."""

    name = "loyalty_programme"
    keys = LoyaltyProgramme
    columns = {  # noqa: RUF012  # never changed
        "points": Column(np.float64, "points held, in money", "state"),
        "progress": Column(np.float32, "share of the way to the next reward", "state"),
        "effect": Column(
            np.float32,
            "how much the reward moves the member; below zero right after one, 0 = no member",
            "state",
        ),
    }
    sums = SUMS
    chances = ("loyalty_programme.join", "loyalty_programme.redeem")
    additions = (
        Addition(f"{__name__}.press", after="meet_terms"),
        Addition(f"{__name__}.part", after="move"),
        Addition(f"{__name__}.earn", before="book"),
        Addition(f"{__name__}.join", before="book"),
    )
    lines = (REDEEMED, RUNNING)
    stocks = (MEMBERS, HELD, LIABILITY)
    agent = "relsim.mechanisms.loyalty_programme.agent.Member"
    page = Page(
        title="Loyalty programme",
        across="share of the way to the reward",
        up="usage, times the usual",
        curves=_curves,
        key="firms.0.relationship.loyalty_programme.earn_rate",
        settings=(0.0, 0.005, 0.01, 0.02, 0.03),
        measure=_profit_a_customer,
        measured="profit gained by points (USD a customer, month)",
        base={"mechanisms.loyalty_programme": {}, "firms.0.relationship.loyalty_programme": {}},
    )
    rules = (pace, usage_factor, pull_of, weight_of, worth_it, joins, faded)

    def __init__(self, spec: MarketSpec, numbers: LoyaltyProgramme) -> None:
        super().__init__(spec, numbers)
        self.planned: dict[int, Programme] = {}
        self._known: tuple[Any, Own] | None = None
        self.month = 1

    def decide(self, plans: Mapping[int, Plan]) -> None:
        """Take programmes that strategies planned; they hold until the next plan says otherwise."""
        for place, plan in plans.items():
            if plan.relationship is not None and plan.relationship.loyalty_programme is not None:
                self.planned[place] = plan.relationship.loyalty_programme

    def policies(self) -> list[Programme | None]:
        """Return each firm's programme, None for those without."""
        configured = (firm.relationship.loyalty_programme for firm in self.spec.firms)
        return [self.planned.get(place, one) for place, one in enumerate(configured)]

    def offer(self, table: Array, stocks: Array, month: int) -> None:  # noqa: ARG002  # none
        """Note the month: programmes open in it."""
        self.month = month

    def own(self, sums: Array) -> Own:
        """Return columns, policies and numbers for the passes of the month."""
        policies = self.policies()
        known = self._known
        if known is None or known[0] != (self.numbers, policies, self._open(policies)):
            known = (self.numbers, policies, self._open(policies)), self._own(policies)
            self._known = known
        return known[1]._replace(sums=sums)

    def _open(self, policies: list[Programme | None]) -> list[bool]:
        return [one is not None and one.launch <= self.month for one in policies]

    def _own(self, policies: list[Programme | None]) -> Own:
        """Return all but the sums, made anew only where a policy or a number has changed."""
        m, is_open = self.numbers, self._open(policies)
        cards = max(sum(is_open), 1)
        usage, spread = usage_of(self.spec)
        rates = _by_firm(policies, "earn_rate", 0.0)
        reward_after = _by_firm(policies, "reward_after", math.inf)
        opened = np.array([0.0, *is_open])
        return Own(
            **self.state,
            sums=np.empty((0, 0, 0)),
            policies=_records(
                rates, 1.0 / reward_after, _by_firm(policies, "expiry", 0.0), 1.0 - opened
            ),
            reward_after=reward_after,
            worth=np.array([worth_it(rate, m.satiation) for rate in rates]),
            is_open=opened,
            gain=m.acceleration / cards,
            slump=m.slump / cards,
            pressure=m.pressure / cards,
            steepness=m.steepness,
            fading=left_after_a_month(m.half_life),
            horizon=m.horizon,
            breakage=m.breakage,
            join_base=logit(m.join_rate),
            join_slope=m.join_slope,
            mean_usage=usage,
            scale_usage=1.0 / spread if spread > 0.0 else 0.0,
            usual_usage=usage + _USUAL_DEVIATIONS * spread,
            # A hair more, so that rounding of the chance loses nobody.
            usual_chance=expit(logit(m.join_rate) + _USUAL_DEVIATIONS * m.join_slope) * (1 + 1e-9),
        )

    def close(
        self,
        accounts: Accounts,  # noqa: ARG002  # the sums say it all
        table: Array,  # noqa: ARG002  # the same
        stocks: Array,
        month: int,  # noqa: ARG002  # the same
    ) -> tuple[Array, Array]:
        """Return what rewards and members cost, and members and points held after the month."""
        running = _by_firm(self.policies(), "running_cost", 0.0)[1:]
        redeemed = self.sum_of("redeemed")
        before = dict(zip(self.stocks, stocks.T, strict=True))
        members = before[MEMBERS] + self.sum_of("joined") - self.sum_of("left")
        gone = redeemed + self.sum_of("lapsed") + self.sum_of("forfeited")
        held = before[HELD] + self.sum_of("earned") - gone
        after = {MEMBERS: members, HELD: held, LIABILITY: held * (1.0 - self.numbers.breakage)}
        money = {REDEEMED: 0.0 - redeemed, RUNNING: 0.0 - running * members}
        return (
            np.stack([money[line] for line in self.lines], axis=1),
            np.stack([after[stock] for stock in self.stocks], axis=1),
        )


def _by_firm(policies: list[Programme | None], key: str, without: float) -> Array:
    """Return a key of the programmes, one entry a firm, the first for "no supplier"."""
    return np.array([without, *(without if one is None else getattr(one, key) for one in policies)])


def _records(*columns: Array) -> Array:
    """Return a record a firm, of so many numbers as are laid out at once."""
    records = np.zeros((columns[0].size, LANES))
    records[:, : len(columns)] = np.stack(columns, axis=1)
    return records.reshape(-1)


def logit(chance: float) -> float:
    """Return the log-odds of a chance, held within 40.

    Examples
    --------
    >>> logit(0.5), logit(0.0)
    (0.0, -40.0)
    """
    if chance in (0.0, 1.0):
        return 40.0 if chance else -40.0
    return min(max(math.log(chance / (1.0 - chance)), -40.0), 40.0)


def usage_of(spec: MarketSpec) -> tuple[float, float]:
    """Return mean and standard deviation of customers' usage over all segments, units a month."""
    mean = mean_usage(spec)
    total = sum(segment.share for segment in spec.customers.segments)
    square = sum(
        segment.share * segment.usage**2 * (1.0 + segment.usage_spread**2)
        for segment in spec.customers.segments
    )
    return mean, math.sqrt(max(square / total - mean**2, 0.0))
