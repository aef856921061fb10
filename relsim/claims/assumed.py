"""Does an answer hang on what is merely assumed? A check of every supported or refuted reading.

The numbers of the mechanisms whose default nobody published are moved together, each from half to
one and a half times what it is, at the centre of the reading's scope. Each number has a stream of
its own, named by its key: what other keys exist moves no value. Numbers of rules that are switched
off are not drawn.
"""

import dataclasses
import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel

from relsim.errors import RelsimError
from relsim.lab.design.points import BASE, POINT
from relsim.lab.design.table import factor_of
from relsim.lab.runs.study import Study
from relsim.lab.spec import DesignSpec, ReplicationSpec
from relsim.spec import MarketSpec
from relsim.spec.explain import Entry, entries
from relsim.spec.fields import ASSUMED
from relsim.spec.paths import covers, found, split_last, value_at

LEAST, MOST = 0.5, 1.5
"""How far each number is moved, as a multiple of what it is."""

_CANDIDATES = 8
"""Changes that are drawn for each that is wanted: of three thresholds few are in order."""

_SECTION = "mechanisms."

_RULE = f"{_SECTION}retention.rule"

_RULES = {
    "relationship": (
        "reconsider.base_hazard",
        "reconsider.satisfaction_effect",
        "reconsider.trust_effect",
        "reconsider.care_effect",
        "reconsider.price_effect",
        "reconsider.rival_effect",
        "choice.satisfaction_weight",
        "choice.trust_weight",
        "choice.price_tolerance",
    ),
    "fixed": ("retention.monthly",),
    "own": ("retention.monthly", "retention.concentration"),
    "dropout": ("retention.monthly", "retention.concentration"),
    "response": ("retention.ceiling", "retention.half_at"),
    "matrix": (),
}
"""The numbers of ``mechanisms`` that are read under some rules of retention only, by rule."""


@dataclasses.dataclass(frozen=True)
class Check:
    """The experiment of a check.

    Attributes
    ----------
    study : Study
        At the centre of the scope, a point a change of what is assumed.
    keys : tuple of str
        What is moved.
    dropped : int
        Changes that make no market, two keys contradicting each other.
    """

    study: Study
    keys: tuple[str, ...]
    dropped: int


