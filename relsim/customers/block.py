"""The working space of a block of customers, between the columns and the rules.

A compiler can run a loop on several customers at once only if it knows that what the loop
writes is not what it reads. So a block is one flat array of doubles in which each quantity
has a row at a fixed place: ``f[TRUST + c]`` is the trust of the block's customer c. Codes
(supplier, tier, rung ...) are whole numbers kept as doubles too, so that all of a customer is
of one width. The columns keep single precision and bytes.
"""

import numpy as np
import numpy.typing as npt

from relsim.customers.arithmetic import clip01
from relsim.customers.columns import Columns
from relsim.customers.compiled import loop
from relsim.customers.terms import N_MET

BLOCK = 1024  # customers a block: the working space, some 400 kB, fits the second cache
# Rows lie a little more than a block apart: at a power of two they would fight for the same
# lines of the cache.
ROW = BLOCK + 8

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.uint32]

(
    # State and traits ...
    SUPPLIER,
    TIER,
    BOUND,
    RUNG_BEFORE,
    CONTRIBUTION,  # of this month, money; next to its companions in accounts.CELL_FIELDS
    SATISFACTION,
    TRUST,
    PURCHASES,
    RECOMMENDATIONS,
    TENURE,
    USAGE,
    PRICE_SENSITIVITY,
    ORIENTATION,
    SERVICE_DEMAND,
    GROWTH_POTENTIAL,
    MISJUDGEMENT,
    # ... luck of the month, in (0, 1) ...
    TROUBLE_CHANCE,
    RECONSIDER_CHANCE,
    LEAVE_CHANCE,
    MOOD_CHANCE,
    TELL_CHANCE,
    # ... what the month brings: codes, then units of usage and of service ...
    TROUBLE,
    OPEN,  # 1 = chooses this month
    SAYING,
    RUNG,
    LEAVING,  # 1 = leaves the market at the end of the month
    EXPECTED_SALES,  # quantity expected, of which what is bought may be a Poisson count
    LETS_GO,  # 1 = in the last month of a contract
    NOTABLE,  # 1 = met trouble, talked or is dissatisfied
    BASE_SALES,  # from here on in the order of accounts.YEAR_FIELDS
    GROWTH_SALES,
    CROSS_SALES,
    PREMIUM_SALES,
    DISCOUNTED_SALES,
    SERVICE_UNITS,
    # ... and the terms that each customer meets, in the order of `terms.Term`.
    MEETS,
) = range(0, 36 * ROW, ROW)
MET = tuple(MEETS + k * ROW for k in range(N_MET))
SPACE = (35 + N_MET) * ROW


@loop
def take(  # noqa: C901  # a loop a column
    columns: Columns, f: Floats, usage_factor: float, needs: float, lo: int, n: int
) -> None:
    """Copy n customers from ``lo`` on into the working space, as the times make them."""
    supplier = columns.supplier[lo : lo + n]
    tier = columns.tier[lo : lo + n]
    bound = columns.bound[lo : lo + n]
    rung = columns.rung[lo : lo + n]
    satisfaction = columns.satisfaction[lo : lo + n]
    trust = columns.trust[lo : lo + n]
    purchases = columns.purchases[lo : lo + n]
    recommendations = columns.recommendations[lo : lo + n]
    tenure = columns.tenure[lo : lo + n]
    usage = columns.usage[lo : lo + n]
    price_sensitivity = columns.price_sensitivity[lo : lo + n]
    orientation = columns.orientation[lo : lo + n]
    service_demand = columns.service_demand[lo : lo + n]
    growth_potential = columns.growth_potential[lo : lo + n]
    misjudgement = columns.misjudgement[lo : lo + n]
    for c in range(n):
        f[SUPPLIER + c] = supplier[c]
    for c in range(n):
        f[TIER + c] = tier[c]
    for c in range(n):
        f[BOUND + c] = bound[c]
    for c in range(n):
        f[RUNG_BEFORE + c] = rung[c]
    for c in range(n):
        f[SATISFACTION + c] = satisfaction[c]
    for c in range(n):
        f[TRUST + c] = trust[c]
    for c in range(n):
        f[PURCHASES + c] = purchases[c]
    for c in range(n):
        f[RECOMMENDATIONS + c] = recommendations[c]
    for c in range(n):
        f[TENURE + c] = tenure[c]
    for c in range(n):
        f[USAGE + c] = np.float64(usage[c]) * usage_factor
    for c in range(n):
        f[PRICE_SENSITIVITY + c] = price_sensitivity[c]
    for c in range(n):
        f[ORIENTATION + c] = clip01(np.float64(orientation[c]) + needs)
    for c in range(n):
        f[SERVICE_DEMAND + c] = service_demand[c]
    for c in range(n):
        f[GROWTH_POTENTIAL + c] = growth_potential[c]
    for c in range(n):
        f[MISJUDGEMENT + c] = misjudgement[c]


@loop
def give_back(columns: Columns, f: Floats, lo: int, n: int) -> None:
    """Copy what the month changed back into the columns."""
    supplier = columns.supplier[lo : lo + n]
    tier = columns.tier[lo : lo + n]
    bound = columns.bound[lo : lo + n]
    rung = columns.rung[lo : lo + n]
    saying = columns.saying[lo : lo + n]
    satisfaction = columns.satisfaction[lo : lo + n]
    trust = columns.trust[lo : lo + n]
    purchases = columns.purchases[lo : lo + n]
    recommendations = columns.recommendations[lo : lo + n]
    tenure = columns.tenure[lo : lo + n]
    for c in range(n):
        supplier[c] = np.uint8(np.int32(f[SUPPLIER + c]))
    for c in range(n):
        tier[c] = np.uint8(np.int32(f[TIER + c]))
    for c in range(n):
        bound[c] = np.uint8(np.int32(f[BOUND + c]))
    for c in range(n):
        rung[c] = np.uint8(np.int32(f[RUNG + c]))
    for c in range(n):
        saying[c] = np.uint8(np.int32(f[SAYING + c]))
    for c in range(n):
        satisfaction[c] = f[SATISFACTION + c]
    for c in range(n):
        trust[c] = f[TRUST + c]
    for c in range(n):
        purchases[c] = np.int32(f[PURCHASES + c])
    for c in range(n):
        recommendations[c] = np.uint8(np.int32(f[RECOMMENDATIONS + c]))
    for c in range(n):
        tenure[c] = np.uint16(np.int32(f[TENURE + c]))
