"""Do 95% intervals hold the truth in 95% of experiments? ``python -m experiments.coverage``.

Four studies by simulation, where the truth is known: intervals of a mean from few runs, of a
relative effect, with several runs a design point, and of replications that stopped when they were
precise. The command writes one table and its figure into results/coverage.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from experiments.coverage_figure import draw
from relsim.lab.statistics.effect_sizes import relative_effect
from relsim.lab.statistics.effects import over_units
from relsim.lab.statistics.intervals import (
    CONFIDENCE,
    Array,
    Interval,
    bootstrap_interval,
    t_interval,
)
from relsim.report.run_figures import save

RESULTS = Path("results/coverage")
SEED = 1
MANY, FEW = 4_000, 1_000
"""Experiments for intervals that cost nothing, and for bootstraps."""
STOPPED = 20_000
_AT_ONCE, _LONGEST = 2_000, 800
Sizes = npt.NDArray[np.int64]


class Row(NamedTuple):
    """How often one kind of interval held the truth.

    ``n`` is what was asked for: runs, design points, or the runs that would do if the variance were
    known. ``lived`` is how many were simulated, on average; ``precise`` the share of experiments
    whose interval came out as narrow as asked; ``low`` and ``high`` are Wilson's 95% bounds of
    coverage.
    """

    study: str
    method: str
    distribution: str
    n: int
    lived: float
    precise: float
    coverage: float
    low: float
    high: float
    experiments: int


def _row(
    names: tuple[str, str, str, int], covered: npt.ArrayLike, lived: float, precise: float = np.nan
) -> Row:
    held = np.asarray(covered, dtype=bool)
    bounds = stats.binomtest(int(held.sum()), held.size).proportion_ci(method="wilson")
    return Row(*names, lived, precise, held.mean(), bounds.low, bounds.high, held.size)


# What is drawn --------------------------------------------------------------------------


def _normal(noise: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return noise.standard_normal(shape)


def _heavy(noise: np.random.Generator, shape: tuple[int, ...]) -> Array:
    result: Array = noise.standard_t(3.0, shape) / np.sqrt(3.0)
    return result


def _skewed(noise: np.random.Generator, shape: tuple[int, ...]) -> Array:
    drawn = noise.lognormal(0.0, 1.0, shape)
    result: Array = (drawn - np.exp(0.5)) / np.sqrt((np.e - 1.0) * np.e)
    return result


DISTRIBUTIONS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], Array]] = {
    "normal": _normal,
    "heavy tails (t3)": _heavy,
    "skewed (lognormal)": _skewed,
}
"""Of mean 0 and variance 1; the lognormal has a skewness of 6.2."""


def _holds(interval: Interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high


# The studies ----------------------------------------------------------------------------


def of_means(sizes: Sequence[int] = (5, 10, 20, 40, 80)) -> Iterator[Row]:
    """Return coverage of Student's and of the bootstrap interval of a mean of differences."""
    for (name, drawn), n in ((item, n) for item in DISTRIBUTIONS.items() for n in sizes):
        samples = drawn(np.random.default_rng((SEED, n)), (MANY, n))
        student = [_holds(t_interval(x), 0.0) for x in samples]
        yield _row(("mean", "Student", name, n), student, n)
        boot = [_holds(bootstrap_interval(x, resamples=1_000), 0.0) for x in samples[:FEW]]
        yield _row(("mean", "bootstrap (BCa)", name, n), boot, n)


def _ratio(treatment: Array, control: Array, axis: int) -> Any:
    return treatment.mean(axis=axis) / control.mean(axis=axis) - 1.0


def of_relative_effects(sizes: Sequence[int] = (5, 10, 20, 40)) -> Iterator[Row]:
    """Return coverage of intervals of a relative effect of 20%, arms with and without skewness."""
    for name in ("normal", "skewed (lognormal)"):
        for n in sizes:
            noise = np.random.default_rng((SEED, 2, n))
            if name == "normal":
                control = 10.0 + 3.0 * noise.standard_normal((MANY, n))
                treatment = 1.2 * control + 1.5 * noise.standard_normal((MANY, n))
            else:
                control = 10.0 * noise.lognormal(-0.32, 0.8, (MANY, n))
                treatment = 1.2 * control * noise.lognormal(-0.045, 0.3, (MANY, n))
            arms = list(zip(treatment, control, strict=True))
            fieller = [_holds(relative_effect(t, c), 0.2) for t, c in arms]
            yield _row(("relative", "Fieller", name, n), fieller, n)
            boot = [
                _holds(bootstrap_interval(np.column_stack(both), _ratio, resamples=1_000), 0.2)
                for both in arms[:FEW]
            ]
            yield _row(("relative", "bootstrap (BCa)", name, n), boot, n)


def of_clusters(points: Sequence[int] = (5, 10, 20, 40), replications: int = 5) -> Iterator[Row]:
    """Return coverage where half of the variance lies between points, by what counts as a unit."""
    for n in points:
        noise = np.random.default_rng((SEED, 3, n))
        effects = noise.standard_normal((MANY, n, 1)) + noise.standard_normal(
            (MANY, n, replications)
        )
        labels = np.repeat(np.arange(n), replications)
        pairs = [effect.ravel() for effect in effects]
        naive = [_holds(t_interval(x), 0.0) for x in pairs]
        yield _row(("clusters", "pairs as units", "normal", n), naive, n * replications)
        units = [over_units(x, np.zeros_like(x), labels)[0] for x in pairs]
        sound = [_holds(t_interval(x), 0.0) for x in units]
        yield _row(("clusters", "points as units", "normal", n), sound, n * replications)


