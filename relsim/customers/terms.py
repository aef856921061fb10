"""The table of the firms: what each offers to its customers, by value tier."""

import enum

from relsim.customers.rules.ladder import RUNGS
from relsim.customers.rules.value import TIERS

N_TIERS = len(TIERS)
N_RUNGS = len(RUNGS)


@enum.unique
class Term(enum.IntEnum):
    """Last axis of the table of firms: what a firm's customers in one value tier meet."""

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
    HEARD = 27  # recommendations of rivals that its customer hears from the whole market
    SELLS_ANEW = 28  # 1 = sells sale by sale: every purchase is a fresh choice


N_TERMS = len(Term)

MET_TERMS = tuple(Term)[: Term.RELATIVE_PRICE + 1]
"""Those that every customer meets every month, side by side; the others only some do."""
