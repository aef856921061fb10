"""Names that experiments may not give, as relsim's own tables have columns called so."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from relsim.errors import SpecError
from relsim.lab.design.points import BASE, NOTE, POINT
from relsim.lab.spec import ExperimentSpec

COLUMNS = ("run", POINT, "sample", "arm", "replication", "failed")
"""What every table of runs begins with."""

BESIDE_OUTCOMES = frozenset({*COLUMNS, BASE})
"""Columns of the table of runs beside its factors and outcomes."""

_INTERVALS = ("difference", "relative", "bootstrap")
BESIDE_LEVERS = frozenset(
    {
        *BESIDE_OUTCOMES,
        *("outcome", "pairs", "clusters", "dropped", "treatment", "control", "size"),
        *_INTERVALS,
        *(f"{name}_{end}" for name in _INTERVALS for end in ("low", "high")),
        *("correlation", "variance_reduction", "unpaired", "p_value", "p_holm", "p_equivalence"),
        *("replications", "mean", "half_width", "asked_absolute", "asked_relative", "precise"),
        *("would_have_done", "low", "high", "n", "label", "unit"),
    }
)
"""Columns of the tables of effects and of replications, and of figures, beside levers."""

BESIDE_FACTORS = (BESIDE_LEVERS - {"size"}) | {"reading", "effect", "holds"}
"""Columns beside any factor: of runs, of effects where ``--by`` asks, of the points of a claim."""


def check_names(spec: ExperimentSpec, listed: Iterable[str] = ()) -> None:
    """Refuse names that would head two columns of one table.

    Parameters
    ----------
    spec : ExperimentSpec
        The experiment.
    listed : iterable of str
        Columns of a design in a file, the factors' among them.

    Raises
    ------
    SpecError
        With the place of each, and what it is called.
    """
    factors = [
        (f"{kind}.{place}", factor.title, taken)
        for kind, own, taken in (
            ("levers", spec.levers, BESIDE_LEVERS | BESIDE_FACTORS),
            ("uncertainties", spec.uncertainties, BESIDE_FACTORS),
        )
        for place, factor in enumerate(own)
    ]
    known = {title for _, title, _ in factors}
    factors += [("design.file", name, BESIDE_FACTORS) for name in listed if name not in known]
    outcomes = [("outcomes", name, BESIDE_OUTCOMES) for name in spec.outcomes]
    faults = [
        f"{where}: the name {name!r} is that of a column of relsim's own tables, allowed: another, "
        f"such as {f'own_{name}'!r}"
        for where, name, taken in (*factors, *outcomes)
        if name in taken or (where != "outcomes" and name.startswith(NOTE))
    ]
    if faults:
        raise SpecError("\n".join(faults))
    effects = (response_name(outcome, arm) for outcome in spec.outcomes for arm in spec.treatments)
    twice = _twice((*(name for _, name, _ in (*factors, *outcomes)), *effects))
    if twice is not None:
        raise SpecError(f"the name {twice!r} would head two columns of the results")


def response_name(outcome: str, arm: str) -> str:
    """Return what a treatment's effect is called among the outcomes in the table of sensitivity."""
    return f"{outcome}: {arm}"


def market_label(base: str, bases: Sequence[str]) -> str:
    """Return what a market is called: its file's name, or all of its path where two share it.

    Examples
    --------
    >>> bases = ["telecom", "a/own.yaml", "b/own.yaml"]
    >>> [market_label(base, bases) for base in bases]
    ['telecom', 'a/own.yaml', 'b/own.yaml']
    """
    stem = Path(base).stem
    return stem if sum(Path(other).stem == stem for other in bases) == 1 else base


def _twice(names: Iterable[str]) -> str | None:
    """Return the first name that is there a second time."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
