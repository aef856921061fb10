"""What a firm believes a customer to be worth, and the tier that follows."""

from relsim.customers.compiled import rule

TIERS = ("below_zero", "ordinary", "growable", "most_valuable")
BELOW_ZERO, ORDINARY, GROWABLE, MOST_VALUABLE = 0.0, 1.0, 2.0, 3.0


@rule
def contribution(
    gross_margin: float,
    quantity: float,
    price: float,
    premium_quantity: float,
    service_cost: float,
    service: float,
) -> float:
    """Return a customer's running contribution of the month, in money.

    ``(price - unit cost) quantity + price premium - service cost``, before what is spent once
    (onboarding, introductory discount) and before what the firm spends on purpose.
    """
    return gross_margin * quantity + price * premium_quantity - service_cost * service


@rule
def tier(
    value: float,
    error: float,
    misjudgement: float,
    most_valuable_from: float,
    growth_potential: float,
    growable_from: float,
) -> float:
    """Return the value tier of a customer as its firm sees it: an index into ``TIERS``.

    The tiers of Peppers & Rogers (1997), "Enterprise One to One": below zero, most valuable,
    most growable and the rest. The firm sees ``value + error misjudgement``: its error falls
    with what it knows, the misjudgement (standard normal) belongs to the customer.

    Examples
    --------
    >>> [tier(v, 0.0, 1.0, 50.0, 1.0, 2.0) for v in (-1.0, 20.0, 60.0)]
    [0.0, 1.0, 3.0]
    """
    seen = value + error * misjudgement
    plain = GROWABLE if growth_potential >= growable_from else ORDINARY
    known = MOST_VALUABLE if seen >= most_valuable_from else plain
    return BELOW_ZERO if seen < 0.0 else known
