"""What a run says of its firms: who is ahead of whom, or that noise could have made it so."""

import math
from collections.abc import Sequence

from relsim.lab.runs.standings import MEASURES, Standings
from relsim.lab.statistics.intervals import Interval

NO_DIFFERENCE = "no difference that noise could not have made"
ONE = (
    "One replication gives no interval: noise may have made these differences, and no firm can be "
    "named ahead."
)

_HEADS = {
    "profit": "Highest profit",
    "share": "Largest market share",
    "customer_equity": "Highest customer equity",
}


def verdict(found: Standings) -> list[str]:
    """Return who is ahead on what, a sentence each; nobody is where noise could have made it so.

    Parameters
    ----------
    found : Standings
        A run and its replications.

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.array([[0.0, 0.1], [0.1, 0.0], [0.1, 0.2], [0.2, 0.1]])
    >>> values = {"profit": noise + [90.0, 5.0], "share": noise, "customer_equity": noise}
    >>> firms = Standings(("A", "B"), (0, 1, 2, 3), {**values, "churn": noise}, "EUR")
    >>> for sentence in verdict(firms):
    ...     print(sentence)
    Highest profit: A. It is 85.00 EUR a month above B (84.72 to 85.28).
    Market share and customer equity: no difference that noise could not have made.
    """
    if len(found.firms) == 1:
        return [f"{found.firms[0]} is the only firm: there is none to compare it with."]
    if len(found.replications) == 1:
        return [ONE]
    known = {name: sum(math.isfinite(one.estimate) for one in found.means(name)) for name in _HEADS}
    ahead = {name: found.leaders(name) for name in _HEADS if known[name] > 1}
    level = [MEASURES[name].label for name in ahead if len(ahead[name]) == known[name]]
    said = [_ahead(found, name, ahead[name]) for name in ahead if len(ahead[name]) < known[name]]
    if level:
        names = listed(level, "and")
        said.append(f"{names[0].upper()}{names[1:]}: {NO_DIFFERENCE}.")
    return said


def _ahead(found: Standings, measure: str, leaders: Sequence[str]) -> str:
    """Return which firms are ahead of others, and how far above the next of these."""
    means = dict(zip(found.firms, (one.estimate for one in found.means(measure)), strict=True))
    losing = measure == "profit" and all(not mean >= 0.0 for mean in means.values())
    behind = [name for name in found.firms if name not in leaders and math.isfinite(means[name])]
    following = max(behind, key=means.__getitem__)
    known = [name for name in means if name != following and math.isfinite(means[name])]
    others = sorted(known, key=lambda name: -means[name])
    above, apart = next(
        (name, apart)
        for name in others
        if (apart := found.difference(measure, name, following)).low > 0.0
    )
    head = f"{'Smallest loss' if losing else _HEADS[measure]}: {listed(leaders, 'or')}"
    among = f"; between them {NO_DIFFERENCE}" if len(leaders) > 1 else ""
    subject = "It" if leaders == (above,) else above
    ends = f"({_written(apart.low, measure)} to {_written(apart.high, measure)})"
    return (
        f"{head}{among}. {subject} is {_distance(apart, measure, found)} above {following} {ends}."
    )


def listed(names: Sequence[str], last: str) -> str:
    """Return names in a row.

    Examples
    --------
    >>> listed(["A", "B", "C"], "or"), listed(["A"], "or")
    ('A, B or C', 'A')
    """
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _distance(apart: Interval, measure: str, found: Standings) -> str:
    unit = "points" if MEASURES[measure].unit == "share" else found.unit(measure)
    return f"{_written(apart.estimate, measure)} {unit}"


def _written(value: float, measure: str) -> str:
    return f"{100.0 * value:.2f}" if MEASURES[measure].unit == "share" else money(value)


def money(value: float, sign: str = "") -> str:
    """Return a sum of money in words, whatever its unit is worth: "-" if it is not defined.

    Parameters
    ----------
    value : float
        The money.
    sign : str
        "+" where that is to stand before what is above 0.

    Examples
    --------
    >>> money(1234567.8), money(12.345, "+"), money(0.0012345), money(float("nan"))
    ('1,234,568', '+12.35', '0.00123', '-')
    """
    if math.isnan(value):
        return "-"
    value += 0.0  # nothing has no sign
    size = abs(value)
    digits = ",.0f" if size >= 100.0 else ",.2f" if size >= 1.0 or size == 0.0 else ".3g"
    return format(value, f"{sign}{digits}")
