"""What a customer experiences in a month with its supplier."""

from relsim.customers.arithmetic import clip01
from relsim.customers.compiled import rule

NO_TROUBLE, FAILED, COMPLAINED, RECOVERED = 0.0, 1.0, 2.0, 3.0
_UNIFORM_WIDTH = 3.4641016151377544  # sqrt(12): a uniform number of this width has deviation 1


@rule
def fit(orientation: float, offer: float) -> float:
    """Return how well an offer suits a customer: ``1 - 2 |orientation - offer|``, in [-1, 1].

    After the industry bandwidth of Anderson & Narus (1991), "Partnering as a focused market
    strategy", California Management Review 33:3: bare offers suit transactional customers
    (0), augmented ones collaborative customers (1).

    Examples
    --------
    >>> fit(0.25, 0.75)
    0.0
    """
    return 1.0 - 2.0 * abs(orientation - offer)


@rule
def service_level(quality: float, care_weight: float, care: float, congestion: float) -> float:
    """Return what a firm delivers before noise: ``quality + care_weight care - congestion``."""
    return quality + care_weight * care - congestion


@rule
def trouble(u: float, failure_rate: float, complaint_rate: float, recovery: float) -> float:
    """Return how far this month's trouble went: 0 none, 1 failed, 2 complained, 3 recovered.

    One draw u decides: each stage is a part of the one before, with the conditional chances
    ``failure_rate``, ``complaint_rate`` and ``recovery``. Better recovery then rescues more
    of the *same* complaints, which keeps paired runs paired.

    Examples
    --------
    >>> [trouble(u, 0.5, 0.5, 0.5) for u in (0.9, 0.4, 0.2, 0.1)]
    [0.0, 1.0, 2.0, 3.0]
    """
    complained = failure_rate * complaint_rate
    return (
        (1.0 if u < failure_rate else 0.0)
        + (1.0 if u < complained else 0.0)
        + (1.0 if u < complained * recovery else 0.0)
    )


@rule
def experience(service: float, fit_term: float, loss: float, noise: float, chance: float) -> float:
    """Return the month's experience in [0, 1].

    ``clip(service + fit_term - loss + noise z)`` with z uniform, mean 0 and deviation 1, from
    the chance in (0, 1). ``loss`` is the severity of a failure that nobody made good, else 0.
    """
    return clip01(service + fit_term - loss + noise * _UNIFORM_WIDTH * (chance - 0.5))
