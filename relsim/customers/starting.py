"""The state in which customers are when the market starts."""

import numpy as np
import numpy.typing as npt

from relsim.customers import draws
from relsim.customers.arithmetic import log
from relsim.customers.columns import Columns
from relsim.customers.compiled import loop
from relsim.customers.draws import Luck, Purpose, uniform
from relsim.customers.month import LONGEST_TENURE
from relsim.customers.rules.choice import NOBODY
from relsim.customers.rules.value import ORDINARY

_START = int(Purpose.START)
_MOST_PURCHASES = 2.0**31 - 1.0


@loop
def place_customers(
    columns: Columns,
    cumulative_share: npt.NDArray[np.float64],
    contract: npt.NDArray[np.float64],
    mean_tenure: float,
    satisfaction: float,
    trust: float,
    counts_purchases: bool,
    luck: Luck,
) -> None:
    """Give each customer the supplier and the history with which it starts.

    Parameters
    ----------
    columns : Columns
        The customers, their traits already drawn.
    cumulative_share : array of shape (firms,)
        Cumulative shares of the firms at the start; the rest are prospects.
    contract : array of shape (firms + 1,)
        Contract lengths in months, place 0 for "no supplier"; contracts run out evenly.
    mean_tenure : float
        Mean months with the supplier: one month plus an exponential time.
    satisfaction, trust : float
        Levels of those who have a supplier.
    counts_purchases : bool
        Whether purchases so far are a matter of usage; else one a month.
    luck : Luck
        Seed and replication.
    """
    for i in range(columns.supplier.size):
        w0, w1, w2, _ = draws.words(luck, i, 0, _START)
        supplier = 0
        for g in range(cumulative_share.size - 1, -1, -1):
            if uniform(w0) < cumulative_share[g]:
                supplier = g + 1
        if supplier == 0:
            continue
        tenure = min(1.0 + np.floor(-log(uniform(w1)) * (mean_tenure - 1.0)), LONGEST_TENURE)
        bought = tenure * columns.usage[i] if counts_purchases else tenure
        columns.supplier[i] = supplier
        columns.tier[i] = np.int64(ORDINARY)
        columns.came_through[i] = np.int64(NOBODY)
        columns.rung[i] = 1
        columns.tenure[i] = np.int64(tenure)
        columns.purchases[i] = np.int64(min(bought, _MOST_PURCHASES))
        columns.bound[i] = np.int64(uniform(w2) * contract[supplier])
        columns.satisfaction[i] = satisfaction
        columns.trust[i] = trust
