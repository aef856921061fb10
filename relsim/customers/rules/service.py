"""What a customer costs to serve."""

from relsim.customers.arithmetic import exp
from relsim.customers.compiled import rule


@rule
def service_units(
    service_demand: float, learning: float, tenure: float, learning_months: float
) -> float:
    """Return service used, in units of an average new customer's month.

    ``demand (1 - learning (1 - exp(-tenure / learning_months)))``: customers and firms learn
    to work together. Reichheld & Sasser (1990), HBR 68:5, "reduced operating costs";
    contested by Dowling & Uncles (1997), Sloan Management Review 38:4.

    Examples
    --------
    >>> service_units(2.0, 0.5, 0.0, 12.0)
    2.0
    """
    return service_demand * (1.0 - learning * (1.0 - exp(-tenure / learning_months)))
