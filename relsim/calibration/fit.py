"""Calibration by simulated moments on common random numbers.

McFadden 1989, "A method of simulated moments for estimation of discrete response models without
numerical integration", Econometrica 57:5. All points meet the same customers with the same random
numbers, so that the difference of two points is that of their numbers; what noise is left is why
slopes are taken over a wide step, on both sides.
"""

import contextlib
import functools
import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize

from relsim.calibration.identification import IDENTIFIED, identify
from relsim.calibration.inputs import Free, Target, all_of, check, check_kind, check_whole
from relsim.calibration.journal import Journal, opened
from relsim.calibration.measurement import Wanted, Window, check_firms, simulated
from relsim.calibration.result import Calibration, FittedMoment, FittedNumber
from relsim.errors import RelsimError
from relsim.lab.archive.own_code import codes_of
from relsim.lab.runs.executors import Crew, StandingCrew, crew_of, standing
from relsim.own_class import kinds_in
from relsim.provenance import code_version
from relsim.spec import MarketSpec
from relsim.spec.config import spec_hash

Array = npt.NDArray[np.float64]
Told = Callable[[int, int], None]

WIDTH = 0.1
"""Width of the step over which slopes are taken, as a share of the distance of the bounds."""

_CLOSE = 3e-3  # of the bounds' distance: a step that is smaller ends the search
_LITTLE = 1e-2  # of the cost: so does a gain that is smaller
_AT_BOUND = 1e-3
_ENOUGH = 2  # replications without which there is no standard error


@dataclass
class _Simulator:
    """Simulates moments at places between the bounds, and keeps what was simulated."""

    spec: MarketSpec
    free: tuple[Free, ...]
    targets: tuple[Target, ...]
    replications: int
    run: Callable[..., Array]
    journal: Journal
    expected: int
    told: Told
    done: int = 0
    asked: dict[str, int] = field(default_factory=dict)

    def at(self, places: Array) -> Array:
        """Return moments at places (points, numbers): (points, replications, moments)."""
        return self.simulate([self.assignment(place) for place in places], self.replications)

    def simulate(self, assignments: list[dict[str, Any]], replications: int) -> Array:
        """Return moments by assignment and replication; what is known is not simulated again."""
        keys = [json.dumps([values, replications]) for values in assignments]
        self.asked |= dict.fromkeys(keys, replications)
        new = [k for k, key in enumerate(keys) if not self.journal.has(key)]
        if new:
            wanted: list[Wanted] = [(one.moment, one.firm) for one in self.targets]
            simulated = functools.partial(self.run, self.spec, wanted, replications=replications)
            found = simulated([assignments[k] for k in new], each=self._each)
            self.journal.add({keys[k]: found[n].tolist() for n, k in enumerate(new)})
        return np.array([self.journal.known[key] for key in keys])

    def _each(self, more: int, _: int) -> None:
        self.done += more
        self.told(self.done, max(self.done, self.expected))

    @property
    def runs(self) -> int:
        """Runs that the result is made of, whether simulated now or known before."""
        return sum(self.asked.values())

    def assignment(self, place: Array) -> dict[str, Any]:
        """Return the numbers at a place, by dotted path."""
        return {
            path: one.value(float(at))
            for one, at in zip(self.free, place, strict=True)
            for path in one.paths
        }

    def residuals(self, place: Array) -> Array:
        """Return what the moments miss their targets by, in standard errors of these."""
        return _missed(self.at(place[None])[0].mean(axis=0), self.targets)

    def slopes(self, place: Array) -> tuple[Array, Array]:
        """Return the slopes of the residuals, and their standard errors: (moments, numbers)."""
        eye = WIDTH / 2.0 * np.eye(place.size)
        down, up = np.clip(place - eye, 0.0, 1.0), np.clip(place + eye, 0.0, 1.0)
        found = self.at(np.concatenate([down, up]))
        widths = np.diagonal(up - down)[:, None, None]
        errors = np.array([one.error for one in self.targets])
        each = (found[place.size :] - found[: place.size]) / widths / errors
        spread = each.std(axis=1, ddof=1) / math.sqrt(each.shape[1])
        return np.nan_to_num(each.mean(axis=1).T), np.nan_to_num(spread.T)

    def slopes_alone(self, place: Array) -> Array:
        """Return the slopes of the residuals: (moments, numbers)."""
        return self.slopes(place)[0]