def check_of(study: Study, points: int, replications: int, seed: int = 1) -> Check | None:
    """Return the check of a reading's experiment.

    Parameters
    ----------
    study : Study
        The experiment of the reading.
    points : int
        Changes of what is assumed, spread over the bases.
    replications : int
        Of each.
    seed : int
        Of the sample.

    Returns
    -------
    Check or None
        None where the reading itself sets all that is assumed, or no change makes a market.
    """
    keys = assumed_keys(study)
    if not keys:
        return None
    spec = study.spec.model_copy(
        update={
            "design": DesignSpec(seed=seed),
            "replication": ReplicationSpec(minimum=replications),
            "panel": None,
        }
    )
    whole = dataclasses.replace(study, spec=spec)
    centre = {factor.title: factor_of(factor).centre() for factor in spec.factors}
    tables, dropped, each = [], 0, -(-points // len(spec.bases))
    for base, market in zip(spec.bases, study.markets, strict=True):
        design = _changes(market, keys, each * _CANDIDATES, seed).assign(**centre)
        if len(spec.bases) > 1:
            design.insert(0, BASE, base)
        kept, looked = _sound(dataclasses.replace(whole, design=design), each)
        tables.append(design.iloc[kept])
        dropped += looked - len(kept)
    sound = pd.concat(tables, ignore_index=True).rename_axis(POINT)
    # As in the designs of experiments, names are objects: pandas 3 makes texts of them.
    names = [name for name in sound if not pd.api.types.is_numeric_dtype(sound[name])]
    sound = sound.astype(dict.fromkeys(names, object))
    if sound.empty:
        return None
    return Check(dataclasses.replace(whole, design=sound), keys, dropped)


def _sound(study: Study, wanted: int) -> tuple[list[int], int]:
    """Return the first points that make a market, and how many were looked at."""
    kept: list[int] = []
    for point in range(len(study.design)):
        if len(kept) == wanted:
            return kept, point
        if _is_market(study, point):
            kept.append(point)
    return kept, len(study.design)


def assumed_keys(study: Study) -> tuple[str, ...]:
    """Return the numbers of mechanisms that are assumed, in use, and not set by the reading.

    What an arm, a setting or the scope sets is what the reading is about, or varied there. A
    number is in use where a rule reads it in any market of any arm; a mechanism that is switched
    off in one of the markets has no numbers.
    """
    spec = study.spec
    idle = _idle_keys(study)
    own = {key for factor in spec.factors for key in (factor.key, *factor.also)}
    own |= set(spec.settings)
    own |= {path for values in spec.arms.values() for path in values}
    return tuple(
        entry.path
        for entry in entries(MarketSpec)
        if entry.path.startswith(_SECTION)
        and not entry.section
        and entry.source == ASSUMED
        and _is_number(entry)
        and entry.path not in idle
        and all(any(found(market, entry.path)) for market in study.markets)
        and not any(covers(path, entry.path) for path in own)
    )


def _idle_keys(study: Study) -> set[str]:
    """Return the numbers that the rules of retention do not read, in no market of no arm."""
    rules: set[str] = {str(market.mechanisms.retention.rule) for market in study.markets}
    arms = study.spec.arms.values()
    # A rule may be set by an arm, by a setting or by a factor: by any value at all.
    given = [values.get(_RULE) for values in (*arms, study.spec.settings)]
    rules |= {rule for rule in given if rule in _RULES}
    if any(factor.key == _RULE for factor in study.spec.factors):
        rules |= set(_RULES)
    return unread(rules)


def unread(rules: Iterable[str]) -> set[str]:
    """Return the numbers that none of some rules of retention reads.

    Parameters
    ----------
    rules : iterable of str
        Values of ``mechanisms.retention.rule``.

    Examples
    --------
    >>> sorted(unread(["relationship"]))[:2]
    ['mechanisms.retention.ceiling', 'mechanisms.retention.concentration']
    """
    numbers = {name for names in _RULES.values() for name in names}
    return {_SECTION + name for name in numbers.difference(*(_RULES[rule] for rule in rules))}


def _is_number(entry: Entry) -> bool:
    return isinstance(entry.default, int | float) and not isinstance(entry.default, bool)


def _changes(market: MarketSpec, keys: tuple[str, ...], points: int, seed: int) -> pd.DataFrame:
    """Return changed values, a column a key, each spread evenly and within the key's bounds."""
    columns = {}
    for key in keys:
        now, low, high = _value_and_bounds(market, key)
        u = _spread(key, points, seed)
        moved = np.clip(now * (LEAST + (MOST - LEAST) * u), low, high)
        columns[key] = np.rint(moved).astype(np.int64) if isinstance(now, int) else moved
    return pd.DataFrame(columns)


def _spread(key: str, points: int, seed: int) -> npt.NDArray[np.float64]:
    """Return numbers from 0 to 1, one in each of so many equal intervals, in an order of the key.

    Together the columns are a Latin hypercube; each is drawn without regard to the others.
    """
    name = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little")
    random = np.random.default_rng([seed, name])
    return (random.permutation(points) + random.random(points)) / points


def _value_and_bounds(market: MarketSpec, key: str) -> tuple[float, float, float]:
    around, name = split_last(key)
    model: BaseModel = value_at(market, around)
    bounds = {"ge": -np.inf, "gt": -np.inf, "le": np.inf, "lt": np.inf}
    for limit in type(model).model_fields[name].metadata:
        bounds |= {side: getattr(limit, side) for side in bounds if hasattr(limit, side)}
    low = max(bounds["ge"], np.nextafter(bounds["gt"], np.inf))
    high = min(bounds["le"], np.nextafter(bounds["lt"], -np.inf))
    return getattr(model, name), low, high


def _is_market(study: Study, point: int) -> bool:
    try:
        for arm in study.arms:
            study.market(point, arm)
    except RelsimError:
        return False
    return True
