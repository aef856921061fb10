"""Whether a customer reopens the choice of its supplier this month."""

from relsim.customers.arithmetic import expit
from relsim.customers.compiled import rule

GONE = -1e9  # the pull of a firm that has left the market: nothing, not even a contract, holds


@rule
def pull_to_stay(
    care_effect: float, care: float, switching_cost: float, rival_effect: float, pressure: float
) -> float:
    """Return what a firm and its rivals add to staying, in log-odds.

    ``care_effect care + switching_cost - rival_effect pressure``.
    """
    return care_effect * care + switching_cost - rival_effect * pressure


@rule
def price_push(price_effect: float, price_sensitivity: float, felt_price: float) -> float:
    """Return what a price away from the reference adds to reconsidering, in log-odds.

    ``price_effect sensitivity (felt price / reference - 1)``: a dear supplier is questioned
    more often, a cheap one less. Without it a firm could raise its price without bound and
    keep those who never look around; that price increases are a main cause of switching is
    Keaveney (1995), Journal of Marketing 59:2.

    Examples
    --------
    >>> price_push(2.0, 1.0, 1.5)
    1.0
    """
    return price_effect * price_sensitivity * (felt_price - 1.0)


@rule
def talk_push(opening: float, heard: float) -> float:
    """Return what recommendations of rivals add to reconsidering, in log-odds: ``opening heard``.

    ``heard`` counts those of last month, by neighbours or, expected, by a fully mixed market. That
    others move customers to leave is Nitzan & Libai (2011), "Social effects on customer
    retention", Journal of Marketing 75:6: one neighbour who defects goes with a hazard that is 80%
    higher, 0.59 in log-odds where the hazard is small.

    Examples
    --------
    >>> talk_push(0.5, 3.0)
    1.5
    """
    return opening * heard


@rule
def log_odds(
    base: float,
    satisfaction_effect: float,
    satisfaction: float,
    trust_effect: float,
    trust: float,
    pull: float,
) -> float:
    """Return the log-odds of :func:`hazard`."""
    return base - satisfaction_effect * (satisfaction - 0.5) - trust_effect * trust - pull


@rule
def hazard(
    base: float,
    satisfaction_effect: float,
    satisfaction: float,
    trust_effect: float,
    trust: float,
    pull: float,
) -> float:
    """Return the chance to reconsider: ``expit(h0 - hS (S - 1/2) - hT T - pull)``.

    ``pull`` is :func:`pull_to_stay` less :func:`price_push` and :func:`talk_push`.

    A discrete-time logistic hazard (Allison 1982, "Discrete-time methods for the analysis of
    event histories", Sociological Methodology 13); that satisfaction and trust lower it is
    Bolton (1998), Marketing Science 17:1, and Morgan & Hunt (1994), Journal of Marketing 58:3.

    Examples
    --------
    >>> hazard(0.0, 4.0, 0.5, 2.0, 0.0, 0.0)
    0.5
    """
    return expit(log_odds(base, satisfaction_effect, satisfaction, trust_effect, trust, pull))
