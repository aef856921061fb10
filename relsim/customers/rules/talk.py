"""What a customer says about its supplier."""

from relsim.customers.compiled import rule

SILENT, RECOMMENDS, WARNS = 0.0, 1.0, 2.0
WARNING_OFFSET = 128  # what was said is f when firm f was recommended, 128 + f when warned of


@rule
def telling(
    u: float,
    trust: float,
    satisfaction: float,
    recommend_trust: float,
    recommend_rate: float,
    warn_satisfaction: float,
    warn_rate: float,
) -> float:
    """Return 1 if the customer recommends its supplier this month, 2 if it warns, 0 if silent.

    Those who trust (``T >= recommend_trust``) recommend at one rate, those who are
    dissatisfied (``S <= warn_satisfaction``) warn at another; a customer who is both warns.
    Anderson (1998), "Customer satisfaction and word of mouth", Journal of Service Research
    1:1: both ends talk, the dissatisfied more.

    Examples
    --------
    >>> telling(0.1, 0.9, 0.8, 0.7, 0.2, 0.3, 0.4), telling(0.1, 0.1, 0.2, 0.7, 0.2, 0.3, 0.4)
    (1.0, 2.0)
    """
    dissatisfied = satisfaction <= warn_satisfaction
    rate = recommend_rate if trust >= recommend_trust else 0.0
    rate = warn_rate if dissatisfied else rate
    word = WARNS if dissatisfied else RECOMMENDS
    return word if u < rate else SILENT


@rule
def left_by_talk(effect: float, share: float, heard: float) -> float:
    """Return the chance that none of so many voices has its effect: ``(1 - effect share)^heard``.

    The fully mixed market: everyone hears ``heard`` others, drawn anew each month from all, of
    whom the part ``share`` speaks of the firm. With small effects the chance to be moved is
    ``heard effect share``: the imitation of Bass (1969), "A new product growth model for
    consumer durables", Management Science 15:5, with ``q = heard effect``.

    Examples
    --------
    >>> left_by_talk(0.5, 0.5, 2)
    0.5625
    """
    left = 1.0
    for _ in range(int(heard)):
        left *= 1.0 - effect * share
    return left
