"""What money does: the spend response of offence and defence alike."""

from relsim.customers.arithmetic import exp
from relsim.customers.compiled import rule


@rule
def spend_response(ceiling: float, rate: float, spend: float) -> float:
    """Return the effect of a monthly spend per targeted person.

    ``ceiling (1 - exp(-rate spend))`` (Blattberg & Deighton 1996, "Manage marketing by the
    customer equity test", HBR 74:4). Spend in money per person and month, rate per money.

    Examples
    --------
    >>> spend_response(0.5, 1.0, 0.0)
    0.0
    """
    return ceiling * (1.0 - exp(-rate * spend))
