"""Needs that drift: what each customer needs moves around its own level, and now and then jumps.

A customer's need is its orientation, between deal (0) and collaboration (1). The level that it is
born with is its own for good; how far the need of a month is from it follows an autoregressive
process of the first order with jumps. So a supplier whose offer fits today may not fit in two
years, and customers differ both for good and for a while. It is each customer's own; the event
``changing_needs`` moves all customers' needs alike, and both add up. Who comes into the market is
at its own level. What the need of a month is, held within 0 and 1, counts wherever orientation
does: in the month's fit, in choosing, and in who may become a partner.
"""

from relsim.spec.fields import SpecModel, chance, fraction, key


class Needs(SpecModel):
    """Individual needs that drift: how fast, how far, and how often they jump."""

    half_life: float = key(
        "Months after which half of the distance from the customer's own level is gone.",
        unit="months",
        default=24.0,
        gt=0.0,
        le=1200.0,
    )
    step: float = fraction(
        "Standard deviation of what is added to a need each month.", default=0.03, unit="0 to 1"
    )
    jump_rate: float = chance("Chance that a need jumps.", default=0.01)
    jump: float = fraction(
        "How far a jump takes a need, up or down alike often.", default=0.3, unit="0 to 1"
    )
