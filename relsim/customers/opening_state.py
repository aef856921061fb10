"""The state in which customers are when the market starts."""

import numpy as np
import numpy.typing as npt

from relsim.customers import draws
from relsim.customers.arithmetic import log
from relsim.customers.columns import Columns
from relsim.customers.compiled import loop
from relsim.customers.draws import Purpose, Stream, uniform
from relsim.customers.numbers import Numbers
from relsim.customers.passes.move import LONGEST_TENURE
from relsim.customers.rules import ladder
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
    m: Numbers,
    stream: Stream,
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
        Mean months with the supplier; geometric.
    satisfaction, trust : float
        Levels of those who have a supplier.
    counts_purchases : bool
        Whether purchases are counted, or months of usage.
    m : Numbers
        The numbers of the rules.
    stream : Stream
        Seed and replication.
    """
    # One month plus the whole part of an exponential time: geometric, with exactly this mean.
    scale = -1.0 / log(1.0 - 1.0 / mean_tenure) if mean_tenure > 1.0 else 0.0
    for i in range(columns.supplier.size):
        w0, w1, w2, _ = draws.words(stream, i, 0, _START)
        supplier = 0
        for g in range(cumulative_share.size - 1, -1, -1):
            if uniform(w0) < cumulative_share[g]:
                supplier = g + 1
        if supplier == 0:
            continue
        tenure = min(1.0 + np.floor(-log(uniform(w1)) * scale), LONGEST_TENURE)
        bought = tenure * columns.usage[i] if counts_purchases else tenure
        columns.supplier[i] = supplier
        columns.tier[i] = np.int64(ORDINARY)
        columns.came_through[i] = np.int64(NOBODY)
        columns.tenure[i] = np.int64(tenure)
        columns.purchases[i] = np.int64(min(bought, _MOST_PURCHASES))
        if contract[supplier] > 1.0:
            columns.bound[i] = 1 + np.int64(uniform(w2) * contract[supplier])
        columns.satisfaction[i] = satisfaction
        columns.trust[i] = trust
        columns.rung[i] = np.int64(
            ladder.rung(
                np.float64(columns.purchases[i]),
                np.float64(columns.trust[i]),
                0.0,
                np.float64(columns.orientation[i]),
                m.ladder.client_purchases,
                m.ladder.supporter_trust,
                m.ladder.advocate_trust,
                m.ladder.advocate_recommendations,
                m.ladder.partner_trust,
                m.ladder.partner_recommendations,
                m.ladder.partner_orientation,
            )
        )
