"""The loyalty ladder: prospect, customer, client, supporter, advocate, partner."""

from relsim.customers.compiled import rule

RUNGS = ("prospect", "customer", "client", "supporter", "advocate", "partner")


@rule
def rung(
    purchases: float,
    trust: float,
    recommendations: float,
    orientation: float,
    client_purchases: float,
    supporter_trust: float,
    advocate_trust: float,
    advocate_recommendations: float,
    partner_trust: float,
    partner_recommendations: float,
    partner_orientation: float,
) -> float:
    """Return the rung, 1 to 5, of someone who has a supplier.

    Each rung asks for all that the one below asks for. A *client* has bought often enough, a
    *supporter* trusts, an *advocate* trusts and has recommended, a *partner* trusts most, has
    recommended often and is of a kind that co-operates. The ladder is that of Christopher,
    Payne & Ballantyne (1991), "Relationship Marketing"; the thresholds are relsim's own.

    Examples
    --------
    >>> rung(9, 0.9, 0, 0.9, 6, 0.5, 0.6, 1, 0.8, 5, 0.6)
    3.0
    """
    client = purchases >= client_purchases
    supporter = client & (trust >= supporter_trust)
    advocate = supporter & (trust >= advocate_trust) & (recommendations >= advocate_recommendations)
    partner = (
        advocate
        & (trust >= partner_trust)
        & (recommendations >= partner_recommendations)
        & (orientation >= partner_orientation)
    )
    return (
        1.0
        + (1.0 if client else 0.0)
        + (1.0 if supporter else 0.0)
        + (1.0 if advocate else 0.0)
        + (1.0 if partner else 0.0)
    )
