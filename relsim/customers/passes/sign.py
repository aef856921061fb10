"""Contracts of several lengths: how long those bind who chose."""

import numpy as np

from relsim.customers.block import BOUND, SUPPLIER, TENURE
from relsim.customers.compiled import loop
from relsim.customers.contracts import length_of
from relsim.customers.passes.move import new_bound
from relsim.customers.scene import Scene


@loop
def sign(s: Scene) -> None:
    """Let those who began or renewed a contract be bound for the length that is theirs."""
    f, who = s.f, s.choosers.who
    for k in range(np.int64(s.choosers.number[0])):
        c = np.int64(who[k])
        began = s.month - np.int64(f[TENURE + c])
        supplier = np.int64(f[SUPPLIER + c])
        f[BOUND + c] = new_bound(length_of(s.m.contracts, s.stream, s.lo + c, supplier, began))
