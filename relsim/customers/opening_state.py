"""The state in which customers are when the market starts, and shares that are held before it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from relsim.customers import draws
from relsim.customers.arithmetic import log
from relsim.customers.columns import Columns
from relsim.customers.compiled import loop
from relsim.customers.contracts import length_of
from relsim.customers.draws import Purpose, Stream, uniform
from relsim.customers.numbers import Numbers
from relsim.customers.passes.move import LONGEST_TENURE
from relsim.customers.rules import ladder
from relsim.customers.rules.choice import NOBODY
from relsim.customers.rules.value import ORDINARY

_START = int(Purpose.START)
_QUOTA = int(Purpose.QUOTA)
_MOST_PURCHASES = 2.0**31 - 1.0
_WHOLE = 1e-9  # so near to a whole number, a share of the customers is that number


def quotas(shares: Sequence[float], size: int) -> npt.NDArray[np.int64]:
    """Return how many customers have no supplier, and how many each firm: whole numbers.

    What is left after the whole parts goes to the largest remainders, the first among equals.

    Parameters
    ----------
    shares : sequence of float
        Shares of the firms at the start; the rest have no supplier.
    size : int
        Customers of the market.

    Returns
    -------
    array of shape (firms + 1,)
        They sum to ``size``.

    Examples
    --------
    >>> quotas([0.3, 0.3], 1000).tolist(), quotas([0.5, 0.25], 3).tolist()
    ([400, 300, 300], [1, 1, 1])
    """
    exact = size * np.array([max(1.0 - sum(shares), 0.0), *shares])
    whole = np.floor(exact + _WHOLE)
    by_remainder = np.argsort(whole - exact, kind="stable")
    whole[by_remainder[: max(size - int(whole.sum()), 0)]] += 1.0
    return whole.astype(np.int64)


@loop
def _start_words(stream: Stream, size: int) -> npt.NDArray[np.int64]:
    found = np.empty(size, np.int64)
    for i in range(size):
        w0, _, _, _ = draws.words(stream, i, 0, _START)
        found[i] = np.int64(w0)
    return found


def suppliers(quota: npt.NDArray[np.int64], stream: Stream) -> npt.NDArray[np.uint8]:
    """Return each customer's supplier at the start: by a random number, each firm its quota.

    Parameters
    ----------
    quota : array of shape (firms + 1,)
        As :func:`quotas` returns it.
    stream : Stream
        Seed and replication.
    """
    size = int(quota.sum())
    found = np.empty(size, np.uint8)
    order = np.argsort(_start_words(stream, size), kind="stable")
    firms = [*range(1, quota.size), 0]  # who has none has the largest numbers
    found[order] = np.repeat(np.array(firms, np.uint8), quota[firms])
    return found


@loop
def hold_quotas(
    columns: Columns,
    quota: npt.NDArray[np.int64],
    m: Numbers,
    stream: Stream,
    month: int,
) -> npt.NDArray[np.int64]:
    """Bring every firm back to its quota, and return who was moved.

    A firm that has too many lets customers go whom it acquired this month, drawn at random; they
    begin with a firm that has too few, or stay without a supplier. Where too few were acquired,
    customers without a supplier begin with a firm. Nobody who stayed with a firm is moved.

    Parameters
    ----------
    columns : Columns
        The customers after a month that began with quotas met.
    quota : array of shape (firms + 1,)
        Customers by firm; place 0 for "no supplier".
    m : Numbers
        The numbers of the rules: contracts, and the levels with which a relationship begins.
    stream : Stream
        Seed and replication.
    month : int
        The month, as draws count it.

    Returns
    -------
    array
        Places of those who were moved.
    """
    size, kinds = columns.supplier.size, quota.size
    held, free = np.zeros(kinds, np.int64), np.zeros(kinds, np.int64)
    for i in range(size):
        supplier = np.int64(columns.supplier[i])
        held[supplier] += 1
        if supplier == 0 or columns.tenure[i] <= 1:
            free[supplier] += 1
    missing = quota - held
    moved = np.empty(np.int64(np.maximum(missing, 0).sum()), np.int64)
    count = 0
    for i in range(size):
        source = np.int64(columns.supplier[i])
        if source > 0 and columns.tenure[i] > 1:
            continue
        w0, w1, _, _ = draws.words(stream, i, month, _QUOTA)
        # As many as are too many, of those who may go: each set of them is as likely.
        goes = uniform(w0) * free[source] < -missing[source]
        free[source] -= 1
        if not goes:
            continue
        place, target = np.int64(uniform(w1) * np.maximum(missing, 0).sum()), 0
        while place >= max(missing[target], 0):
            place -= max(missing[target], 0)
            target += 1
        missing[source] += 1
        missing[target] -= 1
        contract = length_of(m.contracts, stream, i, target, month)
        _begin(columns, i, target, contract, m.start.satisfaction, m.start.trust)
        moved[count] = i
        count += 1
    return moved[:count]


@loop
def _begin(
    columns: Columns, i: int, supplier: int, contract: float, satisfaction: float, trust: float
) -> None:
    """Let a customer be in the first month with a supplier, or be without one."""
    has_one = supplier > 0
    columns.bound[i] = np.int64(contract) if has_one and contract > 1.0 else 0
    if not has_one or columns.supplier[i] == 0:
        columns.tier[i] = np.int64(ORDINARY) if has_one else 0
        columns.came_through[i] = np.int64(NOBODY)
        columns.satisfaction[i] = satisfaction if has_one else 0.0
        columns.trust[i] = trust if has_one else 0.0
        columns.tenure[i] = 1 if has_one else 0
        columns.purchases[i] = 1 if has_one else 0
        columns.recommendations[i] = 0
        columns.rung[i] = 1 if has_one else 0
    columns.supplier[i] = supplier


@loop
def place_customers(
    columns: Columns,
    suppliers: npt.NDArray[np.uint8],
    mean_tenure: float,
    satisfaction: float,
    trust: float,
    counts_purchases: bool,
    m: Numbers,
    stream: Stream,
) -> None:
    """Give each customer who has a supplier the history with which it starts.

    Contracts run out evenly: of a length of L months 1 to L are left, each as likely.

    Parameters
    ----------
    columns : Columns
        The customers, their traits already drawn.
    suppliers : array of shape (customers,)
        The supplier of each, 0 for none.
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
        supplier = np.int64(suppliers[i])
        _, w1, w2, _ = draws.words(stream, i, 0, _START)
        if supplier == 0:
            continue
        tenure = min(1.0 + np.floor(-log(uniform(w1)) * scale), LONGEST_TENURE)
        bought = tenure * columns.usage[i] if counts_purchases else tenure
        columns.supplier[i] = supplier
        columns.tier[i] = np.int64(ORDINARY)
        columns.came_through[i] = np.int64(NOBODY)
        columns.tenure[i] = np.int64(tenure)
        columns.purchases[i] = np.int64(min(bought, _MOST_PURCHASES))
        contract = length_of(m.contracts, stream, i, supplier, 1 - np.int64(tenure))
        if contract > 1.0:
            columns.bound[i] = 1 + np.int64(uniform(w2) * contract)
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
