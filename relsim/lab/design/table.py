"""From the levers and uncertainties of an experiment to its table of design points."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from relsim.errors import SpecError
from relsim.lab.design import designs
from relsim.lab.design.factors import Factor
from relsim.lab.design.points import BASE, LEVER, POINT, SAMPLE
from relsim.lab.design.written import read_design
from relsim.lab.spec import DRAWN, DesignSpec, ExperimentSpec, FactorSpec

_SAMPLES: Mapping[str, Callable[[Sequence[Factor], DesignSpec], pd.DataFrame]] = {
    "latin_hypercube": lambda factors, d: designs.latin_hypercube(factors, d.points, d.seed),
    "sobol": lambda factors, d: designs.sobol(factors, d.points, d.seed),
    "halton": lambda factors, d: designs.halton(factors, d.points, d.seed),
    "morris": lambda factors, d: designs.morris(factors, d.points, d.seed),
    "saltelli": lambda factors, d: designs.saltelli(factors, d.points, d.seed),
}


def factor_of(spec: FactorSpec) -> Factor:
    """Return the factor that a config describes, called by its title.

    Raises
    ------
    SpecError
        If it has no values.
    """
    return Factor(
        key=spec.title,
        levels=spec.levels or None,
        low=spec.low,
        high=spec.high,
        scale=spec.scale,
        integer=spec.integer,
        name=spec.distribution,
        parameters=spec.parameters,
    )


def expected_points(spec: ExperimentSpec) -> int:
    """Return how many points a design has at most, without making it; of a file, 0.

    Examples
    --------
    >>> from relsim.lab.config import read_experiment
    >>> expected_points(read_experiment("offence_defence").spec)
    72
    """
    if spec.design.file is not None:
        return 0
    sampled = {"morris": 1 + len(spec.uncertainties), "saltelli": 2 + len(spec.uncertainties)}
    kind = spec.design.uncertainties
    points = len(spec.bases) * _expected_grid(spec.design.levers, spec.levers)
    if not spec.uncertainties:
        return points
    if kind not in _SAMPLES:
        return points * _expected_grid(kind, spec.uncertainties)
    return points * spec.design.points * sampled.get(kind, 1)


def _expected_grid(kind: str, factors: Sequence[FactorSpec]) -> int:
    values = [len(factor.levels) or factor.steps for factor in factors]
    return 1 + sum(values) if kind == "one_at_a_time" and values else math.prod(values)


def settled(spec: ExperimentSpec, folder: Path) -> tuple[ExperimentSpec, pd.DataFrame]:
    """Return an experiment with all that its design says, and the design points.

    Parameters
    ----------
    spec : ExperimentSpec
        What the config says.
    folder : Path
        Where the path of a CSV file starts.

    Returns
    -------
    ExperimentSpec
        As it was; of a design in a file, with the factors and the kind of design that wrote it.
    DataFrame
        As by :func:`design_of`.

    Raises
    ------
    SpecError
        If a factor, the design or its file is not sound.
    """
    if spec.design.file is not None:
        return read_design(spec, folder / spec.design.file)
    return spec, design_of(spec)


def design_of(spec: ExperimentSpec) -> pd.DataFrame:
    """Return the design points that levers and uncertainties give, a row a point.

    Parameters
    ----------
    spec : ExperimentSpec
        What the config says.

    Returns
    -------
    DataFrame
        Index ``point``; columns: ``base``, if there are several, the factors by their titles, and
        notes that begin with ``design.``.

    Raises
    ------
    SpecError
        If a factor or the design is not sound.
    """
    if spec.design.samples == "own" and len(spec.bases) > 1 and spec.uncertainties:
        return _each_its_own(spec)
    made = [
        _combined(_grid, spec.design.levers, spec.levers, spec.design),
        _combined(_sample, spec.design.uncertainties, spec.uncertainties, spec.design),
    ]
    parts = [part for part in made if part is not None]
    if len(spec.bases) > 1:
        parts.insert(0, designs.full_factorial([Factor(BASE, levels=spec.bases)]))
    if not parts:
        return pd.DataFrame(index=pd.RangeIndex(1, name=POINT))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.drop(columns=[LEVER, SAMPLE], errors="ignore")
        whole = designs.cross(whole, part)
    return whole


def _each_its_own(spec: ExperimentSpec) -> pd.DataFrame:
    """Return a design in which each market has samples of its own, dealt out of one sample."""
    kind, bases = spec.design.uncertainties, spec.bases
    if kind not in DRAWN:
        raise SpecError(
            f"design.samples: given 'own', allowed: with uncertainties: {', '.join(DRAWN)}"
        )
    whole = spec.design.model_copy(update={"points": spec.design.points * len(bases)})
    sample = _sample(kind, spec.uncertainties, whole)
    levers = _combined(_grid, spec.design.levers, spec.levers, spec.design)
    parts = []
    for place, base in enumerate(bases):
        own = designs.full_factorial([Factor(BASE, levels=(base,))])
        if levers is not None:
            own = designs.cross(own, levers).drop(columns=[LEVER, SAMPLE])
        dealt = np.arange(place, len(sample), len(bases))
        part = designs.cross(own, sample.iloc[dealt].reset_index(drop=True))
        parts.append(part.assign(**{SAMPLE: dealt[part[SAMPLE]]}))
    return pd.concat(parts, ignore_index=True).rename_axis(POINT)


def _combined(
    make: Callable[[str, Sequence[FactorSpec], DesignSpec], pd.DataFrame],
    kind: str,
    factors: Sequence[FactorSpec],
    design: DesignSpec,
) -> pd.DataFrame | None:
    return make(kind, factors, design) if factors else None


def _grid(kind: str, specs: Sequence[FactorSpec], _: DesignSpec) -> pd.DataFrame:
    factors = [factor_of(spec) for spec in specs]
    steps = {spec.title: spec.steps for spec in specs}
    if kind == "one_at_a_time":
        return designs.one_at_a_time(factors, steps)
    return designs.full_factorial(factors, steps)


def _sample(kind: str, specs: Sequence[FactorSpec], design: DesignSpec) -> pd.DataFrame:
    if kind not in _SAMPLES:
        return _grid(kind, specs, design)
    return _SAMPLES[kind]([factor_of(spec) for spec in specs], design)
