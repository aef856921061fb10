"""What a treatment does, from runs with common random numbers: a pair a point and replication.

Both arms of a pair live with the same customers and the same draws, so that what differs between
them is the treatment, and a small difference shows in few runs.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from relsim.errors import ComparisonError
from relsim.lab.statistics.effect_sizes import (
    correlation,
    relative_effect,
    standardised_size,
    unpaired_units,
    variance_reduction,
)
from relsim.lab.statistics.intervals import (
    CONFIDENCE,
    RESAMPLES,
    Array,
    Interval,
    bootstrap_interval,
    equivalence,
    holm,
    mean,
    p_of_no_effect,
    sample,
    t_interval,
)
from relsim.spec.hints import nearest

Margin = tuple[float, float]


@dataclass(frozen=True)
class Effect:
    """What a treatment does to one outcome.

    The *unit* is a cluster where there are clusters, each counting once through the mean of its
    pairs, and a pair where there are none. All moments below are over units.

    Attributes
    ----------
    pairs, clusters : int
        Pairs compared, and units among them.
    treatment, control : float
        Mean of each arm, in the outcome's units.
    difference : Interval
        Treatment less control, Student's interval over units.
    bootstrap : Interval
        The same difference with its bootstrap interval, to see whether skewness matters.
    p_value : float
        Two-sided, of no difference (paired t test).
    relative : Interval
        ``treatment / control - 1`` with Fieller's interval; see :func:`relative_effect`.
    size : float
        Difference over the arms' standard deviation; see :func:`standardised_size`.
    correlation : float
        Of the arms over units.
    variance_reduction : float
        How many times the variance of an unpaired difference that of the paired one is held:
        ``(var(t) + var(c)) / var(t - c)``, 1 where pairing brings nothing, infinite where every
        unit differs by the same.
    unpaired : float
        Units *in each arm* that unpaired runs would need for an interval as narrow.
    """

    pairs: int
    clusters: int
    treatment: float
    control: float
    difference: Interval
    bootstrap: Interval
    p_value: float
    relative: Interval
    size: float
    correlation: float
    variance_reduction: float
    unpaired: float

    def row(self) -> dict[str, float]:
        """Return all of it flat: bounds as ``difference_low``, ``relative_high`` and so on."""
        flat: dict[str, float] = {}
        for name, value in asdict(self).items():
            if isinstance(value, Interval):
                flat |= {name: value.estimate, f"{name}_low": value.low, f"{name}_high": value.high}
            else:
                flat[name] = value
        # The bootstrap's estimate is the difference once more.
        del flat["bootstrap"]
        return flat


def paired(
    treatment: npt.ArrayLike,
    control: npt.ArrayLike,
    clusters: npt.ArrayLike | None = None,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Effect:
    """Compare two arms, pair by pair.

    Parameters
    ----------
    treatment, control : array_like of shape (pairs,)
        The outcome of each arm, finite; the k-th of both met the same random numbers.
    clusters : array_like of shape (pairs,), optional
        Label of the design point that a pair belongs to. Replications of one point share its
        parameters and are not independent draws from the scope: the unit is then the point.
    confidence : float
        Of the intervals.
    resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    Effect
        With nan for whatever too few units cannot tell.

    Raises
    ------
    ValueError
        If lengths differ.

    Examples
    --------
    >>> effect = paired([11.0, 14.0, 12.0, 17.0], [10.0, 12.0, 11.0, 15.0])
    >>> effect.difference.estimate, round(effect.difference.low, 3), round(effect.p_value, 4)
    (1.5, 0.581, 0.0138)
    >>> round(effect.relative.estimate, 4), round(effect.variance_reduction, 1), effect.unpaired
    (0.125, 35.0, 55.0)
    """
    t, c = over_units(treatment, control, clusters)
    apart = t - c
    return Effect(
        pairs=sample(treatment).size,
        clusters=t.size,
        treatment=mean(t),
        control=mean(c),
        difference=t_interval(apart, confidence),
        bootstrap=bootstrap_interval(apart, np.mean, confidence, resamples, seed),
        p_value=p_of_no_effect(apart),
        relative=relative_effect(t, c, confidence),
        size=standardised_size(t, c),
        correlation=correlation(t, c),
        variance_reduction=variance_reduction(t, c),
        unpaired=unpaired_units(t, c, confidence),
    )


def over_units(
    treatment: npt.ArrayLike, control: npt.ArrayLike, clusters: npt.ArrayLike | None = None
) -> tuple[Array, Array]:
    """Return both arms over the units of inference: the means of clusters, in their order.

    Examples
    --------
    >>> t, c = over_units([1.0, 3.0, 5.0], [1.0, 2.0, 3.0], ["a", "a", "b"])
    >>> t.tolist(), c.tolist()
    ([2.0, 5.0], [1.5, 3.0])
    """
    t, c = sample(treatment), sample(control)
    if t.size != c.size:
        raise ValueError(f"pairs need both arms: {t.size} of treatment, {c.size} of control")
    if clusters is None:
        return t, c
    labels = np.asarray(clusters).ravel()
    if labels.size != t.size:
        raise ValueError(f"every pair needs a cluster: {labels.size} labels for {t.size} pairs")
    _, place = np.unique(labels, return_inverse=True)
    members = np.bincount(place)
    return np.bincount(place, t) / members, np.bincount(place, c) / members


def effects(
    runs: pd.DataFrame,
    outcomes: Sequence[str],
    control: str,
    treatments: Sequence[str],
    *,
    by: Sequence[str] = (),
    pair_on: Sequence[str] = ("point", "replication"),
    cluster_on: str | None = "point",
    arm: str = "arm",
    margins: Mapping[str, Margin] | None = None,
    family: Sequence[str] = (),
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare treatments with the control, outcome by outcome.

    Parameters
    ----------
    runs : DataFrame
        A row a run: the columns of ``by`` and ``pair_on``, ``arm``, and the outcomes. The order of
        the rows does not matter.
    outcomes : sequence of str
        Columns of numbers.
    control : str
        The arm that the others are compared with.
    treatments : sequence of str
        The arms to compare.
    by : sequence of str
        Columns whose every combination has effects of its own, such as the market.
    pair_on : sequence of str
        Columns that, within a level of ``by``, name a pair.
    cluster_on : str, optional
        Which of them is the unit of inference; None makes it the pair.
    arm : str
        The column that says what a run was given.
    margins : mapping, optional
        Outcome to (low, high): differences too small to matter, in the outcome's units.
    family : sequence of str
        Columns of the *result* ("outcome", or of ``by``) within each of whose levels p values are
        corrected together; all rows are one family unless said.
    confidence : float
        Of all intervals.
    resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        A row for each level of ``by``, outcome and treatment, in this order, with columns:

        - those of ``by``; ``outcome``; ``arm`` (the treatment);
        - ``pairs``, ``clusters``; ``dropped`` (pairs of which a side is missing or not finite);
        - ``treatment``, ``control`` (means);
        - ``difference``, ``difference_low``, ``difference_high`` (Student);
        - ``bootstrap_low``, ``bootstrap_high`` (of the difference);
        - ``relative``, ``relative_low``, ``relative_high`` (fractions);
        - ``size``, ``correlation``, ``variance_reduction``, ``unpaired`` as in :class:`Effect`;
        - ``p_value``, ``p_holm`` (corrected), ``p_equivalence`` (outside the margin; nan without).

    Raises
    ------
    ComparisonError
        If a column or an arm is missing, a margin is none, or two runs claim one place in a pair.

    Examples
    --------
    >>> runs = pd.DataFrame({
    ...     "point": [0, 0, 1, 1, 2, 2], "replication": 0, "arm": ["keep", "win"] * 3,
    ...     "profit": [5.0, 4.0, 7.0, 5.0, 9.0, 6.0]})
    >>> effects(runs, ["profit"], "win", ["keep"])[["arm", "pairs", "difference", "relative"]]
        arm  pairs  difference  relative
    0  keep      3         2.0       0.4
    """
    _check(runs, outcomes, [*by, *pair_on, arm], arm, [control, *treatments])
    if cluster_on is not None and cluster_on not in pair_on:
        allowed = ", ".join(pair_on)
        raise ComparisonError(f"cluster_on: given {cluster_on!r}, allowed: {allowed}")
    _check_margins(margins or {}, outcomes)
    how = _How(outcomes, control, treatments, margins or {}, confidence, resamples, seed)
    rows: list[dict[str, Any]] = []
    for level, group in _levels(runs, by):
        arms = {
            name: _outcomes_of(group, name, arm, pair_on, outcomes, level)
            for name in (control, *treatments)
        }
        rows += (_beside(level, row) for row in _compared(arms, cluster_on, how))
    return _in_order(pd.DataFrame(rows), by, family)


