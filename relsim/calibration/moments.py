"""Moments of a market: numbers that a market shows, and that were published of real ones.

Each is declared once, by name. A moment is of the market, never of who does best in it.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from relsim.calibration.futures import HORIZONS, LEVERS, QUARTER, STEP, Change
from relsim.economics.lifetime import MONTHS_A_YEAR
from relsim.errors import SpecError
from relsim.firms.tables import CAC_LINES
from relsim.spec.hints import listing, nearest

Array = npt.NDArray[np.float64]

REVENUE = "revenue_"
"""How the ledger's lines of revenue begin."""


class Seen(NamedTuple):
    """What was seen of a firm, or of all firms together, in the months that count.

    Attributes
    ----------
    sums : mapping
        Columns of the market's table by name, added up over months and firms.
    served : float
        Customers of all firms, added up over months.
    people : float
        Customers of the market, with a supplier or without, added up over months.
    stayed : array of shape (years,)
        Share that stays a month, by year of tenure from the first on.
    """

    sums: Mapping[str, float]
    served: float
    people: float
    stayed: Array

    @property
    def revenue(self) -> float:
        """All that customers paid."""
        return added(self.sums, lambda name: name.startswith(REVENUE))


def added(sums: Mapping[str, float], chosen: Callable[[str], bool]) -> float:
    """Return the sum of those whose name is chosen."""
    return float(sum(value for name, value in sums.items() if chosen(name)))


class Moment(NamedTuple):
    """A number that a market shows.

    ``of`` makes it of what was seen of a firm; an elasticity is made of futures with a ``change``.
    """

    meaning: str
    unit: str
    of: Callable[[Seen], float]
    change: Change | None = None


def _over(part: float, whole: float) -> float:
    """Return part / whole; not a number where there is no whole."""
    return part / whole if whole else float("nan")


def _survival(years: int) -> Callable[[Seen], float]:
    return lambda seen: float(np.prod(seen.stayed[:years] ** MONTHS_A_YEAR))


_CALLED = {
    "advertising": "acquisition and brand spend together",
    "price": "price",
    "referral": "reward for a recommendation",
}


def _elasticity(lever: str, horizon: str) -> Moment:
    what = _CALLED.get(lever, f"{lever} spend")
    months = HORIZONS[horizon]
    return Moment(
        f"Elasticity of a firm's unit sales to its {what}: sales of months "
        f"{months - QUARTER + 1} to {months} after a change by {STEP:.0%}, up against down.",
        "% per %",
        lambda _: float("nan"),
        Change(lever, horizon),
    )


YEARS = range(1, 11)
"""Years of tenure that retention is known by, one by one."""

MOMENTS: Mapping[str, Moment] = {
    "churn": Moment(
        "Customers lost of those present when the month opened, over these.",
        "share a month",
        lambda seen: _over(seen.sums["churned"], seen.sums["opening"]),
    ),
    "cac": Moment(
        "Customer acquisition cost: acquisition, onboarding, discounts and rewards, over "
        "customers acquired.",
        "money per new customer",
        lambda seen: _over(
            -added(seen.sums, lambda name: name in CAC_LINES), seen.sums["acquired"]
        ),
    ),
    "share": Moment(
        "Market share: the firm's customers, of those who have a supplier.",
        "share",
        lambda seen: _over(seen.sums["customers"], seen.served),
    ),
    "penetration": Moment(
        "Customers of the firm, of all customers of the market.",
        "share",
        lambda seen: _over(seen.sums["customers"], seen.people),
    ),
    "cost_to_serve": Moment(
        "Cost to serve over revenue.",
        "share of revenue",
        lambda seen: _over(-seen.sums["cost_to_serve"], seen.revenue),
    ),
    "profit_margin": Moment(
        "Profit over revenue.",
        "share of revenue",
        lambda seen: _over(seen.sums["profit"], seen.revenue),
    ),
    "revenue_per_customer": Moment(
        "Revenue over customers.",
        "money per customer and month",
        lambda seen: _over(seen.revenue, seen.sums["customers"]),
    ),
    "switchers": Moment(
        "Customers acquired from rivals, of all acquired.",
        "share",
        lambda seen: _over(seen.sums["acquired_rivals"], seen.sums["acquired"]),
    ),
    "referred": Moment(
        "Customers acquired by recommendation, of all acquired.",
        "share",
        lambda seen: _over(seen.sums["by_recommendation"], seen.sums["acquired"]),
    ),
    **{
        f"survival_{year}": Moment(
            f"Share of a cohort that is left after {year} year{'s' if year > 1 else ''}, from mean "
            "monthly retention by year of tenure: somewhat low where loss within a year is uneven.",
            "share of the cohort",
            _survival(year),
        )
        for year in YEARS
    },
    **{
        f"{lever}_elasticity_{horizon}": _elasticity(lever, horizon)
        for lever in LEVERS
        for horizon in HORIZONS
    },
}
"""All moments, by name."""


def moment(name: str, where: str = "moment") -> Moment:
    """Return the moment of a name.

    Parameters
    ----------
    name : str
        Its name.
    where : str
        How errors call what named it.

    Raises
    ------
    SpecError
        If there is none, with the nearest.

    Examples
    --------
    >>> moment("churn").unit
    'share a month'
    """
    if name not in MOMENTS:
        known = list(MOMENTS)
        hint = nearest(name, known) or listing(known)
        raise SpecError(f"{where}: given {name!r}, no moment is called so{hint}")
    return MOMENTS[name]
