"""What a card says: every number with the row and the column that it was taken from."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from relsim.report.claims.deciding import deciding
from relsim.report.claims.described import (
    deciding_described,
    effects_described,
    frontier_described,
    strip_described,
)
from relsim.report.claims.effects import effects
from relsim.report.claims.frontier import frontier
from relsim.report.claims.inlining import svg_of
from relsim.report.claims.results import Results
from relsim.report.claims.strip import strip
from relsim.report.claims.words import LOOKS, SHARE, Amount, Look, band

WHOLE = Amount(1.0, "", signed=False)
"""Numbers without a unit."""


class Shown(NamedTuple):
    """A number on a page: the value in the table, its text, and the column."""

    value: float
    text: str
    column: str


class Interval(NamedTuple):
    """A number with the ends of its interval, and the unit that stands behind."""

    middle: Shown
    low: Shown
    high: Shown
    unit: str


class Reading(NamedTuple):
    """A reading as its card shows it.

    Attributes
    ----------
    row : mapping
        Its row in the table of verdicts.
    look : Look
        How its word looks.
    effect, holds, assumed, needed, break_even : Interval or Shown or None
        What is known, None where it is not.
    claimed : str
        The region in words.
    counts : mapping of str to Shown
        Runs, points, replications.
    deciding : list of str
        Factors.
    notes, untestable : str
        What the claim's config says of it.
    """

    row: Mapping[str, Any]
    look: Look
    effect: Interval | None
    holds: Interval | None
    claimed: list[Shown]
    claimed_unit: str
    counts: Mapping[str, Shown]
    deciding: list[str]
    assumed: Shown | None
    needed: Shown | None
    break_even: Shown | None
    notes: str
    untestable: str


class Comparison(NamedTuple):
    """A published number beside the market's."""

    what: str
    source: str
    reading: str
    unit: str
    published: Shown
    model: Interval | None
    difference: Shown | None


class Picture(NamedTuple):
    """A figure as markup, and what it is."""

    name: str
    svg: str


class Card(NamedTuple):
    """All that a card shows."""

    name: str
    spec: Mapping[str, Any]
    readings: list[Reading]
    comparisons: list[Comparison]
    pictures: list[Picture]
    provenance: Mapping[str, Any]
    favours: Mapping[str, list[str]]


def card(results: Results) -> Card:
    """Return what the card of a claim shows."""
    favours: dict[str, list[str]] = {"claim": [], "against": []}
    for assumption in results.spec["assumptions"]:
        favours[assumption["favours"]].append(assumption["text"])
    return Card(
        results.name,
        results.spec,
        [_reading(row, results) for row in results.verdicts.to_dict("records")],
        [_comparison(row, results) for row in results.comparisons],
        pictures(results),
        results.provenance,
        favours,
    )


def pictures(results: Results) -> list[Picture]:
    """Return the figures of a claim, those for which there is something to draw."""
    return [
        Picture(name, svg_of(figure, f"{results.name}-{name}", title, describe(results)))
        for name, (draw, title, describe) in _PICTURES.items()
        if (figure := draw(results)) is not None
    ]


_PICTURES: Mapping[
    str, tuple[Callable[[Results], Figure | None], str, Callable[[Results], str]]
] = {
    "effects": (effects, "Mean effect and what is claimed", effects_described),
    "scope": (strip, "Effect at every point of the scope", strip_described),
    "frontier": (frontier, "Where the sides meet", frontier_described),
    "deciding": (deciding, "What decides", deciding_described),
}


def _reading(row: Mapping[Any, Any], results: Results) -> Reading:
    amount = Amount.of(row["measure"], row["unit"])
    spec = results.spec["readings"].get(row["reading"], {})
    return Reading(
        row,
        LOOKS[row["word"]],
        _interval(row, ("effect", "low", "high"), amount),
        _interval(row, ("holds", "holds_low", "holds_high"), SHARE),
        _ends(row, amount),
        amount.behind,
        {column: _shown(row, column, WHOLE) for column in ("runs", "points", "replications")},
        [name for name in row["deciding"].split("; ") if name],
        _known(row, "assumed_holds", SHARE),
        _known(row, "needed", Amount(1.0, " runs", signed=False)),
        _known(row, "break_even", WHOLE),
        spec.get("notes") or "",
        spec.get("untestable") or "",
    )


def _interval(
    row: Mapping[Any, Any], columns: tuple[str, str, str], amount: Amount
) -> Interval | None:
    values = [float(row[column]) for column in columns]
    if not math.isfinite(values[0]):
        return None
    shown = [
        Shown(value, text, column)
        for value, text, column in zip(values, amount.texts(values), columns, strict=True)
    ]
    return Interval(*shown, amount.behind)


def _ends(row: Mapping[Any, Any], amount: Amount) -> list[Shown]:
    values = [float(row[column]) for column in ("band_low", "band_high")]
    texts = amount.texts(values)
    return [
        Shown(value, text, column)
        for value, text, column in zip(values, texts, ("band_low", "band_high"), strict=True)
    ]


def _shown(row: Mapping[Any, Any], column: str, amount: Amount) -> Shown:
    value = float(row[column])
    return Shown(value, amount.texts([value])[0], column)


def _known(row: Mapping[Any, Any], column: str, amount: Amount) -> Shown | None:
    return _shown(row, column, amount) if math.isfinite(float(row[column])) else None
