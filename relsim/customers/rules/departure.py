"""Why a customer left its supplier: one cause for each churn."""

from relsim.customers.arithmetic import expit
from relsim.customers.compiled import rule
from relsim.customers.rules.choice import REFERRAL

CAUSES = (
    "left_market",
    "failure",
    "price",
    "rival_offer",
    "word_of_mouth",
    "contract_end",
    "given",
    "drift",
)
"""In the order of their codes. "given": kept or not by a chance that the config gives, the firm
left the market, or it sells sale by sale; "drift": none of the others, a bond too weak for the
month's noise."""

LEFT_MARKET, FAILURE, PRICE, RIVAL_OFFER, WORD_OF_MOUTH, CONTRACT_END, GIVEN, DRIFT = range(
    len(CAUSES)
)


@rule
def cause(
    u: float,
    log_odds: float,
    price_push: float,
    rivals_push: float,
    talk_push: float,
    failed: bool,
    through: float,
    contract_ended: bool,
) -> int:
    """Return the cause of a churn: the first of these that the customer would name.

    Failure: trouble of this month that was not made good, or dissatisfaction. Price, and then
    rivals' offers: without that push, under the same random numbers u, the choice would not have
    been reopened (a "but-for" cause: Hart & Honore 1959, "Causation in the Law"). Word of mouth:
    the new supplier came into consideration by a recommendation, or without the push of
    recommendations the choice would not have been reopened. Contract end: this was the first
    month in which the contract let go. Else drift. Categories after Keaveney (1995), "Customer
    switching behavior in service industries", Journal of Marketing 59:2; the order is ours.

    Parameters
    ----------
    u : float
        The random numbers against which the chance to reconsider was held.
    log_odds : float
        Log-odds of that chance.
    price_push, rivals_push, talk_push : float
        What a price off the reference, rivals' offers, and recommendations of rivals added to them.
    failed, contract_ended : bool
        As above.
    through : float
        How the new supplier was considered (``rules.choice``); 0 if there is none.

    Examples
    --------
    >>> CAUSES[cause(0.5, 1.0, 2.0, 0.0, 0.0, False, 0.0, True)]
    'price'
    """
    stays_by_price = (price_push > 0.0) & (u >= expit(log_odds - price_push))
    stays_by_rivals = (rivals_push > 0.0) & (u >= expit(log_odds - rivals_push))
    stays_by_talk = (talk_push > 0.0) & (u >= expit(log_odds - talk_push))
    named = DRIFT
    named = CONTRACT_END if contract_ended else named
    named = WORD_OF_MOUTH if stays_by_talk | (through == REFERRAL) else named
    named = RIVAL_OFFER if stays_by_rivals else named
    named = PRICE if stays_by_price else named
    return FAILURE if failed else named
