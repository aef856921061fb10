"""How numbers and factors are said in sentences, on a page and in a terminal alike."""

import math

from relsim.lab.design.points import BASE


def plainly(x: float) -> str:
    """Return a number to three digits, without an exponent.

    Examples
    --------
    >>> plainly(1474.2), plainly(0.0316), plainly(-12.34)
    ('1,470', '0.0316', '-12.3')
    """
    return f"{float(f'{x:.3g}'):,.12g}"


def named(factor: str) -> str:
    """Return the name of a factor as readers read it.

    Examples
    --------
    >>> named("discount_rate"), named("base")
    ('discount rate', 'market')
    """
    return "market" if factor == BASE else factor.replace("_", " ")


def round_runs(count: float) -> float:
    """Return a number of runs rounded up to two digits, as an estimate is known no better.

    Examples
    --------
    >>> round_runs(10772.0), round_runs(96.0), round_runs(149450.0)
    (11000.0, 96.0, 150000.0)
    """
    if not math.isfinite(count) or count < 100.0:
        return count
    step = 10.0 ** (math.floor(math.log10(count)) - 1)
    return math.ceil(count / step) * step