def calibrate(
    spec: MarketSpec,
    free: Sequence[Free],
    targets: Sequence[Target],
    *,
    replications: int = 8,
    held_out: int = 8,
    window: Window | None = None,
    steps: int = 10,
    journal: str | Path | None = None,
    workers: int = 1,
    executor: Any = None,
    each: Told = lambda _, __: None,
) -> Calibration:
    """Fit a market's free numbers to moments.

    The search starts at the market's own numbers and minimises the squares of what the simulated
    moments miss their targets by, in standard errors of the targets
    (``scipy.optimize.least_squares``). The same seed gives the same bytes for any workers.

    Parameters
    ----------
    spec : MarketSpec
        The market.
    free : sequence of Free
        Numbers that are free, with bounds.
    targets : sequence of Target
        Moments to meet.
    replications : int
        Runs of each point, with common random numbers; 2 or more.
    held_out : int
        Runs of the fitted market with random numbers that the fit did not see; 2 or more.
    window : Window, optional
        Which months count.
    steps : int
        Steps of the search at most.
    journal : str or Path, optional
        A file that keeps what was simulated: after a crash or a kill, the same call with the same
        file goes on from there.
    workers, executor
        As in :func:`relsim.lab.evaluate`.
    each : callable, optional
        Told after some runs: how many are done, and how many there are at most.

    Returns
    -------
    Calibration
        Numbers, moments, and which numbers the moments do not identify.

    Raises
    ------
    RelsimError
        If a number or a moment is not there, a moment is not defined at the start, a run failed,
        or the journal is of another calibration.

    Examples
    --------
    >>> from relsim.spec import starter
    >>> small = starter().with_({"market.customers": 300})
    >>> found = calibrate(
    ...     small,
    ...     [Free("mechanisms.reconsider.base_hazard", 0.01, 0.5, "log")],
    ...     [Target("churn", 0.02, 0.002)],
    ...     replications=2, held_out=2, window=Window(2, 6), steps=2,
    ... )
    >>> found.numbers[0].path, found.moments[0].moment
    ('mechanisms.reconsider.base_hazard', 'churn')
    """
    chosen, aims = all_of(free, Free, "free"), all_of(targets, Target, "targets")
    check_kind(window, (Window, type(None)), "window")
    check_kind(journal, (str, Path, type(None)), "journal")
    for name, value in (("replications", replications), ("held_out", held_out)):
        check_whole(value, name, _ENOUGH)
    check_whole(steps, "steps", 1)
    check_firms(spec, [(one.moment, one.firm) for one in aims])
    check(spec, chosen, aims)
    expected = replications * (1 + steps * (1 + 2 * len(chosen))) + held_out
    identity = _identity(spec, aims, window)
    with opened(journal, identity) as kept, _standing(crew_of(executor, workers)) as crew:
        run = functools.partial(simulated, window=window, executor=crew)
        simulator = _Simulator(spec, chosen, aims, replications, run, kept, expected, each)
        start = np.array([one.start(spec) for one in chosen])
        _check_defined(simulator, start)
        end = optimize.least_squares(
            simulator.residuals,
            start,
            jac=simulator.slopes_alone,
            bounds=(0.0, 1.0),
            xtol=_CLOSE,
            ftol=_LITTLE,
            max_nfev=steps,
        )
        return _result(simulator, start, end.x, held_out, converged=bool(end.status > 0))


