"""How many would-be defectors stay, so that a firm's annual retention rises as asked."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from relsim.economics.gains import part_of_defection, part_of_retention, points
from relsim.economics.lifetime import MONTHS_A_YEAR
from relsim.firms.quantities import places
from relsim.firms.results import Record
from relsim.spec.events import Save

_OPENING, _TO_RIVALS, _TO_NONE, _LEFT_MARKET, _LEFT_AT_ONCE, _SAVED = places(
    "opening", "lost_to_rivals", "lost_to_none", "left_market", "left_at_once", "saved"
)
_READINGS: Mapping[str, Callable[[float, float], float]] = {
    "annual_points": points,
    "of_retention": part_of_retention,
    "of_defection": part_of_defection,
}


class Losses(NamedTuple):
    """What a firm would lose if nobody were saved, as chances a month.

    Attributes
    ----------
    by_choice : float
        Would-be defectors, those who were saved among them, over those who were there when
        months opened.
    left_market : float
        Customers who left the market for good, whom nobody can save, likewise; not who had come
        in the same month.
    """

    by_choice: float
    left_market: float


def losses(lived: Sequence[Record], firm: int) -> Losses:
    """Return what a firm would have lost over its last twelve months, or as many as there are.

    Parameters
    ----------
    lived : sequence of Record
        Months simulated, the last one last.
    firm : int
        Place of the firm.

    Returns
    -------
    Losses
        No losses where nobody was there to be lost.
    """
    if not lived:
        return Losses(0.0, 0.0)
    months = np.array([month.figures[firm] for month in lived[-MONTHS_A_YEAR:]])
    year = months.sum(axis=0).tolist()
    opening = year[_OPENING]
    if opening == 0.0:
        return Losses(0.0, 0.0)
    by_choice = year[_TO_RIVALS] + year[_TO_NONE] + year[_SAVED]
    return Losses(by_choice / opening, (year[_LEFT_MARKET] - year[_LEFT_AT_ONCE]) / opening)


def chance(save: Save, lived: Sequence[Record], firm: int) -> float:
    """Return the chance that a would-be defector stays this month.

    It is ``share`` where that is given, 0 in a firm's first month, when nothing is known yet,
    and else :func:`share_that_stays`, from the losses of the last twelve months.

    Parameters
    ----------
    save : Save
        What is asked.
    lived : sequence of Record
        Months simulated so far.
    firm : int
        Place of the firm that is saved for.
    """
    if save.share is not None:
        return save.share
    gain, raised = next(
        (asked, reading)
        for way, reading in _READINGS.items()
        if (asked := getattr(save, way)) is not None
    )
    return share_that_stays(losses(lived, firm), lambda retention: raised(retention, gain))


def share_that_stays(lost: Losses, raised: Callable[[float], float]) -> float:
    """Return the part of would-be defectors that has to stay for retention to rise as asked.

    With c the chance a month to defect by choice and l that to leave the market, annual
    retention is ``R = (1 - c - l)^12``. It is to be ``R'``; the share that does it is
    ``((R')^(1/12) - R^(1/12)) / c``, at most all. Where a year is one step and nobody leaves
    the market this is ``0.05 / annual defection`` for five points, as in the thought experiment
    of Reichheld & Sasser (1990), Harvard Business Review 68:5.

    Parameters
    ----------
    lost : Losses
        What would be lost if nobody were saved.
    raised : callable
        From annual retention as it would be to what is asked, such as
        :func:`relsim.economics.gains.points`.

    Examples
    --------
    Of those who would leave at 20% a year, a bit over a quarter stays for five points more.

    >>> lost = Losses(by_choice=1 - 0.8 ** (1 / 12), left_market=0.0)
    >>> round(share_that_stays(lost, lambda retention: points(retention, 0.05)), 4)
    0.2698
    >>> share_that_stays(lost, lambda retention: 1.0)
    1.0
    """
    if lost.by_choice <= 0.0:
        return 0.0
    annual = float(max(1.0 - lost.by_choice - lost.left_market, 0.0) ** MONTHS_A_YEAR)
    month = 1.0 / MONTHS_A_YEAR
    gained = float(raised(annual) ** month - annual**month)
    return min(max(gained / lost.by_choice, 0.0), 1.0)
