"""What a card says: every number with the row and the column that it was taken from."""

import math
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from relsim.claims.variation import Variation
from relsim.claims.verdict import hangs
from relsim.claims.wording import named, round_runs
from relsim.report.claims.descriptions import (
    deciding_described,
    effects_described,
    frontier_described,
    strip_described,
)
from relsim.report.claims.effects import effects
from relsim.report.claims.factors import Varied, varied
from relsim.report.claims.frontier import frontier
from relsim.report.claims.importance import deciding, factors_in
from relsim.report.claims.inline_svg import svg_of
from relsim.report.claims.results import Results
from relsim.report.claims.strip import strip
from relsim.report.claims.turning_points import turning
from relsim.report.claims.words import LOOKS, SHARE, STANDINGS, Amount, Look


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
    effect, spread, holds, assumed, assumed_least, needed : Interval or Shown or None
        What is known, None where it is not; ``spread`` is the median over the points of the scope,
        with the ends between which eight of ten lie.
    counts : mapping of str to Shown
        Runs, points, replications.
    claimed : list of Shown
        The borders of the region, unsigned infinity where there is none; in ``claimed_unit``.
    deciding : list of str
        Factors.
    turning : list of str
        How often it holds at either end of each of them.
    central : Shown or None
        The median over the points of the scope, where it lies outside the mean's interval.
    hangs : bool
        Whether the answer rests on what is assumed.
    notes, untestable : str
        What the claim's config says of it.
    """

    row: Mapping[str, Any]
    look: Look
    effect: Interval | None
    spread: Interval | None
    holds: Interval | None
    claimed: list[Shown]
    claimed_unit: str
    counts: Mapping[str, Shown]
    deciding: list[str]
    turning: list[str]
    central: Shown | None
    hangs: bool
    assumed: Shown | None
    assumed_least: Shown | None
    needed: Shown | None
    notes: str
    untestable: str


class Comparison(NamedTuple):
    """A published number beside the market's; percent differ by points.

    ``markets`` says whose mean that is; nothing where the results do not tell.
    """

    what: str
    source: str
    reading: str
    unit: str
    published: Shown
    model: Interval | None
    markets: str
    difference: Shown | None
    apart: str


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
    favours: Mapping[str, list[str]]
    standing: str
    varied: list[Varied]
    opposite: str
    tried: str
    made: str
    quick: bool


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
        favours,
        STANDINGS[results.spec["source"]["standing"]],
        varied(results.spec, set(results.verdicts["reading"])),
        _opposite(results),
        results.tried,
        _made(results.provenance),
        results.quick,
    )


def _opposite(results: Results) -> str:
    """Return the command that shows the opposite; nothing where the claim says none."""
    asked = results.spec.get("opposite")
    if not asked:
        return ""
    variation = Variation((asked["reading"],), asked["settings"])
    return f"relsim claim {shlex.quote(results.called)}{variation.arguments()}"


def _made(provenance: Mapping[str, Any]) -> str:
    """Return when and by what results were made."""
    checkout = provenance.get("git") or {}
    parts = [
        str(provenance["started"]).partition("T")[0],
        f"by relsim {provenance['relsim']}",
        f"code {provenance['code']}",
        f"commit {checkout['commit'][:10]}" if checkout.get("commit") else "",
    ]
    return ", ".join(part for part in parts if part)


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
        _interval(row, ("median", "low_tenth", "high_tenth"), amount),
        _interval(row, ("holds", "holds_low", "holds_high"), SHARE),
        _ends(row, amount),
        amount.behind,
        {
            column: Shown(row[column], _counted(row[column]), column)
            for column in ("runs", "points", "replications")
        },
        [named(name) for name in factors_in(row["deciding"])],
        _turning(row, results),
        _central(row, amount),
        hangs(_float(row["assumed_least"])),
        _known(row, "assumed_holds", lambda share: SHARE.texts([share])[0]),
        _known(row, "assumed_least", lambda share: SHARE.texts([share])[0]),
        _known(row, "needed", lambda runs: _counted(round_runs(runs))),
        spec.get("notes") or "",
        spec.get("untestable") or "",
    )


def _interval(
    row: Mapping[Any, Any], columns: tuple[str, str, str], amount: Amount
) -> Interval | None:
    values = [_float(row[column]) for column in columns]
    if not math.isfinite(values[0]):
        return None
    middle, low, high = map(Shown, values, amount.texts(values), columns)
    return Interval(middle, low, high, amount.behind)


def _ends(row: Mapping[Any, Any], amount: Amount) -> list[Shown]:
    return [_exact(row, column, amount) for column in ("band_low", "band_high")]


def _exact(row: Mapping[Any, Any], column: str, amount: Amount) -> Shown:
    value = float(row[column])
    return Shown(value, amount.exact(value), column)


def _known(row: Mapping[Any, Any], column: str, text: Callable[[float], str]) -> Shown | None:
    value = float(row[column])
    return Shown(value, text(value), column) if math.isfinite(value) else None


def _float(value: float | None) -> float:
    """Return a number as JSON or a table have it, which know no nan and no None."""
    return math.nan if value is None else float(value)


def _counted(count: float) -> str:
    return f"{count:,.0f}"


def _turning(row: Mapping[Any, Any], results: Results) -> list[str]:
    points = results.points_of(row["reading"])
    if points.empty or points["holds"].nunique() < 2:  # it holds everywhere or nowhere
        return []
    there = results.factors_of(row["reading"])
    return [turning(points, name) for name in factors_in(row["deciding"]) if name in there]


def _central(row: Mapping[Any, Any], amount: Amount) -> Shown | None:
    median, low, high = (_float(row[column]) for column in ("median", "low", "high"))
    outside = median < low or median > high
    return Shown(median, amount.texts([median])[0], "median") if outside else None


def _comparison(row: Mapping[str, Any], results: Results) -> Comparison:
    """Return a published number, the market's with its interval, and how far they are apart."""
    amount = Amount.of(row["measure"], row["unit"])
    titles = dict(zip(results.verdicts["reading"], results.verdicts["title"], strict=True))
    published, model = float(row["published"]), _float(row["model"])
    known = math.isfinite(model)
    apart = amount._replace(signed=True)
    return Comparison(
        row["what"],
        row["source"],
        titles[row["reading"]],
        amount.behind,
        Shown(published, amount.exact(published), "published"),
        _interval(row, ("model", "low", "high"), amount) if known else None,
        _whose(row.get("markets", ())),
        Shown(model - published, apart.texts([model - published])[0], "difference")
        if known
        else None,
        " points" if amount.unit == "%" else amount.behind,
    )


def _whose(markets: Sequence[str]) -> str:
    """Return whose number stands beside a published one.

    Examples
    --------
    >>> _whose(["credit-card"]), _whose(["telecom", "credit-card"]), _whose([])
    ('credit card', 'mean of all markets of the reading', '')
    """
    if len(markets) == 1:
        return Path(markets[0]).stem.replace("-", " ")
    return "mean of all markets of the reading" if markets else ""
