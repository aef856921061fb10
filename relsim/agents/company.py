"""What an agent knows of the month and of the others, and where it is booked."""

from typing import Any

import numpy as np
import numpy.typing as npt

from relsim.customers import accounts as books
from relsim.customers.accounts import Accounts
from relsim.customers.newcomers import draw_traits
from relsim.customers.population import Customers, own_of

Table = npt.NDArray[np.float64]


class Company(Customers):
    """Customers among whom agents live.

    Attributes
    ----------
    table : array of shape (firms + 1, N_TIERS, N_TERMS)
        What firms offer this month.
    month : int
        As draws count it: months of warm-up come first, from 1.
    account : Accounts
        Where agents are booked this month.
    sums : dict of str to array of shape (firms + 1, sums)
        Where they are booked for each mechanism that is on, by its name.
    own : dict of str to tuple
        Numbers and columns of these mechanisms.
    """

    table: Table
    month: int
    account: Accounts
    sums: dict[str, Table]
    own: dict[str, Any]

    def begin(self, table: Table, month: int) -> None:
        """Begin a month: what firms offer, and empty accounts for the agents to be booked in."""
        self.spread_the_word(table)
        self.table, self.month = table, month + self.before
        firms = table.shape[0] - 1
        empty_accounts = books.allocate(1, firms, self.setting.sees_age)
        self.account = books.Accounts(*(t[0] for t in empty_accounts))
        empty = np.empty((0, 0, 0))
        self.sums = {one.name: np.zeros((firms + 1, len(one.sums))) for one in self.mechanisms}
        self.own = {
            one.name: own_of(one, empty) for one in self.mechanisms if one.additions or one.agent
        }

    def renew(self, place: int) -> None:
        """Draw the traits of the newcomer who takes a place this month."""
        one = np.zeros(1, np.uint32)
        draw_traits(self.columns, self.tables, self.stream, one, place, 1, self.month)
