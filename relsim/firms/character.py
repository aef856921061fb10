"""What the config says of each firm, as a table of numbers."""

import enum
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from relsim.customers.rules.response import rate_of
from relsim.spec import MarketSpec

Array = npt.NDArray[np.float64]


@enum.unique
class Own(enum.IntEnum):
    """What the config says of a firm: its offer, what it costs, and what its money does."""

    PRICE = 0  # money per unit
    UNIT_COST = 1  # money per unit
    SERVICE_COST = 2  # money per service unit
    ONBOARDING_COST = 3  # money per new customer
    FIXED_COST = 4  # money a month, of the whole firm
    QUALITY = 5
    OFFER = 6
    FAILURE_RATE = 7
    AWARENESS = 8
    SWITCHING_COST = 9
    CONTRACT_MONTHS = 10
    CAPACITY = 11
    ACQUISITION_CEILING = 12
    ACQUISITION_RATE = 13
    CARE_CEILING = 14
    CARE_RATE = 15
    RECOVERY_BASE = 16
    RECOVERY_CEILING = 17
    RECOVERY_RATE = 18
    DATA_RATE = 19
    DATA_DECAY = 20
    STAFF_RATE = 21
    STAFF_DECAY = 22
    SELLS_ANEW = 23  # 1 = sells sale by sale


_RATE, _HALF_AT = "rate", "half_at"  # per money, as rules read it; in prices, as the config says it
_PARTS = ("acquisition", "care", "recovery", "data", "staff")  # of a firm, with keys of their own


def _path(own: Own) -> str:
    """Return where in the spec of a firm a number stands.

    Examples
    --------
    >>> _path(Own.UNIT_COST), _path(Own.CARE_RATE)
    ('unit_cost', 'care.half_at')
    """
    name = own.name.lower()
    part, _, key = name.partition("_")
    return f"{part}.{_HALF_AT if key == _RATE else key}" if part in _PARTS else name


_read = attrgetter(*map(_path, Own))
_RATES = [own for own in Own if _path(own).endswith(f".{_HALF_AT}")]


def characters(spec: MarketSpec) -> Array:
    """Return what the config says of all firms.

    Returns
    -------
    array of shape (firms, Own)
        Numbers; what is meant per customer of the market is of the whole market here.
    """
    own = np.array([_read(firm) for firm in spec.firms], dtype=np.float64)
    own[:, Own.FIXED_COST] *= spec.market.customers
    own[:, _RATES] = rate_of(own[:, _RATES], spec.market.reference_price)
    return own
