"""What money does: the spend response of offence and defence alike."""

import math
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from relsim.customers.arithmetic import exp
from relsim.customers.compiled import rule

_Number = TypeVar("_Number", float, npt.NDArray[np.float64])
_HALF = math.log(2.0)


def rate_of(half_at: _Number, price: float = 1.0) -> _Number:
    """Return the rate per money at which a spend of so many prices has half of all effect.

    ``ln 2 / (half_at price)``: with it ``ceiling (1 - exp(-rate x))`` is
    ``ceiling (1 - 2^(-x / (half_at price)))``. In prices a response is the same in any currency.

    Parameters
    ----------
    half_at : float or array
        Spend that has half of the effect of spend without bound, in prices.
    price : float
        What a price is, in money.

    Examples
    --------
    >>> round(spend_response(0.8, rate_of(2.0, 30.0), 60.0), 12)
    0.4
    """
    return _HALF / (half_at * price)


@rule
def spend_response(ceiling: float, rate: float, spend: float) -> float:
    """Return the effect of a monthly spend per targeted person.

    ``ceiling (1 - exp(-rate spend))`` (Blattberg & Deighton 1996, "Manage marketing by the
    customer equity test", HBR 74:4). Spend in money per person and month, rate per money: that of
    a config's ``half_at`` is ``ln 2 / (half_at reference_price)``, so that half of the ceiling is
    reached at ``half_at`` reference prices, three quarters at twice as much.

    Examples
    --------
    >>> spend_response(0.5, 1.0, 0.0)
    0.0
    """
    return ceiling * (1.0 - exp(-rate * spend))
