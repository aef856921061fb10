"""Moments measured: many markets simulated, and the moments that each shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from relsim import lab
from relsim.calibration.futures import HORIZONS, Change, FollowingMarket, elasticities
from relsim.calibration.inputs import check_whole
from relsim.calibration.moments import YEARS, Seen, moment
from relsim.errors import SpecError
from relsim.market import Market
from relsim.spec import MarketSpec
from relsim.spec.hints import listing, nearest, shown

Array = npt.NDArray[np.float64]
Wanted = tuple[str, str | None]
"""A moment's name, and the firm that it is of; None for all firms together."""


@dataclass(frozen=True)
class Window:
    """Which months moments are of.

    Attributes
    ----------
    skipped : int
        Months that are simulated first and not counted.
    months : int
        Months behind them that count; elasticities begin with the first of them.
    """

    skipped: int = 36
    months: int = 24

    def __post_init__(self) -> None:
        check_whole(self.skipped, "window: skipped", 0)
        check_whole(self.months, "window: months", 1)


@dataclass(frozen=True)
class Measurement:
    """Simulates a market that is set up, and returns its moments in their order.

    Attributes
    ----------
    wanted : tuple of (str, str or None)
        Names of moments, each with its firm; None for all firms together. The elasticity of all
        firms is the mean of theirs.
    window : Window
        Which months count.
    """

    wanted: tuple[Wanted, ...]
    window: Window

    def __call__(self, market: FollowingMarket) -> list[float]:
        """Return the moments of a market."""
        market.run(self.window.skipped)
        first = len(market.records)
        answers = self._elasticities(market)
        market.run(max(0, self.window.months - (len(market.records) - first)))
        seen = {firm: self._seen(market, firm, first) for _, firm in self.wanted}
        return [
            answers[one.change, firm] if one.change else one.of(seen[firm])
            for one, firm in ((moment(name), firm) for name, firm in self.wanted)
        ]

    def _elasticities(self, market: FollowingMarket) -> Mapping[tuple[Change | None, Any], float]:
        """Return elasticities by change and firm."""
        changes = [(moment(name).change, firm) for name, firm in self.wanted]
        whose = dict.fromkeys(firm for change, firm in changes if change)
        names = [firm.name for firm in market.spec.firms]
        every = (
            range(len(names)) if None in whose else [names.index(firm) for firm in whose if firm]
        )
        wanted = list(dict.fromkeys(change for change, _ in changes if change))
        found = elasticities(market, wanted, every)
        answers: dict[tuple[Change | None, Any], float] = {}
        for change, each in found.items():
            answers |= {(change, names[k]): each[n] for n, k in enumerate(every)}
            known = each[np.isfinite(each)]
            answers[change, None] = float(known.mean()) if known.size else float("nan")
        return answers

    def _seen(self, market: Market, firm: str | None, first: int) -> Seen:
        """Return what was seen of a firm, or of all, in the months that count."""
        months = slice(first, first + self.window.months)
        names = [one.name for one in market.spec.firms]
        mine = slice(None) if firm is None else [names.index(firm)]
        columns = market.columns
        years = market.tenure_columns
        there, lost = (
            years[name][months][:, mine].sum(axis=(0, 1))[: len(YEARS) + 1]
            for name in ("customer_months", "lost")
        )
        opened = there[1:] + lost[1:]
        opened[0] -= there[0]  # newcomers, who were not there when their first month opened
        nobody = np.full(opened.shape, np.nan)
        stayed = 1.0 - np.divide(lost[1:], opened, out=nobody, where=opened > 0.0)
        return Seen(
            {name: float(column[months][:, mine].sum()) for name, column in columns.items()},
            float(columns["customers"][months].sum()),
            float(market.spec.market.customers * self.window.months),
            stayed,
        )


def check_firms(spec: MarketSpec, wanted: Sequence[Wanted]) -> None:
    """Refuse moments that are not there, and firms that a market does not have.

    Raises
    ------
    SpecError
        With the nearest name.
    """
    names = [firm.name for firm in spec.firms]
    for name, firm in wanted:
        moment(name)
        if firm is not None and firm not in names:
            raise SpecError(
                f"{name}: firm: given {shown(firm)}, no firm of the market is called so"
                f"{nearest(str(firm), names) or listing(names)}"
            )


def simulated(
    spec: MarketSpec,
    wanted: Sequence[Wanted],
    assignments: Sequence[Mapping[str, Any]] = ({},),
    *,
    replications: int = 1,
    window: Window | None = None,
    workers: int = 1,
    executor: Any = None,
    each: Callable[[int, int], None] = lambda _, __: None,
) -> Array:
    """Return the moments of a market under each of some assignments.

    Results are the same bytes whoever does the work; replications have common random numbers.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    wanted : sequence of (str, str or None)
        Names of moments (:data:`relsim.calibration.moments.MOMENTS`), each with the firm that it is
        of; None for all firms together.
    assignments : sequence of mapping
        Dotted path to value; ``run.seed`` may be among them.
    replications : int
        Of each assignment.
    window : Window, optional
        Which months count; its defaults unless said.
    workers, executor, each
        As in :func:`relsim.lab.evaluate`.

    Returns
    -------
    array of shape (assignments, replications, moments)
        Not a number where a moment is not defined.

    Raises
    ------
    RelsimError
        If a moment or a firm is not there, or a run failed.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> small = starter().with_({"market.customers": 200})
    >>> found = simulated(small, [("churn", None)], replications=2, window=Window(2, 6))
    >>> found.shape, bool((found > 0.0).all())
    ((1, 2, 1), True)
    """
    check_firms(spec, wanted)
    window = window or Window()
    changes = [one.change for one in (moment(name) for name, _ in wanted) if one.change]
    months = max([window.months, *(HORIZONS[change.horizon] for change in changes)])
    found = lab.evaluate(
        spec.with_({"run.months": window.skipped + months}),
        Measurement(tuple(wanted), window),
        assignments,
        replications=replications,
        workers=workers,
        executor=executor,
        engine=FollowingMarket,
        each=each,
    ).whole()
    shape = (len(assignments), replications, len(wanted))
    return np.array(found.left, dtype=np.float64).reshape(shape)
