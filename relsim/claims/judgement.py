"""From the runs of a reading to its verdict and all that stands beside it."""

import math
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from relsim.claims import break_even
from relsim.claims.beyond import box_beyond_chance
from relsim.claims.config import Reading, unit_of
from relsim.claims.importance import Share, deciding, shares
from relsim.claims.prim import Box
from relsim.claims.region import words
from relsim.claims.scope import Pairs, Scope, crossed_interval, measured, pairs, scope_of, strata_of
from relsim.claims.spec import ComparisonSpec
from relsim.claims.verdict import (
    CONFIDENCE,
    LEAST,
    MOST,
    Evidence,
    Verdict,
    Word,
    needed,
    wilson,
    word_of,
)
from relsim.lab.design.points import BASE
from relsim.lab.names import market_label
from relsim.lab.runs.study import Study
from relsim.lab.statistics.intervals import Interval


@dataclass(frozen=True)
class Judged:
    """A reading with its verdict.

    Attributes
    ----------
    verdict : Verdict
        What came out.
    points : DataFrame
        The effect at every point of the scope, a row a point.
    comparisons : tuple of mapping
        Published numbers with the market's beside them.
    details : mapping
        What else is worth knowing, as plain data.
    """

    verdict: Verdict
    points: pd.DataFrame = field(default_factory=pd.DataFrame)
    comparisons: tuple[dict[str, Any], ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    def with_check(
        self, holds: float, markets: dict[str, float], about: dict[str, Any]
    ) -> "Judged":
        """Return it with what became of the answer when assumptions were changed."""
        told = "; ".join(
            f"{market_label(name, list(markets))} {share:.0%}"
            for name, share in sorted(markets.items(), key=lambda one: (one[1], one[0]))
        )
        least = min(markets.values())
        verdict = replace(
            self.verdict, assumed_holds=holds, assumed_least=least, assumed_markets=told
        )
        return replace(self, verdict=verdict, details={**self.details, "assumed": about})


def judge(
    claim: str, reading: Reading, runs: pd.DataFrame, confidence: float, command: str
) -> Judged:
    """Return the verdict on a reading.

    Parameters
    ----------
    claim : str
        The claim's id.
    reading : Reading
        What was tested.
    runs : DataFrame
        The table of its runs.
    confidence : float
        Of the interval of its effect, corrected for the readings of the claim.
    command : str
        What makes it again.

    Raises
    ------
    OutputError
        If no pair of runs is whole.
    """
    found = _Found.of(reading, runs, confidence)
    compared = (_compared(reading, one, runs, found.scope) for one in reading.spec.compared_with)
    return Judged(
        _verdict(claim, reading, runs, found, command),
        _points(found.scope, reading.name),
        tuple(one for one in compared if np.isfinite(one["model"])),
        _details(reading, runs, found, confidence),
    )


class _Found(NamedTuple):
    """What the runs of a reading say, before it is put into words and tables."""

    scope: Scope
    evidence: Evidence
    word: Word
    shares: dict[str, list[Share]]
    box: Box
    turn: break_even.BreakEven
    turn_words: str

    @classmethod
    def of(cls, reading: Reading, runs: pd.DataFrame, confidence: float) -> Self:
        """Look at the runs of a reading."""
        scope = scope_of(reading.study, runs, reading.effect, reading.arms, reading.region)
        evidence = scope.evidence(confidence, reading.spec.precision or 0.0)
        factors = scope.table[list(scope.factors)]
        drawn = scope.units, scope.strata
        return cls(
            scope,
            evidence,
            word_of(evidence, reading.region),
            {of: shares(factors, scope.table[of], *drawn) for of in ("effect", "holds")},
            box_beyond_chance(factors, scope.table["holds"], scope.units),
            *_break_even(reading, runs, scope),
        )


def _verdict(
    claim: str, reading: Reading, runs: pd.DataFrame, found: _Found, command: str
) -> Verdict:
    spec, scope, evidence = reading.spec, found.scope, found.evidence
    divided = LEAST < scope.holds < MOST
    low_tenth, median, high_tenth = scope.table["effect"].quantile([0.1, 0.5, 0.9])
    holds_low, holds_high = wilson(scope.holds, scope.sample_size)
    return Verdict(
        claim=claim,
        reading=reading.name,
        title=spec.title,
        word=found.word,
        effect=evidence.effect,
        low=evidence.low,
        high=evidence.high,
        median=median,
        low_tenth=low_tenth,
        high_tenth=high_tenth,
        measure=reading.effect.measure,
        unit=reading.unit,
        hypothesis=words(spec.hypothesis) if spec.hypothesis else "",
        band_low=reading.region.low,
        band_high=reading.region.high,
        runs=len(runs),
        points=len(scope.table),
        replications=scope.replications,
        holds=scope.holds,
        holds_low=holds_low,
        holds_high=holds_high,
        deciding="; ".join(deciding(found.shares["holds" if divided else "effect"])),
        box=found.box.sentence(),
        break_even=found.turn.value,
        break_even_text=found.turn_words,
        needed=_needed(found.word, len(runs), evidence, scope),
        hash=reading.study.key,
        command=command,
    )


def _details(
    reading: Reading, runs: pd.DataFrame, found: _Found, confidence: float
) -> dict[str, Any]:
    scope, turn = found.scope, found.turn
    return {
        "confidence": confidence,
        "evidence": {
            "surely": found.evidence.surely,
            "surely_not": found.evidence.surely_not,
        },
        "precision": reading.spec.precision,
        "lost_points": scope.lost,
        "failed_runs": int(runs["failed"].sum()),
        "factors": list(scope.factors),
        "shares": {of: [one._asdict() for one in each] for of, each in found.shares.items()},
        "box": _box(found.box),
        "break_even": {"low": turn.low, "high": turn.high, "border": turn.border},
        "arms": _arms(reading, runs, scope),
    }


def untestable(claim: str, name: str, title: str, why: str, command: str) -> Judged:
    """Return the verdict on a reading that the model cannot test."""
    return Judged(
        Verdict(claim, name, title, "untestable", command=command), details={"untestable": why}
    )


def answer_stays(
    reading: Reading, check: Study, runs: pd.DataFrame, word: str
) -> tuple[float, dict[str, float]]:
    """Return at which share of the points of a check a reading is answered as its word says.

    Parameters
    ----------
    reading : Reading
        A supported or refuted one.
    check : Study
        Its experiment, what is assumed changed from point to point.
    runs : DataFrame
        The table of the runs of that.
    word : str
        The word.

    Returns
    -------
    float, dict of str to float
        The share of all points, and that of each market's.
    """
    table = scope_of(check, runs, reading.effect, reading.arms, reading.region).table
    stays = table["holds"].astype(bool) == (word == "supported")
    bases = check.spec.bases
    market = table[BASE] if BASE in table else pd.Series(bases[0], index=table.index)
    by_market = stays.groupby(market.astype(str)).mean()
    return float(stays.mean()), {str(name): float(share) for name, share in by_market.items()}


def _needed(word: str, runs: int, evidence: Evidence, scope: Scope) -> float:
    if word != "inconclusive":
        return math.nan
    return needed(runs, evidence, scope.region, scope.doubtful())


def _points(scope: Scope, reading: str) -> pd.DataFrame:
    """Return the table of points with the reading's name before it."""
    table = scope.table.rename_axis("point").reset_index()
    table.insert(0, "reading", reading)
    return table


def _box(box: Box) -> dict[str, Any]:
    limits = {
        name: {"low": limit.low, "high": limit.high, "names": list(limit.names)}
        for name, limit in box.limits.items()
    }
    return {
        "limits": limits,
        "points": box.points,
        "held": box.held,
        "density": box.density,
        "coverage": box.coverage,
    }


def _break_even(
    reading: Reading, runs: pd.DataFrame, scope: Scope
) -> tuple[break_even.BreakEven, str]:
    asked = reading.spec.break_even
    if asked is None:
        return break_even.BreakEven(math.nan, math.nan, math.nan), ""
    if asked.factor is not None:
        others = [name for name in scope.factors if name != asked.factor]
        found = break_even.crossing(scope.table, asked.factor, others, scope.region, scope.units)
        return found, break_even.turn_words(found, asked.factor, asked.unit)
    arms = str(reading.effect.treatment), str(reading.effect.control)
    worth, saved = (pairs(runs, str(name), *arms) for name in (asked.outcome, asked.per))
    found = break_even.price(worth, saved, _units(reading, worth))
    return found, break_even.price_words(found, str(asked.per), asked.unit)


def _units(reading: Reading, found: Pairs) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """Return which sample of what is uncertain the points of pairs have."""
    study = reading.study
    return study.samples[found.points] if study.spec.drawn else np.zeros_like(found.points)


def _arms(reading: Reading, runs: pd.DataFrame, scope: Scope) -> dict[str, float]:
    """Return the mean of the outcome in each arm, over the points of the scope."""
    outcome = reading.effect.outcome
    here = runs[runs["point"].isin(scope.table.index)]
    return {
        arm: float(here[here["arm"] == arm].groupby("point")[outcome].mean().mean())
        for arm in dict.fromkeys(name for name in reading.arms if name)
    }


def _compared(
    reading: Reading, asked: ComparisonSpec, runs: pd.DataFrame, scope: Scope
) -> dict[str, Any]:
    """Return a published number with the market's, or all markets', and its 95% interval."""
    outcome = asked.outcome or reading.effect.outcome
    measure = asked.measure or reading.effect.measure
    arm = asked.arm or str(reading.effect.treatment)
    found = pairs(runs, outcome, arm, None if measure == "value" else reading.effect.control)
    values = measured(found, measure)
    known = np.isfinite(values).any(axis=1) & _in_market(reading.study, found, asked.base)
    interval = (
        crossed_interval(
            values[known],
            _units(reading, found)[known],
            CONFIDENCE,
            common=scope.common_noise,
            strata=strata_of(reading.study)[found.points][known],
        )
        if known.any()
        else Interval(math.nan, math.nan, math.nan)
    )
    return {
        "reading": reading.name,
        "what": asked.what,
        "published": asked.published,
        "unit": asked.unit or unit_of(reading, outcome, measure),
        "source": asked.source,
        "outcome": outcome,
        "arm": arm,
        "measure": measure,
        "markets": list(reading.study.spec.bases if asked.base is None else (asked.base,)),
        "model": interval.estimate,
        "low": interval.low,
        "high": interval.high,
    }


def _in_market(
    study: Study, found: Pairs, base: str | None
) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Return which points of pairs are of a market; all of them where none is named."""
    if base is None or BASE not in study.design:
        return np.ones(found.points.size, dtype=np.bool_)
    here: np.ndarray[Any, np.dtype[np.bool_]] = (
        study.design[BASE].iloc[found.points].to_numpy() == base
    )
    return here
