"""An experiment ready to run: markets, design points, arms, and the numbers of its runs."""

import contextlib
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.errors import Gathering, SpecError
from relsim.lab.config import Config
from relsim.lab.design.points import BASE, POINT, SAMPLE, factor_columns
from relsim.lab.design.table import settled
from relsim.lab.design.values import values_of
from relsim.lab.names import check_names
from relsim.lab.runs.outcomes import check_measure, resolved
from relsim.lab.runs.run import Assignment
from relsim.lab.spec import ExperimentSpec, FactorSpec, OutcomeSpec, WarmUpSpec
from relsim.loader import check_strategies
from relsim.provenance import code_version
from relsim.spec import MarketSpec, override, read, spec_hash
from relsim.spec.hints import listing, nearest
from relsim.spec.locations import locate
from relsim.spec.paths import covers, overwrites, split_first
from relsim.spec.validation import checked

_CHECKED_POINTS = 2_000
"""Design points whose markets are all set up before anything runs; of more, a sample."""

_STREAMS = 1 << 16
"""Replications that a sample with its own random numbers may have; and how many samples."""

_WITHOUT_EFFECT = ("title", "notes")


@dataclass(frozen=True)
class Study:
    """An experiment whose parts have been read and checked against each other.

    Attributes
    ----------
    name : str
        How errors call it.
    spec : ExperimentSpec
        What the config says.
    markets : tuple of MarketSpec
        The bases, with the settings of the experiment.
    design : DataFrame
        A row a design point, index ``point``: the base, if there are several, and the factors.
    paths : tuple of str
        Folders in which strategies of one's own are found.
    """

    name: str
    spec: ExperimentSpec
    markets: tuple[MarketSpec, ...]
    design: pd.DataFrame
    paths: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: Config) -> Self:
        """Return the study of a config.

        Raises
        ------
        RelsimError
            If anything in it cannot be run, with all that is wrong at the first place.
        """
        spec, name = config.spec, config.name
        checks = Gathering()
        checks.try_(_named, name, _check_names, spec)
        found = [checks.try_(_market, base, config) for base in spec.bases]
        checks.raise_()
        markets = tuple(market for market in found if market is not None)
        with naming(name):
            spec, design = settled(spec, config.folder)
            check_names(spec, (name for name in factor_columns(design) if name != BASE))
        study = cls(name, spec, markets, design, (str(config.folder),))
        study.check()
        return study

    # Runs by number --------------------------------------------------------------------------

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms, in the config's order."""
        return tuple(self.spec.arms)

    @cached_property
    def cells(self) -> npt.NDArray[np.int64]:
        """Which combination of base and levers each point belongs to, from 0."""
        keys = [BASE] if BASE in self.design else []
        keys += [factor.title for factor in self.spec.levers if factor.title in self.design]
        if not keys:
            return np.zeros(len(self.design), dtype=np.int64)
        shown = self.design[keys].astype(str).agg("\0".join, axis=1)
        return np.asarray(pd.factorize(shown)[0], dtype=np.int64)

    @property
    def levers(self) -> list[str]:
        """The columns of the design that tell cells apart."""
        keys = [BASE, *(factor.title for factor in self.spec.levers)]
        return [key for key in keys if key in self.design]

    @cached_property
    def samples(self) -> npt.NDArray[np.int64]:
        """Which sample of the uncertainties each point has; two points may share one."""
        # Without uncertainties, a crossed design's "sample" is its second grid; a file's is said.
        says = bool(self.spec.uncertainties) or self.spec.design.file is not None
        crossed = says and SAMPLE in self.design
        own = self.design[SAMPLE] if crossed else self.design.index
        return np.asarray(own, dtype=np.int64)

    @property
    def unit(self) -> str:
        """What counts once in an interval: a sample where points are drawn, else a replication."""
        return "sample" if self.spec.drawn else "replication"

    def size(self, replications: int) -> int:
        """Return how many runs so many replications of all points and arms are."""
        return replications * len(self.design) * len(self.arms)

    def numbers(self, wanted: Sequence[int]) -> Iterator[int]:
        """Yield the numbers of runs in their order, replication by replication.

        Parameters
        ----------
        wanted : sequence of int
            Replications by cell.
        """
        arms, points = len(self.arms), len(self.design)
        by_point = np.asarray(wanted)[self.cells]
        for replication in range(int(by_point.max())):
            for point in np.flatnonzero(by_point > replication).tolist():
                first = (replication * points + point) * arms
                yield from range(first, first + arms)

    def place(self, run: int) -> tuple[int, int, int]:
        """Return the replication, the point and the place of the arm of a run."""
        rest, arm = divmod(run, len(self.arms))
        replication, point = divmod(rest, len(self.design))
        return replication, point, arm

    def assignment(self, run: int) -> Assignment:
        """Return what is special about a run."""
        replication, point, arm = self.place(run)
        stream = replication
        if not self.spec.common_noise:
            stream += int(self.samples[point]) * _STREAMS
        base, values = self._point(point)
        mine, control = self.arms[arm], self.spec.reference
        before = None if mine == control else {**self.spec.arms[control], **values}
        return Assignment(run, base, {**self.spec.arms[mine], **values}, stream, before)

    def _point(self, point: int) -> tuple[int, dict[str, Any]]:
        """Return the base and the values of a design point."""
        row = self._rows[point]
        base = self.spec.bases.index(row[BASE]) if BASE in row else 0
        specs = {factor.title: factor for factor in self.spec.factors}
        values: dict[str, Any] = {}
        for name in self.factors:
            factor = specs.get(name)
            values |= {name: row[name]} if factor is None else self._moved(factor, row[name], base)
        return base, values

    def _moved(self, factor: FactorSpec, value: Any, base: int) -> dict[str, Any]:
        with naming(self.name):
            return values_of(factor, value, self.markets[base])

    @cached_property
    def factors(self) -> list[str]:
        """The columns of the design that are values of keys."""
        return [name for name in factor_columns(self.design) if name != BASE]

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        columns = {str(name): column.tolist() for name, column in self.design.items()}
        return [
            {name: column[point] for name, column in columns.items()}
            for point in range(len(self.design))
        ]

    def market(self, point: int, arm: str) -> MarketSpec:
        """Return the market of a design point and an arm.

        Raises
        ------
        SpecError
            If a value is not one that it takes.
        """
        base, values = self._point(point)
        with_arm = override(self.markets[base], self.spec.arms[arm], f"{self.name}: arms.{arm}")
        return override(with_arm, values, f"{self.name}: point {point}")

    # What it is ------------------------------------------------------------------------------

    @cached_property
    def key(self) -> str:
        """Hash of all that the results depend on: config, markets, design, code."""
        parts = {
            "spec": self.spec.model_dump(mode="json", exclude=set(_WITHOUT_EFFECT)),
            "markets": [spec_hash(market) for market in self.markets],
            "design": self.design.to_dict(orient="split"),
            "code": code_version(),
        }
        text = json.dumps(parts, sort_keys=True, default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def saved(self) -> dict[str, Any]:
        """Return all of it as plain data, from which :meth:`restored` makes it again elsewhere."""
        data = {
            "name": self.name,
            "spec": self.spec.model_dump(mode="json"),
            "markets": [market.model_dump(mode="json") for market in self.markets],
            "design": self.design.to_dict(orient="split"),
            "objects": [
                title
                for title, column in self.design.items()
                if not pd.api.types.is_numeric_dtype(column)
            ],
        }
        plain: dict[str, Any] = json.loads(json.dumps(data, default=_plain))
        return plain

    @classmethod
    def restored(cls, data: Mapping[str, Any]) -> Self:
        """Return the study that was saved.

        Raises
        ------
        SpecError
            If it is not one that this version of relsim understands.
        """
        name = str(data["name"])
        design = pd.DataFrame(**data["design"], dtype=object).rename_axis(POINT)
        others = design.columns.difference(data["objects"])
        design = design.astype({title: design[title].infer_objects().dtype for title in others})
        return cls(
            name,
            checked(ExperimentSpec, data["spec"], name),
            tuple(checked(MarketSpec, market, name) for market in data["markets"]),
            design,
        )

    # Checks ----------------------------------------------------------------------------------

    def check(self) -> None:
        """Check all that can be known before anything runs.

        Raises
        ------
        RelsimError
            If a path leads nowhere, a value is not one that its key takes, an arm equals the
            control, or an outcome is not there.
        """
        checks = Gathering()
        for check in (
            self._check_arms,
            self._check_settings,
            self._check_streams,
            self._check_columns,
        ):
            checks.try_(_named, self.name, check)
        checks.raise_()
        self._check_points()  # what is wrong above would be told again of every point

    def _check_arms(self) -> None:
        factors = {factor.title: factor for factor in self.spec.factors}
        by_factor = [
            (factors[name].key, *factors[name].also) if name in factors else (name,)
            for name in self.factors
        ]
        # Within a factor, a key that moves along may say of all firms what the factor says of one.
        for earlier, later in itertools.combinations(by_factor, 2):
            for key, other in itertools.product(earlier, later):
                if overwrites(key, other) or overwrites(other, key):
                    raise SpecError(f"{other}: is varied by two factors, allowed: one ({key})")
        keys = [key for own in by_factor for key in own]
        for arm, values in self.spec.arms.items():
            for path, key in itertools.product(values, keys):
                if overwrites(key, path):
                    raise SpecError(
                        f"arms.{arm}: sets {path}, which levers or uncertainties vary too ({key})"
                    )
        for where, path in (
            *((f"arms.{arm}", path) for arm, values in self.spec.arms.items() for path in values),
            *(("levers or uncertainties", key) for key in keys),
        ):
            if split_first(path)[0] == "run":
                raise SpecError(
                    f"{where}: given {path}, allowed: keys of the market; all runs live the same "
                    "months (settings: run.months), and random numbers follow from the key seed"
                )

    def _check_settings(self) -> None:
        """Check that no setting is lost in every run; a relative factor multiplies it."""
        for factor in self.spec.factors:
            keys = factor.also if factor.relative else (factor.key, *factor.also)
            for path, key in itertools.product(self.spec.settings, keys):
                if covers(key, path):
                    raise SpecError(
                        f"settings: sets {path}, which levers or uncertainties vary too ({key})"
                    )

    def _check_streams(self) -> None:
        samples, most = int(self.samples.max()) + 1, self.spec.replication.most
        if not self.spec.common_noise and max(samples, most) > _STREAMS:
            raise SpecError(
                f"random_numbers: given independent, with {samples:,} samples and up to {most:,} "
                f"replications; allowed: up to {_STREAMS:,} of each, or random_numbers: common"
            )

    def _check_columns(self) -> None:
        panel, warm_up = self.spec.panel, self.spec.warm_up
        cut = 0 if isinstance(warm_up, WarmUpSpec) else warm_up
        for market in self.markets:
            for name, outcome in self.spec.outcomes.items():
                resolved(name, outcome, market, cut)
        for measure in panel.measures if panel else ():
            check_measure(measure, True, "panel.measures", *self.markets)
        shortest = min(market.run.months for market in self.markets)
        if panel and panel.every > shortest:
            raise SpecError(
                f"panel.every: given {panel.every}, allowed: up to {shortest}, the months that the "
                "markets are simulated: else no month is kept"
            )
        if isinstance(warm_up, WarmUpSpec):
            for market in self.markets:
                months = (1, market.run.months)
                pilot = OutcomeSpec(measure=warm_up.measure, firm=warm_up.firm, months=months)
                resolved("", pilot, market, 0, "warm_up")

    def _check_points(self) -> None:
        count = len(self.design)
        step = max(1, -(-count // _CHECKED_POINTS))
        same = dict.fromkeys(self.spec.treatments, True)
        for point in sorted({*range(0, count, step), count - 1}):
            control = self.market(point, self.spec.reference)
            check_strategies(control, f"{self.name}: arms.{self.spec.reference}")
            for arm in self.spec.treatments:
                market = self.market(point, arm)
                check_strategies(market, f"{self.name}: arms.{arm}")
                same[arm] = same[arm] and market == control
        equal = [arm for arm, is_same in same.items() if is_same]
        if equal:
            raise SpecError(
                f"{self.name}: arms.{equal[0]}: is the same market as the control "
                f"{self.spec.reference!r}: there is nothing to compare"
            )


def _plain(value: Any) -> Any:
    """Return a number of numpy's as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is not plain data")


@contextlib.contextmanager
def naming(name: str) -> Iterator[None]:
    """Put a name before errors that the user can mend."""
    try:
        yield
    except SpecError as error:
        lines = str(error).splitlines()
        raise SpecError("\n".join(f"{name}: {line}" for line in lines)) from None


def _named(name: str, check: Callable[..., None], *arguments: Any) -> None:
    with naming(name):
        check(*arguments)


def _market(base: str, config: Config) -> MarketSpec:
    """Return the market of a base, with the settings and the seed of the experiment."""
    with naming(config.name):
        market = config.given.get(base) or read(locate(base, config.folder))
    market = override(market, config.spec.settings, f"{config.name}: settings")
    return override(market, {"run.seed": config.spec.seed}, config.name)


def _check_names(spec: ExperimentSpec) -> None:
    """Check that what names something names something that is there, and that names differ.

    Raises
    ------
    SpecError
        If not.
    """
    arms, outcomes = list(spec.arms), list(spec.outcomes)
    target = spec.replication
    for key, given, known in (
        ("control", spec.control, arms),
        ("replication.outcome", target.outcome, outcomes),
        ("replication.treatment", target.treatment, list(spec.treatments)),
    ):
        if given is not None and given not in known:
            hint = nearest(given, known) or listing(known)
            raise SpecError(f"{key}: given {given!r}, which is not there{hint}")
    check_names(spec)
    for name, found in (("arms", arms), ("base", spec.bases)):
        if not found:
            raise SpecError(f"{name}: given none, allowed: one or more")
    twice = next((base for base in spec.bases if spec.bases.count(base) > 1), None)
    if twice:
        raise SpecError(f"base: given {twice!r} twice, allowed: each market once")
