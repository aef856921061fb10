"""Which suppliers a deciding customer considers, and which it takes."""

from relsim.customers.arithmetic import exp, log
from relsim.customers.compiled import rule

WAYS = ("start", "recommendation", "reach", "awareness")
"""How a supplier came into consideration, in the order of the codes; "start": from the start."""

NOBODY, REFERRAL, REACH, AWARENESS = map(float, range(len(WAYS)))
INCUMBENT = 4.0  # considered because it is the supplier already


@rule
def either(a: float, b: float) -> float:
    """Return the chance that at least one of two independent things happens.

    Examples
    --------
    >>> either(0.5, 0.5)
    0.75
    """
    return 1.0 - (1.0 - a) * (1.0 - b)


@rule
def considered_through(
    u: float, recommended: float, reached: float, aware: float, standing: float
) -> float:
    """Return through what a firm comes into consideration: 0 not at all, 1 to 3 as named.

    The chance is ``standing (1 - (1 - recommended)(1 - reached)(1 - aware))``, the three ways
    named in that order when several would have done. ``standing`` is what warnings leave.
    Reaching the consideration set by advertising and by word of mouth: Hauser & Wernerfelt
    (1990), Journal of Consumer Research 16:4.

    Examples
    --------
    >>> [considered_through(u, 0.5, 0.5, 0.5, 1.0) for u in (0.4, 0.7, 0.8, 0.9)]
    [1.0, 2.0, 3.0, 0.0]
    """
    by_recommendation = standing * recommended
    by_reach = standing * either(recommended, reached)
    by_awareness = standing * either(either(recommended, reached), aware)
    return (
        (1.0 if u < by_awareness else 0.0) * AWARENESS
        + (1.0 if u < by_reach else 0.0) * (REACH - AWARENESS)
        + (1.0 if u < by_recommendation else 0.0) * (REFERRAL - REACH)
    )


@rule
def felt_price(
    relative_price: float, price_tolerance: float, premium: float, trust: float
) -> float:
    """Return the present supplier's price as felt.

    ``price / reference (1 + premium T) (1 - tolerance T)``: what is paid, the premium included
    (:func:`relsim.customers.rules.purchase.price_premium`), as far as it is compared. Trusting
    customers pay more and compare less: Reichheld & Sasser (1990), HBR 68:5, "price premium";
    contested by Reinartz & Kumar (2002), HBR 80:7.

    Examples
    --------
    >>> felt_price(1.0, 0.1, 0.0, 0.5), felt_price(1.0, 0.0, 0.5, 0.5)
    (0.95, 1.25)
    """
    return relative_price * (1.0 + premium * trust) * (1.0 - price_tolerance * trust)


@rule
def utility(
    appeal: float,
    price_weight: float,
    price_sensitivity: float,
    relative_price: float,
    fit_weight: float,
    fit: float,
) -> float:
    """Return the systematic utility of a firm that is not the incumbent.

    ``appeal - b_p sensitivity price / reference + b_fit fit`` with ``appeal = b_q quality``.
    """
    return appeal - price_weight * price_sensitivity * relative_price + fit_weight * fit


@rule
def relationship_utility(
    satisfaction_weight: float,
    satisfaction: float,
    trust_weight: float,
    trust: float,
    switching_cost: float,
) -> float:
    """Return what the incumbent has on top: ``b_S (S - 1/2) + b_T T + switching_cost``."""
    return satisfaction_weight * (satisfaction - 0.5) + trust_weight * trust + switching_cost


@rule
def arrival(u: float, utility: float) -> float:
    """Return an exponential race time ``-log(u) exp(-utility)``; the first to arrive wins.

    The winner of the race is distributed as the multinomial logit: the largest of
    ``utility + Gumbel`` is the smallest of these times (McFadden 1974, "Conditional logit
    analysis of qualitative choice behavior"). One draw per firm, so a new firm changes a
    choice only by acquiring it.

    Examples
    --------
    >>> arrival(0.5, 0.0) < arrival(0.5, -1.0)
    True
    """
    return -log(u) * exp(-utility)
