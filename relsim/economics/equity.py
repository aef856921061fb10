"""Customer equity: what present customers are worth, and those to come, less acquisition cost."""

import dataclasses

import numpy as np
import numpy.typing as npt

from relsim.economics.domain import within
from relsim.economics.gains import after_first_value, constant_hazard_value
from relsim.economics.lifetime import perpetuity
from relsim.economics.response import response, retained_value

Array = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Base:
    """A firm's customers with constant retention, and a steady stream of new ones.

    Attributes
    ----------
    present : float
        Customers, who have paid this period already.
    coming : float
        Customers won each period from the next on; they pay at once.
    retention : float
        Chance to stay a period.
    margin : float
        Money a customer and period.
    cost : float
        Money to win a customer.
    discount : float
        Rate a period, above 0.
    """

    present: float
    coming: float
    retention: float
    margin: float
    cost: float
    discount: float


def customer_equity(base: Base) -> float:
    """Return present customers' value and, in perpetuity, that of those to come less their cost.

    ``N m r / (1+i-r) + (n/i) (m (1+i) / (1+i-r) - c)``: the value of a customer base as Gupta,
    Lehmann & Stuart (2004), "Valuing customers", Journal of Marketing Research 41:1, sum it over
    cohorts, for cohorts of one size.

    Raises
    ------
    ValueError
        If retention is not from 0 to 1, or discount not above 0: customers who come for ever have
        no finite value then.

    Examples
    --------
    >>> round(customer_equity(Base(100, 20, 0.8, 10.0, 15.0, 0.1)), 2)
    7000.0
    """
    within("discount", base.discount, 0.0)
    if base.discount == 0.0:
        raise ValueError(
            "customer equity is not defined: with discount 0 customers to come have no finite value"
        )
    now = base.present * float(after_first_value(base.retention, base.margin, base.discount))
    new = float(constant_hazard_value(base.retention, base.margin, base.discount)) - base.cost
    return now + perpetuity(base.coming * new, base.discount)


def elasticities(base: Base) -> dict[str, float]:
    """Return by how many per cent equity rises when retention, margin or cost rise by one.

    Gupta, Lehmann & Stuart (2004) find 3 to 7 for retention, about 1 for margin, and -0.02 to
    -0.3 for the cost to win in five firms. For present customers alone the elasticity to
    retention is :func:`relsim.economics.gains.elasticity`.

    Returns
    -------
    dict
        ``retention``, ``margin``, ``cost``.

    Examples
    --------
    Five firms' lesson in one: retention moves value most, the cost to win least.

    >>> found = elasticities(Base(100, 15, 0.85, 10.0, 8.0, 0.12))
    >>> {name: round(value, 2) for name, value in found.items()}
    {'retention': 4.01, 'margin': 1.14, 'cost': -0.14}
    """
    worth = customer_equity(base)
    steady = base.coming / base.discount
    gap = 1.0 + base.discount - base.retention
    slope = base.margin * (1.0 + base.discount) / gap**2 * (base.present + steady)
    paid = steady * base.cost
    return {
        "retention": base.retention * slope / worth,
        "margin": (worth + paid) / worth,
        "cost": -paid / worth,
    }


def prospect_value(
    acquisition: npt.ArrayLike,
    retention: npt.ArrayLike,
    margin: float,
    discount: float,
    winning: tuple[float, float],
    keeping: tuple[float, float],
) -> Array:
    """Return the customer equity of a prospect under two spends: the customer equity test.

    ``a m - A + a (m - R/r) r' / (1 - r')`` with ``r' = r / (1 + d)``: Blattberg & Deighton
    (1996), "Manage marketing by the customer equity test", Harvard Business Review 74:4. It is
    largest where the spend to keep is :func:`~relsim.economics.response.retention_optimum` and
    the spend to win the ``acquisition_optimum`` for a customer of that worth.

    Parameters
    ----------
    acquisition, retention : array_like
        Money for each prospect once, and for each customer every period.
    margin, discount : float
        Money a customer and period, and rate a period.
    winning, keeping : (float, float)
        Ceiling and rate of either response.

    Examples
    --------
    Nothing spent wins nobody.

    >>> prospect_value([0.0, 10.0], 5.0, 50.0, 0.1, (0.4, 0.1), (0.9, 0.3)).round(2).tolist()
    [0.0, 21.54]
    """
    spent = np.asarray(acquisition, dtype=np.float64)
    worth = margin + retained_value(retention, margin, discount, *keeping)
    result: Array = response(spent, *winning) * worth - spent
    return result
