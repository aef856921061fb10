"""A loyalty programme: points, a reward after some purchases, members who buy faster toward it.

A firm may run a programme (``firms.N.relationship.loyalty_programme``). Its customers join by a
chance that rises with usage, so that members buy more than others *before* any effect: a naive
comparison of members with others overstates it, about sevenfold in chains (Leenheer et al. 2007),
which the default slope is set to: a slope of 1 would overstate it twentyfold. A member earns points
of its spend. The nearer the reward, the faster it buys and the better it stays; right after a
reward it rests (Kivetz, Urminsky & Zheng 2006). Some never redeem: breakage. What points are held
is a liability in the books; who leaves loses its points. Only those are moved for whom the reward
is neither certain nor out of reach; larger rewards move them more, ever less so; the effect fades,
and rivals' programmes divide it. Points build no trust. When a firm closes its programme, points
that are held are forfeited.
"""

from relsim.spec.fields import SpecModel, chance, fraction, key, money, weight

_KIVETZ = (
    "Kivetz, Urminsky & Zheng 2006: of ten purchases the last interval is 20% shorter than the "
    "first, the card is full in 24.6 days and not 29.4"
)


class LoyaltyProgramme(SpecModel):
    """Loyalty programmes: how customers respond to points and rewards of any firm."""

    acceleration: float = key(
        "How much faster a member buys right before the reward.",
        unit="share of usage",
        default=0.25,
        source=_KIVETZ,
        ge=0.0,
        le=5.0,
    )
    steepness: float = key(
        "How members speed up on the way to the reward: near 0 at once, at 1 evenly.",
        unit="ratio",
        default=0.075,
        source=_KIVETZ,
        gt=0.0,
        le=100.0,
    )
    slump: float = fraction(
        "How much slower a member buys for one purchase after a reward.",
        default=0.1,
        unit="share of usage",
        source="Kivetz, Urminsky & Zheng 2006 report slack after the reward; size assumed",
    )
    pressure: float = weight(
        "How much the reward in sight lowers the hazard to reconsider.",
        default=0.3,
        unit="log-odds",
        ge=0.0,
    )
    satiation: float = key(
        "Earn rate at which 63% of the most that a larger reward can do is reached.",
        unit="money per money",
        default=0.01,
        gt=0.0,
        le=10.0,
    )
    half_life: float = key(
        "Months after which half of the effect on a member has faded.",
        unit="months",
        default=6.0,
        source="Belli et al. 2022 find effects that fade; months assumed",
        gt=0.0,
        le=1200.0,
    )
    horizon: float = key(
        "Months within which the reward has to be in reach to move a customer.",
        unit="months",
        default=12.0,
        gt=0.0,
        le=1200.0,
    )
    breakage: float = chance(
        "Chance that a reward is never claimed.",
        default=0.3,
        unit="chance a reward",
        source="25 to 35% hold for most programmes; 5 to 85% occur",
    )
    join_rate: float = chance(
        "Chance that a customer of mean usage joins its supplier's programme.", default=0.05
    )
    join_slope: float = weight(
        "How much a standard deviation of usage adds to joining.",
        default=0.3,
        unit="log-odds",
        source="set so that the naive effect on members is about seven times the true one, in "
        "telecom over two years (Leenheer et al. 2007: seven times)",
    )


class Programme(SpecModel):
    """A firm's loyalty programme."""

    earn_rate: float = fraction(
        "Points earned for each money spent, in money.",
        default=0.01,
        unit="money per money",
        source="1% is usual, 0.5 to 3% occur",
    )
    reward_after: float = key(
        "Units of usage after which the points may be turned into a reward.",
        unit="units",
        default=10.0,
        source="Kivetz, Urminsky & Zheng 2006: ten",
        ge=1.0,
        le=1e6,
    )
    expiry: float = chance("Share of the points held that lapses a month.", default=0.0)
    launch: int = key(
        "Month in which the programme opens.", unit="month", default=1, ge=1, le=60_000
    )
    running_cost: float = money(
        "What a member costs besides its points.", per="member and month", default=0.0
    )
