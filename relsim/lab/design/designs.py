"""Designs: the points of an experiment, one table each.

Every design has the index ``point``, counted from 0, and a column for each factor, named by its
key. What a point is in its design stands in columns that begin with ``design.``
(:mod:`relsim.lab.design.points`). The same seed gives the same bytes.
"""

from relsim.lab.design.csv_file import from_csv
from relsim.lab.design.grids import cross, full_factorial, one_at_a_time
from relsim.lab.design.samples import halton, latin_hypercube, monte_carlo, sobol
from relsim.lab.design.sensitivity_samples import morris, saltelli

__all__ = [
    "cross",
    "from_csv",
    "full_factorial",
    "halton",
    "latin_hypercube",
    "monte_carlo",
    "morris",
    "one_at_a_time",
    "saltelli",
    "sobol",
]