# Stopping -------------------------------------------------------------------------------


class Paths:
    """Replications of many experiments, with mean and half-width after each of them.

    Parameters
    ----------
    values : array of shape (experiments, replications)
        Differences, in the order in which they are simulated.
    """

    def __init__(self, values: Array) -> None:
        n = np.arange(1, values.shape[1] + 1)
        total, squares = values.cumsum(axis=1), (values**2).cumsum(axis=1)
        self.means = total / n
        variance = np.maximum(squares - total * self.means, 0.0) / np.maximum(n - 1, 1)
        reach = stats.t.ppf(0.5 + CONFIDENCE / 2.0, np.maximum(n - 1, 1))
        self.halves = reach * np.sqrt(variance / n)
        self.halves[:, 0] = np.inf

    def half(self, sizes: Sizes) -> Array:
        """Return each experiment's half-width after a number of replications of its own."""
        result: Array = np.take_along_axis(self.halves, sizes[:, None] - 1, axis=1)[:, 0]
        return result

    def mean(self, sizes: Sizes) -> Array:
        """Return each experiment's mean after a number of replications of its own."""
        result: Array = np.take_along_axis(self.means, sizes[:, None] - 1, axis=1)[:, 0]
        return result


def fixed(paths: Paths, width: float) -> Sizes:
    """Return the number that would do if the variance, which is 1, were known."""
    known = (stats.norm.ppf(0.5 + CONFIDENCE / 2.0) / width) ** 2
    return np.full(len(paths.means), round(float(known)), dtype=np.int64)


def sequential(
    paths: Paths, width: float, minimum: int = 30, step: int = 10, more: int = 0
) -> Sizes:
    """Return where the interval is first narrow enough, and stays so for some rounds more."""
    stops = np.arange(minimum, _LONGEST + 1, step)
    narrow = paths.halves[:, stops - 1] <= width
    lasting = narrow[:, : narrow.shape[1] - more].copy()
    for later in range(1, more + 1):
        lasting &= narrow[:, later : narrow.shape[1] - more + later]
    first = np.where(lasting.any(axis=1), lasting.argmax(axis=1) + more, stops.size - 1)
    return stops[first]


def _stage(paths: Paths, width: float, sizes: Sizes, part: float = 1.0) -> Sizes:
    """Return whole rounds up to a part of what the variance so far asks for."""
    wanted = part * sizes * (paths.half(sizes) / width) ** 2
    return np.clip((np.ceil(wanted / 10.0) * 10).astype(np.int64), sizes, _LONGEST)


def two_stages(paths: Paths, width: float, minimum: int = 30) -> Sizes:
    """Return Stein's number: what the variance of a first stage asks for."""
    return _stage(paths, width, np.full(len(paths.means), minimum, dtype=np.int64))


def three_stages(paths: Paths, width: float, minimum: int = 30) -> Sizes:
    """Return Hall's number: a first stage, half of what it asks for, then what that asks for."""
    first = np.full(len(paths.means), minimum, dtype=np.int64)
    return _stage(paths, width, _stage(paths, width, first, 0.5))


RULES: dict[str, Callable[[Paths, float], Sizes]] = {
    "fixed number": fixed,
    "sequential from 30": sequential,
    "sequential from 10": lambda paths, width: sequential(paths, width, minimum=10),
    "sequential from 20 and one round more": lambda paths, width: sequential(
        paths, width, 20, more=1
    ),
    "two stages from 30": two_stages,
    "three stages from 30": three_stages,
}
"""When to stop; the second is that of :mod:`relsim.lab.runs.replication`."""


def of_stopped(numbers: Sequence[int] = (10, 30, 100)) -> Iterator[Row]:
    """Return coverage of Student's interval after a rule said that it is narrow enough."""
    for name, drawn in DISTRIBUTIONS.items():
        noise = np.random.default_rng((SEED, 4))
        found: dict[tuple[str, int], list[Array]] = {}
        for _ in range(STOPPED // _AT_ONCE):
            paths = Paths(drawn(noise, (_AT_ONCE, _LONGEST)))
            for (rule, stop), n in ((item, n) for item in RULES.items() for n in numbers):
                width = float(stats.norm.ppf(0.5 + CONFIDENCE / 2.0) / np.sqrt(n))
                sizes = stop(paths, width)
                half = paths.half(sizes)
                seen = np.stack([np.abs(paths.mean(sizes)) <= half, sizes, half <= width])
                found.setdefault((rule, n), []).append(seen.astype(np.float64))
        for (rule, n), parts in found.items():
            covered, sizes, precise = np.concatenate(parts, axis=1)
            yield _row(("stopped", rule, name, n), covered, sizes.mean(), precise.mean())


def study() -> pd.DataFrame:
    """Return all four studies, a :class:`Row` each row."""
    rows = [*of_means(), *of_relative_effects(), *of_clusters(), *of_stopped()]
    return pd.DataFrame(rows, columns=list(Row._fields))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder for table and figure")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    frame = study()
    frame.to_csv(out / "coverage.csv", index=False, float_format="%.6g")
    save({"coverage": draw(frame)}, out)
    print(f"{out / 'coverage'}.csv, .png, .svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