def _beside(level: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    both = [name for name in level if name in row]
    if both:
        raise ComparisonError(f"by: given {both[0]!r}, which is a column of the table of effects")
    return level | row


class _How(NamedTuple):
    """What is compared in every level, and how."""

    outcomes: Sequence[str]
    control: str
    treatments: Sequence[str]
    margins: Mapping[str, Margin]
    confidence: float
    resamples: int
    seed: int


class _Pairs(NamedTuple):
    """Both sides of all pairs, a column an outcome; ``units`` says to whom each pair belongs."""

    treatment: Array
    control: Array
    units: npt.NDArray[Any] | None


def _compared(
    arms: Mapping[str, pd.DataFrame], cluster_on: str | None, how: _How
) -> Iterator[dict[str, Any]]:
    """Compare the arms of one level."""
    pairs = {name: _joined(arms[name], arms[how.control], cluster_on) for name in how.treatments}
    for (k, outcome), treatment in itertools.product(enumerate(how.outcomes), how.treatments):
        both = pairs[treatment]
        t, c, units = both.treatment[:, k], both.control[:, k], both.units
        whole = np.isfinite(t) & np.isfinite(c)
        t, c, units = t[whole], c[whole], None if units is None else units[whole]
        effect = paired(t, c, units, how.confidence, how.resamples, how.seed)
        yield (
            {"outcome": outcome, "arm": treatment, "dropped": whole.size - t.size}
            | effect.row()
            | {"p_equivalence": _outside(t, c, units, how.margins.get(outcome))}
        )


def _check(
    runs: pd.DataFrame, outcomes: Sequence[str], keys: Sequence[str], arm: str, arms: Sequence[str]
) -> None:
    columns = [str(column) for column in runs.columns]
    for name in (*keys, *outcomes):
        if name not in columns:
            hint = nearest(name, columns) or f"; there are: {', '.join(columns)}"
            raise ComparisonError(f"the runs have no column {name!r}{hint}")
    for name in outcomes:
        if not pd.api.types.is_numeric_dtype(runs[name]):
            raise ComparisonError(f"the outcome {name!r} holds {runs[name].dtype}, not numbers")
        if name in keys:
            raise ComparisonError(f"the outcome {name!r} is also one of {', '.join(keys)}")
    known = [str(name) for name in runs[arm].unique()]
    for name in arms:
        if name not in known:
            hint = nearest(name, known) or f"; there are: {', '.join(known)}"
            raise ComparisonError(f"no run has the arm {name!r}{hint}")


def _check_margins(margins: Mapping[str, Margin], outcomes: Sequence[str]) -> None:
    for name, (low, high) in margins.items():
        if name not in outcomes:
            allowed = ", ".join(outcomes)
            raise ComparisonError(f"margins: given {name!r}, allowed: {allowed}")
        if not low < high:
            raise ComparisonError(f"margins: {name}: given {low} to {high}, allowed: low to high")


def _levels(runs: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    if not by:
        yield {}, runs
        return
    for level, group in runs.groupby(list(by), observed=True):
        yield dict(zip(by, level, strict=True)), group


def _outcomes_of(
    group: pd.DataFrame,
    name: str,
    arm: str,
    pair_on: Sequence[str],
    outcomes: Sequence[str],
    level: Mapping[str, Any],
) -> pd.DataFrame:
    """Return the outcomes of an arm, a row for each of its runs by the names of its pair."""
    found = group[group[arm] == name].set_index(list(pair_on))[list(outcomes)]
    twice = found.index[found.index.duplicated()]
    if len(twice):
        key = twice[0] if len(pair_on) > 1 else (twice[0],)
        place = dict(level) | dict(zip(pair_on, key, strict=True))
        where = ", ".join(f"{column} {value}" for column, value in place.items())
        raise ComparisonError(f"the arm {name!r} has two runs for {where}")
    return found.astype(np.float64)


def _joined(treatment: pd.DataFrame, control: pd.DataFrame, cluster_on: str | None) -> _Pairs:
    """Return both sides of all pairs in the order of their names, nan for a side not there."""
    names = treatment.index.union(control.index).sort_values()
    return _Pairs(
        treatment.reindex(names).to_numpy(),
        control.reindex(names).to_numpy(),
        names.get_level_values(cluster_on).to_numpy() if cluster_on else None,
    )


def _outside(t: Array, c: Array, units: npt.NDArray[Any] | None, margin: Margin | None) -> float:
    if margin is None:
        return math.nan
    t, c = over_units(t, c, units)
    return equivalence(t - c, *margin)


def _in_order(table: pd.DataFrame, by: Sequence[str], family: Sequence[str]) -> pd.DataFrame:
    for name in family:
        if name not in table:
            raise ComparisonError(f"family: given {name!r}, allowed: outcome, arm, {', '.join(by)}")
    corrected = (
        table.groupby(list(family), observed=True)["p_value"].transform(holm)
        if family
        else holm(table["p_value"])
    )
    tests = ["p_value", "p_holm", "p_equivalence"]
    table = table.assign(p_holm=corrected)
    first = [*by, "outcome", "arm", "pairs", "clusters", "dropped"]
    return table[[*first, *table.columns.difference([*first, *tests], sort=False), *tests]]
