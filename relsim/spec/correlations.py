"""Which traits of customers go together: pairs of them, and whether pairs can hold at once."""

from collections.abc import Sequence
from itertools import combinations
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from relsim.spec.fields import SpecModel, key

TraitName = Literal[
    "usage",
    "price_sensitivity",
    "orientation",
    "service_demand",
    "growth_potential",
    "frailty",
]
"""The traits that the keys of a segment spread."""

_LEAST_EIGENVALUE = 1e-9


class Correlation(SpecModel):
    """Two traits that go together within each segment, by a Gaussian copula.

    Each keeps its own distribution; the rank correlation (Spearman) of the two is
    ``6 / pi asin(correlation / 2)``.
    """

    between: tuple[TraitName, TraitName] = key("The two traits.", unit="-")
    correlation: float = key(
        "Correlation of the normal numbers from which the two are drawn.",
        unit="-1 to 1",
        gt=-1.0,
        lt=1.0,
    )

    @model_validator(mode="after")
    def _is_of_two(self) -> Self:
        if self.between[0] == self.between[1]:
            raise ValueError(f"between: given {self.between[0]!r} twice, allowed: two traits")
        return self

    def __str__(self) -> str:
        return f"{self.between[0]} and {self.between[1]} {self.correlation:g}"


def matrix(pairs: Sequence[Correlation], names: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the matrix of correlations of some traits; 0 between those that no pair names.

    Examples
    --------
    >>> pair = Correlation(between=("usage", "frailty"), correlation=-0.3)
    >>> matrix([pair], ["usage", "frailty"]).tolist()
    [[1.0, -0.3], [-0.3, 1.0]]
    """
    found = np.eye(len(names))
    for pair in pairs:
        i, j = (names.index(name) for name in pair.between)
        found[i, j] = found[j, i] = pair.correlation
    return found


def fault(pairs: Sequence[Correlation]) -> str:
    """Return what is wrong with some pairs together, in a sentence; nothing, if all is well."""
    for one, other in combinations(pairs, 2):
        if set(one.between) == set(other.between):
            return f"given {one} and {other}, allowed: each two traits once"
    clashing = _clash(pairs)
    if not clashing:
        return ""
    return (
        f"given {', '.join(map(str, clashing))}, allowed: correlations that can hold at once (a "
        "positive definite matrix, 0 where no pair is named); bring one of these nearer to what "
        "the others imply"
    )


def _clash(pairs: Sequence[Correlation]) -> list[Correlation]:
    """Return pairs that cannot hold at once, of which none could be left out; none if all can."""
    if _can_hold(pairs):
        return []
    kept = list(pairs)
    for pair in pairs:
        fewer = [one for one in kept if one is not pair]
        kept = kept if _can_hold(fewer) else fewer
    return kept


def _can_hold(pairs: Sequence[Correlation]) -> bool:
    names = sorted({name for pair in pairs for name in pair.between})
    found = np.linalg.eigvalsh(matrix(pairs, names))
    return bool(found.size == 0 or found[0] > _LEAST_EIGENVALUE)
