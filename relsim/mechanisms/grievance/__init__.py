"""Grievance: customers remember failures, and reconsider more often while they do.

A failure that nobody makes good adds to the log-odds of reconsidering, at once and for as long as
it is remembered; satisfaction has forgotten it after a few months. Of a failure that was made good
a share is remembered: recovery restores satisfaction, but not repurchase (de Matos, Henrique &
Rossi 2007). Earlier purchases soften the blow, another failure that is still remembered sharpens
it, and who does not leave soon is back to normal (Knox & van Oest 2014). A contract holds the
customer, and memory fades more slowly while it cannot act. It ends with the relationship.
"""

from relsim.spec.fields import SpecModel, fraction, key, weight

_KNOX = "Knox & van Oest 2014, Journal of Marketing 78:42 find the sign; size assumed"


class Grievance(SpecModel):
    """Failures remembered: what they add to reconsidering, and for how long."""

    strength: float = weight(
        "How much an unresolved failure raises the hazard to reconsider, in a new customer.",
        default=2.0,
        unit="log-odds",
        source="set so that an unresolved failure adds some 7 to 15 points to the loss of twelve "
        "months where no contract binds: half to a third of the 15 to 30 points of stated loyalty "
        "that Goodman, O'Brien & Segal 2000 report",
        ge=0.0,
    )
    kept_after_recovery: float = fraction(
        "Share of that which is remembered of a failure made good.",
        default=0.3,
        source="de Matos, Henrique & Rossi 2007: recovery does not raise repurchase; size assumed",
    )
    softening: float = key(
        "How much each earlier purchase softens a failure: its effect falls exponentially.",
        unit="per purchase",
        default=0.05,
        source=_KNOX,
        ge=0.0,
        le=50.0,
    )
    least_effect: float = fraction(
        "Share of the effect that no number of purchases softens away.", default=0.3
    )
    double_deviation: float = key(
        "How much more a failure does while another is remembered in full.",
        unit="ratio",
        default=1.0,
        source=_KNOX,
        ge=0.0,
        le=10.0,
    )
    half_life: float = key(
        "Months after which half of the memory has faded, while the customer is free to leave.",
        unit="months",
        default=2.0,
        source="Knox & van Oest 2014: who does not leave soon is back to normal; months assumed",
        gt=0.0,
        le=1200.0,
    )
    half_life_bound: float = key(
        "Months after which half of the memory has faded, while a contract binds.",
        unit="months",
        default=6.0,
        gt=0.0,
        le=1200.0,
    )
