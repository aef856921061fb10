"""What a month's rules need to know: numbers of the mechanisms and the table of the firms."""

import enum
from typing import NamedTuple

from relsim.customers.rules.ladder import RUNGS
from relsim.customers.rules.value import TIERS

N_TIERS = len(TIERS)
N_RUNGS = len(RUNGS)


class Mechanisms(NamedTuple):
    """The numbers of the rules, alike for all firms. Named as in the rules."""

    fit_weight: float
    severity: float
    noise: float
    complaint_rate: float
    learning_rate: float
    build_rate: float
    break_rate: float
    start_satisfaction: float
    start_trust: float
    base: float
    price_effect: float
    satisfaction_effect: float
    trust_effect: float
    dissatisfied_below: float
    price_weight: float
    choice_fit_weight: float
    satisfaction_weight: float
    trust_weight: float
    price_tolerance: float
    outside_utility: float
    discount_months: float
    volume_growth: float
    cross_sale_rate: float
    cross_sale_size: float
    premium: float
    learning: float
    learning_months: float
    persuasion: float
    warning: float
    recommend_trust: float
    warn_satisfaction: float
    warn_rate: float
    client_purchases: float
    supporter_trust: float
    advocate_trust: float
    advocate_recommendations: float
    partner_trust: float
    partner_recommendations: float
    partner_orientation: float
    growable_from: float
    turnover: float
    follows_relationship: bool  # else retention is a given chance
    own_retention: bool  # the given chance is the customer's own trait
    drops_out: bool  # the customer's own chance to stay is tried after each purchase
    usage_factor: float  # on everybody's usage this month
    needs: float  # what is added to everybody's orientation this month
    counts_purchases: bool  # non-contractual: a Poisson count, else the expected quantity


@enum.unique
class Term(enum.IntEnum):
    """Last axis of the table of firms: what a firm's customers in one value tier meet."""

    # Those that every customer meets every month ...
    SERVICE = 0  # rules.experience.service_level
    RECOVERY = 1  # chance that a complaint is made good
    FAILURE_RATE = 2  # chance a month
    OFFER = 3  # place on the industry bandwidth, 0 to 1
    PULL = 4  # rules.reconsider.pull_to_stay
    CONQUEST = 5  # what rivals' offers to the dissatisfied take from the pull
    PRICE = 6  # money per unit of usage
    GROSS_MARGIN = 7  # price - unit cost
    SERVICE_COST = 8  # money per service unit
    VALUATION_ERROR = 9  # money a month
    MOST_VALUABLE_FROM = 10  # money a month
    RECOMMEND_RATE = 11  # chance a month
    RELATIVE_PRICE = 12  # price / reference price
    # ... and those that only some do.
    RETENTION = 13  # the given monthly retention, where the setting asks for one
    CONTRACT = 14  # months
    APPEAL = 15  # b_q quality
    SWITCHING_COST = 16  # utility
    AWARENESS = 17  # chance a month
    REACH_PROSPECTS = 18  # chance a month
    REACH_RIVALS = 19  # chance a month to reach a customer of a rival
    REACH_DISSATISFIED = 20  # the same on top for a dissatisfied one
    DISCOUNT = 21  # introductory discount, share of price
    RIVALS = 22  # what all rivals' offers take from the pull of a customer not dissatisfied
    SAVED = 23  # chance that a would-be defector stays
    ABSENT = 24  # 1 = not in the market
    UNMOVED = 25  # chance that the talk of the whole market moves nobody to consider it
    STANDING = 26  # what the warnings of the whole market leave of its standing


N_TERMS = len(Term)
N_MET = 13  # terms that every customer meets every month