def _identity(spec: MarketSpec, targets: Sequence[Target], window: Window | None) -> str:
    """Return what simulated moments depend on besides the numbers, as a hash."""
    moments = [[one.moment, one.firm] for one in targets]
    months = window or Window()
    own = codes_of(kinds_in(spec))
    settings = [code_version(), own, spec_hash(spec), moments, months.skipped, months.months]
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()


@contextlib.contextmanager
def _standing(crew: Crew) -> Iterator[Crew]:
    """Yield a crew that stays together over all points, where it is one of this machine."""
    if isinstance(crew, StandingCrew) or crew.own is not None or crew.kind == "dask":
        yield crew
        return
    with standing(crew.kind, crew.workers) as together:
        yield together


def _check_defined(simulator: _Simulator, start: Array) -> None:
    for one, value in zip(simulator.targets, simulator.residuals(start), strict=True):
        if not math.isfinite(value):
            raise RelsimError(
                f"{one.moment}: not defined at the numbers that the search starts from: nobody was "
                "acquired, nothing is spent on it, nothing is sold, or the window is too short"
            )


def _missed(found: Array, targets: Sequence[Target]) -> Array:
    values = np.array([one.value for one in targets])
    return np.asarray((found - values) / np.array([one.error for one in targets]))


def _result(
    simulator: _Simulator, start: Array, end: Array, held_out: int, *, converged: bool
) -> Calibration:
    slopes, errors = simulator.slopes(end)
    known = identify(slopes, errors, simulator.replications)
    spec, targets = simulator.spec, simulator.targets
    other = {"run.seed": (spec.run.seed + 1) % 2**64}
    fresh = simulator.simulate([simulator.assignment(end) | other], held_out)[0]
    moments = _moments(targets, simulator.at(end[None])[0], fresh)
    numbers = tuple(
        _number(one, *each)
        for one, *each in zip(
            simulator.free, start, end, known.deviations, known.learned, strict=True
        )
    )
    return Calibration(
        title=spec.title,
        numbers=numbers,
        moments=moments,
        singular_values=tuple(known.singular_values.tolist()),
        unknown=tuple(
            {simulator.free[place].path: weight for place, weight in one.items()}
            for one in known.unknown
        ),
        slopes=tuple(tuple(row) for row in slopes.tolist()),
        cost=float(sum(one.residual**2 for one in moments)),
        held_out_cost=float(sum(((one.held_out - one.target) / one.error) ** 2 for one in moments)),
        degrees=len(targets) - (end.size - len(known.unknown)),
        seed=spec.run.seed,
        replications=simulator.replications,
        held_out=held_out,
        runs=simulator.runs,
        converged=converged,
    )


def _number(one: Free, start: float, end: float, deviation: float, learned: float) -> FittedNumber:
    half = 1.96 * deviation
    given = {name: getattr(one, name) for name in ("path", "paths", "low", "high", "scale")}
    return FittedNumber(
        **given,
        start=one.value(start),
        value=one.value(end),
        value_from=one.value(max(end - half, 0.0)),
        value_to=one.value(min(end + half, 1.0)),
        learned=float(learned),
        identified=bool(learned >= IDENTIFIED),
        at_bound=not _AT_BOUND < end < 1.0 - _AT_BOUND,
    )


def _moments(targets: Sequence[Target], fitted: Array, fresh: Array) -> tuple[FittedMoment, ...]:
    found = []
    for place, one in enumerate(targets):
        (mean, error), (other, other_error) = (
            (float(x.mean()), float(x.std(ddof=1) / math.sqrt(x.size)))
            for x in (fitted[:, place], fresh[:, place])
        )
        found.append(
            FittedMoment(
                moment=one.moment,
                firm=one.firm,
                target=one.value,
                error=one.error,
                source=one.source,
                simulated=mean,
                simulated_error=error,
                residual=(mean - one.value) / one.error,
                held_out=other,
                held_out_error=other_error,
                held_out_residual=(other - one.value) / math.hypot(one.error, other_error),
            )
        )
    return tuple(found)
