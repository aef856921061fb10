"""Contract lengths: one for all customers of a firm, or a mix of several."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.customers import draws
from relsim.customers.compiled import Whole, rule
from relsim.customers.draws import Purpose, Stream, uniform
from relsim.spec import MarketSpec

_CONTRACT = int(Purpose.CONTRACT)
_LOW_32 = 0xFFFFFFFF


class Contracts(NamedTuple):
    """The contract lengths of all firms; row 0 stands for "no supplier".

    Attributes
    ----------
    months : array of shape (firms + 1, lengths)
        Lengths in months; rows of firms with fewer are filled up with their last.
    up_to : array of shape (firms + 1, lengths)
        Cumulative shares of the customers who take them.
    """

    months: npt.NDArray[np.float64]
    up_to: npt.NDArray[np.float64]


def contracts(spec: MarketSpec) -> Contracts:
    """Return the contract lengths that a spec describes.

    Examples
    --------
    >>> from relsim.spec import override, starter
    >>> mix = [{"months": 1, "share": 0.25}, {"months": 24, "share": 0.75}]
    >>> contracts(override(starter(), {"firms.1.contract_mix": mix})).months[1:].tolist()
    [[1.0, 1.0], [1.0, 24.0]]
    """
    kinds = [((1, 1.0),), *(firm.contracts for firm in spec.firms)]
    most = max(map(len, kinds))
    months = [[*(length for length, _ in row), *[row[-1][0]] * (most - len(row))] for row in kinds]
    shares = [[*(share for _, share in row), *[0.0] * (most - len(row))] for row in kinds]
    return Contracts(np.array(months, np.float64), np.cumsum(shares, axis=1))


@rule
def length_of(
    lengths: Contracts, stream: Stream, customer: Whole, supplier: Whole, began: Whole
) -> float:
    """Return the length of the contracts that a customer signs with its supplier, months.

    Where a firm has several, one random number of the relationship decides: drawn anew for each
    relationship, the same whenever its contract is renewed.

    Parameters
    ----------
    lengths : Contracts
        Those of all firms.
    stream : Stream
        Seed and replication.
    customer, supplier : int
        Who, and with which firm.
    began : int
        The month in which the relationship began, as draws count it.
    """
    found: float = lengths.months[supplier, 0]
    if lengths.months.shape[1] > 1:
        w0, _, _, _ = draws.words(stream, customer, began & _LOW_32, _CONTRACT)
        u = uniform(w0)
        for k in range(1, lengths.months.shape[1]):
            if u >= lengths.up_to[supplier, k - 1]:
                found = lengths.months[supplier, k]
    return found
