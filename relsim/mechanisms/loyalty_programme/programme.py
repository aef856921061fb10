"""The loyalty programme: its rules, its passes of the month, and its books."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers.accounts import Accounts
from relsim.customers.arithmetic import expit
from relsim.customers.block import (
    BASE_SALES,
    CROSS_SALES,
    GROWTH_SALES,
    LEAVING,
    MET,
    PREMIUM_SALES,
    SOCKETS,
    SUPPLIER,
    chance_row,
)
from relsim.customers.columns import Column
from relsim.customers.compiled import loop, rule
from relsim.customers.parameters import mean_usage
from relsim.customers.scene import Scene, single
from relsim.customers.schedule import Addition
from relsim.customers.terms import Term
from relsim.firms.ledger import Line, Stock
from relsim.firms.plan import Plan
from relsim.mechanisms.base import Array, Mechanism
from relsim.mechanisms.loyalty_programme.spec import LoyaltyProgramme, Programme
from relsim.spec import MarketSpec

_PULL, _USAGE, _CHARGES = (SOCKETS[name].row for name in ("pull_to_stay", "usage", "charges"))
_PRICE = MET[Term.PRICE]
_JOIN, _REDEEM = chance_row("loyalty_programme.join"), chance_row("loyalty_programme.redeem")
_LOGISTIC_OF_NORMAL = 1.702  # Camilli 1994: a logistic this much steeper is near the normal
_LEAST_EFFECT = 1e-30

Singles = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


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
def usage_factor(effect: float, rests: float, paced: float, gain: float, slump: float) -> float:
    """Return by what a member's usage is multiplied this month.

    ``1 + effect gain pace`` on the way to the reward, ``1 - effect slump`` right after one.

    Examples
    --------
    >>> usage_factor(1.0, 0.0, 1.0, 0.25, 0.1), usage_factor(1.0, 1.0, 1.0, 0.25, 0.1)
    (1.25, 0.9)
    """
    return 1.0 + effect * (-slump if rests > 0.0 else gain * paced)


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
def joining(base: float, slope: float, usage: float, mean: float, scale: float) -> float:
    """Return the chance to join: ``expit(base + slope (usage - mean) scale)``.

    ``scale`` is one over the standard deviation of usage, 0 where all are alike: heavy buyers
    join, which a naive comparison takes for the effect (Leenheer et al. 2007, International
    Journal of Research in Marketing 24:1).

    Examples
    --------
    >>> joining(0.0, 1.0, 2.0, 2.0, 0.5)
    0.5
    """
    return expit(base + slope * (usage - mean) * scale)


@rule
def balance_after(balance: float, earned: float, expiry: float) -> float:
    """Return the points held after a month without reward: ``(balance + earned)(1 - expiry)``.

    Examples
    --------
    >>> balance_after(10.0, 2.0, 0.5)
    6.0
    """
    return (balance + earned) * (1.0 - expiry)


@rule
def toward_next(progress: float, reward_after: float) -> float:
    """Return the progress that is left once rewards are reached: the remainder of the division.

    Examples
    --------
    >>> toward_next(12.5, 10.0), toward_next(9.0, 10.0)
    (2.5, 9.0)
    """
    return progress - reward_after * float(math.floor(progress / reward_after))


# Passes -----------------------------------------------------------------------------------


class Own(NamedTuple):
    """What the passes get: columns, one entry a customer; policies, one a firm; numbers."""

    points: Singles
    progress: Singles
    effect: Singles
    card: Bytes
    rests: Bytes
    sums: npt.NDArray[np.float64]
    earn_rate: Array
    reward_after: Array
    expiry: Array
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


SUMS = ("earned", "redeemed", "expired", "forfeited", "held", "members")
"""Points by firm and month, in money: earned, claimed, lapsed, lost by leaving, held; members."""

_EARNED, _REDEEMED, _EXPIRED = (SUMS.index(name) for name in ("earned", "redeemed", "expired"))
_FORFEITED, _HELD, _MEMBERS = (SUMS.index(name) for name in ("forfeited", "held", "members"))


@loop
def press(s: Scene, own: Own) -> None:
    """Let the reward in sight hold members and quicken their usage, and those just paid rest."""
    f, lo, n = s.f, s.lo, s.n
    card, rests = own.card[lo : lo + n], own.rests[lo : lo + n]
    progress, effect = own.progress[lo : lo + n], own.effect[lo : lo + n]
    gain, slump, pressure, steepness = own.gain, own.slump, own.pressure, own.steepness
    reward_after = own.reward_after
    for c in range(n):
        if card[c] == 0:
            continue
        paced = pace(np.float64(progress[c]) / reward_after[card[c]], steepness)
        moved, resting = np.float64(effect[c]), np.float64(rests[c])
        f[_USAGE + c] *= usage_factor(moved, resting, paced, gain, slump)
        f[_PULL + c] += pressure * moved * (0.0 if resting > 0.0 else paced)


@loop
def part(s: Scene, own: Own) -> None:
    """Let who moved to another firm lose its card, its points and its haste."""
    f, lo, choosers = s.f, s.lo, s.choosers
    usage, factor = s.columns.usage, s.m.times.usage
    sums = own.sums[s.chunk]
    for k in range(np.int64(choosers.number[0])):
        c = np.int64(choosers.who[k])
        firm = np.int64(own.card[lo + c])
        if (firm > 0) & (np.float64(firm) != f[SUPPLIER + c]):
            f[_USAGE + c] = np.float64(usage[lo + c]) * factor
            sums[firm, _FORFEITED] += own.points[lo + c]
            _empty(own, lo + c)


@rule
def _empty(own: Own, i: Any) -> None:
    own.card[i] = 0
    own.rests[i] = 0
    own.points[i] = 0.0
    own.progress[i] = 0.0
    own.effect[i] = 0.0


@loop
def collect(s: Scene, own: Own) -> None:
    """Let members earn points and claim rewards, and others join; book both."""
    f, lo = s.f, s.lo
    usage, sums = s.columns.usage, own.sums[s.chunk]
    points, progresses, effects = own.points, own.progress, own.effect
    for c in range(s.n):
        firm, i = np.int64(f[SUPPLIER + c]), lo + c
        leaves = f[LEAVING + c] > 0.0
        if own.card[i] == 0:
            if (own.is_open[firm] > 0.0) & (not leaves):
                chance = joining(
                    own.join_base,
                    own.join_slope,
                    np.float64(usage[i]),
                    own.mean_usage,
                    own.scale_usage,
                )
                if f[_JOIN + c] < chance:
                    weight = weight_of(np.float64(usage[i]), own.reward_after[firm], own.horizon)
                    own.card[i] = firm
                    effects[i] = max(weight, _LEAST_EFFECT)
                    sums[firm, _MEMBERS] += 1.0
            continue
        quantity = f[BASE_SALES + c] + f[GROWTH_SALES + c] + f[CROSS_SALES + c]
        earned = own.earn_rate[firm] * f[_PRICE + c] * (quantity + f[PREMIUM_SALES + c])
        held = np.float64(points[i])
        after = single(balance_after(held, earned, own.expiry[firm]))
        sums[firm, _EARNED] += earned
        sums[firm, _EXPIRED] += held + earned - after
        progress = np.float64(progresses[i]) + quantity
        if progress >= own.reward_after[firm]:
            progress = toward_next(progress, own.reward_after[firm])
            claims = f[_REDEEM + c] >= own.breakage
            sums[firm, _REDEEMED if claims else _EXPIRED] += after
            f[_CHARGES + c] -= after if claims else 0.0
            own.rests[i] = 1 if claims else 0
            after = 0.0
        elif progress >= 1.0:
            own.rests[i] = 0
        progresses[i] = progress
        points[i] = after
        effects[i] = max(np.float64(effects[i]) * own.fading, _LEAST_EFFECT)
        if leaves:
            sums[firm, _FORFEITED] += after
            _empty(own, i)
            continue
        sums[firm, _HELD] += after
        sums[firm, _MEMBERS] += 1.0


# The mechanism ----------------------------------------------------------------------------


class LoyaltyProgrammes(Mechanism):
    """Points, rewards in sight, members by usage, and a liability in the books."""

    name = "loyalty_programme"
    keys = LoyaltyProgramme
    columns = {  # noqa: RUF012  # never changed
        "points": Column(np.float32, "points held, in money", "state"),
        "progress": Column(np.float32, "units bought since the last reward", "state"),
        "effect": Column(np.float32, "how much the reward moves the member, 0 to 1", "state"),
        "card": Column(np.uint8, "firm of whose programme it is a member; 0 = none", "state"),
        "rests": Column(np.uint8, "1 = has just had a reward", "state"),
    }
    sums = SUMS
    chances = ("loyalty_programme.join", "loyalty_programme.redeem")
    additions = (
        Addition(f"{__name__}.press", after="meet_terms"),
        Addition(f"{__name__}.part", after="move"),
        Addition(f"{__name__}.collect", before="book"),
    )
    lines = (
        Line("points_redeemed", "points turned into rewards", "retention"),
        Line("programme_cost", "running the loyalty programme", "retention"),
    )
    stocks = (
        Stock("programme_members", "members of the loyalty programme"),
        Stock("points_held", "points that members hold, money"),
        Stock("points_liability", "those of them that will be claimed, money"),
    )
    agent = "relsim.mechanisms.loyalty_programme.agent.Member"
    rules = (pace, usage_factor, weight_of, joining, balance_after, toward_next)

    def __init__(self, spec: MarketSpec, numbers: LoyaltyProgramme) -> None:
        super().__init__(spec, numbers)
        self.planned: dict[int, Programme] = {}
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
        m, policies = self.numbers, self.policies()
        is_open = [one is not None and one.launch <= self.month for one in policies]
        cards = max(sum(is_open), 1)
        usage, spread = usage_of(self.spec)
        return Own(
            **self.state,
            sums=sums,
            earn_rate=_by_firm(policies, "earn_rate", 0.0),
            reward_after=_by_firm(policies, "reward_after", 1.0),
            expiry=_by_firm(policies, "expiry", 0.0),
            is_open=np.array([0.0, *is_open]),
            gain=m.acceleration / cards,
            slump=m.slump / cards,
            pressure=m.pressure / cards,
            steepness=m.steepness,
            fading=0.5 ** (1.0 / m.half_life),
            horizon=m.horizon,
            breakage=m.breakage,
            join_base=logit(m.join_rate),
            join_slope=m.join_slope,
            mean_usage=usage,
            scale_usage=1.0 / spread if spread > 0.0 else 0.0,
        )

    def close(
        self,
        accounts: Accounts,  # noqa: ARG002  # the sums say it all
        table: Array,  # noqa: ARG002  # the same
        stocks: Array,  # noqa: ARG002  # the same
        month: int,  # noqa: ARG002  # the same
    ) -> tuple[Array, Array]:
        """Return what rewards and members cost, and members and points held after the month."""
        running = _by_firm(self.policies(), "running_cost", 0.0)[1:]
        members, held = self.sum_of("members"), self.sum_of("held")
        money = np.stack([0.0 - self.sum_of("redeemed"), 0.0 - running * members], axis=1)
        liability = held * (1.0 - self.numbers.breakage)
        return money, np.stack([members, held, liability], axis=1)


def _by_firm(policies: list[Programme | None], key: str, without: float) -> Array:
    """Return a key of the programmes, one entry a firm, the first for "no supplier"."""
    return np.array([without, *(without if one is None else getattr(one, key) for one in policies)])


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
