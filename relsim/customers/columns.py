"""The state of all customers, one array per quantity."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Shorts = npt.NDArray[np.uint16]

NO_SUPPLIER = 0


class Columns(NamedTuple):
    """One entry per customer; about 55 bytes each.

    ``supplier`` counts firms from 1, so that 0 (no supplier) is a row of every table of firms
    and no rule needs a branch for it. Fractions and traits are kept in single precision and
    computed with in double.
    """

    supplier: Bytes
    tier: Bytes
    rung: Bytes
    bound: Bytes  # months of contract left; in the last (1), and without (0), free to reconsider
    came_through: Bytes  # how the supplier came into consideration (rules.choice)
    recommendations: Bytes  # acts of recommendation for this supplier, at most 255
    segment: Bytes
    said: Bytes  # what was said last month: 0 nothing, f recommends, 128 + f warns of firm f
    saying: Bytes  # the same for this month; the two change places at its end
    tenure: Shorts  # months with this supplier
    born: Shorts  # month in which the customer came to the market
    purchases: npt.NDArray[np.int32]  # purchases from this supplier
    satisfaction: Floats
    trust: Floats
    usage: Floats
    price_sensitivity: Floats
    orientation: Floats
    service_demand: Floats
    growth_potential: Floats
    misjudgement: Floats
    retention: Floats  # the customer's own monthly retention, where the setting asks for one


def allocate(size: int) -> Columns:
    """Return columns of zeros for ``size`` customers."""
    dtypes: list[Any] = [np.uint8] * 9 + [np.uint16] * 2 + [np.int32] + [np.float32] * 9
    columns: list[Any] = [np.zeros(size, dtype) for dtype in dtypes]
    return Columns(*columns)
