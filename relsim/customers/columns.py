"""The state of all customers, one array per quantity."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Shorts = npt.NDArray[np.uint16]


class Columns(NamedTuple):
    """One entry per customer; about 55 bytes each.

    ``supplier`` counts firms from 1, so that 0 (no supplier) is a row of every table of firms
    and no rule needs a branch for it. Fractions and traits are kept in single precision and
    computed with in double.
    """

    supplier: Bytes
    tier: Bytes
    rung: Bytes
    bound: Bytes
    came_through: Bytes
    recommendations: Bytes
    segment: Bytes
    said: Bytes
    saying: Bytes
    tenure: Shorts
    born: Shorts
    purchases: npt.NDArray[np.int32]
    satisfaction: Floats
    trust: Floats
    usage: Floats
    price_sensitivity: Floats
    orientation: Floats
    service_demand: Floats
    growth_potential: Floats
    misjudgement: Floats
    retention: Floats


MEANINGS = {
    "supplier": "firm, counted from 1; 0 = none",
    "tier": "value tier in which the supplier sees it (rules.value); 0 without one",
    "rung": "rung of the loyalty ladder (rules.ladder); 0 = prospect",
    "bound": "months of contract left; in the last (1), and without (0), free to reconsider",
    "came_through": "how the supplier came into consideration (rules.choice)",
    "recommendations": "acts of recommendation for this supplier, at most 255",
    "segment": "kind of customer, its place in the config",
    "said": "what was said last month: 0 nothing, f recommends, 128 + f warns of firm f",
    "saying": "the same for this month; the two change places at its end",
    "tenure": "months with this supplier",
    "born": "month in which the customer came to the market; 0 = there from the start",
    "purchases": "purchases from this supplier; months of usage under contract",
    "satisfaction": "satisfaction with the supplier, 0 to 1",
    "trust": "trust in the supplier, 0 to 1",
    "usage": "trait: units a month, gamma",
    "price_sensitivity": "trait: multiplier on the weight of price, lognormal",
    "orientation": "trait: transactional (0) to collaborative (1), beta",
    "service_demand": "trait: multiplier on the cost to serve, lognormal",
    "growth_potential": "trait: multiplier on volume growth, gamma",
    "misjudgement": "trait: how a supplier errs about its value, standard normal",
    "retention": "trait: its own monthly chance to stay, beta, where the config asks for one",
}
"""What each column means."""


def allocate(size: int) -> Columns:
    """Return columns of zeros for ``size`` customers."""
    dtypes: list[Any] = [np.uint8] * 9 + [np.uint16] * 2 + [np.int32] + [np.float32] * 9
    columns: list[Any] = [np.zeros(size, dtype) for dtype in dtypes]
    return Columns(*columns)
