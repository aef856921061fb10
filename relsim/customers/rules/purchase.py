"""What a customer buys in a month and at which price."""

import math

from relsim.customers.arithmetic import exp, log
from relsim.customers.compiled import rule


@rule
def growth_share(volume_growth: float, growth_potential: float, trust: float) -> float:
    """Return growth of volume over plain usage: ``growth potential T``.

    Increased purchases with the age of a relationship: Reichheld & Sasser (1990), HBR 68:5.
    """
    return volume_growth * growth_potential * trust


@rule
def cross_sale_chance(rate: float, trust: float) -> float:
    """Return the chance that a further line is bought this month: ``rate T``."""
    return rate * trust


@rule
def price_premium(premium: float, trust: float) -> float:
    """Return what is paid above the list price, as a share of it: ``premium T``."""
    return premium * trust


@rule
def poisson(u: float, mean: float) -> int:
    """Return a Poisson count by inversion of its distribution function at u.

    Counts in a non-contractual setting given a customer's own rate: Ehrenberg (1959), "The
    pattern of consumer purchases", Applied Statistics 8:1. Inversion keeps counts monotone in
    the rate, hence paired runs paired. Means above 500 are cut to 500.

    Examples
    --------
    >>> poisson(0.1, 2.0), poisson(0.5, 2.0), poisson(0.99, 2.0)
    (0, 2, 6)
    """
    mean = min(mean, 500.0)
    count = 0
    term = exp(-mean)
    total = term
    while u > total and count < 1000:
        count += 1
        term *= mean / count
        total += term
    return count


@rule
def last_purchase(u: float, kept: float) -> float:
    """Return after which purchase, counted from 1, a customer drops out: geometric, from u.

    After each purchase a customer stays with the chance ``kept``: ``ceil(log u / log kept)``
    (Fader, Hardie & Lee 2005, "Counting your customers the easy way: an alternative to the
    Pareto/NBD model", Marketing Science 24:2). The geometric forgets, so that a new draw each
    month is the same process.

    Examples
    --------
    >>> last_purchase(0.3, 0.5), last_purchase(0.9, 0.5), last_purchase(0.9, 0.0)
    (2.0, 1.0, 1.0)
    """
    safe = min(max(kept, 1e-12), 1.0 - 1e-12)
    return float(math.ceil(log(u) / log(safe)))
